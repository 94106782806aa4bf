"""A flow as an SVG picture, complete in itself: no fonts, scripts or styles from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from ivr_flows.drawing.chart import Arrow, Box, Chart, chart
from ivr_flows.drawing.layout import BOX_HEIGHT, BOX_WIDTH, GAP_X, GAP_Y, Layout, layout
from ivr_flows.flow_set import Flow

_FILLS = {"start": "#dcefe0", "step": "#eef2f7", "choice": "#fdf3d8", "end": "#f6dfdc", "flow": "#e8e3f4"}
_STYLE = (
    "text{font-family:sans-serif;font-size:12px;fill:#1f2933}"
    ".b{stroke:#52606d;stroke-width:1}.t{font-weight:600;text-anchor:middle}.v{fill:#52606d;text-anchor:middle}"
    ".a{fill:none;stroke:#52606d;stroke-width:1.2}.e{stroke-dasharray:4 3;stroke:#b44d3f}"
    ".l{font-size:11px;text-anchor:middle;paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}"
)
_ARROW_HEAD = (
    '<defs><marker id="h" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
    'orient="auto">'
    '<path d="M0 0 10 5 0 10z" fill="#52606d"/></marker></defs>'
)


def svg(flow: Flow) -> str:
    """Draw one flow."""
    one = chart(flow)
    where = layout(one)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{where.width:.0f}" height="{where.height:.0f}" '
        f'viewBox="0 0 {where.width:.0f} {where.height:.0f}" role="img" aria-label={quoteattr(flow.name)}>',
        f"<style>{_STYLE}</style>",
        _ARROW_HEAD,
        *_arrows(one, where),
        *(line for box in one.boxes for line in _box(box, where)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _box(box: Box, where: Layout) -> Iterator[str]:
    x, y = where.places[box.id]
    left, top = x - BOX_WIDTH / 2, y - BOX_HEIGHT / 2
    round_ = {"start": 22, "choice": 14}.get(box.shape, 4)
    fill = _FILLS[box.shape]
    yield (
        f'<rect class="b" x="{left:.0f}" y="{top:.0f}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" '
        f'rx="{round_}" fill="{fill}"/>'
    )
    yield f'<text class="t" x="{x:.0f}" y="{y - 3:.0f}">{escape(box.title)}</text>'
    yield f'<text class="v" x="{x:.0f}" y="{y + 13:.0f}">{escape(box.text)}</text>'


def _arrows(one: Chart, where: Layout) -> Iterator[str]:
    for number, arrow in enumerate(one.arrows):
        path, (x, y) = _path(arrow, where, number)
        class_ = "a e" if arrow.error else "a"
        yield f'<path class="{class_}" d="{path}" marker-end="url(#h)"/>'
        if arrow.label:
            yield f'<text class="l" x="{x:.0f}" y="{y:.0f}">{escape(arrow.label)}</text>'


def _path(arrow: Arrow, where: Layout, number: int) -> tuple[str, tuple[float, float]]:
    """The curve of an arrow, and where its label goes."""
    (x1, y1), (x2, y2) = where.places[arrow.source], where.places[arrow.target]
    half_width, half_height = BOX_WIDTH / 2, BOX_HEIGHT / 2
    if arrow.source == arrow.target:
        right = x1 + half_width
        bend = right + GAP_X / 2
        path = (
            f"M{right:.0f} {y1 - 10:.0f}"
            f"C{bend:.0f} {y1 - 22:.0f} {bend:.0f} {y1 + 22:.0f} {right:.0f} {y1 + 10:.0f}"
        )
        return path, (right + GAP_X / 4, y1 - 16)
    if y2 > y1:
        top, bottom = y1 + half_height, y2 - half_height
        middle = (top + bottom) / 2
        path = f"M{x1:.0f} {top:.0f}C{x1:.0f} {middle:.0f} {x2:.0f} {middle:.0f} {x2:.0f} {bottom:.0f}"
        # Labels of arrows from one box stand at different heights, so that they do not cover one another.
        share = 0.35 + 0.1 * (number % 4)
        return path, (x1 + (x2 - x1) * share, top + (bottom - top) * share)
    if y2 == y1:
        bottom = y1 + half_height
        dip = bottom + GAP_Y * 0.6
        path = f"M{x1:.0f} {bottom:.0f}C{x1:.0f} {dip:.0f} {x2:.0f} {dip:.0f} {x2:.0f} {bottom:.0f}"
        return path, ((x1 + x2) / 2, bottom + GAP_Y * 0.45)
    side = 1 if x2 >= x1 else -1
    start, end = x1 + side * half_width, x2 + (half_width if x1 == x2 else -side * half_width)
    bend = max(start, end) + GAP_X * 0.6 if x1 == x2 else (start + end) / 2
    path = f"M{start:.0f} {y1:.0f}C{bend:.0f} {y1:.0f} {bend:.0f} {y2:.0f} {end:.0f} {y2:.0f}"
    return path, (bend, (y1 + y2) / 2)

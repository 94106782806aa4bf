"""Where the boxes of a chart go: in rows by their distance from the start, few crossings, no overlaps.

A small form of the layered drawing of Sugiyama, Tagawa and Toda (1981): rows by breadth-first distance,
then a few sweeps that order each row by the mean place of its neighbours. Exact and good enough for the
size of flows; nothing here draws.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from ivr_flows.drawing.chart import Chart

BOX_WIDTH = 150
BOX_HEIGHT = 46
GAP_X = 60
GAP_Y = 64
MARGIN = 40
_SWEEPS = 8


@dataclass(frozen=True, slots=True)
class Layout:
    """The middle of each box by its id, and the picture's size."""

    places: dict[str, tuple[float, float]]
    width: float
    height: float


def layout(chart: Chart) -> Layout:
    """Place the boxes of a chart."""
    rows = _rows(chart)
    _order(chart, rows)
    widest = max((len(row) for row in rows), default=1)
    width = widest * (BOX_WIDTH + GAP_X) - GAP_X + 2 * MARGIN
    places = {}
    for depth, row in enumerate(rows):
        left = (width - (len(row) * (BOX_WIDTH + GAP_X) - GAP_X)) / 2
        for position, box in enumerate(row):
            x = left + position * (BOX_WIDTH + GAP_X) + BOX_WIDTH / 2
            places[box] = (x, MARGIN + depth * (BOX_HEIGHT + GAP_Y) + BOX_HEIGHT / 2)
    return Layout(places, width, len(rows) * (BOX_HEIGHT + GAP_Y) - GAP_Y + 2 * MARGIN)


def _rows(chart: Chart) -> list[list[str]]:
    start = next((box.id for box in chart.boxes if box.shape == "start"), None)
    depth: dict[str, int] = {} if start is None else {start: 0}
    waiting = deque(depth)
    while waiting:
        here = waiting.popleft()
        for arrow in chart.arrows:
            if arrow.source == here and arrow.target not in depth:
                depth[arrow.target] = depth[here] + 1
                waiting.append(arrow.target)
    rows: list[list[str]] = [[] for _ in range(max(depth.values(), default=0) + 1)]
    for box in chart.boxes:
        # What only a failure leads to stands in the last row.
        rows[depth.get(box.id, len(rows) - 1)].append(box.id)
    return rows


def _order(chart: Chart, rows: list[list[str]]) -> None:
    neighbours: dict[str, list[str]] = {box.id: [] for box in chart.boxes}
    for arrow in chart.arrows:
        neighbours[arrow.source].append(arrow.target)
        neighbours[arrow.target].append(arrow.source)
    for sweep in range(_SWEEPS):
        for index in range(len(rows)) if sweep % 2 == 0 else reversed(range(len(rows))):
            # Each row is seen with its middle at 0, as it is drawn.
            place = {box: position - (len(row) - 1) / 2 for row in rows for position, box in enumerate(row)}
            near = {row_index for row_index in (index - 1, index + 1) if 0 <= row_index < len(rows)}
            beside = {box for row_index in near for box in rows[row_index]}

            def mean(box: str, place: dict[str, float] = place, beside: set[str] = beside) -> float:
                found = [place[other] for other in neighbours[box] if other in beside]
                return sum(found) / len(found) if found else place[box]

            rows[index].sort(key=mean)

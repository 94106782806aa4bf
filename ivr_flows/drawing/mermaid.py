"""A flow as Mermaid text, which GitHub, GitLab and many editors draw."""

from __future__ import annotations

from collections.abc import Iterable

from ivr_flows.drawing.chart import Chart, chart
from ivr_flows.flow_set import Flow

_SHAPES = {
    "start": ("([", "])"),
    "step": ("[", "]"),
    "choice": ("{{", "}}"),
    "end": ("[[", "]]"),
    "flow": ("[/", "/]"),
}


def mermaid(flows: Iterable[Flow]) -> str:
    """Draw flows, each in a frame of its own when there are several."""
    charts = [chart(flow) for flow in flows]
    lines = ["flowchart TD"]
    for number, one in enumerate(charts):
        inner = _lines(one, f"f{number}")
        if len(charts) > 1:
            lines += [
                f'  subgraph f{number}["{_quoted(one.name)}"]',
                *(f"  {line}" for line in inner),
                "  end",
            ]
        else:
            lines += inner
    return "\n".join(lines) + "\n"


def _lines(one: Chart, prefix: str) -> list[str]:
    # Step names may be words of Mermaid's own, such as "end": boxes get numbers.
    ids = {box.id: f"{prefix}s{number}" for number, box in enumerate(one.boxes)}
    lines = []
    for box in one.boxes:
        left, right = _SHAPES[box.shape]
        lines.append(f'  {ids[box.id]}{left}"{_quoted(box.title)}<br/>{box.text}"{right}')
    for arrow in one.arrows:
        label = f'|"{_quoted(arrow.label)}"|' if arrow.label else ""
        line = "-.->" if arrow.error else "-->"
        lines.append(f"  {ids[arrow.source]} {line}{label} {ids[arrow.target]}")
    return lines


def _quoted(text: str) -> str:
    """Text between Mermaid's quotes; it writes special characters as #code;."""
    return "".join(f"#{ord(letter)};" if letter in '"#<>&;`' else letter for letter in text)

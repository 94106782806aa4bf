"""What a picture of flows shows: boxes and arrows, before anybody says where they go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ivr_flows.flow_set import Flow
from ivr_flows.transitions import Kind, ends_call, transitions

_SHAPES = {"menu": "choice", "branch": "choice", "hours": "choice", "ask": "choice", "collect": "choice"}
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Box:
    """One step, or a flow that is drawn elsewhere.

    Args:
        id: unique in the chart.
        title: the step's name.
        text: what it does.
        shape: "start", "step", "choice", "end" or "flow".
    """

    id: str
    title: str
    text: str
    shape: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """One way; `error` for the way that is gone when a step fails."""

    source: str
    target: str
    label: str
    error: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """One flow's boxes, in the order of its file, and its arrows."""

    name: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def chart(flow: Flow) -> Chart:
    """Make the chart of a flow."""
    boxes = []
    arrows: list[Arrow] = []
    others: dict[str, Box] = {}
    for name, body in flow.steps.items():
        shape = "end" if ends_call(body) else _SHAPES.get(body.name, "step")
        boxes.append(Box(name, name, body.name, "start" if name == flow.start else shape))
        for edge in transitions(flow, name):
            if edge.kind is Kind.ERROR and body.on_error is None:
                continue  # the flow's own on_error would be an arrow from every box
            target = edge.target
            if edge.kind in (Kind.FLOW, Kind.RUN):
                target = f"flow:{edge.target}"
                others[target] = Box(target, edge.target, "flow", "flow")
            arrows.append(Arrow(name, target, shorten(edge.label), edge.kind is Kind.ERROR))
    return Chart(flow.name, (*boxes, *others.values()), tuple(_joined(arrows)))


def shorten(label: str) -> str:
    """A label that fits into a picture."""
    return label if len(label) <= _LONGEST else label[: _LONGEST - 1] + "…"


def _joined(arrows: Iterable[Arrow]) -> Iterable[Arrow]:
    """Arrows between the same boxes as one, with all their labels."""
    joined: dict[tuple[str, str, bool], list[str]] = {}
    for arrow in arrows:
        joined.setdefault((arrow.source, arrow.target, arrow.error), []).append(arrow.label)
    for (source, target, error), labels in joined.items():
        yield Arrow(
            source, target, shorten(", ".join(dict.fromkeys(label for label in labels if label))), error
        )

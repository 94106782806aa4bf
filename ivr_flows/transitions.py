"""The transitions of a flow: which step leads where, and what it takes to go there.

The checker, the drawings and the documentation look at flows through this; the engine does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from ivr_flows.flow_set import Flow
from ivr_flows.kinds import FlowName, StepName
from ivr_flows.schema import StepBase, values_in
from ivr_flows.verbs import Then
from ivr_flows.verbs.back import Back
from ivr_flows.verbs.flow import Flow as FlowVerb
from ivr_flows.verbs.hangup import Hangup


class Kind(Enum):
    """What a transition leads to."""

    STEP = "step"
    """To a step of the same flow."""
    FLOW = "flow"
    """To another flow, for good."""
    RUN = "run"
    """To another flow that comes back."""
    ERROR = "error"
    """To a step of the same flow, when something failed."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One edge of the graph that a flow is.

    Args:
        target: the step, or the flow, that it leads to.
        kind: what it leads to.
        setting: the setting that names the target: "next" for the step's own or the step below.
        label: when it is taken, for people: "1 agent", "if_busy", "" for the next step.
        by_input: whether it takes something that the caller pressed, said or waited for.
    """

    target: str
    kind: Kind
    setting: str
    label: str
    by_input: bool


def transitions(flow: Flow, step: str) -> Iterator[Transition]:
    """Every transition out of a step."""
    body = flow.steps[step]
    verb = body.verb
    for path, value in values_in(verb, ()):
        setting = str(path[0]) if path else ""
        if isinstance(value, StepName):
            yield Transition(value, Kind.STEP, setting, _label(body, path), setting in verb.by_input())
        elif isinstance(value, FlowName):
            kind = Kind.RUN if isinstance(verb, FlowVerb) else Kind.FLOW
            yield Transition(value, kind, setting, "run" if kind is Kind.RUN else "", False)
    following = flow.following[step] if verb.then() is Then.NEXT else body.next
    if following is not None and verb.then() is not Then.NEVER:
        yield Transition(following, Kind.STEP, "next", "", "next" in verb.by_input())
    failure = body.on_error or flow.on_error
    if failure is not None and failure != step:
        yield Transition(failure, Kind.ERROR, "on_error", "on error", False)


def ends_call(body: StepBase) -> bool:
    """Whether a call can be over with this step: it hangs up, or hands the caller to somebody for good."""
    verb = body.verb
    return isinstance(verb, Hangup) or (verb.then() is Then.NAMED and body.next is None)


def comes_back(body: StepBase) -> bool:
    """Whether this step ends a sub-flow."""
    return isinstance(body.verb, Back)


def _label(body: StepBase, path: tuple[str | int, ...]) -> str:
    """When a transition is taken: a menu's choice by its key or first word, a case by its condition."""
    verb = body.verb
    if len(path) >= 2 and isinstance(path[1], int):
        item = getattr(verb, str(path[0]))[path[1]]
        when = getattr(item, "when", None)
        if when is not None:
            return str(when.text)
        key = getattr(item, "key", None)
        words = getattr(item, "words", None)
        spoken = (
            next((of[0] for of in (words.words, words.en, words.zh, words.ko) if of), "") if words else ""
        )
        return " ".join(part for part in (key, spoken) if part) or "else"
    return "" if path == ("step",) else str(path[0]).replace("_", " ")

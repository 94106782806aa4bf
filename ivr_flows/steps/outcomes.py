"""What a step leads to: a move within the flow, or something to be done outside it.

A move stays in the flow and is handled by the engine. A departure is data for the router, which carries
it out and comes back to the flow with a `Result`, unless the call is over (`HangUp`). Nothing here does
anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from asr.intake.values import OpenTicket, Progress, Slot, Turn
from ivr_flows.expressions import Value

__all__ = [
    "Departure",
    "Dial",
    "Done",
    "Goto",
    "GotoFlow",
    "HandOff",
    "HangUp",
    "Move",
    "OpenTicket",
    "Outcome",
    "Progress",
    "Result",
    "ResultWord",
    "Return",
    "RunFlow",
    "Slot",
    "Transfer",
    "Turn",
]

ResultWord: TypeAlias = Literal[
    "done", "busy", "no_answer", "refused", "failed", "timeout", "full", "closed", "no_agents", "key"
]


# Moves: the flow continues.


@dataclass(frozen=True, slots=True)
class Done:
    """The step is done: go on at its `next`, or at the step below it."""


@dataclass(frozen=True, slots=True)
class Goto:
    """Go on at a step of the same flow."""

    step: str


@dataclass(frozen=True, slots=True)
class GotoFlow:
    """Go on at the start of another flow, for good."""

    flow: str


@dataclass(frozen=True, slots=True)
class RunFlow:
    """Run another flow and come back; `variables` are set before it starts."""

    flow: str
    variables: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Return:
    """The sub-flow is done: go on behind the step that ran it."""


# Departures, carried out by the server.


@dataclass(frozen=True, slots=True)
class HandOff:
    """Put the caller into a queue.

    Args:
        queue: its name.
        language: what the caller speaks.
        slots: what the caller has said.
        priority: higher goes first; 0 is ordinary.
        max_wait: seconds after which the caller comes back with "timeout", None never.
        exit_key: the key that brings a waiting caller back with "key", "" for none.
        so_far: what the intake bot took in before it passed the caller on to a person. The flow writes it
            down when the call ends without "done" (`FlowRun.abandoned`).

    Results: done, timeout, full, closed, no_agents, key, failed.
    """

    queue: str
    language: str
    slots: tuple[Slot, ...] = ()
    priority: int = 0
    max_wait: float | None = None
    exit_key: str = ""
    so_far: OpenTicket | None = None


@dataclass(frozen=True, slots=True)
class Dial:
    """Ring numbers of agents or SIP addresses together, connect the first answer, come back when it is over.

    Args:
        targets: whom to ring.
        ring_seconds: how long; None for the site's usual time.

    Results: done, busy, no_answer, refused, failed.
    """

    targets: tuple[str, ...]
    ring_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """Send the caller to a number or SIP address for good (REFER). Results: done, failed."""

    target: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call. Nothing comes back.

    Args:
        reason: a short text for the journal.
    """

    reason: str


Move: TypeAlias = Done | Goto | GotoFlow | RunFlow | Return
Departure: TypeAlias = HandOff | OpenTicket | Dial | Transfer | HangUp
Outcome: TypeAlias = Move | Departure


@dataclass(frozen=True, slots=True)
class Result:
    """How a departure went, from the router.

    Args:
        word: one of the results that the departure names.
        values: what the flow may want to say, such as `ticket`.
    """

    word: ResultWord
    values: Mapping[str, str] = field(default_factory=dict)

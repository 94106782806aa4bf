"""The events of callbacks, from request to end, as they stand in the journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from callback_queue.customers.events import Tier
from journal.event import CallEvent, Event

CallbackWhy: TypeAlias = Literal["intake", "requested", "abandoned", "cut_off", "voicemail", "agent"]

AttemptOutcome: TypeAlias = Literal[
    "reached",
    "busy",
    "no_answer",
    "refused",
    "wrong_number",
    "failed",
    "no_agent",
    "cut_off",
    "withdrawn",
    "not_permitted",
]

CallbackEnd: TypeAlias = Literal[
    "completed",
    "expired",
    "not_reached",
    "wrong_number",
    "not_permitted",
    "crashed",
    "joined",
    "reached_meanwhile",
    "cancelled",
]

GIVEN_UP: frozenset[CallbackEnd] = frozenset(
    {"expired", "not_reached", "wrong_number", "not_permitted", "crashed"}
)
"""Ends after which the customer was not spoken with, and is still to be: the ticket stays open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRequested(CallEvent):
    """Somebody is to be called back.

    Args:
        callback: its id: the ticket's number, a dot, 1 for the ticket's first one.
        ticket: its number.
        number: whom to call.
        queue: who is to call.
        language: what the caller speaks.
        tier, priority: as in `QueueEntered`.
        arrival: since when the caller waits: keeps the place in the line.
        why: how it came about.
        not_before, not_after: the caller's wish, 0 for none.
        expires: when it is given up.
    """

    callback: str
    ticket: str
    number: str
    queue: str
    language: str
    tier: Tier
    priority: int
    arrival: float
    why: CallbackWhy
    not_before: float = 0.0
    not_after: float = 0.0
    expires: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackLeased(Event):
    """A switch took a callback for one attempt; `attempt` counts from 1."""

    callback: str
    attempt: int
    switch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackStarted(CallEvent):
    """A call for a callback's attempt began: the first event of that call.

    Args:
        callback, ticket, queue, number, attempt: of the callback.
        mode: whom it rings first: "agent_first" or "customer_first".
    """

    callback: str
    ticket: str
    queue: str
    number: str
    attempt: int
    mode: Literal["agent_first", "customer_first"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackDialled(CallEvent):
    """The customer's phone is about to be dialled: written before the INVITE leaves.

    Args:
        callback, attempt: which.
        number: whom to dial; "" in journals of earlier versions, for that of `CallbackStarted`.
    """

    callback: str
    attempt: int
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAttemptEnded(CallEvent):
    """An attempt is over.

    Args:
        callback, attempt: which.
        outcome: "reached" when customer and agent spoke; "no_agent" never dialled the customer; "withdrawn"
            when we ended it (the server stopped, somebody hung it up, the callback was taken back), "cut_off"
            when the switch crashed in it, "not_permitted" when the site does not allow the number.
        agent: who tried, "".
        next_at: when to try again, 0 when it is over for good.
        talk_ms: how long they spoke.
    """

    callback: str
    attempt: int
    outcome: AttemptOutcome
    agent: str
    next_at: float
    talk_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRescheduled(Event):
    """Somebody moved a callback: `due` is when, `by` who."""

    callback: str
    due: float
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackMoved(Event):
    """A callback went to another queue, with its ticket."""

    callback: str
    queue: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRestored(Event):
    """A callback goes on: its ticket was opened again, or waited for the customer for long.

    Args:
        callback: which; one that was closed has all its attempts again.
        due: when to dial.
        expires: when it is given up, 0 for never.
        by: who opened the ticket.
    """

    callback: str
    due: float
    expires: float
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackClosed(Event):
    """A callback is over.

    Args:
        callback: which.
        end: how. Earlier versions wrote "expired" for "not_reached" (all attempts are used up) and for
            "wrong_number" as well. After "crashed" attempts of it had stopped the switch too often; with
            "not_permitted" the site does not allow the number, and `note` says why.
        by: who closed it: "system", "agent:1001".
        note: in a few words.
    """

    callback: str
    end: CallbackEnd
    by: str
    note: str = ""

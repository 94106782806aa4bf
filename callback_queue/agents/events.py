"""The events of agents: states, offers, conversations, transfers; durations in milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from journal.event import CallEvent, Event

AgentState: TypeAlias = Literal["offline", "available", "reserved", "ringing", "on_call", "wrap_up", "break"]

OfferOutcome: TypeAlias = Literal[
    "answered", "no_answer", "busy", "refused", "not_confirmed", "caller_gone", "elsewhere", "unreachable"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStateChanged(Event):
    """An agent's state changed.

    Args:
        agent: its number.
        state, was: the new and the old one.
        since: when the old one began.
        reason: of a break ("lunch"), a pause ("no_answer"), or "".
        why: what brought it about, in a few words for people.
        call: the call that it is about, "" for none.
    """

    agent: str
    state: AgentState
    was: AgentState
    since: float
    reason: str = ""
    why: str = ""
    call: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentOffered(CallEvent):
    """An agent's phones begin to ring for a call of a queue; `entry` as in `QueueEntered`."""

    queue: str
    entry: str
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentOfferEnded(CallEvent):
    """An offer is over.

    Args:
        queue, entry, agent: as in `AgentOffered`.
        outcome: "answered": the agent took the call; "no_answer", "busy", "refused", "unreachable" by the
            phone; "not_confirmed": answered, but nobody pressed the key; "caller_gone": the caller hung up
            or left the queue first; "elsewhere": another agent was faster.
        ring_ms: how long it rang.
    """

    queue: str
    entry: str
    agent: str
    outcome: OfferOutcome
    ring_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentConnected(CallEvent):
    """An agent and somebody from a queue hear each other for the first time.

    Args:
        queue, entry: as in `QueueEntered`.
        agent: its number.
        agent_leg: the agent's leg; `leg` is the customer's.
        wait_ms: how long the customer had waited in the queue.
    """

    queue: str
    entry: str
    agent: str
    agent_leg: str
    wait_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTransferred(CallEvent):
    """An agent passed a call on (REFER).

    Args:
        agent: who did.
        target: the number that was dialled; `queue` its name when that is a queue, `to_agent` when an agent.
        status: how it went: 200 the target answered; else the SIP status that it failed with.
    """

    agent: str
    target: str
    to_agent: str
    queue: str
    status: int

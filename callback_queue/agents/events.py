"""The events of agents: each says the new state, since when the old one was, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from journal.event import Event

AgentState: TypeAlias = Literal["offline", "available", "reserved", "ringing", "on_call", "wrap_up", "break"]


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

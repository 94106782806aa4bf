"""Callers and agents for the tests of the waiting line."""

from __future__ import annotations

from typing import Any

from callback_queue.agents.agent import AgentView
from callback_queue.line.distribution import MemberRules, QueueRules, Strategy
from callback_queue.line.waiting_line import Entry


def waiting(name: str, arrival: float, *, queue: str = "support", **more: Any) -> Entry:
    """A live caller who joined the queue on arriving."""
    return Entry(
        id=name,
        kind="live",
        call=f"call-{name}",
        queue=queue,
        arrival=arrival,
        entered_at=arrival,
        **more,
    )


def free(number: str, idle_since: float = 0.0, offered_at: float = 0.0) -> AgentView:
    """An agent who waits for calls."""
    return AgentView(number, "available", idle_since, offered_at)


def rules(strategy: Strategy, *members: str, name: str = "support", **special: MemberRules) -> QueueRules:
    """A queue with these members; `special` are those with rules of their own, as a1001."""
    given = {number: MemberRules() for number in members}
    return QueueRules(name, strategy, given | {key.removeprefix("a"): rule for key, rule in special.items()})

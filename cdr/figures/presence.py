"""Counts agents' time: each state clipped exactly to the intervals, and wrap-ups.

A state is counted when it ends, and at the end of the report as far as it went. Where a switch went down
without a word, states end with the last event before it started again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from callback_queue.agents.events import AgentConnected, AgentOfferEnded, AgentStateChanged, CallTransferred
from callback_queue.recovery.events import SwitchStarted, SwitchStopped
from cdr.figures.interval_tallies import IntervalTallies
from cdr.times import to_ms
from journal.event import Event


@dataclass(slots=True)
class _Agent:
    """One agent: the current state, and the contacts in it.

    Args:
        state: None when nothing is known.
        since: its beginning, Unix milliseconds.
        reason: of a break.
        switch: that told it.
        contacts: calls from queues that the agent has taken and not finished: their queues.
        last: call and queue of the contact before.
    """

    state: str | None = None
    since: int = 0
    reason: str = ""
    switch: str = ""
    contacts: dict[str, str] = field(default_factory=dict)
    last: tuple[str, str] = ("", "")


class Presence:
    """Agents' states. `handlers` says what it wants to see."""

    def __init__(self, tallies: IntervalTallies) -> None:
        self._tallies = tallies
        self._agents: dict[str, _Agent] = {}
        self._seen: dict[str, float] = {}
        self.handlers: Mapping[type[Event], Callable[[Any], None]] = {
            AgentStateChanged: self._changed,
            AgentOfferEnded: self._offer_ended,
            AgentConnected: self._connected,
            CallTransferred: self._transferred,
            SwitchStarted: self._started,
            SwitchStopped: self._stopped,
        }

    def saw(self, at: float) -> None:
        """A sign of life of the switch whose event this was, Unix seconds."""
        self._seen[self._tallies.switch] = at

    def finish(self, until: int) -> None:
        """Count the states that go on, up to a moment."""
        for number, agent in self._agents.items():
            self._count(number, agent, until)
            agent.since = max(agent.since, until)

    def _agent(self, number: str) -> _Agent:
        return self._agents.setdefault(number, _Agent())

    def _count(self, number: str, agent: _Agent, until: int) -> None:
        if agent.state is None:
            return
        name = agent.state
        if name == "on_call":
            name = "contact" if agent.contacts else "communicating"
        for index, spent in self._tallies.windows.shares(agent.since, until):
            tally = self._tallies.agent_in(number, index)
            if tally is not None:
                tally.state_ms[name] = tally.state_ms.get(name, 0) + spent
                if name == "break":
                    tally.break_ms[agent.reason] = tally.break_ms.get(agent.reason, 0) + spent

    def _changed(self, event: AgentStateChanged) -> None:
        agent, at, since = self._agent(event.agent), to_ms(event.at), to_ms(event.since)
        if (agent.state, agent.since) != (event.was, since):
            # The first that is heard of the agent, or something between was not written down.
            self._count(event.agent, agent, since)
            agent.state, agent.since, agent.reason = event.was, since, ""
        self._count(event.agent, agent, at)
        if event.was == "on_call" and agent.contacts:
            call = next(reversed(agent.contacts))
            agent.last = (call, agent.contacts[call])
            agent.contacts = {}
        elif event.was == "wrap_up":
            self._wrapped_up(event.agent, agent, at, at - since)
        agent.state, agent.since, agent.reason = event.state, at, event.reason
        agent.switch = self._tallies.switch

    def _wrapped_up(self, number: str, agent: _Agent, at: int, spent: int) -> None:
        call, queue = agent.last
        for tally in (self._tallies.queue(queue, at), self._tallies.agent(number, at, queue)):
            if tally is not None:
                tally.wrap_ups += 1
                tally.wrap_up_ms += spent
                self._tallies.note(tally, "wrap_ups", call)

    # --- which calls are contacts --------------------------------------------------------------------------

    def _offer_ended(self, event: AgentOfferEnded) -> None:
        if event.outcome == "answered":
            self._agent(event.agent).contacts[event.call] = event.queue

    def _connected(self, event: AgentConnected) -> None:
        self._agent(event.agent).contacts.setdefault(event.call, event.queue)

    def _transferred(self, event: CallTransferred) -> None:
        if event.status >= 300 or not event.to_agent:
            return
        giver = self._agent(event.agent)
        if event.call in giver.contacts or giver.last[0] == event.call:
            self._agent(event.to_agent).contacts.setdefault(event.call, "")

    # --- the switch ----------------------------------------------------------------------------------------

    def _started(self, event: SwitchStarted) -> None:
        self._all_gone(event.switch, to_ms(self._seen.get(event.switch, 0.0)))

    def _stopped(self, event: SwitchStopped) -> None:
        self._all_gone(event.switch, to_ms(event.at))

    def _all_gone(self, switch: str, until: int) -> None:
        for number, agent in self._agents.items():
            if agent.switch == switch and agent.state is not None:
                self._count(number, agent, until)
                agent.state, agent.contacts = None, {}

"""Counts solved tickets and their points, by the agent who solved them.

The allowed transitions are in `callback_queue.tickets.ticket`. A ticket that is reopened was not solved: it
is taken out of the count again, and counted anew when it is solved anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from callback_queue.recovery.events import SettingsApplied
from callback_queue.tickets.events import TicketChanged, TicketJoined, TicketOpened
from callback_queue.tickets.ticket import AT_WORK, Standing, TicketState, change
from cdr.figures.interval_tallies import IntervalTallies
from cdr.figures.tallies import AgentTally, QueueTally
from cdr.times import to_ms
from journal.event import Event

_NEW = Standing(TicketState.OPEN)


@dataclass(slots=True)
class _Ticket:
    """One ticket, and where its solution was counted."""

    queue: str
    category: str
    standing: Standing = _NEW
    points: int = 0
    counted: list[QueueTally | AgentTally] = field(default_factory=list)


class Tickets:
    """Tickets. `handlers` says what it wants to see."""

    def __init__(self, tallies: IntervalTallies) -> None:
        self._tallies = tallies
        self._tickets: dict[str, _Ticket] = {}
        self._points: dict[str, Mapping[str, int]] = {}
        self.handlers: Mapping[type[Event], Callable[[Any], None]] = {
            SettingsApplied: self._settings_applied,
            TicketOpened: self._opened,
            TicketChanged: self._changed,
            TicketJoined: self._joined,
        }

    def _settings_applied(self, event: SettingsApplied) -> None:
        self._points[event.switch] = event.points

    def _opened(self, event: TicketOpened) -> None:
        self._tickets[event.ticket] = _Ticket(event.queue, event.category)

    def _joined(self, event: TicketJoined) -> None:
        ticket = self._tickets.get(event.ticket)
        if ticket is not None:
            ticket.standing = Standing(TicketState.JOINED, ticket.standing.owner)

    def _changed(self, event: TicketChanged) -> None:
        ticket = self._tickets.get(event.ticket)
        if ticket is None:
            return
        before = ticket.standing
        values = change(before, event.changes).values
        ticket.queue = values.get("queue", ticket.queue)
        ticket.category = values.get("category", ticket.category)
        state = TicketState(values.get("state", before.state))
        ticket.standing = Standing(state, values.get("owner", before.owner))
        if state is TicketState.SOLVED and before.state is not TicketState.SOLVED:
            self._solved(event, ticket, ticket.standing.owner or before.owner)
        elif state in AT_WORK:
            self._take_back(event.ticket, ticket)

    def _solved(self, event: TicketChanged, ticket: _Ticket, owner: str) -> None:
        kind, _, number = event.by.partition(":")
        agent = owner or (number if kind == "agent" else "")
        at = to_ms(event.at)
        points = self._points.get(self._tallies.switch, self._tallies.rules.points)
        ticket.points = points.get(ticket.category, 0)
        for tally in (
            self._tallies.queue(ticket.queue, at),
            self._tallies.agent(agent, at, ticket.queue),
        ):
            if tally is not None:
                tally.solved += 1
                tally.points += ticket.points
                self._tallies.note(tally, "solved", event.ticket)
                ticket.counted.append(tally)

    def _take_back(self, number: str, ticket: _Ticket) -> None:
        for tally in ticket.counted:
            tally.solved -= 1
            tally.points -= ticket.points
            if "solved" in tally.behind:
                tally.behind["solved"].remove(number)
        ticket.counted = []

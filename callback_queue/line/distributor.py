"""The queue floor: everybody who waits, on the line or to be called back, and who gets the next free agent.

Order and choice are pure (`callback_queue.line.waiting_line`, `callback_queue.line.distribution`); here they
are asked whenever something changed. What agents do is the board's matter, ringing them `ringing.py`'s.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from callback_queue.acd.events import OfferOutcome
from callback_queue.agents.roster import AgentBoard
from callback_queue.line.announcements import HandlingTimes, estimated_wait
from callback_queue.line.distribution import QueueRules, assign, staff
from callback_queue.line.events import LeftWhy, QueueEntered, QueueLeft
from callback_queue.line.place import Place
from callback_queue.line.waiting_line import Entry, WaitingLine
from config import Site
from telephony.call.leg_lifetime import LegContext


class Floor:
    """The floor of one switch.

    Args:
        context: loop, journal and clock.
        board: the agents.
    """

    def __init__(self, context: LegContext, board: AgentBoard) -> None:
        self._context = context
        self._board = board
        self._line = WaitingLine({}, 0.0)
        self._places: dict[str, Place] = {}
        self._rules: dict[str, QueueRules] = {}
        self._handling: dict[str, HandlingTimes] = {}
        self._looking = False
        self._timer: asyncio.TimerHandle | None = None
        board.on_change = self._changed

    def use(self, site: Site) -> None:
        """Work by these rules from now on. Who waits goes on waiting, also in a queue that is gone."""
        settings = site.settings
        head_start = settings.distribution.head_start
        line = WaitingLine(
            {"vip": head_start.vip, "super_vip": head_start.super_vip}, settings.distribution.priority_step
        )
        for entry in self._line.ordered():
            line.add(entry)
        self._line = line
        rules = {queue.name: QueueRules.of(queue, site.agents, settings.language) for queue in site.queues}
        held = {name: rule for name, rule in self._rules.items() if line.waiting(name)}
        self._rules = held | rules
        self._changed()

    def close(self) -> None:
        """End all timers."""
        if self._timer is not None:
            self._timer.cancel()

    # --- places -----------------------------------------------------------------------------------------

    def enter(
        self,
        entry: Entry,
        *,
        leg: str = "",
        wrap_up: float = 0.0,
        gave_up: Callable[[], None] | None = None,
    ) -> Place:
        """Let somebody join a queue.

        Args:
            entry: who, and for which queue.
            leg: the caller's leg, "" for a callback.
            wrap_up: seconds that the agent has after the call.
            gave_up: called when nobody who serves the queue is logged in; left out, the place waits.
        """
        position = self._line.add(entry)
        place = Place(self, entry, leg, wrap_up, position, gave_up)
        self._places[entry.id] = place
        self._context.journal.append(
            QueueEntered(
                self._context.clock(),
                entry.call,
                leg,
                queue=entry.queue,
                entry=entry.id,
                kind=entry.kind,
                arrival=entry.arrival,
                tier=entry.tier,
                priority=entry.priority,
                position=position,
                callback=entry.callback,
            )
        )
        self._changed()
        return place

    def waiting(self, queue: str) -> int:
        """How many wait in a queue, on the line or to be called back."""
        return self._line.waiting(queue)

    def callers(self, queue: str) -> int:
        """How many callers on the line wait in a queue."""
        return sum(entry.kind == "live" for entry in self._line.ordered(queue))

    def staffed(self, queue: str) -> bool:
        """Whether anybody who serves a queue is logged in."""
        rules = self._rules.get(queue)
        return rules is not None and any(self._board.is_in(agent) for agent in rules.members)

    def handled(self, queue: str, seconds: float) -> None:
        """An agent was busy with somebody from a queue for so long, wrap-up included."""
        self._handling.setdefault(queue, HandlingTimes()).add(seconds)

    def holds(self, call: str) -> bool:
        """Whether a call waits here."""
        return any(place.call == call for place in self._places.values())

    # --- what places ask ----------------------------------------------------------------------------------

    def position_of(self, place: Place) -> int:
        """The place in the line, 1 is the next; 0 for one who has left."""
        return 0 if place.left else self._line.position(place.entry.id)

    def estimate_for(self, place: Place) -> float | None:
        """Seconds until it is probably this one's turn; None when nobody can tell."""
        queue = place.entry.queue
        rules = self._rules.get(queue)
        handling = self._handling.get(queue)
        mean = handling.mean if handling is not None else None
        there = 0 if rules is None else len(staff(place.entry, self._board.views(), rules))
        return estimated_wait(self.position_of(place), mean, there)

    def wants_agent(self, place: Place) -> None:
        """Somebody began to wait for an agent."""
        self._changed()

    def taken(self, place: Place, agent: str, leg: str) -> None:
        """An agent answered."""
        self._board.connected(agent, place.call, leg, place.wrap_up)

    def give_back(self, place: Place, agent: str, outcome: OfferOutcome) -> None:
        """An agent did not take the call."""
        self._board.offer_over(agent, place, outcome)
        self._changed()

    def leave(self, place: Place, why: LeftWhy, agent: str) -> None:
        """Somebody left the line."""
        entry, now = place.entry, self._context.clock()
        position = self._line.position(entry.id)
        self._line.remove(entry.id)
        del self._places[entry.id]
        self._context.journal.append(
            QueueLeft(
                now,
                place.call,
                place.leg,
                queue=entry.queue,
                entry=entry.id,
                kind=entry.kind,
                entered_at=entry.entered_at,
                why=why,
                wait_ms=max(0, round((now - entry.entered_at) * 1000)),
                position=position,
                original_position=place.original_position,
                agent=agent,
            )
        )
        self._changed()

    # --- who gets whom ------------------------------------------------------------------------------------

    def _changed(self) -> None:
        """Look at the floor again, once all that changes in this turn of the loop has changed."""
        if not self._looking and self._places:
            self._looking = True
            self._context.loop.call_soon(self._look)

    def _look(self) -> None:
        self._looking = False
        for place in list(self._places.values()):
            if place.gave_up is not None and not self.staffed(place.entry.queue):
                gave_up, place.gave_up = place.gave_up, None
                gave_up()
        now = self._context.clock()
        asking = [entry for entry in self._line.ready(now) if self._places[entry.id].asking]
        if asking:
            tried = {entry.id: self._places[entry.id].tried for entry in asking}
            for assignment in assign(asking, self._board.views(), self._rules, tried):
                place = self._places[assignment.entry.id]
                place.offer(assignment.agents)
                for agent in assignment.agents:
                    self._board.reserve(agent, place)
        later = [entry.not_ready_until for entry in self._line.ordered() if entry.not_ready_until > now]
        self._wake_at(min(later, default=None), now)

    def _wake_at(self, deadline: float | None, now: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if deadline is not None:
            self._timer = self._context.loop.call_later(deadline - now, self._changed)

    # --- what can be seen of it ---------------------------------------------------------------------------

    def snapshot(self) -> list[dict[str, Any]]:
        """Every queue with who waits in it, in order."""
        now = self._context.clock()
        names = [*self._rules, *{p.entry.queue for p in self._places.values()} - self._rules.keys()]
        return [
            {"queue": name, "waiting": [self._seen(entry, now) for entry in self._line.ordered(name)]}
            for name in names
        ]

    def _seen(self, entry: Entry, now: float) -> Mapping[str, Any]:
        place = self._places[entry.id]
        return {
            "entry": entry.id,
            "kind": entry.kind,
            "call": entry.call,
            "callback": entry.callback,
            "position": self._line.position(entry.id),
            "tier": entry.tier,
            "priority": entry.priority,
            "arrival": entry.arrival,
            "entered_at": entry.entered_at,
            "language": entry.language,
            "wait_s": round(now - entry.entered_at, 1),
            "offered": sorted(place.offered),
        }

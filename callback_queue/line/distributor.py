"""The distributor: all calls that wait, live or to be called back, and which gets the next free agent.

A queued call is `async with` a `Place`: whichever way the block is left, the call is out of the line once,
with one `QueueLeft`, and no agent stays reserved for it. Order and choice are pure
(`callback_queue.line.waiting_line`, `callback_queue.line.distribution`) and repeated after every change.
What agents are doing is kept by `callback_queue.agents.roster`; ringing them is left to
`callback_queue.acd.ringing`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

from callback_queue.agents.events import AgentConnected, AgentOffered, AgentOfferEnded, OfferOutcome
from callback_queue.agents.roster import AgentRoster
from callback_queue.line.announcements import HandlingTimes, estimated_wait
from callback_queue.line.distribution import QueueRules, assign, staff
from callback_queue.line.events import LeftWhy, QueueEntered, QueueLeft
from callback_queue.line.waiting_line import Entry, WaitingLine
from config import Site
from journal.event import Event
from telephony.call.errors import LegClosed
from telephony.call.leg_lifetime import LegContext


class LeavesLine(Exception):
    """A caller is to leave the line; `why` goes into the journal."""

    def __init__(self, why: LeftWhy) -> None:
        super().__init__(why)
        self.why = why


class Place:
    """One stay in one queue, for as long as its `async with` block lasts. `Distributor.queue` makes it.

    Args:
        distributor: whose line it is.
        entry: who waits, for which queue, since when.
        leg: the caller's leg, "" for a callback.
        on_unstaffed: called once when nobody who serves the queue is logged in; None to wait on.
    """

    def __init__(
        self, distributor: Distributor, entry: Entry, leg: str, on_unstaffed: Callable[[], None] | None
    ) -> None:
        self._distributor = distributor
        self.entry = entry
        self.call = entry.call
        """The call that agents are rung in; a callback's is known when its attempt begins."""
        self.leg = leg
        self.on_unstaffed = on_unstaffed
        self.original_position = 0
        self.tried: set[str] = set()
        """Agents who were rung and did not take the call: the others go first."""
        self._offers: dict[str, float | None] = {}  # agents, each with when its phone began to ring
        self._next_offer: asyncio.Future[tuple[str, ...]] | None = None
        self._in_line = False

    async def __aenter__(self) -> Place:
        self.original_position = self._distributor.enter(self)
        self._in_line = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.entry.kind == "callback":
            self.leave("withdrawn")
        elif isinstance(error, LeavesLine):
            self.leave(error.why)
        elif isinstance(error, LegClosed) and error.by != "local":
            self.leave("abandoned")
        else:
            self.leave("cut_off")

    def leave(self, why: LeftWhy, agent: str = "") -> None:
        """Leave the line before the block ends; a second time does nothing.

        Args:
            why: goes into the journal.
            agent: who took the call, "" for nobody.
        """
        if self._in_line:
            self._in_line = False
            for each in tuple(self._offers):
                self.end_offer(each, "caller_gone")
            self._distributor.left(self, why, agent)

    @property
    def position(self) -> int:
        """The position in the queue now, 1 is the next; 0 for a call that has left."""
        return self._distributor.position_of(self)

    @property
    def estimated_wait(self) -> float | None:
        """Seconds until this call will probably be served, None when unknown."""
        return self._distributor.estimated_wait(self)

    # --- agents -------------------------------------------------------------------------------------------

    @property
    def offered(self) -> frozenset[str]:
        """The agents who are reserved for this place, or are being rung."""
        return frozenset(self._offers)

    @property
    def wants_agent(self) -> bool:
        """Whether `next_offer` is being waited for."""
        return self._next_offer is not None and not self._next_offer.done()

    async def next_offer(self) -> tuple[str, ...]:
        """Wait until agents are reserved for this place; cancelled, no agent is wanted any more.

        Returns:
            the agents to ring together, each from `begin_offer` to `end_offer`.
        """
        offer: asyncio.Future[tuple[str, ...]] = asyncio.get_running_loop().create_future()
        self._next_offer = offer
        self._distributor.changed()
        try:
            return await offer
        finally:
            self._next_offer = None

    def reserved(self, agents: tuple[str, ...]) -> None:
        """Give agents to the one who waits in `next_offer`: the distributor has reserved them."""
        assert self._next_offer is not None
        self._offers.update(dict.fromkeys(agents))
        self._next_offer.set_result(agents)

    def begin_offer(self, agent: str) -> None:
        """The phones of a reserved agent begin to ring."""
        now = self._distributor.now()
        self._offers[agent] = now
        entry = self.entry
        self._distributor.tell(
            AgentOffered(now, self.call, self.leg, queue=entry.queue, entry=entry.id, agent=agent)
        )

    def end_offer(self, agent: str, outcome: OfferOutcome) -> None:
        """An agent took the call, or did not and is free for others. A second time does nothing."""
        if agent not in self._offers:
            return
        began, now, entry = self._offers.pop(agent), self._distributor.now(), self.entry
        if began is None:
            self._distributor.roster.release(agent, "the call has left the line")
        else:
            self._distributor.tell(
                AgentOfferEnded(
                    now,
                    self.call,
                    self.leg,
                    queue=entry.queue,
                    entry=entry.id,
                    agent=agent,
                    outcome=outcome,
                    ring_ms=_milliseconds(now - began),
                )
            )
        if outcome != "answered":
            self.tried.add(agent)
        self._distributor.changed()

    def connected(self, agent: str, agent_leg: str, *, leg: str = "") -> None:
        """Leave the line: an agent who took the call and the caller hear each other from now on.

        Args:
            agent: who took it.
            agent_leg: the agent's leg.
            leg: the customer's leg, where it did not wait in the line itself.
        """
        self.leave("answered", agent)
        now, entry = self._distributor.now(), self.entry
        self._distributor.tell(
            AgentConnected(
                now,
                self.call,
                leg or self.leg,
                queue=entry.queue,
                entry=entry.id,
                agent=agent,
                agent_leg=agent_leg,
                wait_ms=_milliseconds(now - entry.entered_at),
            )
        )


class Distributor:
    """The line of one switch.

    Args:
        context: loop, journal and clock.
        roster: the agents.
    """

    def __init__(self, context: LegContext, roster: AgentRoster) -> None:
        self._context = context
        self.roster = roster
        self._line = WaitingLine({}, 0.0)
        self._places: dict[str, Place] = {}
        self._rules: dict[str, QueueRules] = {}
        self._handling: dict[str, HandlingTimes] = {}
        self._looking = False
        roster.on_change = self.changed
        roster.is_offered = self._is_offered

    def use(self, site: Site) -> None:
        """Take the rules of this version of the site. Calls wait on, also in a queue that is gone."""
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
        self.changed()

    def queue(self, entry: Entry, *, leg: str = "", on_unstaffed: Callable[[], None] | None = None) -> Place:
        """A place in the line, taken by `async with` and left by leaving the block.

        Args:
            entry: who waits, and for which queue.
            leg: the caller's leg, "" for a callback.
            on_unstaffed: called when nobody who serves the queue is logged in; left out, the call waits on.
        """
        return Place(self, entry, leg, on_unstaffed)

    # --- state --------------------------------------------------------------------------------------------

    def callers(self, queue: str) -> int:
        """How many live callers wait in a queue."""
        return sum(entry.kind == "live" for entry in self._line.ordered(queue))

    def staffed(self, queue: str) -> bool:
        """Whether any agent who serves a queue is logged in."""
        rules = self._rules.get(queue)
        return rules is not None and any(self.roster.state_of(agent) != "offline" for agent in rules.members)

    def handled(self, queue: str, seconds: float) -> None:
        """A call from a queue took an agent this long, wrap-up included."""
        self._handling.setdefault(queue, HandlingTimes()).add(seconds)

    def snapshot(self) -> list[dict[str, Any]]:
        """Every queue with the calls that wait in it, in order."""
        now = self._context.clock()
        names = [*self._rules, *{p.entry.queue for p in self._places.values()} - self._rules.keys()]
        return [
            {"queue": name, "waiting": [self._seen(entry, now) for entry in self._line.ordered(name)]}
            for name in names
        ]

    def _seen(self, entry: Entry, now: float) -> Mapping[str, Any]:
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
            "offered": sorted(self._places[entry.id].offered),
        }

    def _is_offered(self, agent: str) -> bool:
        return any(agent in place.offered for place in self._places.values())

    # --- for places ---------------------------------------------------------------------------------------

    def now(self) -> float:
        """Unix time in seconds."""
        return self._context.clock()

    def tell(self, event: Event) -> None:
        """Write a fact into the journal."""
        self._context.journal.append(event)

    def enter(self, place: Place) -> int:
        """Put a place into the line; returns its position in its queue."""
        entry = place.entry
        position = self._line.add(entry)
        self._places[entry.id] = place
        self.tell(
            QueueEntered(
                self.now(),
                entry.call,
                place.leg,
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
        self.changed()
        return position

    def left(self, place: Place, why: LeftWhy, agent: str) -> None:
        """Take a place out of the line."""
        entry, now = place.entry, self.now()
        position = self._line.position(entry.id)
        self._line.remove(entry.id)
        del self._places[entry.id]
        self.tell(
            QueueLeft(
                now,
                place.call,
                place.leg,
                queue=entry.queue,
                entry=entry.id,
                kind=entry.kind,
                entered_at=entry.entered_at,
                why=why,
                wait_ms=_milliseconds(now - entry.entered_at),
                position=position,
                original_position=place.original_position,
                agent=agent,
            )
        )
        self.changed()

    def position_of(self, place: Place) -> int:
        """See `Place.position`."""
        return self._line.position(place.entry.id)

    def estimated_wait(self, place: Place) -> float | None:
        """See `Place.estimated_wait`."""
        queue = place.entry.queue
        rules = self._rules.get(queue)
        handling = self._handling.get(queue)
        mean = handling.mean if handling is not None else None
        there = 0 if rules is None else len(staff(place.entry, self.roster.views(), rules))
        return estimated_wait(self.position_of(place), mean, there)

    def changed(self) -> None:
        """Look at the line again, once everything that changes in this turn of the loop has changed."""
        if not self._looking and self._places:
            self._looking = True
            self._context.loop.call_soon(self._look)

    # --- distribution -------------------------------------------------------------------------------------

    def _look(self) -> None:
        self._looking = False
        for place in list(self._places.values()):
            if place.on_unstaffed is not None and not self.staffed(place.entry.queue):
                on_unstaffed, place.on_unstaffed = place.on_unstaffed, None
                on_unstaffed()
        waiting = [entry for entry in self._line.ordered() if self._places[entry.id].wants_agent]
        if waiting:
            tried = {entry.id: self._places[entry.id].tried for entry in waiting}
            for assignment in assign(waiting, self.roster.views(), self._rules, tried):
                place = self._places[assignment.entry.id]
                place.reserved(assignment.agents)
                for agent in assignment.agents:
                    self.roster.reserve(agent, place.call)


def _milliseconds(seconds: float) -> int:
    return max(0, round(seconds * 1000))

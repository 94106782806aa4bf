"""A caller's way through a queue: wait, be given to an agent, talk, rate the call.

Whose turn it is is decided by the floor, ringing is `ringing.py`'s, what is heard meanwhile
`waiting_room.py`'s, the conversation `talking.py`'s. What follows on each end is the flow's business.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from callback_queue.acd.events import AgentConnected
from callback_queue.acd.ringing import NobodyTook, ring_agents
from callback_queue.acd.services import FloorHouse
from callback_queue.acd.survey import survey
from callback_queue.acd.talking import Talk
from callback_queue.customers.book import Customer
from callback_queue.customers.events import CustomerKnown
from callback_queue.line.events import LeftWhy
from callback_queue.line.place import Place
from callback_queue.line.waiting_audio import WaitingRoom
from callback_queue.line.waiting_line import Entry
from config import Queue
from ivr_flows.runtime.outcomes import HandOff, Result, ResultWord
from telephony.call.errors import CallEnded
from telephony.call.leg import CallLeg
from telephony.call.switchboard import CODECS, Caller
from telephony.media import tones

T = TypeVar("T")

_TITLES = {"ordinary": "", "vip": "VIP", "super_vip": "SVIP"}
_WORDS: dict[LeftWhy, ResultWord] = {
    "timeout": "timeout",
    "key": "key",
    "full": "full",
    "no_agents": "no_agents",
}


class _Leaves(Exception):
    """The caller leaves the line; `why` is told to the journal."""

    def __init__(self, why: LeftWhy) -> None:
        super().__init__(why)
        self.why = why


class GaveUp(CallEnded):
    """The caller hung up while waiting, or was cut off.

    Args:
        over: how the leg ended.
        queue: where they waited.
        arrival: since when.
        cut_off: it was us who ended the call.
    """

    def __init__(self, over: CallEnded, queue: str, arrival: float, *, cut_off: bool) -> None:
        super().__init__(over.by, over.status, over.reason)
        self.queue = queue
        self.arrival = arrival
        self.cut_off = cut_off


@dataclass(frozen=True, slots=True)
class Waited:
    """How a caller's time in the queue ended.

    Args:
        result: for the flow.
        queue: the one that they were in last.
        arrival: since when they waited: whoever is called back later keeps that place.
    """

    result: Result
    queue: str
    arrival: float


async def wait_in_queue(leg: CallLeg, wanted: HandOff, house: FloorHouse, caller: Caller) -> Waited:
    """Keep a caller in a queue until an agent had them, or something else happens.

    Args:
        leg: the caller's; it is answered if that was not done.
        wanted: which queue, and how.
        house: what the floor works with; the caller keeps its rules to the end.
        caller: whom phones show, unless the customer book knows better.

    Raises:
        GaveUp: the caller hung up while waiting, or was cut off; the journal knows.
    """
    arrival = house.now()
    queue = house.queues.get(wanted.queue)
    if queue is None:
        return Waited(Result("failed"), wanted.queue, arrival)
    if not leg.answered:
        leg.answer()
    customer = await house.customer_of(leg.caller)
    if customer is not None:
        house.tell(CustomerKnown(house.now(), leg.call, leg.leg, customer=customer.id, tier=customer.tier))
    guest = _Guest(leg, wanted, house, caller, arrival, customer)
    try:
        while (result := await _visit(queue, guest)) is None:
            # Full, or the wait was too long: on to the queue for that.
            queue = house.queues[queue.overflow or ""]
    except CallEnded as over:
        raise GaveUp(over, queue.name, arrival, cut_off=over.by == "local") from None
    return Waited(result, queue.name, arrival)


async def _visit(queue: Queue, guest: _Guest) -> Result | None:
    """One queue, to its end; None when the caller goes on to its overflow.

    Raises:
        CallEnded: the caller hung up in the line, or was cut off.
    """
    guest.been_in.add(queue.name)
    leg, house, language = guest.leg, guest.house, guest.wanted.language
    while True:
        try:
            talk = await _Stay(queue, guest).served()
        except _Leaves as leaves:
            return None if leaves.why == "overflow" else Result(_WORDS[leaves.why])
        talked = await talk.run()
        # Passed on to somebody who did not answer, by an agent who has gone: back into the line.
        if not talked.lost:
            if queue.survey and talked.agent_hung_up:
                await survey(leg, house, queue.name, talked.agent, language)
            return Result("done")


class _Guest:
    """The caller, in whatever queue.

    Args:
        leg, wanted, house, caller: as for `wait_in_queue`.
        arrival: since when they wait.
        customer: who it is, None for somebody unknown.
    """

    def __init__(
        self,
        leg: CallLeg,
        wanted: HandOff,
        house: FloorHouse,
        caller: Caller,
        arrival: float,
        customer: Customer | None,
    ) -> None:
        self.leg = leg
        self.wanted = wanted
        self.house = house
        self.arrival = arrival
        self.customer = customer
        self.shown = _shown(caller, customer)
        self.give_up_at = house.loop.time() + wanted.max_wait if wanted.max_wait is not None else None
        self.been_in: set[str] = set()
        if not leg.is_over:
            # What a flow left playing while it listened would be heard in place of all that follows.
            leg.media.play(tones.silence()).stop()

    def entry(self, queue: Queue) -> Entry:
        """The caller's stay in a queue's line."""
        customer, wanted = self.customer, self.wanted
        return Entry(
            id=secrets.token_hex(8),
            kind="live",
            call=self.leg.call,
            queue=queue.name,
            arrival=self.arrival,
            entered_at=self.house.now(),
            tier=customer.tier if customer is not None else "ordinary",
            priority=wanted.priority,
            skills=frozenset({wanted.language}),
            language=wanted.language,
        )


class _Stay:
    """One stay in one queue."""

    def __init__(self, queue: Queue, guest: _Guest) -> None:
        self._queue = queue
        self._guest = guest
        self._house = guest.house
        self._leg = guest.leg
        self._exit_key = guest.wanted.exit_key or queue.exit_key
        self._leaving: asyncio.Future[None] = guest.leg.future()

    async def served(self) -> Talk:
        """Wait for an agent.

        Returns:
            the conversation, to be begun at once.

        Raises:
            _Leaves: the caller leaves by key, or by the queue's rules.
            CallEnded: the caller hung up, or we did.
        """
        queue, house, leg = self._queue, self._house, self._leg
        leaves = self._not_let_in()
        place = house.floor.enter(
            self._guest.entry(queue),
            leg=leg.leg,
            wrap_up=queue.wrap_up,
            gave_up=partial(self._leave, "no_agents") if queue.when_nobody == "leave" else None,
        )
        try:
            if leaves is not None:
                raise _Leaves(leaves)
            agent, agent_leg = await self._wait(place)
        except _Leaves as leaving:
            place.leave(leaving.why)
            raise
        except CallEnded as over:
            place.leave("cut_off" if over.by == "local" else "abandoned")
            raise
        except BaseException:
            place.leave("cut_off")
            raise
        finally:
            self._leaving.cancel()
        place.leave("answered", agent)
        now, entry = house.now(), place.entry
        wait_ms = max(0, round((now - entry.entered_at) * 1000))
        house.tell(
            AgentConnected(
                now,
                leg.call,
                leg.leg,
                queue=queue.name,
                entry=entry.id,
                agent=agent,
                agent_leg=agent_leg.leg,
                wait_ms=wait_ms,
            )
        )
        return Talk(
            leg,
            house,
            queue,
            agent,
            agent_leg,
            self._guest.shown,
            self._guest.wanted.language,
        )

    def _not_let_in(self) -> LeftWhy | None:
        queue, floor = self._queue, self._house.floor
        if queue.max_length and floor.callers(queue.name) >= queue.max_length:
            return self._or_overflow("full")
        if queue.when_nobody == "leave" and not floor.staffed(queue.name):
            return "no_agents"
        return None

    def _or_overflow(self, why: LeftWhy) -> LeftWhy:
        following = self._queue.overflow
        possible = following in self._house.queues and following not in self._guest.been_in
        return "overflow" if possible else why

    async def _wait(self, place: Place) -> tuple[str, CallLeg]:
        """Music and announcements until an agent is on the line."""
        house, leg, queue = self._house, self._leg, self._queue
        until, then = self._limit()
        room = WaitingRoom(leg, house, place, queue, self._guest.wanted.language, self._exit_key)
        leg.audio.on_digit = self._pressed
        leg.audio.forget_digits()
        try:
            while True:
                agents = await self._unless_leaving(place.next_offer(), until, then)
                ringing = ring_agents(
                    house,
                    place,
                    agents,
                    self._guest.shown,
                    ring_seconds=queue.ring_seconds,
                    gone=leg,
                    codecs=codecs_like(leg),
                )
                try:
                    agent, agent_leg = await self._unless_leaving(ringing)
                except NobodyTook:
                    continue
                if leg.is_over:
                    agent_leg.hang_up("caller hung up")
                    leg.check_open()
                if not agent_leg.is_over:
                    return agent, agent_leg
        finally:
            room.leave()
            leg.audio.on_digit = None

    def _limit(self) -> tuple[float | None, LeftWhy]:
        """Until when the caller may wait for the next offer (the loop's time), and what happens then.

        The flow's limit counts over all queues and leads back to the flow, the queue's own to its overflow.
        """
        queue, wanted_until = self._queue, self._guest.give_up_at
        own_until = self._house.loop.time() + queue.max_wait if queue.max_wait else None
        if own_until is not None and (wanted_until is None or own_until < wanted_until):
            return own_until, self._or_overflow("timeout")
        return wanted_until, "timeout"

    def _pressed(self, digit: str) -> bool:
        if digit == self._exit_key:
            self._leave("key")
        return True

    def _leave(self, why: LeftWhy) -> None:
        if not self._leaving.done():
            self._leaving.set_exception(_Leaves(why))

    async def _unless_leaving(
        self, doing: Coroutine[Any, Any, T], until: float | None = None, then: LeftWhy = "timeout"
    ) -> T:
        """Wait for something as long as the caller stays in the line, and `until` at most."""
        loop = self._house.loop
        task = loop.create_task(doing)
        try:
            await asyncio.wait(
                (task, self._leaving),
                timeout=None if until is None else max(0.0, until - loop.time()),
                return_when=asyncio.FIRST_COMPLETED,
            )
            if task.done():
                return task.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait((task,))  # phones fall silent before anything else is said
        if self._leaving.done():
            self._leaving.result()
        raise _Leaves(then)


def _shown(caller: Caller, customer: Customer | None) -> Caller:
    """Whom agents' phones show: the customer's name and rank where they are known."""
    if customer is None:
        return caller
    words = (_TITLES[customer.tier], customer.name or caller.name or "")
    return replace(caller, name=" ".join(word for word in words if word) or None)


def codecs_like(leg: CallLeg) -> tuple[str, ...]:
    """What to offer an agent's phone: the caller's codec first, to relay it untouched."""
    return (leg.codec, *(name for name in CODECS if name != leg.codec)) if leg.codec else CODECS

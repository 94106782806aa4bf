"""A caller in a queue: waiting, being connected to an agent, talking, rating the call.

Whose turn it is is decided by `callback_queue.line.distributor`; what callers hear meanwhile is in
`callback_queue.line.announcements`, ringing in `ringing.py`, the conversation in `talking.py`. What follows
is left to the flow.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from callback_queue.acd.ringing import NobodyTook, ring_agents
from callback_queue.acd.services import QueueServices
from callback_queue.acd.survey import survey
from callback_queue.acd.talking import Talk
from callback_queue.customers.book import Customer
from callback_queue.customers.events import CustomerKnown
from callback_queue.line.announcements import QueueAudio
from callback_queue.line.distributor import LeavesLine, Place
from callback_queue.line.events import LeftWhy
from callback_queue.line.waiting_line import Entry
from config import Queue
from ivr_flows.steps.outcomes import HandOff, Result, ResultWord
from telephony.call.errors import LegClosed
from telephony.call.leg import CallLeg
from telephony.call.switchboard import Caller, codecs_like
from telephony.media import tones

T = TypeVar("T")

_TITLES = {"ordinary": "", "vip": "VIP", "super_vip": "SVIP"}
_WORDS: dict[LeftWhy, ResultWord] = {
    "timeout": "timeout",
    "key": "key",
    "full": "full",
    "no_agents": "no_agents",
}


class Abandoned(LegClosed):
    """The caller hung up while waiting, or was cut off.

    Args:
        over: how the leg ended.
        queue: where the caller waited.
        arrival: since when.
        cut_off: we ended the call.
    """

    def __init__(self, over: LegClosed, queue: str, arrival: float, *, cut_off: bool) -> None:
        super().__init__(over.by, over.status, over.reason)
        self.queue = queue
        self.arrival = arrival
        self.cut_off = cut_off


@dataclass(frozen=True, slots=True)
class Waited:
    """How a caller's time in the queue ended.

    Args:
        result: for the flow.
        queue: the last one that the caller was in.
        arrival: since when the caller waited: kept by a callback.
    """

    result: Result
    queue: str
    arrival: float


async def wait_in_queue(
    leg: CallLeg, wanted: HandOff, services: QueueServices, caller: Caller, *, arrival: float = 0.0
) -> Waited:
    """Keep a caller in a queue until an agent had the call, or the caller leaves the line.

    Args:
        leg: the caller's; it is answered if it was not before.
        wanted: which queue, and how.
        services: what the queue works with; the call keeps its rules to the end.
        caller: whom phones show, unless the customer is known by another name.
        arrival: since when the caller waits, 0 for since now.

    Raises:
        Abandoned: the caller hung up while waiting, or was cut off; it is in the journal.
    """
    arrival = arrival or services.now()
    queue = services.queues.get(wanted.queue)
    if queue is None:
        return Waited(Result("failed"), wanted.queue, arrival)
    if not leg.answered:
        leg.answer()
    customer = await services.customer_of(leg.caller)
    if customer is not None:
        services.tell(
            CustomerKnown(services.now(), leg.call, leg.leg, customer=customer.id, tier=customer.tier)
        )
    if not leg.is_over:
        # What a flow left playing while it listened would be heard in place of all that follows.
        leg.media.play(tones.silence()).stop()
    call = _QueuedCall(leg, wanted, services, _shown(caller, customer), arrival, customer)
    try:
        while (result := await call.visit(queue)) is None:
            queue = services.queues[queue.overflow or ""]
    except LegClosed as over:
        raise Abandoned(over, queue.name, arrival, cut_off=over.by == "local") from None
    return Waited(result, queue.name, arrival)


class _QueuedCall:
    """One caller, in one queue after the other.

    Args:
        leg, wanted, services: as for `wait_in_queue`.
        shown: whom agents' phones show.
        arrival: since when the caller waits.
        customer: the caller, None when unknown.
    """

    def __init__(
        self,
        leg: CallLeg,
        wanted: HandOff,
        services: QueueServices,
        shown: Caller,
        arrival: float,
        customer: Customer | None,
    ) -> None:
        self._leg = leg
        self._wanted = wanted
        self._services = services
        self._shown = shown
        self._arrival = arrival
        self._customer = customer
        self._give_up_at = services.loop.time() + wanted.max_wait if wanted.max_wait is not None else None
        self._been_in: set[str] = set()
        self._dropped: set[str] = set()  # agents whose phones lost the call: the others go first
        self._leaving: asyncio.Future[None]

    async def visit(self, queue: Queue) -> Result | None:
        """One queue, to its end; None when the caller moves on to its overflow.

        Raises:
            LegClosed: the caller hung up in the line, or was cut off.
        """
        self._been_in.add(queue.name)
        leg, services, language = self._leg, self._services, self._wanted.language
        while True:
            try:
                agent, agent_leg = await self._wait(queue)
            except LeavesLine as leaves:
                return None if leaves.why == "overflow" else Result(_WORDS[leaves.why])
            talked = await Talk(leg, services, queue, agent, agent_leg, self._shown, language).run()
            if talked.passed_on_since:
                await self._gave_up(queue, talked.passed_on_since)
            if talked.lost:
                self._dropped.add(agent)
                services.distributor.roster.rest(agent)
            else:
                if queue.survey and talked.agent_hung_up:
                    await survey(leg, services, queue.name, talked.agent, language)
                return Result("done")

    async def _wait(self, queue: Queue) -> tuple[str, CallLeg]:
        """Wait in the line until an agent is on the call.

        Raises:
            LeavesLine: the caller leaves by key, or by the queue's rules.
            LegClosed: the caller hung up, or we did.
        """
        leg, distributor = self._leg, self._services.distributor
        # Who has been with an agent already is not sent away for a line that has filled up meanwhile.
        not_let_in = None if self._dropped else self._not_let_in(queue)
        self._leaving = leg.future()
        try:
            async with distributor.queue(
                self._entry(queue),
                leg=leg.leg,
                on_unstaffed=partial(self._leave, "no_agents") if queue.when_nobody == "leave" else None,
            ) as place:
                if not_let_in is not None:
                    raise LeavesLine(not_let_in)
                place.tried.update(self._dropped)
                agent, agent_leg = await self._find_agent(place, queue)
                place.connected(agent, agent_leg.leg)
                return agent, agent_leg
        finally:
            self._leaving.cancel()

    async def _gave_up(self, queue: Queue, since: float) -> None:
        """Tell the line of a caller who hung up while being passed on: one who waited, and was not served.

        Raises:
            LegClosed: as the call ended.
        """
        waited = replace(self._entry(queue), entered_at=since)
        async with self._services.distributor.queue(waited, leg=self._leg.leg):
            self._leg.check_open()

    def _entry(self, queue: Queue) -> Entry:
        customer, wanted = self._customer, self._wanted
        return Entry(
            id=secrets.token_hex(8),
            kind="live",
            call=self._leg.call,
            queue=queue.name,
            arrival=self._arrival,
            entered_at=self._services.now(),
            tier=customer.tier if customer is not None else "ordinary",
            priority=wanted.priority,
            skills=frozenset({wanted.language}),
            language=wanted.language,
        )

    def _not_let_in(self, queue: Queue) -> LeftWhy | None:
        distributor = self._services.distributor
        if queue.max_length and distributor.callers(queue.name) >= queue.max_length:
            return self._or_overflow(queue, "full")
        if queue.when_nobody == "leave" and not distributor.staffed(queue.name):
            return "no_agents"
        return None

    def _or_overflow(self, queue: Queue, why: LeftWhy) -> LeftWhy:
        possible = queue.overflow in self._services.queues and queue.overflow not in self._been_in
        return "overflow" if possible else why

    async def _find_agent(self, place: Place, queue: Queue) -> tuple[str, CallLeg]:
        """Music and announcements until an agent has answered."""
        leg, services, wanted = self._leg, self._services, self._wanted
        exit_key = wanted.exit_key or queue.exit_key
        until, then = self._limit(queue)
        audio = QueueAudio(
            leg,
            place,
            queue,
            music=services.music[queue.name],
            prompts=services.prompts,
            clock=services.now,
            language=wanted.language,
            exit_key=exit_key,
        )
        leg.audio.on_digit = partial(self._pressed, exit_key)
        leg.audio.forget_digits()
        try:
            while True:
                agents = await self._unless_leaving(place.next_offer(), until, then)
                ringing = ring_agents(
                    services,
                    place,
                    agents,
                    self._shown,
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
            audio.stop()
            leg.audio.on_digit = None

    def _limit(self, queue: Queue) -> tuple[float | None, LeftWhy]:
        """Until when the caller may wait for the next offer (the loop's time), and what happens then.

        The flow's limit counts over all queues and leads back to the flow, the queue's own to its overflow.
        """
        own_until = self._services.loop.time() + queue.max_wait if queue.max_wait else None
        if own_until is not None and (self._give_up_at is None or own_until < self._give_up_at):
            return own_until, self._or_overflow(queue, "timeout")
        return self._give_up_at, "timeout"

    def _pressed(self, exit_key: str, digit: str) -> bool:
        if digit == exit_key:
            self._leave("key")
        return True

    def _leave(self, why: LeftWhy) -> None:
        if not self._leaving.done():
            self._leaving.set_exception(LeavesLine(why))

    async def _unless_leaving(
        self, doing: Coroutine[Any, Any, T], until: float | None = None, then: LeftWhy = "timeout"
    ) -> T:
        """Wait for something as long as the caller stays in the line, and `until` at most."""
        loop = self._services.loop
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
        raise LeavesLine(then)


def _shown(caller: Caller, customer: Customer | None) -> Caller:
    """Whom agents' phones show: the customer's name and tier where they are known."""
    if customer is None:
        return caller
    words = (_TITLES[customer.tier], customer.name or caller.name or "")
    return replace(caller, name=" ".join(word for word in words if word) or None)

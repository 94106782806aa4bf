"""One callback attempt: a call, from the first phone that rings to its end.

The journal entry is on disk before the customer's phone rings, and the database has confirmed once more
that the callback is ours, so neither a crash nor a second switch can dial it twice. Whose turn it is
was decided by the distributor; ringing agents is left to `callback_queue.acd.ringing`, the conversation
to `callback_queue.acd.talking`, what comes next to the callback policy.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from structlog.contextvars import bind_contextvars

from callback_queue.acd.queued_call import wait_in_queue
from callback_queue.acd.ringing import NobodyTook, ring_agents
from callback_queue.acd.survey import survey
from callback_queue.acd.talking import Talk
from callback_queue.callbacks.agent_announcement import agent_announcement
from callback_queue.callbacks.customer_leg import DISK_SECONDS, CustomerDial, NotDialled, NotReached
from callback_queue.callbacks.early_media import CallbackPrompts, EarlyMedia
from callback_queue.callbacks.events import (
    AttemptOutcome,
    CallbackAttemptEnded,
    CallbackClosed,
    CallbackLeased,
    CallbackStarted,
)
from callback_queue.callbacks.lease import Lease, LeaseLost
from callback_queue.callbacks.policy import OURS, end_after, mode_of
from callback_queue.callbacks.services import CallbackServices, CallbackStorage
from callback_queue.callbacks.store import CallbackView
from callback_queue.database import DATABASE_ERRORS, in_time
from callback_queue.line.distributor import Place
from callback_queue.tickets.store import TicketView
from config import Queue
from config.telephone_numbers import number_key
from ivr_flows.steps.outcomes import HandOff
from journal.event import Event
from journal.fault_points import fault_point
from telephony.call import events
from telephony.call.errors import LegClosed
from telephony.call.leg import CallLeg
from telephony.call.switchboard import Caller, codecs_like

log = logging.getLogger(__name__)

T = TypeVar("T")


class _NoAgent(Exception):
    """No agent took it in time."""


@dataclass(frozen=True, slots=True)
class _End:
    """How an attempt ended.

    Args:
        outcome, talk_ms: as in `CallbackAttemptEnded`.
        by, reason: who ended the call, and why, for its record.
        at_once: it is to be tried again without a pause: nobody's phone is to blame.
        until: when it is to be tried again, 0 where the rules say it.
        note: why nobody was dialled, in words.
    """

    outcome: AttemptOutcome
    by: str
    reason: str
    talk_ms: int = 0
    at_once: bool = False
    until: float = 0.0
    note: str = ""


class Attempt:
    """One attempt.

    Args:
        storage, services: what it works with.
        queue: who calls.
        place: its place in the line.
        lease: that it is ours; taken.
    """

    def __init__(
        self, storage: CallbackStorage, services: CallbackServices, queue: Queue, place: Place, lease: Lease
    ) -> None:
        self.call = secrets.token_hex(8)
        self.customer = CustomerDial(storage, services, lease, self.call)
        self._storage = storage
        self._services = services
        self._acd = services.acd
        self._place = place
        self._lease = lease
        self._queue = queue
        self._mode = mode_of(queue.callback_mode, services.rules)
        self._ticket: TicketView | None = None
        self.agent = ""
        """Who takes it, "" as long as nobody does."""
        self._agent_leg: CallLeg | None = None
        self._wrong_number = False
        self._talking = False
        self._end: _End | None = None
        place.call = self.call

    async def run(self, agents: Sequence[str]) -> None:
        """Carry it from the agents who are reserved for it to its end, and have that written down.

        Raises nothing but cancellation, which ends it.
        """
        bind_contextvars(call=self.call)  # for every log line of this task
        try:
            await self._carry_to_its_end(agents)
        finally:
            self._silence()
            end = self._end or _End("withdrawn", "local", "server stopped", at_once=True)
            next_at = self._tell_end(end)
        await self._give_back(end, next_at)

    async def _carry_to_its_end(self, agents: Sequence[str]) -> None:
        try:
            self._settle(await self._carry(agents))
        except LeaseLost:
            self._settle(_End("withdrawn", "local", "taken back", at_once=True))
        except _NoAgent:
            # With the customer first, the customer's phone has rung: that is not what "no_agent" means.
            outcome: AttemptOutcome = "failed" if self.customer.dialled else "no_agent"
            self._settle(_End(outcome, "local", "no agent took it"))
        except NotReached as failure:
            by = "local" if failure.outcome == "not_permitted" else "remote"
            reason = f"customer not reached: {failure.outcome}"
            self._settle(_End(failure.outcome, by, reason, note=failure.note))
            await self._say_why(failure.outcome)
        except NotDialled as delay:
            self._settle(_End("withdrawn", "local", delay.reason, until=delay.until))
            await self._say_why("failed")
        except LegClosed as over:
            self._settle(self._given_up(over))
        except Exception:
            log.exception("a callback's call failed")
            self._settle(_End("failed", "local", "internal error"))
        if self.customer.number and self._end is not None and self._end.outcome not in (*OURS, "reached"):
            self._silence()
            await self._lease.renew()  # the caller may have left another number since the dial

    def _settle(self, end: _End) -> None:
        """What ended it first counts: what the phones say after that says nothing about the people."""
        self._end = self._end or end

    def _silence(self) -> None:
        self.hang_up("callback over")
        self._place.leave("withdrawn")

    @property
    def callback(self) -> CallbackView:
        """The callback, as the database last said."""
        return self._lease.callback

    def withdraw(self, reason: str, *, at_once: bool = False) -> None:
        """End the call, whatever it is doing: by our own will, so nobody else is to blame for it.

        Args:
            reason: for the call's record.
            at_once: whether it is due again without a pause.
        """
        if not self._talking:
            self._settle(_End("withdrawn", "local", reason, at_once=at_once))
        self.hang_up(reason)

    def no_longer_wanted(self) -> None:
        """The callback or its ticket is over: a phone that still rings for it falls silent."""
        if not self._talking:
            self._lease.lose()

    def hang_up(self, reason: str) -> None:
        """Hang up all phones; harmless when they are silent."""
        for leg in (self._agent_leg, *self.customer.legs):
            if leg is not None:
                leg.hang_up(reason)

    # --- the two ways ---------------------------------------------------------------------------------------

    async def _carry(self, agents: Sequence[str]) -> _End:
        due, attempt = self.callback, self.callback.attempt
        self._tell(
            CallbackLeased(self._now(), callback=due.callback, attempt=attempt, switch=self._storage.switch)
        )
        self._tell(
            CallbackStarted(
                self._now(),
                self.call,
                "",
                callback=due.callback,
                ticket=due.ticket,
                queue=self._queue.name,
                number=due.number,
                attempt=attempt,
                mode=self._mode,
            )
        )
        try:
            await self._on_disk()
        except (OSError, TimeoutError) as error:
            log.error("no callbacks: the journal can't be written: %s", error)
            raise _NoAgent from None
        fault_point("lease_durable")
        with contextlib.suppress(*DATABASE_ERRORS):
            self._ticket = await in_time(self._storage.tickets.get(due.ticket))
        if self._mode == "agent_first":
            return await self._agent_first(agents)
        return await self._customer_first(agents)

    async def _agent_first(self, agents: Sequence[str]) -> _End:
        agent_leg = await self._find_agent(agents, None)
        fault_point("key")
        agent_leg.check_open()
        early = EarlyMedia(self._acd, agent_leg)
        try:
            customer_leg = await self._unless_lost(
                self.customer.dial(
                    self._shown_to_customer(),
                    agent_leg,
                    codecs=codecs_like(agent_leg),
                    on_progress=early.progressed,
                )
            )
        finally:
            early.close()
        return await self._talk(customer_leg, agent_leg)

    async def _customer_first(self, agents: Sequence[str]) -> _End:
        self.agent = agents[0]
        customer_leg = await self._unless_lost(self.customer.dial(self._shown_to_customer(), None))
        self.agent = ""
        prompts = CallbackPrompts(self._acd, customer_leg, self.callback.language)
        prompts.welcome(self._services.name)
        try:
            agent_leg = await self._find_agent(agents, customer_leg)
        except _NoAgent:
            await prompts.apologise()
            raise
        finally:
            prompts.leave()
        return await self._talk(customer_leg, agent_leg)

    async def _find_agent(self, agents: Sequence[str], customer_leg: CallLeg | None) -> CallLeg:
        """Ring the agents that the distributor gives, until one takes the call.

        Who did not take it is not asked again for the same attempt, unless the customer waits on the line.

        Raises:
            _NoAgent: none did, and there was no other one in time.
            LeaseLost: the callback was taken back meanwhile.
            LegClosed: the customer hung up.
        """
        patience = self._services.settings.delays.no_agent
        asked: set[str] = set()
        until = self._acd.loop.time() + patience
        while True:
            asked.update(agents)
            try:
                taken = await self._unless_lost(self._ring(agents, customer_leg))
                self.agent, self._agent_leg = taken
                return taken[1]
            except NobodyTook:
                if customer_leg is None:
                    until = self._acd.loop.time() + patience
            try:
                async with asyncio.timeout_at(until):
                    agents = await self._unless_lost(self._place.next_offer(), customer_leg)
            except TimeoutError:
                raise _NoAgent from None
            if customer_leg is None and asked.issuperset(agents):
                raise _NoAgent

    async def _ring(self, agents: Sequence[str], customer_leg: CallLeg | None) -> tuple[str, CallLeg]:
        acd, due = self._acd, self.callback
        customer = await acd.customer_of(due.number)
        summary = None
        if customer_leg is None:
            language = acd.language_of(agents[0])
            recordings = acd.calls.recordings
            summary = agent_announcement(due, self._ticket, customer, language, self._now(), recordings)
        return await ring_agents(
            acd,
            self._place,
            agents,
            Caller(due.number, (customer.name or None) if customer is not None else None),
            ring_seconds=self._queue.ring_seconds,
            gone=customer_leg,
            summary=summary,
        )

    async def _unless_lost(self, doing: Coroutine[Any, Any, T], leg: CallLeg | None = None) -> T:
        """Wait for something as long as the callback is ours, and somebody is on the line.

        Args:
            doing: what is waited for.
            leg: who waits with us, None for nobody.

        Raises:
            LeaseLost: the callback was taken back.
            LegClosed: the leg is over.
        """
        task = self._acd.loop.create_task(doing)
        over: asyncio.Future[None] | None = None
        try:
            over = leg.future() if leg is not None else None
            watched = (task, self._lease.lost, *(() if over is None else (over,)))
            await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
            if over is not None and over.done():
                over.result()
            if task.done():
                return task.result()
        finally:
            if over is not None:
                over.cancel()
            if not task.done():
                task.cancel()
                await asyncio.wait((task,))  # phones fall silent before anything else happens
        raise LeaseLost

    # --- the conversation -----------------------------------------------------------------------------------

    async def _talk(self, customer_leg: CallLeg, agent_leg: CallLeg) -> _End:
        acd, queue, agent, began = self._acd, self._queue, self.agent, self._now()
        self._place.connected(agent, agent_leg.leg, leg=customer_leg.leg)
        self._talking, self._end = True, None
        self._lease.connected()
        agent_leg.audio.on_digit = self._agent_pressed
        talked = await Talk(
            customer_leg, acd, queue, agent, agent_leg, self._shown_to_customer(), self.callback.language
        ).run()
        talk_ms = max(0, round((self._now() - began) * 1000))
        if talked.lost and not await self._into_the_line(customer_leg):
            return _End("withdrawn", *_ended(customer_leg, "not served"), talk_ms)
        if talked.passed_on_since:
            return _End("withdrawn", *_ended(customer_leg, "hung up while being passed on"), talk_ms)
        if queue.survey and talked.agent_hung_up and not self._wrong_number:
            await survey(customer_leg, acd, queue.name, talked.agent, self.callback.language)
        by, reason = _ended(customer_leg, "agent hung up")
        return _End("wrong_number" if self._wrong_number else "reached", by, reason, talk_ms)

    async def _into_the_line(self, customer_leg: CallLeg) -> bool:
        """Another agent takes the call; whether one did."""
        wanted = HandOff(self._queue.name, self.callback.language)
        shown = Caller(self.callback.number)
        try:
            waited = await wait_in_queue(
                customer_leg, wanted, self._acd, shown, arrival=self.callback.arrival
            )
        except LegClosed:
            return False
        return waited.result.word == "done"

    def _agent_pressed(self, digit: str) -> bool:
        if digit != self._services.settings.wrong_number_key:
            return False
        self._wrong_number = True
        return True

    async def _say_why(self, outcome: AttemptOutcome) -> None:
        """Tell an agent who waits that the customer was not reached."""
        if self._agent_leg is not None:
            language = self._acd.language_of(self.agent)
            await CallbackPrompts(self._acd, self._agent_leg, language).say_why(outcome)

    def _given_up(self, over: LegClosed) -> _End:
        """Somebody hung up before customer and agent spoke."""
        if self._mode == "agent_first":
            return _End("withdrawn", over.by, "agent hung up")
        return _End("refused" if over.by == "remote" else "failed", over.by, "customer hung up")

    # --- the end --------------------------------------------------------------------------------------------

    def _tell_end(self, end: _End) -> float:
        """Tell how it ended; returns when to try again, 0 for never."""
        due, now, rules = self.callback, self._now(), self._services.rules
        outcome = end.outcome
        # Once it is dialled, the row counts this attempt already.
        dialled = due.dialled - (outcome in OURS and self.customer.dialled)
        next_at = self._services.next_at(due, outcome, dialled, now)
        if end.until:
            next_at = _before(due, end.until)
        elif end.at_once:
            next_at = _before(due, now) or next_at
        elif outcome not in (*OURS, "reached") and self._has_another_number():
            # What the old number said is no answer of the new one.
            next_at = _before(due, self._services.may_dial(due, max(now, due.not_before)))
        fault_point("before_attempt_ended")
        self._tell(
            CallbackAttemptEnded(
                now,
                self.call,
                "",
                callback=due.callback,
                attempt=due.attempt,
                outcome=outcome,
                agent=self.agent,
                next_at=next_at,
                talk_ms=end.talk_ms,
            )
        )
        if outcome == "reached":
            self._tell(CallbackClosed(now, callback=due.callback, end="completed", by=f"agent:{self.agent}"))
        elif not next_at:
            ended, note = end_after(outcome, dialled, rules), end.note or outcome.replace("_", " ")
            self._tell(CallbackClosed(now, callback=due.callback, end=ended, by="system", note=note))
        self._tell(events.CallEnded(now, self.call, "", by=end.by, reason=end.reason))
        return next_at

    async def _give_back(self, end: _End, next_at: float) -> None:
        """Have the database know what the journal says.

        The recorder takes it there as well; until it has, the lease is kept, so that nobody takes the
        callback in between.
        """
        try:
            await self._on_disk()
            fault_point("attempt_ended_durable")
            await self._lease.release(next_at, end.outcome, self.agent)
        except DATABASE_ERRORS as error:
            log.warning("the end of a callback attempt will be stored later: %s", type(error).__name__)

    def _has_another_number(self) -> bool:
        """Whether the caller has left another number since the customer was dialled."""
        country = self._services.rules.country
        dialled = self.customer.number
        return bool(dialled) and number_key(dialled, country) != number_key(self.callback.number, country)

    # --- small things ---------------------------------------------------------------------------------------

    def _shown_to_customer(self) -> Caller:
        return Caller(self.agent, self._services.name)

    async def _on_disk(self) -> None:
        async with asyncio.timeout(DISK_SECONDS):
            await self._storage.journal.durable()

    def _now(self) -> float:
        return self._acd.now()

    def _tell(self, event: Event) -> None:
        self._storage.journal.append(event)


def _ended(leg: CallLeg, otherwise: str) -> tuple[str, str]:
    """Who ended a customer's call, and why; for one that is still up, the agent did."""
    return ("remote", otherwise) if leg.end is None else (leg.end.by, leg.end.reason or otherwise)


def _before(due: CallbackView, at: float) -> float:
    """The time, unless the callback expires before it: 0 then."""
    return 0.0 if due.expires and at >= due.expires else at

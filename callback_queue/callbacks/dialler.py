"""The dialler: puts due callbacks into the waiting line, and runs each when its turn comes.

The database says what is due, each second and when somebody asks for a callback; what another switch has
leased, and what was closed or moved meanwhile, is taken out of the line again. When its turn comes, it is
leased by one statement, and dialled as that returns it. While the database is away nobody is called. One
attempt is `attempt.py`'s, the order the distributor's.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from callback_queue.callbacks.attempt import Attempt
from callback_queue.callbacks.events import CallbackClosed, CallbackRequested, CallbackRescheduled
from callback_queue.callbacks.lease import Lease
from callback_queue.callbacks.services import CallbackServices, CallbackStorage
from callback_queue.callbacks.store import CallbackView
from callback_queue.database import DATABASE_ERRORS, in_time
from callback_queue.line.distributor import Place
from callback_queue.line.waiting_line import Entry
from callback_queue.tickets.events import TicketChanged, TicketJoined
from callback_queue.tickets.ticket import AT_WORK
from config import Queue
from journal.event import CallEvent, Event
from journal.fault_points import fault_point
from telephony.call.errors import NotPermitted
from telephony.call.events import CallBridged, CallUnbridged, LegAnswered, LegRinging, PlayStarted

log = logging.getLogger(__name__)

EVERY = 1.0
# The recorder takes an event into the database in tens of milliseconds: so long, and so often, it is looked
# for after somebody asked for a callback.
EAGER_SECONDS, EAGER_EVERY = 2.0, 0.1
COMPLAIN_AFTER = 10.0
MOST = 1000
"""So many wait in the line at a time; the others follow as these are served."""

_NEWS = (CallbackRequested, CallbackRescheduled, CallbackClosed)


@dataclass(eq=False, slots=True)
class _Turn:
    """A callback in the line, and what carries it.

    Args:
        due: the callback as it came into the line; what is dialled is the lease's.
        queue: who calls.
        place: its place.
        taking: agents are reserved, and it is about to be leased, or is.
        task: waits for its turn, and carries the attempt.
        attempt: from the moment on in which it is ours.
    """

    due: CallbackView
    queue: Queue
    place: Place
    taking: bool = False
    attempt: Attempt | None = None
    task: asyncio.Task[None] | None = None


class Dialler:
    """Calls people back.

    Args:
        storage: database, journal, gate.
        services: gives what calls work with, of the site's newest version.
    """

    def __init__(self, storage: CallbackStorage, services: Callable[[], CallbackServices]) -> None:
        self._storage = storage
        self._services = services
        self._turns: dict[str, _Turn] = {}
        self._news = asyncio.Event()
        self._eager_until = 0.0
        self._looking: asyncio.Task[None] | None = None
        self._away_since: float | None = None
        self._complained = False
        # Those that may not be called, as long as they are due: each is told once.
        self._refused: set[str] = set()
        self._watches_points = bool(os.environ.get("HOTLINE_FAULT"))

    # --- life ---------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin. Nobody is called before the gate is open (`RecoveryGate.wait_for`)."""
        self._looking = asyncio.get_running_loop().create_task(self._run())

    def stop(self) -> None:
        """Let nobody else have a turn; attempts in which the customer was not dialled yet end."""
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None
        for turn in list(self._turns.values()):
            if turn.task is not None and not (turn.attempt is not None and turn.attempt.customer.dialled):
                turn.task.cancel()

    async def wait_idle(self, seconds: float) -> None:
        """Wait until no attempt is in progress, or the time is over."""
        tasks = [turn.task for turn in self._turns.values() if turn.task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)

    def hang_up(self, reason: str, call: str | None = None) -> bool:
        """Hang up the attempt of a call, or all of them; whether there was any."""
        found = [
            turn.attempt
            for turn in self._turns.values()
            if turn.attempt is not None and call in (None, turn.attempt.call)
        ]
        stopped = self._looking is None
        for attempt in found:
            attempt.withdraw(reason, at_once=stopped)
        return bool(found)

    # --- looking ------------------------------------------------------------------------------------------

    @property
    def calls(self) -> Collection[str]:
        """The calls of the attempts in progress."""
        return [turn.attempt.call for turn in self._turns.values() if turn.attempt is not None]

    def snapshot(self) -> list[dict[str, str]]:
        """The attempts in progress, as calls for people to look at."""
        return [
            {
                "call": turn.attempt.call,
                "caller": turn.attempt.agent,
                "called": turn.attempt.customer.number or turn.attempt.callback.number,
                "source": f"callback:{turn.due.callback}",
            }
            for turn in self._turns.values()
            if turn.attempt is not None
        ]

    def heard(self, event: Event) -> None:
        """Take note of an event of the journal."""
        attempts = [turn.attempt for turn in self._turns.values() if turn.attempt is not None]
        if self._watches_points and isinstance(event, CallEvent):
            _pass_fault_point(event, attempts)
        for attempt in attempts:
            if _ends(event, attempt):
                attempt.no_longer_wanted()
        if isinstance(event, _NEWS):
            self._eager_until = asyncio.get_running_loop().time() + EAGER_SECONDS
            self._news.set()

    # --- the line -----------------------------------------------------------------------------------------

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._news.clear()
            try:
                await self._look()
            except Exception:
                log.exception("callbacks can't be read")
            eager = loop.time() < self._eager_until
            try:
                async with asyncio.timeout(EAGER_EVERY if eager else EVERY):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def _look(self) -> None:
        """Bring the line up to what the database says."""
        now = self._services().acd.now()
        try:
            if not await self._storage.gate.look():
                return
            found = await in_time(self._storage.callbacks.due(now, MOST))
        except DATABASE_ERRORS as error:
            self._is_away(error)
            return
        if self._away_since is not None:
            if self._complained:
                log.warning("the database is back: callbacks resume")
            self._away_since, self._complained = None, False
        # With a full page there may be more that is due.
        known = {due.callback: due for due in found}
        if len(found) < MOST:
            self._withdraw(self._turns.keys() - known.keys())
            self._refused &= known.keys()
        for due in found:
            if due.callback not in self._turns and self._services().may_dial(due, now) <= now:
                refused = self._services().phones.refusal(due.number)
                if refused is None:
                    self._refused.discard(due.callback)
                    self._enter(due, now)
                elif due.callback not in self._refused:
                    self._refuse(due, refused, now)

    def _refuse(self, due: CallbackView, refused: NotPermitted, now: float) -> None:
        """Call nobody whose number may not be called: today, or ever; no agent is rung for it."""
        self._refused.add(due.callback)
        with contextlib.suppress(NotPermitted):
            self._services().phones.targets(due.number)  # writes it down
        if refused.lasting:
            closed = CallbackClosed(
                now, callback=due.callback, end="not_permitted", by="system", note=refused.reason
            )
            self._storage.journal.append(closed)

    def _is_away(self, error: BaseException) -> None:
        """Call nobody; say so when it lasts: a new database has no tables for a moment."""
        self._withdraw(self._turns)
        now = asyncio.get_running_loop().time()
        self._away_since = self._away_since or now
        if not self._complained and now - self._away_since >= COMPLAIN_AFTER:
            self._complained = True
            log.warning("no callbacks: the database is unavailable: %s", type(error).__name__)

    def _withdraw(self, callbacks: Collection[str]) -> None:
        for callback in list(callbacks):
            turn = self._turns[callback]
            if not turn.taking and turn.task is not None:
                turn.task.cancel()

    def _enter(self, due: CallbackView, now: float) -> None:
        acd = self._services().acd
        queue = acd.queues.get(due.queue) or next(iter(acd.queues.values()), None)
        if queue is None:
            return  # a site without queues has nobody who could call
        entry = Entry(
            id=secrets.token_hex(8),
            kind="callback",
            call="",
            queue=queue.name,
            arrival=due.arrival,
            entered_at=now,
            tier=due.tier,
            priority=due.priority,
            skills=frozenset({due.language}),
            language=due.language,
            callback=due.callback,
        )
        turn = _Turn(due, queue, acd.distributor.queue(entry))
        self._turns[due.callback] = turn
        turn.task = task = asyncio.get_running_loop().create_task(self._carry(turn))
        task.add_done_callback(lambda _: self._over(turn))

    def _over(self, turn: _Turn) -> None:
        if self._turns.get(turn.due.callback) is turn:
            del self._turns[turn.due.callback]
        if turn.attempt is not None:
            self._news.set()  # it may be due again at once

    async def _carry(self, turn: _Turn) -> None:
        """Wait in the line for agents, take the callback, call."""
        async with turn.place:
            await self._wait_and_call(turn)

    async def _wait_and_call(self, turn: _Turn) -> None:
        agents = await turn.place.next_offer()
        turn.taking = True
        storage, services, due = self._storage, self._services(), turn.due
        now = services.acd.now()
        if services.may_dial(due, now) > now:
            return  # the quiet hours began while it waited
        acd = services.acd
        lease = Lease(
            storage.leases,
            storage.switch,
            services.settings.lease_seconds,
            clock=acd.loop.time,
            unix=acd.now,
        )
        if not await lease.take(due.callback):
            return
        fault_point("leased")
        turn.attempt = attempt = Attempt(storage, services, turn.queue, turn.place, lease)
        try:
            await attempt.run(agents)
        finally:
            if turn.task is not None and turn.task.cancelling():
                lease.drop()


def _ends(event: Event, attempt: Attempt) -> bool:
    """Whether an event says that an attempt's callback, or its ticket, is over."""
    match event:
        case CallbackClosed():
            return event.callback == attempt.callback.callback
        case TicketJoined():
            return event.ticket == attempt.callback.ticket
        case TicketChanged(changes={"state": state}):
            return event.ticket == attempt.callback.ticket and state not in AT_WORK
        case _:
            return False


# The fault points that an attempt's events show; those between an event and the disk are in the code.
_OF_A_PHONE: Mapping[type[CallEvent], str] = {LegRinging: "ringing", LegAnswered: "answered"}
_OF_THE_CALL: Mapping[type[CallEvent], str] = {
    CallBridged: "bridged",
    CallUnbridged: "hung_up",
    PlayStarted: "summary",
}


def _pass_fault_point(event: CallEvent, attempts: Iterable[Attempt]) -> None:
    attempt = next((attempt for attempt in attempts if attempt.call == event.call), None)
    if attempt is None:
        return
    kind = type(event)
    if kind in _OF_A_PHONE:
        is_customer = any(leg.leg == event.leg for leg in attempt.customer.legs)
        fault_point(f"{'customer' if is_customer else 'agent'}_{_OF_A_PHONE[kind]}")
    elif kind in _OF_THE_CALL:
        fault_point(_OF_THE_CALL[kind])

"""A callback's lease: taken, renewed and released, so that only one switch dials it, and only once.

Each step is one conditional UPDATE: of many switches exactly one changes the row, and gets it back as it is
now. The attempt's number is part of the condition, so that a switch that was away cannot come back to an
attempt that is over:

    take             waiting -> leased: this switch has it, the customer is not dialled yet
    begin_dialling   leased -> dialling: asked right before the customer is dialled, and heeded
    renew            it stays ours, as long as nobody else could have taken it and the ticket is not over
    release          -> waiting, to be tried again; or -> closed

Nobody gets a lease while the same customer is being called for another ticket, nor for a ticket that is over;
and since the caller may leave another number after that, `begin_dialling` asks both once more. A lease that
ran out before the customer was dialled goes to the next switch that asks. One that ran out while the customer
was being dialled is not taken over for a quarter of an hour: its switch may only have lost the database.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection
from functools import partial
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, case, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import aliased

from callback_queue.callbacks.events import AttemptOutcome
from callback_queue.callbacks.policy import OURS, PHONE_ANSWERED
from callback_queue.callbacks.store import (
    CALLBACK_COLUMNS,
    CLOSED,
    DIALLING,
    LEASED,
    WAITING,
    CallbackView,
    due_now,
    free,
    row_of,
    same_telephone,
    ticket_at_work,
)
from callback_queue.callbacks.tables import CallbackRow
from callback_queue.database import DATABASE_ERRORS, PATIENCE, in_time, text

log = logging.getLogger(__name__)

# Of the lease's time: it is renewed so often, and not trusted for its last part, since clocks differ.
RENEWED_AT, MARGIN = 0.25, 0.1

# The loop holds tasks weakly, and a lease may outlive its attempt.
_keepers: set[asyncio.Task[None]] = set()

_table = CallbackRow


class LeaseTable:
    """The statements, without any memory of who holds what.

    Args:
        engine: the database; every method may raise what it raises (`sqlalchemy.exc.SQLAlchemyError`,
            OSError) and may take as long as it takes: callers set timeouts.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def take(self, callback: str, switch: str, now: float, seconds: float) -> CallbackView | None:
        """Take a callback for its next attempt.

        Args:
            callback: its id.
            switch: who takes it.
            now: Unix seconds.
            seconds: how long it is ours unless renewed.

        Returns:
            the callback as it stands now: what is dialled. None: somebody else has it, or its customer is
            being called already, or it is over, or not due.
        """
        return await self._change(
            (_table.callback == callback, due_now(now), *_nobody_calls(callback, now, (LEASED, DIALLING))),
            state=LEASED,
            attempt=_table.attempt + 1,
            lease_holder=text(switch, 64),
            leased_at=now,
            lease_until=now + seconds,
        )

    async def begin_dialling(
        self, callback: str, attempt: int, switch: str, now: float, seconds: float
    ) -> CallbackView | None:
        """Say that the customer is about to be dialled.

        Args:
            callback, switch, now, seconds: as for `take`.
            attempt: of the lease (`CallbackView.attempt`).

        Returns:
            whom to dial. None: the lease is lost, or the callback or its ticket is over meanwhile, or the
            number that it has by now is being dialled already. Do not dial either when the database does not
            answer.
        """
        return await self._change(
            (
                *_mine(callback, attempt, switch),
                _table.state == LEASED,
                _table.lease_until >= now,
                ticket_at_work(),
                *_nobody_calls(callback, now, (DIALLING,)),
            ),
            state=DIALLING,
            lease_until=now + seconds,
            dialled=_table.dialled + 1,
            last_dialled=attempt,
        )

    async def renew(
        self,
        callback: str,
        attempt: int,
        switch: str,
        now: float,
        seconds: float,
        *,
        connected: bool = False,
    ) -> CallbackView | None:
        """Keep a lease.

        Args:
            callback, attempt, switch, now, seconds: as for `begin_dialling`.
            connected: customer and agent speak: it is kept whatever becomes of the ticket.

        Returns:
            the callback as it stands now. None: the lease is lost, or ran out so that another switch may
            have acted on it, or the callback or its ticket is over.
        """
        held = (*_held(callback, attempt, switch), ~free(now))
        conditions = held if connected else (*held, ticket_at_work())
        return await self._change(conditions, lease_until=now + seconds)

    async def release(
        self, callback: str, attempt: int, switch: str, due: float, outcome: AttemptOutcome, agent: str = ""
    ) -> bool:
        """Give a lease back after an attempt.

        The event `CallbackAttemptEnded` says the same; this is the short way, so that nobody waits for the
        recorder.

        Args:
            callback, attempt, switch: as for `begin_dialling`.
            due: when to try again; 0 when it is over for good.
            outcome, agent: of the attempt.
        """
        values: dict[str, Any] = {"lease_holder": "", "lease_until": 0.0, "agent": agent, "outcome": outcome}
        values |= {"state": WAITING, "due": due} if due else {"state": CLOSED}
        if outcome in PHONE_ANSWERED:
            values["crashes"] = 0
        if outcome in OURS:
            counted = case((_table.last_dialled == attempt, _table.dialled - 1), else_=_table.dialled)
            values |= {"last_void": attempt, "dialled": counted}
        return await self._change(_held(callback, attempt, switch), **values) is not None

    async def _change(
        self, conditions: tuple[ColumnElement[bool], ...], **values: Any
    ) -> CallbackView | None:
        change = update(_table).where(*conditions).values(**values).returning(*CALLBACK_COLUMNS)
        change = change.execution_options(synchronize_session=False)
        async with self._engine.begin() as connection:
            row = (await connection.execute(change)).one_or_none()
        return None if row is None else row_of(row)


def _mine(callback: str, attempt: int, switch: str) -> tuple[ColumnElement[bool], ...]:
    return _table.callback == callback, _table.attempt == attempt, _table.lease_holder == text(switch, 64)


def _held(callback: str, attempt: int, switch: str) -> tuple[ColumnElement[bool], ...]:
    return (*_mine(callback, attempt, switch), _table.state.in_((LEASED, DIALLING)))


def _nobody_calls(callback: str, now: float, states: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    """The conditions that no other callback to the same telephone is in one of the states.

    All open callbacks to the telephone are locked, in one order: two switches that change two of them at the
    same moment come one after the other (PostgreSQL; SQLite has one writer at a time). A number that is
    changed in that moment is not the one that was compared: the row is not touched then.
    """
    other = aliased(_table)
    key = select(_table.number_key).where(_table.callback == callback).scalar_subquery()
    same_number = (
        select(other.callback, other.state, other.lease_until)
        .where(other.state.in_((WAITING, LEASED, DIALLING)), same_telephone(other.number_key, key))
        .order_by(other.callback)
        .with_for_update()
        .cte("same_number")
    )
    rows = same_number.c
    called = select(rows.callback).where(rows.callback != callback, rows.state.in_(states), ~free(now, rows))
    return _table.number_key == key, ~called.exists()


class LeaseLost(Exception):
    """The callback is not ours any more, or nobody can tell; nobody may be dialled for it."""


_Question: TypeAlias = Callable[[str, int, str, float, float], Awaitable[CallbackView | None]]


class Lease:
    """A callback that is ours for one attempt; `Lease.take` gets one.

    It is renewed until the database says that it is over: after the attempt's end that is when the recorder
    has written the end down, so that nobody takes the callback in between.

    Args:
        table: where leases are.
        switch: whose it is.
        seconds: how long it lasts without being renewed.
        clock: a steady one, in seconds.
        unix: Unix seconds.
    """

    callback: CallbackView
    """The callback, as the database last said."""

    def __init__(
        self,
        table: LeaseTable,
        switch: str,
        seconds: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        unix: Callable[[], float] = time.time,
    ) -> None:
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the callback is not ours any more."""
        self._table = table
        self._switch = switch
        self._seconds = seconds
        self._clock = clock
        self._unix = unix
        self._sure_until = 0.0
        self._connected = False
        self._keeper: asyncio.Task[None] | None = None

    @property
    def is_sure(self) -> bool:
        """Whether it is ours for certain at this moment: nobody else may have it, whatever is late."""
        if self.lost.done() or self._clock() >= self._sure_until:
            return False
        # Other switches go by Unix time, which may have been set forward.
        return self._unix() < self.callback.lease_until - self._seconds * MARGIN

    async def take(self, callback: str) -> bool:
        """Take a callback, and keep it from then on; False when somebody else has it, or nobody can tell."""
        if not await self._ask(self._table.take(callback, self._switch, self._unix(), self._seconds)):
            return False
        self._keeper = keeper = asyncio.get_running_loop().create_task(self._keep())
        _keepers.add(keeper)
        keeper.add_done_callback(_keepers.discard)
        return True

    async def renew(self) -> bool | None:
        """Keep it, and read the callback anew; False when it is lost, None without an answer."""
        return await self._ask(self._of_mine(partial(self._table.renew, connected=self._connected)))

    async def begin_dialling(self) -> bool:
        """Say that the customer is about to be dialled; whether to dial `callback.number`, as it is now."""
        return not self.lost.done() and await self._ask(self._of_mine(self._table.begin_dialling)) is True

    async def release(self, due: float, outcome: AttemptOutcome, agent: str) -> None:
        """Give it back; arguments as for `LeaseTable.release`.

        Raises:
            one of `callback_queue.database.DATABASE_ERRORS`: it is kept until the recorder has done it.
        """
        own = self.callback
        if await in_time(self._table.release(own.callback, own.attempt, self._switch, due, outcome, agent)):
            self.drop()

    def connected(self) -> None:
        """Customer and agent speak: from here on it is kept whatever becomes of the ticket."""
        self._connected = True

    def drop(self) -> None:
        """Renew it no more."""
        if self._keeper is not None:
            self._keeper.cancel()
        self.lose()

    def lose(self) -> None:
        """It is ours no more: the callback or its ticket is over, or another switch has it."""
        if not self.lost.done():
            self.lost.set_result(None)

    async def _keep(self) -> None:
        while not self.lost.done():
            await asyncio.sleep(self._seconds * RENEWED_AT)
            if await self.renew() is False:
                self.lose()

    def _of_mine(self, question: _Question) -> Awaitable[CallbackView | None]:
        own = self.callback
        return question(own.callback, own.attempt, self._switch, self._unix(), self._seconds)

    async def _ask(self, answer: Awaitable[CallbackView | None]) -> bool | None:
        """Take, dial or renew; None when the database gave no answer."""
        asked = self._clock()
        try:
            async with asyncio.timeout(min(PATIENCE, self._seconds / 2)):
                row = await answer
        except DATABASE_ERRORS as error:
            log.warning("a callback's lease: no answer from the database: %s", type(error).__name__)
            return None
        if row is None:
            return False
        self.callback = row
        self._sure_until = asked + self._seconds * (1 - MARGIN)
        return True

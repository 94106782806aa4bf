"""Callbacks in the database: which are due, and the lease that lets one switch dial one of them.

A lease is one conditional UPDATE: of many switches exactly one changes the row. The attempt's number is part
of the condition, so that a switch that was away cannot come back to an attempt that is over:

    lease      waiting -> leased: this switch has it, the customer is not dialled yet
    dialling   leased -> dialling: to be asked right before the customer is dialled, and heeded
    release    -> waiting, to be tried again; or -> closed

A lease that ran out before the customer was dialled goes to whoever asks next. One that ran out while the
customer was being dialled is not taken over for a quarter of an hour: its switch may only have lost the
database. Whether somebody should be called now is the callback policy's matter.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any, TypeAlias, cast

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from callback_queue.callbacks.events import CallbackWhy
from callback_queue.callbacks.tables import CallbackRow
from callback_queue.customers.events import Tier
from callback_queue.customers.numbers import number_key
from callback_queue.database import text

DEAD_HOLDER = 900.0
"""Seconds after the end of a lease in which its customer was dialled until another switch may have it."""

WAITING, LEASED, DIALLING, CLOSED = "waiting", "leased", "dialling", "closed"

_table = CallbackRow


@dataclass(frozen=True, slots=True)
class Due:
    """One callback as it stands in the database (`callback_queue.callbacks.tables.CallbackRow`).

    Args:
        attempt: the last attempt's number, 0 before the first: the next lease is for `attempt + 1`.
        dialled: in how many of the attempts the customer was dialled.
    """

    callback: str
    ticket: str
    number: str
    queue: str
    language: str
    tier: Tier
    priority: int
    arrival: float
    why: CallbackWhy
    not_before: float
    not_after: float
    expires: float
    requested_at: float
    call: str
    state: str
    due: float
    attempt: int
    dialled: int
    lease_holder: str
    leased_at: float
    lease_until: float
    outcome: str
    agent: str
    first_attempt_at: float
    reached_at: float
    closed_at: float
    end: str
    ended_by: str
    note: str


# The class below has a method of the name `list`.
Dues: TypeAlias = list[Due]

_COLUMNS = [getattr(_table, field.name) for field in fields(Due)]


def free(now: float) -> ColumnElement[bool]:
    """The condition that nobody has a callback: it waits, or its lease is as good as given back."""
    return or_(
        _table.state == WAITING,
        and_(_table.state == LEASED, _table.lease_until < now),
        and_(_table.state == DIALLING, _table.lease_until < now - DEAD_HOLDER),
    )


class CallbackStore:
    """Reads callbacks, and leases them.

    Args:
        engine: the database; every method may raise what it raises (`sqlalchemy.exc.SQLAlchemyError`,
            OSError) and may take as long as it takes: callers set timeouts.
        country: whose national numbers are meant when a number is looked for.
    """

    def __init__(self, engine: AsyncEngine, country: str = "") -> None:
        self._engine = engine
        self._country = country

    async def due(self, now: float, limit: int = 500, queues: Collection[str] | None = None) -> Dues:
        """Callbacks that could be dialled now, the longest waiting first.

        Args:
            now: Unix seconds.
            limit: at most so many.
            queues: of these queues alone; None for all.
        """
        wanted = (
            select(*_COLUMNS)
            .where(free(now), _table.due <= now, or_(_table.expires == 0, _table.expires > now))
            .order_by(_table.arrival, _table.callback)
            .limit(limit)
        )
        if queues is not None:
            wanted = wanted.where(_table.queue.in_(queues))
        return await self._read(wanted)

    async def lease(self, callback: str, attempt: int, switch: str, now: float, seconds: float) -> bool:
        """Take a callback for one attempt.

        Args:
            callback: its id.
            attempt: the new attempt's number: one more than `Due.attempt`.
            switch: who takes it.
            now: Unix seconds.
            seconds: how long it is ours unless renewed.

        Returns:
            whether it is ours now. False: somebody else has it, or it is over, or not due.
        """
        return await self._change(
            update(_table)
            .where(
                _table.callback == callback,
                _table.attempt == attempt - 1,
                _table.due <= now,
                or_(_table.expires == 0, _table.expires > now),
                free(now),
            )
            .values(
                state=LEASED, attempt=attempt, lease_holder=switch, leased_at=now, lease_until=now + seconds
            )
        )

    async def dialling(self, callback: str, attempt: int, switch: str, now: float, seconds: float) -> bool:
        """Say that the customer is about to be dialled; arguments as for `lease`.

        Returns:
            whether to dial. False: the lease is lost, or the callback is over meanwhile (the customer called
            in, somebody cancelled it). Do not dial either when the database does not answer.
        """
        return await self._change(
            update(_table)
            .where(*_mine(callback, attempt, switch), _table.state == LEASED, _table.lease_until >= now)
            .values(
                state=DIALLING, lease_until=now + seconds, dialled=_table.dialled + 1, last_dialled=attempt
            )
        )

    async def renew(self, callback: str, attempt: int, switch: str, now: float, seconds: float) -> bool:
        """Keep a lease; False when it is lost."""
        return await self._change(
            update(_table)
            .where(*_mine(callback, attempt, switch), _table.state.in_((LEASED, DIALLING)))
            .values(lease_until=now + seconds)
        )

    async def release(
        self, callback: str, attempt: int, switch: str, due: float, outcome: str = "", agent: str = ""
    ) -> bool:
        """Give a lease back after an attempt.

        The event `CallbackAttemptEnded` says the same; this is the short way, so that nobody waits for the
        recorder.

        Args:
            due: when to try again; 0 when it is over for good.
            outcome, agent: of the attempt.
        """
        values: dict[str, Any] = {"lease_holder": "", "lease_until": 0.0, "agent": agent, "outcome": outcome}
        values |= {"state": WAITING, "due": due} if due else {"state": CLOSED}
        return await self._change(
            update(_table)
            .where(*_mine(callback, attempt, switch), _table.state.in_((LEASED, DIALLING)))
            .values(**values)
        )

    async def reschedule(self, callback: str, due: float) -> bool:
        """Move a callback that nobody has at the moment; the event `CallbackRescheduled` says the same."""
        return await self._change(
            update(_table)
            .where(_table.callback == callback, _table.state == WAITING)
            .values(due=due, not_before=due, not_after=0.0)
        )

    async def cancel(self, callback: str) -> bool:
        """Close a callback; one that is being dialled is not stopped by it."""
        return await self._change(
            update(_table).where(_table.callback == callback, _table.state != CLOSED).values(state=CLOSED)
        )

    async def mine(self, switch: str) -> Dues:
        """What a switch has leased."""
        return await self._read(
            select(*_COLUMNS)
            .where(_table.lease_holder == switch, _table.state.in_((LEASED, DIALLING)))
            .order_by(_table.arrival)
        )

    async def get(self, callback: str) -> Due | None:
        """One callback."""
        found = await self._read(select(*_COLUMNS).where(_table.callback == callback))
        return found[0] if found else None

    async def find_open(self, number: str) -> Due | None:
        """The callback that a number waits for; the one that waits longest when there are several."""
        key = number_key(number, self._country)
        if not key:
            return None
        found = await self._read(
            select(*_COLUMNS)
            .where(or_(_table.number_key == key, _table.caller_key == key), _table.state != CLOSED)
            .order_by(_table.arrival)
            .limit(1)
        )
        return found[0] if found else None

    async def list(
        self,
        *,
        states: Collection[str] | None = None,
        queue: str = "",
        ticket: str = "",
        number: str = "",
        limit: int = 100,
        offset: int = 0,
    ) -> Dues:
        """Callbacks for people to look at: those that are not over first, then by due time.

        Args:
            states: of these states; None for those that are not closed.
            queue, ticket, number: of these alone, "" for all.
            limit, offset: which page.
        """
        wanted = select(*_COLUMNS)
        wanted = wanted.where(_table.state != CLOSED if states is None else _table.state.in_(states))
        if queue:
            wanted = wanted.where(_table.queue == queue)
        if ticket:
            wanted = wanted.where(_table.ticket == ticket)
        if number:
            key = number_key(number, self._country)
            wanted = wanted.where(or_(_table.number_key == key, _table.caller_key == key))
        order = (_table.state == CLOSED, _table.due, _table.arrival, _table.callback)
        return await self._read(wanted.order_by(*order).limit(limit).offset(offset))

    async def _read(self, wanted: Select[Any]) -> Dues:
        async with self._engine.connect() as connection:
            return await read(connection, wanted)

    async def _change(self, change: Any) -> bool:
        async with self._engine.begin() as connection:
            return cast(CursorResult[Any], await connection.execute(change)).rowcount == 1


async def read(connection: AsyncConnection, wanted: Select[Any]) -> Dues:
    """The callbacks of a query that selects `Due`'s columns."""
    return [_due(row) for row in (await connection.execute(wanted)).all()]


def select_due() -> Select[Any]:
    """A query for `read`, to be narrowed."""
    return select(*_COLUMNS)


def _due(row: Row[Any]) -> Due:
    return Due(**row._mapping)


def _mine(callback: str, attempt: int, switch: str) -> tuple[ColumnElement[bool], ...]:
    return _table.callback == callback, _table.attempt == attempt, _table.lease_holder == text(switch, 64)

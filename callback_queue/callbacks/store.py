"""Callbacks in the database: finding those that are due, look-up, list, reschedule, cancel.

Rows are written by the recorder (`callback_queue.callbacks.projection`); taking one for an attempt is
`callback_queue.callbacks.lease`. When somebody should be called is the policy's (`policy.py`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any, TypeAlias, cast

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.orm import aliased

from callback_queue.callbacks.events import CallbackWhy
from callback_queue.callbacks.tables import CallbackRow
from callback_queue.customers.events import Tier
from callback_queue.tickets.tables import Ticket
from callback_queue.tickets.ticket import TicketState
from config.telephone_numbers import SHORTEST_NATIONAL, number_key

DEAD_HOLDER = 900.0
"""Seconds after the end of a lease in which its customer was dialled until another switch may have it."""

WAITING, LEASED, DIALLING, CLOSED = "waiting", "leased", "dialling", "closed"

# So many last digits tell telephones apart, whatever is written in front of them.
_TELLING = 9

_OURS = (TicketState.OPEN, TicketState.ASSIGNED)

_table = CallbackRow


@dataclass(frozen=True, slots=True)
class CallbackView:
    """One callback as it stands in the database (`callback_queue.callbacks.tables.CallbackRow`).

    Args:
        attempt: the last attempt's number, 0 before the first: the next lease is for `attempt + 1`.
        dialled: in how many of the attempts that count the customer was dialled.
        crashes: how many attempts in a row the switch did not survive.
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
    crashes: int
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
CallbackViews: TypeAlias = list[CallbackView]

CALLBACK_COLUMNS = [getattr(_table, field.name) for field in fields(CallbackView)]


def free(now: float, table: Any = CallbackRow) -> ColumnElement[bool]:
    """The condition that nobody has a callback: it waits, or its lease is as good as given back."""
    return or_(
        table.state == WAITING,
        and_(table.state == LEASED, table.lease_until < now),
        and_(table.state == DIALLING, table.lease_until < now - DEAD_HOLDER),
    )


def due_now(now: float) -> ColumnElement[bool]:
    """The condition that a callback is due, nobody has it, and its ticket is not over."""
    on_time = and_(_table.due <= now, or_(_table.expires == 0, _table.expires > now))
    return and_(free(now), on_time, ticket_at_work())


def ticket_at_work() -> ColumnElement[bool]:
    """The condition that a callback's ticket is neither over nor waiting for the customer."""
    rests = select(Ticket.number).where(Ticket.number == _table.ticket, Ticket.state.not_in(_OURS))
    return ~rests.correlate(_table).exists()


def ticket_waits() -> ColumnElement[bool]:
    """The condition that a callback rests, because its ticket waits for the customer."""
    waits = select(Ticket.number).where(Ticket.number == _table.ticket, Ticket.state == TicketState.WAITING)
    return waits.correlate(_table).exists()


def same_telephone(one: Any, other: Any) -> ColumnElement[bool]:
    """The condition that two number keys may be the same telephone.

    Without the site's country, +8613800138000 and 13800138000 have two keys. So long ones are compared by
    their last nine digits, and a shorter one with the other's end; extensions are compared whole. Two
    telephones that are taken for one by this are called one after the other.
    """
    longs = and_(func.length(one) >= _TELLING, func.length(other) >= _TELLING)
    return or_(
        one == other,
        and_(longs, _last(one, _TELLING) == _last(other, _TELLING)),
        _ends_with(one, other),
        _ends_with(other, one),
    )


def _ends_with(long: Any, short: Any) -> ColumnElement[bool]:
    """The condition that one key is the other with digits in front, and that is no extension."""
    length = func.length(short)
    return and_(length >= SHORTEST_NATIONAL, func.length(long) > length, _last(long, length) == short)


def _last(key: Any, count: Any) -> ColumnElement[str]:
    return func.substr(key, func.length(key) - count + 1)


def _customer_is_called(now: float) -> ColumnElement[bool]:
    """The condition that the customer is being called already, for another ticket."""
    other = aliased(_table)
    called = select(other.callback).where(
        same_telephone(other.number_key, _table.number_key),
        other.callback != _table.callback,
        other.state.in_((LEASED, DIALLING)),
        ~free(now, other),
    )
    return called.correlate(_table).exists()


class CallbackStore:
    """Reads callbacks, and changes what people want changed.

    Args:
        engine: the database; every method may raise what it raises (`sqlalchemy.exc.SQLAlchemyError`,
            OSError) and may take as long as it takes: callers set timeouts.
        country: whose national numbers are meant when a number is looked for.
    """

    def __init__(self, engine: AsyncEngine, country: str = "") -> None:
        self._engine = engine
        self._country = country

    async def due(self, now: float, limit: int = 500, queues: Collection[str] | None = None) -> CallbackViews:
        """Callbacks that could be dialled now, the longest waiting first.

        Those of one customer, told by the number, are dialled one after the other.

        Args:
            now: Unix seconds.
            limit: at most so many.
            queues: of these queues alone; None for all.
        """
        wanted = (
            select(*CALLBACK_COLUMNS)
            .where(due_now(now), ~_customer_is_called(now))
            .order_by(_table.arrival, _table.callback)
            .limit(limit)
        )
        if queues is not None:
            wanted = wanted.where(_table.queue.in_(queues))
        return await self._read(wanted)

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

    async def mine(self, switch: str) -> CallbackViews:
        """What a switch has leased."""
        return await self._read(
            select(*CALLBACK_COLUMNS)
            .where(_table.lease_holder == switch, _table.state.in_((LEASED, DIALLING)))
            .order_by(_table.arrival)
        )

    async def get(self, callback: str) -> CallbackView | None:
        """One callback."""
        found = await self._read(select(*CALLBACK_COLUMNS).where(_table.callback == callback))
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
    ) -> CallbackViews:
        """Callbacks for people to look at: those that are not over first, then by due time.

        Args:
            states: of these states; None for those that are not closed.
            queue, ticket, number: of these alone, "" for all.
            limit, offset: which page.
        """
        wanted = select(*CALLBACK_COLUMNS)
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

    async def _read(self, wanted: Select[Any]) -> CallbackViews:
        async with self._engine.connect() as connection:
            return await read(connection, wanted)

    async def _change(self, change: Any) -> bool:
        async with self._engine.begin() as connection:
            return cast(CursorResult[Any], await connection.execute(change)).rowcount == 1


async def read(connection: AsyncConnection, wanted: Select[Any]) -> CallbackViews:
    """The callbacks of a query that selects `CallbackView`'s columns."""
    return [row_of(row) for row in (await connection.execute(wanted)).all()]


def select_callbacks() -> Select[Any]:
    """A query for `read`, to be narrowed."""
    return select(*CALLBACK_COLUMNS)


def row_of(row: Row[Any]) -> CallbackView:
    """A row of a statement that returns `CALLBACK_COLUMNS`."""
    return CallbackView(**row._mapping)

"""Tickets in the database: look-up, lists, and blocks of ticket numbers.

Rows are written by the recorder (`callback_queue.tickets.projection`); a change of a ticket is an event, told
by the switch.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

from sqlalchemy import Select, case, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from callback_queue.customers.events import Tier
from callback_queue.database import insert_once, text
from callback_queue.tickets.tables import NumberBlock, NumberCounter, Ticket, TicketHistory
from callback_queue.tickets.ticket import AT_WORK
from config.telephone_numbers import number_key

FIRST_NUMBER = 100001
"""The first ticket's number: long enough not to be an agent's, short enough to be said."""

_SERIES = "ticket"


@dataclass(frozen=True, slots=True)
class TicketView:
    """One ticket as it stands in the database (`callback_queue.tickets.tables.Ticket`)."""

    number: str
    kind: str
    state: str
    outcome: str
    queue: str
    owner: str
    call: str
    leg: str
    opened_at: float
    changed_at: float
    caller: str
    callback_number: str
    language: str
    customer: str
    tier: Tier
    category: str
    severity: int
    priority: int
    title: str
    summary: str
    tags: list[str]
    respond_by: float
    resolve_by: float
    responded_at: float
    resolved_at: float
    waiting_since: float
    reopened: int
    sla: list[str]
    slots: list[dict[str, Any]]
    history: list[dict[str, Any]]
    recording: str
    note: str
    joined_into: str


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One thing that happened to a ticket (`callback_queue.tickets.tables.TicketHistory`)."""

    at: float
    by: str
    what: str
    details: dict[str, Any]
    note: str


# The class below has a method of the name `list`.
TicketViews: TypeAlias = list[TicketView]

_COLUMNS = [getattr(Ticket, field.name) for field in fields(TicketView)]


class TicketStore:
    """Reads tickets, and hands out numbers.

    Args:
        engine: the database; every method may raise what it raises (`sqlalchemy.exc.SQLAlchemyError`,
            OSError) and may take as long as it takes: callers set timeouts.
        country: whose national numbers are meant when a caller's number is looked for.
    """

    def __init__(self, engine: AsyncEngine, country: str = "") -> None:
        self._engine = engine
        self._country = country

    async def get(self, number: str) -> TicketView | None:
        """One ticket."""
        found = await self._read(select(*_COLUMNS).where(Ticket.number == text(number, 24)))
        return found[0] if found else None

    async def state_of(self, number: str) -> str | None:
        """How far a ticket is; None when there is none of that number."""
        async with self._engine.connect() as connection:
            wanted = select(Ticket.state).where(Ticket.number == text(number, 24))
            return (await connection.execute(wanted)).scalar_one_or_none()

    async def history(self, number: str) -> tuple[HistoryEntry, ...]:
        """What happened to a ticket, oldest first."""
        columns = [getattr(TicketHistory, field.name) for field in fields(HistoryEntry)]
        order = (TicketHistory.at, TicketHistory.source, TicketHistory.seq)
        wanted = select(*columns).where(TicketHistory.ticket == text(number, 24)).order_by(*order)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(wanted)).all()
        return tuple(HistoryEntry(**row._mapping) for row in rows)

    async def states(self, number: str) -> list[tuple[float, object]]:
        """The states that a ticket was in, each with its beginning, oldest first."""
        async with self._engine.connect() as connection:
            return await states_of(connection, number)

    async def joined(self, number: str) -> TicketViews:
        """The tickets that were joined into one, oldest first."""
        wanted = select(*_COLUMNS).where(Ticket.joined_into == text(number, 24))
        return await self._read(wanted.order_by(Ticket.opened_at))

    async def list(
        self,
        *,
        states: Collection[str] | None = None,
        owner: str = "",
        queue: str = "",
        category: str = "",
        caller: str = "",
        customer: str = "",
        since: float = 0.0,
        words: str = "",
        limit: int = 100,
        offset: int = 0,
    ) -> TicketViews:
        """Tickets for people to look at: the worst and those that are due first, then the oldest.

        Args:
            states: of these states; None for those on which something is to be done.
            owner, queue, category, customer: of these alone, "" for all.
            caller: a number, in any spelling, that called.
            since: opened since then, Unix seconds.
            words: those with these words in title or summary.
            limit, offset: which page.
        """
        wanted = select(*_COLUMNS).where(Ticket.state.in_(AT_WORK if states is None else states))
        for column, value in (
            (Ticket.owner, owner),
            (Ticket.queue, queue),
            (Ticket.category, category),
            (Ticket.customer, customer),
            (Ticket.caller_key, number_key(caller, self._country)),
        ):
            if value:
                wanted = wanted.where(column == value)
        if since:
            wanted = wanted.where(Ticket.opened_at >= since)
        if words:
            wanted = wanted.where(
                or_(
                    Ticket.title.icontains(words, autoescape=True),
                    Ticket.summary.icontains(words, autoescape=True),
                )
            )
        return await self._read(wanted.order_by(*_order()).limit(limit).offset(offset))

    async def next_block(self, holder: str, size: int, now: float, above: int = 0) -> range:
        """Take ticket numbers that nobody else will ever get; arguments as for `take_block`."""
        async with self._engine.begin() as connection:
            return await take_block(connection, holder, size, now, above)

    async def _read(self, wanted: Select[Any]) -> TicketViews:
        async with self._engine.connect() as connection:
            return [TicketView(**row._mapping) for row in (await connection.execute(wanted)).all()]


async def states_of(connection: AsyncConnection, number: str) -> list[tuple[float, object]]:
    """The states that a ticket was in, each with its beginning, oldest first; the first one is left out."""
    row = TicketHistory
    found = await connection.execute(
        select(row.at, row.what, row.details)
        .where(row.ticket == text(number, 24), row.what == "changed")
        .order_by(row.at, row.source, row.seq)
    )
    changes = ((at, details.get("changes")) for at, _, details in found if isinstance(details, dict))
    return [(at, each["state"]) for at, each in changes if isinstance(each, dict) and "state" in each]


def _order() -> tuple[Any, ...]:
    due = case((Ticket.responded_at == 0, Ticket.respond_by), else_=Ticket.resolve_by)
    # One without a deadline comes after those that have one.
    return Ticket.severity, case((due == 0, 1), else_=0), due, Ticket.opened_at, Ticket.number


async def take_block(
    connection: AsyncConnection, holder: str, size: int, now: float, above: int = 0
) -> range:
    """Take ticket numbers in the caller's transaction: they are its own only once that is committed.

    Args:
        connection: has the transaction.
        holder: who takes them, for people who look.
        size: how many.
        now: Unix seconds.
        above: numbers up to this one are taken already (by a switch that had no database).
    """
    counter = NumberCounter
    await insert_once(
        connection, counter.metadata.tables[counter.__tablename__], {"series": _SERIES, "next": FIRST_NUMBER}
    )
    start = case((counter.next <= above, above + 1), else_=counter.next)
    changed = await connection.execute(
        update(counter).where(counter.series == _SERIES).values(next=start + size).returning(counter.next)
    )
    end: int = changed.scalar_one()
    block = range(end - size, end)
    await connection.execute(
        insert(NumberBlock).values(
            first=block.start, last=block.stop - 1, holder=text(holder, 96), taken_at=now
        )
    )
    return block

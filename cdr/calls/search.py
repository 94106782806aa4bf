"""Searches call records: newest first, page by page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from cdr.tables import CallRow

_table = CallRow.__table__

# Databases take some 30,000 values in a question.
MOST_IDS = 10_000


@dataclass(frozen=True, slots=True)
class CallQuery:
    """Which calls; what is left out is not filtered by.

    Args:
        start, end: begun in this time, Unix seconds.
        queue, agent: that came to them, first or later.
        number: the customer's, as it stands in the record or its last digits.
        outcome, direction, ticket, callback, customer: exactly.
        ids: these alone; None for all.
        matters: those that belong to one of these callbacks or tickets; None for all.
    """

    start: float | None = None
    end: float | None = None
    queue: str = ""
    agent: str = ""
    number: str = ""
    outcome: str = ""
    direction: str = ""
    ticket: str = ""
    callback: str = ""
    customer: str = ""
    ids: Sequence[str] | None = None
    matters: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class ListPosition:
    """Where in the list somebody has read to: the last call that they saw."""

    started: float
    call: str

    def __str__(self) -> str:
        return f"{self.started!r}_{self.call}"

    @classmethod
    def parse(cls, text: str) -> ListPosition:
        """Read what `str` made.

        Raises:
            ValueError: it made something else.
        """
        started, _, call = text.partition("_")
        return cls(float(started), call)


class CallList:
    """Reads call records.

    Args:
        engine: the site's database.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def get(self, call: str) -> Row[Any] | None:
        """One call's row of `cdr.tables.CallRow`."""
        async with self._engine.connect() as connection:
            return (await connection.execute(select(_table).where(_table.c.call == call))).one_or_none()

    async def begun(self, calls: Collection[str]) -> dict[str, Any]:
        """How these calls began: when (`started`), who called whom (`number`, `dialled`)."""
        row = _table.c
        query = select(row.call, row.started, row.number, row.dialled).where(row.call.in_(calls))
        async with self._engine.connect() as connection:
            return {found.call: found for found in await connection.execute(query)}

    async def list(self, wanted: CallQuery, after: ListPosition | None, limit: int) -> list[Row[Any]]:
        """Calls, the newest first.

        Args:
            wanted: which.
            after: behind this one; None from the newest on.
            limit: at most so many.
        """
        query = _narrowed(select(_table), wanted)
        if after is not None:
            at, call = _table.c.started, _table.c.call
            query = query.where(or_(at < after.started, and_(at == after.started, call < after.call)))
        query = query.order_by(_table.c.started.desc(), _table.c.call.desc()).limit(limit)
        async with self._engine.connect() as connection:
            return list(await connection.execute(query))


def _narrowed(query: Select[Any], wanted: CallQuery) -> Select[Any]:
    row = _table.c
    if wanted.start is not None:
        query = query.where(row.started >= wanted.start)
    if wanted.end is not None:
        query = query.where(row.started < wanted.end)
    for column, name in ((row.queues, wanted.queue), (row.agents, wanted.agent)):
        if name:
            query = query.where(column.contains(f"|{name}|", autoescape=True))
    if wanted.number:
        query = query.where(row.number.endswith(wanted.number.lstrip("+"), autoescape=True))
    for name in ("outcome", "direction", "ticket", "callback", "customer"):
        value = getattr(wanted, name)
        if value:
            query = query.where(row[name] == value)
    if wanted.ids is not None:
        query = query.where(row.call.in_(wanted.ids[-MOST_IDS:]))
    if wanted.matters is not None:
        names = wanted.matters[-MOST_IDS:]
        # A callback's id begins with the number of its ticket.
        tickets = {name.partition(".")[0] for name in names}
        query = query.where(or_(row.callback.in_(names), row.ticket.in_(tickets)))
    return query

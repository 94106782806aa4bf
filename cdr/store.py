"""The event store: the journal's events in the database, in the order in which the recorder took them in.

Writing is the recorder's alone; everybody else reads.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cdr.events import decode
from cdr.tables import EventRow
from journal.event import Event

PAGE = 2000

_COLUMNS = (
    EventRow.id,
    EventRow.switch,
    EventRow.seq,
    EventRow.kind,
    EventRow.at,
    EventRow.call,
    EventRow.body,
)


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One event as it is stored.

    Args:
        id: its place in the order of all events.
        switch, seq: whose it is, and its number there.
        kind, at, call, body: as in `cdr.tables.EventRow`.
        event: the event itself; None when this version knows no such kind.
    """

    id: int
    switch: str
    seq: int
    kind: str
    at: float
    call: str
    body: dict[str, Any]
    event: Event | None


class EventStore:
    """Reads and writes the table of events.

    Args:
        engine: of the site's database.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def append_batch(self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add events in the caller's transaction.

        Args:
            connection: has that transaction.
            rows: as `journal.codec.to_row` makes them, with switch and seq.

        Raises:
            sqlalchemy.exc.IntegrityError: one of them is there already.
        """
        await connection.execute(insert(EventRow), [dict(row) for row in rows])

    async def position(self, connection: AsyncConnection, switch: str) -> int:
        """The number of a switch's last event that is stored; 0 for none."""
        query = select(func.max(EventRow.seq)).where(EventRow.switch == switch)
        return (await connection.execute(query)).scalar() or 0

    async def events_of(self, call: str, connection: AsyncConnection | None = None) -> list[StoredEvent]:
        """All events of a call, in order.

        Args:
            call: its id.
            connection: to see what its transaction has written so far as well.
        """
        return await self._fetch(_select().where(EventRow.call == call), connection)

    async def tail(self, after_id: int, limit: int) -> list[StoredEvent]:
        """The next events after the one with that id, in order, at most `limit`.

        Events become visible in the order of their ids: one that continues after the last misses none.
        """
        return await self._fetch(_select().where(EventRow.id > after_id).limit(limit))

    async def last_id(self) -> int:
        """The id of the newest event; 0 for none."""
        async with self._engine.connect() as connection:
            return (await connection.execute(select(func.max(EventRow.id)))).scalar() or 0

    async def between(
        self, start: float, end: float, kinds: Collection[str | type[Event]] = ()
    ) -> AsyncIterator[StoredEvent]:
        """The events of a time, in order, page by page.

        Args:
            start, end: Unix seconds; an event at `start` is in, one at `end` is not.
            kinds: only these; none for all.
        """
        query = _select().where(EventRow.at >= start, EventRow.at < end)
        if kinds:
            names = [kind if isinstance(kind, str) else kind.__name__ for kind in kinds]
            query = query.where(EventRow.kind.in_(names))
        after = 0
        while True:
            page = await self._fetch(query.where(EventRow.id > after).limit(PAGE))
            for stored in page:
                yield stored
            if len(page) < PAGE:
                return
            after = page[-1].id

    async def _fetch(
        self, query: Select[Any], connection: AsyncConnection | None = None
    ) -> list[StoredEvent]:
        if connection is not None:
            return [_stored(row) for row in await connection.execute(query)]
        async with self._engine.connect() as own:
            return [_stored(row) for row in await own.execute(query)]


def _select() -> Select[Any]:
    return select(*_COLUMNS).order_by(EventRow.id)


def _stored(row: Row[Any]) -> StoredEvent:
    number, switch, seq, kind, at, call, body = tuple(row)
    return StoredEvent(number, switch, seq, kind, at, call, body, decode(kind, body))

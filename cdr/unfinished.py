"""What a switch had going on when it ended without a word: found in the events before its next start.

What is done about it is `callback_queue.consequences`' matter.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from callback_queue.events import QueueEntered
from callback_queue.unfinished import Unfinished
from cdr.codec import decode
from cdr.tables import EventRow
from telephony.call.events import Event

# A caller who hung up in so many seconds before the end may have no ticket yet: writing one takes a moment.
_LAST_MOMENTS = 10.0
_CALLS_AT_ONCE = 200
_BEGINNINGS = ("CallOffered", "CallbackStarted")
_KINDS = (*_BEGINNINGS, "CallEnded", "QueueEntered", "QueueLeft", "TicketOpened")


class EventLog:
    """Reads the table of events inside the recorder's transaction, for `callback_queue.consequences`."""

    async def events_of(self, connection: AsyncConnection, call: str) -> list[Event]:
        """The events of a call, in order."""
        return (await self._events(connection, [call])).get(call, [])

    async def unfinished(self, connection: AsyncConnection, switch: str, started: float) -> Unfinished:
        """What the run of a switch before its start at `started` (Unix seconds) left behind."""
        start, before = await _starts(connection, switch, started)
        columns = (EventRow.kind, EventRow.call, EventRow.at, EventRow.body)
        rows = await connection.stream(
            select(*columns)
            .where(EventRow.id > before, EventRow.id < start, EventRow.switch == switch)
            .where(EventRow.kind.in_(_KINDS))
            .order_by(EventRow.id)
        )
        calls: dict[str, float] = {}  # open ones, in their order, with when they began
        entries: dict[str, QueueEntered] = {}
        abandoned: dict[str, float] = {}
        last = 0.0
        async for kind, call, at, body in rows:
            last = max(last, at)
            if kind in _BEGINNINGS:
                calls[call] = at
            elif kind == "CallEnded":
                calls.pop(call, None)
            elif kind == "TicketOpened":
                abandoned.pop(call, None)
            elif kind == "QueueEntered":
                entered = decode(kind, body)
                if isinstance(entered, QueueEntered):
                    entries[entered.entry] = entered
            else:
                entries.pop(body.get("entry"), None)
                if body.get("why") == "abandoned":
                    abandoned[call] = at
        late = {call: at for call, at in abandoned.items() if at > last - _LAST_MOMENTS}
        wanted = sorted({**late, **calls}.items(), key=lambda item: item[1])
        found = await self._events(connection, [call for call, _ in wanted])
        return Unfinished([found[call] for call, _ in wanted if call in found], list(entries.values()))

    async def _events(self, connection: AsyncConnection, calls: Sequence[str]) -> dict[str, list[Event]]:
        found: dict[str, list[Event]] = {}
        for first in range(0, len(calls), _CALLS_AT_ONCE):
            some = calls[first : first + _CALLS_AT_ONCE]
            query = select(EventRow.call, EventRow.kind, EventRow.body).where(EventRow.call.in_(some))
            for row in await connection.execute(query.order_by(EventRow.id)):
                event = decode(row.kind, row.body)
                if event is not None:
                    found.setdefault(row.call, []).append(event)
        return found


async def _starts(connection: AsyncConnection, switch: str, started: float) -> tuple[int, int]:
    """The ids of a start of a switch and of the one before it, 0 for none."""
    query = (
        select(EventRow.id)
        .where(EventRow.switch == switch, EventRow.kind == "SwitchStarted", EventRow.at <= started)
        .order_by(EventRow.id.desc())
        .limit(2)
    )
    ids = list((await connection.execute(query)).scalars())
    return (ids[0] if ids else 0), (ids[1] if len(ids) > 1 else 0)

"""What a crashed switch had in progress: its calls that have no end.

Every question here goes by an index, so that a start after weeks of calls is as quick as one after a minute.
What is done about it is in `callback_queue.consequences`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Executable, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callback_queue.line.events import QueueEntered, QueueLeft
from callback_queue.recovery.unfinished import Unfinished
from callback_queue.tickets.events import TicketOpened
from cdr.events import decode
from cdr.tables import CallRow, EventRow
from journal.event import Event
from telephony.call.events import CallEnded

# A caller who hung up in so many seconds before the end may have no ticket yet: writing one takes a moment.
_LAST_MOMENTS = 10.0
# Nobody waits longer for an agent to call back: what is older left the line without being told.
_LONGEST_WAIT = 86400.0
_CALLS_AT_ONCE = 200


class EventLog:
    """Reads events and call records inside the recorder's transaction, for `callback_queue.consequences`."""

    async def events_of(self, connection: AsyncConnection, call: str) -> list[Event]:
        """The events of a call, in order."""
        return (await _events(connection, [call])).get(call, [])

    async def unfinished(self, connection: AsyncConnection, switch: str, started: float) -> Unfinished:
        """What the run of a switch before its start at `started` (Unix seconds) left behind.

        Call records have to be up to date: their projection comes before consequences.
        """
        start, before = await _starts(connection, switch, started)
        last = await _last_at(connection, switch, start)
        if last is None:
            return Unfinished()  # nothing was ever told before
        open_calls = select(CallRow.call).where(CallRow.ended.is_(None))
        late_calls = select(CallRow.call).where(CallRow.ended > last - _LAST_MOMENTS)
        calls = [*await _texts(connection, open_calls), *await _texts(connection, late_calls)]
        told = await _events(connection, calls, switch)
        found = [events for events in told.values() if not _is_over(events)]
        found.sort(key=lambda events: events[0].at)
        entries = [entry for events in found for entry in _open_entries(events)]
        entries += await _callbacks_in_line(connection, switch, (before.id, start.id), last)
        return Unfinished(found, entries)


def _is_over(events: Sequence[Event]) -> bool:
    """Whether nothing is owed: the call ended, and it was no caller who gave up waiting just now."""
    if not any(isinstance(event, CallEnded) for event in events):
        return False
    gave_up = any(isinstance(event, QueueLeft) and event.why == "abandoned" for event in events)
    return not gave_up or any(isinstance(event, TicketOpened) for event in events)


def _open_entries(events: Sequence[Event]) -> list[QueueEntered]:
    """The stays in queues that did not end."""
    left = {event.entry for event in events if isinstance(event, QueueLeft)}
    return [event for event in events if isinstance(event, QueueEntered) and event.entry not in left]


async def _callbacks_in_line(
    connection: AsyncConnection, switch: str, run: tuple[int, int], last: float
) -> list[QueueEntered]:
    """Callbacks that waited for an agent: they belong to no call before one is begun for them."""
    query = (
        select(EventRow.kind, EventRow.body)
        .where(EventRow.call == "", EventRow.id > run[0], EventRow.id < run[1], EventRow.switch == switch)
        .where(EventRow.kind.in_(("QueueEntered", "QueueLeft")), EventRow.at > last - _LONGEST_WAIT)
        .order_by(EventRow.id)
    )
    told = [decode(row.kind, row.body) for row in await connection.execute(query)]
    waiting = _open_entries([event for event in told if event is not None])
    # One whose turn had come left the line in the call that was begun for it.
    callbacks = {entry.callback for entry in waiting}
    begun = select(CallRow.call).where(CallRow.callback.in_(callbacks), CallRow.callback != "")
    calls = await _events(connection, await _texts(connection, begun) if callbacks else [])
    left = {e.entry for events in calls.values() for e in events if isinstance(e, QueueLeft)}
    return [entry for entry in waiting if entry.entry not in left]


@dataclass(frozen=True, slots=True)
class _Start:
    """A start of a switch: its place in the order of all events, and its number among the switch's."""

    id: int = 0
    seq: int = 0


async def _starts(connection: AsyncConnection, switch: str, started: float) -> tuple[_Start, _Start]:
    """A start of a switch and the one before it."""
    query = (
        select(EventRow.id, EventRow.seq)
        .where(EventRow.call == "", EventRow.kind == "SwitchStarted", EventRow.switch == switch)
        .where(EventRow.at <= started)
        .order_by(EventRow.id.desc())
        .limit(2)
    )
    found = [_Start(*row) for row in await connection.execute(query)]
    return found[0] if found else _Start(), found[1] if len(found) > 1 else _Start()


async def _last_at(connection: AsyncConnection, switch: str, start: _Start) -> float | None:
    """When a switch last said something before its start; None for never."""
    query = select(EventRow.at).where(EventRow.switch == switch, EventRow.seq < start.seq)
    return (await connection.execute(query.order_by(EventRow.seq.desc()).limit(1))).scalar()


async def _texts(connection: AsyncConnection, query: Executable) -> list[str]:
    return [str(text) for text in (await connection.execute(query)).scalars()]


async def _events(
    connection: AsyncConnection, calls: Sequence[str], switch: str | None = None
) -> dict[str, list[Event]]:
    """The events of calls, in order; with `switch` only those of calls that this one began."""
    found: dict[str, list[Event]] = {}
    began: dict[str, str] = {}
    for first in range(0, len(calls), _CALLS_AT_ONCE):
        some = calls[first : first + _CALLS_AT_ONCE]
        columns = (EventRow.call, EventRow.kind, EventRow.body, EventRow.switch)
        query = select(*columns).where(EventRow.call.in_(some)).order_by(EventRow.id)
        for row in await connection.execute(query):
            event = decode(row.kind, row.body)
            if event is not None and switch in (None, began.setdefault(row.call, row.switch)):
                found.setdefault(row.call, []).append(event)
    return found

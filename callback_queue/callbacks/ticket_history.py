"""What callbacks add to their tickets: lines of the history, and who was reached and by whom.

A fold over the journal's events, like that of tickets (`callback_queue.tickets.projection`). It sees an event
before the callback's row is changed by it (`callback_queue.callbacks.projection`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, TypeAlias

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from callback_queue.callbacks.events import (
    CallbackAttemptEnded,
    CallbackClosed,
    CallbackMoved,
    CallbackRequested,
    CallbackRescheduled,
    CallbackRestored,
)
from callback_queue.callbacks.tables import CallbackRow
from callback_queue.database import number, text
from callback_queue.tickets.projection import find_ticket, write_history, write_ticket
from callback_queue.tickets.ticket import TicketState
from journal.event import Event

Row: TypeAlias = Mapping[str, Any]
_Apply: TypeAlias = Callable[[AsyncConnection, Any, Row], Awaitable[None]]


class CallbackHistory:
    """Keeps what tickets say of their callbacks."""

    def __init__(self) -> None:
        self._handlers: dict[type[Event], _Apply] = {
            CallbackRequested: self._requested,
            CallbackAttemptEnded: self._attempted,
            CallbackRescheduled: self._rescheduled,
            CallbackMoved: self._moved,
            CallbackRestored: self._restored,
            CallbackClosed: self._closed,
        }
        self.kinds: Collection[type[Event]] = tuple(self._handlers)

    async def apply(self, connection: AsyncConnection, event: Event, row: Row) -> None:
        """Take one event in; see `cdr.recorder.projector.Projection`."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            await handler(connection, event, row)

    async def _requested(self, connection: AsyncConnection, event: CallbackRequested, row: Row) -> None:
        details = {
            "callback": event.callback,
            "number": event.number,
            "why": event.why,
            "not_before": event.not_before,
        }
        await write_history(connection, row, event.ticket, event.at, "system", "callback_requested", details)

    async def _attempted(self, connection: AsyncConnection, event: CallbackAttemptEnded, row: Row) -> None:
        found = await _ticket_of(connection, event.callback)
        ticket = await find_ticket(connection, found)
        if ticket is not None and event.outcome == "reached":
            values: dict[str, Any] = {}
            if not ticket["responded_at"]:
                values["responded_at"] = number(event.at)
            if ticket["state"] == TicketState.OPEN and event.agent:
                values |= {"state": TicketState.ASSIGNED.value, "owner": text(event.agent, 64)}
            await write_ticket(connection, found, values, event.at)
        details = {
            "callback": event.callback,
            "attempt": event.attempt,
            "outcome": event.outcome,
            "next_at": event.next_at,
            "talk_ms": event.talk_ms,
            "call": event.call,
        }
        by = f"agent:{event.agent}" if event.agent else "system"
        await write_history(connection, row, found, event.at, by, "attempt", details)

    async def _rescheduled(self, connection: AsyncConnection, event: CallbackRescheduled, row: Row) -> None:
        found = await _ticket_of(connection, event.callback)
        details = {"callback": event.callback, "due": event.due}
        await write_history(connection, row, found, event.at, event.by, "callback_rescheduled", details)

    async def _moved(self, connection: AsyncConnection, event: CallbackMoved, row: Row) -> None:
        found = await _ticket_of(connection, event.callback)
        details = {"callback": event.callback, "queue": event.queue}
        await write_history(connection, row, found, event.at, event.by, "callback_moved", details)

    async def _restored(self, connection: AsyncConnection, event: CallbackRestored, row: Row) -> None:
        found = await _ticket_of(connection, event.callback)
        details = {"callback": event.callback, "due": event.due}
        await write_history(connection, row, found, event.at, event.by, "callback_restored", details)

    async def _closed(self, connection: AsyncConnection, event: CallbackClosed, row: Row) -> None:
        found = await _ticket_of(connection, event.callback)
        details = {"callback": event.callback, "end": event.end}
        await write_history(
            connection, row, found, event.at, event.by, "callback_closed", details, event.note
        )


async def _ticket_of(connection: AsyncConnection, callback: str) -> str:
    """The ticket of a callback: the one that it was moved to, else the one in its name."""
    known = await connection.execute(
        select(CallbackRow.ticket).where(CallbackRow.callback == text(callback, 32))
    )
    return known.scalar_one_or_none() or str(callback).partition(".")[0]

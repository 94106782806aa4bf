"""Counts of open tickets and callbacks, and the open callback of each ticket."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from callback_queue.callbacks.store import CLOSED, WAITING
from callback_queue.callbacks.tables import CallbackRow
from callback_queue.tickets.tables import Ticket
from callback_queue.tickets.ticket import AT_WORK


@dataclass(frozen=True, slots=True)
class CallbackCount:
    """Callbacks of a queue that are not over, and those of them that could be dialled now."""

    open: int = 0
    due: int = 0


@dataclass(frozen=True, slots=True)
class OpenCallback:
    """A callback that is not over: its id, its state, when the next attempt is due."""

    callback: str
    state: str
    due: float


class Counts:
    """Looks at many rows at once.

    Args:
        engine: the site's database.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def open_tickets(self) -> dict[str, int]:
        """Tickets on which something is to be done, by queue."""
        wanted = select(Ticket.queue, func.count()).where(Ticket.state.in_(AT_WORK)).group_by(Ticket.queue)
        async with self._engine.connect() as connection:
            return {row[0]: row[1] for row in await connection.execute(wanted)}

    async def callbacks(self, now: float) -> dict[str, CallbackCount]:
        """Callbacks that are not over, by queue."""
        due = case(((CallbackRow.state == WAITING) & (CallbackRow.due <= now), 1), else_=0)
        wanted = (
            select(CallbackRow.queue, func.count(), func.sum(due))
            .where(CallbackRow.state != CLOSED)
            .group_by(CallbackRow.queue)
        )
        async with self._engine.connect() as connection:
            rows = await connection.execute(wanted)
            return {queue: CallbackCount(open_, int(due_)) for queue, open_, due_ in rows}

    async def callbacks_of(self, tickets: Iterable[str]) -> dict[str, OpenCallback]:
        """The callback that each ticket waits for, the next one due when there are several."""
        wanted = set(tickets)
        if not wanted:
            return {}
        row = CallbackRow
        query = (
            select(row.ticket, row.callback, row.state, row.due)
            .where(row.ticket.in_(wanted), row.state != CLOSED)
            .order_by(row.due.desc())
        )
        async with self._engine.connect() as connection:
            rows = await connection.execute(query)
            return {one.ticket: OpenCallback(one.callback, one.state, one.due) for one in rows}

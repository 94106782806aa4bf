"""A recorder in this process: a spool, a database, projections that tell what they saw."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from callback_queue.tickets.events import TicketChanged, TicketJoined
from cdr.recorder.projector import Consequence, Parts, Projection, Projector
from cdr.recorder.recorder import Limits, Recorder
from cdr.recorder.status import StatusFile
from cdr.store import EventStore, StoredEvent
from config.database import create_engine
from journal.event import Event
from telephony.call.events import CallEnded, DigitReceived

PATIENT = Limits(drain=60.0)


class Digits:
    """Counts the digits of each call: a fold that shows it when an event is taken in twice."""

    kinds = (DigitReceived,)

    async def apply(self, connection: AsyncConnection, event: Event, row: Mapping[str, Any]) -> None:
        """Count one."""
        assert isinstance(event, DigitReceived)
        statement = (
            "INSERT INTO digits (call, count) VALUES (:call, 1)"
            " ON CONFLICT (call) DO UPDATE SET count = digits.count + 1"
        )
        await connection.execute(text(statement), {"call": event.call})


class Closing:
    """A ticket for each call that ends, with the digits that were counted by then, and a note on it."""

    kinds = (CallEnded, TicketChanged)

    async def draw(self, connection: AsyncConnection, event: Event) -> list[Event]:
        """Conclude; the second conclusion follows from the first."""
        if isinstance(event, CallEnded):
            query = text("SELECT count FROM digits WHERE call = :call")
            count = (await connection.execute(query, {"call": event.call})).scalar()
            return [TicketChanged(event.at, ticket=event.call, by="system", changes={"digits": count})]
        assert isinstance(event, TicketChanged)
        return [TicketJoined(event.at, ticket=event.ticket, into="all")]


async def make_tables(engine: AsyncEngine) -> None:
    """The table of `Digits`, which no migration knows."""
    async with engine.begin() as connection:
        await connection.execute(
            text("CREATE TABLE IF NOT EXISTS digits (call VARCHAR(64) PRIMARY KEY, count INTEGER)")
        )


@asynccontextmanager
async def recording(
    url: URL,
    folder: Path,
    projections: Sequence[Projection] = (Digits(),),
    consequences: Sequence[Consequence] = (Closing(),),
    limits: Limits = PATIENT,
) -> AsyncIterator[Recorder]:
    """A recorder that runs until the block ends; then it drains and stops."""
    engine = create_engine(url)
    projector = Projector(EventStore(engine), Parts(projections, consequences))
    status = StatusFile(folder / "recorder.json")
    recorder = Recorder(engine, folder / "journal", "s", projector, status, limits)
    task = asyncio.create_task(recorder.run())
    try:
        yield recorder
    finally:
        recorder.stop()
        await task


async def stored(url: URL) -> list[StoredEvent]:
    """All events in the database."""
    engine = create_engine(url)
    found = [row async for row in EventStore(engine).between(0.0, 1e12)]
    await engine.dispose()
    return found


async def digits(url: URL) -> dict[str, int]:
    """What `Digits` counted."""
    engine = create_engine(url)
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT call, count FROM digits"))
        counts = {str(row["call"]): int(row["count"]) for row in rows.mappings()}
    await engine.dispose()
    return counts

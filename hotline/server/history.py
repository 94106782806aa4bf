"""What happened before this start: events of the database, and behind them those of the spool.

The recorder stores what the switch wrote into its spool a little later, and not at all while the database is
away or after a crash: the spool has the rest. What is made of the events is left to who asks.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from callback_queue.database import DATABASE_ERRORS, in_time
from cdr.events import decode
from cdr.store import EventStore
from journal.event import Event
from journal.follower import Follower

log = logging.getLogger(__name__)

_LINES = 2000


async def events_since(
    start: float,
    kinds: Collection[type[Event]],
    *,
    engine: AsyncEngine | None,
    spool: Path | None,
    switch: str,
) -> list[Event]:
    """The events of some kinds since a time, of other switches too as far as stored. Never raises.

    Args:
        start: Unix seconds.
        kinds: of events.
        engine: of the site's database, None for none.
        spool: the folder of the switch's own journal, None for none.
        switch: its name.
    """
    found: list[Event] = []
    applied = 0
    if engine is not None:
        try:
            found, applied = await in_time(_stored(engine, start, kinds, switch))
        except DATABASE_ERRORS as error:
            # A new database has no tables yet.
            log.debug("the database tells nothing of earlier events", extra={"why": type(error).__name__})
    if spool is not None:
        try:
            found += await asyncio.to_thread(_written, spool, applied, start, kinds, switch)
        except OSError as error:
            log.warning("the journal of earlier runs can't be read: %s", error)
    return found


async def _stored(
    engine: AsyncEngine, start: float, kinds: Collection[type[Event]], switch: str
) -> tuple[list[Event], int]:
    store = EventStore(engine)
    # First the position: what is stored meanwhile is in the spool as well, and must not count twice.
    async with engine.connect() as connection:
        applied = await store.position(connection, switch)
    found = [
        stored.event
        async for stored in store.between(start, float("inf"), kinds)
        if stored.event is not None and (stored.switch != switch or stored.seq <= applied)
    ]
    return found, applied


def _written(
    spool: Path, applied: int, start: float, kinds: Collection[type[Event]], switch: str
) -> list[Event]:
    follower = Follower(spool)
    names = {kind.__name__ for kind in kinds}
    found: list[Event] = []
    try:
        follower.skip({switch: applied})
        while (batch := follower.read(_LINES)) is not None:
            for line in batch.lines:
                if batch.switch != switch or line.seq <= applied or line.kind not in names:
                    continue
                event = decode(line.kind, line.body)
                if event is not None and event.at >= start:
                    found.append(event)
    finally:
        follower.close()
    return found

"""Holds callbacks until the database knows how this switch's previous run ended.

Only then does it say which callbacks were cut off, which were over, and who has waited since. The journal's
table is not ours: it is handed in.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from callback_queue.database import in_time
from journal.event import Event


class StoredEvent(Protocol):
    """One event as the database has it."""

    @property
    def switch(self) -> str:
        """The switch that wrote it."""

    @property
    def call(self) -> str:
        """Its call, "" for none."""

    @property
    def event(self) -> Event | None:
        """The event; None when this version knows no such kind."""


class StoredEvents(Protocol):
    """The journal's events in the database (`cdr.store.EventStore`)."""

    async def position(self, connection: AsyncConnection, switch: str) -> int:
        """The number of a switch's last event that is stored; 0 for none."""

    async def events_of(self, call: str) -> Sequence[StoredEvent]:
        """All events of a call, in order."""

    def between(
        self, start: float, end: float, kinds: Collection[str | type[Event]] = ()
    ) -> AsyncIterator[StoredEvent]:
        """The events of these kinds from `start` to before `end`, in order."""


class RecoveryGate:
    """Closed until the recorder has written down how this switch's run before ended.

    Args:
        engine: the database.
        events: the journal's events in it.
        switch: our name in the journal.
    """

    def __init__(self, engine: AsyncEngine, events: StoredEvents, switch: str) -> None:
        self._engine = engine
        self._events = events
        self._switch = switch
        self._wanted: int | None = None
        self.is_open = False

    def wait_for(self, seq: int) -> None:
        """Say which event the database has to have: that of our start, or a later one."""
        self._wanted = seq

    async def look(self) -> bool:
        """Ask the database, as long as the gate is closed.

        Raises:
            one of `callback_queue.database.DATABASE_ERRORS`.
        """
        if not self.is_open and self._wanted is not None:
            self.is_open = await in_time(self._position()) >= self._wanted
        return self.is_open

    async def _position(self) -> int:
        async with self._engine.connect() as connection:
            return await self._events.position(connection, self._switch)

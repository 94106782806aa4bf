"""What of the database calling back needs, always with a limit to how long it may take."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from cdr.store import EventStore

T = TypeVar("T")

AWAY = (SQLAlchemyError, OSError, TimeoutError)
"""What is raised when the database is away, too slow, or not set up yet."""

PATIENCE = 3.0


async def soon(wanted: Awaitable[T]) -> T:
    """An answer of the database, within a few seconds.

    Raises:
        one of `AWAY`.
    """
    async with asyncio.timeout(PATIENCE):
        return await wanted


class Gate:
    """Closed until the recorder has written down how this switch's run before ended.

    Only then does the database know which callbacks were cut off, which were over, and who waits since.

    Args:
        engine: the database.
        switch: our name in the journal.
    """

    def __init__(self, engine: AsyncEngine, switch: str) -> None:
        self._engine = engine
        self._events = EventStore(engine)
        self._switch = switch
        self._wanted: int | None = None
        self.is_open = False

    def wait_for(self, seq: int) -> None:
        """Say which event it has to have: that of our start, or a later one."""
        self._wanted = seq

    async def look(self) -> bool:
        """Ask the database, as long as the gate is closed.

        Raises:
            one of `AWAY`.
        """
        if not self.is_open and self._wanted is not None:
            self.is_open = await soon(self._position()) >= self._wanted
        return self.is_open

    async def _position(self) -> int:
        async with self._engine.connect() as connection:
            return await self._events.position(connection, self._switch)

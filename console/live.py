"""The live hub: sends events as they are applied, and the overview as it changes, to every watcher.

One task looks for new events while anybody watches; how many watch costs the database nothing. Each watcher
has a queue of its own with an end: who reads too slowly is dropped, so that nobody waits for them. The wire
(WebSocket) is `console.routes.live`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy.exc import SQLAlchemyError

from console.overview import Overview
from control.client import BadAnswer, NotRunning, Refused

log = logging.getLogger(__name__)

# How often new events are looked for, and the overview, in seconds.
EVENTS_EVERY = 0.25
OVERVIEW_EVERY = 1.0
# Messages that wait for one watcher. The overview of a hundred agents is some 20 kB: a few MB at worst.
QUEUE_LENGTH = 256
# Events that are sent at once: a watcher with half its queue free takes them all. After that everybody gets
# TO_READ seconds: a burst drops nobody, and a watcher that has stopped reading delays the others no longer.
AT_ONCE = 100
TO_READ = 1.0


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """One event as it stands in the table: its `id` there, its `kind`, and all of it as plain `data`."""

    id: int
    kind: str
    data: dict[str, Any]


Message: TypeAlias = LiveEvent | Overview | None
"""An event; the overview, when it has changed; None when no switch answers (any more)."""


class Watcher:
    """One who watches.

    Args:
        kinds: events wanted; empty for all of them.
        length: messages that may wait.
    """

    def __init__(self, kinds: frozenset[str] = frozenset(), length: int = QUEUE_LENGTH) -> None:
        self._kinds = kinds
        self._messages: asyncio.Queue[Message] = asyncio.Queue(length)
        self.is_dropped = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()

    def tell(self, message: Message) -> None:
        """Put a message into the queue; when that is full, the watcher is dropped."""
        unwanted = isinstance(message, LiveEvent) and self._kinds and message.kind not in self._kinds
        if unwanted or self.is_dropped.is_set():
            return
        try:
            self._messages.put_nowait(message)
        except asyncio.QueueFull:
            self.is_dropped.set()
            self._has_room.set()
        else:
            if self._messages.qsize() > self._messages.maxsize // 2:
                self._has_room.clear()

    async def next(self) -> Message:
        """The next message, as soon as there is one."""
        message = await self._messages.get()
        if self._messages.qsize() <= self._messages.maxsize // 2:
            self._has_room.set()
        return message

    async def room(self) -> None:
        """Wait until half of the queue is free, or nobody tells this one anything any more."""
        await self._has_room.wait()


class Hub:
    """Tells all watchers.

    Args:
        tail: events after an id, in their order, at most so many.
        newest: the id of the newest event, 0 for none.
        overview: the overview as it is now; raises as `SwitchClient.ask` does.
    """

    def __init__(
        self,
        tail: Callable[[int, int], Awaitable[Sequence[LiveEvent]]],
        newest: Callable[[], Awaitable[int]],
        overview: Callable[[], Awaitable[Overview]],
    ) -> None:
        self._tail = tail
        self._newest = newest
        self._overview = overview
        self._watchers: set[Watcher] = set()
        self._somebody = asyncio.Event()
        self._last_overview: Overview | None = None

    @property
    def watchers(self) -> int:
        """How many watch."""
        return len(self._watchers)

    def add(self, watcher: Watcher) -> None:
        """Tell `watcher` from now on."""
        self._watchers.add(watcher)
        self._somebody.set()

    def remove(self, watcher: Watcher) -> None:
        """Tell `watcher` no more."""
        self._watchers.discard(watcher)
        if not self._watchers:
            self._somebody.clear()

    async def run(self) -> None:
        """Follow the events and the overview for ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow_events())
            group.create_task(self._follow_overview())

    async def _follow_events(self) -> None:
        last: int | None = None
        while True:
            if not self._watchers:
                last = None
                await self._somebody.wait()
            # Away means later: what was written meanwhile is sent when the database is back.
            with contextlib.suppress(SQLAlchemyError, OSError):
                if last is None:
                    last = await self._newest()
                found = await self._tail(last, AT_ONCE)
                for event in found:
                    self.tell(event)
                    last = event.id
                if len(found) == AT_ONCE:
                    await self._let_read()
                    continue
            await asyncio.sleep(EVENTS_EVERY)

    async def _let_read(self) -> None:
        rooms = [asyncio.ensure_future(watcher.room()) for watcher in self._watchers]
        if rooms:
            _, late = await asyncio.wait(rooms, timeout=TO_READ)
            for room in late:
                room.cancel()

    async def _follow_overview(self) -> None:
        while True:
            await self._somebody.wait()
            overview = await self.overview()
            # When it was looked at is no change of it.
            seen = None if overview is None else overview.model_copy(update={"at": 0.0})
            if seen != self._last_overview:
                self._last_overview = seen
                self.tell(overview)
            await asyncio.sleep(OVERVIEW_EVERY)

    async def overview(self) -> Overview | None:
        """The overview as it is now; None while no switch answers."""
        try:
            return await self._overview()
        except (NotRunning, BadAnswer, Refused):
            return None

    def tell(self, message: Message) -> None:
        """Tell everybody who watches."""
        for watcher in self._watchers:
            watcher.tell(message)

"""The hub behind the live stream: everybody is told, nobody waits for the slow."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy.exc import OperationalError

from console import live
from console.live import Hub, LiveEvent, Watcher
from console.overview import Overview
from control.client import NotRunning


class Table:
    """A table of events that grows, and is away at times."""

    def __init__(self) -> None:
        self.rows: list[LiveEvent] = []
        self.away = False
        self.asked = 0
        self._asked = asyncio.Condition()

    async def is_asked(self, times: int) -> None:
        """Wait until it was asked so often."""
        async with asyncio.timeout(10), self._asked:
            await self._asked.wait_for(lambda: self.asked >= times)

    def add(self, *kinds: str) -> None:
        for kind in kinds:
            number = len(self.rows) + 1
            self.rows.append(LiveEvent(number, kind, {"event": kind, "number": number}))

    async def tail(self, after: int, limit: int) -> Sequence[LiveEvent]:
        self.asked += 1
        async with self._asked:
            self._asked.notify_all()
        if self.away:
            raise OperationalError("SELECT", {}, Exception("away"))
        return self.rows[after : after + limit]

    async def newest(self) -> int:
        return len(self.rows)


async def no_floor() -> Overview:
    raise NotRunning("nobody")


async def events(watcher: Watcher, count: int) -> list[str]:
    """The kinds of the next events."""
    found: list[str] = []
    async with asyncio.timeout(10):
        while len(found) < count:
            message = await watcher.next()
            if isinstance(message, LiveEvent):
                found.append(message.kind)
    return found


def test_a_watcher_is_told_what_happens_from_its_coming_on() -> None:
    async def scene() -> list[str]:
        table, watcher = Table(), Watcher()
        table.add("Before")
        hub = Hub(table.tail, table.newest, no_floor)
        running = asyncio.create_task(hub.run())
        hub.add(watcher)
        await table.is_asked(1)
        table.add("First", "Second")
        found = await events(watcher, 2)
        running.cancel()
        return found

    assert asyncio.run(scene()) == ["First", "Second"]


def test_while_nobody_watches_the_database_is_left_alone() -> None:
    async def scene() -> int:
        table, watcher = Table(), Watcher()
        hub = Hub(table.tail, table.newest, no_floor)
        running = asyncio.create_task(hub.run())
        for _ in range(20):
            await asyncio.sleep(0)
        before = table.asked
        hub.add(watcher)
        await table.is_asked(1)
        hub.remove(watcher)
        assert hub.watchers == 0
        running.cancel()
        return before

    assert asyncio.run(scene()) == 0


def test_what_happened_while_the_database_was_away_is_told_when_it_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "EVENTS_EVERY", 0.001)

    async def scene() -> list[str]:
        table, watcher = Table(), Watcher()
        hub = Hub(table.tail, table.newest, no_floor)
        running = asyncio.create_task(hub.run())
        hub.add(watcher)
        await table.is_asked(1)
        table.away = True
        table.add("Meanwhile")
        seen = table.asked
        await table.is_asked(seen + 3)
        table.away = False
        found = await events(watcher, 1)
        running.cancel()
        return found

    assert asyncio.run(scene()) == ["Meanwhile"]


def test_who_reads_too_slowly_is_dropped_and_the_others_are_told_all() -> None:
    slow, quick = Watcher(length=3), Watcher(length=100)
    hub = Hub(Table().tail, Table().newest, no_floor)
    hub.add(slow)
    hub.add(quick)
    for number in range(10):
        hub.tell(LiveEvent(number, "Event", {}))
    assert slow.is_dropped.is_set()
    assert not quick.is_dropped.is_set()
    assert len(asyncio.run(events(quick, 10))) == 10


def test_kinds_that_nobody_asked_for_fill_no_queue() -> None:
    watcher = Watcher(frozenset({"CallEnded"}), length=1)
    for _ in range(10):
        watcher.tell(LiveEvent(1, "DigitReceived", {}))
    assert not watcher.is_dropped.is_set()
    watcher.tell(LiveEvent(2, "CallEnded", {}))
    watcher.tell(None)  # what is no event is told to everybody
    assert watcher.is_dropped.is_set()


def test_a_burst_of_events_drops_nobody_who_reads() -> None:
    async def scene() -> list[str]:
        table, watcher = Table(), Watcher()
        hub = Hub(table.tail, table.newest, no_floor)
        running = asyncio.create_task(hub.run())
        hub.add(watcher)
        await table.is_asked(1)
        table.add(*("Event",) * (10 * live.QUEUE_LENGTH))
        found = await events(watcher, 10 * live.QUEUE_LENGTH)
        assert not watcher.is_dropped.is_set()
        running.cancel()
        return found

    assert len(asyncio.run(scene())) == 10 * live.QUEUE_LENGTH

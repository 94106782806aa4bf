"""When the garbage collector looks at everything: while nobody is on the line."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator

import pytest

from hotline.server.garbage_collection import AT_LATEST, EVERY, QuietCollector
from tests.support.virtual_time import VirtualLoop


class Day:
    """A switch that has as many calls as `calls` says."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.loop = loop
        self.calls = 0
        self.collected: list[float] = []
        self.collector = QuietCollector(loop, lambda: self.calls, lambda: self.collected.append(loop.time()))

    def pass_time(self, seconds: float) -> None:
        async def wait() -> None:
            await asyncio.sleep(seconds)

        self.loop.run_until_complete(wait())


@pytest.fixture
def day() -> Iterator[Day]:
    before = gc.get_threshold()
    loop = VirtualLoop()
    day = Day(loop)
    day.collector.start()
    assert gc.get_threshold()[1] > 10**6
    day.collected.clear()
    yield day
    day.collector.stop()
    assert gc.get_freeze_count() == 0
    loop.close()
    gc.set_threshold(*before)


def test_while_there_are_calls_nothing_is_collected_and_soon_after_it_is(day: Day) -> None:
    day.calls = 3
    day.pass_time(10 * EVERY)
    assert day.collected == []
    day.calls = 0
    day.pass_time(2 * EVERY)
    assert len(day.collected) == 1
    day.pass_time(100 * EVERY)
    assert len(day.collected) == 1  # nothing was made since


def test_a_switch_that_always_has_calls_is_looked_at_once_a_day(day: Day) -> None:
    day.calls = 1
    day.pass_time(3 * AT_LATEST + 10 * EVERY)
    assert len(day.collected) == 3


def test_what_was_stopped_looks_no_more(day: Day) -> None:
    day.calls = 1
    day.pass_time(2 * EVERY)
    day.collector.stop()
    day.calls = 0
    day.pass_time(10 * EVERY)
    assert day.collected == []
    day.collector.start()

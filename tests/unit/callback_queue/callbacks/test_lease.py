"""What a switch knows of the callbacks that it has, while the database answers, and while it does not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from callback_queue.callbacks.events import CallbackClosed, CallbackRequested
from callback_queue.callbacks.lease import Lease, LeaseTable
from callback_queue.callbacks.projection import CallbackProjection
from callback_queue.callbacks.store import CallbackStore
from callback_queue.recovery.events import SwitchStarted
from callback_queue.recovery.gate import RecoveryGate
from cdr.store import EventStore
from config.database import create_engine
from config.migrate import upgrade
from journal.codec import to_row

Test = Callable[[AsyncEngine], Awaitable[None]]
LONG = 60.0


@pytest.fixture
def run(database_url: URL) -> Callable[[Test], None]:
    """Run a test on an empty database of ours."""

    def start(test: Test) -> None:
        async def all_of_it() -> None:
            engine = create_engine(database_url)
            try:
                await upgrade(engine)
                await test(engine)
            finally:
                await engine.dispose()

        asyncio.run(all_of_it())

    return start


async def _ask(engine: AsyncEngine, callback: str = "7.1") -> None:
    now = time.time() - 10
    told = CallbackRequested(
        now,
        "c1",
        "1",
        callback=callback,
        ticket="7",
        number="0955501234",
        queue="support",
        language="en",
        tier="ordinary",
        priority=0,
        arrival=now,
        why="requested",
    )
    await _apply(engine, told)


async def _apply(engine: AsyncEngine, event: Any) -> None:
    async with engine.begin() as connection:
        await CallbackProjection().apply(connection, event, {"switch": "test", "seq": 1})


def _lease(engine: AsyncEngine, switch: str = "left", seconds: float = LONG) -> Lease:
    return Lease(LeaseTable(engine), switch, seconds)


def test_of_two_who_want_it_one_gets_it(run: Callable[[Test], None]) -> None:
    async def test(engine: AsyncEngine) -> None:
        await _ask(engine)
        leases = [_lease(engine, "left"), _lease(engine, "right")]
        got = await asyncio.gather(*(lease.take("7.1") for lease in leases))
        assert sorted(got) == [False, True]
        assert [lease.is_sure for lease in leases] == got
        for lease in leases:
            lease.drop()

    run(test)


def test_who_has_it_may_dial_once(run: Callable[[Test], None]) -> None:
    async def test(engine: AsyncEngine) -> None:
        await _ask(engine)
        lease = _lease(engine)
        assert await lease.take("7.1")
        assert await lease.begin_dialling()
        assert not await lease.begin_dialling()
        lease.drop()

    run(test)


def test_a_callback_that_was_closed_meanwhile_is_not_dialled(run: Callable[[Test], None]) -> None:
    async def test(engine: AsyncEngine) -> None:
        await _ask(engine)
        lease = _lease(engine)
        assert await lease.take("7.1")
        await _apply(engine, CallbackClosed(time.time(), callback="7.1", end="cancelled", by="test"))
        assert not await lease.begin_dialling()
        lease.drop()

    run(test)


def test_who_loses_it_is_told_at_the_next_renewal(run: Callable[[Test], None]) -> None:
    async def test(engine: AsyncEngine) -> None:
        await _ask(engine)
        lease = _lease(engine, seconds=0.4)
        assert await lease.take("7.1")
        await _apply(engine, CallbackClosed(time.time(), callback="7.1", end="cancelled", by="test"))
        async with asyncio.timeout(5):
            await asyncio.wait((lease.lost,))
        assert not lease.is_sure

    run(test)


def test_it_is_kept_for_as_long_as_it_is_renewed(run: Callable[[Test], None]) -> None:
    async def test(engine: AsyncEngine) -> None:
        await _ask(engine)
        lease = _lease(engine, seconds=1.0)
        assert await lease.take("7.1")
        before = await CallbackStore(engine).get("7.1")
        assert before is not None
        async with asyncio.timeout(5):
            while True:
                after = await CallbackStore(engine).get("7.1")
                assert after is not None
                if after.lease_until > before.lease_until:
                    break
        assert lease.is_sure
        lease.drop()

    run(test)


def test_without_the_database_nobody_is_sure_for_long(run: Callable[[Test], None]) -> None:
    async def test(engine: AsyncEngine) -> None:
        await _ask(engine)
        now = 1000.0
        lease = Lease(LeaseTable(engine), "left", LONG, clock=lambda: now)
        assert await lease.take("7.1")
        async with engine.begin() as connection:
            # Every statement of the lease fails from here on.
            await connection.exec_driver_sql("ALTER TABLE callbacks RENAME TO hidden")
        assert lease.is_sure
        assert not await lease.begin_dialling()
        now += LONG
        assert not lease.is_sure
        assert not lease.lost.done(), "it may be ours still: nobody has said otherwise"
        lease.drop()

    run(test)


def test_the_gate_opens_when_the_start_is_recorded(run: Callable[[Test], None]) -> None:
    async def test(engine: AsyncEngine) -> None:
        gate = RecoveryGate(engine, EventStore(engine), "left")
        assert not await gate.look(), "nobody has said what it waits for"
        gate.wait_for(17)
        assert not await gate.look()
        store = EventStore(engine)
        row = to_row(SwitchStarted(time.time(), switch="left", version="1"))
        async with engine.begin() as connection:
            await store.append_batch(
                connection, [{**row, "switch": "left", "seq": 16}, {**row, "switch": "right", "seq": 20}]
            )
        assert not await gate.look()
        async with engine.begin() as connection:
            await store.append_batch(connection, [{**row, "switch": "left", "seq": 17}])
        assert await gate.look()

    run(test)

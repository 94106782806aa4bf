"""The waiting line: whoever comes, waits or leaves, no stream is lost and none is given twice."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.errors import RecogniserBusy, RecogniserUnavailable
from asr.workers.pool import PlaceLease, Pool
from asr.workers.setup import Setup
from supervision.keeper import Readiness


def make_pool(places: int = 2, streams: int = 1, queue_limit: int = 3, queue_seconds: float = 5.0) -> Pool:
    """A pool of places that are up, without anybody behind them."""
    urls = tuple(f"ws://127.0.0.1:{number}" for number in range(1, places + 1))
    setup = Setup(
        "en", "vosk-server", urls=urls, streams=streams, queue_limit=queue_limit, queue_seconds=queue_seconds
    )
    pool = Pool(setup, Path("unused"))
    for place in pool.places:
        place.keeper.up()
    return pool


def test_the_least_busy_place_comes_first() -> None:
    async def scenario() -> None:
        pool = make_pool(places=3, streams=2)
        taken = [(await pool.acquire()).place for _ in range(3)]
        assert len(set(taken)) == 3

    asyncio.run(scenario())


def test_who_wants_a_place_alone_shares_it_with_nobody_and_is_not_overtaken() -> None:
    async def scenario() -> None:
        pool = make_pool(places=1, streams=3)
        before = await pool.acquire()
        alone = asyncio.ensure_future(pool.acquire(again=True, alone=True))
        await asyncio.sleep(0)
        after = asyncio.ensure_future(pool.acquire())
        await asyncio.sleep(0)
        assert not alone.done()
        before.release()
        lease = await alone
        await asyncio.sleep(0)
        assert not after.done()
        lease.release()
        await after

    asyncio.run(scenario())


def test_one_that_waits_in_vain_for_a_place_alone_holds_nobody_up_for_longer() -> None:
    async def scenario() -> None:
        pool = make_pool(places=1, streams=3, queue_seconds=0.05)
        await pool.acquire()
        alone = asyncio.ensure_future(pool.acquire(again=True, alone=True))
        await asyncio.sleep(0.03)
        after = asyncio.ensure_future(pool.acquire())
        with pytest.raises(RecogniserBusy):
            await alone
        await after

    asyncio.run(scenario())


def test_first_come_first_served_but_a_lost_utterance_before_all() -> None:
    async def scenario() -> None:
        pool = make_pool(places=1)
        lease = await pool.acquire()
        served: list[str] = []

        async def wait(name: str, again: bool) -> None:
            mine = await pool.acquire(again=again)
            served.append(name)
            mine.release()

        waiting = [asyncio.ensure_future(wait(name, False)) for name in ("first", "second")]
        await asyncio.sleep(0)
        waiting.append(asyncio.ensure_future(wait("lost", True)))
        await asyncio.sleep(0)
        lease.release()
        await asyncio.gather(*waiting)
        assert served == ["lost", "first", "second"]

    asyncio.run(scenario())


def test_a_newcomer_does_not_pass_those_who_wait() -> None:
    async def scenario() -> None:
        pool = make_pool(places=1, queue_limit=1)
        lease = await pool.acquire()
        first = asyncio.ensure_future(pool.acquire())
        await asyncio.sleep(0)
        lease.release()  # goes to the first at once, though that has not run yet
        newcomer = asyncio.ensure_future(pool.acquire())
        await asyncio.sleep(0)
        assert first.done()
        assert not newcomer.done()
        first.result().release()
        assert (await newcomer).place is pool.places[0]

    asyncio.run(scenario())


def test_all_places_broken_is_said_to_everyone_who_waits() -> None:
    async def scenario() -> None:
        pool = make_pool(places=1)
        await pool.acquire()
        waiting = asyncio.ensure_future(pool.acquire())
        await asyncio.sleep(0)
        pool.places[0].keeper.lives.state = Readiness.BROKEN
        pool.places[0].keeper.why = "the model is gone"
        pool.serve_line()
        with pytest.raises(RecogniserUnavailable, match="the model is gone"):
            await waiting
        with pytest.raises(RecogniserUnavailable):
            await pool.acquire()

    asyncio.run(scenario())


def test_nothing_up_in_time_is_not_called_busy() -> None:
    async def scenario() -> None:
        pool = make_pool(places=1, queue_seconds=0.02)
        pool.places[0].keeper.lives.state = Readiness.STARTING
        with pytest.raises(RecogniserUnavailable):
            await pool.acquire()

    asyncio.run(scenario())


steps = st.lists(
    st.tuples(st.sampled_from(["come", "again", "leave", "release", "run"]), st.integers(0, 5)), max_size=60
)


@given(steps=steps, places=st.integers(1, 3), streams=st.integers(1, 2))
def test_no_stream_is_lost_or_given_twice(steps: list[tuple[str, int]], places: int, streams: int) -> None:
    async def scenario() -> None:
        pool = make_pool(places, streams, queue_limit=2)
        asked: list[asyncio.Future[PlaceLease]] = []
        held: list[PlaceLease] = []

        def collect() -> None:
            for future in [future for future in asked if future.done()]:
                asked.remove(future)
                if not future.cancelled() and future.exception() is None:
                    held.append(future.result())

        for what, number in steps:
            if what in ("come", "again"):
                asked.append(asyncio.ensure_future(pool.acquire(again=what == "again")))
            elif what == "leave" and asked:
                asked[number % len(asked)].cancel()
            elif what == "release" and held:
                held.pop(number % len(held)).release()
            else:
                await asyncio.sleep(0)
                collect()
            assert all(place.in_use <= place.streams for place in pool.places)
        for future in asked:
            future.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
        collect()
        assert sum(place.in_use for place in pool.places) == len(held)
        assert pool.status()["waiting"] == 0
        for lease in held:
            lease.release()
            lease.release()
        assert [place.in_use for place in pool.places] == [0] * places

    asyncio.run(scenario())

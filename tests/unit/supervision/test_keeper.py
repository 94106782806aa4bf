"""What is kept alive comes back, with pauses that grow while it keeps failing, and ends whole."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.keeper import (
    BROKEN_AFTER,
    PAUSES,
    STEADY_SECONDS,
    Keeper,
    Lives,
    Lost,
    Readiness,
    uninterrupted,
)
from tests.support.virtual_time import running, settle, virtual_time


class Thing:
    """Something to keep alive: a test says how long each life lasts and whether it becomes ready."""

    def __init__(self, lives: Iterable[tuple[float, float]] = (), *, cleaning: float = 0.0) -> None:
        self.plan = list(lives)
        """Of each life: seconds until it is ready (never, if it ends before), seconds until it ends."""
        self.cleaning = cleaning
        self.begun: list[float] = []
        self.alive = 0
        self.states: list[Readiness] = []
        self.keeper = Keeper("thing", self.live, changed=self.note)

    def note(self) -> None:
        self.states.append(self.keeper.state)

    async def live(self, keeper: Keeper) -> None:
        self.begun.append(asyncio.get_running_loop().time())
        ready, end = self.plan.pop(0) if self.plan else (0.0, 1e9)
        self.alive += 1
        assert self.alive == 1, "two at once"
        try:
            if ready < end:
                await asyncio.sleep(ready)
                keeper.up()
            await asyncio.sleep(end - min(ready, end))
            raise Lost("it died")
        finally:
            await uninterrupted(self._clean_up())

    async def _clean_up(self) -> None:
        await asyncio.sleep(self.cleaning)
        self.alive -= 1


@virtual_time
async def test_short_lives_are_followed_by_growing_pauses() -> None:
    thing = Thing([(0, 1)] * 10)
    thing.keeper.start()
    await asyncio.sleep(1000)
    gaps = [after - before - 1 for before, after in zip(thing.begun, thing.begun[1:], strict=False)]
    assert gaps == [*PAUSES[1:], *[PAUSES[-1]] * (len(gaps) - len(PAUSES) + 1)]
    await thing.keeper.stop()
    assert thing.alive == 0


@virtual_time
async def test_after_a_steady_life_it_comes_back_at_once() -> None:
    thing = Thing([(0, 1), (0, 1), (0, STEADY_SECONDS), (0, 1)])
    thing.keeper.start()
    await asyncio.sleep(500)
    ends = [at + life for at, life in zip(thing.begun, (1, 1, STEADY_SECONDS, 1), strict=False)]
    pauses = [after - end for end, after in zip(ends, thing.begun[1:], strict=True)]
    assert pauses == [PAUSES[1], PAUSES[2], 0.0, PAUSES[1]]
    await thing.keeper.stop()


@virtual_time
async def test_what_never_becomes_ready_is_broken_but_still_tried() -> None:
    thing = Thing([(2, 1)] * BROKEN_AFTER)
    thing.keeper.start()
    await asyncio.sleep(100)
    assert thing.states == [*[Readiness.STARTING] * (BROKEN_AFTER - 1), Readiness.BROKEN, Readiness.UP]
    assert thing.keeper.times_up == 1
    await thing.keeper.stop()


@virtual_time
async def test_what_is_replaced_is_gone_before_the_next_begins() -> None:
    thing = Thing([(0, 1e6)], cleaning=3)
    thing.keeper.start()
    await asyncio.sleep(100)
    thing.keeper.replace("it hangs")
    assert thing.keeper.state is Readiness.STARTING
    thing.keeper.replace("said twice")
    await settle()
    assert (thing.keeper.why, thing.alive, len(thing.begun)) == ("it has not started yet", 1, 1)
    await asyncio.sleep(3)
    await settle()
    assert (thing.keeper.why, thing.begun) == ("it hangs", [0.0, 103.0])
    await thing.keeper.stop()


@virtual_time
async def test_replacing_between_two_lives_does_nothing() -> None:
    thing = Thing([(0, 1), (0, 1)])
    thing.keeper.replace("not started")
    thing.keeper.start()
    await asyncio.sleep(1.2)
    thing.keeper.replace("it is gone already")
    await asyncio.sleep(0.4)
    assert (thing.keeper.state, thing.keeper.why) == (Readiness.UP, "it died")
    await thing.keeper.stop()


@virtual_time
async def test_somebody_who_waits_skips_one_pause() -> None:
    thing = Thing([(0, 1)] * 6)
    thing.keeper.start()
    await asyncio.sleep(4.9)  # the third life has ended at 4.5, and 2 s of pause have begun
    assert len(thing.begun) == 3
    thing.keeper.hurry()
    await settle()
    assert thing.begun[3:] == [4.9]
    await asyncio.sleep(1 + PAUSES[4] - 0.1)
    assert len(thing.begun) == 4
    await thing.keeper.stop()


@virtual_time
async def test_hurry_while_it_dies_skips_the_pause_that_follows() -> None:
    thing = Thing([(0, 1e6)], cleaning=2)
    thing.keeper.start()
    await settle()
    thing.keeper.replace("no answer")
    thing.keeper.hurry()
    await asyncio.sleep(2)
    await settle()
    assert thing.begun == [0.0, 2.0]
    await thing.keeper.stop()


@pytest.mark.parametrize("at", [0.0, 0.5, 1.0, 1.25, 1.5, 2.0])
def test_stopping_waits_for_its_end_whenever_it_comes(at: float) -> None:
    @virtual_time
    async def scene() -> None:
        thing = Thing([(0.5, 1), (0.5, 1e6)], cleaning=0.25)
        thing.keeper.start()
        await asyncio.sleep(at)
        await thing.keeper.stop()
        assert thing.alive == 0
        begun = len(thing.begun)
        await asyncio.sleep(100)
        assert len(thing.begun) == begun

    scene()


@virtual_time
async def test_stopping_while_a_replaced_life_cleans_up_does_not_cut_that_short() -> None:
    thing = Thing([(0, 1e6)], cleaning=5)
    thing.keeper.start()
    await settle()
    thing.keeper.replace("it hangs")
    await asyncio.sleep(1)
    await thing.keeper.stop()
    assert (thing.alive, running().time()) == (0, 5.0)


@virtual_time
async def test_a_mistake_in_a_life_is_logged_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    lives = 0

    async def live(keeper: Keeper) -> None:
        nonlocal lives
        lives += 1
        if lives == 1:
            raise KeyError("oops")
        if lives == 2:
            raise OSError("no such program")
        keeper.up()
        await asyncio.sleep(1e6)

    keeper = Keeper("thing", live)
    keeper.start()
    await asyncio.sleep(10)
    assert (keeper.state, lives, keeper.why) == (Readiness.UP, 3, "no such program")
    assert [record.exc_info is not None for record in caplog.records if record.levelname == "ERROR"] == [True]
    await keeper.stop()


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 100)), max_size=40))
def test_pauses_never_exceed_the_longest_and_a_start_that_succeeds_mends(
    story: list[tuple[bool, float]],
) -> None:
    lives, now, failed = Lives(), 0.0, 0
    for comes_up, lasts in story:
        lives.begin(now)
        failed = 0 if comes_up else failed + 1
        if comes_up:
            lives.come_up()
            assert lives.state is Readiness.UP
        now += lasts
        pause = lives.end(now)
        assert 0 <= pause <= PAUSES[-1]
        assert (pause == 0) == (now - (now - lasts) >= STEADY_SECONDS) or lasts == pytest.approx(
            STEADY_SECONDS
        )
        assert lives.state is (Readiness.BROKEN if failed >= BROKEN_AFTER else Readiness.STARTING)
        now += pause

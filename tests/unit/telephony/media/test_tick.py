"""The schedule that paces all legs, in fake time, and the ticker on a real loop."""

from __future__ import annotations

import asyncio
import time

from hypothesis import given
from hypothesis import strategies as st

from telephony.media.tick import MAX_CATCH_UP_TICKS, PHASES, Ticker, TickSchedule
from tests.unit.telephony.media.far_end import on_loop


def started(now: float = 100.0) -> TickSchedule:
    schedule = TickSchedule()
    schedule.start(now)
    return schedule


def test_each_phase_is_due_once_in_20_ms() -> None:
    schedule = started()
    steps = [step for tenth in range(1, 2001) for step in schedule.take_due(100.0 + tenth / 10000)]
    assert steps == list(range(1, 41))  # 200 ms: 40 steps of 5 ms, none twice, none left out
    assert all(sum(step % PHASES == phase for step in steps) == 10 for phase in range(PHASES))


def test_nothing_is_due_before_its_time() -> None:
    schedule = started()
    assert not schedule.take_due(100.0)
    assert not schedule.take_due(100.0049)
    assert schedule.next_deadline() == 100.005


@given(st.lists(st.floats(0.0001, 0.05), min_size=1, max_size=300))
def test_irregular_calls_do_not_make_it_drift(delays: list[float]) -> None:
    schedule = started(0.0)
    now, count = 0.0, 0
    for delay in delays:
        now += delay
        count += len(schedule.take_due(now))
    assert schedule.late_resyncs == 0
    assert abs(count - now / 0.005) <= 1.001


def test_a_late_loop_catches_up_what_fits_a_jitter_buffer() -> None:
    schedule = started()
    assert len(schedule.take_due(100.060)) == 12
    assert (schedule.late_resyncs, schedule.skipped_steps) == (0, 0)


def test_a_very_late_loop_gives_up_time_and_counts_it() -> None:
    schedule = started()
    assert len(schedule.take_due(100.500)) == MAX_CATCH_UP_TICKS * PHASES
    assert (schedule.late_resyncs, schedule.skipped_steps) == (1, 88)
    # From here on it is punctual again, and no phase lost its turn to another.
    assert list(schedule.take_due(100.505)) == [13]


class Counter:
    """Counts its ticks, and may stop after some."""

    def __init__(self, ticker: Ticker, until: int, done: asyncio.Event) -> None:
        self.times: list[float] = []
        self._ticker, self._until, self._done = ticker, until, done

    def tick(self, now: float) -> None:
        self.times.append(now)
        if len(self.times) == self._until:
            self._ticker.remove(self)
            self._done.set()


@on_loop
async def test_targets_are_called_every_20_ms_on_the_schedule() -> None:
    ticker, done = Ticker(asyncio.get_running_loop(), time.monotonic), asyncio.Event()
    counter = Counter(ticker, 10, done)
    began = time.monotonic()
    ticker.add(counter)
    ticker.add(counter)  # a second time changes nothing
    await asyncio.wait_for(done.wait(), 5)
    assert time.monotonic() - began >= 0.18
    gaps = {round(after - before, 6) for before, after in zip(counter.times, counter.times[1:], strict=False)}
    assert min(gaps) == 0.02


@on_loop
async def test_a_target_that_leaves_and_one_that_fails_do_not_disturb_the_others() -> None:
    loop = asyncio.get_running_loop()
    failures: list[object] = []
    loop.set_exception_handler(lambda loop, context: failures.append(context["exception"]))
    ticker, done, early = Ticker(loop, time.monotonic), asyncio.Event(), asyncio.Event()

    class Broken:
        def tick(self, now: float) -> None:
            raise RuntimeError("broken")

    leaves = [Counter(ticker, 1, early) for _ in range(8)]
    for target in (*leaves, Broken(), stays := Counter(ticker, 5, done)):
        ticker.add(target)
    await asyncio.wait_for(done.wait(), 5)
    assert [len(leaver.times) for leaver in leaves] == [1] * 8
    assert len(stays.times) == 5
    assert failures

"""Time that jumps: in order, at once, and loud when nothing would ever happen."""

from __future__ import annotations

import asyncio
import time

import pytest

from telephony.call.errors import LegClosed
from telephony.media.interface import EndReason
from tests.support.fake_leg import FakeJournal, FakeLeg, FakeSound, fake_context
from tests.support.virtual_time import EPOCH, Stuck, running, settle, virtual_time


def test_hours_pass_in_order_and_at_once() -> None:
    began = time.monotonic()
    seen: list[tuple[str, float]] = []

    @virtual_time
    async def story() -> None:
        async def sleeper(name: str, seconds: float) -> None:
            await asyncio.sleep(seconds)
            seen.append((name, running().unix() - EPOCH))

        await asyncio.gather(sleeper("late", 7200), sleeper("early", 60))

    story()
    assert seen == [("early", 60.0), ("late", 7200.0)]
    assert time.monotonic() - began < 60


@virtual_time
async def test_settling_takes_no_time() -> None:
    seen = []
    running().call_later(1, seen.append, "later")
    running().call_soon(seen.append, "soon")
    await settle()
    assert (seen, running().time()) == (["soon"], 0.0)


def test_a_wait_that_nothing_ends_is_found() -> None:
    @virtual_time
    async def story() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(Stuck):
        story()


def test_a_task_that_is_left_is_found() -> None:
    left = []

    @virtual_time
    async def story() -> None:
        left.append(asyncio.ensure_future(asyncio.sleep(3600)))

    with pytest.raises(AssertionError):
        story()


@virtual_time
async def test_work_for_another_thread_is_done_at_once() -> None:
    assert await asyncio.to_thread(sum, (1, 2)) == 3


@virtual_time
async def test_a_fake_leg_plays_for_as_long_as_the_sound_lasts() -> None:
    leg = FakeLeg(fake_context(FakeJournal()), "c1")
    end = await leg.audio.play(FakeSound(duration_ms=2500), name="hello")
    assert (end.reason, running().time(), leg.audio.heard) == (EndReason.FINISHED, 2.5, ["hello"])
    running().call_later(1, leg.audio.stop)
    assert (await leg.audio.play(FakeSound(duration_ms=2500))).reason is EndReason.STOPPED
    running().call_later(1, leg.far_hang_up)
    with pytest.raises(LegClosed):
        await leg.audio.play(FakeSound(), loop=True)


@virtual_time
async def test_a_fake_leg_collects_keys() -> None:
    leg = FakeLeg(fake_context(FakeJournal()), "c1")
    leg.press("1")
    running().call_later(1, leg.press, "2#")
    assert (await leg.audio.collect(5)).digits == "12"
    assert (await leg.audio.collect(1, first_timeout=6)).digits == ""
    assert running().time() == 7.0

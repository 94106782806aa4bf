"""The client with a real worker process and an engine of the tests' own."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from tests.unit.tts.loop import on_loop
from tts import client
from tts.client import Voices
from tts.errors import VoiceError, VoiceUnavailable
from tts.sound import read_wav
from tts.voice import Voice


@asynccontextmanager
async def voices(folder: Path) -> AsyncIterator[Voices]:
    running = Voices([Voice("en", "tests.unit.tts.toy_engine", str(folder))], folder / "cache")
    await running.start()
    try:
        yield running
    finally:
        await running.close()


def begun(folder: Path) -> list[str]:
    """The texts that the engine was given, in order."""
    log = folder / "log"
    return [line.partition(" ")[2] for line in log.read_text().splitlines()] if log.exists() else []


@on_loop
async def test_speech_is_8_khz_and_as_long_as_the_text(tmp_path: Path) -> None:
    async with voices(tmp_path) as speaker:
        short, long = await speaker.render("Hello", "en"), await speaker.render("Hello hello", "en")
    assert short.dtype == np.int16
    assert 0.25 < len(short) / 8000 < 0.5
    assert (len(long) - len(short)) / 8000 == pytest.approx(6 * 0.05, abs=0.03)


@on_loop
async def test_what_was_said_before_is_not_rendered_again_even_after_a_restart(tmp_path: Path) -> None:
    async with voices(tmp_path) as speaker:
        assert speaker.cached("Good morning.", "en") is None
        first = await speaker.render("Good morning.", "en")
    async with voices(tmp_path) as speaker:
        paths = speaker.cached("Good morning.", "en")
        assert paths is not None
        assert np.array_equal(read_wav(paths[0]), first)
        assert np.array_equal(await speaker.render("Good morning.", "en"), first)
    assert begun(tmp_path) == ["Good morning."]


@on_loop
async def test_the_first_sentence_plays_while_the_next_is_rendered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PART_SECONDS", 0.5)
    monkeypatch.setattr(client, "SECONDS_PER_SIGN", 0.0)
    async with voices(tmp_path) as speaker:
        parts = speaker.speak("One is here. hang on for two.", "en")
        assert len(read_wav(await anext(parts))) > 0
        assert speaker.cached("One is here.", "en") is not None
        assert speaker.cached("One is here. hang on for two.", "en") is None
        assert len(read_wav(await anext(parts))) > 0
        with pytest.raises(StopAsyncIteration):
            await anext(parts)


@on_loop
async def test_equal_requests_share_one_rendering(tmp_path: Path) -> None:
    async with voices(tmp_path) as speaker:
        same = await asyncio.gather(*(speaker.render("Please hold.", "en") for _ in range(5)))
    assert begun(tmp_path) == ["Please hold."]
    assert all(np.array_equal(one, same[0]) for one in same)


@on_loop
async def test_calls_go_before_what_is_prepared(tmp_path: Path) -> None:
    async with voices(tmp_path) as speaker:
        ahead = asyncio.create_task(speaker.prepare([(f"prepared {name}", "en") for name in "abcd"]))
        await asyncio.sleep(0)  # the line is filled; nothing has been rendered yet
        await asyncio.gather(speaker.render("prepared d", "en"), speaker.render("urgent", "en"))
        assert await ahead == []
    # The first may have been begun already when the calls came.
    order = [text for text in begun(tmp_path) if text != "prepared a"]
    assert order == ["prepared d", "urgent", "prepared b", "prepared c"]


@on_loop
async def test_what_nobody_waits_for_any_more_is_not_rendered(tmp_path: Path) -> None:
    async with voices(tmp_path) as speaker:
        first = asyncio.create_task(speaker.render("first", "en"))
        gone = asyncio.create_task(speaker.render("gone", "en"))
        await asyncio.sleep(0)
        gone.cancel()
        await first
        await speaker.render("last", "en")
    assert begun(tmp_path) == ["first", "last"]


@on_loop
async def test_a_crash_costs_a_retry_and_nobody_notices(tmp_path: Path) -> None:
    async with voices(tmp_path) as speaker:
        await speaker.render("before", "en")
        pid = speaker.worker_pid
        assert len(await speaker.render("crash once", "en")) > 0
        assert speaker.worker_pid != pid
        assert speaker.counts.crashes == 1
        assert len(await speaker.render("after", "en")) > 0
    assert begun(tmp_path) == ["before", "crash once", "crash once", "after"]


@on_loop
async def test_a_text_that_always_crashes_fails_alone(tmp_path: Path) -> None:
    async with voices(tmp_path) as speaker:
        with pytest.raises(VoiceError, match="crashed or hung 2 times"):
            await speaker.render("crash", "en")
        assert len(await speaker.render("after", "en")) > 0
    assert begun(tmp_path) == ["crash", "crash", "after"]


@on_loop
async def test_a_worker_that_hangs_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PART_SECONDS", 0.5)
    monkeypatch.setattr(client, "SECONDS_PER_SIGN", 0.0)
    async with voices(tmp_path) as speaker:
        await speaker.render("before", "en")
        assert len(await speaker.render("hang", "en")) > 0
        assert speaker.counts.crashes == 1


@on_loop
async def test_a_killed_worker_is_replaced(tmp_path: Path) -> None:
    async with voices(tmp_path) as speaker:
        await speaker.render("before", "en")
        assert speaker.worker_pid is not None
        os.kill(speaker.worker_pid, signal.SIGKILL)
        assert len(await speaker.render("after", "en")) > 0


@on_loop
async def test_what_cannot_be_spoken_is_an_error_and_harms_nobody_else(tmp_path: Path) -> None:
    async with voices(tmp_path) as speaker:
        with pytest.raises(
            VoiceError, match="cannot synthesise this: ValueError: nothing in it can be spoken"
        ):
            await speaker.render("refuse", "en")
        errors = await speaker.prepare([("refuse", "en"), ("Hello", "en"), ("Bonjour", "fr")])
        assert [type(error) for error in errors] == [VoiceUnavailable, VoiceError]
        assert speaker.cached("Hello", "en") is not None


@on_loop
async def test_figures_reach_the_engine_as_words(tmp_path: Path) -> None:
    async with voices(tmp_path) as speaker:
        await speaker.render("Press 2", "en")
    assert begun(tmp_path) == ["Press two"]


@on_loop
async def test_a_language_without_a_voice_says_so(tmp_path: Path) -> None:
    async with voices(tmp_path) as speaker:
        assert speaker.languages == {"en"}
        with pytest.raises(VoiceUnavailable, match="no voice for 'ko' is installed"):
            await speaker.render("안녕", "ko")
        with pytest.raises(VoiceUnavailable):
            speaker.cached("안녕", "ko")


@on_loop
async def test_nothing_is_said_for_a_text_without_words(tmp_path: Path) -> None:
    async with voices(tmp_path) as speaker:
        assert len(await speaker.render("...", "en")) == 0
        assert speaker.cached("", "en") == ()


@on_loop
async def test_a_callers_own_numbers_are_gone_after_a_restart(tmp_path: Path) -> None:
    async with voices(tmp_path) as speaker:
        await speaker.render("five five five", "en", keep=False)
        await speaker.render("Welcome", "en")
        assert speaker.cached("five five five", "en") is not None
    async with voices(tmp_path) as speaker:
        assert speaker.cached("five five five", "en") is None
        assert speaker.cached("Welcome", "en") is not None


@on_loop
async def test_whoever_waits_when_the_switch_stops_is_told(tmp_path: Path) -> None:
    async with voices(tmp_path) as speaker:
        parts = speaker.speak("One is here. hang on for two.", "en")
        await anext(parts)
        waiting = [asyncio.ensure_future(anext(parts)), asyncio.create_task(speaker.render("behind", "en"))]
        await asyncio.sleep(0)
        pid = speaker.worker_pid
    for task in waiting:
        with pytest.raises(VoiceUnavailable, match="shut down"):
            await task
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(VoiceUnavailable, match="shut down"):
        await speaker.render("too late", "en")

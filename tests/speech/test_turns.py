"""Turns by telephone, and what goes wrong in them: interruptions, pauses, noise, hang-ups, no recogniser."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.speech.conftest import is_ready, numbers, prepare_site
from tests.speech.facts import (
    ending_of,
    seconds_of,
    share_of_words,
    slot,
    ticket_of,
    tickets,
    worker_of,
)
from tests.support import sounds
from tests.support.ports import wait_for
from tests.support.softphone import HOTLINE
from tests.support.sounds import Sound
from tests.support.switch import Switch
from tests.support.talker import HungUp, calling

QUIET_AFTER_KEY = 0.2
"""Seconds from a key's first packet to the last sound of the prompt."""
COUNTS_FROM = 0.5
"""Seconds of speech from which an interruption counts."""
QUIET_AFTER_WORDS = 0.3
"""Seconds more until the prompt's last sound: the same 0.2, and 0.1 that soft sounds of speech may take."""


def test_a_prompt_falls_silent_when_the_caller_presses_a_key_or_speaks(desk: Switch, people: Path) -> None:
    harvard = sounds.read(people / "en" / "harvard_8k.wav")[: 3 * sounds.RATE]

    async def call() -> tuple[list[float], float]:
        by_key = []
        async with calling(desk.sip, "7030", next(numbers)) as caller:
            for _ in range(3):
                await caller.sound()
                await caller.wait(1.0)
                assert caller.hears()
                pressed = await caller.press("1")
                by_key.append(await caller.silence(after=pressed.begin) - pressed.begin)
            await caller.sound()
            await caller.wait(1.0)
            assert caller.hears()
            spoken = await caller.say(harvard)
            by_words = await caller.silence(after=spoken.begin) - spoken.begin
        return by_key, by_words

    by_key, by_words = asyncio.run(call())
    print(f"key to silence {by_key}, speech to silence {by_words:.3f}")
    assert max(by_key) < QUIET_AFTER_KEY
    assert COUNTS_FROM - 0.1 < by_words < COUNTS_FROM + QUIET_AFTER_WORDS


def test_a_pause_to_think_does_not_cut_a_description(desk: Switch, said: Mapping[str, Sound]) -> None:
    async def call() -> dict[str, Any]:
        async with calling(desk.sip, "7000", next(numbers)) as caller:
            await caller.prompt()
            await caller.say(said["printer"])
            await caller.wait(1.2)
            await caller.say(said["paper"])
            await caller.sound()
            await caller.press("1")
            await caller.ended()
        return slot(await ticket_of(desk, caller), "note")

    note = asyncio.run(call())
    assert share_of_words("my printer does not print since this morning", note["text"]) > 0.7, note["text"]
    assert share_of_words("there is paper and the cable is connected", note["text"]) > 0.7, note["text"]
    [recording] = note["audio"]
    assert seconds_of(recording) > (len(said["printer"]) + len(said["paper"])) / sounds.RATE + 1.2


def test_noise_is_never_taken_for_words(desk: Switch) -> None:
    noises = {f"white {level}": sounds.noise(level, 4.0) for level in (-55, -45, -35, -25)}
    noises["brown -30"] = sounds.brown(-30, 4.0)
    noises["hum -30"] = sounds.hum(-30, 4.0)

    async def call(background: Sound) -> tuple[str, list[dict[str, Any]]]:
        async with calling(desk.sip, "7000", next(numbers), background=background) as caller:
            await caller.ended()
        return await ending_of(desk, caller), tickets(desk, caller)

    async def all_at_once() -> list[tuple[str, list[dict[str, Any]]]]:
        return await asyncio.gather(*(call(background) for background in noises.values()))

    found = dict(zip(noises, asyncio.run(all_at_once()), strict=True))
    assert found == dict.fromkeys(noises, ("nothing said", []))


def test_who_hangs_up_in_mid_sentence_leaves_a_ticket_with_words_and_recording(
    desk: Switch, said: Mapping[str, Sound]
) -> None:
    async def call() -> dict[str, Any]:
        async with calling(desk.sip, "7040", next(numbers)) as caller:
            await caller.sound()
            await caller.say(said["printer"])
            await caller.wait(0.5)
            await caller.say(said["paper"][: int(1.5 * sounds.RATE)])
            caller.hang_up()
        return await ticket_of(desk, caller)

    ticket = asyncio.run(call())
    problem = slot(ticket, "problem")
    assert ticket["state"] == "hung_up"
    assert share_of_words("my printer does not print since this morning", problem["text"]) > 0.7, ticket
    assert "paper" in problem["text"].lower(), ticket
    assert seconds_of(problem["audio"][0]) > len(said["printer"]) / sounds.RATE + 1.5


def test_words_arrive_although_the_recogniser_is_killed_in_mid_utterance(
    desk: Switch, said: Mapping[str, Sound]
) -> None:
    async def call(number: str, language: str, phrase: str) -> str:
        async with calling(desk.sip, number, next(numbers)) as caller:
            await caller.prompt()
            half = len(said[phrase]) // 2
            await caller.say(said[phrase][:half])
            os.kill(worker_of(desk, language), signal.SIGKILL)
            await caller.say(said[phrase][half:])
            await caller.sound()
            await caller.press("1")
            await caller.ended()
        text: str = slot(await ticket_of(desk, caller), "note")["text"]
        return text

    async def both() -> tuple[str, str]:
        return await asyncio.gather(call("7000", "en", "printer"), call("7002", "ko", "비밀번호"))

    english, korean = asyncio.run(both())
    assert share_of_words("my printer does not print since this morning", english) > 0.7, english
    assert "비밀번호" in korean


@pytest.fixture
def frail_desk(models: Path, tmp_path: Path, pytestconfig: pytest.Config) -> Iterator[tuple[Switch, Path]]:
    """A switch whose English model can be taken away, and the link by which it finds it."""
    link = tmp_path / "model"
    link.symlink_to(models / "whisper-base", target_is_directory=True)
    assert pytestconfig.cache is not None
    cache = pytestconfig.cache.mkdir("prompts")
    settings = {"speech": {"en": {"model": str(link)}, "zh": {"engine": "off"}, "ko": {"engine": "off"}}}
    running = Switch(tmp_path, settings, prepare=lambda site: prepare_site(site, cache), models=True)
    wait_for(lambda: is_ready(running), "the recogniser and prompts", 120, every=0.2)
    yield running, link
    running.check_idle()
    running.stop()


def test_without_any_recogniser_keys_work_and_recordings_are_kept(
    frail_desk: tuple[Switch, Path], said: Mapping[str, Sound]
) -> None:
    desk, model = frail_desk

    async def call() -> dict[str, Any]:
        async with calling(desk.sip, "7040", next(numbers)) as caller:
            await caller.sound()
            model.unlink()
            os.kill(worker_of(desk, "en"), signal.SIGKILL)
            await caller.say(said["printer"])
            with suppress(HungUp):
                while True:
                    await caller.prompt(0.8, seconds=30)
                    await caller.press("1")
        return await ticket_of(desk, caller)

    ticket = asyncio.run(call())
    assert ticket["state"] == "recogniser_gone", ticket
    assert any(seconds_of(path) > 2.5 for path in slot(ticket, "problem")["audio"]), ticket


def _reload(desk: Switch) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [HOTLINE, "reload", "--site", desk.site], capture_output=True, text=True, check=False, timeout=60
    )


def test_a_reload_leaves_running_calls_alone_and_a_broken_file_changes_nothing(desk: Switch) -> None:
    path = desk.site / "flows" / "version.yaml"
    first = path.read_text()

    async def call(meanwhile: str | None = None) -> tuple[str, int]:
        """Change the flow while the caller is in it, then press the key."""
        status = 0
        async with calling(desk.sip, "7050", next(numbers)) as caller:
            await caller.sound()
            if meanwhile is not None:
                path.write_text(meanwhile)
                status = (await asyncio.to_thread(_reload, desk)).returncode
            await caller.press("1")
            await caller.ended()
        return await ending_of(desk, caller), status

    second = first.replace("first version", "second version")
    try:
        assert asyncio.run(call(second)) == ("first version", 0)
        assert asyncio.run(call(second.replace("hangup:", "hang:"))) == ("second version", 3)
        assert asyncio.run(call()) == ("second version", 0)
    finally:
        path.write_text(first)
        assert _reload(desk).returncode == 0

"""Where an answer begins and ends, by telephone: babble, soft callers, pauses, answers over the prompt."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.speech.conftest import numbers
from tests.speech.facts import ending_of, events, slot, ticket_of
from tests.support import sounds
from tests.support.sounds import Sound
from tests.support.switch import Switch
from tests.support.talker import calling


def _case(name: str) -> Sound:
    return sounds.shared(f"cases/speech/{name}")


def _heard(desk: Switch, caller: Any) -> list[dict[str, Any]]:
    return [event for event in events(desk, caller) if event["event"] == "CallerHeard"]


def test_an_answer_in_babble_ends_when_the_caller_has_spoken(desk: Switch) -> None:
    answer = sounds.trimmed(_case("en_babble_1.wav"))

    async def call() -> tuple[list[dict[str, Any]], float]:
        async with calling(desk.sip, "7020", next(numbers), background=_case("en_babble_loop.wav")) as caller:
            await caller.prompt()
            await caller.wait(1.0)
            spoken = await caller.say(answer)
            await caller.ended()
            over = asyncio.get_running_loop().time()
            await ending_of(desk, caller)
            return _heard(desk, caller), over - spoken.end

    heard, waited = asyncio.run(call())
    assert [(event["kind"], event["barged_in"]) for event in heard] == [("speech", False)]
    assert waited < 3.0


def test_a_caller_who_is_20_db_softer_is_heard(desk: Switch) -> None:
    async def call() -> list[dict[str, Any]]:
        async with calling(desk.sip, "7020", next(numbers)) as caller:
            await caller.prompt()
            await caller.wait(0.5)
            await caller.say(_case("en_soft_1.wav"))
            await caller.ended()
            await ending_of(desk, caller)
            return _heard(desk, caller)

    assert [event["kind"] for event in asyncio.run(call())] == ["speech"]


def test_a_number_with_a_pause_of_a_second_in_it_is_one_answer(desk: Switch) -> None:
    number = _case("en_number_2.wav")

    async def call() -> list[dict[str, Any]]:
        async with calling(desk.sip, "7010", next(numbers)) as caller:
            await caller.prompt()
            await caller.wait(0.5)
            await caller.say(number)
            await caller.sound()
            return _heard(desk, caller)

    (heard,) = asyncio.run(call())
    assert heard["kind"] == "speech"
    assert heard["seconds"] > len(sounds.trimmed(number)) / sounds.RATE


@pytest.mark.parametrize("early", [0.1, 0.4, 0.8])
def test_an_answer_that_begins_before_the_prompt_is_over_keeps_its_beginning(
    desk: Switch, people: Path, early: float
) -> None:
    said = sounds.at_level(sounds.read(people / "en" / "harvard_8k.wav")[: round(2.6 * sounds.RATE)], -22)

    async def call() -> dict[str, Any]:
        async with calling(desk.sip, "7000", next(numbers)) as caller:
            prompt = await caller.prompt()
        async with calling(desk.sip, "7000", next(numbers)) as caller:
            begin = await caller.sound()
            spent = asyncio.get_running_loop().time() - begin
            await caller.wait(prompt.end - prompt.begin - early - spent)
            await caller.say(said)
            await caller.sound()
            await caller.press("1")
            await caller.ended()
        return slot(await ticket_of(desk, caller), "note")

    [recording] = asyncio.run(call())["audio"]
    assert _begins_at(Path(recording), said) >= 0.0


def _begins_at(recording: Path, said: Sound) -> float:
    """Where in a recording something begins that was said; seconds, below 0 when its beginning is cut off."""
    kept = sounds.read_whole(recording).astype(np.float64)
    # Its second second is looked for, which any recording of it has.
    part = said[sounds.RATE : 2 * sounds.RATE].astype(np.float64)
    likeness = np.correlate(kept, part, "valid")
    return (int(np.argmax(likeness)) - sounds.RATE) / sounds.RATE

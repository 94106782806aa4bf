"""Callers who were not understood once, by telephone: each answer is what its caller meant.

The recordings lie in the shared folder; those who speak there are people and voices of several makes. Each is
played at the question that it answers, and comes out as it should: a yes or no, a telephone number, another
number, a person, a time.
"""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asr.slots.understand import understand
from asr.slots.values import CallWindow, SlotContext
from tests.speech.conftest import is_ready, numbers, prepare_site
from tests.speech.facts import ending_of, events, slot, ticket_of, tickets
from tests.support.paths import SHARED
from tests.support.ports import wait_for
from tests.support.sounds import Sound
from tests.support.switch import Switch
from tests.support.talker import Talker, calling

CASES = SHARED / "cases" / "speech"
YES_NO, INTAKE = {"en": "7020", "zh": "7021"}, {"en": "7040", "zh": "7041"}
MEANT = {"yes": "yes", "soft": "yes", "no": "no"}
DICTATED = {
    "en_number_1": "040362988",
    "en_number_2": "5521740",
}
DICTATED_IN_CHINA = {
    "zh_number_1": "13800138000",
    "zh_number_2": "02155551234",
    "zh_number_3": "1391248",
}
ASKED_FOR_AGAIN = {"en_number_2", "zh_number_3"}
"""Two people's digits, each said alone and joined: a few of them are lost, and then nothing is taken."""
WHEN = {
    "en_time_1": "Not today, tomorrow.",
    "en_time_2": "Anytime except Monday.",
    "en_time_3": "In two days.",
    "zh_time_1": "明早九点半",
}
PROBLEM = {"en": "printer", "zh": "打印机"}


def sound_of(name: str) -> Sound:
    """A recording with its quiet edges, which belong to the word."""
    path = CASES / f"{name}.wav"
    if not path.exists():
        pytest.skip(f"not run: needs {path}")
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)


def names(*kinds: str) -> list[str]:
    """The recordings of some kinds."""
    found = (path.stem for path in sorted(CASES.glob("*.wav")))
    return [name for name in found if name.split("_")[1] in kinds] or ["none"]


def language_of(name: str) -> str:
    return name.split("_")[0]


async def answered(desk: Switch, number: str, name: str) -> str:
    """Give one answer to a flow of one question; the reason of its end."""
    sound = sound_of(name)
    async with calling(desk.sip, number, next(numbers)) as caller:
        await caller.prompt()
        await caller.say(sound)
        await caller.ended(40)
    return await ending_of(desk, caller)


@pytest.mark.parametrize("name", names("yes", "no", "soft"))
def test_a_short_answer_is_what_its_caller_meant(desk: Switch, name: str) -> None:
    said = asyncio.run(answered(desk, YES_NO[language_of(name)], name))
    assert said == MEANT[name.split("_")[1]]


async def dictated(desk: Switch, name: str) -> list[str]:
    """Say a number, and yes to what is read back; the numbers taken, none when asked again."""
    sound = sound_of(name)
    async with calling(desk.sip, "7010", next(numbers)) as caller:
        await caller.prompt()
        await caller.say(sound)
        await caller.prompt(0.8)
        await caller.press("1")
        await caller.wait(1)
    await ending_of(desk, caller)
    return [slot(ticket, "number")["value"] for ticket in tickets(desk, caller)]


@pytest.mark.parametrize("name", DICTATED)
def test_a_number_is_the_one_that_was_dictated_or_asked_for_again(desk: Switch, name: str) -> None:
    taken = asyncio.run(dictated(desk, name))
    assert taken in ([DICTATED[name]], [])
    assert taken or name in ASKED_FOR_AGAIN


@pytest.fixture(scope="module")
def desk_in_china(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    """A site whose numbers are those of China's plan, where Mandarin is spoken."""
    running = Switch(
        tmp_path_factory.mktemp("china"),
        {"language": "zh", "country": "CN", "speech": {"en": {"engine": "off"}, "ko": {"engine": "off"}}},
        lambda site: prepare_site(site, numbers={7010: {"flow": "number", "language": "zh"}}),
        models=True,
    )
    wait_for(lambda: is_ready(running), "recognisers and prompts", 300, every=0.5)
    yield running
    running.stop()


@pytest.mark.parametrize("name", DICTATED_IN_CHINA)
def test_a_mandarin_number_is_one_of_the_plan_or_asked_for_again(desk_in_china: Switch, name: str) -> None:
    taken = asyncio.run(dictated(desk_in_china, name))
    assert taken in ([DICTATED_IN_CHINA[name]], [])
    assert taken or name in ASKED_FOR_AGAIN


def test_a_yes_in_other_peoples_talk_is_heard_at_once(desk: Switch) -> None:
    sound, talk = sound_of("en_babble_1"), sound_of("en_babble_loop")

    async def call() -> tuple[str, float]:
        async with calling(desk.sip, YES_NO["en"], next(numbers), background=talk) as caller:
            await caller.prompt()
            span = await caller.say(sound)
            await caller.ended()
            waited = asyncio.get_running_loop().time() - span.end
        return await ending_of(desk, caller), waited

    said, waited = asyncio.run(call())
    assert said == "yes"
    assert waited < 6, "the cap of a short answer is 15 s"


async def told(caller: Talker, problem: Sound) -> None:
    """Say what is wrong, and hear whether the own number is the one to call."""
    await caller.prompt(0.8, seconds=30)
    await caller.say(problem)
    await caller.prompt(0.8)


@pytest.mark.parametrize("name", names("offer"))
def test_another_number_is_asked_for(desk: Switch, said: Mapping[str, Sound], name: str) -> None:
    sound = sound_of(name)

    async def call() -> list[str]:
        async with calling(desk.sip, INTAKE[language_of(name)], next(numbers)) as caller:
            await told(caller, said[PROBLEM[language_of(name)]])
            await caller.say(sound)
            await caller.prompt(0.8)
        return [event["question"] for event in events(desk, caller) if event["event"] == "QuestionAsked"]

    assert asyncio.run(call()) == ["problem", "offer_number", "callback_number"]


@pytest.mark.parametrize("name", names("person"))
def test_a_person_is_had_in_any_words(desk: Switch, said: Mapping[str, Sound], name: str) -> None:
    sound = sound_of(name)

    async def call() -> str:
        async with calling(desk.sip, INTAKE[language_of(name)], next(numbers)) as caller:
            if name == "en_person_2":
                await told(caller, said[PROBLEM["en"]])
            else:
                await caller.prompt(0.8, seconds=30)
            await caller.say(sound)
            await caller.ended(30)
        return await ending_of(desk, caller)

    assert asyncio.run(call()) == "wants a person"


@pytest.mark.parametrize("name", WHEN)
def test_a_time_is_the_one_that_was_said(desk: Switch, said: Mapping[str, Sound], name: str) -> None:
    sound, language = sound_of(name), language_of(name)
    now = datetime.now().astimezone()

    async def call() -> dict[str, Any]:
        async with calling(desk.sip, INTAKE[language], next(numbers)) as caller:
            await told(caller, said[PROBLEM[language]])
            await caller.press("1")
            await caller.prompt(0.8)
            await caller.say(sound)
            await caller.prompt(0.8)
        return slot(await ticket_of(desk, caller), "callback_time")

    right = understand("callback_time", WHEN[name], (), language, SlotContext(now=now))
    assert right is not None
    assert isinstance(right.value, CallWindow)
    noted = asyncio.run(call())
    assert datetime.fromisoformat(noted["value"]) == right.value.start, noted["text"]

"""People talk with a service desk by telephone: SIP, RTP, G.711, recognisers, voices, tickets, all real."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.speech.conftest import numbers
from tests.speech.facts import ending_of, seconds_of, share_of_words, slot, ticket_of
from tests.support import sounds
from tests.support.sounds import Sound
from tests.support.switch import Switch
from tests.support.talker import calling

HARVARD = (
    "A gold ring will please most any girl. The long journey home took a year. She saw a cat in the "
    "neighbor's house."
)
HARVARD_SECONDS = 10.2
INAUGURAL = (
    "And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your "
    "country."
)
WELCOME = "欢迎大家来体验达摩院推出的语音识别模型"
# Whisper base reads about half of such numbers without a mistake (docs/decisions/010-whisper.md).
NUMBERS = {"jackson": "5263407", "nicolas": "3049176", "theo": "8015926"}


async def words_of(desk: Switch, number: str, sound: Sound) -> dict[str, Any]:
    """Say something to a `words` flow, and return the slot that it became."""
    async with calling(desk.sip, number, next(numbers)) as caller:
        await caller.prompt()
        await caller.say(sound)
        await caller.sound()
        await caller.press("1")
        await caller.ended()
    return slot(await ticket_of(desk, caller), "note")


def test_sentences_become_words_in_a_ticket(desk: Switch, people: Path, said: Mapping[str, Sound]) -> None:
    harvard = sounds.read(people / "en" / "harvard_8k.wav")[: int(HARVARD_SECONDS * sounds.RATE)]
    wanted = [
        ("7000", harvard, HARVARD),
        ("7000", sounds.read(people / "en" / "inaugural_8k.wav"), INAUGURAL),
        ("7001", sounds.read(people / "zh" / "welcome_8k.wav"), WELCOME),
        ("7002", said["비밀번호"], "비밀번호"),
        ("7002", sounds.read(people / "ko" / "speech_0007.wav"), "이루고"),
    ]

    async def all_at_once() -> Sequence[dict[str, Any]]:
        return await asyncio.gather(*(words_of(desk, number, sound) for number, sound, _ in wanted))

    found = asyncio.run(all_at_once())
    texts = [note["text"] for note in found]
    for (_, sound, text), note in zip(wanted, found, strict=True):
        assert share_of_words(text, note["text"]) >= 0.8, texts
        assert note["words"], "words have times"
        assert all(word["start"] <= word["end"] for word in note["words"])
        [recording] = note["audio"]
        assert seconds_of(recording) >= len(sound) / sounds.RATE - 0.2


@pytest.mark.parametrize("speaker", NUMBERS)
def test_spoken_digits_become_a_telephone_number(desk: Switch, people: Path, speaker: str) -> None:
    wanted = NUMBERS[speaker]
    spoken = [
        sounds.read(people / "digits" / f"{digit}_{speaker}_{take % 4}.wav")
        for take, digit in enumerate(wanted)
    ]

    async def call() -> dict[str, Any]:
        async with calling(desk.sip, "7010", next(numbers)) as caller:
            await caller.prompt()
            await caller.say(sounds.at_level(sounds.joined(spoken, 0.3), -22))
            await caller.sound()
            await caller.press("1")
            await caller.ended()
        return await ticket_of(desk, caller)

    ticket = asyncio.run(call())
    assert slot(ticket, "number")["value"] == wanted


def test_yes_and_no_are_understood(desk: Switch, said: Mapping[str, Sound]) -> None:
    wanted = {"yes": ("7020", "yes"), "no": ("7020", "no"), "对": ("7021", "yes"), "不对": ("7021", "no")}

    async def answer(number: str, word: str) -> str:
        async with calling(desk.sip, number, next(numbers)) as caller:
            await caller.prompt()
            await caller.say(said[word])
            await caller.ended()
        return await ending_of(desk, caller)

    async def all_at_once() -> Sequence[str]:
        return await asyncio.gather(*(answer(number, word) for word, (number, _) in wanted.items()))

    found = dict(zip(wanted, asyncio.run(all_at_once()), strict=True))
    assert found == {word: meaning for word, (_, meaning) in wanted.items()}


async def _intake(desk: Switch, number: str, problem: Sound, right: Sound, when: Sound) -> dict[str, Any]:
    """Tell the bot everything that it wants to know, and return the ticket."""
    async with calling(desk.sip, number, next(numbers)) as caller:
        await caller.prompt(0.8, seconds=30)  # greeting, and what is the problem?
        await caller.say(problem)
        await caller.prompt(0.8)  # on the number that you are calling from?
        await caller.press("1")
        await caller.prompt(0.8)  # when shall we call?
        await caller.say(when)
        await caller.prompt(0.8)  # all of it read back: is that right?
        await caller.say(right)
        await caller.ended(30)
    return await ticket_of(desk, caller)


def test_the_bot_takes_a_problem_in_english_and_in_chinese(
    desk: Switch, people: Path, said: Mapping[str, Sound]
) -> None:
    printer, welcome = said["printer"], sounds.read(people / "zh" / "welcome_8k.wav")

    async def both() -> tuple[dict[str, Any], dict[str, Any]]:
        return await asyncio.gather(
            _intake(desk, "7040", printer, said["yes"], said["soon"]),
            _intake(desk, "7041", welcome, said["没错"], said["尽快"]),
        )

    english, chinese = asyncio.run(both())
    _check_intake(english, "en", "my printer does not print since this morning", printer)
    _check_intake(chinese, "zh", WELCOME, welcome)


def _check_intake(ticket: dict[str, Any], language: str, text: str, problem: Sound) -> None:
    assert (ticket["kind"], ticket["state"], ticket["language"]) == ("problem", "confirmed", language), ticket
    assert ticket["queue"] == "support"
    assert ticket["callback_number"] == ticket["caller"]
    told = slot(ticket, "problem")
    assert told["confirmed"], ticket
    assert share_of_words(text, told["text"]) > 0.7, told["text"]
    assert seconds_of(told["audio"][0]) > len(problem) / sounds.RATE - 0.2
    assert slot(ticket, "callback_number")["confirmed"], ticket
    assert slot(ticket, "callback_time")["value"] == "asap", ticket
    spoken = [turn["heard"] for turn in ticket["history"] if turn["heard"]["kind"] == "speech"]
    assert len(spoken) == 3, ticket
    assert all(seconds_of(heard["audio"]) > 0.5 and heard["words"] for heard in spoken)

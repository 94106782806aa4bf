"""People talk with a service desk by telephone: SIP, RTP, G.711, recognisers, voices, tickets, all of it real."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.peers import sounds
from tests.peers.sounds import Sound
from tests.peers.switch import Switch
from tests.peers.talker import calling
from tests.speech.facts import ending_of, seconds_of, share_of_words, slot, ticket_of

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
SPEAKERS = ("jackson", "nicolas", "theo")

numbers = (f"49301{number}" for number in itertools.count(1000))


async def words_of(desk: Switch, number: str, sound: Sound) -> dict[str, Any]:
    """Say something to a `words` flow, and return the slot that it became."""
    async with calling(desk.sip, number, next(numbers)) as caller:
        await caller.prompt()
        await caller.say(sound)
        await caller.sound()
        await caller.press("1")
        await caller.ended()
    return slot(await ticket_of(desk, caller), "note")


def test_sentences_of_people_become_words_in_a_ticket(
    desk: Switch, people: Path, said: Mapping[str, Sound]
) -> None:
    harvard = sounds.read(people / "en" / "harvard_8k.wav")[: int(HARVARD_SECONDS * sounds.RATE)]
    wanted = [
        ("7000", harvard, HARVARD, 0.8),
        ("7000", sounds.read(people / "en" / "inaugural_8k.wav"), INAUGURAL, 0.8),
        ("7001", sounds.read(people / "zh" / "welcome_8k.wav"), WELCOME, 0.8),
        ("7002", sounds.read(people / "ko" / "speech_0007.wav"), "통일을 이루고", 0.5),
        ("7002", said["인터넷"], "인터넷이 안 됩니다", 0.3),
    ]

    async def all_at_once() -> Sequence[dict[str, Any]]:
        return await asyncio.gather(*(words_of(desk, number, sound) for number, sound, _, _ in wanted))

    found = asyncio.run(all_at_once())
    texts = [note["text"] for note in found]
    print(texts)
    for (_, sound, text, share), note in zip(wanted, found, strict=True):
        assert share_of_words(text, note["text"]) >= share, texts
        assert note["words"], "words have times"
        assert all(word["start"] <= word["end"] for word in note["words"])
        [recording] = note["audio"]
        assert seconds_of(recording) >= len(sound) / sounds.RATE - 0.2


@pytest.mark.parametrize("speaker", SPEAKERS)
def test_spoken_digits_become_a_telephone_number(desk: Switch, people: Path, speaker: str) -> None:
    wanted = {"jackson": "3049176", "nicolas": "8015926", "theo": "5263407"}[speaker]
    spoken = [
        sounds.read(people / "digits" / f"{digit}_{speaker}_{take % 4}.wav")
        for take, digit in enumerate(wanted)
    ]

    async def call() -> dict[str, Any]:
        async with calling(desk.sip, "7010", next(numbers)) as caller:
            await caller.prompt()
            await caller.say(sounds.joined(spoken, 0.2))
            await caller.sound()
            await caller.press("1")
            await caller.ended()
        return await ticket_of(desk, caller)

    ticket = asyncio.run(call())
    print(ticket["slots"])
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

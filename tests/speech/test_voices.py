"""The real voices, heard as a caller hears them: 8 kHz mu-law, with Whisper base as the caller.

How well each is understood, in figures, is measured by `bench/voices.py`; here are the limits that must hold,
with room for the chance that is in some voices.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("faster_whisper", reason="not run: needs pip install 'hotline[speech]'")
pytest.importorskip("piper", reason="not run: needs pip install 'hotline[speech]'")

from asr.models.catalogue import entry
from asr.models.getter import GetError, get
from asr.models.store import models_folder
from bench.voices import SENTENCES, Ears, wrong
from tts.client import Voices
from tts.installed import ENGINES, Wish, choose
from tts.spoken import say

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

NUMBERS = {
    "en": ("Your number is {}.", "+14155550123", "4155550123"),
    "zh": ("您的电话号码是，{}。", "13681920475", "13681920475"),
    "ko": ("전화번호는 {}입니다.", "01012345678", "01012345678"),
}
Speak = Callable[[str, list[str], str | None], list[NDArray[np.int16]]]


def model(name: str) -> Path:
    """A model of the catalogue, fetched once for this machine; without it the test is skipped."""
    wanted = entry(name)
    assert wanted is not None
    try:
        return get(wanted, models_folder())
    except GetError as error:
        pytest.skip(f"not run: {error}")


@pytest.fixture(scope="module")
def listener() -> Ears:
    return Ears(model("whisper-base"))


@pytest.fixture(scope="module")
def speak(tmp_path_factory: pytest.TempPathFactory) -> Speak:
    """Speak texts in a language, with the best voice or with an engine's; nothing is left from other runs."""
    for name in ("piper-en_US-joe-medium", "kokoro-82m"):
        model(name)
    folder = tmp_path_factory.mktemp("voices")

    def speak(language: str, texts: list[str], engine: str | None) -> list[NDArray[np.int16]]:
        voice = choose(language, models_folder(), Wish(engine=engine)).voice
        assert voice is not None
        assert engine in (None, voice.engine)

        async def render() -> list[NDArray[np.int16]]:
            voices = Voices([voice], folder)
            await voices.start()
            try:
                return [await voices.render(text, language) for text in texts]
            finally:
                await voices.close()

        return asyncio.run(render())

    return speak


@pytest.mark.parametrize(
    ("language", "engine", "limit"),
    [("en", "piper", 0.12), ("zh", "kokoro", 0.15), ("ko", "kokoro", 0.2), ("en", "espeak", 0.3)],
)
def test_a_voice_is_understood_on_the_telephone(
    speak: Speak, listener: Ears, language: str, engine: str, limit: float
) -> None:
    said = list(SENTENCES[language][:4])
    heard = [listener.hear(sound, language) for sound in speak(language, said, engine)]
    counts = [wrong(text, hears, language) for text, hears in zip(said, heard, strict=True)]
    assert sum(bad for bad, _ in counts) <= limit * sum(of for _, of in counts), heard


@pytest.mark.parametrize("language", ["en", "zh", "ko"])
def test_a_phone_number_is_heard_digit_for_digit(speak: Speak, listener: Ears, language: str) -> None:
    sentence, number, digits = NUMBERS[language]
    text = sentence.format(say("phone_number", number, language))
    heard = listener.hear(speak(language, [text], None)[0], language)
    assert re.sub(r"[^0-9]", "", heard) == digits, heard


@pytest.mark.parametrize(("language", "engine"), [(lang, name) for lang in ENGINES for name in ENGINES[lang]])
def test_every_engine_speaks_at_the_loudness_of_prompts(speak: Speak, language: str, engine: str) -> None:
    if (language, engine) in (("zh", "piper"), ("ko", "piper")):
        pytest.skip("not run: no such voice is in a package")
    (sound,) = speak(language, [SENTENCES[language][0]], engine)
    level = 20 * np.log10(np.sqrt(np.mean((sound / 32768) ** 2)))
    assert -24 < level < -19
    assert 1.0 < len(sound) / 8000 < 8.0


def test_a_prompt_with_foreign_words_is_spoken_whole(speak: Speak) -> None:
    without, with_word = speak("zh", ["请检查连接。", "请检查 VPN 连接。"], "kokoro")
    assert len(with_word) > len(without) + 0.4 * 8000

"""The sherpa engine with a trained model, in its worker, on people's speech at telephone quality.

Moonshine is the only one of its models that can be had as a package; streaming is shown on a tiny model in
`tests/unit/asr/engines/test_sherpa.py`.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

pytest.importorskip("sherpa_onnx", reason="not run: needs pip install 'hotline[sherpa]'")

from asr.models.catalogue import entry
from asr.models.check import try_model
from asr.models.getter import GetError, get
from asr.models.store import models_folder
from asr.results import Final
from asr.text import plain
from asr.workers.client import Recognisers
from asr.workers.setup import Setup
from bench.hearing import SENTENCES, distance, normal
from bench.speech import PAUSE, read
from tests.support.paths import SHARED

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SPEECH = SHARED / "speech"


@pytest.fixture(scope="module")
def model() -> Path:
    """Moonshine, fetched once for this machine."""
    wanted = entry("moonshine-tiny-en")
    assert wanted is not None
    try:
        return get(wanted, models_folder())
    except GetError as error:
        pytest.skip(f"not run: {error}")


@pytest.fixture(scope="module")
def speech() -> Path:
    """People's recordings."""
    if not SPEECH.is_dir():
        pytest.skip(f"not run: needs {SPEECH}")
    return SPEECH


def hear(model: Path, *utterances: bytes) -> list[Final]:
    """What the worker makes of utterances that come at the same time."""

    async def run() -> list[Final]:
        recognisers = Recognisers([Setup("en", "sherpa", model, stall_seconds=60.0)])
        await recognisers.start()
        try:
            assert await recognisers.ready() == {"en"}
            return await asyncio.gather(*(one(recognisers, pcm) for pcm in utterances))
        finally:
            await recognisers.close()

    async def one(recognisers: Recognisers, pcm: bytes) -> Final:
        recognition = await recognisers.open("en")
        for begin in range(0, len(pcm), 320):
            recognition.feed(pcm[begin : begin + 320])
        return await recognition.finish()

    return asyncio.run(run())


def test_sentences_are_heard_long_ones_in_pieces(model: Path, speech: Path) -> None:
    files = SENTENCES["en"]
    heard = hear(model, *(PAUSE + read(speech / name) + PAUSE for name in files))
    wanted = [normal(said, "en") for said in files.values()]
    texts = [normal(final.text, "en") for final in heard]
    shares = [distance(text, said) / len(said) for text, said in zip(texts, wanted, strict=True)]
    assert max(shares) <= 0.05
    assert {(final.engine, final.confidence) for final in heard} == {("sherpa", None)}


def test_most_people_are_understood_in_one_word(model: Path, speech: Path) -> None:
    files = sorted(speech.glob("human/en/yes_*.wav"))
    # Four callers at a time are one worker's share.
    heard: list[Final] = []
    for begin in range(0, len(files), 4):
        heard += hear(model, *(PAUSE + read(path) + PAUSE for path in files[begin : begin + 4]))
    assert sum(plain(final.text, "en") == "yes" for final in heard) >= len(files) * 2 // 3


@pytest.mark.parametrize("pcm", [b"", bytes(2), bytes(320), bytes(16000)])
def test_no_sound_is_no_crash(model: Path, pcm: bytes) -> None:
    (final,) = hear(model, pcm)
    assert len(final.text) < 60
    assert not final.words


def test_a_model_that_is_tried_says_how_fast_it_is_here(model: Path) -> None:
    wanted = entry("moonshine-tiny-en")
    assert wanted is not None
    report = asyncio.run(try_model(wanted, model))
    assert report.problem is None
    assert report.speed is not None
    assert 0.0 < report.speed < 10.0

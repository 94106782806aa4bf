"""Short answers by telephone that a recogniser's text alone does not give: each is what its caller meant.

The recordings lie in the shared folder; those who speak there are people and voices of several makes.
"""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path

import numpy as np
import pytest

from tests.speech.conftest import numbers
from tests.speech.facts import ending_of
from tests.support.paths import SHARED
from tests.support.sounds import Sound
from tests.support.switch import Switch
from tests.support.talker import calling

CASES = SHARED / "cases" / "speech"
FLOWS = {"en": "7020", "zh": "7021"}
WANTED = {"yes": "yes", "soft": "yes", "no": "no"}
FILES = sorted(path for path in CASES.glob("*.wav") if path.stem.split("_")[1] in WANTED)


@pytest.fixture(params=FILES or [None], ids=lambda path: "none" if path is None else path.stem)
def case(request: pytest.FixtureRequest) -> Path:
    """One recording."""
    if request.param is None:
        pytest.skip(f"not run: needs the recordings in {CASES}")
    assert isinstance(request.param, Path)
    return request.param


def as_it_is(path: Path) -> Sound:
    """A recording with its quiet edges, which belong to the word."""
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)


def test_a_short_answer_is_what_its_caller_meant(desk: Switch, case: Path) -> None:
    language, kind, _ = case.stem.split("_")

    async def answer() -> str:
        async with calling(desk.sip, FLOWS[language], next(numbers)) as caller:
            await caller.prompt()
            await caller.say(as_it_is(case))
            await caller.ended()
        return await ending_of(desk, caller)

    assert asyncio.run(answer()) == WANTED[kind]

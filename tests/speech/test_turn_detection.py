"""The model that hears whether somebody has finished, in its worker, on a person's sentences."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from asr.listening.end_of_turn import Outlook
from asr.listening.turn_detection import TURNS, TurnDetector
from asr.models.plan import SMART_TURN
from asr.models.store import find
from asr.workers.client import Recognisers
from asr.workers.setup import Setup
from tests.support import sounds
from tests.support.sounds import RATE, Sound

ENDS = (3.76, 6.76, 9.94, 13.86)
"""Seconds at which sentences of the recording end; a second of silence follows each."""
WITHIN = (1.4, 2.6, 5.6, 8.8, 12.5)
"""Seconds at which they are in the middle of a word or a phrase."""


def _judged(model: Path, pieces: Sequence[Sound]) -> list[Outlook]:
    async def all_of_them() -> list[Outlook]:
        workers = Recognisers([Setup(TURNS, "smart-turn", model, threads=1)])
        await workers.start()
        try:
            await workers.ready()
            detector = TurnDetector(workers)
            await detector.judge(pieces[0].tobytes())  # the first look takes longer
            return [await detector.judge(piece.tobytes()) for piece in pieces]
        finally:
            await workers.close()

    return asyncio.run(all_of_them())


def test_ends_of_sentences_are_told_from_breaks_within_them(models: Path, people: Path) -> None:
    model = find(SMART_TURN, models)
    if model is None:
        pytest.skip(f"not run: needs {SMART_TURN} (hotline models get {SMART_TURN})")
    said = sounds.read(people / "en" / "harvard_8k.wav")
    pause = sounds.noise(-68, 0.3)

    def until(second: float) -> Sound:
        end = round(second * RATE)
        return np.concatenate([said[max(0, end - 5 * RATE) : end], pause])

    judged = _judged(model, [until(second) for second in (*ENDS, *WITHIN)])
    assert judged[: len(ENDS)].count(Outlook.COMPLETE) >= len(ENDS) - 1
    assert Outlook.COMPLETE not in judged[len(ENDS) :]

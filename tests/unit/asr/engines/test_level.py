"""The level of an utterance, and where long ones are cut."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from asr.engines.chunks import LONGEST, SHORTEST, cut
from asr.engines.level import CEILING, MOST_GAIN, TARGET, normalised

RATE = 16000


def tone(seconds: float, dbfs: float) -> NDArray[np.float32]:
    at = np.arange(round(seconds * RATE)) / RATE
    return (np.sqrt(2) * 10 ** (dbfs / 20) * np.sin(2 * np.pi * 300 * at)).astype(np.float32)


def level(samples: NDArray[np.float32]) -> float:
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64)) + 1e-20))


@pytest.mark.parametrize("dbfs", [-45.0, -30.0, -22.0, -10.0])
def test_speech_comes_to_one_level_however_long_its_pauses(dbfs: float) -> None:
    pause = tone(2.0, -75.0)
    found = normalised(np.concatenate([pause, tone(0.4, dbfs), pause]), RATE)
    assert level(found[2 * RATE : round(2.4 * RATE)]) == pytest.approx(TARGET, abs=0.5)


def test_gain_is_limited_and_nothing_is_clipped() -> None:
    assert level(normalised(tone(1.0, -70.0), RATE)) == pytest.approx(-70.0 + MOST_GAIN, abs=0.5)
    peak = tone(1.0, -40.0)
    peak[8000] = 0.9
    assert np.abs(normalised(peak, RATE)).max() <= CEILING + 1e-6


@pytest.mark.parametrize("size", [0, 10, RATE])
def test_silence_stays_silence(size: int) -> None:
    silence = np.zeros(size, np.float32)
    assert not normalised(silence, RATE).any()
    assert normalised(silence, RATE).size == size


@pytest.mark.parametrize("seconds", [0.0, 1.0, LONGEST, LONGEST + 0.1, 60.0])
def test_pieces_are_all_of_it_in_order(seconds: float) -> None:
    sound = np.random.default_rng(1).normal(size=round(seconds * RATE)).astype(np.float32)
    pieces = list(cut(sound, RATE))
    assert np.array_equal(np.concatenate([piece for _, piece in pieces]), sound)
    assert all(piece.size <= LONGEST * RATE for _, piece in pieces)
    assert [round(begin * RATE) for begin, _ in pieces] == [
        sum(piece.size for _, piece in pieces[:index]) for index in range(len(pieces))
    ]


def test_a_cut_is_made_in_a_pause() -> None:
    talk = [tone(9.0, -20.0), tone(0.4, -60.0)] * 5
    cuts = [begin for begin, _ in cut(np.concatenate(talk), RATE)][1:]
    assert cuts
    for begin in cuts:
        assert 9.0 <= begin % 9.4 <= 9.4
        assert begin >= SHORTEST

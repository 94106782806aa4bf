"""Keys within the sound: what ITU-T Q.24 calls a key, and what is none."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from telephony.rtp.codecs import G711, PCMA, PCMU
from telephony.rtp.tone_keys import COLUMNS, KEYS, ROWS, ToneDetector

RANDOM = np.random.default_rng(7)


def sine(hertz: float, milliseconds: float, dbfs: float) -> NDArray[np.float64]:
    time = np.arange(int(8 * milliseconds)) / 8000
    return 32767 * 10 ** (dbfs / 20) * np.sqrt(2) * np.sin(2 * np.pi * hertz * time + 0.3)


def key(
    name: str, milliseconds: float = 60, *, dbfs: float = -16.0, twist: float = 0.0, off: float = 0.0
) -> NDArray[np.float64]:
    """A key: `twist` is how many dB the column is above the row, `off` how far both are off (0.01: 1 %)."""
    row, column = divmod(KEYS.index(name), 4)
    low = sine(ROWS[row] * (1 + off), milliseconds, dbfs - twist / 2)
    return low + sine(COLUMNS[column] * (1 + off), milliseconds, dbfs + twist / 2)


def quiet(milliseconds: float) -> NDArray[np.float64]:
    return np.zeros(int(8 * milliseconds))


def heard(*parts: NDArray[np.float64], codec: G711 = PCMU, piece: int = 160) -> str:
    """What is found in a sound that went through a codec, in pieces as they come."""
    sound = codec.decode(codec.encode(np.clip(np.concatenate(parts), -32768, 32767).astype(np.int16)))
    detector = ToneDetector()
    return "".join(detector.receive(sound[at : at + piece]) for at in range(0, len(sound), piece))


@pytest.mark.parametrize("codec", [PCMU, PCMA])
@pytest.mark.parametrize("piece", [1, 80, 160, 1000])
def test_every_key_is_found_once(codec: G711, piece: int) -> None:
    parts = [part for name in KEYS for part in (key(name), quiet(50))]
    assert heard(*parts, codec=codec, piece=piece) == KEYS


@pytest.mark.parametrize("start", range(13))
def test_tones_of_40_ms_with_pauses_of_45_are_keys_wherever_they_begin(start: int) -> None:
    assert heard(quiet(start), *[key("5", 40), quiet(45)] * 3, *[key("9", 40), quiet(45)]) == "5559"


@pytest.mark.parametrize("start", range(0, 13, 3))
def test_tones_of_15_ms_are_none(start: int) -> None:
    assert heard(quiet(start), *[key("5", 15), quiet(100)] * 3) == ""


@pytest.mark.parametrize("dbfs", [-34.0, -25.0, -16.0, -9.5])
@pytest.mark.parametrize("twist", [-6.0, 0.0, 6.0])
@pytest.mark.parametrize("off", [-0.015, 0.0, 0.015])
def test_levels_twists_and_inexact_frequencies(dbfs: float, twist: float, off: float) -> None:
    parts = [part for name in KEYS for part in (key(name, dbfs=dbfs, twist=twist, off=off), quiet(60))]
    assert heard(*parts) == KEYS


@pytest.mark.parametrize("off", [-0.05, 0.05])
def test_frequencies_that_are_far_off_are_none(off: float) -> None:
    assert heard(*[part for name in KEYS for part in (key(name, off=off), quiet(60))]) == ""


def test_a_long_press_is_one_key_even_with_a_lost_packet_in_it() -> None:
    press = key("4", 1000)
    press[4000:4160] = 0
    assert heard(press, quiet(50)) == "4"


def test_noise_at_15_db_below_hides_no_key() -> None:
    parts = np.concatenate([part for name in KEYS for part in (key(name, 80), quiet(60))])
    noise = RANDOM.normal(0, 32767 * 10 ** (-31 / 20), len(parts))
    assert heard(parts + noise) == KEYS


def voice(seconds: float) -> NDArray[np.float64]:
    """Something like speech: a gliding pitch with formants, and hiss between."""
    time = np.arange(int(8000 * seconds)) / 8000
    pitch = np.cumsum(120 + 60 * np.sin(2 * np.pi * 0.7 * time) + 20 * np.sin(2 * np.pi * 3.1 * time)) / 8000
    formants = (500 + 250 * np.sin(2 * np.pi * 1.3 * time), 1500 + 500 * np.sin(2 * np.pi * 0.9 * time + 1))
    sound = np.zeros(len(time))
    for number in range(1, 25):
        at = number * 150.0
        weight = sum(1 / (1 + ((at - formant) / 120) ** 2) for formant in formants)
        sound += weight * np.sin(2 * np.pi * number * pitch)
    return 3000 * sound + RANDOM.normal(0, 300, len(time))


@pytest.mark.parametrize(
    "sound",
    [
        voice(60),
        RANDOM.normal(0, 5000, 8000 * 60),
        sine(425, 5000, -10),
        sine(440, 5000, -13) + sine(480, 5000, -13),
        np.concatenate([sine(hertz, 100, -10) for hertz in range(300, 3400, 7)]),
        np.concatenate([sine(row, 200, -10) for row in (*ROWS, *COLUMNS)]),
        sum(sine(hertz, 1000, -20) for hertz in (*ROWS, *COLUMNS)),
        quiet(1000),
    ],
    ids=["voice", "noise", "ringback", "US ringback", "sweep", "single tones", "all tones", "silence"],
)
def test_what_is_no_key(sound: NDArray[np.float64]) -> None:
    assert heard(sound) == ""


def test_what_was_heard_is_forgotten() -> None:
    detector = ToneDetector()
    assert detector.receive(key("1", 200).astype(np.int16)) == "1"
    detector.reset()
    assert detector.receive(key("1", 200).astype(np.int16)) == "1"

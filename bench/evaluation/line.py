"""What lies between caller and bot: the telephone's band, the speaker's level, and noise.

Deterministic: the same line and seed give the same samples. mu-law comes from the caller's RTP stream.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tests.support import sounds
from tests.support.sounds import Sound

LEVEL_DBFS = -22.0
"""Of a caller who speaks as loud as usual: the RMS of the loud half of what is said."""

BAND = (250.0, 3450.0)
BACKGROUND_SECONDS = 12.0
Noise = Literal["line", "pink", "brown", "babble", "television"]


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of line.

    Args:
        noise: what is heard beside the caller.
        below: by how many dB it is softer than the caller.
        soft: by how many dB the caller is softer than usual.
    """

    noise: Noise = "line"
    below: float = 40.0
    soft: float = 0.0


LINES: Mapping[str, Line] = {
    "clean": Line(),
    "soft10": Line(soft=10.0),
    "soft20": Line(below=30.0, soft=20.0),
    "pink20": Line("pink", 20.0),
    "pink10": Line("pink", 10.0),
    "car15": Line("brown", 15.0),
    "babble20": Line("babble", 20.0),
    "tv20": Line("television", 20.0),
}


def telephone(samples: NDArray[np.float32], rate: int) -> Sound:
    """Speech of any rate at 8 kHz, in the telephone's band, at the usual level; its quiet edges stay.

    Args:
        samples: full scale 1.0.
        rate: samples a second, 8000 or more.
    """
    padded = np.concatenate([samples, np.zeros(rate // 10, np.float32)])
    spectrum = np.fft.rfft(padded)
    frequencies = np.fft.rfftfreq(len(padded), 1 / rate)
    low, high = BAND
    # Half a cosine of 100 and 300 Hz at the edges.
    passed = np.clip((frequencies - low + 50) / 100, 0, 1) * np.clip((high + 150 - frequencies) / 300, 0, 1)
    wanted = len(padded) * sounds.RATE // rate
    spectrum = (spectrum * np.sin(passed * np.pi / 2))[: wanted // 2 + 1]
    narrow = np.fft.irfft(spectrum, wanted) * (wanted / len(padded))
    as_int = np.clip(narrow * 32768, -32768, 32767).astype(np.int16)
    return at_usual_level(as_int)


def at_usual_level(sound: Sound) -> Sound:
    """The same at the level of a caller who speaks as loud as usual."""
    return sounds.at_level(sound, LEVEL_DBFS) if np.any(sound) else sound


def spoken(sound: Sound, line: Line) -> Sound:
    """What a caller says, as loud as on this line."""
    return np.asarray(sound * 10 ** (-line.soft / 20), np.int16)


def background(line: Line, seed: int, voices: Sequence[Sound] = ()) -> Sound:
    """What is heard on a line all the time.

    Args:
        line: which.
        seed: of the noise.
        voices: what others say: several speakers are babble, one is a television.
    """
    level = LEVEL_DBFS - line.soft - line.below
    random = np.random.default_rng(seed)
    match line.noise:
        case "line":
            return _at(level, random.normal(size=round(BACKGROUND_SECONDS * sounds.RATE)))
        case "pink":
            return _at(level, _coloured(random, 0.5))
        case "brown":
            return _at(level, _coloured(random, 1.0))
        case "babble":
            return _at(level, np.sum([_looped(voice, random) for voice in voices], axis=0))
        case "television":
            return _at(level, _looped(np.concatenate(list(voices)), random))


def _looped(voice: Sound, random: np.random.Generator) -> NDArray[np.float64]:
    start = int(random.integers(len(voice)))
    return np.resize(np.roll(voice, start), round(BACKGROUND_SECONDS * sounds.RATE)).astype(np.float64)


def _coloured(random: np.random.Generator, slope: float) -> NDArray[np.float64]:
    """Noise whose amplitude falls with the frequency to the power of `slope`, in the telephone's band."""
    size = round(BACKGROUND_SECONDS * sounds.RATE)
    frequencies = np.fft.rfftfreq(size, 1 / sounds.RATE)
    shape = np.zeros(len(frequencies))
    inside = frequencies >= 100
    shape[inside] = frequencies[inside] ** -slope
    return np.fft.irfft(np.fft.rfft(random.normal(size=size)) * shape, size)


def _at(dbfs: float, samples: NDArray[np.float64]) -> Sound:
    factor = 32768 * 10 ** (dbfs / 20) / float(np.sqrt((samples**2).mean()))
    return np.asarray(np.clip(samples * factor, -32768, 32767), np.int16)

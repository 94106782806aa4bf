"""Sounds for calls: read, cut, joined, made, and coded as G.711 mu-law.

Shares no code with the switch.
"""

from __future__ import annotations

import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support.paths import SHARED

Sound = NDArray[np.int16]
"""8 kHz, one channel."""

RATE = 8000
FRAME = 160
LOUD = 180.0
"""RMS (int16) from which a frame is sound, -45 dBFS: prompts have -20, the switch's silence is silent."""


def read(path: Path) -> Sound:
    """A WAV file of 8 kHz, one channel, 16 bits, without the silence at its ends."""
    return trimmed(read_whole(path))


def read_whole(path: Path) -> Sound:
    """A WAV file of 8 kHz, one channel, 16 bits, as it is."""
    with wave.open(str(path), "rb") as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2), path
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)


def shared(name: str) -> Sound:
    """A recording of the folder of people's voices and cases, as it is; the test is skipped without it."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"not run: needs {path}")
    return read_whole(path)


def write(path: Path, sound: Sound) -> None:
    """Write a WAV file of 8 kHz, one channel, 16 bits."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(sound.astype("<i2").tobytes())


def trimmed(sound: Sound) -> Sound:
    """Without silence at its ends, so that its last sample is the end of what is said."""
    loud = np.flatnonzero(levels(sound) > LOUD)
    return sound[loud[0] * FRAME : (loud[-1] + 1) * FRAME] if len(loud) else sound[:0]


def levels(sound: Sound) -> NDArray[np.float64]:
    """RMS of each 20 ms."""
    frames = sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64)
    return np.asarray(np.sqrt((frames**2).mean(axis=1)))


def gap(seconds: float) -> Sound:
    """Silence."""
    return np.zeros(round(seconds * RATE), np.int16)


def joined(sounds: Sequence[Sound], pause: float) -> Sound:
    """One after the other, with a pause between them."""
    parts = [part for sound in sounds for part in (gap(pause), sound)]
    return np.concatenate(parts[1:])


def noise(dbfs: float, seconds: float, seed: int = 1) -> Sound:
    """White noise whose RMS is so many dB below full scale."""
    level = 32768 * 10 ** (dbfs / 20)
    samples = np.random.default_rng(seed).normal(0, level, round(seconds * RATE))
    return _clipped(samples)


def brown(dbfs: float, seconds: float) -> Sound:
    """Noise whose power falls with the square of the frequency: wind, a car, a ventilator."""
    return _at(dbfs, np.cumsum(noise(-20, seconds), dtype=np.float64))


def hum(dbfs: float, seconds: float) -> Sound:
    """Mains hum: 50 Hz and its harmonics."""
    time = np.arange(round(seconds * RATE)) / RATE
    waves = [np.sin(2 * np.pi * 50 * number * time) / number for number in range(1, 12)]
    return _at(dbfs, np.sum(waves, axis=0))


def at_level(sound: Sound, dbfs: float) -> Sound:
    """The same, louder or softer: the RMS of its loud half is so many dB below full scale."""
    loud = np.sort(levels(sound))
    factor = 32768 * 10 ** (dbfs / 20) / float(np.sqrt((loud[len(loud) // 2 :] ** 2).mean()))
    return _clipped(sound * factor)


def _at(dbfs: float, samples: NDArray[np.float64]) -> Sound:
    samples = samples - np.linspace(samples[0], samples[-1], len(samples))
    level = 32768 * 10 ** (dbfs / 20) / np.sqrt((samples**2).mean())
    return _clipped(samples * level)


def _clipped(samples: NDArray[np.floating]) -> Sound:
    return np.asarray(np.clip(samples, -32768, 32767), np.int16)


def encode(sound: Sound) -> bytes:
    """mu-law (ITU-T G.711)."""
    value = np.minimum(np.abs(sound.astype(np.int32)), 32635) + 132
    exponent = np.floor(np.log2(value)).astype(np.int32) - 7
    mantissa = (value >> (exponent + 3)) & 15
    code = np.where(sound < 0, 0x80, 0) | exponent << 4 | mantissa
    return bytes((~code).astype(np.uint8))


def _decoded(byte: int) -> int:
    byte = ~byte & 0xFF
    value = ((byte & 15) << 3 | 132) << (byte >> 4 & 7)
    return 132 - value if byte & 0x80 else value - 132


_DECODED = np.array([_decoded(byte) for byte in range(256)], np.int16)


def decode(payload: bytes) -> Sound:
    """The samples of mu-law."""
    return _DECODED[np.frombuffer(payload, np.uint8)]


def payloads(sound: Sound) -> list[bytes]:
    """In mu-law, cut into 20 ms; the last is filled with silence."""
    missing = -len(sound) % FRAME
    data = encode(np.concatenate([sound, np.zeros(missing, np.int16)]) if missing else sound)
    return [data[at : at + FRAME] for at in range(0, len(data), FRAME)]

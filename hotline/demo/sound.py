"""Measuring what a telephone heard: which tone, and whether it is the voice that was spoken."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FULL_SCALE = 32768.0


@dataclass(frozen=True, slots=True)
class Tone:
    """The loudest tone of a sound.

    Args:
        hertz: its frequency.
        share: its part of the sound's energy, 0 to 1; a clean tone is near 1.
        dbfs: level of the whole sound, dB relative to full scale.
    """

    hertz: float
    share: float
    dbfs: float


def read(path: Path) -> tuple[NDArray[np.float64], int]:
    """Samples of a 16-bit mono WAV in -1..1, and the sample rate in Hz."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        return samples / FULL_SCALE, file.getframerate()


def loudest_tone(path: Path) -> Tone | None:
    """Measure the tone in a recording, without the silence at its ends; None when there is only silence."""
    samples, rate = read(path)
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    if len(loud) < rate // 2:
        return None
    sound = samples[loud[0] : loud[-1] + 1]
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    peak = int(np.argmax(spectrum))
    near = spectrum[max(0, peak - 5) : peak + 6].sum()
    level = 10 * np.log10(np.mean(np.square(sound)))
    return Tone(peak * rate / len(sound), float(near / spectrum.sum()), float(level))


def likeness(spoken: Path, heard: Path) -> tuple[float, float]:
    """How much of what was spoken is in what was heard.

    Returns:
        The normalised cross-correlation at the best lag (1.0: the very same sound), and that lag in
        seconds.
    """
    original, rate = read(spoken)
    received, _ = read(heard)
    size = 1 << (len(original) + len(received)).bit_length()
    product = np.fft.rfft(received, size) * np.conj(np.fft.rfft(original, size))
    correlation = np.fft.irfft(product, size)[: len(received)]
    lag = int(np.argmax(correlation))
    part = received[lag : lag + len(original)]
    energy = float(np.sqrt(np.sum(np.square(part)) * np.sum(np.square(original[: len(part)]))))
    return (float(correlation[lag]) / energy if energy else 0.0), lag / rate

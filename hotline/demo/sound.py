"""Measuring what a telephone heard: whether it is the voice that was spoken."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FULL_SCALE = 32768.0


def read(path: Path) -> tuple[NDArray[np.float64], int]:
    """Samples of a 16-bit mono WAV in -1..1, and the sample rate in Hz."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        return samples / FULL_SCALE, file.getframerate()


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

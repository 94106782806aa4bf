"""Measures recordings: how long they sound, at which frequency and level, and how clean the tone is."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_SILENCE_DBOV = -50.0
_FRAME_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Tone:
    """What a recording holds: `seconds` from first to last sound, and the strongest sine in it.

    `level` is the sine's RMS in dB against full scale; `snr` compares it, in dB, with all the rest: noise,
    coding, gaps and jumps of phase where packets were lost or doubled.
    """

    seconds: float
    frequency: float
    level: float
    snr: float


def read(path: Path, channel: int = 0) -> tuple[int, Floats]:
    """Sample rate and samples (full scale 1.0) of one channel of a 16-bit WAV file."""
    with wave.open(str(path), "rb") as file:
        assert file.getsampwidth() == 2, f"{path} is not 16-bit"
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return file.getframerate(), samples[channel :: file.getnchannels()] / 32768.0


def write_tone(path: Path, frequency: float, seconds: float, dbov: float = -13.0, rate: int = 8000) -> Path:
    """Make a WAV file with a sine whose RMS is `dbov`."""
    time = np.arange(int(seconds * rate)) / rate
    samples = 10 ** (dbov / 20) * np.sqrt(2) * np.sin(2 * np.pi * frequency * time)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.rint(samples * 32767).astype("<i2").tobytes())
    return path


def measure(path: Path, *, trim: float = 0.3, channel: int = 0) -> Tone:
    """Measure the sounding part of a recording, without `trim` seconds at each end of it."""
    rate, samples = read(path, channel)
    sounding = _sounding(samples, rate)
    assert len(sounding) > 2 * trim * rate, (
        f"{path} sounds for {len(sounding) / rate:.2f} s of {len(samples) / rate:.2f} s"
    )
    middle = sounding[int(trim * rate) : len(sounding) - int(trim * rate)]
    frequency = _strongest(middle, rate)
    tone_power, rest_power = _split(middle, rate, frequency)
    return Tone(
        seconds=len(sounding) / rate,
        frequency=frequency,
        level=10 * float(np.log10(max(tone_power, 1e-12))),
        snr=10 * float(np.log10(max(tone_power, 1e-12) / max(rest_power, 1e-12))),
    )


def clean_share(path: Path, frequency: float, snr: float, *, trim: float = 0.3, window: float = 0.1) -> float:
    """Share (0..1) of a recording's windows in which a sine stands above all the rest by at least `snr` dB.

    A packet that comes too late to be recorded costs one window or two; in `Tone.snr` it spoils all that
    follows, since the phase jumps.
    """
    rate, samples = read(path)
    sounding = _sounding(samples, rate)
    size = int(window * rate)
    middle = sounding[int(trim * rate) : len(sounding) - int(trim * rate)]
    windows = middle[: len(middle) // size * size].reshape(-1, size)
    assert len(windows), f"{path} sounds for {len(sounding) / rate:.2f} s"
    clean = 10 ** (snr / 10)
    powers = (_split(samples, rate, frequency) for samples in windows)
    return sum(tone > clean * rest for tone, rest in powers) / len(windows)


def seconds_of_sound(path: Path) -> float:
    """How long the recording sounds, first to last frame above -50 dBov; 0.0 for silence."""
    rate, samples = read(path)
    return len(_sounding(samples, rate)) / rate


def share_of(samples: Floats, rate: int, frequency: float) -> float:
    """Share of the power (0..1) that a sine of this frequency explains; 0.0 for silence."""
    tone, rest = _split(samples, rate, frequency)
    return tone / (tone + rest) if tone + rest > 0 else 0.0


def _sounding(samples: Floats, rate: int) -> Floats:
    size = int(rate * _FRAME_SECONDS)
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    loud = np.flatnonzero((frames**2).mean(axis=1) > 10 ** (_SILENCE_DBOV / 10))
    return samples[loud[0] * size : (loud[-1] + 1) * size] if len(loud) else samples[:0]


def _strongest(samples: Floats, rate: int) -> float:
    """The highest peak of the spectrum, refined by searching for the sine that explains most of the power."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    spectrum[:2] = 0
    best = float(np.argmax(spectrum)) * rate / len(samples)
    step = rate / len(samples)
    for _ in range(12):
        candidates = [best - step, best, best + step]
        best = max(candidates, key=lambda frequency: _split(samples, rate, frequency)[0])
        step /= 2
    return best


def _split(samples: Floats, rate: int, frequency: float) -> tuple[float, float]:
    """Power of the best-fitting sine of this frequency, and of what it leaves over (least squares)."""
    phase = 2 * np.pi * frequency * np.arange(len(samples)) / rate
    basis = np.stack([np.sin(phase), np.cos(phase)])
    fit = np.linalg.lstsq(basis.T, samples, rcond=None)[0] @ basis
    return float((fit**2).mean()), float(((samples - fit) ** 2).mean())

"""WAV files, tones and levels for the softphone: everything is 8 kHz mono 16-bit inside.

Leaves G.711 coding to media.py. Read errors are `SoundError`, one sentence each.
"""

from __future__ import annotations

import math
import wave

import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 8000
FRAME_SAMPLES = 160  # 20 ms
FULL_SCALE = 32768.0

Samples = npt.NDArray[np.int16]


class SoundError(Exception):
    """A sound file that cannot be read or written."""


def read_wav(path: str) -> Samples:
    """Read a PCM WAV file of any rate, width and channel count as 8 kHz mono."""
    try:
        with wave.open(path, "rb") as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            data = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise SoundError(f"cannot read the sound file {path}: {error}") from error
    samples = _to_float(data, width)
    mono = samples[: len(samples) // channels * channels].reshape(-1, channels).mean(axis=1)
    return _to_int16(resample(mono, rate, SAMPLE_RATE))


def write_wav(path: str, data: bytes) -> None:
    """Write 16-bit little-endian 8 kHz mono samples."""
    try:
        with wave.open(path, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE)
            file.writeframes(data)
    except OSError as error:
        raise SoundError(f"cannot write the sound file {path}: {error}") from error


def tone(frequency: float, seconds: float, level_dbov: float = -13.0) -> Samples:
    """A sine of `frequency` Hz with an RMS level of `level_dbov` against a full-scale square wave."""
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    peak = FULL_SCALE * 10 ** (level_dbov / 20) * math.sqrt(2)
    return _to_int16(peak * np.sin(2 * np.pi * frequency * time))


def level_dbov(sum_of_squares: float, count: int) -> float | None:
    """RMS level in dB against full scale, one decimal; None when there is nothing or digital silence."""
    if count == 0 or sum_of_squares <= 0:
        return None
    return round(10 * math.log10(sum_of_squares / count / FULL_SCALE**2), 1)


def resample(samples: npt.NDArray[np.float64], rate: int, wanted: int) -> npt.NDArray[np.float64]:
    """Change the sample rate by cutting or padding the spectrum: exact for a whole file, no aliasing."""
    if rate == wanted or len(samples) == 0:
        return samples
    length = round(len(samples) * wanted / rate)
    spectrum = np.fft.rfft(samples)
    bins = length // 2 + 1
    kept = np.zeros(bins, dtype=np.complex128)
    kept[: min(bins, len(spectrum))] = spectrum[:bins]
    return np.fft.irfft(kept, length) * (wanted / rate)


def _to_float(data: bytes, width: int) -> npt.NDArray[np.float64]:
    if width == 1:  # 8-bit WAV is unsigned
        return (np.frombuffer(data, np.uint8).astype(np.float64) - 128.0) * 256.0
    if width == 2:
        return np.frombuffer(data, "<i2").astype(np.float64)
    if width == 3:
        triples = np.frombuffer(data[: len(data) // 3 * 3], np.uint8).reshape(-1, 3)
        padded = np.zeros((len(triples), 4), np.uint8)
        padded[:, 1:] = triples
        return padded.view("<i4").reshape(-1).astype(np.float64) / 65536.0
    return np.frombuffer(data, "<i4").astype(np.float64) / 65536.0


def _to_int16(samples: npt.NDArray[np.float64]) -> Samples:
    return np.clip(np.rint(samples), -32768, 32767).astype(np.int16)

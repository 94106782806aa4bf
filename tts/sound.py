"""Post-processes synthesised speech for the telephone: 8 kHz, one loudness, silence trimmed.

The worker makes it, the client reads it. The loudness is that of recorded prompts
(`telephony.media.convert`), so that the two can follow each other in one call.
"""

from __future__ import annotations

import os
import tempfile
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 8000
LOUDNESS_DBFS = -20.0
PEAK_DBFS = -1.0
SILENCE_DB = -50.0
"""Below the loudest frame: softer frames at either end are silence."""
FRAME_SECONDS = 0.01
MARGIN_SECONDS = 0.03
FADE_SECONDS = 0.008
PAUSE_SECONDS = 0.15
"""Silence at the end, so that parts played in a row sound like sentences of one speaker."""
# The telephone's upper edge: from here on sound is faded out, to nothing at 4 kHz.
PASS_SHARE = 0.9


def finish(samples: NDArray[np.float32], rate: int) -> NDArray[np.int16]:
    """Make speech of any rate and level into a prompt.

    Args:
        samples: one channel, full scale 1.0.
        rate: samples a second.

    Returns:
        int16 samples at 8 kHz, -20 dBFS (RMS) or less where the peaks would pass -1 dBFS; empty for silence.
    """
    speech = trim(resample(samples, rate))
    if not len(speech):
        return np.zeros(0, np.int16)
    gain = min(
        10 ** (LOUDNESS_DBFS / 20) / float(np.sqrt(np.mean(speech**2))),
        10 ** (PEAK_DBFS / 20) / float(np.max(np.abs(speech))),
    )
    speech = fade(speech * np.float32(gain))
    pause = np.zeros(int(PAUSE_SECONDS * SAMPLE_RATE), np.float32)
    return np.asarray(np.round(np.concatenate([speech, pause]) * 32767), np.int16)


def resample(samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """Bring samples to 8 kHz by way of their spectrum: what is above 4 kHz goes, and cannot fold back."""
    if rate == SAMPLE_RATE or not len(samples):
        return samples
    # A spectrum goes round: silence keeps the end from ringing into the beginning.
    padded = np.concatenate([samples, np.zeros(rate // 10, np.float32)])
    wanted = len(padded) * SAMPLE_RATE // rate
    spectrum = np.zeros(wanted // 2 + 1, np.complex128)
    given = np.fft.rfft(padded)[: len(spectrum)]
    spectrum[: len(given)] = given
    passed = int(len(spectrum) * PASS_SHARE)
    spectrum[passed:] *= np.cos(np.linspace(0, np.pi / 2, len(spectrum) - passed)) ** 2
    result = np.fft.irfft(spectrum, wanted) * (wanted / len(padded))
    return np.asarray(result[: len(samples) * SAMPLE_RATE // rate], np.float32)


def trim(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cut silence off both ends, 30 ms kept; samples at 8 kHz."""
    frame = int(FRAME_SECONDS * SAMPLE_RATE)
    frames = len(samples) // frame
    if not frames:
        return samples[:0]
    levels = np.sqrt(np.mean(samples[: frames * frame].reshape(frames, frame) ** 2, axis=1))
    loud = np.flatnonzero(levels > levels.max() * 10 ** (SILENCE_DB / 20))
    if not len(loud):
        return samples[:0]
    margin = int(MARGIN_SECONDS * SAMPLE_RATE)
    return samples[max(0, int(loud[0]) * frame - margin) : (int(loud[-1]) + 1) * frame + margin]


def fade(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Raise the beginning and lower the end over 8 ms: a cut in mid-wave would click."""
    length = min(int(FADE_SECONDS * SAMPLE_RATE), len(samples) // 2)
    faded = samples.copy()
    ramp = np.linspace(0.0, 1.0, length, dtype=np.float32)
    faded[:length] *= ramp
    faded[len(faded) - length :] *= ramp[::-1]
    return faded


def write_wav(path: Path, samples: NDArray[np.int16]) -> None:
    """Write a WAV so that no reader ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(descriptor, "wb") as file, wave.open(file, "wb") as wav:
            wav.setnchannels(1)
            wav.setsampwidth(2)
            wav.setframerate(SAMPLE_RATE)
            wav.writeframes(samples.astype("<i2").tobytes())
        os.replace(unfinished, path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise


def read_wav(path: Path) -> NDArray[np.int16]:
    """Read what `write_wav` wrote."""
    with path.open("rb") as file, wave.open(file, "rb") as wav:
        return np.frombuffer(wav.readframes(wav.getnframes()), "<i2").astype(np.int16)

"""An utterance as models want it: 16 kHz, -1..1, at one level whether its caller speaks up or whispers.

The gain is one for the whole utterance and looks at its speech alone: pauses do not count, and no noise is
pumped up in them. Pure.
"""

from __future__ import annotations

import av
import numpy as np
from numpy.typing import NDArray

TARGET = -22.0
"""dB below full scale that speech has on average: what most recordings are made at (ITU-T P.56 uses -26)."""

MOST_GAIN = 30.0
"""dB; a line on which nobody speaks is not to become loud noise."""

CEILING = 0.98
"""Full scale is not passed by the loudest peak."""

SPEECH_BELOW = 20.0
"""dB below the loudest frames down to which a frame is speech."""

FRAME = 0.02


RATE = 16000
"""Hz."""


def resampled(pcm: bytes, rate: int) -> NDArray[np.float32]:
    """Samples at 16 kHz, -1..1.

    Args:
        pcm: 16-bit mono little-endian.
        rate: of the PCM, in Hz.
    """
    samples = np.frombuffer(pcm, dtype="<i2")
    if not samples.size:
        return np.zeros(0, np.float32)
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate = rate
    parts = [part.to_ndarray().ravel() for part in (*resampler.resample(frame), *resampler.resample(None))]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def normalised(samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """The utterance at the usual level.

    Args:
        samples: -1..1.
        rate: in Hz.
    """
    size = round(rate * FRAME)
    frames = samples[: samples.size // size * size].reshape(-1, size)
    if not frames.size:
        return samples
    powers = np.mean(np.square(frames, dtype=np.float64), axis=1)
    # Not the very loudest: that may be a click.
    loud = np.sort(powers)[-max(1, min(5, len(powers) // 5)) :][0]
    if loud <= 0.0:
        return samples
    speech = powers[powers >= loud * 10 ** (-SPEECH_BELOW / 10)]
    gain = min(TARGET - 10 * np.log10(np.mean(speech)), MOST_GAIN)
    factor = min(10 ** (gain / 20), CEILING / float(np.max(np.abs(samples))))
    return np.asarray(samples * factor, np.float32)

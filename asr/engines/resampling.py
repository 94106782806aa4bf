"""A caller's sound at the rate that models want, for engines that read it as a whole."""

from __future__ import annotations

import av
import numpy as np
from numpy.typing import NDArray

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

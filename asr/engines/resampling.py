"""A caller's sound at the rate that models want."""

from __future__ import annotations

import av
import numpy as np
from numpy.typing import NDArray

RATE = 16000
"""Hz."""


class Resampler:
    """Sound that comes piece by piece, at 16 kHz.

    Args:
        rate: of the PCM, in Hz.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)

    def add(self, pcm: bytes) -> NDArray[np.float32]:
        """Samples, -1..1, of 16-bit mono little-endian PCM; the last few may come with the next piece."""
        samples = np.frombuffer(pcm, dtype="<i2")
        if not samples.size:
            return np.zeros(0, np.float32)
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = self._rate
        return _joined(self._resampler.resample(frame))

    def rest(self) -> NDArray[np.float32]:
        """What is left; nothing is added after it."""
        return _joined(self._resampler.resample(None))


def resampled(pcm: bytes, rate: int) -> NDArray[np.float32]:
    """Samples at 16 kHz, -1..1.

    Args:
        pcm: 16-bit mono little-endian.
        rate: of the PCM, in Hz.
    """
    if not pcm:
        return np.zeros(0, np.float32)
    resampler = Resampler(rate)
    return np.concatenate([resampler.add(pcm), resampler.rest()])


def _joined(frames: list[av.AudioFrame]) -> NDArray[np.float32]:
    return np.concatenate([np.zeros(0, np.float32), *(frame.to_ndarray().ravel() for frame in frames)])

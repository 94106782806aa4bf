"""Brings an utterance to the level that recognisers know, whether its caller speaks up or whispers.

The gain is one for the whole utterance and looks at its speech alone: pauses do not count, and no noise is
pumped up in them. Pure.
"""

from __future__ import annotations

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

"""Cuts long sound at its pauses, so that a minute of it is read in pieces and nobody waits for all of it.

Pure; what is done between two pieces is left to `asr.workers.worker`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

LONGEST = 15.0
"""Seconds of a piece; half of what Whisper can see at one time, and read within half a second."""

SHORTEST = 7.0
"""Seconds after which a pause is welcome."""

PAUSE = 0.3
"""Seconds that are quieter than all others near by: that is where to cut."""

FRAME = 0.02


def cut(samples: NDArray[np.float32], rate: int) -> Iterator[tuple[float, NDArray[np.float32]]]:
    """The pieces of an utterance in order, with the second at which each begins; together they are all of it.

    Args:
        samples: -1..1.
        rate: in Hz.
    """
    begin = 0
    while samples.size - begin > LONGEST * rate:
        first, last = (begin + round(seconds * rate) for seconds in (SHORTEST, LONGEST))
        end = first + _quietest(samples[first:last], rate)
        yield begin / rate, samples[begin:end]
        begin = end
    yield begin / rate, samples[begin:]


def _quietest(samples: NDArray[np.float32], rate: int) -> int:
    """The middle of the quietest pause."""
    size = round(FRAME * rate)
    powers = np.square(samples[: samples.size // size * size].reshape(-1, size)).mean(axis=1)
    width = round(PAUSE / FRAME)
    sums = np.convolve(powers, np.ones(width), "valid")
    return int((np.argmin(sums) + width / 2) * size)

"""What can speak: one module an engine, loaded in the worker process only.

An engine's module has `load(voice, threads) -> Engine`. Native libraries (onnxruntime, espeak-ng) are
imported nowhere else.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

MODULES = {
    "piper": "tts.engines.piper",
    "kokoro": "tts.engines.kokoro",
    "espeak": "tts.engines.espeak",
}


class Sound(NamedTuple):
    """Speech as an engine makes it: one channel, full scale 1.0, and its samples a second."""

    samples: NDArray[np.float32]
    rate: int


class Engine(Protocol):
    """One loaded voice."""

    def speak(self, text: str) -> Sound:
        """Speak one part (see `tts.sentences`), its figures in words already.

        Raises:
            ValueError: there is nothing in it that can be spoken.
        """

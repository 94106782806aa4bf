"""Audio that is ready to be played: 8 kHz mono samples, encoded once a codec into 20 ms payloads.

Where the samples come from is left to `prompts` (files) and `tones` (arithmetic).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from telephony.media.interface import FRAME_MS, FRAME_SAMPLES
from telephony.rtp.codecs import CODECS


class Prompt:
    """A piece of audio; every leg that plays it shares the same payloads.

    Args:
        name: for messages and logs.
        samples: int16, one dimension, 8 kHz. The last frame is filled with silence.
    """

    __slots__ = ("_encoded", "_samples", "name")

    def __init__(self, name: str, samples: NDArray[np.int16]) -> None:
        missing = -len(samples) % FRAME_SAMPLES
        self.name = name
        self._samples = np.concatenate([samples, np.zeros(missing, np.int16)]) if missing else samples
        self._encoded: dict[str, list[bytes]] = {}

    @property
    def samples(self) -> NDArray[np.int16]:
        """The audio, a whole number of frames."""
        return self._samples

    @property
    def duration_ms(self) -> int:
        """Length, a multiple of 20."""
        return len(self._samples) // FRAME_SAMPLES * FRAME_MS

    def frames(self, codec: str) -> list[bytes]:
        """All payloads of 160 bytes in "PCMU" or "PCMA", encoded at the first call.

        Raises:
            KeyError: another codec.
        """
        encoded = self._encoded.get(codec)
        if encoded is None:
            data = CODECS[codec].encode(self._samples)
            encoded = [data[at : at + FRAME_SAMPLES] for at in range(0, len(data), FRAME_SAMPLES)]
            self._encoded[codec] = encoded
        return encoded

"""Keys as tones within the sound (ITU-T Q.23), found by Goertzel's algorithm.

For peers that send keys in no other way. The limits are those of ITU-T Q.24: tones of 40 ms, 1.5 % off, and
8 dB apart are keys; speech, music and single tones are not. Keys as named events are in `dtmf`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from telephony.rtp.codecs import SAMPLE_RATE, Samples

ROWS = (697, 770, 852, 941)
COLUMNS = (1209, 1336, 1477, 1633)
KEYS = "123A456B789C*0#D"
"""Row by row."""

# 12.75 ms: the eight frequencies fall between each other's side lobes, and a tone of 40 ms fills two blocks.
_BLOCK = 102
# A key is down after so many blocks of it in a row, and up after so many without it.
_BLOCKS_DOWN = 2
_BLOCKS_UP = 3
# Mean square of the quietest key: about -42 dB below full scale.
_QUIETEST = 65_000.0
# Power of the two tones together, of all there is: 0.5 for a pure key by the sums below.
_PURITY = 0.37
# A tone stands out from the three others of its group by 8 dB, and the two are at most 8 dB apart.
_PEAK = 6.3
_TWIST = 6.3


def _waves() -> NDArray[np.complex128]:
    time = np.arange(_BLOCK) / SAMPLE_RATE
    return np.exp(-2j * np.pi * np.outer(ROWS + COLUMNS, time))


_WAVES = _waves()


class ToneDetector:
    """Finds keys in one stream of sound."""

    __slots__ = ("_down", "_left", "_missing", "_repeated", "_seen")

    def __init__(self) -> None:
        self._left = np.zeros(0, np.int16)
        self.reset()

    def reset(self) -> None:
        """Forget what was heard."""
        self._left = self._left[:0]
        self._down: str | None = None  # the key that is held
        self._missing = 0  # blocks in a row without it
        self._seen: str | None = None  # what the last block held
        self._repeated = 0  # how many blocks in a row held that

    def receive(self, samples: Samples) -> str:
        """Take the next piece of sound.

        Args:
            samples: 8 kHz, 16 bits, any number.

        Returns:
            The keys that went down in it, mostly "".
        """
        sound = np.concatenate((self._left, samples))
        pressed = ""
        end = len(sound) - len(sound) % _BLOCK
        for start in range(0, end, _BLOCK):
            pressed += self._block(key_in(sound[start : start + _BLOCK]))
        self._left = sound[end:]
        return pressed

    def _block(self, key: str | None) -> str:
        self._repeated = self._repeated + 1 if key == self._seen else 1
        self._seen = key
        if self._down is not None:
            self._missing = 0 if key == self._down else self._missing + 1
            if self._missing >= _BLOCKS_UP:
                self._down = None
        if key is None or key == self._down or self._repeated < _BLOCKS_DOWN:
            return ""
        self._down, self._missing = key, 0
        return key


def key_in(block: Samples) -> str | None:
    """The key that sounds in one block of 102 samples, or None."""
    sound = block.astype(np.float64)
    energy = float(sound @ sound)
    if energy < _QUIETEST * len(sound):
        return None
    powers = np.abs(_WAVES @ sound) ** 2
    row, column = int(powers[:4].argmax()), int(powers[4:].argmax())
    low, high = float(powers[row]), float(powers[4 + column])
    if low + high < _PURITY * energy * len(sound) or not low < _TWIST * high < _TWIST**2 * low:
        return None
    others = max(
        max(float(power) for at, power in enumerate(powers[:4]) if at != row) / low,
        max(float(power) for at, power in enumerate(powers[4:]) if at != column) / high,
    )
    return KEYS[4 * row + column] if others * _PEAK < 1 else None

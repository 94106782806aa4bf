"""Tells an echo of our own prompt from a caller who speaks over it.

A telephone, a gateway or a room sends back what we play: later, softer, its tone changed, but with the same
rise and fall in every band of the spectrum. The last half second of what comes in is compared with what was
played, at every delay up to `LONGEST_DELAY`. Speech of somebody else hardly ever goes up and down with ours;
and who speaks over an echo is louder than it. Figures are in docs/decisions/009.

Pure. Both streams are given frame by frame and only kept; comparing takes about 0.4 ms of CPU, every `EVERY`
frames of those in which somebody seems to speak.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.int16]

LONGEST_DELAY = 0.5
"""Seconds; 0.4 on the line, and what the jitter buffers add."""

EVERY = 4
"""Frames for which one comparison holds."""

_FRAME = 0.02
_LAGS = round(LONGEST_DELAY / _FRAME)
_COMPARED = 25  # frames, half a second
_EDGES = np.array([4, 8, 12, 17, 23, 31, 42, 55, 69])  # bins of 50 Hz: 200 to 3450 Hz
_WINDOW = np.hanning(160)
_RANGE = 25.0  # dB: what is softer than that below the loudest is noise, or inaudible
_ECHO = 0.68  # correlation from which it is an echo
_AUDIBLE = 60  # of int16: what is played and never louder has no echo
_SILENCE: Frame = np.zeros(160, np.int16)


class Echo:
    """Compares what comes in with what was played."""

    __slots__ = ("_heard", "_is_echo", "_known_for", "_played", "_silent_for")

    def __init__(self) -> None:
        self._played = deque([_SILENCE] * (_LAGS + _COMPARED), maxlen=_LAGS + _COMPARED)
        self._heard = deque([_SILENCE] * _COMPARED, maxlen=_COMPARED)
        self._silent_for = _LAGS + _COMPARED  # frames since something was played
        self._known_for = 0  # frames for which `_is_echo` still holds
        self._is_echo = False

    def played(self, samples: Frame) -> None:
        """Take the 20 ms that were sent."""
        self._played.append(samples)
        self._silent_for = 0 if int(np.abs(samples).max()) > _AUDIBLE else self._silent_for + 1

    def heard(self, samples: Frame) -> None:
        """Take the 20 ms that came in meanwhile."""
        self._heard.append(samples)
        self._known_for -= 1

    @property
    def is_echo(self) -> bool:
        """Whether what comes in now is our own prompt."""
        if self._silent_for >= _LAGS + _COMPARED:
            return False
        if self._known_for <= 0:
            self._is_echo = self.likeness() >= _ECHO
            self._known_for = EVERY
        return self._is_echo

    def likeness(self) -> float:
        """How much the last half second is like what was played: the best correlation, -1..1."""
        heard = _bands(self._heard)
        heard = np.maximum(heard, heard.max() - _RANGE)
        heard = heard - heard.mean(axis=0)  # each band's own mean is the tone, which the way changes
        played = _bands(self._played)
        windows = np.lib.stride_tricks.sliding_window_view(played, _COMPARED, axis=0)  # lag, band, frame
        windows = np.maximum(windows, windows.max(axis=(1, 2), keepdims=True) - _RANGE)
        windows = windows - windows.mean(axis=2, keepdims=True)
        sizes = np.sqrt((windows**2).sum(axis=(1, 2)) * (heard**2).sum())
        return float((np.einsum("lbf,fb->l", windows, heard) / (sizes + 1e-6)).max())


def _bands(frames: deque[Frame]) -> NDArray[np.float64]:
    """Levels in dB, of each frame in each band."""
    power = np.abs(np.fft.rfft(np.array(frames) * _WINDOW)) ** 2
    return np.asarray(10.0 * np.log10(np.add.reduceat(power, _EDGES, axis=1)[:, :-1] + 1.0))

"""How likely a 20 ms frame of telephone sound is somebody speaking to us.

Three cheap witnesses are heard; figures and reasons are in docs/decisions (voice activity):

* WebRTC's detector (a Gaussian mixture over six bands), in a mild and a strict setting;
* an energy gate above a floor that follows the line's own noise (minimum statistics), so that a hum, a
  busy office in the background or a far television do not count while the caller is silent;
* steadiness: the shape of speech's spectrum changes with every sound, about ten times a second; music and
  tones keep theirs. The correlation of a frame's log spectrum with that of 120 ms before, averaged over the
  frames that the detector calls voice, separates the two within a second.

Turns, pauses and time are left to `asr.listening.end_of_turn`. One object hears one line and keeps what it
learned of it from one answer to the next.
"""

from __future__ import annotations

from collections import deque
from math import exp, log10, sqrt

import numpy as np
import webrtcvad

FRAME_BYTES = 320
"""20 ms of 8 kHz mono int16 little-endian."""

_RATE = 8000
_WINDOW = np.hanning(160)
_BINS = slice(4, 72)  # 200..3550 Hz in steps of 50: what a telephone carries
_LAG = 6  # frames, 120 ms: longer than most sounds of speech, shorter than most notes
_SOFT = 20.0  # added to magnitudes before the logarithm: below it lies quantisation noise of G.711

_NEUTRAL = 0.05  # steadiness before anything was heard; typical of speech
_MUSIC = 0.17  # steadiness at which music and speech are equally likely (measured) ...
_STILL_MUSIC = 0.10  # ... and at which they are once it was music: a beat without harmonics changes nothing
_MUSIC_SLOPE = 40.0
_MOST_ALIKE = 0.5  # a drawn-out "um" is not to count for much more than a note
_LEARN = 1 / 40  # per voiced frame: 0.8 s
_FORGET = 1 / 15  # per other frame: 0.3 s; music has no such gaps, hesitation has

_BLOCK = 16  # frames, 0.32 s: the floor is the least level of so many ...
_BLOCKS = 12  # ... blocks, 3.8 s: nobody speaks that long without a gap
_QUIETEST = -62.0  # dBFS: the floor is never taken to be lower; comfort noise and G.711's own are about there
_ABOVE_FLOOR = 4.0  # dB above the floor that are as likely speech as not
_BELOW_LOUDEST = 30.0  # dB below the caller's own loudest that are as likely the caller as somebody behind
_LOUDEST_FALLS = 0.04  # dB per frame, 2 dB/s: the telephone is held otherwise, another person takes it
_ENERGY_SLOPE = 0.7


class VoiceActivity:
    """Hears one line. About 16 us of CPU a frame."""

    __slots__ = (
        "_blocks",
        "_count",
        "_least",
        "_level",
        "_loudest",
        "_mild",
        "_musical",
        "_shapes",
        "_steadiness",
        "_strict",
    )

    def __init__(self) -> None:
        self._mild = webrtcvad.Vad(1)
        self._strict = webrtcvad.Vad(3)
        self._shapes: deque[np.ndarray] = deque(maxlen=_LAG)
        self._steadiness = _NEUTRAL
        self._musical = False
        self._blocks: deque[float] = deque(maxlen=_BLOCKS)
        self._least = 0.0  # of this block, dBFS
        self._count = 0
        self._level: float | None = None
        self._loudest = _QUIETEST

    @property
    def noise_floor(self) -> float:
        """The line's own noise, in dBFS."""
        return max(_QUIETEST, min(self._least, *self._blocks) if self._blocks else _QUIETEST)

    @property
    def music(self) -> float:
        """How likely the voiced sound of the last second is music or a tone, 0..1."""
        even = _STILL_MUSIC if self._musical else _MUSIC
        return 1.0 / (1.0 + exp(-_MUSIC_SLOPE * (self._steadiness - even)))

    def probability(self, frame: bytes) -> float:
        """Hear the next frame.

        Args:
            frame: 20 ms of 8 kHz mono int16 little-endian PCM (320 bytes).

        Returns:
            0..1; 0.5 and more is to be taken for speech.

        Raises:
            ValueError: the frame has another length.
        """
        if len(frame) != FRAME_BYTES:
            raise ValueError(f"a frame has {FRAME_BYTES} bytes, not {len(frame)}")
        mild = self._mild.is_speech(frame, _RATE)
        strict = self._strict.is_speech(frame, _RATE)
        samples = np.frombuffer(frame, "<i2").astype(np.float64)
        near = self._energy_gate(samples, strict)
        if not mild:
            self._shapes.clear()
            self._steadiness += (_NEUTRAL - self._steadiness) * _FORGET
            return 0.05 * near
        self._compare_shape(samples)
        music = self.music
        self._musical = music >= 0.5
        return (0.97 if strict else 0.6) * near * (1.0 - music)

    def _energy_gate(self, samples: np.ndarray, strict: bool) -> float:
        """How likely the level is the caller's own, 0..1; moves the floor and the loudest."""
        level = 10.0 * log10(float(samples @ samples) / (160 * 32768.0**2) + 1e-12)
        if self._level is None:
            self._level = level
        # Two frames are averaged: a single low frame within a word is no gap.
        smooth, self._level = (level + self._level) / 2, level
        gate = self.noise_floor + _ABOVE_FLOOR
        self._loudest -= _LOUDEST_FALLS
        if strict and smooth > gate and smooth > self._loudest:
            self._loudest = smooth
        gate = max(gate, self._loudest - _BELOW_LOUDEST)
        self._least = smooth if self._count == 0 else min(smooth, self._least)
        self._count += 1
        if self._count == _BLOCK:
            self._blocks.append(self._least)
            self._count = 0
        return 1.0 / (1.0 + exp(-_ENERGY_SLOPE * (smooth - gate)))

    def _compare_shape(self, samples: np.ndarray) -> None:
        """Compare the spectrum's fine shape with that of 120 ms ago.

        The difference from bin to bin leaves the harmonics and takes out the tilt, which the telephone
        and the room give to everything.
        """
        spectrum = np.log(np.abs(np.fft.rfft(samples * _WINDOW)[_BINS]) + _SOFT)
        shape = spectrum[1:] - spectrum[:-1]
        shape /= sqrt(float(shape @ shape)) + 1e-9
        if len(self._shapes) == _LAG:
            alike = min(float(shape @ self._shapes[0]), _MOST_ALIKE)
            self._steadiness += (alike - self._steadiness) * _LEARN
        self._shapes.append(shape)

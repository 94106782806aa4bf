"""How likely a 20 ms frame of telephone sound is somebody speaking to us.

Three cheap witnesses are heard; figures and reasons are in docs/decisions (voice activity):

* WebRTC's detector (a Gaussian mixture over six bands), in a mild and a strict setting;
* an energy gate above a floor that follows the line's own noise (minimum statistics), and above whoever else
  is there: the level of a busy office hardly moves, a television speaks while a prompt is played; both are
  softer than the caller, whose own level the answers show;
* steadiness: the shape of speech's spectrum changes with every sound, about ten times a second; music and
  tones keep theirs. The correlation of a frame's log spectrum with that of 120 ms before, averaged over the
  frames that the detector calls voice, separates the two within a second.

What is loud enough depends on what the frame would be (`Phase`). While a prompt is played, only somebody
about as loud as the caller interrupts; where an answer is waited for, a soft voice is welcome; an answer is
measured by its own loudness. Turns, pauses and time are left to `asr.listening.end_of_turn`. One object hears
one line and keeps what it learned of it from one answer to the next.
"""

from __future__ import annotations

from collections import deque
from enum import Enum
from math import exp, log10, nan, sqrt

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
_BELOW_LOUDEST = 18.0  # dB below an answer's own loudest that are as likely the caller as somebody behind
_BELOW_BEFORE = 30.0  # the same before it has begun: the telephone may be held otherwise
_BELOW_USUAL = 16.0  # dB below the caller's usual loudest: somebody who interrupts is as loud as before
_NOMINAL = -20.0  # dBFS: a caller's loudest before anything is known of him
_LOUDEST_FALLS = 0.04  # dB per frame, 2 dB/s: the telephone is held otherwise, another person takes it
_ENERGY_SLOPE = 0.7

_WINDOW_FRAMES, _LEAST_FRAMES = 100, 75  # in which the background's level shows, and how many it takes
_EVERY = 8  # frames: so often it is looked at
_STEADY = (
    10.0  # dB between the softest and the loudest tenth: many voices, a machine; one voice has 20 and more
)
_OVER = 3.0  # dB above the background's loudest tenth that are as likely the caller as not
_GONE = 12.0  # dB below it at which the background has stopped
_HEARD_FRAMES, _TALKING_FRAMES = (
    250,
    75,
)  # of so many in a prompt so many are speech: a television, not an "I see"
_FORGOTTEN = 0.03  # dB per frame, 1.5 dB/s, that such a voice is taken to be softer once the prompt is over


class Phase(Enum):
    """What a frame of speech would be."""

    PROMPT = "prompt"
    """An interruption, or of no concern."""
    WAITING = "waiting"
    """The beginning of an answer."""
    SPEAKING = "speaking"
    """Part of an answer."""


class VoiceActivity:
    """Hears one line. About 16 us of CPU a frame."""

    __slots__ = (
        "_background",
        "_blocks",
        "_count",
        "_frames",
        "_least",
        "_level",
        "_levels",
        "_loudest",
        "_mild",
        "_music_behind",
        "_musical",
        "_shapes",
        "_steadiness",
        "_strict",
        "_usual",
        "_voice_behind",
        "_voices",
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
        self._usual = _NOMINAL
        self._levels: deque[float] = deque(maxlen=_WINDOW_FRAMES)
        self._frames = 0
        self._background = _QUIETEST  # dBFS: below it lies what is always there
        self._music_behind = False
        self._voices: deque[float] = deque(maxlen=_HEARD_FRAMES)  # levels of speech in a prompt, nan for none
        self._voice_behind = _QUIETEST  # dBFS: below it lies a voice that is not the caller's

    @property
    def noise_floor(self) -> float:
        """The line's own noise, in dBFS."""
        return max(_QUIETEST, min(self._least, *self._blocks) if self._blocks else _QUIETEST)

    @property
    def music(self) -> float:
        """How likely the voiced sound of the last second is music or a tone, 0..1."""
        even = _STILL_MUSIC if self._musical else _MUSIC
        return 1.0 / (1.0 + exp(-_MUSIC_SLOPE * (self._steadiness - even)))

    def caller_spoke(self) -> None:
        """The last answer had words in it: as loud as this the caller speaks."""
        self._usual = self._loudest

    def probability(self, frame: bytes, phase: Phase = Phase.WAITING) -> float:
        """Hear the next frame.

        Args:
            frame: 20 ms of 8 kHz mono int16 little-endian PCM (320 bytes).
            phase: what it would be.

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
        near = self._energy_gate(samples, strict, phase)
        if not mild:
            self._shapes.clear()
            self._steadiness += (_NEUTRAL - self._steadiness) * _FORGET
            self._hear_behind(phase, voice=False)
            return 0.05 * near
        self._compare_shape(samples)
        music = self.music
        self._musical = music >= 0.5
        self._hear_behind(phase, voice=not self._musical)
        if self._music_behind and self._levels[-1] > self._background + _OVER:
            music = 0.0  # this is somebody in front of the music
        return (0.97 if strict else 0.6) * near * (1.0 - music)

    def _energy_gate(self, samples: np.ndarray, strict: bool, phase: Phase) -> float:
        """How likely the level is the caller's own, 0..1; moves the floor and the loudest."""
        level = 10.0 * log10(float(samples @ samples) / (160 * 32768.0**2) + 1e-12)
        if self._level is None:
            self._level = level
        # Two frames are averaged: a single low frame within a word is no gap.
        smooth, self._level = (level + self._level) / 2, level
        gate = max(self.noise_floor + _ABOVE_FLOOR, self._background)
        if phase is not Phase.SPEAKING:
            gate = max(gate, self._voice_behind)
        self._loudest -= _LOUDEST_FALLS
        if strict and smooth > gate and smooth > self._loudest:
            self._loudest = smooth
        match phase:
            case Phase.PROMPT:
                gate = max(gate, self._usual - _BELOW_USUAL)
            case Phase.WAITING:
                gate = max(gate, self._loudest - _BELOW_BEFORE)
            case Phase.SPEAKING:
                gate = max(gate, self._loudest - _BELOW_LOUDEST)
        self._levels.append(smooth)
        self._least = smooth if self._count == 0 else min(smooth, self._least)
        self._count += 1
        if self._count == _BLOCK:
            self._blocks.append(self._least)
            self._count = 0
        return 1.0 / (1.0 + exp(-_ENERGY_SLOPE * (smooth - gate)))

    def _hear_behind(self, phase: Phase, *, voice: bool) -> None:
        """Learn how loud whatever is there beside the caller is; not from the caller's own answer."""
        level = self._levels[-1]
        if phase is Phase.PROMPT:
            self._voices.append(level if voice and level > self.noise_floor + _ABOVE_FLOOR else nan)
        else:
            self._voices.clear()
            self._voice_behind = max(_QUIETEST, self._voice_behind - _FORGOTTEN)
        self._frames += 1
        if self._frames % _EVERY or len(self._levels) < _LEAST_FRAMES:
            return
        soft, loud = np.percentile(self._levels, (10, 90))
        self._background = min(self._background, soft + _GONE)
        # Outside prompts only what was not there before: somebody who speaks in noise is as even as that.
        if loud - soft < _STEADY and (phase is Phase.PROMPT or soft > self._background):
            self._background = loud + _OVER
            self._music_behind = self._musical
        self._background = max(self._background, _QUIETEST)
        talking = [level for level in self._voices if level == level]
        if len(talking) >= _TALKING_FRAMES:
            self._voice_behind = float(np.percentile(talking, 90)) + _OVER

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

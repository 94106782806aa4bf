"""What ends a caller's turn (endpointing), and when it begins and interrupts a prompt.

A pure machine over the speech probabilities of one line:

    PROMPT --enough speech--> SPEAKING          SpeechStarted, Interrupted
    PROMPT --prompt ended--> WAITING            (or SPEAKING, when the answer had just begun)
    WAITING --enough speech--> SPEAKING         SpeechStarted
    WAITING --no_speech--> OVER                 NoSpeech
    SPEAKING --end_of_turn of silence--> OVER   TurnEnded
    SPEAKING --cap--> OVER                      CapReached

Speech is weighed in a leaky bucket: a speech frame fills it, any other drains it. A cough or a door during
the prompt never fills it to `interruption`, as a sentence does (but a short "yes" in the prompt's last second
is taken for the answer once the prompt has ended); nor does a click in a pause keep a turn open. Pauses are
the other side: who has said only a little, or broke off at "um" or "because" (known from partial results),
gets `hesitation` instead of `end_of_turn`.

Every state but OVER has a deadline, so a line without packets ends like a silent one. How likely a frame is
speech is left to `asr.listening.voice_activity`; keeping the audio (from `start - lead_in` on) and stopping
the prompt to `asr.listening.listener`. Starting values are from field experience; see docs/decisions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import TypeAlias

from asr.slots.values import SlotKind
from asr.text import breaks_off

FRAME = 0.02
"""Seconds of sound behind each probability."""

THRESHOLD = 0.5
"""A frame of this probability is speech."""

LONGEST_PROMPT = 300.0
"""Seconds after which a prompt counts as ended without a word from the player."""

_FILL, _DRAIN, _SLOW_DRAIN = 2, 2, 1  # of the bucket, by one frame: it counts half frames
_RESUMED = 6  # three frames of speech end a pause: a click is shorter
_CARRIED = 1.0  # speech so many seconds before the prompt's end is an answer to it
_GRACE = 0.3  # an answer that is just beginning may be so late
_ROUNDING = 1e-9  # sums of 0.02 are not exact


@dataclass(frozen=True, slots=True)
class TurnTiming:
    """How one kind of answer is listened to; all in seconds.

    Args:
        end_of_turn: silence that ends the answer.
        hesitation: the same after a hesitation, or while less than `little` was said.
        minimum_speech: speech that makes an answer; less is a noise.
        no_speech: how long an answer may take to begin, from the end of the prompt.
        cap: the longest answer.
        interruption: speech that stops a prompt.
        lead_in: audio to keep from before the answer began.
        little: speech that may be no more than a hesitation; 0 where one word can be the answer.
    """

    end_of_turn: float
    hesitation: float
    minimum_speech: float
    no_speech: float = 5.0
    cap: float = 60.0
    interruption: float = 0.5
    lead_in: float = 0.5
    little: float = 0.0

    def __post_init__(self) -> None:
        least = min(self.end_of_turn, self.minimum_speech, self.no_speech, self.cap, self.interruption)
        if least <= 0 or self.lead_in < 0 or self.little < 0:
            raise ValueError("times are positive")
        if self.hesitation < self.end_of_turn:
            raise ValueError("hesitation is at least end_of_turn")


TIMINGS: Mapping[str, TurnTiming] = MappingProxyType(
    {
        "short": TurnTiming(end_of_turn=0.7, hesitation=1.5, minimum_speech=0.1, cap=15.0),
        # Numbers are said in groups with gaps of up to 0.8 s between them.
        "digits": TurnTiming(end_of_turn=1.0, hesitation=1.8, minimum_speech=0.1, cap=25.0),
        "description": TurnTiming(end_of_turn=1.6, hesitation=3.0, minimum_speech=0.2, cap=60.0, little=0.8),
    }
)
"""Presets by name."""

TIMING_OF_SLOT: Mapping[SlotKind, str] = MappingProxyType(
    {
        "yes_no": "short",
        "choice": "short",
        "number": "short",
        "name": "short",
        "callback_time": "short",
        "digits": "digits",
        "phone_number": "digits",
        "free_text": "description",
    }
)
"""The preset for each kind of slot."""


class TurnState(Enum):
    """Where the answer stands."""

    PROMPT = "prompt"
    WAITING = "waiting"
    SPEAKING = "speaking"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """An answer began at `start`; its audio counts from `start - lead_in`."""

    start: float


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The answer, begun at `start`, is meant to stop the prompt. Comes right after `SpeechStarted`."""

    start: float


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The answer is over.

    Args:
        start, end: of its speech.
        speech: seconds of it, without pauses.
    """

    start: float
    end: float
    speech: float


@dataclass(frozen=True, slots=True)
class NoSpeech:
    """No answer came in time."""


@dataclass(frozen=True, slots=True)
class CapReached:
    """The answer is as long as allowed; fields as in `TurnEnded`."""

    start: float
    end: float
    speech: float


TurnEvent: TypeAlias = SpeechStarted | Interrupted | TurnEnded | NoSpeech | CapReached


class Endpointer:
    """Follows one question and its answer.

    Args:
        timing: see `TIMINGS`.
        now: seconds, of any origin; the clock of all other calls.
        prompt: whether a prompt is being played, which speech may interrupt; else the answer is waited for.
        language: en, zh or ko: whose hesitations partial results may end in.
    """

    __slots__ = (
        "_bucket",
        "_deadline",
        "_grace",
        "_hesitates",
        "_language",
        "_last",
        "_speech",
        "_start",
        "_state",
        "_timing",
    )

    def __init__(self, timing: TurnTiming, now: float, *, prompt: bool = False, language: str = "en") -> None:
        self._timing = timing
        self._language = language
        self._bucket = 0  # half frames of speech, less other frames
        self._start = self._last = now  # first and last speech, of the answer or of what may become one
        self._speech = 0.0  # seconds of speech between them
        self._hesitates = False
        self._grace = True
        self._state = TurnState.PROMPT if prompt else TurnState.WAITING
        self._deadline = now + (LONGEST_PROMPT if prompt else timing.no_speech)

    @property
    def state(self) -> TurnState:
        """Where the answer stands."""
        return self._state

    def receive(self, probability: float, now: float) -> list[TurnEvent]:
        """Take the next frame.

        Args:
            probability: 0..1 that it is speech.
            now: seconds, when the frame ended.
        """
        if self._state is TurnState.OVER:
            return []
        events = self.handle_timer(now)
        if self.state is TurnState.OVER:
            return events
        if probability >= THRESHOLD:
            return events + self._weigh(now)
        # Slower in an answer: somebody who speaks softly is not to be cut off.
        self._bucket = max(0, self._bucket - (_SLOW_DRAIN if self._state is TurnState.SPEAKING else _DRAIN))
        return events

    def heard(self, text: str) -> None:
        """Take a partial result: what the answer is so far. Only the patience with pauses depends on it."""
        self._hesitates = breaks_off(text, self._language)

    def prompt_ended(self, now: float) -> list[TurnEvent]:
        """The prompt is over, or has been stopped by something else; nothing unless one was playing."""
        if self._state is not TurnState.PROMPT:
            return []
        self._state = TurnState.WAITING
        self._deadline = now + self._timing.no_speech
        recent = now - self._last <= _CARRIED + _ROUNDING
        if recent and self._speech >= self._timing.minimum_speech - _ROUNDING:
            return self._speak()
        return []

    def next_deadline(self) -> float | None:
        """When `handle_timer` is due; None once it is over."""
        if self._state is TurnState.OVER:
            return None
        if self._state is TurnState.SPEAKING:
            return min(self._deadline, self._last + self._patience())
        return self._deadline

    def handle_timer(self, now: float) -> list[TurnEvent]:
        """Do what is due at `now`; nothing when called early."""
        due = self.next_deadline()
        if due is None or now < due - _ROUNDING:
            return []
        if self._state is TurnState.PROMPT:
            return self.prompt_ended(now)
        waiting = self._state is TurnState.WAITING
        if waiting and self._grace and self._bucket > 0:
            self._grace = False
            self._deadline += _GRACE
            return []
        self._state = TurnState.OVER
        if waiting:
            return [NoSpeech()]
        if due >= self._deadline - _ROUNDING:
            return [CapReached(self._start, self._last, self._speech)]
        return [TurnEnded(self._start, self._last, self._speech)]

    def _weigh(self, now: float) -> list[TurnEvent]:
        """See what a speech frame makes of the bucket."""
        if self._state is TurnState.SPEAKING:
            self._bucket = min(self._bucket + _FILL, _RESUMED)
            self._speech += FRAME
            if self._bucket == _RESUMED:
                self._last = now
            return []
        if self._bucket == 0:
            self._start = now - FRAME
            self._speech = 0.0
        self._bucket += _FILL
        self._speech += FRAME
        self._last = now
        prompt = self._state is TurnState.PROMPT
        enough = self._timing.interruption if prompt else self._timing.minimum_speech
        if self._bucket / _FILL * FRAME < enough - _ROUNDING:
            return []
        return [*self._speak(), Interrupted(self._start)] if prompt else self._speak()

    def _speak(self) -> list[TurnEvent]:
        self._state = TurnState.SPEAKING
        self._bucket = min(self._bucket, _RESUMED)
        self._deadline = self._start + self._timing.cap
        return [SpeechStarted(self._start)]

    def _patience(self) -> float:
        """Silence that ends the turn as it stands."""
        if self._hesitates or self._speech < self._timing.little:
            return self._timing.hesitation
        return self._timing.end_of_turn

"""What ends a caller's turn (endpointing), and when it begins and interrupts a prompt.

A pure machine over the speech probabilities of one line:

    PROMPT --enough speech--> SPEAKING           SpeechStarted, Interrupted
    PROMPT --prompt ended--> WAITING             (or SPEAKING, when the answer had just begun)
    WAITING --enough speech--> SPEAKING          SpeechStarted
    WAITING --no_speech--> OVER                  NoSpeech
    SPEAKING --enough silence--> ENDED           TurnEnded
    SPEAKING --cap--> OVER                       CapReached
    ENDED --speech within `hesitation`--> SPEAKING   Resumed
    ENDED --hesitation--> OVER

Speech is weighed in a leaky bucket: a speech frame fills it, any other drains it. A cough or a door during
the prompt never fills it to `interruption`, as a sentence does (but a short "yes" in the prompt's last second
is taken for the answer once the prompt has ended, and so is one in a pause between two parts of it, which
the caller took for its end); nor does a click in a pause keep a turn open. The answer
begins with the first word of what was said without a pause of `APART`, though the bucket ran empty within it.

How much silence is enough depends on what was understood until then (`Outlook`): a complete telephone number
ends after `complete`, who broke off at "um" or "because", or has said only a little, gets `hesitation`, all
others `end_of_turn`. Who speaks on while nothing was made of the answer yet (ENDED) has not finished.

Every state but OVER has a deadline, so a line without packets ends like a silent one. How likely a frame is
speech is left to `asr.listening.voice_activity`, what the words so far promise to `asr.listening.outlook`;
keeping the audio (from `start - lead_in` on) and stopping the prompt to `asr.listening.listener`. Starting
values are from field experience; see docs/decisions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import TypeAlias

from asr.slots.values import SlotKind

FRAME = 0.02
"""Seconds of sound behind each probability."""

THRESHOLD = 0.5
"""A frame of this probability is speech."""

LONGEST_PROMPT = 300.0
"""Seconds after which a prompt counts as ended without a word from the player."""

_FILL, _DRAIN, _SLOW_DRAIN = 2, 2, 1  # of the bucket, by one frame: it counts half frames
_RESUMED = 6  # three frames of speech end a pause: a click is shorter
_SPEAKS_ON = 0.2  # speech that takes the end of a turn back: a noise is not to make the caller wait
_CARRIED = 1.0  # speech so many seconds before the prompt's end is an answer to it ...
_CARRIED_SPEECH = 0.2  # ... if it was no shorter than a word
_HELD = 5.0  # ... and so is what was said in a pause of it so many seconds before ...
_PAUSE_HEARD = 0.3  # ... by somebody who had heard so much of the pause
_GRACE = 0.3  # an answer that is just beginning may be so late
_ROUNDING = 1e-9  # sums of 0.02 are not exact

APART = 0.7
"""Seconds without speech before an answer has begun, after which what comes next is something new."""


@dataclass(frozen=True, slots=True)
class TurnTiming:
    """How one kind of answer is listened to; all in seconds.

    Args:
        end_of_turn: silence that ends the answer.
        hesitation: the same while more is to be expected, or less than `little` was said.
        complete: the same when nothing more is to be expected.
        reading: silence after which the words so far are read, where they are read as a whole.
        minimum_speech: speech that makes an answer; less is a noise.
        no_speech: how long an answer may take to begin, from the end of the prompt.
        cap: the longest answer.
        interruption: speech that stops a prompt.
        lead_in: audio to keep from before the answer began.
        little: speech that may be no more than a hesitation; 0 where one word can be the answer.
        judging: silence after which the sound is judged, where something can (`turn_detection`); 0 for never.
    """

    end_of_turn: float
    hesitation: float
    complete: float
    reading: float
    minimum_speech: float
    no_speech: float = 5.0
    cap: float = 60.0
    interruption: float = 0.5
    lead_in: float = 0.5
    little: float = 0.0
    judging: float = 0.0

    def __post_init__(self) -> None:
        least = min(self.reading, self.minimum_speech, self.no_speech, self.cap, self.interruption)
        if least <= 0 or self.lead_in < 0 or self.little < 0:
            raise ValueError("times are positive")
        if not self.reading <= self.complete <= self.end_of_turn <= self.hesitation:
            raise ValueError("reading, complete, end_of_turn and hesitation are in this order")


TIMINGS: Mapping[str, TurnTiming] = MappingProxyType(
    {
        "short": TurnTiming(
            end_of_turn=0.7, hesitation=1.5, complete=0.5, reading=0.2, minimum_speech=0.1, cap=15.0
        ),
        # Numbers are said in groups with gaps of a second and more between them.
        "digits": TurnTiming(
            end_of_turn=1.3, hesitation=2.2, complete=0.6, reading=0.4, minimum_speech=0.1, cap=25.0
        ),
        "description": TurnTiming(
            end_of_turn=1.6,
            hesitation=3.0,
            complete=0.8,
            reading=0.8,
            minimum_speech=0.2,
            cap=60.0,
            little=0.8,
            judging=0.3,
        ),
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
    ENDED = "ended"
    OVER = "over"


class Outlook(Enum):
    """What is to be expected after the words so far."""

    COMPLETE = "complete"
    UNKNOWN = "unknown"
    UNFINISHED = "unfinished"


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
class Resumed:
    """The caller speaks on after `TurnEnded`, which is taken back."""


@dataclass(frozen=True, slots=True)
class NoSpeech:
    """No answer came in time."""


@dataclass(frozen=True, slots=True)
class CapReached:
    """The answer is as long as allowed; fields as in `TurnEnded`."""

    start: float
    end: float
    speech: float


TurnEvent: TypeAlias = SpeechStarted | Interrupted | TurnEnded | Resumed | NoSpeech | CapReached


class Endpointer:
    """Follows one question and its answer.

    Args:
        timing: see `TIMINGS`.
        now: seconds, of any origin; the clock of all other calls.
        prompt: whether a prompt is being played, which speech may interrupt; else the answer is waited for.
    """

    __slots__ = (
        "_bucket",
        "_deadline",
        "_grace",
        "_held",
        "_last",
        "_outlook",
        "_paused",
        "_speech",
        "_start",
        "_state",
        "_timing",
    )

    def __init__(self, timing: TurnTiming, now: float, *, prompt: bool = False) -> None:
        self._timing = timing
        self._bucket = 0  # half frames of speech, less other frames
        self._start = now  # first speech of the answer, or of what may become one
        self._last = now - APART - FRAME  # its last speech that was more than a click
        self._speech = 0.0  # seconds of speech between them
        self._outlook = Outlook.UNKNOWN
        self._grace = True
        self._paused: float | None = None  # since when no part of the prompt is heard
        self._held: tuple[float, float, float] | None = None  # start, end and seconds of what was said in it
        self._state = TurnState.PROMPT if prompt else TurnState.WAITING
        self._deadline = now + (LONGEST_PROMPT if prompt else timing.no_speech)

    @property
    def state(self) -> TurnState:
        """Where the answer stands."""
        return self._state

    @property
    def last_speech(self) -> float:
        """When the answer's last speech was heard, up to now."""
        return self._last

    def receive(self, probability: float, now: float) -> list[TurnEvent]:
        """Take the next frame.

        Args:
            probability: 0..1 that it is speech.
            now: seconds, when the frame ended.
        """
        events = self.handle_timer(now)
        if self._state is TurnState.OVER:
            return events
        if probability >= THRESHOLD:
            return events + self._weigh(now)
        # Slower in an answer: somebody who speaks softly is not to be cut off.
        self._bucket = max(0, self._bucket - (_SLOW_DRAIN if self._state is TurnState.SPEAKING else _DRAIN))
        return events

    def expect(self, outlook: Outlook) -> None:
        """Take what the words so far promise. Only the patience with pauses depends on it."""
        self._outlook = outlook

    def prompt_ended(self, now: float) -> list[TurnEvent]:
        """The prompt is over, or has been stopped by something else; nothing unless one was playing."""
        if self._state is not TurnState.PROMPT:
            return []
        self._state = TurnState.WAITING
        self._deadline = now + self._timing.no_speech
        if now - self._last <= _CARRIED + _ROUNDING and self._is_word():
            return self._speak()
        if self._held is not None and now - self._held[1] <= _HELD:
            self._start, self._last, self._speech = self._held
            return self._speak()
        return []

    def prompt_paused(self, now: float) -> None:
        """The next part of the prompt is still being made: nothing of it is heard."""
        self._paused = now

    def prompt_resumed(self) -> None:
        """It is heard again."""
        self._paused = None

    def next_deadline(self) -> float | None:
        """When `handle_timer` is due; None once it is over."""
        if self._state is TurnState.OVER:
            return None
        if self._state is TurnState.SPEAKING:
            return min(self._deadline, self._last + self._patience())
        if self._state is TurnState.ENDED:
            return min(self._deadline, self._last + self._timing.hesitation)
        return self._deadline

    def handle_timer(self, now: float) -> list[TurnEvent]:
        """Do what is due at `now`; nothing when called early."""
        due = self.next_deadline()
        if due is None or now < due - _ROUNDING:
            return []
        if self._state is TurnState.PROMPT:
            return self.prompt_ended(now)
        if self._state is TurnState.WAITING and self._grace and self._bucket > 0:
            self._grace = False
            self._deadline += _GRACE
            return []
        before, self._state = self._state, TurnState.OVER
        if before is TurnState.ENDED:
            return []
        if before is TurnState.WAITING:
            return [NoSpeech()]
        if due >= self._deadline - _ROUNDING:
            return [CapReached(self._start, self._last, self._speech)]
        self._state = TurnState.ENDED
        self._bucket = 0
        return [TurnEnded(self._start, self._last, self._speech)]

    def _weigh(self, now: float) -> list[TurnEvent]:
        """See what a speech frame makes of the bucket."""
        if self._state is TurnState.SPEAKING:
            self._bucket = min(self._bucket + _FILL, _RESUMED)
            self._speech += FRAME
            if self._bucket == _RESUMED:
                self._last = now
            return []
        if self._state is TurnState.ENDED:
            self._bucket += _FILL
            return self._resume(now) if self._full(max(_SPEAKS_ON, self._timing.minimum_speech)) else []
        if self._bucket == 0 and now - self._last > APART:
            self._start = now - FRAME
            self._speech = 0.0
        self._bucket += _FILL
        self._speech += FRAME
        if self._bucket >= _RESUMED:
            self._last = now
        if self._state is TurnState.WAITING:
            return self._speak() if self._full(self._timing.minimum_speech) else []
        if self._paused is not None and self._start >= self._paused + _PAUSE_HEARD and self._is_word():
            self._held = self._start, self._last, self._speech
        return [*self._speak(), Interrupted(self._start)] if self._full(self._timing.interruption) else []

    def _is_word(self) -> bool:
        """Whether what was said is no shorter than a word."""
        return self._speech >= max(_CARRIED_SPEECH, self._timing.minimum_speech) - _ROUNDING

    def _full(self, seconds: float) -> bool:
        """Whether the bucket holds so much speech."""
        return self._bucket / _FILL * FRAME >= seconds - _ROUNDING

    def _speak(self) -> list[TurnEvent]:
        self._state = TurnState.SPEAKING
        self._bucket = min(self._bucket, _RESUMED)
        self._deadline = self._start + self._timing.cap
        return [SpeechStarted(self._start)]

    def _resume(self, now: float) -> list[TurnEvent]:
        self._state = TurnState.SPEAKING
        self._speech += self._bucket / _FILL * FRAME
        self._last = now
        self._bucket = _RESUMED
        self._outlook = Outlook.UNKNOWN
        return [Resumed()]

    def _patience(self) -> float:
        """Silence that ends the turn as it stands."""
        if self._outlook is Outlook.UNFINISHED:
            return self._timing.hesitation
        if self._outlook is Outlook.COMPLETE:
            return self._timing.complete
        return self._timing.hesitation if self._speech < self._timing.little else self._timing.end_of_turn

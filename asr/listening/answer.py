"""A question's answer as values: what may answer it (keys, words or both), and what was heard.

How it is listened for is in `asr.listening.listener`, what it means in `asr.slots`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from asr.results import Word
from asr.slots.values import SlotContext, SlotKind
from asr.understanding.values import Understanding

HeardKind: TypeAlias = Literal["keys", "speech", "silence", "noise", "unavailable"]


@dataclass(frozen=True, slots=True)
class KeysWanted:
    """Keys that answer: `maximum` of them or a terminator ends the answer; timeouts in seconds."""

    maximum: int = 1
    terminators: str = ""
    first_timeout: float = 5.0
    between_timeout: float = 3.0


@dataclass(frozen=True, slots=True)
class SpeechWanted:
    """Words that answer.

    Args:
        slot: what the answer is to be.
        phrases: those to expect; streaming engines that take a list hear nothing else.
        timing: which of `asr.listening.end_of_turn.TIMINGS`.
        meanings: of a question with a few answers, such as a menu: each one's name, with the phrases that
            mean it. Agreement, refusal, a wish for a person and the like need not be named.
        vocabulary: names and terms that may come up, for engines that can be told.
        context: what is known of the answer: it may be over as soon as it is complete.
        languages: others in which it may come, for engines that hear which one is spoken.
    """

    slot: SlotKind
    phrases: tuple[str, ...] = ()
    timing: str = "short"
    meanings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    vocabulary: tuple[str, ...] = ()
    context: SlotContext = field(default_factory=SlotContext)
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What answers a question: keys, words or either, whichever comes first.

    The answer is silence when the time for keys and the time for words (the preset's) are both over.
    """

    keys: KeysWanted | None = None
    speech: SpeechWanted | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back from a question.

    Args:
        kind: "noise" is sound without words; "unavailable" when no recogniser could be had.
        digits: the keys, with kind "keys".
        text, words, confidence: as the recogniser gave them, with kind "speech".
        audio: the recording of the answer, with every kind but "keys" where there is one.
        seconds: of that recording.
        barged_in: whether the answer interrupted the question.
        meanings, alternatives: as in `asr.results.Final`, with kind "speech" or "noise".
        understood: what kind of thing was said, with kind "speech", where somebody was asked.
    """

    kind: HeardKind
    digits: str = ""
    text: str = ""
    words: tuple[Word, ...] = ()
    confidence: float | None = None
    audio: Path | None = None
    seconds: float = 0.0
    barged_in: bool = False
    meanings: Mapping[str, float] = field(default_factory=dict)
    alternatives: tuple[str, ...] = ()
    understood: Understanding | None = None

"""Recognition results: plain values, the same for every engine.

How they travel between processes is left to `asr.protocol`, who makes them to `asr.workers.client`,
and what a caller meant by them to `asr.slots`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Word:
    """One word and when it was said.

    Args:
        text: as the engine spells it; for Chinese one or more characters.
        start: seconds from the start of the utterance.
        end: seconds from the start of the utterance.
        confidence: 0..1, None when the engine gives none.
    """

    text: str
    start: float
    end: float
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Partial:
    """What the utterance seems to be so far; the next one replaces it.

    Args:
        text: all of it, not only what is new.
    """

    text: str


@dataclass(frozen=True, slots=True)
class Final:
    """What an utterance was taken to be.

    Args:
        text: as the engine gave it (`asr.text` tidies it); empty when no words were heard.
        words: the same word by word; empty when the engine gives no times.
        confidence: mean of the words' confidences, 0..1; None when there are none.
        language: as requested: "en", "zh", "ko".
        engine: "vosk", "vosk-server", "whisper" or "sherpa".
        meanings: how likely each expected meaning is, scored against the sound itself: 0..1, in all 1; empty
            when the question expects none, or the engine cannot score.
        alternatives: other readings of the same sound, likeliest first, without `text`; where they were
            asked for and the engine gives them.
    """

    text: str
    words: tuple[Word, ...]
    confidence: float | None
    language: str
    engine: str
    meanings: Mapping[str, float] = field(default_factory=dict)
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a recogniser can do.

    Args:
        streaming: gives partial results while the caller speaks.
        extended: reads what the vosk-server protocol does not have (`asr.protocol`): meanings to be scored,
            a wish for other readings, the site's vocabulary, other languages.
    """

    streaming: bool
    extended: bool = False

"""What a prompt is made of: texts, values, sound files, and what the caller said. Plain data.

Flows, the intake bot, queues and callbacks all say things in these terms. `tts.prompts` makes sound of them;
this module imports no other, so that choosing words needs no voice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

SpokenKind: TypeAlias = Literal["digits", "phone_number", "number", "date", "time", "moment", "ticket"]


@dataclass(frozen=True, slots=True)
class Text:
    """Words in the listener's language.

    Args:
        text: to be synthesised.
        prompt: the key in `asr.intake.texts` when the text is that entry unchanged, so that a recorded
            prompt "intake.KEY" can replace it; "" when values were put into it.
    """

    text: str
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A value to say as people do: digits and phone numbers in groups, a date 2026-12-25, a time 17:30,
    both in one 2026-12-25T17:30 ("tomorrow at nine").
    """

    kind: SpokenKind
    value: str


@dataclass(frozen=True, slots=True)
class SoundFile:
    """A prompt of the site by its name: `welcome` is prompts/welcome.wav (or another sound suffix)."""

    name: str


@dataclass(frozen=True, slots=True)
class Clip:
    """What a caller said, played back."""

    path: Path


Part: TypeAlias = Text | Spoken | SoundFile | Clip


def shown(parts: Sequence[Part]) -> str:
    """A prompt to be read: texts and values as they are, sounds in brackets."""
    return " ".join(_shown(part) for part in parts)


def _shown(part: Part) -> str:
    match part:
        case Text(text):
            return text
        case Spoken(_, value):
            return value
        case SoundFile(name):
            return f"[{name}]"
        case Clip():
            return "[...]"

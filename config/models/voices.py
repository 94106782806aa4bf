"""Who speaks to callers, by language (`voices:` in hotline.yaml).

Whether a voice that is named here is installed is nothing that a site's files could know: that is said when
the server starts.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from config.kinds import OnOff, expected, matching, one_of, whole
from config.models.base import Table

ENGINES = ("auto", "piper", "kokoro", "espeak")
VoiceEngine: TypeAlias = Literal["auto", "piper", "kokoro", "espeak"]

SLOWEST, FASTEST = 0.5, 2.0

_VOICE_NAME = re.compile(r"[\w.-]+(\+[\w.-]+)*")
VoiceName = Annotated[str, matching(_VOICE_NAME, "a voice's name, such as en_US-joe-medium or jm_kumo")]


def _speed(value: object) -> object:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not SLOWEST <= value <= FASTEST:  # type: ignore[operator]
        raise expected(f"a number {SLOWEST:g}..{FASTEST:g}; 1 is the voice's own pace")
    return float(value)  # type: ignore[arg-type]


class VoiceSettings(Table):
    """Who speaks one language."""

    engine: Annotated[VoiceEngine, one_of(*ENGINES)] = Field(
        default="auto", description="piper, kokoro, espeak (a robot). auto: the best that is installed."
    )
    voice: VoiceName | None = Field(
        default=None,
        description="A voice of that engine; kokoro mixes several joined with +. Default: the best one.",
    )
    speed: Annotated[float, BeforeValidator(_speed)] = Field(
        default=1.0, description="Pace: 1.2 speaks a fifth faster."
    )


class VoicesSettings(Table):
    """Speech synthesis."""

    en: VoiceSettings = Field(default_factory=VoiceSettings, description="English.")
    zh: VoiceSettings = Field(default_factory=VoiceSettings, description="Mandarin.")
    ko: VoiceSettings = Field(default_factory=VoiceSettings, description="Korean.")
    ahead: OnOff = Field(
        default=True,
        description="Whether what is said in every call is spoken before the first one. Off, it is spoken "
        "when it is needed: callers wait, and the start costs less.",
    )
    threads: Annotated[int, whole(1, 64)] = Field(
        default=2, description="Cores that synthesis may use; calls have priority on all of them."
    )

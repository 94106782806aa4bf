"""What a voice is: plain values that the switch and the worker agree on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks one language.

    Args:
        language: "en", "zh" or "ko".
        engine: "piper", "kokoro" or "espeak"; tests also name one by its module.
        name: the voice's name within the engine; of Kokoro's, several joined with + are mixed in equal parts.
        model: the file that the engine loads, if it needs one.
        speed: 1.0 is the voice's own; 1.2 speaks a fifth faster.
    """

    language: str
    engine: str
    name: str
    model: Path | None = None
    speed: float = 1.0

    def __str__(self) -> str:
        return f"{self.engine} {self.name}"

    @property
    def identity(self) -> tuple[str, ...]:
        """What must be equal for two renderings of a text to be equal; part of the key on disk."""
        model = ""
        if self.model is not None:
            size = self.model.stat().st_size if self.model.exists() else 0
            model = f"{self.model.name} {size}"
        return (self.language, self.engine, self.name, model, f"{self.speed:g}")


def voice_to(voice: Voice) -> dict[str, Any]:
    """A voice as it stands in a request."""
    model = None if voice.model is None else str(voice.model)
    return {
        "language": voice.language,
        "engine": voice.engine,
        "name": voice.name,
        "model": model,
        "speed": voice.speed,
    }


def voice_from(fields: dict[str, Any]) -> Voice:
    """Read what `voice_to` wrote."""
    model = fields["model"]
    return Voice(**{**fields, "model": None if model is None else Path(model)})

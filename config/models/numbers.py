"""What answers a dialled number: exactly one of flow, queue, echo, play, record, dial or hold."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from config.kinds import DialTarget, Name, OneOrMore, OnOff, expected, one_of, seconds
from config.models.agents import Language
from config.models.base import Table

Kind = Literal["flow", "queue", "echo", "play", "record", "dial", "hold"]
KINDS: tuple[Kind, ...] = ("flow", "queue", "echo", "play", "record", "dial", "hold")
# Settings that only make sense beside one of the kinds.
_BESIDE: dict[str, tuple[Kind, ...]] = {
    "language": ("flow", "queue"),
    "repeat": ("play",),
    "ring_timeout": ("dial",),
}

Key = Annotated[
    Literal["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#", ""],
    one_of(*"0123456789*#", "", what='a key 0..9, "*" or "#", or "" for none'),
]


class RecordTarget(Table):
    """Beep, record the caller, play the recording back."""

    max_seconds: Annotated[float, seconds(1, 3600)] = Field(
        default=60.0, description="The recording stops after this many seconds."
    )
    silence_seconds: Annotated[float, seconds(1, 60, or_off=True)] = Field(
        default=5.0, description="The recording stops after this many seconds of silence; 0 never stops it."
    )
    finish_key: Key = Field(default="#", description="The key that ends the recording.")
    beep: OnOff = Field(default=True, description="Whether to play a tone before the recording.")
    play_back: OnOff = Field(default=True, description="Whether the caller hears the recording afterwards.")


class NumberTarget(Table):
    """What happens to a call to one number. `kind` says which of the seven it is."""

    flow: Name | None = Field(default=None, description="Run this voice flow of flows/, named without .yaml.")
    language: Language | None = Field(
        default=None,
        description="With `flow` or `queue`: the language that the call begins in. Default: the flow's "
        "first; for a queue, the site's.",
    )
    queue: Name | None = Field(
        default=None,
        description="Put callers directly into this queue. A flow can ask questions first, and continue when "
        "nobody answers.",
    )
    echo: OnOff = Field(default=False, description="Answer, and send the caller's audio back.")
    play: Name | None = Field(default=None, description="Answer, play this prompt, hang up.")
    repeat: OnOff = Field(default=False, description="With `play`: play it over and over.")
    record: RecordTarget | None = Field(default=None, description="Answer, record the caller.")
    dial: OneOrMore[DialTarget] = Field(
        default=(),
        description="Ring these together: numbers of agents, or SIP addresses; the first answer wins.",
    )
    ring_timeout: Annotated[float, seconds(1, 600)] | None = Field(
        default=None, description="With `dial`: ring this many seconds. Default: sip.ring_timeout."
    )
    hold: OnOff = Field(default=False, description="Answer, and send nothing (to test the other side).")

    @model_validator(mode="before")
    @classmethod
    def _exactly_one_kind(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            raise expected("one of " + ", ".join(KINDS) + ", such as {echo: true}")
        if "record" in data and data["record"] in (None, True):
            data = {**data, "record": {}}
        given = [kind for kind in KINDS if data.get(kind) not in (None, False)]
        if not data.keys() <= cls.model_fields.keys():
            return data  # refused for the name it does not know
        if len(given) != 1:
            raise expected("exactly one of " + ", ".join(KINDS))
        for setting, kinds in _BESIDE.items():
            if setting in data and given[0] not in kinds:
                raise expected(f"{setting} only beside {' or '.join(kinds)}")
        return data

    @property
    def kind(self) -> Kind:
        """Which of the seven this number is."""
        return next(kind for kind in KINDS if getattr(self, kind) not in (None, False, ()))

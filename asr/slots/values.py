"""What an answer can be and what was made of it: plain values, the same for every language and slot.

How words become values is left to the slot's own file, what to ask next to `asr.intake.bot` or a flow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from asr.slots.numbering_plan import Shortfall
from config.business_hours import OpeningHours

SlotKind: TypeAlias = Literal[
    "yes_no", "digits", "phone_number", "number", "choice", "callback_time", "free_text", "name"
]


@dataclass(frozen=True, slots=True)
class CallWindow:
    """When to call.

    Args:
        start, end: from when until when, aware local times.
        as_soon_as_possible: the caller has no wish but to be called.
        moved: the caller wished a time at which nobody calls; this is the next at which somebody does.
    """

    start: datetime
    end: datetime
    as_soon_as_possible: bool = False
    moved: bool = False


SlotValue: TypeAlias = bool | int | str | CallWindow


@dataclass(frozen=True, slots=True)
class SlotContext:
    """What is known besides the words.

    Args:
        choices: for `choice`: each option's name with the words (or phrases) that mean it.
        minimum: least number of digits (`digits`, `phone_number`) or least value (`number`).
        maximum: most digits or greatest value; None for no limit.
        now: for `callback_time`: the time of the call in the site's zone, which the caller's words mean.
        hours: for `callback_time`: when calls are made, None for at any time. Where the office has a zone of
            its own, the caller's words mean that one.
        confidence: what the recogniser said of the whole answer, 0..1 or None.
        meanings, alternatives: as in `asr.results.Final`.
        country: where the site is, as ISO 3166 has it ("CN"): whose numbering plan weighs numbers; "" for
            not known.
        partial: for `phone_number`: whether digits that are too few for a number are understood too, with
            their `Understood.shortfall`.
        so_far: for `phone_number`: what was understood before, and what was asked for again.
        denied: for `phone_number`: numbers that the caller has denied, the last one last. None of them is
            understood again, and "the last two are 98" changes the last one.
    """

    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    minimum: int | None = None
    maximum: int | None = None
    now: datetime | None = None
    hours: OpeningHours | None = None
    confidence: float | None = None
    meanings: Mapping[str, float] = field(default_factory=dict)
    alternatives: tuple[str, ...] = ()
    country: str = ""
    partial: bool = False
    so_far: Shortfall | None = None
    denied: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Understood:
    """What an answer means.

    Args:
        value: by kind: yes_no a bool; number an int; callback_time a `CallWindow`; choice the option's
            name; digits, phone_number ("+" allowed in front), name and free_text a str.
        confidence: 0..1: the recogniser's of the words, lowered where understanding had to guess.
        spoken: the words that gave the value.
        remainder: what else was said, "" for nothing: "yes, but only at home" leaves "but only at home".
        shortfall: of a phone number that is none of the country's, or is too short: what it lacks.
    """

    value: SlotValue
    confidence: float
    spoken: str
    remainder: str = ""
    shortfall: Shortfall | None = None

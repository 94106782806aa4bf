"""What an answer can be and what was made of it: plain values, the same for every language and slot.

How words become values is left to the slot's own file, what to ask next to `asr.intake.bot` or a flow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Literal, TypeAlias

SlotKind: TypeAlias = Literal[
    "yes_no", "digits", "phone_number", "number", "choice", "callback_time", "free_text", "name"
]

OpenSpan: TypeAlias = tuple[time, time]
"""From (included) until (excluded), local time, within one day."""


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """When callers can be called back.

    Args:
        weekly: seven entries, Monday first, each the day's open spans in order; an empty one is closed.
        closed: holidays and other closed days.
    """

    weekly: tuple[tuple[OpenSpan, ...], ...]
    closed: frozenset[date] = frozenset()

    def spans(self, day: date) -> tuple[OpenSpan, ...]:
        """The open spans of one day, in order."""
        return () if day in self.closed else self.weekly[day.weekday()]


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
        now: aware local time of the call, for `callback_time`.
        hours: for `callback_time`: when calls are made; None for at any time.
        confidence: what the recogniser said of the whole answer, 0..1 or None.
    """

    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    minimum: int | None = None
    maximum: int | None = None
    now: datetime | None = None
    hours: BusinessHours | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """What an answer means.

    Args:
        value: by kind: yes_no a bool; number an int; callback_time a `CallWindow`; choice the option's
            name; digits, phone_number ("+" allowed in front), name and free_text a str.
        confidence: 0..1: the recogniser's of the words, lowered where understanding had to guess.
        spoken: the words that gave the value.
        remainder: what else was said, "" for nothing: "yes, but only at home" leaves "but only at home".
    """

    value: SlotValue
    confidence: float
    spoken: str
    remainder: str = ""

"""A wished time as it was said, before the clock and the business hours make a span of it.

`times_en`, `times_zh` and `times_ko` make wishes of words, `callback_time` makes spans of wishes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias

DayPart: TypeAlias = Literal["early", "morning", "noon", "afternoon", "late_afternoon", "evening", "night"]
Relation: TypeAlias = Literal["at", "after", "before", "between"]


@dataclass(frozen=True, slots=True)
class Clock:
    """A time on the clock: `hour` 0..23 as said, `half` None where nobody said which half of the day."""

    hour: int
    minute: int = 0
    half: Literal["am", "pm"] | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What was said of when to call.

    Args:
        asap: at once, or whenever.
        delay: from now on.
        later: some time later today.
        days: the days it could be, the likeliest first; empty for none said.
        week: all working days from the first of `days` on.
        part: of the day.
        relation: of the wish to `clock` (and `until`).
        clock, until: times on the clock.
    """

    asap: bool = False
    delay: timedelta | None = None
    later: bool = False
    days: tuple[date, ...] = ()
    week: bool = False
    part: DayPart | None = None
    relation: Relation = "at"
    clock: Clock | None = None
    until: Clock | None = None


def weekday(
    number: int, today: date, *, next_week: bool = False, this_week: bool = False
) -> tuple[date, ...]:
    """The days that a weekday's name may mean.

    Args:
        number: 0 for Monday.
        today: today.
        next_week: "next Monday": of the next calendar week.
        this_week: "this Friday": of this calendar week.
    """
    monday = today - timedelta(days=today.weekday())
    if next_week:
        return (monday + timedelta(days=7 + number),)
    if this_week:
        return (monday + timedelta(days=number),)
    first = today + timedelta(days=(number - today.weekday()) % 7)
    return (first, first + timedelta(days=7)) if first == today else (first,)


def next_monday(today: date) -> date:
    """The first day of the next week."""
    return today + timedelta(days=7 - today.weekday())


def day_of_month(day: int, today: date, month: int | None = None) -> tuple[date, ...]:
    """The next day of that number; () when it is more than three months away: that was no wish."""
    for ahead in range(93):
        found = today + timedelta(days=ahead)
        if found.day == day and month in (None, found.month):
            return (found,)
    return ()

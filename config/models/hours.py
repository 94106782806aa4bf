"""Opening hours as they are written in YAML: zone, weekdays with their times, holidays, days of one's own.

Flows (the verb `hours`) and settings (the hours that deadlines are counted in) write them alike. What they
mean is in `config.business_hours`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, time, tzinfo
from functools import cached_property
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from config.business_hours import END_OF_DAY, ClosedDays, OpeningHours, OpenSpan, holiday_calendar
from config.kinds import OneOrMore, expected
from config.models.base import Table

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_SPAN = re.compile(r"(\d\d):([0-5]\d)\s*-\s*(\d\d):([0-5]\d)")
_SPANS = 'times such as "09:00-17:30", or a list of them in order'
_CLOSED = "a day such as 2026-12-24, 12-24 for every year, or 2026-08-01..2026-08-14"
# A leap year, so that the 29th of February is a day of every year.
_ANY_YEAR = 2000


def _zone(value: object) -> object:
    try:
        return ZoneInfo(value if isinstance(value, str) else "")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise expected("a time zone, such as Europe/Berlin or Asia/Shanghai") from None


def _country(value: object) -> object:
    if not isinstance(value, str) or holiday_calendar(value) is None:
        raise expected("a country, or a part of it, whose holidays are known, such as CN, KR, US-CA or DE-BY")
    return value


def _days(value: object) -> object:
    """Weekdays as text: mon, mon-fri, daily."""
    text = value.lower() if isinstance(value, str) else ""
    first, dash, last = text.partition("-")
    right = text == "daily" or (first in DAYS and (not dash or last in DAYS))
    if not right or (dash and DAYS.index(last) <= DAYS.index(first)):
        raise expected("a day (mon tue wed thu fri sat sun), days such as mon-fri, or daily")
    return text


def _weekdays(text: str) -> range:
    if text == "daily":
        return range(7)
    first, _, last = text.partition("-")
    return range(DAYS.index(first), DAYS.index(last or first) + 1)


def _spans(value: object) -> object:
    items = value if isinstance(value, list | tuple) else [value]
    spans: list[OpenSpan] = []
    for index, item in enumerate(items):
        place = index if isinstance(value, list | tuple) else None
        match = _SPAN.fullmatch(item) if isinstance(item, str) else None
        if (
            match is None
            or int(match[1]) > 23
            or int(match[3]) > 24
            or (match[3] == "24" and match[4] != "00")
        ):
            raise expected(_SPANS, item=place)
        start = time(int(match[1]), int(match[2]))
        end = END_OF_DAY if match[3] == "24" else time(int(match[3]), int(match[4]))
        if end <= start:
            raise expected(
                "an end after the start; for a night write 22:00-24:00 and, next day, 00:00-06:00",
                item=place,
            )
        if spans and start < spans[-1][1]:
            raise expected("times in order that do not overlap", item=place)
        spans.append((start, end))
    return tuple(spans)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        return None


def _date(value: object) -> object:
    day = value if isinstance(value, date) else _day(value if isinstance(value, str) else "")
    if day is None:
        raise expected("a day, such as 2026-12-24")
    return day


def _closed(value: object) -> object:
    if not isinstance(value, str):
        raise expected(_CLOSED)
    first, dots, last = value.partition("..")
    every_year = re.fullmatch(r"\d\d-\d\d", first) is not None
    start = _day(f"{_ANY_YEAR}-{first}" if every_year else first)
    end = _day(f"{_ANY_YEAR}-{last}" if every_year else last) if dots else start
    if start is None or end is None or end < start:
        raise expected(_CLOSED)
    return ClosedDays(start, end, every_year)


Zone = Annotated[ZoneInfo, BeforeValidator(_zone), WithJsonSchema({"type": "string"})]
Country = Annotated[str, BeforeValidator(_country)]
Days = Annotated[str, BeforeValidator(_days)]
Spans = Annotated[
    tuple[OpenSpan, ...],
    BeforeValidator(_spans),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Day = Annotated[date, BeforeValidator(_date), WithJsonSchema({"type": "string", "format": "date"})]
Closed = Annotated[ClosedDays, BeforeValidator(_closed), WithJsonSchema({"type": "string"})]


class WeeklyHours(Table):
    """The opening hours of an office."""

    timezone: Zone | None = Field(default=None, description="The office's time zone. Default: the site's.")
    open: dict[Days, Spans] = Field(description="Weekdays with their times, 24-hour clock, such as mon-fri.")
    holidays: Country | None = Field(
        default=None,
        description="Closed on the public holidays of this country or part of it: CN, KR, DE-BY.",
    )
    closed: OneOrMore[Closed] = Field(default=(), description="Other days on which the office is closed.")
    special: dict[Day, Spans] = Field(
        default_factory=dict,
        description="Different times on single days; they override holidays. [] is closed.",
    )

    @model_validator(mode="before")
    @classmethod
    def _each_weekday_once(cls, data: Any) -> Any:
        seen: dict[int, str] = {}
        for number, text in _written_days(data):
            if number in seen:
                raise expected(f"each weekday once: {DAYS[number]} is in {seen[number]} and in {text}")
            seen[number] = text
        return data

    @cached_property
    def times(self) -> OpeningHours:
        """The office's times, ready to be asked."""
        return self.times_in(None)

    def times_in(self, zone: tzinfo | None) -> OpeningHours:
        """The same, in `zone` where the office names none."""
        weekly: list[tuple[OpenSpan, ...]] = [()] * 7
        for text, spans in self.open.items():
            for number in _weekdays(text):
                weekly[number] = spans
        return OpeningHours(
            tuple(weekly),
            zone=self.timezone or zone,
            holidays=holiday_calendar(self.holidays) if self.holidays else None,
            closed=self.closed,
            special=self.special,
        )


def _written_days(data: Any) -> Iterator[tuple[int, str]]:
    """The weekdays of `open` as they are written, each with its text; what is wrong is left to the kinds."""
    opened = data.get("open") if isinstance(data, dict) else None
    for text in opened if isinstance(opened, dict) else ():
        try:
            numbers = _weekdays(str(_days(text)))
        except PydanticCustomError:
            continue
        yield from ((number, text) for number in numbers)

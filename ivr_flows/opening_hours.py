"""When somebody is there: weekly times, public holidays by country, a site's own days. Pure.

What a caller hears when nobody is there is left to the flow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal, TypeAlias

from holidays import HolidayBase, country_holidays, list_supported_countries

from asr.slots.values import BusinessHours, OpenSpan

Reason: TypeAlias = Literal["open", "closed", "holiday", "closed_day"]

END_OF_DAY = time.max
"""The end of a span that lasts until midnight."""

# Otherwise names come in whatever language the server's environment names.
_NAMES_IN = "en_US"
_LOOK_AHEAD = 370
_CALLBACK_DAYS = 60


def holiday_calendar(code: str) -> HolidayBase | None:
    """The public holidays of a country or a part of it (DE, DE-BY, US-CA); None when nobody knows them."""
    country, _, part = code.partition("-")
    parts = list_supported_countries(include_aliases=True).get(country)
    if parts is None or (part and part not in parts):
        return None
    return country_holidays(country, subdiv=part or None, language=_NAMES_IN)


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """Days of one year, or of every year when `every_year` (both of the year 2000), first to last."""

    first: date
    last: date
    every_year: bool = False

    def __contains__(self, day: date) -> bool:
        if self.every_year:
            day = day.replace(year=2000)
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class HoursState:
    """How it is at one moment.

    Args:
        open: whether somebody is there.
        reason: why (not).
        holiday: the holiday's name, "" on other days.
        opens: when somebody is there again, None when open or not within a year.
    """

    open: bool
    reason: Reason
    holiday: str = ""
    opens: datetime | None = None


class OpeningHours:
    """The times of one office.

    Args:
        weekly: seven entries, Monday first, each the day's spans in order.
        zone: where the office is; None takes each moment in its own zone.
        holidays: the country's public holidays, None for none.
        closed: the site's own closed days.
        special: other times on single days; they go before holidays and closed days.
    """

    __slots__ = ("_closed", "_holidays", "_special", "_weekly", "_zone")

    def __init__(
        self,
        weekly: tuple[tuple[OpenSpan, ...], ...],
        *,
        zone: tzinfo | None = None,
        holidays: HolidayBase | None = None,
        closed: tuple[ClosedDays, ...] = (),
        special: Mapping[date, tuple[OpenSpan, ...]] | None = None,
    ) -> None:
        self._weekly = weekly
        self._zone = zone
        self._holidays = holidays
        self._closed = closed
        self._special = special or {}

    def spans(self, day: date) -> tuple[OpenSpan, ...]:
        """The day's open spans, in order."""
        if day in self._special:
            return self._special[day]
        return () if self._day_off(day) else self._weekly[day.weekday()]

    def at(self, moment: datetime) -> HoursState:
        """How it is at an aware moment."""
        here = moment.astimezone(self._zone) if self._zone is not None else moment
        now = here.time()
        if any(start <= now < end or now == END_OF_DAY == end for start, end in self.spans(here.date())):
            return HoursState(True, "open")
        opens = next((start for start in self._starts(here) if start > here), None)
        day_off = None if here.date() in self._special else self._day_off(here.date())
        if day_off is not None:
            return HoursState(False, day_off[0], day_off[1], opens)
        return HoursState(False, "closed", "", opens)

    def business_hours(self, moment: datetime) -> BusinessHours:
        """The same for the understanding of callback times: the coming weeks, without special times."""
        first = moment.astimezone(self._zone).date() if self._zone is not None else moment.date()
        days = (first + timedelta(days=ahead) for ahead in range(_CALLBACK_DAYS))
        return BusinessHours(self._weekly, frozenset(day for day in days if not self.spans(day)))

    def _day_off(self, day: date) -> tuple[Reason, str] | None:
        if any(day in closed for closed in self._closed):
            return "closed_day", ""
        name = self._holidays.get(day) if self._holidays is not None else None
        return None if name is None else ("holiday", name)

    def _starts(self, here: datetime) -> Iterator[datetime]:
        for ahead in range(_LOOK_AHEAD):
            day = here.date() + timedelta(days=ahead)
            for start, _ in self.spans(day):
                yield datetime.combine(day, start, here.tzinfo)

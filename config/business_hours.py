"""Opening hours: weekly times, public holidays by country, a site's own days. Pure.

Flows ask it whether to put callers through, deadlines are counted in its hours. How the times are written in
YAML is in `config.models.hours`; what a caller hears when nobody is there is left to the flow.

A written time is the first moment of the day at which the office's clock shows it or a later time. So where
the clocks go back, opening and closing times that come twice are the first of the two; where they go forward,
a time that is skipped is the moment of the change. Everything here is decided by those moments.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal, TypeAlias

from holidays import HolidayBase, country_holidays, list_supported_countries

Reason: TypeAlias = Literal["open", "closed", "holiday", "closed_day"]

OpenSpan: TypeAlias = tuple[time, time]
"""From (included) until (excluded), local time, within one day."""

END_OF_DAY = time.max
"""The end of a span that lasts until midnight."""

# Otherwise holidays are named in the language of the server's environment.
_NAMES_IN = "en_US"
_LOOK_AHEAD = 370


def holiday_calendar(code: str) -> HolidayBase | None:
    """The public holidays of a country or a part of it (DE, DE-BY, US-CA); None when they are not known."""
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
    """Whether the office is open at one moment.

    Args:
        open: whether the office is open.
        reason: why (not).
        holiday: the holiday's name, "" on other days.
        opens: when it opens next, in the office's zone; None when it is open, or does not open within a year.
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

    def here(self, moment: datetime) -> datetime:
        """An aware moment in the office's zone."""
        return moment.astimezone(self._zone) if self._zone is not None else moment

    def spans(self, day: date) -> tuple[OpenSpan, ...]:
        """The day's open spans, in order."""
        if day in self._special:
            return self._special[day]
        return () if self._day_off(day) else self._weekly[day.weekday()]

    def at(self, moment: datetime) -> HoursState:
        """Whether it is open at an aware moment, and why not."""
        here = self.here(moment)
        opens = next((start for start, _ in self.open_times(moment)), None)
        if opens is not None:
            if opens <= moment:
                return HoursState(True, "open")
            opens = opens.astimezone(here.tzinfo)
        day_off = None if here.date() in self._special else self._day_off(here.date())
        if day_off is not None:
            return HoursState(False, day_off[0], day_off[1], opens)
        return HoursState(False, "closed", "", opens)

    def after(self, moment: datetime, seconds: float) -> datetime | None:
        """The moment when the office will have been open for `seconds`; None when not within a year.

        Counted in real time: an hour that the clocks skip is not counted, one that comes twice is counted
        twice. For 0 seconds it is the moment itself, also at night.
        """
        if seconds <= 0:
            return moment
        left = seconds
        for start, end in self.open_times(moment):
            here = (end - start).total_seconds()
            if here >= left:
                return (start + timedelta(seconds=left)).astimezone(moment.tzinfo)
            left -= here
        return None

    def open_seconds(self, start: datetime, end: datetime) -> float:
        """How long the office is open from one aware moment to a later one; 0 when that is not later."""
        total = 0.0
        for opens, closes in self.open_times(start):
            if opens >= end:
                break
            total += (min(closes, end) - opens).total_seconds()
        return total

    def _day_off(self, day: date) -> tuple[Reason, str] | None:
        if any(day in closed for closed in self._closed):
            return "closed_day", ""
        name = self._holidays.get(day) if self._holidays is not None else None
        return None if name is None else ("holiday", name)

    def open_times(self, moment: datetime, days: int = _LOOK_AHEAD) -> Iterator[tuple[datetime, datetime]]:
        """The open times from an aware moment on, in UTC.

        Python's differences and comparisons of times in one zone ignore changes of the clock; in UTC they
        are right.
        """
        here = self.here(moment)
        now = moment.astimezone(UTC)
        for ahead in range(days):
            day = here.date() + timedelta(days=ahead)
            for start, end in self.spans(day):
                opens = max(_moment_of(day, start, here.tzinfo), now)
                closes = _moment_of(day, end, here.tzinfo)
                if closes > opens:
                    yield opens, closes


def _moment_of(day: date, clock: time, zone: tzinfo | None) -> datetime:
    """The first moment, in UTC, at which the clock of a zone shows a time of a day or a later one."""
    if clock == END_OF_DAY:
        day, clock = day + timedelta(days=1), time()
    wanted = datetime.combine(day, clock)
    moment = wanted.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wanted:
        return moment
    # Skipped: read with the offset from before the change it is behind the change, else before it.
    before = wanted.replace(tzinfo=zone, fold=1).astimezone(UTC)
    skipped = range(round((moment - before).total_seconds()))
    late = bisect_left(
        skipped,
        wanted,
        key=lambda seconds: (before + timedelta(seconds=seconds)).astimezone(zone).replace(tzinfo=None),
    )
    return before + timedelta(seconds=late)


def always_open(zone: tzinfo | None = None) -> OpeningHours:
    """An office that never closes: hours by the clock."""
    return OpeningHours((((time(), END_OF_DAY),),) * 7, zone=zone)

"""The kinds of value that tell time: how long something lasts, and hours that may pass midnight.

They follow `config.kinds`: one error, `expected`. Opening hours by weekday are in `config.models.hours`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

from config.kinds import expected

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LASTING = re.compile(r"(\d{1,9})\s*([smhd])")
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*(?:([01]\d|2[0-3]):([0-5]\d)|(24:00))")


def lasting(low: float, high: float, *, or_off: bool = False) -> BeforeValidator:
    """Accept how long something lasts: a number of seconds, or a text such as 90s, 5m, 2h or 1d.

    Args:
        low, high: what is accepted, in seconds, both included.
        or_off: whether 0 is accepted as well, which turns it off.
    """
    off = ", or 0 to turn it off" if or_off else ""
    wanted = (
        f"how long, {lasting_text(low)} to {lasting_text(high)}: seconds, or such as 90s, 5m, 2h or 1d{off}"
    )

    def check(value: object) -> object:
        match = _LASTING.fullmatch(value) if isinstance(value, str) else None
        if match is not None:
            value = int(match[1]) * _UNITS[match[2]]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not (low <= value <= high or (or_off and value == 0)):  # type: ignore[operator]
            raise expected(wanted)
        return float(value)  # type: ignore[arg-type]

    return BeforeValidator(check)


def lasting_text(seconds: float) -> str:
    """Write seconds with the largest unit that leaves a whole number: 5400 is 90m."""
    unit = next((name for name in "dhm" if seconds >= _UNITS[name] and seconds % _UNITS[name] == 0), "s")
    return f"{seconds / _UNITS[unit]:g}{unit}"


@dataclass(frozen=True, slots=True)
class DailyHours:
    """Hours of every day, local time; an end before the start is on the next day.

    Args:
        start: included.
        end: excluded; 00:00 is midnight at the end of the day.
    """

    start: time
    end: time

    def __contains__(self, clock: time) -> bool:
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


def _daily_hours(value: object) -> object:
    if isinstance(value, DailyHours):
        return value
    match = _HOURS.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise expected("hours such as 21:00-08:00")
    end = time() if match[5] else time(int(match[3]), int(match[4]))
    start = time(int(match[1]), int(match[2]))
    if start == end:
        raise expected("hours such as 21:00-08:00, with an end that differs from the start")
    return DailyHours(start, end)


HoursOfDay = Annotated[DailyHours, BeforeValidator(_daily_hours), PlainSerializer(str)]

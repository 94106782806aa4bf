"""The intervals of a report: quarter hours, half hours, hours, days of the site's time zone, or one whole.

Milliseconds inside, half open: an event at a border belongs to the interval that begins there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Literal, TypeAlias

from cdr.times import to_ms, to_seconds

Interval: TypeAlias = Literal["15min", "30min", "hour", "day", "whole"]
INTERVALS: tuple[Interval, ...] = ("15min", "30min", "hour", "day", "whole")

MOST_INTERVALS = 50_000

_MINUTES = {"15min": 15, "30min": 30, "hour": 60}


class Windows:
    """Intervals that follow on each other without gaps.

    Args:
        borders: Unix milliseconds, rising, at least two.
    """

    __slots__ = ("_borders", "_last")

    def __init__(self, borders: list[int]) -> None:
        if len(borders) < 2 or any(a >= b for a, b in pairwise(borders)):
            raise ValueError("a report must begin before it ends")
        self._borders = borders
        self._last = 0

    @classmethod
    def make(cls, start: float, end: float, interval: Interval, zone: tzinfo) -> Windows:
        """Cut a time into intervals at full quarters, hours or midnights; the first and last may be shorter.

        Args:
            start, end: Unix seconds.
            interval: how long each is.
            zone: whose midnight begins a day. A day with a change of the clock has 23 or 25 hours.

        Raises:
            ValueError: the end is not after the beginning, or there would be too many.
        """
        first, last = to_ms(start), to_ms(end)
        borders = [first]
        if interval != "whole":
            for border in _grid(first, last, interval, zone):
                if first < border < last:
                    borders.append(border)
                if len(borders) > MOST_INTERVALS:
                    raise ValueError(f"more than {MOST_INTERVALS} intervals")
        return cls([*borders, last])

    def __len__(self) -> int:
        return len(self._borders) - 1

    @property
    def start(self) -> int:
        """Where the first one begins."""
        return self._borders[0]

    @property
    def end(self) -> int:
        """Where the last one ends."""
        return self._borders[-1]

    def index(self, at: int) -> int | None:
        """The interval in which a moment lies, None for none."""
        borders, last = self._borders, self._last
        if borders[last] <= at < borders[last + 1]:  # mostly the same as for the event before
            return last
        if not borders[0] <= at < borders[-1]:
            return None
        self._last = bisect_right(borders, at) - 1
        return self._last

    def bounds(self, index: int) -> tuple[float, float]:
        """An interval's beginning and end, Unix seconds."""
        return to_seconds(self._borders[index]), to_seconds(self._borders[index + 1])

    def shares(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """How much of a stretch of time lies in each interval: index and milliseconds, where there is any."""
        borders = self._borders
        start, end = max(start, borders[0]), min(end, borders[-1])
        if start >= end:
            return
        index = bisect_right(borders, start) - 1
        while start < end:
            stop = min(end, borders[index + 1])
            yield index, stop - start
            start, index = stop, index + 1


def midnight(now: float, zone: tzinfo) -> float:
    """When the day of a moment began in that zone; both Unix seconds."""
    here = datetime.fromtimestamp(now, zone)
    return here.replace(hour=0, minute=0, second=0, microsecond=0, fold=0).timestamp()


def _grid(first: int, last: int, interval: Interval, zone: tzinfo) -> Iterator[int]:
    """Full quarters, hours or days from before `first` to after `last`, midnight by midnight."""
    midnight = datetime.fromtimestamp(first / 1000, zone).replace(
        hour=0, minute=0, second=0, microsecond=0, fold=0
    )
    while True:
        begin = to_ms(midnight.timestamp())
        midnight = (midnight.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=zone)
        following = to_ms(midnight.timestamp())
        step = _MINUTES[interval] * 60_000 if interval in _MINUTES else following - begin
        for border in range(begin, following, step):
            if border >= last:
                return
            yield border

"""The intervals of a report: borders, clocks that change, shares of a stretch of time."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdr.figures.windows import INTERVALS, Interval, Windows

BERLIN = ZoneInfo("Europe/Berlin")
KATHMANDU = ZoneInfo("Asia/Kathmandu")  # 5 hours and 45 minutes from UTC


def at(text: str, zone: ZoneInfo = BERLIN) -> float:
    """A local time in Unix seconds."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


def hours(windows: Windows) -> list[float]:
    """How long each interval is."""
    return [(end - start) / 3600 for start, end in map(windows.bounds, range(len(windows)))]


def test_days_are_as_long_as_the_clock_makes_them() -> None:
    spring = Windows.make(at("2026-03-28"), at("2026-03-31"), "day", BERLIN)
    autumn = Windows.make(at("2026-10-24"), at("2026-10-27"), "day", BERLIN)
    assert hours(spring) == [24, 23, 24]
    assert hours(autumn) == [24, 25, 24]
    assert sum(hours(Windows.make(at("2026-10-25"), at("2026-10-26"), "hour", BERLIN))) == 25


def test_intervals_begin_at_full_quarters_and_hours_and_the_first_and_last_may_be_short() -> None:
    windows = Windows.make(at("2026-11-22 09:10"), at("2026-11-22 11:05"), "hour", BERLIN)
    assert hours(windows) == pytest.approx([50 / 60, 1, 5 / 60])
    quarters = Windows.make(at("2026-11-22 09:10"), at("2026-11-22 09:35"), "15min", BERLIN)
    assert hours(quarters) == pytest.approx([5 / 60, 15 / 60, 5 / 60])


def test_hours_are_those_of_the_site_not_of_utc() -> None:
    start = at("2026-11-22 09:00", KATHMANDU)
    windows = Windows.make(start, start + 7200, "hour", KATHMANDU)
    assert hours(windows) == [1, 1]


def test_an_event_at_a_border_belongs_to_the_interval_that_begins_there() -> None:
    windows = Windows([0, 1000, 2000])
    assert [windows.index(at) for at in (-1, 0, 999, 1000, 1999, 2000, 0)] == [None, 0, 0, 1, 1, None, 0]


@given(
    st.lists(st.integers(0, 10_000), min_size=2, max_size=20, unique=True),
    st.integers(-100, 11_000),
    st.integers(-100, 11_000),
)
def test_shares_of_a_stretch_add_up_to_what_lies_in_the_report(borders: list[int], a: int, b: int) -> None:
    windows = Windows(sorted(borders))
    start, end = min(a, b), max(a, b)
    shares = dict(windows.shares(start, end))
    inside = max(0, min(end, windows.end) - max(start, windows.start))
    assert sum(shares.values()) == inside
    assert all(spent > 0 for spent in shares.values())
    for moment in range(start, end, 97):
        index = windows.index(moment)
        assert index is None or index in shares


@given(st.sampled_from(INTERVALS), st.integers(0, 2_000_000_000), st.integers(1, 400_000))
def test_intervals_cover_any_time_without_gaps(interval: Interval, start: int, length: int) -> None:
    windows = Windows.make(start, start + length, interval, BERLIN)
    bounds = [windows.bounds(index) for index in range(len(windows))]
    assert bounds[0][0] == start
    assert bounds[-1][1] == start + length
    assert all(one[1] == following[0] for one, following in pairwise(bounds))


def test_a_report_of_no_time_or_of_too_many_intervals_is_refused() -> None:
    with pytest.raises(ValueError, match="must begin before it ends"):
        Windows.make(5.0, 5.0, "whole", UTC)
    with pytest.raises(ValueError, match="intervals"):
        Windows.make(0.0, 2e9, "15min", UTC)

"""What waiting callers are told, and when."""

from __future__ import annotations

import pytest

from callback_queue.line.announcements import (
    REMEMBERED,
    Announcement,
    Announcer,
    HandlingTimes,
    estimated_wait,
)
from config.models.queues import Announcements

BOTH = Announcements(position=True, wait=True, every=60.0)


def test_the_first_announcement_comes_at_once_and_then_one_every_so_often() -> None:
    announcer = Announcer(BOTH, 1000.0)
    assert announcer.next_deadline() == 1000.0
    assert announcer.announcement(3, 150.0, 1000.0) == Announcement(3, 3)
    assert announcer.next_deadline() == 1060.0
    assert announcer.announcement(3, 150.0, 1059.9) is None
    assert announcer.announcement(2, 100.0, 1060.5) == Announcement(2, 2)
    assert announcer.next_deadline() == 1120.5


def test_an_unknown_wait_is_left_out() -> None:
    assert Announcer(BOTH, 0.0).announcement(1, None, 0.0) == Announcement(1, None)


def test_minutes_are_rounded_up_and_never_none_at_all() -> None:
    assert Announcer(BOTH, 0.0).announcement(1, 61.0, 0.0) == Announcement(1, 2)
    assert Announcer(BOTH, 0.0).announcement(1, 0.0, 0.0) == Announcement(1, 1)


def test_what_the_queue_does_not_want_told_is_not() -> None:
    wait_only = Announcements(position=False, wait=True, every=10.0)
    assert Announcer(wait_only, 0.0).announcement(4, 200.0, 0.0) == Announcement(None, 4)
    assert Announcer(wait_only, 0.0).announcement(4, None, 0.0) is None
    for nothing in (None, Announcements(position=False, wait=False)):
        announcer = Announcer(nothing, 0.0)
        assert announcer.next_deadline() is None
        assert announcer.announcement(1, 60.0, 5.0) is None


def test_a_small_rise_of_the_estimate_is_not_told_and_a_real_one_is() -> None:
    announcer = Announcer(BOTH, 0.0)
    assert announcer.announcement(2, 119.0, 0.0) == Announcement(2, 2)
    assert announcer.announcement(2, 150.0, 60.0) == Announcement(2, 2)
    assert announcer.announcement(2, 151.0, 120.0) == Announcement(2, 3)
    assert announcer.announcement(2, 50.0, 180.0) == Announcement(2, 1)


def test_a_place_that_became_worse_is_left_out() -> None:
    announcer = Announcer(BOTH, 0.0)
    assert announcer.announcement(2, 100.0, 0.0) == Announcement(2, 2)
    assert announcer.announcement(3, 100.0, 60.0) == Announcement(None, 2)
    assert announcer.announcement(3, None, 120.0) is None
    assert announcer.announcement(2, None, 180.0) == Announcement(2, None)


@pytest.mark.parametrize(
    ("position", "mean", "agents", "seconds"),
    [(3, 120.0, 2, 180.0), (1, 120.0, 4, 30.0), (1, None, 2, None), (1, 120.0, 0, None), (0, 120.0, 1, None)],
)
def test_the_estimate(position: int, mean: float | None, agents: int, seconds: float | None) -> None:
    assert estimated_wait(position, mean, agents) == seconds


def test_handling_times_are_a_mean_over_the_last_calls() -> None:
    times = HandlingTimes()
    assert times.mean is None
    times.add(1_000_000.0)
    for seconds in [100.0, 200.0] * (REMEMBERED // 2):
        times.add(seconds)
    assert times.mean == 150.0

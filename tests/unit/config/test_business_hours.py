"""Opening hours: the week, midnight, holidays, a site's own days, zones and the change of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.business_hours import END_OF_DAY, ClosedDays, OpeningHours, OpenSpan, holiday_calendar

NINE_TO_FIVE = ((time(9), time(17)),)
WEEK = (NINE_TO_FIVE,) * 5 + ((), ())
BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-25T08:59", False),
        ("2026-11-25T09:00", True),
        ("2026-11-25T16:59", True),
        ("2026-11-25T17:00", False),
        ("2026-11-28T12:00", False),
    ],
)
def test_the_week(moment: str, is_open: bool) -> None:
    assert OpeningHours(WEEK, zone=BERLIN).at(at(moment)).open is is_open


def test_the_next_opening_is_told() -> None:
    hours = OpeningHours(WEEK, zone=BERLIN)
    assert hours.at(at("2026-11-25T12:00")).opens is None
    assert hours.at(at("2026-11-27T18:00")).opens == at("2026-11-30T09:00")
    assert hours.at(at("2026-11-30T03:00")).opens == at("2026-11-30T09:00")
    assert OpeningHours(((),) * 7).at(at("2026-11-30T03:00")).opens is None


def test_a_day_can_last_until_midnight_and_have_a_break() -> None:
    hours = OpeningHours((((time(0), time(12)), (time(13), END_OF_DAY)),) * 7, zone=BERLIN)
    states = {
        clock: hours.at(at(f"2026-11-25T{clock}")).open for clock in ("00:00", "12:30", "23:59:59.999999")
    }
    assert states == {"00:00": True, "12:30": False, "23:59:59.999999": True}


def test_holidays_and_closed_days_and_special_days() -> None:
    hours = OpeningHours(
        WEEK,
        zone=BERLIN,
        holidays=holiday_calendar("DE-BE"),
        closed=(
            ClosedDays(date(2000, 12, 24), date(2000, 12, 31), every_year=True),
            ClosedDays(date(2026, 8, 3), date(2026, 8, 7)),
        ),
        special={date(2026, 12, 24): ((time(10), time(12)),), date(2026, 11, 25): ()},
    )
    state = {
        day: hours.at(at(f"{day}T11:00")) for day in ("2026-12-25", "2027-12-27", "2026-08-05", "2027-08-05")
    }
    assert [(one.open, one.reason) for one in state.values()] == [
        (False, "closed_day"),
        (False, "closed_day"),
        (False, "closed_day"),
        (True, "open"),
    ]
    assert hours.at(at("2026-10-03T11:00")).holiday == "German Unity Day"
    assert hours.at(at("2026-03-08T11:00")).reason == "holiday"  # Women's Day, in Berlin alone
    assert hours.at(at("2026-12-24T11:00")).open
    assert hours.at(at("2026-11-25T11:00")).reason == "closed"


@pytest.mark.parametrize(
    ("code", "known"), [("CN", True), ("KR", True), ("US-CA", True), ("DE-XX", False), ("Q", False)]
)
def test_countries(code: str, known: bool) -> None:
    assert (holiday_calendar(code) is not None) is known


def test_the_offices_clock_counts_and_not_the_servers() -> None:
    hours = OpeningHours(WEEK, zone=ZoneInfo("Asia/Shanghai"))
    assert hours.at(datetime(2026, 11, 25, 1, 0, tzinfo=UTC)).open
    assert not hours.at(datetime(2026, 11, 25, 9, 0, tzinfo=UTC)).open
    assert OpeningHours(WEEK).at(datetime(2026, 11, 25, 9, 0, tzinfo=UTC)).open


def test_opening_stays_at_nine_when_the_clocks_change() -> None:
    hours = OpeningHours(WEEK, zone=BERLIN)
    before, after = at("2026-03-27T18:00"), at("2026-03-30T08:59")
    opens = hours.at(before).opens
    assert opens is not None
    assert opens.isoformat() == "2026-03-30T09:00:00+02:00"
    assert opens - before.astimezone(UTC) == timedelta(days=2, hours=14)
    assert not hours.at(after).open


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-01T00:30-04:00", "2026-11-01T01:45-04:00"),
        ("2026-11-01T01:30-05:00", "2026-11-02T01:45-05:00"),  # the second 1:30: it was 1:45 half an hour ago
        ("2026-03-08T01:59-05:00", "2026-03-09T01:45-04:00"),
    ],
)
def test_the_next_opening_is_never_in_the_past_when_the_clocks_change(moment: str, opens: str) -> None:
    zone = ZoneInfo("America/New_York")
    hours = OpeningHours((((time(1, 45), time(1, 50)),),) * 7, zone=zone)
    found = hours.at(datetime.fromisoformat(moment)).opens
    assert found is not None
    assert found.isoformat(timespec="minutes") == opens


NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("opens", "closes", "moment", "is_open", "open_seconds"),
    [
        # The clocks go back from 02:00 to 01:00: times that come twice are the first of the two.
        ("00:00", "01:30", "2026-11-01T01:15-04:00", True, 900),
        ("00:00", "01:30", "2026-11-01T01:15-05:00", False, 0),
        ("01:30", "09:00", "2026-11-01T01:15-04:00", False, 2700),
        ("01:30", "09:00", "2026-11-01T01:15-05:00", True, 3600),
        # They go forward from 02:00 to 03:00: a skipped time is the moment of the change.
        ("02:30", "09:00", "2027-03-14T01:59-05:00", False, 3540),
        ("02:30", "09:00", "2027-03-14T03:10-04:00", True, 3600),
        ("00:00", "02:30", "2027-03-14T01:59-05:00", True, 60),
        ("00:00", "02:30", "2027-03-14T03:10-04:00", False, 0),
        ("02:15", "02:45", "2027-03-14T03:20-04:00", False, 0),
    ],
)
def test_what_is_open_where_the_clocks_change(
    opens: str, closes: str, moment: str, is_open: bool, open_seconds: float
) -> None:
    hours = OpeningHours((((time.fromisoformat(opens), time.fromisoformat(closes)),),) * 7, zone=NEW_YORK)
    now = datetime.fromisoformat(moment)
    assert hours.at(now).open is is_open
    assert hours.open_seconds(now, now + timedelta(hours=1)) == open_seconds


CHANGES = [
    ("America/New_York", "2026-11-01T06:00"),
    ("America/New_York", "2027-03-14T07:00"),
    ("Europe/Berlin", "2026-10-25T01:00"),
    ("Australia/Lord_Howe", "2026-10-03T15:30"),  # half an hour
    ("Africa/Cairo", "2026-04-23T22:00"),  # midnight is skipped
    ("Africa/Cairo", "2026-10-29T21:00"),
    ("America/St_Johns", "2010-11-07T02:31"),  # from 00:01 back to the day before
    ("Pacific/Apia", "2011-12-30T10:00"),  # a whole day is skipped
    ("Asia/Kolkata", "2026-11-01T06:00"),
]
clock_times = st.integers(0, 24 * 4).map(
    lambda quarter: END_OF_DAY if quarter == 96 else time(*divmod(quarter * 15, 60))
)
days = (
    st.lists(clock_times, unique=True, max_size=6)
    .map(sorted)
    .map(lambda times: tuple(zip(times[::2], times[1::2], strict=False)))
)


@given(
    st.tuples(*[days] * 7),
    st.sampled_from(CHANGES),
    st.integers(-30 * 3600, 30 * 3600),
    st.floats(1, 200_000),
)
def test_open_now_and_seconds_that_are_open_agree(
    week: tuple[tuple[OpenSpan, ...], ...], change: tuple[str, str], seconds: int, some: float
) -> None:
    zone, when = change
    hours = OpeningHours(week, zone=ZoneInfo(zone))
    now = datetime.fromisoformat(when).replace(tzinfo=UTC) + timedelta(seconds=seconds)
    state, second = hours.at(now), now + timedelta(seconds=1)
    assert state.open == (hours.open_seconds(now, second) == 1)
    assert state.open == (hours.after(now, 1) == second)
    if state.opens is not None:
        assert hours.open_seconds(now, state.opens) == 0
        assert hours.at(state.opens).open
        assert hours.after(now, 1) == state.opens + timedelta(seconds=1)
    some = round(some)
    due = hours.after(now, some)
    assert (due is None) == (not any(week))
    if due is not None:
        assert hours.open_seconds(now, due) == some
        assert hours.at(due - timedelta(seconds=1)).open
    # Where no change is near, the office's clock alone decides.
    here = hours.here(now)
    offsets = {hours.here(now + timedelta(hours=hour)).utcoffset() for hour in range(-25, 26)}
    if len(offsets) == 1:
        assert state.open == any(start <= here.time() < end for start, end in week[here.weekday()])

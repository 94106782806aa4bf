"""Deadlines in business hours: weekends, holidays, nights, changes of the clock, waiting for the customer."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from callback_queue.tickets.sla import (
    Clock,
    SlaRules,
    clock,
    deadlines,
    pauses,
    warning_at,
    warnings,
    with_pauses,
)
from config.business_hours import always_open
from config.models.hours import WeeklyHours
from config.models.tickets import TicketSettings

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = {"timezone": "Europe/Berlin", "open": {"mon-fri": "09:00-17:00"}, "holidays": "DE-BE"}
SLA = {"ordinary": {3: {"respond": 60, "resolve": 480}, 4: {"respond": None, "resolve": None}}}


def rules(**hours: object) -> SlaRules:
    office = {**OFFICE, **hours}
    return SlaRules.of(TicketSettings.model_validate({"business_hours": office, "sla": SLA}))


def at(text: str, zone: ZoneInfo = BERLIN) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


def written(moment: float) -> str:
    return datetime.fromtimestamp(moment, BERLIN).strftime("%a %Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("opened", "respond", "resolve"),
    [
        # A working day: eight hours later is the same time tomorrow.
        ("2026-11-24T10:00", "Tue 2026-11-24 11:00", "Wed 2026-11-25 10:00"),
        # Friday, late: the weekend does not count.
        ("2026-11-27T16:30", "Mon 2026-11-30 09:30", "Mon 2026-11-30 16:30"),
        # Saturday night: the clock begins on Monday.
        ("2026-11-28T23:00", "Mon 2026-11-30 10:00", "Mon 2026-11-30 17:00"),
        # Christmas is Friday and Saturday in 2026, then the weekend.
        ("2026-12-24T16:00", "Thu 2026-12-24 17:00", "Mon 2026-12-28 16:00"),
        # Before the office opens.
        ("2026-11-24T03:00", "Tue 2026-11-24 10:00", "Tue 2026-11-24 17:00"),
    ],
)
def test_minutes_count_in_business_hours(opened: str, respond: str, resolve: str) -> None:
    due = deadlines(at(opened), "ordinary", 3, rules())
    assert (written(due.respond_by), written(due.resolve_by)) == (respond, resolve)


@pytest.mark.parametrize(
    ("opened", "resolve"),
    [
        # The night of 29 March 2026 has 23 hours, that of 25 October 25.
        ("2026-03-28T20:00", "Sun 2026-03-29 05:00"),
        ("2026-10-24T20:00", "Sun 2026-10-25 03:00"),
    ],
)
def test_hours_are_real_ones_when_the_clocks_change(opened: str, resolve: str) -> None:
    around = rules(open={"daily": "00:00-24:00"}, holidays=None)
    due = deadlines(at(opened), "ordinary", 3, around)
    assert due.resolve_by - at(opened) == 8 * 3600
    assert written(due.resolve_by) == resolve


def test_an_office_in_another_zone_counts_in_its_own_hours() -> None:
    shanghai = rules(timezone="Asia/Shanghai", holidays="CN")
    due = deadlines(at("2026-11-24T10:00"), "ordinary", 3, shanghai)  # 17:00 there: closing time
    assert (
        datetime.fromtimestamp(due.respond_by, ZoneInfo("Asia/Shanghai")).strftime("%a %H:%M") == "Wed 10:00"
    )


def test_without_business_hours_it_is_counted_by_the_clock_and_without_a_target_not_at_all() -> None:
    always = SlaRules.of(TicketSettings.model_validate({"sla": SLA}))
    due = deadlines(at("2026-11-28T23:00"), "ordinary", 3, always)
    assert due.respond_by == at("2026-11-29T00:00")
    none = deadlines(at("2026-11-28T23:00"), "ordinary", 4, always)
    assert (none.respond_by, none.resolve_by) == (0, 0)


def test_better_customers_and_worse_matters_have_nearer_deadlines() -> None:
    defaults = SlaRules.of(TicketSettings())
    due = {
        (tier, severity): deadlines(0, tier, severity, defaults)
        for tier in ("super_vip", "vip", "ordinary")
        for severity in (1, 2, 3, 4)
    }
    for severity in (1, 2, 3, 4):
        best, better, rest = (due[tier, severity] for tier in ("super_vip", "vip", "ordinary"))
        assert 0 < best.respond_by < better.respond_by < rest.respond_by
        assert best.resolve_by < better.resolve_by < rest.resolve_by
    for tier in ("super_vip", "vip", "ordinary"):
        for one, worse in pairwise(due[tier, severity] for severity in (4, 3, 2, 1)):
            assert worse.respond_by < one.respond_by
            assert worse.resolve_by < one.resolve_by


def test_a_ticket_that_waited_for_the_customer_has_that_much_more_time() -> None:
    office = rules()
    opened = at("2026-11-24T10:00")
    due = deadlines(opened, "ordinary", 3, office).resolve_by  # Wednesday, 10:00
    # It waited from Tuesday 12:00 to Friday 16:00: of its eight hours six were left.
    moved = with_pauses(due, [(at("2026-11-24T12:00"), at("2026-11-27T16:00"))], office)
    assert written(moved) == "Mon 2026-11-30 14:00"
    late = with_pauses(due, [(at("2026-11-26T12:00"), at("2026-11-27T16:00"))], office)
    assert late == due, "what was late before the waiting is late after it"
    assert with_pauses(0, [(1, 2)], office) == 0


def test_a_clock_says_how_it_stands_and_how_much_is_left() -> None:
    office = rules()
    opened = at("2026-11-27T10:00")  # Friday
    due = deadlines(opened, "ordinary", 3, office).resolve_by  # Monday, 10:00

    def stands(now: str, **options: float) -> Clock:
        return clock(opened, due, options.pop("done", 0.0), at(now), office.hours, **options)

    assert stands("2026-11-27T12:00") == Clock("running", 6 * 3600)
    assert stands("2026-11-28T12:00") == Clock("warning", 3600), "nothing passes on a Saturday"
    assert stands("2026-11-30T09:45").state == "warning"
    assert stands("2026-11-30T11:00") == Clock("breached", -3600)
    assert stands("2026-12-01T11:00", stopped_since=at("2026-11-27T16:00")) == Clock("stopped", 2 * 3600)
    assert stands("2026-12-01T11:00", done=at("2026-11-30T09:59")) == Clock("met")
    assert stands("2026-12-01T11:00", done=at("2026-11-30T10:01")) == Clock("missed")
    assert clock(opened, 0, 0, opened, office.hours) == Clock("none")
    assert opened < warning_at(opened, due, office.hours) < due


def test_open_seconds_are_those_between_two_moments_and_the_inverse_of_adding_them() -> None:
    office = WeeklyHours.model_validate(OFFICE).times
    start = datetime(2026, 12, 23, 15, 30, tzinfo=BERLIN)
    for hours in (0.25, 1.5, 7, 12, 80):
        end = office.after(start, hours * 3600)
        assert end is not None
        assert office.open_seconds(start, end) == hours * 3600
    assert office.open_seconds(start, start) == 0
    assert always_open(UTC).after(start, 3600) == start.replace(hour=16)


def test_an_office_that_never_opens_has_no_deadlines() -> None:
    never = rules(open={"mon": []}, holidays=None)
    assert deadlines(at("2026-11-24T10:00"), "ordinary", 3, never).resolve_by == 0


def test_several_pauses_add_up_and_none_counts_twice() -> None:
    office = rules()
    opened = at("2026-11-24T10:00")
    due = deadlines(opened, "ordinary", 3, office).resolve_by  # eight hours: Wednesday, 10:00
    gaps = pauses(
        [
            (at("2026-11-24T11:00"), "waiting"),
            (at("2026-11-24T11:30"), "closed"),
            (at("2026-11-24T13:00"), "assigned"),
            (at("2026-11-25T09:00"), "solved"),
            (at("2026-11-25T09:30"), "open"),
            (at("2026-11-25T10:00"), "waiting"),
        ]
    )
    assert [end - start for start, end in gaps] == [7200, 1800]
    assert written(with_pauses(due, gaps, office)) == "Wed 2026-11-25 12:30"


def test_the_warning_comes_when_a_fifth_of_the_promised_hours_is_left_and_not_over_a_weekend() -> None:
    office = rules()
    opened = at("2026-11-27T10:00")  # Friday
    due = deadlines(opened, "ordinary", 3, office).resolve_by  # Monday, 10:00: eight hours
    warn = warnings(opened, 0.0, due, "ordinary", 3, office)
    assert written(warn.resolve_by) == "Fri 2026-11-27 16:24"
    late = with_pauses(due, [(at("2026-11-27T11:00"), at("2026-11-27T13:00"))], office)
    assert written(warnings(opened, 0.0, late, "ordinary", 3, office).resolve_by) == "Mon 2026-11-30 10:24"

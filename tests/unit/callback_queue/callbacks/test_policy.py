"""When customers are called back: delays, limits, quiet hours where they live."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from callback_queue.callbacks.events import AttemptOutcome
from callback_queue.callbacks.policy import (
    CallbackRules,
    due_at,
    expires_at,
    mode_of,
    next_attempt,
    outside_quiet,
    zone_of,
)
from config.models.callbacks import CallbackSettings
from config.time_kinds import DailyHours

SHANGHAI = "+8613800138000"
LONDON = "+442079460018"
NEW_YORK = "+12125550123"
RULES = CallbackRules.of(CallbackSettings(), ZoneInfo("Europe/Berlin"))
NEVER_QUIET = replace(RULES, quiet=None)


def _at(text: str, zone: str = "UTC") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@pytest.mark.parametrize(
    ("outcome", "seconds"),
    [
        ("busy", 300),
        ("no_answer", 1800),
        ("refused", 3600),
        ("failed", 120),
        ("no_agent", 30),
        ("cut_off", 30),
    ],
)
def test_the_next_attempt_depends_on_what_became_of_the_last(outcome: AttemptOutcome, seconds: float) -> None:
    assert next_attempt(outcome, 1, 1000.0, NEVER_QUIET, LONDON) == 1000.0 + seconds


@pytest.mark.parametrize("outcome", ["reached", "wrong_number"])
def test_who_was_reached_or_has_another_number_is_not_dialled_again(outcome: AttemptOutcome) -> None:
    assert next_attempt(outcome, 1, 1000.0, NEVER_QUIET, LONDON) is None


def test_after_the_last_attempt_it_is_over() -> None:
    assert next_attempt("busy", 2, 1000.0, NEVER_QUIET, LONDON) is not None
    assert next_attempt("busy", 3, 1000.0, NEVER_QUIET, LONDON) is None


@pytest.mark.parametrize("outcome", ["no_agent", "cut_off", "withdrawn"])
def test_what_was_our_own_fault_ends_nothing(outcome: AttemptOutcome) -> None:
    assert next_attempt(outcome, 9, 1000.0, NEVER_QUIET, LONDON) == 1030.0


def test_a_trunk_that_fails_uses_up_no_attempt() -> None:
    assert next_attempt("failed", 9, 1000.0, NEVER_QUIET, LONDON) == 1120.0


def test_an_attempt_that_would_come_after_the_expiry_does_not() -> None:
    assert next_attempt("busy", 1, 1000.0, NEVER_QUIET, LONDON, expires=1300.5) == 1300.0
    assert next_attempt("busy", 1, 1000.0, NEVER_QUIET, LONDON, expires=1300.0) is None
    assert expires_at(1000.0, RULES) == 1000.0 + 172800.0


@pytest.mark.parametrize(
    ("number", "moment", "until"),
    [
        # 21:00 to 08:00 where the customer is.
        (SHANGHAI, "2026-03-10 12:59", None),
        (SHANGHAI, "2026-03-10 13:00", "2026-03-11 00:00"),
        (SHANGHAI, "2026-03-10 23:59:59", "2026-03-11 00:00"),
        (SHANGHAI, "2026-03-11 00:00", None),
        (LONDON, "2026-03-10 13:00", None),
        (NEW_YORK, "2026-03-10 11:00", "2026-03-10 12:00"),
        # The clocks go forward in the night of 29 March: 08:00 is an hour earlier than the day before.
        (LONDON, "2026-03-28 22:00", "2026-03-29 07:00"),
        (LONDON, "2026-10-24 22:00", "2026-10-25 08:00"),
        # Nobody knows where this one is: the site's own zone.
        ("4000", "2026-01-10 19:59", None),
        ("4000", "2026-01-10 20:00", "2026-01-11 07:00"),
    ],
)
def test_quiet_hours_are_the_customers(number: str, moment: str, until: str | None) -> None:
    assert outside_quiet(_at(moment), number, RULES) == _at(until or moment)


def test_quiet_hours_within_one_day() -> None:
    siesta = replace(RULES, quiet=DailyHours(time(13), time(15)))
    assert outside_quiet(_at("2026-01-10 14:00"), LONDON, siesta) == _at("2026-01-10 15:00")
    assert outside_quiet(_at("2026-01-10 15:00"), LONDON, siesta) == _at("2026-01-10 15:00")
    assert outside_quiet(_at("2026-01-10 23:00"), LONDON, siesta) == _at("2026-01-10 23:00")


def test_a_retry_in_the_night_waits_for_the_morning() -> None:
    evening = _at("2026-01-10 20:50")
    assert next_attempt("no_answer", 1, evening, RULES, LONDON) == _at("2026-01-11 08:00")


def test_the_first_attempt_is_now_or_in_the_morning_or_when_the_customer_wished() -> None:
    noon, night = _at("2026-01-10 12:00"), _at("2026-01-10 23:00")
    assert due_at(noon, LONDON, RULES) == noon
    assert due_at(night, LONDON, RULES) == _at("2026-01-11 08:00")
    assert due_at(noon, LONDON, RULES, not_before=night) == night
    assert due_at(noon, LONDON, RULES, not_before=noon - 60) == noon


def test_a_national_number_needs_the_sites_country() -> None:
    assert zone_of("13800138000", RULES) == RULES.zone
    assert zone_of("13800138000", replace(RULES, country="CN")) == ZoneInfo("Asia/Shanghai")


def test_a_number_of_a_country_with_many_zones_has_the_sites_or_the_one_in_their_middle() -> None:
    toll_free = "+18005550123"
    here = replace(RULES, zone=ZoneInfo("America/Denver"))
    assert zone_of(toll_free, here) == ZoneInfo("America/Denver")
    moment = datetime(2026, 1, 10, tzinfo=UTC)
    offset = moment.astimezone(zone_of(toll_free, RULES)).utcoffset()
    assert offset is not None
    assert -7 * 3600 <= offset.total_seconds() <= -5 * 3600


def test_the_queue_decides_whom_a_callback_rings_first_else_the_site() -> None:
    assert mode_of(None, RULES) == "agent_first"
    assert mode_of("customer-first", RULES) == "customer_first"
    assert mode_of(None, replace(RULES, mode="customer_first")) == "customer_first"

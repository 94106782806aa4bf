"""Who guesses passwords is slowed, banned for growing times and forgiven, in time that the test moves."""

from __future__ import annotations

import pytest

from hotline.server.guessing import (
    FREE_FAILURES,
    LONGEST_WAIT,
    MEMORY,
    BanEnded,
    Guard,
    GuessingRules,
    shown,
)

HOST = "192.0.2.7"
RULES = GuessingRules(attempts=10, window=600, ban=300, longest_ban=3600)


def fail(guard: Guard, times: int, now: float, *, host: str = HOST, shielded: bool = False) -> float:
    """Fail once a second, each time as another user; returns the time afterwards."""
    for each in range(times):
        guard.failed(host, f"u{each}", now, shielded=shielded)
        now += 1
    return now


def test_the_tenth_failure_bans_and_time_lifts_it() -> None:
    guard = Guard(RULES)
    now = fail(guard, 9, 0.0)
    assert not guard.is_banned(HOST, now)
    ban = guard.failed(HOST, "x", now, shielded=False)
    assert ban is not None
    assert (ban.address, ban.failures, ban.until - ban.since) == (HOST, 10, 300)
    assert guard.is_banned(HOST, now + 299)
    assert not guard.is_banned("192.0.2.8", now)
    assert guard.next_deadline() == ban.until
    assert guard.handle_timer(ban.until).events == [BanEnded(ban)]
    assert not guard.is_banned(HOST, ban.until)
    assert guard.bans() == []


def test_bans_grow_and_shrink_again_after_quiet_times() -> None:
    guard, now, lengths = Guard(RULES), 0.0, []
    for _ in range(6):
        now = fail(guard, 10, now)
        [ban] = guard.bans()
        lengths.append(ban.until - ban.since)
        now = ban.until
        guard.handle_timer(now)
    assert lengths == [300, 600, 1200, 2400, 3600, 3600]
    fail(guard, 10, now + 3601)
    assert [ban.until - ban.since for ban in guard.bans()] == [300]


def test_failures_far_apart_are_not_counted_together() -> None:
    guard = Guard(RULES)
    for each in range(100):
        assert guard.failed(HOST, "1001", each * 67.0, shielded=False) is None


def test_where_an_office_is_only_the_user_is_slowed() -> None:
    guard, now = Guard(RULES), 0.0
    waits = []
    for _ in range(FREE_FAILURES + 8):
        guard.failed(HOST, "1001", now, shielded=True)
        waits.append(guard.wait(HOST, "1001", now))
    assert waits == [0, 0, 0, 1, 2, 4, 8, 16, 32, LONGEST_WAIT, LONGEST_WAIT]
    assert not guard.is_banned(HOST, now)
    assert guard.wait(HOST, "1002", now) == 0
    assert guard.wait("192.0.2.8", "1001", now) == 0, "the user elsewhere is not locked out"
    assert guard.wait(HOST, "1001", now + LONGEST_WAIT) == 0


def test_who_tries_on_while_waiting_is_banned_too() -> None:
    guard = Guard(RULES)
    bans = [guard.tried_while_waiting(HOST, 0.0, shielded=False) for _ in range(10)]
    assert [ban is not None for ban in bans] == [False] * 9 + [True]
    assert guard.tried_while_waiting(HOST, 0.0, shielded=True) is None


def test_a_right_password_forgives_what_was_mistyped() -> None:
    guard = Guard(RULES)
    for _ in range(20):
        for _ in range(5):
            assert guard.failed(HOST, "1001", 0.0, shielded=False) is None
        guard.succeeded(HOST, "1001")
        assert guard.wait(HOST, "1001", 0.0) == 0


def test_a_ban_can_be_lifted_once() -> None:
    guard = Guard(RULES)
    now = fail(guard, 10, 0.0)
    [ban] = guard.bans()
    assert guard.lift(HOST, "kim").events == [BanEnded(ban, "kim")]
    assert guard.lift(HOST, "kim").events == []
    assert not guard.is_banned(HOST, now)
    assert guard.next_deadline() is None
    assert guard.handle_timer(ban.until).events == []


def test_an_ipv6_customer_is_one_address() -> None:
    guard = Guard(RULES)
    for each in range(10):
        guard.failed(f"2001:db8:0:1::{each + 1:x}", "1001", 0.0, shielded=False)
    assert guard.is_banned("2001:db8:0:1:ffff::1", 1.0)
    assert not guard.is_banned("2001:db8:0:2::1", 1.0)
    assert [ban.address for ban in guard.bans()] == ["2001:db8:0:1::/64"]
    assert guard.lift("2001:db8:0:1::99", "kim").events


def test_a_flood_from_everywhere_takes_bounded_memory_and_loses_no_ban() -> None:
    guard = Guard(RULES)
    fail(guard, 10, 0.0)
    for each in range(MEMORY + 500):
        guard.failed(f"10.{each >> 16}.{each >> 8 & 255}.{each & 255}", f"u{each}", 1.0, shielded=False)
    assert len(guard._addresses) <= MEMORY
    assert len(guard._users) <= MEMORY
    assert guard.is_banned(HOST, 2.0)


def test_no_attempts_means_no_bans() -> None:
    guard = Guard(GuessingRules(attempts=0))
    fail(guard, 500, 0.0)
    assert guard.bans() == []


@pytest.mark.parametrize(
    ("user", "text"),
    [
        ("1001", "1001"),
        ("", "-"),
        ("a b\nauthentication failed: address 10.0.0.1", "a?b?authentication?failed??address?10.0.0.1"),
        ("\x1b[31m\u202e", "?"),
        ("é" * 200, "\\xe9" * 64),
    ],
)
def test_what_a_stranger_calls_himself_forges_no_line(user: str, text: str) -> None:
    assert shown(user).startswith(text[:4])
    assert set(shown(user)) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-_.*#@\\?")
    if user.startswith("a "):
        assert shown(user) == text[: len(shown(user))]


def test_bans_of_an_earlier_run_go_on_and_go_on_growing() -> None:
    guard = Guard(RULES)
    guard.restore(HOST, -2000.0, 300, 10)
    guard.restore(HOST, -100.0, 600, 10)
    guard.restore("192.0.2.8", -2000.0, 300, 10)
    assert len(guard.handle_timer(0.0).events) == 1, "the other one is over"
    assert [(ban.address, ban.until, ban.times) for ban in guard.bans()] == [(HOST, 500.0, 2)]
    assert guard.is_banned(HOST, 0.0)
    assert guard.next_deadline() == 500.0
    guard.handle_timer(500.0)
    fail(guard, 10, 501.0)
    fail(guard, 10, 501.0, host="192.0.2.8")
    assert {ban.address: ban.times for ban in guard.bans()} == {HOST: 3, "192.0.2.8": 2}

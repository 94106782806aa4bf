"""Who a leg listens to."""

from __future__ import annotations

from telephony.media.latching import MAX_CANDIDATES, PROBATION_PACKETS, SILENCE_SECONDS, SourceLatch

PHONE = ("192.0.2.7", 4000)
NAT = ("203.0.113.9", 61000)
STRANGER = ("198.51.100.66", 5004)


def introduce(latch: SourceLatch, source: tuple[str, int], now: float, heard: float | None = None) -> bool:
    """Send what a source must send to be believed; whether it was."""
    return [latch.admit(source, 9, number, heard, now) for number in range(PROBATION_PACKETS)][-1]


def test_the_address_of_the_sdp_is_believed_at_its_first_packet() -> None:
    latch = SourceLatch(*PHONE)
    assert latch.admit(PHONE, 1, 1, None, 0.0)
    assert latch.source == PHONE


def test_another_port_of_the_sdps_host_is_believed_at_its_first_packet() -> None:
    latch = SourceLatch(*PHONE)
    assert latch.admit((PHONE[0], 4444), 1, 1, None, 0.0)


def test_another_host_is_believed_only_after_packets_in_a_row() -> None:
    latch = SourceLatch(*PHONE)
    assert not latch.admit(NAT, 1, 65535, None, 0.0)
    assert not latch.admit(NAT, 1, 0, None, 0.02)
    assert latch.source is None
    assert latch.admit(NAT, 1, 1, None, 0.04)
    assert latch.source == NAT


def test_packets_that_are_not_in_a_row_do_not_count() -> None:
    latch = SourceLatch(*PHONE)
    assert not any(latch.admit(NAT, 1, number, None, number * 0.01) for number in (1, 2, 4, 5, 7, 8))
    assert not any(latch.admit(NAT, ssrc, 9 + ssrc, None, 0.2) for ssrc in range(3))


def test_packets_in_a_row_but_too_slowly_do_not_count() -> None:
    latch = SourceLatch(*PHONE)
    assert not any(latch.admit(NAT, 1, number, None, number * 0.6) for number in range(6))


def test_a_flood_of_sources_is_not_remembered_without_bound() -> None:
    latch = SourceLatch(*PHONE)
    for port in range(1000):
        assert not latch.admit(("198.51.100.1", port), 1, 1, None, 0.0)
    assert len(latch._candidates) <= MAX_CANDIDATES
    assert introduce(latch, NAT, 0.1)


def test_once_latched_a_stranger_is_turned_away_while_the_source_speaks() -> None:
    latch = SourceLatch(*PHONE)
    assert latch.admit(PHONE, 1, 1, None, 0.0)
    for number in range(100):
        assert not latch.admit(STRANGER, 2, number, number * 0.02, number * 0.02)
    assert latch.source == PHONE


def test_not_even_another_port_of_the_right_host_takes_over_while_the_source_speaks() -> None:
    latch = SourceLatch(*PHONE)
    assert latch.admit(PHONE, 1, 1, None, 0.0)
    assert not introduce(latch, (PHONE[0], 4002), 0.1, heard=0.1)


def test_a_newcomer_takes_over_a_source_that_fell_silent_but_must_show_itself_first() -> None:
    latch = SourceLatch(*PHONE)
    assert latch.admit(PHONE, 1, 1, None, 0.0)
    late = SILENCE_SECONDS + 0.01
    assert not latch.admit(NAT, 5, 1, 0.0, late)
    assert not latch.admit(NAT, 5, 2, 0.0, late + 0.02)
    assert latch.admit(NAT, 5, 3, 0.0, late + 0.04)
    assert latch.source == NAT


def test_the_sdps_address_displaces_a_source_that_came_by_probation() -> None:
    latch = SourceLatch(*PHONE)
    assert introduce(latch, STRANGER, 0.0)
    assert latch.admit(PHONE, 1, 1, 0.06, 0.07)
    assert latch.source == PHONE
    assert not introduce(latch, STRANGER, 0.1, heard=0.1)


def test_a_host_name_in_the_sdp_matches_nobody_so_its_owner_shows_itself() -> None:
    latch = SourceLatch("phone.example.com", 4000)
    assert introduce(latch, PHONE, 0.0)


def test_ipv6_addresses_match_in_any_spelling() -> None:
    latch = SourceLatch("2001:DB8:0::7", 4000)
    assert latch.admit(("2001:db8::7", 4000, 0, 0), 1, 1, None, 0.0)
    assert latch.is_for("2001:db8::7", 4000)
    assert not latch.is_for("2001:db8::7", 4002)

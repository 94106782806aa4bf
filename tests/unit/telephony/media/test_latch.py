"""Who a leg listens to, and where it answers."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from telephony.media.latching import (
    MAX_CANDIDATES,
    MAX_FORMER,
    PROBATION_PACKETS,
    SILENCE_SECONDS,
    MediaHosts,
    SourceLatch,
)

PHONE = ("192.0.2.7", 4000)
PRIVATE = ("192.168.1.5", 4000)
NAT = ("203.0.113.9", 61000)
STRANGER = ("198.51.100.66", 5004)
GATEWAY = ("198.51.100.20", 7000)
LATE = SILENCE_SECONDS + 0.01


def latch_for(named: tuple[str, int], signals: str = "", networks: tuple[str, ...] = ()) -> SourceLatch:
    """A latch for an address in SDP, of a call that is signalled from a host."""
    latch = SourceLatch()
    latch.hosts = MediaHosts(signals, tuple(map(ip_network, networks)))
    latch.name(*named)
    return latch


def says(
    latch: SourceLatch, source: tuple[str, int], at: float = 0.0, heard: float | None = None, ssrc: int = 9
) -> bool:
    """A source sends a good many packets in a row, beginning at a time; whether it was heard in the end."""
    for number in range(2 * PROBATION_PACKETS):
        if latch.source == source:
            return True
        if latch.admit(source, ssrc, number, heard, at + number * 0.02):
            assert latch.source == source
            return True
    return False


# --- the address in SDP ------------------------------------------------------------------------------------


def test_the_address_of_the_sdp_is_heard_at_its_first_packet() -> None:
    latch = latch_for(PHONE)
    assert latch.admit(PHONE, 1, 1, None, 0.0)
    assert (latch.source, latch.destination) == (PHONE, PHONE)


@pytest.mark.parametrize("before", [NAT, ("192.0.2.7", 4444), ("203.0.113.9", 4000)])
def test_the_address_of_the_sdp_displaces_whoever_was_heard_before(before: tuple[str, int]) -> None:
    latch = latch_for(PHONE, NAT[0])
    assert says(latch, before)
    assert latch.admit(PHONE, 1, 1, 0.05, 0.06)
    assert (latch.source, latch.destination) == (PHONE, PHONE)


@pytest.mark.parametrize("other", [STRANGER, NAT, ("192.0.2.7", 4444)])
@pytest.mark.parametrize("at", [0.1, LATE, 3600.0])
def test_a_phone_that_is_where_it_says_is_not_taken_over_however_silent(
    other: tuple[str, int], at: float
) -> None:
    latch = latch_for(PHONE, NAT[0])
    assert latch.admit(PHONE, 1, 1, None, 0.0)
    assert not says(latch, other, at, heard=0.0)
    assert latch.source == PHONE


# --- strangers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("signals", ["", NAT[0], PHONE[0]])
@pytest.mark.parametrize("spoken", [False, True])
def test_a_stranger_is_never_heard(signals: str, spoken: bool) -> None:
    latch = latch_for(PHONE, signals)
    if spoken:
        assert latch.admit(PHONE, 1, 1, None, 0.0)
    for at in (0.0, 1.0, LATE, 60.0):
        assert not says(latch, STRANGER, at, heard=0.0 if spoken else None)
    assert latch.destination == (PHONE if spoken else None)


def test_a_stranger_never_takes_over_a_phone_behind_nat() -> None:
    latch = latch_for(PRIVATE, NAT[0])
    assert says(latch, NAT)
    assert not says(latch, STRANGER, LATE, heard=0.0)
    assert (latch.source, latch.destination) == (NAT, NAT)


# --- phones behind NAT --------------------------------------------------------------------------------------


def test_a_phone_behind_nat_is_heard_at_its_first_packet_and_answered_there() -> None:
    latch = latch_for(PRIVATE, NAT[0])
    assert latch.admit(NAT, 1, 1, None, 0.0)
    assert latch.destination == NAT


def test_another_port_of_the_host_that_signals_is_answered() -> None:
    latch = latch_for(PHONE, PHONE[0])
    source = (PHONE[0], 4444)
    assert latch.admit(source, 1, 1, None, 0.0)
    assert latch.destination == source


def test_a_nat_that_forgets_its_port_is_followed_once_the_old_one_is_silent() -> None:
    latch = latch_for(PRIVATE, NAT[0])
    assert says(latch, NAT)
    moved = (NAT[0], 62000)
    assert not says(latch, moved, 1.0, heard=0.9, ssrc=8)
    assert not latch.admit(moved, 8, 1, 0.0, LATE), "it must show itself first"
    assert says(latch, moved, LATE, heard=0.0, ssrc=8)
    assert latch.destination == moved


def test_the_same_stream_from_another_port_of_the_nat_is_followed_at_once() -> None:
    latch = latch_for(PRIVATE, NAT[0])
    assert says(latch, NAT)
    moved = (NAT[0], 62000)
    assert not latch.admit(moved, 9, 1, 0.9, 0.92), "not by one packet"
    assert says(latch, moved, 1.0, heard=0.9)
    assert not says(latch, STRANGER, 1.0, heard=0.9), "no stranger who knows the SSRC"
    assert latch.destination == moved


def test_hosts_that_the_settings_name_are_as_good_as_the_one_that_signals() -> None:
    latch = latch_for(PRIVATE, NAT[0], ("198.51.100.0/28", "2001:db8::/64"))
    assert not says(latch, ("198.51.100.16", 7000))
    assert says(latch, ("198.51.100.15", 7000))
    assert latch.destination == ("198.51.100.15", 7000)


# --- a gateway that is not the host that signals -----------------------------------------------------------


def test_another_port_of_the_sdps_host_is_heard_but_not_answered() -> None:
    latch = latch_for(GATEWAY, NAT[0])
    source = (GATEWAY[0], 7777)
    assert not latch.admit(source, 1, 1, None, 0.0)
    assert says(latch, source, 0.1)
    assert latch.destination is None
    assert latch.admit(GATEWAY, 1, 1, 0.2, 0.21)


# --- another address in SDP: re-INVITE, fork, early media and then the answer ------------------------------


@pytest.mark.parametrize("moved", [("192.0.2.7", 4002), GATEWAY])
@pytest.mark.parametrize("signals", [PHONE[0], NAT[0]])
def test_late_packets_from_the_old_address_never_draw_the_stream_back(
    moved: tuple[str, int], signals: str
) -> None:
    latch = latch_for(PHONE, signals)
    assert says(latch, PHONE)
    assert latch.name(*moved)
    assert latch.source is None
    assert not latch.admit(PHONE, 9, 1, 0.0, 0.02)
    for at in (0.1, LATE, 60.0):
        says(latch, PHONE, at, heard=0.0)
        assert latch.destination is None, "we send where SDP says, whatever the old address does"
    assert latch.admit(moved, 1, 1, 60.0, 60.02)
    assert not says(latch, PHONE, 90.0, heard=60.02)


def test_late_packets_from_an_address_that_was_named_but_not_heard() -> None:
    """A fork that was announced by a 183 speaks only after another one has answered."""
    latch = latch_for(PHONE, PHONE[0])
    latch.name(PHONE[0], 4002)
    assert not latch.admit(PHONE, 9, 1, None, 0.02)
    says(latch, PHONE, 0.1)
    assert latch.destination is None


def test_late_packets_from_the_old_port_of_a_nat() -> None:
    latch = latch_for(PRIVATE, NAT[0])
    assert says(latch, NAT)
    latch.name(PRIVATE[0], 4002)
    assert not latch.admit(NAT, 9, 1, 0.0, 0.02)
    moved = (NAT[0], 61002)
    assert latch.admit(moved, 1, 1, 0.0, 0.04)
    assert latch.destination == moved
    assert not latch.admit(NAT, 9, 2, 0.04, 0.06)


def test_the_new_port_of_a_nat_displaces_late_packets_at_once() -> None:
    latch = latch_for(PRIVATE, NAT[0])
    assert says(latch, NAT)
    latch.name(PRIVATE[0], 4002)
    assert says(latch, NAT, 0.1), "nobody else is heard"
    assert latch.destination is None
    moved = (NAT[0], 61002)
    assert latch.admit(moved, 1, 1, 0.2, 0.2)
    assert latch.destination == moved


def test_back_to_an_earlier_address_it_is_the_right_one_again() -> None:
    latch = latch_for(PRIVATE, NAT[0])
    assert says(latch, NAT)
    latch.name(*GATEWAY)
    assert latch.admit(GATEWAY, 1, 1, 0.0, 0.1)
    latch.name(*PRIVATE)
    assert latch.admit(NAT, 9, 1, 0.1, 0.2)
    assert latch.destination == NAT
    assert not latch.admit(GATEWAY, 1, 2, 0.2, 0.2)


@pytest.mark.parametrize("silence", ["0.0.0.0", "::"])
def test_a_hold_in_the_old_way_forgets_nobody(silence: str) -> None:
    latch = latch_for(PRIVATE, NAT[0])
    assert says(latch, NAT)
    assert not latch.name(silence, 4000)
    assert not latch.name(*PRIVATE)
    assert (latch.source, latch.destination) == (NAT, NAT)


def test_the_same_address_again_forgets_nobody() -> None:
    latch = latch_for(PRIVATE, NAT[0])
    assert says(latch, NAT)
    assert not latch.name(*PRIVATE)
    assert latch.source == NAT


def test_a_call_that_moves_for_ever_is_not_remembered_for_ever() -> None:
    latch = latch_for(PHONE, PHONE[0])
    for port in range(5000, 5200, 2):
        latch.name(PHONE[0], port)
    assert len(latch._former) <= MAX_FORMER


# --- probation and spelling ---------------------------------------------------------------------------------


def test_packets_that_are_not_in_a_row_do_not_count() -> None:
    source = (GATEWAY[0], 7777)
    latch = latch_for(GATEWAY)
    assert not any(latch.admit(source, 1, number, None, number * 0.01) for number in (1, 2, 4, 5, 7, 8))
    assert not any(latch.admit(source, ssrc, 9 + ssrc, None, 0.2) for ssrc in range(3))


def test_packets_in_a_row_but_too_slowly_do_not_count() -> None:
    latch = latch_for(GATEWAY)
    assert not any(latch.admit((GATEWAY[0], 7777), 1, number, None, number * 0.6) for number in range(6))


def test_a_flood_of_sources_is_not_remembered_without_bound() -> None:
    latch = latch_for(GATEWAY)
    for port in range(10_000, 11_000):
        assert not latch.admit((GATEWAY[0], port), 1, 1, None, 0.0)
    assert len(latch._candidates) <= MAX_CANDIDATES
    assert says(latch, (GATEWAY[0], 7777), 0.1)


def test_a_host_name_in_the_sdp_matches_only_the_host_that_signals() -> None:
    latch = latch_for(("phone.example.com", 4000), NAT[0])
    assert not says(latch, PHONE)
    assert says(latch, NAT)


def test_ipv6_addresses_match_in_any_spelling() -> None:
    latch = latch_for(("2001:DB8:0::7", 4000), "2001:db8:0:0::9")
    assert latch.admit(("2001:db8::7", 4000, 0, 0), 1, 1, None, 0.0)
    assert not latch.name("2001:db8::7", 4000)
    assert "2001:DB8::9" in latch.hosts
    assert "192.0.2.7" in MediaHosts("::ffff:192.0.2.7")

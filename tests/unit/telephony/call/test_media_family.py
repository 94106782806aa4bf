"""The address that a peer is told for its media is of the peer's family."""

from __future__ import annotations

import random

import pytest

from telephony.call.switchboard import media_host
from telephony.media.engine import Engine
from telephony.net.rtp_ports import PortPool
from tests.support import wire
from tests.unit.telephony.call.ends import End, with_ends

V4, V6 = "192.0.2.1", "2001:db8::1"


@pytest.mark.parametrize(
    ("local", "public", "advertised", "expected"),
    [
        (V4, None, V4, V4),
        (V4, "203.0.113.5", "203.0.113.5", "203.0.113.5"),
        (V6, "203.0.113.5", "203.0.113.5", V6),
        (V6, "2001:db8::5", V6, "2001:db8::5"),
        (V4, "2001:db8::5", "2001:db8::5", V4),
        (V4, "2001:db8::5", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "203.0.113.5", "203.0.113.5", "127.0.0.1"),
        ("::1", "2001:db8::5", "2001:db8::5", "::1"),
    ],
)
def test_the_public_address_counts_for_its_own_family(
    local: str, public: str | None, advertised: str, expected: str
) -> None:
    assert media_host(local, public=public, advertised=advertised) == expected


def both_families(end: End) -> None:
    """Give an end RTP ports of both families, the same ones."""
    first = random.randrange(33_000, 60_000, 2)
    end.engine.close()
    pools = [PortPool("0.0.0.0", first, first + 19), PortPool("::", first, first + 19)]
    end.engine = end.switchboard.engine = Engine(end.loop, pools)


@with_ends
async def test_an_offer_of_ipv6_that_is_signalled_over_ipv4_is_answered_in_ipv6(a: End, b: End) -> None:
    both_families(b)
    call = wire.Call(await b.line(), "1000", wire.sdp(4000).replace(b"IP4 127.0.0.1", b"IP6 ::1"))
    call.begin()
    leg = await b.next_call()
    leg.answer()
    answer = await call.reply()
    assert b"c=IN IP6 ::1\r\n" in answer.body
    assert f"m=audio {leg.media.port} ".encode() in answer.body
    call.ack()


@with_ends
async def test_both_families_have_the_same_ports_side_by_side(a: End, b: End) -> None:
    both_families(b)
    legs = []
    for body in (wire.sdp(4000), wire.sdp(4000).replace(b"IP4 127.0.0.1", b"IP6 ::1")):
        call = wire.Call(await b.line(), "1000", body)
        call.begin()
        legs.append(await b.next_call())
    assert legs[0].media.port == legs[1].media.port
    for leg in legs:
        leg.reject(486)


@with_ends
async def test_a_family_that_we_do_not_have_is_answered_in_that_of_signalling(a: End, b: End) -> None:
    b.prepares = False
    call = wire.Call(await b.line(), "1000", wire.sdp(4000).replace(b"IP4 127.0.0.1", b"IP6 ::1"))
    call.begin()
    leg = await b.next_call()
    assert leg.media.address == "127.0.0.1"
    leg.reject(488)

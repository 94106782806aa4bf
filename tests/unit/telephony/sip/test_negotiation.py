"""One offer at a time: who may change a session, and when (RFC 3261 14, RFC 5407 3.1)."""

from __future__ import annotations

from math import inf

import pytest

from telephony.sip.negotiation import AwaitedAck, Negotiation
from telephony.sip.timers import Timers
from telephony.sip.transaction_events import RequestReceived, TransactionKey
from tests.unit.telephony.sip.exchange import UDP, incoming, outgoing

KEY = TransactionKey("invite")


def negotiation(random: float = 0.5, *, owns: bool = True) -> Negotiation:
    return Negotiation(owns_call_id=owns, random=lambda: random)


def unacked(*, offers: bool = False) -> AwaitedAck:
    response = incoming("INVITE").response(200, to_tag="us")
    return AwaitedAck(KEY, response, offers=offers, timers=Timers(), now=0.0)


def test_a_turn_is_taken_once_and_only_by_those_who_want_it() -> None:
    session = negotiation()
    assert not session.take_turn()
    session.wanted = True
    assert session.take_turn()
    assert not session.take_turn()


def test_whatever_is_open_keeps_the_line() -> None:
    ours, theirs, ack = negotiation(), negotiation(), negotiation()
    ours.sent(outgoing("INVITE"))
    theirs.theirs = RequestReceived(KEY, incoming("INVITE"), UDP)
    ack.unacked = unacked()
    for session in (ours, theirs, ack):
        session.wanted = True
        assert session.busy
        assert not session.take_turn()
    ours.finished()
    assert theirs.take_theirs() is not None
    ack.unacked = None
    for session in (ours, theirs, ack):
        assert session.take_turn()


@pytest.mark.parametrize(("offers", "expected"), [(True, True), (False, False)])
def test_a_2xx_that_offers_is_an_open_offer_until_its_ack(offers: bool, expected: bool) -> None:
    session = negotiation()
    session.unacked = unacked(offers=offers)
    assert session.offer_open is expected


@pytest.mark.parametrize(
    ("owns", "random", "delay"),
    [(True, 0.0, 2.1), (True, 0.999, 4.0), (False, 0.0, 0.0), (False, 0.999, 2.0)],
)
def test_after_a_491_the_turn_comes_back_later(owns: bool, random: float, delay: float) -> None:
    session = negotiation(random, owns=owns)
    session.sent(outgoing("INVITE"))
    session.finished()
    session.glare(10.0)
    assert session.due == pytest.approx(10.0 + delay)
    assert not session.take_turn(), "the wait is not over"
    assert not session.handle_timer(session.due)
    assert session.take_turn()
    assert session.due == inf


def test_a_reinvite_that_is_never_decided_is_to_be_cancelled_once() -> None:
    session = negotiation()
    session.sent(outgoing("INVITE"))
    assert not session.may_cancel(), "nothing was heard of it yet (9.1)"
    assert session.ours is not None
    session.ours.heard = True
    session.progressed(32.0)
    session.progressed(40.0)
    assert session.due == 32.0, "a second 1xx does not lengthen the wait"
    assert session.handle_timer(32.0)
    assert session.may_cancel()
    assert not session.may_cancel()


def test_our_2xx_is_repeated_at_t1_doubling_up_to_t2_and_given_up_after_64_t1() -> None:
    waiting = unacked()
    times = []
    while waiting.due < waiting.lost_at:
        times.append(waiting.due)
        waiting.resent(waiting.due)
    assert times == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert waiting.due == 32.0

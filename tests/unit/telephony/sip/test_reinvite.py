"""Changing a call while it is up: RFC 3261 14, RFC 5407 3.1.4, 3.1.5 and 3.2; the same from both sides."""

from __future__ import annotations

import pytest

from telephony.sip.errors import LocalProtocolError
from telephony.sip.machine import Output
from telephony.sip.message import Request
from telephony.sip.session import SessionState
from telephony.sip.session_events import (
    CancelInvite,
    Confirmed,
    Ended,
    ReinviteAnswered,
    ReinviteConfirmed,
    ReinviteDue,
    ReinviteReceived,
    ReinviteRefused,
    Replied,
    Respond,
)
from tests.unit.telephony.sip.calls import (
    ANSWER,
    NOTHING,
    OFFER,
    US,
    CalledLine,
    CallingLine,
    Line,
    acks,
    answers,
    kinds,
    response,
    said,
    sent,
)

SIDES = pytest.mark.parametrize("side", [CalledLine, CallingLine])
Side = type[CalledLine] | type[CallingLine]


def reinvite(line: Line, body: bytes = OFFER) -> Request:
    """We change the session."""
    assert line.session.want_reinvite() == Output([], [ReinviteDue()])
    return sent(line.session.reinvite(body), "INVITE")


# --- ours -------------------------------------------------------------------------------------------------


@SIDES
def test_we_change_the_session(side: Side) -> None:
    line = side.up()
    request = reinvite(line)
    assert (request.body, request.headers.get("Contact")) == (OFFER, US)
    assert line.answer(request, 100) == NOTHING
    effects = line.answer(request, 200, body=ANSWER)
    assert kinds(effects) == ["SendAck", "ReinviteAnswered"]
    assert said(effects, ReinviteAnswered) == [ReinviteAnswered(ANSWER)]
    assert acks(effects)[0].cseq.number == request.cseq.number
    assert line.session.next_deadline() is None


@SIDES
def test_a_repeated_2xx_to_our_reinvite_gets_the_same_ack(side: Side) -> None:
    line = side.up()
    request = reinvite(line)
    first = line.answer(request, 200, body=ANSWER)
    assert line.answer(request, 200, body=ANSWER) == Output(first.effects, [])


@SIDES
def test_the_2xx_to_our_reinvite_moves_the_target(side: Side) -> None:
    line = side.up()
    effects = line.answer(reinvite(line), 200, body=ANSWER, contact="Contact: <sip:moved@198.51.100.7>")
    assert str(acks(effects)[0].uri) == "sip:moved@198.51.100.7"


@SIDES
def test_a_refused_change_leaves_the_session_as_it_was(side: Side) -> None:
    line = side.up()
    assert line.answer(reinvite(line), 488) == Output([], [ReinviteRefused(488)])
    assert line.session.state is SessionState.CONFIRMED
    assert line.session.want_reinvite() == Output([], [ReinviteDue()]), "the line is free again"


@SIDES
@pytest.mark.parametrize("status", [408, 481])
def test_a_peer_that_does_not_know_the_dialog_ends_the_call(side: Side, status: int) -> None:
    line = side.up()
    effects = line.answer(reinvite(line), status)
    assert effects.events == [ReinviteRefused(status), Ended("network", None, "dialog lost")]
    assert line.answer(sent(effects, "BYE"), 481) == NOTHING
    assert line.done


@SIDES
@pytest.mark.parametrize("status", [408, 503])
def test_a_reinvite_without_answer_ends_the_call(side: Side, status: int) -> None:
    line = side.up()
    request = reinvite(line)
    effects = line.fail("INVITE", request.cseq.number, status)
    assert kinds(effects) == ["SendRequest", "Ended"]
    assert sent(effects).method == "BYE"


@SIDES
def test_a_transaction_that_fails_after_the_refusal_does_not_end_the_call(side: Side) -> None:
    line = side.up()
    request = reinvite(line)
    line.answer(request, 491)
    assert line.fail("INVITE", request.cseq.number, 503) == NOTHING
    assert line.session.state is SessionState.CONFIRMED


@SIDES
def test_a_reinvite_that_is_never_decided_is_cancelled(side: Side) -> None:
    line = side.up()
    request = reinvite(line)
    line.wait(2.0)
    line.answer(request, 100)
    line.wait(10.0)
    line.answer(request, 180)
    assert line.watch(100.0) == [(34.0, CancelInvite(None))]
    assert line.answer(request, 487) == Output([], [ReinviteRefused(487)])
    assert line.session.next_deadline() is None


@SIDES
def test_one_change_at_a_time(side: Side) -> None:
    line = side.up()
    request = reinvite(line)
    assert line.session.want_reinvite() == NOTHING
    with pytest.raises(LocalProtocolError):
        line.session.reinvite(OFFER)
    assert kinds(line.answer(request, 200, body=ANSWER)) == ["SendAck", "ReinviteAnswered", "ReinviteDue"]


def test_a_change_wanted_before_the_ack_waits_for_it() -> None:
    line = CalledLine()
    line.session.accept(ANSWER, 0.0)
    assert line.session.want_reinvite() == NOTHING
    assert line.ack(1) == Output([], [Confirmed(b""), ReinviteDue()])


def test_a_call_that_is_not_up_cannot_be_changed() -> None:
    with pytest.raises(LocalProtocolError):
        CalledLine().session.want_reinvite()
    calling = CallingLine()
    calling.start()
    with pytest.raises(LocalProtocolError):
        calling.session.want_reinvite()
    over = CalledLine.up()
    over.session.hang_up(over.now)
    with pytest.raises(LocalProtocolError):
        over.session.want_reinvite()
    with pytest.raises(LocalProtocolError):
        over.session.reinvite(OFFER)
    with pytest.raises(LocalProtocolError):
        over.session.accept_reinvite(ANSWER, 0.0)


# --- theirs -----------------------------------------------------------------------------------------------


@SIDES
def test_the_peer_changes_the_session(side: Side) -> None:
    line = side.up()
    effects = line.request("INVITE", 2, body=OFFER)
    assert (answers(effects), effects.events) == ([100], [ReinviteReceived(OFFER)])
    answer = response(line.session.accept_reinvite(ANSWER, line.now))
    assert (answer.status, answer.body, answer.headers.get("Contact")) == (200, ANSWER, US)
    assert line.ack(2) == NOTHING
    assert line.session.next_deadline() is None


@SIDES
def test_the_peers_reinvite_moves_the_target(side: Side) -> None:
    line = side.up()
    line.request("INVITE", 2, body=OFFER, extra=["Contact: <sip:moved@198.51.100.7>"])
    line.session.refuse_reinvite(488)
    assert str(sent(line.session.hang_up(line.now), "BYE").uri) == "sip:moved@198.51.100.7"


@SIDES
def test_we_make_the_offer_when_the_peers_reinvite_has_none(side: Side) -> None:
    line = side.up()
    assert line.request("INVITE", 2).events == [ReinviteReceived(b"")]
    assert response(line.session.accept_reinvite(OFFER, line.now)).body == OFFER
    assert line.ack(2, ANSWER) == Output([], [ReinviteConfirmed(ANSWER)])


@SIDES
def test_an_ack_without_the_answer_is_told_as_such(side: Side) -> None:
    line = side.up()
    line.request("INVITE", 2)
    line.session.accept_reinvite(OFFER, line.now)
    assert line.ack(2) == Output([], [ReinviteConfirmed(b"")])


@SIDES
def test_a_change_that_we_refuse_leaves_the_session_as_it_was(side: Side) -> None:
    line = side.up()
    line.request("INVITE", 2, body=OFFER)
    assert answers(line.session.refuse_reinvite(488)) == [488]
    assert line.request("INVITE", 3, body=OFFER).events == [ReinviteReceived(OFFER)]


@SIDES
def test_our_2xx_to_a_reinvite_is_repeated_and_ends_the_call_without_ack(side: Side) -> None:
    line = side.up()
    line.request("INVITE", 2, body=OFFER)
    line.session.accept_reinvite(ANSWER, line.now)
    seen = line.watch(100)
    assert [at for at, _ in seen[:3]] == [0.5, 1.5, 3.5]
    assert [(at, type(effect).__name__) for at, effect in seen[-2:]] == [
        (32.0, "SendRequest"),
        (32.0, "Ended"),
    ]


@SIDES
def test_a_second_reinvite_before_the_answer_to_the_first_is_put_off(side: Side) -> None:
    line = side.up(random=lambda: 0.42)
    line.request("INVITE", 2, body=OFFER)
    put_off = response(line.request("INVITE", 3, body=OFFER))
    assert (put_off.status, put_off.headers.get("Retry-After")) == (500, "4")
    assert answers(line.session.accept_reinvite(ANSWER, line.now)) == [200], "the first one is not forgotten"


def test_a_reinvite_overtakes_the_ack_of_our_answer() -> None:
    line = CalledLine()
    line.session.accept(ANSWER, 0.0)
    effects = line.request("INVITE", 2, body=OFFER)
    assert (kinds(effects), answers(effects)) == (["Respond", "Confirmed", "ReinviteReceived"], [100])
    line.session.accept_reinvite(ANSWER, line.now)
    assert line.ack(1) == NOTHING, "the ACK that was late"
    assert line.session.next_deadline() is not None
    assert line.ack(2) == NOTHING
    assert line.session.next_deadline() is None


def test_a_reinvite_is_put_off_while_the_ack_must_bring_an_answer() -> None:
    line = CalledLine(body=b"")
    line.session.accept(OFFER, 0.0)
    assert answers(line.request("INVITE", 2, body=OFFER)) == [491]
    assert line.ack(1, ANSWER) == Output([], [Confirmed(ANSWER)])
    assert line.request("INVITE", 3, body=OFFER).events == [ReinviteReceived(OFFER)]


def test_a_change_of_ours_waits_for_the_one_that_overtook_the_ack() -> None:
    line = CalledLine()
    line.session.accept(ANSWER, 0.0)
    line.session.want_reinvite()
    assert said(line.request("INVITE", 2, body=OFFER), ReinviteDue) == []
    line.session.accept_reinvite(ANSWER, line.now)
    assert line.ack(2) == Output([], [ReinviteDue()])


# --- both at once -----------------------------------------------------------------------------------------


@SIDES
def test_a_reinvite_that_crosses_ours_is_answered_491(side: Side) -> None:
    line = side.up()
    request = reinvite(line)
    effects = line.request("INVITE", 2, body=OFFER)
    assert (answers(effects), kinds(effects)) == ([491], ["Respond"])
    assert kinds(line.answer(request, 200, body=ANSWER)) == ["SendAck", "ReinviteAnswered"]


@pytest.mark.parametrize(
    ("side", "random", "delay"),
    [
        (CallingLine, 0.0, 2.1),
        (CallingLine, 0.5, 3.05),
        (CallingLine, 0.999, 4.0),
        (CalledLine, 0.0, 0.0),
        (CalledLine, 0.5, 1.0),
        (CalledLine, 0.999, 2.0),
    ],
)
def test_after_491_the_owner_of_the_call_id_waits_longer(side: Side, random: float, delay: float) -> None:
    line = side.up(random=lambda: random)
    line.now = 100.0
    assert line.answer(reinvite(line), 491) == Output([], [ReinviteRefused(491)])
    ((at, effect),) = line.watch(10.0)
    assert effect == ReinviteDue()
    assert at == pytest.approx(100.0 + delay)
    sent(line.session.reinvite(OFFER), "INVITE")


@SIDES
def test_the_peers_change_goes_first_while_we_wait_after_491(side: Side) -> None:
    line = side.up()
    line.answer(reinvite(line), 491)
    line.request("INVITE", 2, body=OFFER)
    assert line.wait(10.0) == NOTHING, "not while theirs is open"
    line.session.accept_reinvite(ANSWER, line.now)
    assert line.ack(2) == Output([], [ReinviteDue()])


@SIDES
def test_a_call_that_ends_while_it_waits_after_491_makes_no_other_offer(side: Side) -> None:
    line = side.up()
    line.answer(reinvite(line), 491)
    line.request("BYE", 2)
    assert line.wait(10.0) == NOTHING
    assert line.session.state is SessionState.DONE


# --- and the end ------------------------------------------------------------------------------------------


@SIDES
def test_a_bye_answers_the_peers_open_reinvite_with_487(side: Side) -> None:
    line = side.up()
    open_key = said(line.request("INVITE", 2, body=OFFER), Respond)[0].key
    effects = line.request("BYE", 3)
    assert [(each.key == open_key, each.response.status) for each in said(effects, Respond)] == [
        (False, 200),
        (True, 487),
    ]
    assert line.done


@SIDES
def test_our_bye_answers_the_peers_open_reinvite_with_487(side: Side) -> None:
    line = side.up()
    line.request("INVITE", 2, body=OFFER)
    effects = line.session.hang_up(line.now)
    assert (answers(effects), sent(effects).method) == ([487], "BYE")


@SIDES
def test_our_open_reinvite_is_settled_before_the_session_is_done(side: Side) -> None:
    line = side.up()
    request = reinvite(line)
    assert kinds(line.request("BYE", 2)) == ["Respond", "Ended"]
    assert line.answer(request, 487) == NOTHING
    assert line.done


@SIDES
def test_the_answer_to_our_reinvite_that_crosses_a_bye_is_acknowledged(side: Side) -> None:
    line = side.up()
    request = reinvite(line)
    bye = sent(line.session.hang_up(line.now), "BYE")
    assert kinds(line.answer(request, 200, body=ANSWER)) == ["SendAck"]
    assert line.answer(bye, 200) == NOTHING
    assert line.done


@SIDES
def test_a_reinvite_that_the_peer_forgets_is_cancelled_with_the_call(side: Side) -> None:
    line = side.up()
    request = reinvite(line)
    line.answer(request, 100)
    assert kinds(line.session.hang_up(line.now)) == ["CancelInvite", "SendRequest", "Ended"]
    assert line.fail("INVITE", request.cseq.number, 408) == NOTHING
    assert line.fail("BYE", request.cseq.number + 1, 408) == NOTHING
    assert line.done


@SIDES
def test_a_reinvite_that_is_first_heard_of_after_the_end_is_cancelled_then(side: Side) -> None:
    line = side.up()
    request = reinvite(line)
    line.request("BYE", 2)
    assert line.answer(request, 100) == Output([CancelInvite(None)], [])
    assert line.answer(request, 100) == NOTHING
    assert line.fail("INVITE", request.cseq.number, 408) == NOTHING
    assert line.done


@SIDES
def test_a_bye_before_the_ack_of_a_reinvite_stops_its_repeating(side: Side) -> None:
    line = side.up()
    line.request("INVITE", 2, body=OFFER)
    line.session.accept_reinvite(ANSWER, line.now)
    bye = sent(line.session.hang_up(line.now), "BYE")
    assert line.wait(100) == NOTHING
    assert line.answer(bye, 200) == NOTHING
    assert line.done


@SIDES
def test_a_refer_that_finds_no_dialog_ends_the_call(side: Side) -> None:
    line = side.up()
    refer = sent(line.session.request("REFER"), "REFER")
    effects = line.answer(refer, 481)
    assert said(effects, Replied) == []
    assert said(effects, Ended) == [Ended("network", None, "dialog lost")]


@SIDES
def test_late_news_of_an_earlier_reinvite_does_not_touch_the_open_one(side: Side) -> None:
    line = side.up()
    earlier = reinvite(line)
    line.answer(earlier, 488)
    request = reinvite(line)
    assert line.answer(earlier, 488) == NOTHING
    assert line.fail("INVITE", earlier.cseq.number, 503) == NOTHING
    assert kinds(line.answer(request, 200, body=ANSWER)) == ["SendAck", "ReinviteAnswered"]

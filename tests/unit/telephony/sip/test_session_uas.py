"""The called side of an INVITE session: RFC 3261 9.2, 13.3, 15; RFC 5407 3.1 and 3.2."""

from __future__ import annotations

import pytest

from telephony.sip.errors import LocalProtocolError
from telephony.sip.machine import Output
from telephony.sip.session import SessionState
from telephony.sip.session_events import Confirmed, Ended, Respond
from telephony.sip.transaction_events import TransactionKey
from tests.unit.telephony.sip.calls import (
    ANSWER,
    NOTHING,
    OFFER,
    US,
    CalledLine,
    answers,
    kinds,
    requests,
    response,
    said,
    sent,
)

# A 2xx is repeated after T1, at doubling intervals up to T2, for 64*T1.
REPEATED_AT = [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]


def test_ringing_and_answer_carry_our_tag_contact_and_methods() -> None:
    line = CalledLine(extra=["Record-Route: <sip:p1.example.com;lr>"])
    ringing = response(line.session.progress(180, 0.0))
    answer = response(line.session.accept(ANSWER, 1.0))
    for each, status, body in ((ringing, 180, b""), (answer, 200, ANSWER)):
        assert (each.status, each.to.tag, each.headers.get("Contact")) == (status, "us", US)
        assert "BYE" in (each.headers.get("Allow") or "")
        assert each.headers.get("Record-Route") == "<sip:p1.example.com;lr>"
        assert each.body == body
    assert answer.content_type == "application/sdp"
    assert ringing.content_type is None


def test_early_media_has_a_body() -> None:
    progress = response(CalledLine().session.progress(183, 0.0, ANSWER))
    assert (progress.status, progress.body, progress.content_type) == (183, ANSWER, "application/sdp")


def test_the_ack_confirms_the_call() -> None:
    line = CalledLine()
    line.session.accept(ANSWER, 0.0)
    assert line.session.state is SessionState.ACCEPTED
    assert line.ack(1) == Output([], [Confirmed(b"")])
    assert line.session.state is SessionState.CONFIRMED
    assert line.session.next_deadline() is None


def test_the_ack_brings_the_answer_when_the_invite_had_no_offer() -> None:
    line = CalledLine(body=b"")
    line.session.accept(OFFER, 0.0)
    assert line.ack(1, ANSWER) == Output([], [Confirmed(ANSWER)])


def test_a_second_ack_says_nothing() -> None:
    line = CalledLine.up()
    assert line.ack(1) == NOTHING


def test_an_ack_of_another_request_does_not_count() -> None:
    line = CalledLine()
    line.session.accept(ANSWER, 0.0)
    assert line.ack(2) == NOTHING
    assert line.session.state is SessionState.ACCEPTED


# --- 2xx without ACK ----------------------------------------------------------------------------------


def test_the_2xx_is_repeated_as_it_was_until_the_call_is_given_up() -> None:
    line = CalledLine()
    first = line.session.accept(ANSWER, 0.0)
    seen = line.watch(31.9)
    assert [at for at, _ in seen] == REPEATED_AT
    assert [effect for _, effect in seen] == first.effects * len(REPEATED_AT)


def test_without_ack_the_call_ends_with_bye_after_64_t1() -> None:
    line = CalledLine()
    line.session.accept(ANSWER, 0.0)
    line.wait(31.9)
    assert line.session.next_deadline() == 32.0
    effects = line.wait(1.0)
    assert effects.events == [Ended("network", None, "no ACK")]
    assert line.answer(sent(effects, "BYE"), 200) == NOTHING
    assert line.done
    assert line.session.next_deadline() is None


def test_a_late_ack_stops_the_repeating() -> None:
    line = CalledLine()
    line.session.accept(ANSWER, 0.0)
    line.wait(31.6)
    line.ack(1)
    assert line.wait(100) == NOTHING


def test_the_ack_after_we_gave_up_changes_nothing() -> None:
    line = CalledLine()
    line.session.accept(ANSWER, 0.0)
    line.wait(32.0)
    assert line.ack(1) == NOTHING
    assert line.session.state is SessionState.ENDING


# --- hanging up ---------------------------------------------------------------------------------------


def test_a_bye_wanted_before_the_ack_waits_for_it() -> None:
    line = CalledLine()
    line.session.accept(ANSWER, 0.0)
    assert line.session.hang_up(line.now, "SIP;cause=200") == Output([], [Ended("local", None, "hung up")])
    assert kinds(line.wait(1.0)) == ["Respond"], "the 2xx is still repeated"
    bye = sent(line.ack(1), "BYE")
    assert bye.headers.get("Reason") == "SIP;cause=200"
    assert line.answer(bye, 200) == NOTHING
    assert line.done


def test_a_bye_wanted_before_an_ack_that_never_comes_is_sent_at_the_end_of_the_wait() -> None:
    line = CalledLine()
    line.session.accept(ANSWER, 0.0)
    line.session.hang_up(line.now)
    line.wait(31.9)
    assert line.session.next_deadline() == 32.0
    effects = line.wait(8.0)
    assert sent(effects).method == "BYE"
    assert said(effects, Ended) == [], "the end was told already"


def test_hanging_up_twice_says_one_bye() -> None:
    line = CalledLine.up()
    sent(line.session.hang_up(line.now), "BYE")
    assert line.session.hang_up(line.now) == NOTHING


def test_a_bye_that_nobody_answers_ends_the_session_all_the_same() -> None:
    line = CalledLine.up()
    bye = sent(line.session.hang_up(line.now), "BYE")
    assert line.fail("BYE", bye.cseq.number, 408) == NOTHING
    assert line.done
    assert line.session.state is SessionState.DONE


@pytest.mark.parametrize("status", [200, 401, 408, 481, 500, 603])
def test_any_final_answer_to_our_bye_ends_the_session(status: int) -> None:
    line = CalledLine.up()
    bye = sent(line.session.hang_up(line.now), "BYE")
    assert line.answer(bye, 100) == NOTHING
    assert line.answer(bye, status) == NOTHING
    assert line.done


def test_the_peer_hangs_up() -> None:
    line = CalledLine.up()
    effects = line.request("BYE", 2)
    assert answers(effects) == [200]
    assert kinds(effects) == ["Respond", "Ended"]
    assert line.done
    assert said(effects, Ended) == [Ended("remote", None, "BYE")]


def test_the_peer_hangs_up_before_its_ack_came() -> None:
    line = CalledLine()
    line.session.accept(ANSWER, 0.0)
    effects = line.request("BYE", 2)
    assert kinds(effects) == ["Respond", "Ended"]
    assert line.done
    assert line.wait(100) == NOTHING, "the 2xx is not repeated for a call that is over"
    assert line.ack(1) == NOTHING


def test_the_peer_hangs_up_while_our_own_bye_waits_for_the_ack() -> None:
    line = CalledLine()
    line.session.accept(ANSWER, 0.0)
    line.session.hang_up(line.now)
    effects = line.request("BYE", 2)
    assert kinds(effects) == ["Respond"]
    assert line.done


def test_two_byes_cross() -> None:
    line = CalledLine.up()
    bye = sent(line.session.hang_up(line.now), "BYE")
    effects = line.request("BYE", 2)
    assert (answers(effects), kinds(effects)) == ([200], ["Respond"])
    assert line.answer(bye, 481) == NOTHING
    assert line.done


# --- before the answer --------------------------------------------------------------------------------


def test_a_cancel_ends_the_call_with_487() -> None:
    line = CalledLine()
    line.session.progress(180, 0.0)
    effects = line.cancel()
    assert kinds(effects) == ["Respond", "Ended"]
    assert line.done
    assert said(effects, Respond)[0].key == TransactionKey("invite")
    assert said(effects, Ended) == [Ended("remote", 487, "Request Terminated")]
    assert line.session.next_deadline() is None


def test_a_cancel_before_we_said_anything_does_the_same() -> None:
    assert answers(CalledLine().cancel()) == [487]


def test_a_cancel_that_crosses_our_2xx_has_no_effect() -> None:
    line = CalledLine()
    line.session.accept(ANSWER, 0.0)
    assert line.cancel() == NOTHING
    assert line.ack(1) == Output([], [Confirmed(b"")])


def test_a_cancel_after_the_end_has_no_effect() -> None:
    line = CalledLine()
    line.session.refuse(486)
    assert line.cancel() == NOTHING


def test_the_caller_may_end_an_early_dialog_by_bye() -> None:
    line = CalledLine()
    line.session.progress(180, 0.0)
    effects = line.request("BYE", 2)
    assert answers(effects) == [200, 487]
    assert said(effects, Ended) == [Ended("remote", 487, "Request Terminated")]
    assert line.done


def test_a_refusal_has_its_status_reason_and_headers() -> None:
    line = CalledLine()
    effects = line.session.refuse(486, "On The Phone", (("Retry-After", "60"),))
    refusal = response(effects)
    assert (refusal.status, refusal.reason, refusal.headers.get("Retry-After")) == (486, "On The Phone", "60")
    assert refusal.to.tag == "us"
    assert effects.events == [Ended("local", 486, "On The Phone")]
    assert line.done


def test_hanging_up_a_call_that_was_not_answered_refuses_it() -> None:
    refusal = response(CalledLine().session.hang_up(0.0, "SIP;cause=480"))
    assert (refusal.status, refusal.headers.get("Reason")) == (480, "SIP;cause=480")


def test_a_caller_who_cannot_be_reached_any_more_is_gone() -> None:
    line = CalledLine()
    assert line.unreachable() == Output([], [Ended("network", None, "transport failed")])
    assert line.done
    assert line.unreachable() == NOTHING


def test_a_lost_transaction_does_not_end_a_call_that_was_answered() -> None:
    line = CalledLine.up()
    assert line.unreachable() == NOTHING
    assert line.session.state is SessionState.CONFIRMED


def test_an_answered_call_can_be_neither_answered_nor_refused_again() -> None:
    line = CalledLine()
    line.session.accept(ANSWER, 0.0)
    with pytest.raises(LocalProtocolError):
        line.session.accept(ANSWER, 0.0)
    with pytest.raises(LocalProtocolError):
        line.session.refuse(486)
    with pytest.raises(LocalProtocolError):
        line.session.progress(180, 0.0)


def test_ringing_is_repeated_every_minute() -> None:
    line = CalledLine()
    line.session.progress(180, 0.0)
    line.wait(30.0)
    line.session.progress(183, line.now, ANSWER)
    seen = line.watch(130.0)
    assert [at for at, _ in seen] == [90.0, 150.0]
    assert {each.response.status for _, each in seen if isinstance(each, Respond)} == {183}
    line.session.accept(ANSWER, line.now)
    line.ack(1)
    assert line.wait(500) == NOTHING


def test_an_invitation_expires() -> None:
    line = CalledLine(extra=["Expires: 30"])
    line.session.progress(180, 0.0)
    assert line.session.next_deadline() == 30.0
    effects = line.wait(100)
    assert (answers(effects), effects.events) == ([487], [Ended("remote", 487, "Request Terminated")])
    assert line.done


def test_an_answered_call_does_not_expire() -> None:
    line = CalledLine(extra=["Expires: 30"])
    line.session.accept(ANSWER, 0.0)
    line.ack(1)
    assert line.wait(100) == NOTHING


@pytest.mark.parametrize("value", ["", "soon", "-1", "30.5", "9" * 400, "٣"])
def test_an_unreadable_expires_is_none(value: str) -> None:
    assert CalledLine(extra=[f"Expires: {value}"]).session.next_deadline() is None


# --- requests at the wrong time -----------------------------------------------------------------------


def test_requests_out_of_order_are_answered_500() -> None:
    line = CalledLine.up()
    line.request("INFO", 5)
    assert answers(line.request("BYE", 5)) == [500]
    assert answers(line.request("BYE", 4)) == [500]
    assert line.session.state is SessionState.CONFIRMED
    assert answers(line.request("BYE", 6)) == [200]


@pytest.mark.parametrize("method", ["INFO", "INVITE", "OPTIONS", "NOTIFY"])
def test_after_our_bye_only_a_bye_still_means_something(method: str) -> None:
    line = CalledLine.up()
    line.session.hang_up(line.now)
    effects = line.request(method, 2)
    assert (answers(effects), kinds(effects)) == ([481], ["Respond"])


def test_a_reinvite_while_our_bye_waits_for_the_ack_is_refused() -> None:
    line = CalledLine()
    line.session.accept(ANSWER, 0.0)
    line.session.hang_up(line.now)
    assert answers(line.request("INVITE", 2, body=OFFER)) == [481]
    assert len(requests(line.ack(1))) == 1


@pytest.mark.parametrize("method", ["BYE", "INVITE", "INFO"])
def test_after_the_end_nothing_is_known(method: str) -> None:
    line = CalledLine.up()
    line.request("BYE", 2)
    effects = line.request(method, 3)
    assert (answers(effects), kinds(effects)) == ([481], ["Respond"])


def test_a_second_invite_before_the_answer_to_the_first_is_put_off() -> None:
    line = CalledLine(random=lambda: 0.99)
    put_off = response(line.request("INVITE", 2, body=OFFER))
    assert (put_off.status, put_off.headers.get("Retry-After")) == (500, "9")
    line.session.accept(ANSWER, 0.0)
    assert line.ack(1) == Output([], [Confirmed(b"")])

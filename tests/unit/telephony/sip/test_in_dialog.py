"""Requests inside a dialog that don't change the session: INFO, OPTIONS, our REFER, unknown ones."""

from __future__ import annotations

import pytest

from telephony.sip.errors import LocalProtocolError
from telephony.sip.info_keys import InfoKeys
from telephony.sip.machine import Output
from telephony.sip.referral import sipfrag_status
from telephony.sip.session import SessionState
from telephony.sip.session_events import Confirmed, Ended, InfoReceived, ReferProgressed, ReinviteDue, Replied
from tests.unit.telephony.sip.calls import (
    ANSWER,
    NOTHING,
    OFFER,
    US,
    CalledLine,
    CallingLine,
    answers,
    kinds,
    requests,
    response,
    said,
    sent,
)

REFER_EVENT = "Event: refer;id=7"


def referred() -> CallingLine:
    line = CallingLine.up()
    refer = sent(line.session.request("REFER", (("Refer-To", "<sip:1002@example.com>"),)), "REFER")
    assert line.answer(refer, 202) == Output([], [Replied("REFER", 202)])
    return line


def test_info_is_answered_and_passed_on() -> None:
    line = CalledLine.up()
    effects = line.request("INFO", 2, body=b"Signal=5", extra=["Content-Type: application/dtmf-relay"])
    assert answers(effects) == [200]
    assert said(effects, InfoReceived) == [InfoReceived(InfoKeys("5"))]


def test_info_before_the_answer_counts_too() -> None:
    effects = CalledLine().request("INFO", 2, body=b"5", extra=["Content-Type: application/dtmf"])
    assert kinds(effects) == ["Respond", "InfoReceived"]


def test_info_without_a_body_is_answered_and_says_nothing() -> None:
    effects = CalledLine.up().request("INFO", 2)
    assert answers(effects) == [200]
    assert not said(effects, InfoReceived)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/dtmf-relay", b"Signal=hf"),
        ("application/media_control+xml", b"<media_control/>"),
        ("text/plain", b"5"),
    ],
)
def test_info_that_is_not_understood_is_refused_and_not_lost(kind: str, body: bytes) -> None:
    effects = CalledLine.up().request("INFO", 2, body=body, extra=[f"Content-Type: {kind}"])
    refusal = response(effects)
    assert refusal.status == 415
    assert "application/dtmf-relay" in (refusal.headers.get("Accept") or "")
    assert not said(effects, InfoReceived)


def test_info_of_a_package_that_we_did_not_ask_for_is_refused() -> None:
    refusal = response(CalledLine.up().request("INFO", 2, extra=["Info-Package: foo"]))
    assert (refusal.status, refusal.headers.get("Recv-Info")) == (469, "")


def test_options_say_what_we_can_do() -> None:
    answer = response(CalledLine.up().request("OPTIONS", 2))
    assert (answer.status, answer.headers.get("Accept")) == (200, "application/sdp")
    assert "INVITE" in (answer.headers.get("Allow") or "")


@pytest.mark.parametrize("method", ["PRACK", "MESSAGE", "REGISTER", "FOO"])
def test_what_we_do_not_serve_is_refused_with_what_we_do(method: str) -> None:
    refusal = response(CalledLine.up().request(method, 2))
    assert refusal.status == 405
    assert "BYE" in (refusal.headers.get("Allow") or "")


def test_a_refer_carries_its_headers_and_our_contact() -> None:
    line = CallingLine.up()
    refer = sent(line.session.request("REFER", (("Refer-To", "<sip:1002@example.com>"),)), "REFER")
    assert refer.headers.get("Refer-To") == "<sip:1002@example.com>"
    assert refer.headers.get("Contact") == US
    assert line.answer(refer, 100) == NOTHING
    assert line.answer(refer, 603) == Output([], [Replied("REFER", 603)])


def test_a_transport_failure_of_a_refer_is_its_answer() -> None:
    line = CallingLine.up()
    refer = sent(line.session.request("REFER"), "REFER")
    assert line.fail("REFER", refer.cseq.number, 503) == Output([], [Replied("REFER", 503)])
    assert line.session.state is SessionState.CONFIRMED


def test_silence_to_a_refer_ends_the_call() -> None:
    line = CallingLine.up()
    refer = sent(line.session.request("REFER"), "REFER")
    effects = line.fail("REFER", refer.cseq.number, 408)
    assert said(effects, Ended) == [Ended("network", None, "dialog lost")]


def test_no_request_before_the_call_is_up_or_after_it() -> None:
    with pytest.raises(LocalProtocolError):
        CalledLine().session.request("INFO")
    line = CallingLine.up()
    line.session.hang_up(line.now)
    with pytest.raises(LocalProtocolError):
        line.session.request("REFER")


# --- requests of ours wait for the ACK (RFC 3261 13.3.1.4) ----------------------------------------------


def answered() -> CalledLine:
    """We answered, and no ACK has come."""
    line = CalledLine()
    line.session.accept(ANSWER, 0.0)
    return line


@pytest.mark.parametrize("method", ["REFER", "INFO"])
def test_a_request_after_our_answer_waits_for_the_ack(method: str) -> None:
    line = answered()
    assert line.session.request(method, (("Subject", "later"),)) == NOTHING
    effects = line.ack(1)
    request = sent(effects, method)
    assert (request.headers.get("Subject"), request.cseq.number) == ("later", 1)
    assert effects.events == [Confirmed(b"")]


def test_several_requests_go_out_in_order_once_the_ack_came() -> None:
    line = answered()
    for method in ("INFO", "REFER"):
        line.session.request(method)
    line.session.want_reinvite()
    effects = line.ack(1)
    assert [(each.method, each.cseq.number) for each in requests(effects)] == [("INFO", 1), ("REFER", 2)]
    assert effects.events == [Confirmed(b""), ReinviteDue()]


def test_a_lost_ack_that_a_reinvite_makes_up_for_lets_the_request_go() -> None:
    line = answered()
    line.session.request("REFER")
    assert sent(line.request("INVITE", 2, body=OFFER)).method == "REFER"


def test_a_cancel_that_crosses_our_answer_does_not_hold_the_request_up() -> None:
    line = answered()
    line.session.request("REFER")
    assert line.cancel() == NOTHING
    assert sent(line.ack(1)).method == "REFER"


def test_a_call_that_we_hang_up_before_the_ack_sends_no_other_request_than_its_bye() -> None:
    line = answered()
    line.session.request("REFER")
    line.session.hang_up(line.now)
    assert sent(line.ack(1)).method == "BYE"


def test_a_call_that_ends_before_the_ack_sends_no_request() -> None:
    line = answered()
    line.session.request("REFER")
    assert requests(line.request("BYE", 2)) == []
    assert line.done


def test_a_call_whose_ack_never_comes_sends_its_bye_alone() -> None:
    line = answered()
    line.session.request("REFER")
    assert [request.method for request in requests(line.wait(40.0))] == ["BYE"]


def test_a_request_waits_for_the_ack_that_we_owe() -> None:
    line = CallingLine(body=b"")
    line.answer(line.start(), 200, body=OFFER)
    assert line.session.request("INFO") == NOTHING
    assert kinds(line.session.acknowledge(ANSWER, line.now)) == ["SendAck", "SendRequest"]


# --- our REFER ------------------------------------------------------------------------------------------


def test_notifies_tell_how_the_transfer_goes() -> None:
    line = referred()
    active, over = (
        "Subscription-State: active;expires=60",
        "Subscription-State: terminated;reason=noresource",
    )
    trying = line.request("NOTIFY", 1, body=b"SIP/2.0 100 Trying\r\n", extra=[REFER_EVENT, active])
    assert (answers(trying), said(trying, ReferProgressed)) == ([200], [ReferProgressed(100, False)])
    done = line.request("NOTIFY", 2, body=b"SIP/2.0 200 OK\r\n", extra=[REFER_EVENT, over])
    assert (answers(done), said(done, ReferProgressed)) == ([200], [ReferProgressed(200, True)])
    assert answers(line.request("NOTIFY", 3, extra=[REFER_EVENT, over])) == [481]


def test_a_notify_may_overtake_the_202() -> None:
    line = CallingLine.up()
    refer = sent(line.session.request("REFER"), "REFER")
    effects = line.request("NOTIFY", 1, body=b"SIP/2.0 180 Ringing", extra=[REFER_EVENT])
    assert said(effects, ReferProgressed) == [ReferProgressed(180, False)]
    assert line.answer(refer, 202) == Output([], [Replied("REFER", 202)])


def test_a_final_status_is_the_end_even_when_the_subscription_stays() -> None:
    effects = referred().request("NOTIFY", 1, body=b"SIP/2.0 486 Busy Here", extra=[REFER_EVENT])
    assert said(effects, ReferProgressed) == [ReferProgressed(486, True)]


def test_a_subscription_that_ends_without_a_result_is_over_too() -> None:
    effects = referred().request("NOTIFY", 1, extra=[REFER_EVENT, "Subscription-State: terminated"])
    assert said(effects, ReferProgressed) == [ReferProgressed(100, True)]


@pytest.mark.parametrize("event", ["Event: refer", "Event: presence", "Subject: none"])
def test_a_notify_that_nobody_asked_for_is_refused(event: str) -> None:
    assert answers(CalledLine.up().request("NOTIFY", 2, extra=[event])) == [481]


def test_a_notify_of_another_package_is_refused_after_a_refer_too() -> None:
    assert answers(referred().request("NOTIFY", 1, extra=["Event: presence"])) == [481]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"SIP/2.0 200 OK\r\n", 200),
        (b"sip/2.0  603  Decline\nTo: x", 603),
        (b"SIP/2.0 503", 503),
        (b"", 100),
        (b"hello world", 100),
        (b"SIP/2.0 2000", 100),
        (b"SIP/2.0 abc", 100),
        (b"SIP/2.0 \xb2\xb2\xb2", 100),
        (b"\r\nSIP/2.0 200 OK", 100),
    ],
)
def test_the_status_in_a_sipfrag(body: bytes, status: int) -> None:
    assert sipfrag_status(body) == status

"""A transfer that the peer asks for: REFER, its answer and its reports (RFC 3515, 3891, 4488)."""

from __future__ import annotations

import pytest

from telephony.sip.errors import RemoteProtocolError
from telephony.sip.machine import Output
from telephony.sip.message import Request
from telephony.sip.referral import SUBSCRIPTION_SECONDS, Referral, Replaces, read_refer
from telephony.sip.session import SessionState
from telephony.sip.session_events import Ended, ReferReceived, SessionOutput
from telephony.sip.uri import parse_uri
from tests.unit.telephony.sip.calls import (
    NOTHING,
    US,
    CalledLine,
    CallingLine,
    Line,
    answers,
    kinds,
    requests,
    response,
    said,
    sent,
)
from tests.unit.telephony.sip.exchange import incoming

TARGET = "sip:1002@example.com"
REPLACES = "Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2"
REFER_TO = f"Refer-To: <{TARGET}>"
SIDES = pytest.mark.parametrize("side", [CalledLine, CallingLine])
Side = type[CalledLine] | type[CallingLine]


def refer(line: Line, cseq: int = 2, *extra: str) -> SessionOutput:
    """The peer asks for a transfer."""
    return line.request("REFER", cseq, extra=[REFER_TO, *extra])


def taken(side: Side = CalledLine) -> tuple[Line, Request]:
    """A call whose peer's transfer we took, and the first report, not answered yet."""
    line = side.up()
    refer(line)
    return line, sent(line.session.answer_transfer(202, line.now), "NOTIFY")


def reports(output: SessionOutput) -> list[tuple[str, str]]:
    """What the NOTIFYs say: the status line and the subscription's state."""
    return [
        (request.body.decode().strip(), request.headers.get("Subscription-State") or "")
        for request in requests(output)
    ]


# --- what is asked for ------------------------------------------------------------------------------------


def read(*extra: str) -> Referral:
    return read_refer(incoming("REFER", extra=extra))


@pytest.mark.parametrize(
    ("value", "target"),
    [
        (f"<{TARGET}>", TARGET),
        ('"Ann" <sip:ann@example.com;transport=tcp>;x=y', "sip:ann@example.com;transport=tcp"),
        ("sip:1002@example.com", "sip:1002@example.com"),
        ("<sip:1002@example.com;method=INVITE>", "sip:1002@example.com"),
        ("<sip:1002@example.com?Subject=hello&Require=x>", "sip:1002@example.com"),
        ("<tel:+49301234>", "tel:+49301234"),
    ],
)
def test_the_target_is_a_telephone(value: str, target: str) -> None:
    referral = read(f"Refer-To: {value}")
    assert referral == Referral(parse_uri(target), None, None, True)


def test_an_attended_transfer_names_the_dialog_to_replace() -> None:
    value = "<sip:1002@example.com?Replaces=abc%40host%3Bto-tag%3D7x%3Bfrom-tag%3D2-3%3Bearly-only>"
    assert read(f"r: {value}").replaces == Replaces("abc@host", "7x", "2-3", True)


@pytest.mark.parametrize(
    "text",
    ["", "abc", "abc;to-tag=1", "abc;to-tag=1;from-tag=", ";to-tag=1;from-tag=2", "a;to-tag=1;to-tag=2"],
)
def test_a_replaces_needs_a_call_id_and_both_tags(text: str) -> None:
    with pytest.raises(RemoteProtocolError) as error:
        Replaces.parse(text)
    assert error.value.status == 400


@pytest.mark.parametrize(
    ("extra", "status"),
    [
        ([], 400),
        (["Refer-To: <sip:a@b>", "Refer-To: <sip:c@d>"], 400),
        (["Refer-To: <sip:a@b>, <sip:c@d>"], 400),
        (["Refer-To: <http://example.com>"], 400),
        (["Refer-To: <sip:>"], 400),
        (["Refer-To: <sips:1002@b>"], 416),
        (["Refer-To: SIPS:1002@b"], 416),
        (["Refer-To: <sip:a@b?Replaces=x>"], 400),
        ([f"Refer-To: <sip:a@b?{REPLACES}&{REPLACES}>"], 400),
        (["Refer-To: <sip:a@b;method=SUBSCRIBE>"], 603),
    ],
)
def test_a_refer_that_makes_no_sense_is_refused(extra: list[str], status: int) -> None:
    effects = CalledLine.up().request("REFER", 2, extra=extra)
    assert (kinds(effects), answers(effects)) == (["Respond"], [status])


def test_who_refers_and_whether_reports_are_wanted_is_read() -> None:
    referral = read(REFER_TO, "Referred-By: <sip:1001@x>", "Refer-Sub: false;x=y")
    assert (referral.referred_by, referral.reports) == ("<sip:1001@x>", False)
    assert read(REFER_TO, "Refer-Sub: true").reports


# --- how it is answered and reported ----------------------------------------------------------------------


@SIDES
def test_a_transfer_is_taken_and_reported(side: Side) -> None:
    line = side.up()
    assert refer(line) == Output([], [ReferReceived(Referral(parse_uri(TARGET), None, None, True))])
    effects = line.session.answer_transfer(202, line.now)
    assert (kinds(effects), answers(effects)) == (["Respond", "SendRequest"], [202])
    assert response(effects).headers.get("Contact") == US
    notify = sent(effects, "NOTIFY")
    assert reports(effects) == [("SIP/2.0 100 Trying", f"active;expires={SUBSCRIPTION_SECONDS}")]
    assert notify.headers.get("Event") == "refer"
    assert notify.content_type == "message/sipfrag"
    assert line.answer(notify, 200) == NOTHING
    line.now = 10.0
    ringing = line.session.report_transfer(180, line.now)
    assert reports(ringing) == [("SIP/2.0 180 Ringing", f"active;expires={SUBSCRIPTION_SECONDS - 10}")]
    line.answer(sent(ringing), 200)
    done = line.session.report_transfer(200, line.now)
    assert reports(done) == [("SIP/2.0 200 OK", "terminated;reason=noresource")]
    assert line.answer(sent(done), 200) == NOTHING
    assert line.session.next_deadline() is None
    assert line.session.state is SessionState.CONFIRMED


def test_a_refused_transfer_leaves_nothing_behind() -> None:
    line = CalledLine.up()
    refer(line)
    assert answers(line.session.answer_transfer(603, 0.0)) == [603]
    assert line.session.report_transfer(200, 0.0) == NOTHING
    assert kinds(refer(line, 3)) == ["ReferReceived"]


def test_a_report_of_a_transfer_that_nobody_answered_takes_it() -> None:
    line = CalledLine.up()
    refer(line)
    effects = line.session.report_transfer(486, 0.0)
    assert answers(effects) == [202]
    assert reports(effects) == [("SIP/2.0 100 Trying", "active;expires=300")]
    assert line.session.answer_transfer(202, 0.0) == NOTHING
    assert reports(line.answer(sent(effects), 200)) == [
        ("SIP/2.0 486 Busy Here", "terminated;reason=noresource")
    ]


def test_reports_wait_for_each_other_and_the_newest_counts() -> None:
    line, first = taken()
    assert line.session.report_transfer(180, 0.0) == NOTHING
    assert line.session.report_transfer(183, 0.0) == NOTHING
    later = line.answer(first, 200)
    assert [report for report, _ in reports(later)] == ["SIP/2.0 183 Session Progress"]


def test_nothing_is_reported_to_a_peer_that_wants_no_reports() -> None:
    line = CalledLine.up()
    refer(line, 2, "Refer-Sub: false", "Supported: norefersub")
    effects = line.session.answer_transfer(202, 0.0)
    assert kinds(effects) == ["Respond"]
    assert response(effects).headers.get("Refer-Sub") == "false"
    assert answers(refer(line, 3)) == [491], "it goes on all the same"
    assert line.session.report_transfer(200, 0.0) == NOTHING
    assert line.session.next_deadline() is None
    assert kinds(refer(line, 4)) == ["ReferReceived"]


def test_one_transfer_at_a_time() -> None:
    line, first = taken()
    assert answers(refer(line, 3)) == [491]
    line.session.report_transfer(200, 0.0)
    assert answers(refer(line, 4)) == [491], "its last report has not been heard"
    last = sent(line.answer(first, 200))
    line.answer(last, 200)
    refer(line, 5)
    again = sent(line.session.answer_transfer(202, 0.0))
    assert again.headers.get("Event") == "refer;id=5"


@pytest.mark.parametrize("status", [481, 408, 489, 503])
def test_a_report_that_fails_ends_the_subscription_and_nothing_else(status: int) -> None:
    line, first = taken()
    if status in (408, 503):
        assert line.fail("NOTIFY", first.cseq.number, status) == NOTHING
    else:
        assert line.answer(first, status) == NOTHING
    assert line.session.state is SessionState.CONFIRMED
    assert line.session.next_deadline() is None
    assert answers(refer(line, 3)) == [491], "the transfer itself goes on"
    assert line.session.report_transfer(200, 0.0) == NOTHING
    assert kinds(refer(line, 4)) == ["ReferReceived"]


@pytest.mark.parametrize(("ringing", "last"), [(False, "SIP/2.0 100 Trying"), (True, "SIP/2.0 180 Ringing")])
def test_a_transfer_that_takes_too_long_is_reported_no_more(ringing: bool, last: str) -> None:
    line, notify = taken()
    line.answer(notify, 200)
    if ringing:
        line.answer(sent(line.session.report_transfer(180, 0.0)), 200)
    assert line.session.next_deadline() == SUBSCRIPTION_SECONDS
    over = line.wait(1e6)
    assert reports(over) == [(last, "terminated;reason=timeout")]
    line.answer(sent(over), 200)
    assert line.session.report_transfer(200, line.now) == NOTHING


# --- at the edges of the call -----------------------------------------------------------------------------


def test_only_a_call_that_is_up_is_transferred() -> None:
    assert answers(refer(CalledLine())) == [491]
    line = CalledLine()
    line.session.accept(b"", 0.0)
    assert answers(refer(line)) == [491]
    line = CalledLine.up()
    line.session.hang_up(line.now)
    assert answers(refer(line)) == [481]


def test_the_last_report_goes_out_before_our_bye() -> None:
    line, _ = taken()
    assert line.session.report_transfer(200, 0.0) == NOTHING, "the first one has not been answered"
    effects = line.session.hang_up(line.now)
    assert [request.method for request in requests(effects)] == ["NOTIFY", "BYE"]
    assert effects.events == [Ended("local", None, "hung up")]
    notify, bye = requests(effects)
    assert line.answer(notify, 481) == NOTHING
    assert kinds(line.answer(bye, 200)) == []
    assert line.done


def test_the_peers_bye_ends_the_reports() -> None:
    line, first = taken()
    line.session.report_transfer(180, 0.0)
    assert kinds(line.request("BYE", 3)) == ["Respond", "Ended"]
    assert line.done
    assert line.session.report_transfer(200, 0.0) == NOTHING
    assert line.answer(first, 481) == NOTHING


@pytest.mark.parametrize("ours", [True, False])
def test_a_transfer_that_nobody_answered_is_refused_at_the_end(ours: bool) -> None:
    line = CalledLine.up()
    refer(line)
    effects = line.session.hang_up(line.now) if ours else line.request("BYE", 3)
    assert 487 in answers(effects)
    assert line.session.answer_transfer(202, 0.0) == NOTHING


def test_a_peer_that_hung_up_itself_is_told_nothing_more() -> None:
    line = CalledLine.up()
    refer(line)
    ended = line.request("BYE", 3)
    assert said(ended, Ended) == [Ended("remote", None, "BYE")]
    assert line.session.report_transfer(200, 0.0) == NOTHING

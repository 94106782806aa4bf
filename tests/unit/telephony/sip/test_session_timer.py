"""Session timers (RFC 4028) and UPDATE (RFC 3311): asked for, granted, refreshed, missed."""

from __future__ import annotations

import pytest

from telephony.sip.machine import Output
from telephony.sip.message import Request
from telephony.sip.session import SessionState
from telephony.sip.session_events import (
    Accepted,
    Ended,
    ReinviteAnswered,
    ReinviteDue,
    ReinviteReceived,
    SessionOutput,
)
from telephony.sip.session_timer import MAX_ATTEMPTS, SessionTimer
from telephony.sip.timers import Timers
from tests.unit.telephony.sip.calls import (
    ANSWER,
    NOTHING,
    OFFER,
    CalledLine,
    CallingLine,
    Line,
    acks,
    answers,
    kinds,
    requests,
    response,
    said,
    sent,
)
from tests.unit.telephony.sip.exchange import incoming

TIMED = Timers(session_expires=1800)
KNOWS = "Supported: 100rel, timer"
UPDATES = "Allow: INVITE, UPDATE"


def expires(effects: SessionOutput) -> str | None:
    """Session-Expires of the one response that goes out."""
    return response(effects).headers.get("Session-Expires")


def calling(*said: str, timers: Timers = TIMED) -> CallingLine:
    """A call that we made, answered at 0.0 with these headers."""
    line = CallingLine(timers=timers)
    line.answer(line.start(), 200, body=ANSWER, extra=said)
    return line


def called(*said: str, timers: Timers = TIMED) -> tuple[CalledLine, SessionOutput]:
    """A call to us with these headers in the INVITE, answered and acknowledged at 0.0; our answer."""
    line = CalledLine(extra=said, timers=timers)
    effects = line.session.accept(ANSWER, 0.0)
    line.ack(1)
    return line, effects


def next_due(line: Line) -> tuple[float, SessionOutput]:
    """The next thing that happens by itself, and when; the line's clock then shows that time."""
    deadline = line.session.next_deadline()
    assert deadline is not None
    return deadline, line.wait(deadline - line.now)


# --- asked by us ------------------------------------------------------------------------------------------


def test_a_call_of_ours_asks_for_a_timer_and_offers_to_refresh() -> None:
    invite = CallingLine(timers=TIMED).start()
    assert invite.headers.get("Session-Expires") == "1800;refresher=uac"
    assert "timer" in invite.headers.values("Supported")


def test_a_site_without_timers_asks_for_none() -> None:
    invite = CallingLine().start()
    assert "Session-Expires" not in invite.headers
    assert "timer" in invite.headers.values("Supported")


def test_without_session_expires_in_the_answer_there_is_no_timer() -> None:
    assert calling().session.next_deadline() is None


def test_we_refresh_at_half_time_by_a_reinvite_that_changes_nothing() -> None:
    line = calling("Session-Expires: 1800;refresher=uac")
    at, due = next_due(line)
    assert (at, due) == (900.0, Output([], [ReinviteDue()]))
    request = sent(line.session.reinvite(OFFER), "INVITE")
    assert request.headers.get("Session-Expires") == "1800;refresher=uac"
    effects = line.answer(request, 200, body=ANSWER, extra=["Session-Expires: 1800;refresher=uac"])
    assert said(effects, ReinviteAnswered) == [ReinviteAnswered(ANSWER)]
    assert next_due(line)[0] == 1800.0, "half the interval after the answer"


def test_a_peer_that_knows_update_is_refreshed_by_it() -> None:
    line = calling("Session-Expires: 600;refresher=uac", UPDATES)
    at, due = next_due(line)
    request = sent(due, "UPDATE")
    assert (at, request.body) == (300.0, b"")
    assert request.headers.get("Session-Expires") == "600;refresher=uac"
    assert "Contact" in request.headers
    assert line.answer(request, 200, extra=["Session-Expires: 600;refresher=uac"]) == NOTHING
    assert next_due(line)[0] == 600.0


def test_an_update_that_the_peer_does_not_know_after_all_is_followed_by_a_reinvite() -> None:
    line = calling("Session-Expires: 600;refresher=uac", UPDATES)
    request = sent(next_due(line)[1], "UPDATE")
    assert line.answer(request, 405) == Output([], [ReinviteDue()])


def test_a_refresh_that_is_refused_is_tried_again_until_the_session_is_over() -> None:
    line = calling("Session-Expires: 600;refresher=uac", UPDATES)
    seen: list[tuple[float, str]] = []
    while line.session.state is SessionState.CONFIRMED:
        at, effects = next_due(line)
        request = sent(effects)
        seen.append((at, request.method))
        line.answer(request, 500)
    updates = [(300.0, "UPDATE"), (375.0, "UPDATE"), (450.0, "UPDATE"), (525.0, "UPDATE")]
    assert seen == [*updates, (568.0, "BYE")]


@pytest.mark.parametrize("status", [408, 481])
def test_a_peer_that_does_not_know_the_dialog_any_more_ends_the_call(status: int) -> None:
    line = calling("Session-Expires: 600;refresher=uac", UPDATES)
    request = sent(next_due(line)[1], "UPDATE")
    effects = line.answer(request, status)
    assert said(effects, Ended) == [Ended("network", None, "dialog lost")]


def test_a_timer_is_off_once_the_peer_answers_without_it() -> None:
    line = calling("Session-Expires: 600;refresher=uac", UPDATES)
    line.answer(sent(next_due(line)[1], "UPDATE"), 200)
    assert line.session.next_deadline() is None


def test_a_peer_that_refreshes_and_does_not_is_hung_up() -> None:
    line = calling("Session-Expires: 1800;refresher=uas")
    at, effects = next_due(line)
    assert at == 1800 - 32
    assert said(effects, Ended) == [Ended("network", None, "session expired")]
    assert sent(effects, "BYE").headers.get("Reason") == 'SIP;cause=408;text="Session expired"'


@pytest.mark.parametrize(
    ("text", "interval", "end"),
    [("90", 90, 60.0), ("96", 96, 64.0), ("0", 0, 0.0), ("1", 2, 2 - 2 / 3), ("x", 0, 0)],
)
def test_a_session_ends_a_third_before_its_time_or_32_seconds(text: str, interval: int, end: float) -> None:
    timer = SessionTimer(1800)
    timer.agreed(incoming("INVITE", extra=[f"x: {text} ; refresher = UAS"]).response(200))
    assert timer.interval == 0, "a response made by us has no such header"
    answer = incoming("INVITE").response(200)
    answer.headers.add("x", f"{text} ; Refresher = UAS")
    timer.agreed(answer)
    assert (timer.interval, timer.ours) == (interval, False)
    assert timer.end_after == pytest.approx(end)


# --- 422 --------------------------------------------------------------------------------------------------


def test_a_422_is_met_by_asking_for_longer() -> None:
    line = CallingLine(timers=TIMED)
    again = sent(line.answer(line.start(), 422, extra=["Min-SE: 3600"]), "INVITE")
    assert again.cseq.number == 2
    assert again.headers.get("Session-Expires") == "3600;refresher=uac"
    assert again.headers.get("Min-SE") == "3600"
    assert again.body == OFFER
    effects = line.answer(again, 200, body=ANSWER, extra=["Session-Expires: 3600;refresher=uac"])
    assert said(effects, Accepted) == [Accepted(ANSWER)]
    assert acks(effects)[0].cseq.number == 2
    assert line.session.next_deadline() == 1800.0


@pytest.mark.parametrize("extra", [[], ["Min-SE: 1800"], ["Min-SE: soon"]])
def test_a_422_that_asks_for_no_more_than_we_asked_ends_the_call(extra: list[str]) -> None:
    line = CallingLine(timers=TIMED)
    effects = line.answer(line.start(), 422, extra=extra)
    assert said(effects, Ended) == [Ended("remote", 422, "Session Interval Too Small")]


def refused_for_ever(line: CallingLine, request: Request) -> tuple[int, SessionOutput]:
    """How often a request is sent when each 422 asks for one second more, and what came of the last one."""
    for sent_times in range(1, 100):
        effects = line.answer(request, 422, extra=[f"Min-SE: {2000 + sent_times}"])
        if not requests(effects):
            return sent_times, effects
        request = sent(effects)
    raise AssertionError("it is sent for ever")


def test_a_peer_that_always_asks_for_longer_is_given_up() -> None:
    line = CallingLine(timers=TIMED)
    sent_times, effects = refused_for_ever(line, line.start())
    assert sent_times == MAX_ATTEMPTS
    assert said(effects, Ended) == [Ended("remote", 422, "Session Interval Too Small")]
    line = calling("Session-Expires: 600;refresher=uac", UPDATES)
    sent_times, _ = refused_for_ever(line, sent(next_due(line)[1], "UPDATE"))
    assert sent_times == MAX_ATTEMPTS


def test_a_422_after_we_gave_up_is_the_end() -> None:
    line = CallingLine(timers=TIMED)
    invite = line.start()
    line.answer(invite, 180)
    line.session.hang_up(line.now)
    assert kinds(line.answer(invite, 422, extra=["Min-SE: 3600"])) == []
    assert line.done


def test_a_422_to_a_refresh_is_met_as_well() -> None:
    line = calling("Session-Expires: 600;refresher=uac", UPDATES)
    update = sent(next_due(line)[1], "UPDATE")
    again = sent(line.answer(update, 422, extra=["Min-SE: 2000"]), "UPDATE")
    assert (again.headers.get("Session-Expires"), again.headers.get("Min-SE")) == (
        "2000;refresher=uac",
        "2000",
    )
    line = calling("Session-Expires: 600;refresher=uac")
    line.session.want_reinvite()
    first = sent(line.session.reinvite(OFFER), "INVITE")
    again = sent(line.answer(first, 422, extra=["Min-SE: 2000"]), "INVITE")
    assert (again.headers.get("Session-Expires"), again.body) == ("2000;refresher=uac", OFFER)
    assert again.cseq.number == first.cseq.number + 1
    assert kinds(line.answer(again, 200, body=ANSWER)) == ["SendAck", "ReinviteAnswered"]


@pytest.mark.parametrize(
    ("extra", "refused"),
    [
        (["Session-Expires: 89", KNOWS], True),
        (["x: 89;refresher=uac", "k: timer"], True),
        (["Session-Expires: 89", "Require: timer"], True),
        (["Session-Expires: 90", KNOWS], False),
        (["Session-Expires: 89"], False),
        ([KNOWS], False),
    ],
)
def test_a_session_that_is_to_be_too_short_is_refused(extra: list[str], refused: bool) -> None:
    refusal = SessionTimer(1800).refusal(incoming("INVITE", extra=extra))
    assert (refusal is not None) == refused
    if refusal is not None:
        assert (refusal.status, refusal.headers.get("Min-SE")) == (422, "90")


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_a_change_that_makes_the_session_too_short_is_refused(method: str) -> None:
    line, _ = called()
    effects = line.request(method, 2, body=OFFER, extra=["Session-Expires: 60", KNOWS])
    assert (kinds(effects), answers(effects)) == (["Respond"], [422])


def test_a_site_that_wants_less_than_90_seconds_takes_less() -> None:
    timer = SessionTimer(10)
    assert timer.refusal(incoming("INVITE", extra=["x: 10", KNOWS])) is None
    refusal = timer.refusal(incoming("INVITE", extra=["x: 9", KNOWS]))
    assert refusal is not None
    assert refusal.headers.get("Min-SE") == "10"


# --- granted by us ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("extra", "granted", "required"),
    [
        ([], None, None),
        ([KNOWS], "1800;refresher=uas", "timer"),
        (["Session-Expires: 600", KNOWS], "600;refresher=uas", "timer"),
        (["Session-Expires: 600;refresher=uac", KNOWS], "600;refresher=uac", "timer"),
        (["Session-Expires: 600;refresher=uas", KNOWS], "600;refresher=uas", "timer"),
        (["Session-Expires: 7200;refresher=uac", KNOWS], "1800;refresher=uac", "timer"),
        (["Session-Expires: 7200", "Min-SE: 3600", KNOWS], "3600;refresher=uas", "timer"),
        ([KNOWS, "Min-SE: 3600"], "3600;refresher=uas", "timer"),
        (["Session-Expires: 600"], "600;refresher=uas", None),
        (["Session-Expires: soon", KNOWS], "1800;refresher=uas", "timer"),
    ],
)
def test_what_is_granted_to_a_caller(extra: list[str], granted: str | None, required: str | None) -> None:
    _, effects = called(*extra)
    assert expires(effects) == granted
    assert response(effects).headers.get("Require") == required


@pytest.mark.parametrize(
    ("extra", "granted"),
    [([KNOWS], None), (["Session-Expires: 600;refresher=uac", KNOWS], "600;refresher=uac")],
)
def test_a_site_without_timers_grants_what_is_asked_for(extra: list[str], granted: str | None) -> None:
    assert expires(called(*extra, timers=Timers())[1]) == granted


def test_we_refresh_a_call_to_us() -> None:
    line, _ = called(KNOWS)
    assert next_due(line) == (900.0, Output([], [ReinviteDue()]))
    request = sent(line.session.reinvite(OFFER), "INVITE")
    assert request.headers.get("Session-Expires") == "1800;refresher=uac", "of this request we are the client"


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_the_callers_refresh_keeps_the_session_up(method: str) -> None:
    asked = ["Session-Expires: 600;refresher=uac", KNOWS]
    line, _ = called(*asked)
    assert line.wait(500) == NOTHING
    effects = line.request(method, 2, body=OFFER if method == "INVITE" else b"", extra=asked)
    if method == "INVITE":
        effects = line.session.accept_reinvite(ANSWER, line.now)
        line.ack(2)
    assert (answers(effects), expires(effects)) == ([200], "600;refresher=uac")
    at, ended = next_due(line)
    assert at == 500 + 600 - 32
    assert said(ended, Ended) == [Ended("network", None, "session expired")]


def test_a_change_of_ours_leaves_the_refreshing_to_whoever_does_it() -> None:
    line, _ = called("Session-Expires: 600;refresher=uac", KNOWS)
    line.session.want_reinvite()
    request = sent(line.session.reinvite(OFFER), "INVITE")
    assert request.headers.get("Session-Expires") == "600;refresher=uas"


def test_a_refresh_waits_for_the_change_that_is_under_way() -> None:
    line, _ = called(KNOWS)
    line.session.want_reinvite()
    request = sent(line.session.reinvite(OFFER), "INVITE")
    line.answer(request, 100)
    seen = line.wait(930.0)
    assert kinds(seen) == ["CancelInvite"], "after 32 s without an answer; no second re-INVITE"


# --- UPDATE -----------------------------------------------------------------------------------------------


def test_an_update_without_offer_is_answered_and_moves_the_target() -> None:
    line, _ = called(timers=Timers())
    effects = line.request("UPDATE", 2, extra=["Contact: <sip:moved@192.0.2.7>"])
    assert (kinds(effects), answers(effects)) == (["Respond"], [200])
    assert "Contact" in response(effects).headers
    assert str(sent(line.session.hang_up(line.now), "BYE").uri) == "sip:moved@192.0.2.7"


def test_an_update_may_change_the_session() -> None:
    line, _ = called(timers=Timers())
    effects = line.request("UPDATE", 2, body=OFFER, extra=["Content-Type: application/sdp"])
    assert effects == Output([], [ReinviteReceived(OFFER)])
    answer = response(line.session.accept_reinvite(ANSWER, line.now))
    assert (answer.status, answer.body, answer.content_type) == (200, ANSWER, "application/sdp")
    assert line.session.next_deadline() is None, "there is no ACK to wait for"
    assert line.request("UPDATE", 3, body=OFFER, extra=["Content-Type: application/sdp"]) == Output(
        [], [ReinviteReceived(OFFER)]
    )
    assert answers(line.session.refuse_reinvite(488)) == [488]


def test_an_update_at_a_wrong_moment_is_put_off() -> None:
    typed = ["Content-Type: application/sdp"]
    line, _ = called(timers=Timers())
    line.request("UPDATE", 2, body=OFFER, extra=typed)
    second = line.request("UPDATE", 3, body=OFFER, extra=typed)
    assert (answers(second), response(second).headers.get("Retry-After")) == ([500], "5")
    assert answers(line.request("INVITE", 4, body=OFFER)) == [500]
    line.session.accept_reinvite(ANSWER, line.now)
    line.session.want_reinvite()
    line.session.reinvite(OFFER)
    assert answers(line.request("UPDATE", 5, body=OFFER, extra=typed)) == [491]
    assert answers(line.request("UPDATE", 6)) == [200], "without an offer it hurts nobody"


def test_an_update_before_the_answer() -> None:
    line = CalledLine(timers=TIMED)
    assert answers(line.request("UPDATE", 2, body=OFFER, extra=["Content-Type: application/sdp"])) == [500]
    effects = line.request("UPDATE", 3, extra=[KNOWS])
    assert (answers(effects), expires(effects)) == ([200], None)


def test_an_update_with_another_body_is_refused() -> None:
    line, _ = called(timers=Timers())
    refusal = response(line.request("UPDATE", 2, body=b"hello", extra=["Content-Type: text/plain"]))
    assert (refusal.status, refusal.headers.get("Accept")) == (415, "application/sdp")


def test_an_update_between_our_answer_and_its_ack() -> None:
    line = CalledLine()
    line.session.accept(ANSWER, 0.0)
    effects = line.request("UPDATE", 2, body=OFFER, extra=["Content-Type: application/sdp"])
    assert effects == Output([], [ReinviteReceived(OFFER)])
    late = CalledLine(b"")
    late.session.accept(OFFER, 0.0)
    assert answers(late.request("UPDATE", 2, body=OFFER, extra=["Content-Type: application/sdp"])) == [491]


def test_the_end_of_the_call_answers_an_open_update_and_stops_the_clock() -> None:
    line, _ = called(KNOWS)
    line.request("UPDATE", 2, body=OFFER, extra=["Content-Type: application/sdp"])
    effects = line.session.hang_up(line.now)
    assert 487 in answers(effects)
    bye = sent(effects, "BYE")
    assert line.session.next_deadline() is None
    assert kinds(line.answer(bye, 200)) == []
    assert line.done


# --- signs of life ----------------------------------------------------------------------------------------


def options(effects: SessionOutput) -> Request:
    return sent(effects, "OPTIONS")


@pytest.mark.parametrize("status", [200, 405, 503])
def test_a_quiet_peer_is_asked_for_a_sign_of_life(status: int) -> None:
    line = CalledLine.up()
    line.session.watch(10.0, 0.0)
    at, effects = next_due(line)
    assert at == 10.0
    line.now = 15.0
    assert line.answer(options(effects), status) == NOTHING
    at, effects = next_due(line)
    assert at == 25.0
    options(effects)
    line.session.watch(0.0, line.now)
    assert line.session.next_deadline() is None


def test_a_peer_that_gives_no_sign_of_life_is_gone() -> None:
    line = CallingLine.up()
    line.session.watch(10.0, 0.0)
    seen = line.watch(1e6)
    assert [(at, type(effect).__name__) for at, effect in seen] == [
        (10.0, "SendRequest"),
        (20.0, "SendRequest"),
        (20.0, "Ended"),
    ]
    assert [event for _, event in seen if isinstance(event, Ended)] == [Ended("network", None, "dialog lost")]


@pytest.mark.parametrize("status", [408, 481])
def test_a_peer_that_knows_nothing_of_the_call_is_gone(status: int) -> None:
    line = CallingLine.up()
    line.session.watch(10.0, 0.0)
    effects = line.answer(options(line.wait(10.0)), status)
    assert said(effects, Ended) == [Ended("network", None, "dialog lost")]


def test_anything_that_a_peer_says_is_a_sign_of_life() -> None:
    line = CalledLine.up()
    line.session.watch(10.0, 0.0)
    for cseq in range(2, 8):
        assert line.wait(9.0) == NOTHING
        line.request("INFO", cseq)


def test_a_call_that_is_over_is_not_watched() -> None:
    line = CalledLine.up()
    line.session.watch(10.0, 0.0)
    bye = sent(line.session.hang_up(line.now), "BYE")
    line.session.watch(10.0, 0.0)
    assert line.session.next_deadline() is None
    line.answer(bye, 200)
    line.session.watch(10.0, 0.0)
    assert line.session.next_deadline() is None


def test_before_the_ack_nobody_is_asked() -> None:
    line = CalledLine()
    line.session.watch(10.0, 0.0)
    assert line.wait(50.0) == NOTHING

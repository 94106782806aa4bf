"""The calling side of an INVITE session: RFC 3261 9.1, 13.2, 15, 22.2; RFC 5407 3.1 and 3.2."""

from __future__ import annotations

from typing import Any

import pytest

from telephony.sip.auth import DigestAuthenticator, Verdict
from telephony.sip.auth_client import MAX_ATTEMPTS, DigestClient
from telephony.sip.digest import parse_digest
from telephony.sip.errors import LocalProtocolError
from telephony.sip.machine import Output
from telephony.sip.message import Request
from telephony.sip.session import SessionState
from telephony.sip.session_events import Accepted, CancelInvite, Ended, Progressed, SendRequest
from telephony.sip.timers import Timers
from tests.unit.telephony.sip.calls import (
    ANSWER,
    NOTHING,
    OFFER,
    PEER,
    US,
    CallingLine,
    acks,
    answers,
    kinds,
    requests,
    said,
    sent,
)


def test_the_invite_goes_out_with_contact_methods_and_offer() -> None:
    invite = CallingLine().start()
    assert invite.headers.get("Contact") == US
    assert "BYE" in (invite.headers.get("Allow") or "")
    assert (invite.content_type, invite.body) == ("application/sdp", OFFER)


def test_a_call_is_started_once() -> None:
    line = CallingLine()
    line.start()
    with pytest.raises(LocalProtocolError):
        line.session.start()


def test_progress_is_told_but_for_100() -> None:
    line = CallingLine()
    invite = line.start()
    assert line.answer(invite, 100) == NOTHING
    assert line.answer(invite, 180) == Output([], [Progressed(180, b"")])
    assert line.answer(invite, 183, body=ANSWER) == Output([], [Progressed(183, ANSWER)])
    assert line.session.state is SessionState.PROCEEDING


def test_the_answer_is_acknowledged_along_the_route() -> None:
    line = CallingLine()
    invite = line.start()
    effects = line.answer(
        invite, 200, body=ANSWER, extra=["Record-Route: <sip:p2;lr>", "Record-Route: <sip:p1;lr>"]
    )
    (ack,) = acks(effects)
    assert (str(ack.uri), str(ack.cseq), ack.body) == ("sip:peer@192.0.2.9:5062", "1 ACK", b"")
    assert ack.headers.get_all("Route") == ["<sip:p1;lr>", "<sip:p2;lr>"]
    assert effects.events == [Accepted(ANSWER)]
    assert line.session.next_deadline() is None


SIPS = [
    {"contact": "Contact: <sips:peer@192.0.2.9>"},
    {"extra": ["Record-Route: <sip:p2;lr>, <sips:p1;lr>"]},
]


@pytest.mark.parametrize("where", SIPS)
@pytest.mark.parametrize("status", [None, 180])
def test_who_answers_for_tls_alone_is_hung_up_and_sent_nothing_there(where: Any, status: int | None) -> None:
    line = CallingLine()
    invite = line.start()
    if status is not None:
        line.answer(invite, status)
    effects = line.answer(invite, 200, body=ANSWER, **where)
    assert effects.events == [Ended("network", 503, "answered for TLS alone")]
    assert [each.method for each in (*acks(effects), *requests(effects))] == ["ACK", "BYE"]
    for request in (*acks(effects), *requests(effects)):
        assert "sips" not in str(request.uri) + "".join(request.headers.get_all("Route"))
    assert line.session.state is SessionState.ENDING


@pytest.mark.parametrize("where", SIPS)
def test_who_answers_for_tls_alone_after_we_gave_up_is_hung_up_too(where: Any) -> None:
    line = CallingLine()
    invite = line.start()
    line.answer(invite, 180)
    line.session.hang_up(0.0)
    effects = line.answer(invite, 200, body=ANSWER, **where)
    assert (kinds(effects), effects.events) == (["SendAck", "SendRequest"], [])
    assert "sips" not in str(requests(effects)[0].uri)


@pytest.mark.parametrize("where", SIPS)
def test_a_fork_that_answers_for_tls_alone_is_sent_nothing_there(where: Any) -> None:
    line = CallingLine()
    invite = line.start()
    line.answer(invite, 200, body=ANSWER)
    effects = line.answer(invite, 200, body=ANSWER, tag="fork", **where)
    for request in (*acks(effects), *requests(effects)):
        assert "sips" not in str(request.uri) + "".join(request.headers.get_all("Route"))


def test_a_repeated_2xx_gets_the_same_ack_and_nothing_else() -> None:
    line = CallingLine()
    invite = line.start()
    first = line.answer(invite, 200, body=ANSWER)
    assert line.answer(invite, 200, body=ANSWER) == Output(first.effects, [])
    assert acks(line.answer(invite, 200, body=ANSWER))[0] is acks(first)[0]


def test_a_repeated_2xx_is_acknowledged_after_a_later_reinvite_too() -> None:
    line = CallingLine()
    invite = line.start()
    first = line.answer(invite, 200, body=ANSWER)
    line.session.want_reinvite()
    line.answer(sent(line.session.reinvite(OFFER), "INVITE"), 200, body=ANSWER)
    assert line.answer(invite, 200, body=ANSWER) == Output(first.effects, [])
    assert line.session.state is SessionState.CONFIRMED


def test_a_2xx_without_contact_is_acknowledged_at_its_to() -> None:
    line = CallingLine()
    effects = line.answer(line.start(), 200, body=ANSWER, contact=None)
    assert str(acks(effects)[0].uri) == "sip:hotline@192.0.2.1"
    assert said(effects, Accepted) == [Accepted(ANSWER)]


@pytest.mark.parametrize(
    ("status", "reason"), [(302, "Moved Temporarily"), (486, "Busy Here"), (603, "Decline")]
)
def test_a_refusal_ends_the_call(status: int, reason: str) -> None:
    line = CallingLine()
    assert line.answer(line.start(), status) == Output([], [Ended("remote", status, reason)])
    assert line.done


@pytest.mark.parametrize(("status", "reason"), [(408, "no response"), (503, "transport failed")])
def test_silence_and_failure_end_the_call(status: int, reason: str) -> None:
    line = CallingLine()
    line.start()
    assert line.fail("INVITE", 1, status) == Output([], [Ended("network", status, reason)])
    assert line.done
    assert line.fail("INVITE", 1, status) == NOTHING


def test_a_failure_of_the_transaction_after_the_answer_does_not_end_the_call() -> None:
    line = CallingLine.up()
    assert line.fail("INVITE", 1, 503) == NOTHING
    assert line.session.state is SessionState.CONFIRMED


# --- the offer in the 2xx -----------------------------------------------------------------------------


def test_the_ack_waits_for_the_answer_to_an_offer_in_the_2xx() -> None:
    line = CallingLine(body=b"")
    invite = line.start()
    assert line.answer(invite, 200, body=OFFER) == Output([], [Accepted(OFFER)])
    assert line.answer(invite, 200, body=OFFER) == NOTHING, "there is nothing to say again yet"
    (ack,) = acks(line.session.acknowledge(ANSWER, line.now))
    assert (ack.body, ack.content_type) == (ANSWER, "application/sdp")
    assert acks(line.answer(invite, 200, body=OFFER)) == [ack]
    with pytest.raises(LocalProtocolError):
        line.session.acknowledge(ANSWER, line.now)


def test_an_offer_that_was_added_after_the_session_was_made_counts() -> None:
    line = CallingLine(body=b"")
    line.session.invite.body = OFFER
    assert kinds(line.answer(line.start(), 200, body=ANSWER)) == ["SendAck", "Accepted"]


def test_no_reinvite_before_the_offer_in_the_2xx_is_answered() -> None:
    line = CallingLine(body=b"")
    line.answer(line.start(), 200, body=OFFER)
    assert line.session.want_reinvite() == NOTHING
    assert answers(line.request("INVITE", 1, body=OFFER)) == [491]
    assert kinds(line.session.acknowledge(ANSWER, line.now)) == ["SendAck", "ReinviteDue"]


def test_hanging_up_instead_of_answering_the_offer_still_acknowledges() -> None:
    line = CallingLine(body=b"")
    line.answer(line.start(), 200, body=OFFER)
    assert kinds(line.session.hang_up(line.now)) == ["SendAck", "SendRequest", "Ended"]


# --- giving up ----------------------------------------------------------------------------------------


def test_a_call_that_was_never_sent_is_over_at_once() -> None:
    line = CallingLine()
    assert line.session.hang_up(line.now) == Output([], [Ended("local", 487, "cancelled")])
    assert line.done
    with pytest.raises(LocalProtocolError):
        line.session.start()


def test_giving_up_while_it_rings_cancels() -> None:
    line = CallingLine()
    invite = line.start()
    line.answer(invite, 180)
    assert line.session.hang_up(line.now, "SIP;cause=200") == Output(
        [CancelInvite("SIP;cause=200")], [Ended("local", 487, "cancelled")]
    )
    assert line.session.hang_up(line.now) == NOTHING
    assert line.answer(invite, 180) == NOTHING
    assert line.answer(invite, 487) == NOTHING
    assert line.done


def test_a_cancel_waits_for_the_first_provisional_response() -> None:
    line = CallingLine()
    invite = line.start()
    assert line.session.hang_up(line.now) == Output([], [Ended("local", 487, "cancelled")])
    assert line.answer(invite, 100) == Output([CancelInvite(None)], [])
    assert line.answer(invite, 180) == NOTHING
    assert line.answer(invite, 487) == NOTHING
    assert line.done


def test_giving_up_on_a_peer_that_never_speaks_ends_with_the_transaction() -> None:
    line = CallingLine()
    line.start()
    line.session.hang_up(line.now)
    assert line.fail("INVITE", 1, 408) == NOTHING
    assert line.done


def test_a_refusal_after_we_gave_up_is_no_second_end() -> None:
    line = CallingLine()
    invite = line.start()
    line.session.hang_up(line.now)
    assert line.answer(invite, 486) == NOTHING
    assert line.done


@pytest.mark.parametrize("rang", [True, False])
def test_an_answer_that_crosses_our_cancel_is_acknowledged_and_hung_up(rang: bool) -> None:
    line = CallingLine()
    invite = line.start()
    if rang:
        line.answer(invite, 180)
    line.session.hang_up(line.now, 'SIP;cause=200;text="Call completed elsewhere"')
    effects = line.answer(invite, 200, body=ANSWER)
    assert kinds(effects) == ["SendAck", "SendRequest"]
    bye = sent(effects, "BYE")
    assert bye.headers.get("Reason") == 'SIP;cause=200;text="Call completed elsewhere"'
    assert line.answer(invite, 200, body=ANSWER) == Output(effects.effects[:1], []), (
        "its repetitions still want the ACK"
    )
    assert line.answer(bye, 200) == NOTHING
    assert line.done
    assert line.answer(invite, 200, body=ANSWER) == NOTHING, "and nobody does after the end"


# --- hanging up ---------------------------------------------------------------------------------------


def test_we_hang_up() -> None:
    line = CallingLine.up()
    effects = line.session.hang_up(line.now, "Q.850;cause=16")
    assert kinds(effects) == ["SendRequest", "Ended"]
    bye = sent(effects, "BYE")
    assert (bye.cseq.number, bye.headers.get("Reason")) == (2, "Q.850;cause=16")
    assert line.answer(bye, 200) == NOTHING
    assert line.done


def test_the_peer_hangs_up() -> None:
    line = CallingLine.up()
    effects = line.request("BYE", 1)
    assert (answers(effects), kinds(effects)) == ([200], ["Respond", "Ended"])
    assert line.done


def test_two_byes_cross() -> None:
    line = CallingLine.up()
    bye = sent(line.session.hang_up(line.now), "BYE")
    assert answers(line.request("BYE", 1)) == [200]
    assert line.fail("BYE", bye.cseq.number, 408) == NOTHING
    assert line.done


def test_a_request_before_the_answer_has_no_dialog() -> None:
    line = CallingLine()
    line.answer(line.start(), 180)
    assert answers(line.request("BYE", 1)) == [481]


# --- forks --------------------------------------------------------------------------------------------


def test_a_second_phone_that_answers_is_acknowledged_and_hung_up_where_it_is() -> None:
    line = CallingLine()
    invite = line.start()
    line.answer(invite, 200, body=ANSWER)
    other = "Contact: <sip:other@198.51.100.7>"
    effects = line.answer(invite, 200, tag="second", body=ANSWER, contact=other)
    assert kinds(effects) == ["SendAck", "SendRequest"]
    (ack,), bye = acks(effects), sent(effects, "BYE")
    assert [str(each.uri) for each in (ack, bye)] == ["sip:other@198.51.100.7"] * 2
    assert [each.to.tag for each in (ack, bye)] == ["second", "second"]
    dialog = said(effects, SendRequest)[0].dialog
    assert dialog is not None
    assert str(dialog.next_hop) == "sip:other@198.51.100.7"
    assert line.session.state is SessionState.CONFIRMED


def test_a_second_phone_that_repeats_its_2xx_gets_the_ack_again_but_one_bye() -> None:
    line = CallingLine()
    invite = line.start()
    line.answer(invite, 200, body=ANSWER)
    first = line.answer(invite, 200, tag="second", body=ANSWER)
    assert line.answer(invite, 200, tag="second", body=ANSWER) == Output(first.effects[:1], [])
    assert len(acks(line.answer(invite, 200, tag="third", body=ANSWER))) == 1


def test_the_end_of_a_fork_is_not_the_end_of_the_call() -> None:
    line = CallingLine()
    invite = line.start()
    line.answer(invite, 200, body=ANSWER)
    dismissed = sent(line.answer(invite, 200, tag="second", body=ANSWER), "BYE")
    bye = sent(line.session.hang_up(line.now), "BYE")
    assert line.answer(dismissed, 200, tag="second") == NOTHING
    assert line.answer(bye, 200) == NOTHING
    assert line.done


@pytest.mark.parametrize("tag", ["callee", "second"])
def test_nothing_is_said_once_the_call_is_over(tag: str) -> None:
    line = CallingLine()
    invite = line.start()
    line.answer(invite, 200, body=ANSWER)
    line.request("BYE", 1)
    assert line.answer(invite, 200, tag=tag, body=ANSWER) == NOTHING


# --- credentials --------------------------------------------------------------------------------------

CHALLENGES = {
    401: 'WWW-Authenticate: Digest realm="pbx", nonce="n1", qop="auth"',
    407: 'Proxy-Authenticate: Digest realm="proxy", nonce="n2", qop="auth"',
}


def digest() -> DigestClient:
    return DigestClient("trunk", "secret", new_cnonce=lambda: "c")


def challenged(line: CallingLine, request: Request, status: int) -> Request:
    return sent(line.answer(request, status, extra=[CHALLENGES[status]]), request.method)


@pytest.mark.parametrize(("status", "header"), [(401, "Authorization"), (407, "Proxy-Authorization")])
def test_a_challenge_is_answered_with_a_new_invite(status: int, header: str) -> None:
    line = CallingLine(digest=digest())
    invite = line.start()
    again = challenged(line, invite, status)
    assert again.cseq.number == 2
    assert again.headers.get(header) is not None
    assert (again.call_id, again.from_, again.body) == (invite.call_id, invite.from_, OFFER)


def test_a_proxy_and_the_callee_may_both_ask() -> None:
    line = CallingLine(digest=digest())
    again = challenged(line, challenged(line, line.start(), 407), 401)
    assert again.cseq.number == 3
    assert {"Authorization", "Proxy-Authorization"} <= {name for name, _ in again.headers}


def test_refused_credentials_end_the_call() -> None:
    line = CallingLine(digest=digest())
    again = challenged(line, line.start(), 407)
    effects = line.answer(again, 407, extra=[CHALLENGES[407]])
    assert effects == Output([], [Ended("remote", 407, "Proxy Authentication Required")])
    assert line.done


def test_without_credentials_a_challenge_ends_the_call() -> None:
    line = CallingLine()
    effects = line.answer(line.start(), 401, extra=[CHALLENGES[401]])
    assert effects == Output([], [Ended("remote", 401, "Unauthorized")])
    assert line.done


def test_the_ack_carries_the_credentials_of_its_invite() -> None:
    line = CallingLine(digest=digest())
    again = challenged(line, line.start(), 407)
    (ack,) = acks(line.answer(again, 200, body=ANSWER))
    assert ack.headers.get_all("Proxy-Authorization") == again.headers.get_all("Proxy-Authorization")
    assert str(ack.cseq) == "2 ACK"


def test_giving_up_after_a_challenge_waits_for_the_new_invite_to_be_heard() -> None:
    line = CallingLine(digest=digest())
    invite = line.start()
    line.answer(invite, 100)
    again = challenged(line, invite, 407)
    assert line.session.hang_up(line.now) == Output([], [Ended("local", 487, "cancelled")])
    assert line.answer(again, 100) == Output([CancelInvite(None)], [])


def test_a_challenge_after_we_gave_up_is_the_end() -> None:
    line = CallingLine(digest=digest())
    invite = line.start()
    line.session.hang_up(line.now)
    assert line.answer(invite, 407, extra=[CHALLENGES[407]]) == NOTHING
    assert line.done


def test_the_first_invite_failing_late_does_not_end_the_second() -> None:
    line = CallingLine(digest=digest())
    challenged(line, line.start(), 407)
    assert line.fail("INVITE", 1, 503) == NOTHING
    assert line.session.state is SessionState.CALLING


def up_with(known: DigestClient) -> CallingLine:
    line = CallingLine(digest=known)
    line.answer(line.start(), 200, body=ANSWER)
    return line


def test_a_challenged_bye_is_sent_again_and_only_once() -> None:
    line = up_with(digest())
    again = challenged(line, sent(line.session.hang_up(line.now), "BYE"), 407)
    assert (again.cseq.number, again.headers.get("Proxy-Authorization") is not None) == (3, True)
    assert line.answer(again, 407, extra=[CHALLENGES[407]]) == NOTHING
    assert line.done


def test_a_challenged_reinvite_is_sent_again_under_the_next_free_number() -> None:
    line = up_with(digest())
    line.session.want_reinvite()
    reinvite = sent(line.session.reinvite(OFFER), "INVITE")
    sent(line.session.request("INFO"), "INFO")
    again = challenged(line, reinvite, 401)
    assert (reinvite.cseq.number, again.cseq.number) == (2, 4)
    effects = line.answer(again, 200, body=ANSWER)
    assert kinds(effects) == ["SendAck", "ReinviteAnswered"]
    assert acks(effects)[0].headers.get("Authorization") == again.headers.get("Authorization")


def test_a_challenged_refer_is_sent_again() -> None:
    line = up_with(digest())
    refer = sent(line.session.request("REFER", (("Refer-To", "<sip:1@x>"),)), "REFER")
    again = challenged(line, refer, 407)
    assert again.headers.get("Refer-To") == "<sip:1@x>"
    assert kinds(line.answer(again, 202)) == ["Replied"]


def test_the_peer_keeps_its_contact_in_answers_to_our_requests() -> None:
    line = CallingLine.up()
    assert line.session.dialog is not None
    assert PEER.endswith(f"<{line.session.dialog.remote_target}>")


def credentials(request: Request, name: str = "Authorization") -> dict[str, str]:
    """What a request proves itself with."""
    (value,) = request.headers.get_all(name)
    return parse_digest(value) or {}


def asked(line: CallingLine, request: Request, challenge: str, status: int = 407) -> Request:
    """The request again, after a challenge."""
    name = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
    return sent(line.answer(request, status, extra=[f"{name}: Digest {challenge}"]), request.method)


@pytest.mark.parametrize(("status", "header"), [(401, "Authorization"), (407, "Proxy-Authorization")])
def test_a_longer_interval_after_a_challenge_uses_the_nonce_once_more(status: int, header: str) -> None:
    line = CallingLine(digest=digest(), timers=Timers(session_expires=90))
    again = challenged(line, line.start(), status)
    longer = sent(line.answer(again, 422, extra=["Min-SE: 1800"]))
    first, second = credentials(again, header), credentials(longer, header)
    assert (first["nonce"], first["nc"]) == (second["nonce"], "00000001")
    assert second["nc"] == "00000002", "a count that was used is a replay (RFC 7616 3.4)"
    assert (longer.cseq.number, longer.headers.get("Min-SE")) == (3, "1800")


def test_a_server_that_counts_takes_every_request_of_a_call() -> None:
    server = DigestAuthenticator("pbx", b"0123456789abcdef")

    def verdict(request: Request) -> Verdict:
        header = request.headers.get("Authorization")
        return server.check(request.method, header, {"trunk": "secret"}.get, 0.0).verdict

    line = CallingLine(digest=digest(), timers=Timers(session_expires=90))
    invite = line.start()
    assert verdict(invite) is Verdict.MISSING
    extra = [f"{name}: {value}" for name, value in server.challenge(0.0)]
    again = sent(line.answer(invite, 401, extra=extra))
    assert verdict(again) is Verdict.OK
    longer = sent(line.answer(again, 422, extra=["Min-SE: 1800"]))
    assert verdict(longer) is Verdict.OK
    line.answer(longer, 200, body=ANSWER)
    for request in (
        sent(line.session.request("INFO")),
        sent(line.session.request("REFER", (("Refer-To", "<sip:1@x>"),))),
        sent(line.session.hang_up(line.now), "BYE"),
    ):
        assert verdict(request) is Verdict.OK


def test_a_stale_nonce_is_answered_with_the_new_one() -> None:
    line = CallingLine(digest=digest())
    again = asked(line, line.start(), 'realm="proxy", nonce="n1", qop="auth"')
    fresh = asked(line, again, 'realm="proxy", nonce="n2", qop="auth", stale=TRUE')
    found = credentials(fresh, "Proxy-Authorization")
    assert (found["nonce"], found["nc"], fresh.cseq.number) == ("n2", "00000001", 3)
    assert kinds(line.answer(fresh, 200, body=ANSWER)) == ["SendAck", "Accepted"]


def test_a_nonce_that_comes_back_is_counted_on() -> None:
    line = CallingLine(digest=digest())
    request, counts = line.start(), []
    for nonce in ("n1", "n2", "n1"):
        request = asked(line, request, f'realm="proxy", nonce="{nonce}", qop="auth", stale=true')
        counts.append((nonce, credentials(request, "Proxy-Authorization")["nc"]))
    assert counts == [("n1", "00000001"), ("n2", "00000001"), ("n1", "00000002")]


def test_a_server_to_which_every_nonce_is_stale_is_given_up() -> None:
    line = CallingLine(digest=digest())
    request, sent_times = line.start(), 1
    while True:
        challenge = f'Proxy-Authenticate: Digest realm="proxy", nonce="n{sent_times}", stale=true'
        effects = line.answer(request, 407, extra=[challenge])
        if not requests(effects):
            break
        request, sent_times = sent(effects), sent_times + 1
    assert sent_times == MAX_ATTEMPTS
    assert said(effects, Ended) == [Ended("remote", 407, "Proxy Authentication Required")]


def test_two_proxies_may_ask_one_after_the_other() -> None:
    line = CallingLine(digest=digest())
    again = asked(line, line.start(), 'realm="first", nonce="n1", qop="auth"')
    both = asked(line, again, 'realm="second", nonce="n2", qop="auth"')
    found = [parse_digest(value) or {} for value in both.headers.get_all("Proxy-Authorization")]
    assert [(each["realm"], each["nc"]) for each in found] == [
        ("first", "00000002"),
        ("second", "00000001"),
    ]


def test_later_requests_prove_themselves_at_once() -> None:
    line = CallingLine(digest=digest())
    line.answer(challenged(line, line.start(), 407), 200, body=ANSWER)
    line.session.want_reinvite()
    reinvite = sent(line.session.reinvite(OFFER), "INVITE")
    (ack,) = acks(line.answer(reinvite, 200, body=ANSWER))
    bye = sent(line.session.hang_up(line.now), "BYE")
    name = "Proxy-Authorization"
    assert [credentials(each, name)["nc"] for each in (reinvite, ack, bye)] == [
        "00000002",
        "00000002",
        "00000003",
    ]


@pytest.mark.parametrize(("nonce", "count"), [("n2", "00000003"), ("fresh", "00000001")])
def test_a_later_request_that_is_challenged_all_the_same_is_sent_again_once(nonce: str, count: str) -> None:
    line = CallingLine(digest=digest())
    line.answer(challenged(line, line.start(), 407), 200, body=ANSWER)
    bye = sent(line.session.hang_up(line.now), "BYE")
    again = asked(line, bye, f'realm="proxy", nonce="{nonce}", qop="auth"')
    found = credentials(again, "Proxy-Authorization")
    assert (found["nonce"], found["nc"]) == (nonce, count)
    assert line.answer(again, 407, extra=[CHALLENGES[407]]) == NOTHING
    assert line.done


def test_the_next_nonce_of_an_answer_is_used_from_then_on() -> None:
    line = CallingLine(digest=digest())
    again = challenged(line, line.start(), 401)
    line.answer(again, 200, body=ANSWER, extra=['Authentication-Info: nextnonce="n9"'])
    found = credentials(sent(line.session.request("INFO")))
    assert (found["nonce"], found["nc"]) == ("n9", "00000001")


def test_the_bye_of_a_phone_that_answered_too_late_proves_itself() -> None:
    line = CallingLine(digest=digest())
    again = challenged(line, line.start(), 407)
    line.answer(again, 200, body=ANSWER)
    bye = sent(line.answer(again, 200, tag="second", body=ANSWER), "BYE")
    assert credentials(bye, "Proxy-Authorization")["nc"] == "00000002"

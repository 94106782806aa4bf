"""The switch against SIPp: call flows, races, lost messages and refusals, as an independent stack sees them.

One test, one scenario (scenarios/*.xml), run to its end; SIPp decides whether every message came as it must.
Callers at 127.0.0.1 count as a trunk, callers at 127.0.0.2 as strangers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.ports import free_port, wait_for
from tests.support.sipp import Message, Result, Sipp
from tests.support.switch import Switch

pytestmark = pytest.mark.peer("sipp")

ECHO, PROMPT = "4900", "4901"
STRANGER = "127.0.0.2"

Run = Callable[..., Result]
Phone = Callable[..., Sipp]


@pytest.fixture
def call(switch: Switch, tmp_path: Path) -> Run:
    """Run a calling scenario against the switch, and assert that it went as written."""

    def run(scenario: str, service: str = ECHO, **options: object) -> Result:
        result = Sipp(scenario, tmp_path, remote=switch.sip, service=service, **options).wait()  # type: ignore[arg-type]
        return result.check()

    return run


@pytest.fixture
def phone(switch: Switch, tmp_path: Path) -> Iterator[Phone]:
    """Register an agent's phone at a port, and start a called scenario there."""
    phones: list[tuple[Sipp, str]] = []

    def start(scenario: str, agent: str = "1001", **options: object) -> Sipp:
        port = free_port()
        register(switch, tmp_path, agent, port=port).check(calls=1)
        callee = Sipp(scenario, tmp_path, port=port, **options)  # type: ignore[arg-type]
        phones.append((callee, agent))
        return callee

    yield start
    for callee, agent in phones:
        callee.stop()
        register(switch, tmp_path / "again", agent, port=callee.port, expires=0)


def register(
    switch: Switch,
    folder: Path,
    agent: str,
    *,
    port: int = 0,
    expires: int = 120,
    password: str | None = None,
) -> Result:
    keys = {
        "agent": agent,
        "expires": str(expires),
        "password": password or switch.passwords.get(agent, "none"),
    }
    scenario = "register" if password is None else "register_refused"
    return Sipp(scenario, folder, remote=switch.sip, port=port, keys=keys).wait()


@pytest.fixture(autouse=True)
def _leaves_nothing_behind(switch: Switch) -> Iterator[None]:
    yield
    switch.check_idle()
    switch.check_log()


# --- calls


@pytest.mark.parametrize("number", [ECHO, PROMPT, "4902"])
def test_a_call_is_answered_and_hung_up(call: Run, number: str) -> None:
    call("call", number)


def test_the_built_in_caller_of_sipp_is_served(call: Run) -> None:
    call("uac", duration_ms=300)


def test_many_calls_at_once_all_succeed(call: Run) -> None:
    call("call", calls=60, duration_ms=1000, extra=["-r", "30", "-l", "60"]).check(calls=60)


def test_callers_can_be_read_from_a_file(call: Run) -> None:
    """SIPp's injection files: three callers with names of their own."""
    rows = [("0955500001",), ("0955500002",), ("0955500003",)]
    result = call("call", calls=3, rows=rows, replace={"[caller]": "[field0]"}).check(calls=3)
    callers = {
        message.header("From").split("sip:")[1].split("@")[0] for message in result.messages if message.sent
    }
    assert callers == {row[0] for row in rows}


def test_a_call_over_tcp(call: Run) -> None:
    call("call", transport="t1")


def test_many_calls_over_one_tcp_connection(call: Run) -> None:
    call("call", transport="t1", calls=20, duration_ms=200, extra=["-r", "20"]).check(calls=20)


def test_an_offer_made_late_is_answered_in_the_ack(call: Run) -> None:
    call("late_offer")


def test_an_offer_made_late_reaches_an_agent(call: Run, phone: Phone) -> None:
    callee = phone("answer", duration_ms=200)
    call("late_offer", "1001")
    callee.check(calls=1)


def test_the_caller_hears_what_comes_before_the_answer(call: Run, phone: Phone) -> None:
    callee = phone("answer_early", duration_ms=500)
    result = call("call", "1001")
    callee.check(calls=1)
    assert "m=audio" in result.received(183)[0].text


def test_video_is_refused_with_port_zero(call: Run) -> None:
    call("video")


def test_codecs_we_do_not_have_are_refused(call: Run) -> None:
    call("no_common_codec")


def test_a_body_that_is_not_sdp_is_refused(call: Run) -> None:
    result = call("unacceptable_type")
    assert "application/sdp" in result.received(415)[0].header("Accept")


# --- inside a call


def test_hold_and_resume(call: Run) -> None:
    """RFC 3264 6.1: sendonly is answered recvonly, sendrecv sendrecv."""
    result = call("hold")
    answers = [message.text for message in result.received(200, "INVITE")]
    assert "a=recvonly" in answers[1]
    assert "a=recvonly" not in answers[2]
    assert "a=sendonly" not in answers[2]
    assert [_session_version(text) for text in answers] == sorted(
        {_session_version(text) for text in answers}
    )


def test_hold_with_inactive(call: Run) -> None:
    call("hold_inactive")


def test_reinvite_without_an_offer(call: Run) -> None:
    call("reinvite_late_offer")


def test_the_codec_changes_inside_a_call(call: Run) -> None:
    call("codec_change")


def test_keys_by_info_are_taken(switch: Switch, call: Run) -> None:
    before = _count(switch, "DigitReceived")
    call("info_keys")
    assert _count(switch, "DigitReceived") == before + 4


# --- lost and repeated messages


def test_a_repeated_invite_makes_one_call(switch: Switch, call: Run) -> None:
    before = _count(switch, "CallOffered")
    result = call("repeated_invite")
    tags = {message.header("To").partition("tag=")[2] for message in result.received(200, "INVITE")}
    assert len(tags) == 1
    assert _count(switch, "CallOffered") == before + 1


def test_a_repeated_bye_is_answered_again(call: Run) -> None:
    # SIPp takes the second 200 for a repetition, and repeats the BYE once more for each until it ends.
    assert len(call("repeated_bye").received(200, "BYE")) >= 2


def test_a_lost_ack_ends_the_call_after_64_times_t1(tmp_path: Path) -> None:
    """RFC 3261 13.3.1.4: the 200 is repeated at T1, 2*T1 ... T2, then BYE."""
    switch = Switch(tmp_path, {"sip": {"t1": 0.05, "t2": 0.4}})
    result = Sipp("lost_ack", tmp_path, remote=switch.sip, timeout=15).check(calls=1)
    switch.check_idle()
    switch.stop()
    copies = len(result.received(200, "INVITE"))
    # 0.05 + 0.1 + 0.2, then every 0.4 until 3.2 s: 1 + 3 + 7.
    assert 9 <= copies <= 12, result.story()


@pytest.mark.parametrize("scenario", ["ghost_bye", "ghost_invite"])
def test_a_request_inside_no_call_is_481(call: Run, scenario: str) -> None:
    call(scenario)


# --- cancelling


def test_cancel_while_it_rings(call: Run, phone: Phone) -> None:
    callee = phone("ring_until_cancelled")
    call("cancel_ringing", "1001")
    callee.check(calls=1)


def test_cancel_before_it_rings(call: Run, phone: Phone) -> None:
    callee = phone("silent_until_cancelled")
    call("cancel_before_ringing", "1001")
    callee.check(calls=1)


def test_cancel_that_crosses_the_answer_leaves_the_call_alone(call: Run) -> None:
    call("cancel_after_answer")


def test_a_phone_that_answers_after_the_cancel_is_hung_up(call: Run, phone: Phone) -> None:
    """RFC 3261 9.1: a 200 may cross the CANCEL; it is acknowledged, then hung up."""
    callee = phone("answer_after_cancel")
    call("cancel_ringing", "1001")
    callee.check(calls=1)


# --- calling agents


def test_an_agent_answers_and_the_caller_hangs_up(call: Run, phone: Phone) -> None:
    callee = phone("answer", duration_ms=200)
    call("call", "1001", duration_ms=1000)
    callee.check(calls=1)


def test_the_built_in_callee_of_sipp_is_reached(call: Run, phone: Phone) -> None:
    callee = phone("uas")
    call("call", "1001")
    callee.check(calls=1)


def test_an_agent_hangs_up(call: Run, phone: Phone) -> None:
    callee = phone("answer_and_hang_up", duration_ms=500)
    call("call_until_bye", "1001")
    callee.check(calls=1)


def test_an_agent_puts_the_caller_on_hold(call: Run, phone: Phone) -> None:
    callee = phone("answer_and_hold")
    call("call", "1001", duration_ms=1500)
    callee.check(calls=1)


def test_a_call_that_went_round_too_often_is_refused(call: Run, phone: Phone) -> None:
    phone("uas")
    result = call("call_fails", "1001", replace={"Max-Forwards: 70": "Max-Forwards: 0"})
    assert result.final_status() == 483


@pytest.mark.parametrize("answer", ["486 Busy Here", "603 Decline", "480 Temporarily Unavailable"])
def test_the_caller_learns_why_an_agent_refused(call: Run, phone: Phone, answer: str) -> None:
    callee = phone("refuse", replace={"486 Busy Here": answer})
    assert call("call_fails", "1001").final_status() == int(answer.split()[0])
    callee.check(calls=1)


def test_a_phone_that_nobody_answers_is_given_up(tmp_path: Path) -> None:
    switch = Switch(tmp_path, {"sip": {"ring_timeout": 1}})
    port = free_port()
    register(switch, tmp_path, "1001", port=port).check()
    callee = Sipp("ring_until_cancelled", tmp_path, port=port)
    result = Sipp("call_fails", tmp_path, remote=switch.sip, service="1001").check()
    callee.check(calls=1)
    switch.stop()
    assert result.final_status() in (408, 480)


def test_a_phone_that_has_gone_is_given_up_after_64_times_t1(tmp_path: Path) -> None:
    """It registered and lost its power: nobody answers the INVITE (RFC 3261 17.1.1.2, timer B)."""
    switch = Switch(tmp_path, {"sip": {"t1": 0.05}})
    register(switch, tmp_path, "1001").check()
    result = Sipp("call_fails", tmp_path, remote=switch.sip, service="1001", timeout=10).check()
    assert result.final_status() == 480
    switch.check_idle()
    switch.stop()


def test_an_agent_without_a_phone_is_unavailable(call: Run) -> None:
    assert call("call_fails", "1003").final_status() == 480


def test_a_number_that_nobody_has_is_not_found(call: Run) -> None:
    assert call("call_fails", "5999").final_status() == 404


def test_two_phones_ring_and_the_slower_is_cancelled(call: Run, phone: Phone) -> None:
    slow = phone("ring_until_cancelled")
    quick = phone("answer", duration_ms=700)
    call("call", "1001", duration_ms=500)
    quick.check(calls=1)
    slow.check(calls=1)


def test_one_busy_phone_does_not_stop_the_other(call: Run, phone: Phone) -> None:
    busy = phone("refuse")
    free = phone("answer", duration_ms=500)
    call("call", "1001", duration_ms=500)
    free.check(calls=1)
    busy.check(calls=1)


# --- registration


def test_a_phone_registers_and_takes_it_back(switch: Switch, tmp_path: Path) -> None:
    port = free_port()
    registered = register(switch, tmp_path / "on", "1002", port=port).check(calls=1)
    assert f":{port}" in registered.received(200)[0].header("Contact")
    taken_back = register(switch, tmp_path / "off", "1002", port=port, expires=0).check(calls=1)
    assert taken_back.received(200)[0].header("Contact") == ""


def test_a_wrong_password_and_an_unknown_name_are_refused_alike(switch: Switch, tmp_path: Path) -> None:
    wrong = register(switch, tmp_path / "wrong", "1002", password="wrong").check(calls=1)
    unknown = register(switch, tmp_path / "unknown", "7777", password="wrong").check(calls=1)
    assert _shapes(wrong) == _shapes(unknown)


def test_a_short_registration_is_refused_with_the_least_that_is_granted(
    switch: Switch, tmp_path: Path
) -> None:
    keys = {"agent": "1002", "expires": "5", "password": switch.passwords["1002"]}
    result = Sipp("register_too_brief", tmp_path, remote=switch.sip, keys=keys).check()
    assert result.messages[-1].header("Min-Expires") == "60"


def test_an_agent_calls_with_its_password(switch: Switch, call: Run, tmp_path: Path) -> None:
    port = free_port(host=STRANGER)
    keys = {"caller": "1002", "agent": "1002", "password": switch.passwords["1002"]}
    call("call_with_password", host=STRANGER, port=port, keys=keys)


# --- strangers


def test_a_stranger_is_challenged_whatever_number_is_dialled(switch: Switch, call: Run) -> None:
    """Nothing tells existing numbers and users from others (RFC 3261 26.3.2.4)."""
    runs = [call("call_fails", number, host=STRANGER) for number in (ECHO, "1001", "5999")]
    assert {run.final_status() for run in runs} <= {401, 403}
    assert len({_shapes(run) for run in runs}) == 1


# --- outside calls


def test_options_is_answered_with_what_we_can_do(call: Run) -> None:
    answer = call("options").received(200)[0]
    allowed = {method.strip() for method in answer.header("Allow").split(",")}
    assert {"INVITE", "ACK", "CANCEL", "BYE", "OPTIONS"} <= allowed


def test_an_unknown_method_is_refused(call: Run) -> None:
    result = call("unknown_method")
    status = result.messages[-1].status
    assert status == 501 or result.messages[-1].header("Allow")


def test_a_required_extension_we_lack_is_named(call: Run) -> None:
    call("require_100rel")


# --- the server's own limits


def test_a_call_without_sound_is_hung_up(tmp_path: Path) -> None:
    """SIPp sends no RTP, so the call is dead after `rtp.dead_after` seconds."""
    switch = Switch(tmp_path, {"rtp": {"dead_after": 1}})
    result = Sipp("call_until_bye", tmp_path, remote=switch.sip, service=ECHO).check(calls=1)
    assert "cause=408" in result.received(method="BYE")[0].header("Reason")
    switch.stop()


@pytest.mark.parametrize("scenario", ["answer", "answer_early"])
def test_ringing_is_not_cut_short_by_the_absence_of_sound(tmp_path: Path, scenario: str) -> None:
    """Neither SIPp sends RTP, and the phone rings longer than `rtp.dead_after`."""
    switch = Switch(tmp_path, {"rtp": {"dead_after": 1}})
    port = free_port()
    register(switch, tmp_path, "1001", port=port).check()
    callee = Sipp(scenario, tmp_path, port=port, duration_ms=2500)
    Sipp("call", tmp_path, remote=switch.sip, service="1001", duration_ms=100).check(calls=1)
    callee.check(calls=1)
    switch.check_idle()
    switch.stop()


def test_calls_beyond_the_limit_are_told_to_come_later(tmp_path: Path) -> None:
    switch = Switch(tmp_path, {"sip": {"max_calls": 1}})
    first = Sipp("call", tmp_path, remote=switch.sip, service=PROMPT, duration_ms=1500)
    wait_for(lambda: switch.health()["calls"] == 1, "the first call")
    second = Sipp("call_fails", tmp_path, remote=switch.sip, service=PROMPT).check()
    assert second.final_status() == 503
    assert int(second.received(503)[0].header("Retry-After")) > 0
    first.check(calls=1)
    switch.stop()


def test_stopping_refuses_new_calls_and_hangs_up_those_going_on(tmp_path: Path) -> None:
    switch = Switch(tmp_path, {"shutdown_grace": 1.5})
    going_on = Sipp("call_until_bye", tmp_path, remote=switch.sip, service=PROMPT)
    wait_for(lambda: switch.health()["calls"] == 1, "the call")
    switch.terminate()
    wait_for(lambda: switch.health_status() == 503, "/healthz to say that it is over")
    late = Sipp("call_fails", tmp_path, remote=switch.sip, service=PROMPT).check()
    assert late.final_status() == 503
    going_on.check(calls=1)
    switch.stop()


def test_a_registration_runs_out(tmp_path: Path) -> None:
    switch = Switch(tmp_path, {"sip": {"registration": {"min_expires": 1}}})
    register(switch, tmp_path, "1001", expires=1).check()
    wait_for(lambda: switch.status()["registrations"] == 0, "the registration to run out", every=0.2)
    assert Sipp("call_fails", tmp_path, remote=switch.sip, service="1001").check().final_status() == 480
    switch.stop()


def _session_version(text: str) -> int:
    """sess-version of the o= line (RFC 4566 5.2)."""
    return next(int(line.split()[2]) for line in text.splitlines() if line.startswith("o="))


def _count(switch: Switch, kind: str) -> int:
    return sum(kind in event.values() for event in switch.journal())


def _shapes(result: Result) -> tuple[tuple[str, ...], ...]:
    """Received messages without what must differ: start lines and names of headers."""

    def shape(message: Message) -> tuple[str, ...]:
        rows = message.text.split("\n\n")[0].splitlines()[1:]
        return message.start, *(row.partition(":")[0] for row in rows)

    return tuple(shape(message) for message in result.messages if not message.sent)

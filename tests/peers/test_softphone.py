"""`hotline phone` against peers that are not ours (SIPp, baresip), and against the switch."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from softphone.sound import tone, write_wav
from tests.support import audio
from tests.support.baresip import Baresip
from tests.support.ports import HOST, free_port
from tests.support.sipp import Sipp
from tests.support.softphone import HOTLINE, Softphone
from tests.support.switch import Switch

pytestmark = pytest.mark.peer("pyVoIP")


@pytest.fixture
def baresip(tmp_path: Path) -> Iterator[Baresip]:
    phone = Baresip(tmp_path / "baresip", "1002", "", (HOST, 5060), register=False, answers="auto")
    yield phone
    phone.stop()


# --- alone with a peer


@pytest.mark.peer("sipp")
def test_picks_the_md5_challenge_behind_one_it_does_not_know(tmp_path: Path) -> None:
    registrar = Sipp("registrar", tmp_path, calls=2, keys={"agent": "1001", "password": "open sesame"})
    phone = Softphone(registrar.address, "1001", "open sesame").check()
    registrar.check(calls=2)
    assert phone.fact("registered")["seconds"] == 60
    assert phone.told("unregistered")


@pytest.mark.peer("sipp")
def test_says_the_status_when_registration_is_refused(tmp_path: Path) -> None:
    registrar = Sipp("registrar", tmp_path, keys={"agent": "1001", "password": "open sesame"})
    phone = Softphone(registrar.address, "1001", "wrong")
    assert phone.wait() == 1
    assert phone.fact("failed")["status"] == 403
    registrar.wait()


def test_says_when_no_server_answers() -> None:
    phone = Softphone((HOST, free_port()), "1001", call="4900")
    assert phone.wait() == 4
    assert "no answer" in phone.fact("failed")["why"]


@pytest.mark.peer("sipp")
@pytest.mark.parametrize(("status", "reason"), [(486, "Busy Here"), (603, "Decline"), (499, "Unheard Of")])
def test_says_the_status_when_a_call_is_refused(tmp_path: Path, status: int, reason: str) -> None:
    callee = Sipp("refuse", tmp_path, replace={"486 Busy Here": f"{status} {reason}"})
    phone = Softphone(callee.address, "1001", register=False, call="1002")
    assert phone.wait() == 1
    callee.check(calls=1)
    assert phone.fact("failed")["why"] == reason


@pytest.mark.peer("sipp")
def test_cancels_a_call_that_nobody_answers(tmp_path: Path) -> None:
    callee = Sipp("ring_until_cancelled", tmp_path)
    phone = Softphone(callee.address, "1001", register=False, call="1002", wait=1)
    assert phone.wait() == 1
    callee.check(calls=1)
    assert phone.fact("ringing")["status"] == 180


@pytest.mark.peer("sipp")
def test_hangs_up_a_call_that_is_answered_while_it_cancels(tmp_path: Path) -> None:
    callee = Sipp("answer_after_cancel", tmp_path)
    assert Softphone(callee.address, "1001", register=False, call="1002", wait=1).wait() == 1
    callee.check(calls=1)


@pytest.mark.peer("sipp")
def test_tells_when_the_far_end_hangs_up(tmp_path: Path) -> None:
    callee = Sipp("answer_and_hang_up", tmp_path, duration_ms=500)
    phone = Softphone(callee.address, "1001", register=False, call="1002").check()
    callee.check(calls=1)
    assert phone.fact("ended")["by"] == "them"


@pytest.mark.peer("sipp")
def test_gives_up_the_call_in_order_when_it_is_stopped(tmp_path: Path) -> None:
    callee = Sipp("answer", tmp_path, duration_ms=0)
    phone = Softphone(callee.address, "1001", register=False, call="1002")
    phone.await_fact("answered")
    assert phone.stop() == 130
    callee.check(calls=1)
    assert phone.fact("ended")["by"] == "us"


@pytest.mark.peer("baresip")
@pytest.mark.parametrize("codec", ["PCMU", "PCMA"])
def test_keys_and_tones_arrive_clean_in_both_directions(tmp_path: Path, baresip: Baresip, codec: str) -> None:
    heard = tmp_path / "heard.wav"
    phone = Softphone(
        (HOST, baresip.port),
        "1001",
        register=False,
        call="1002",
        keys="1#",
        tone=997,
        seconds=3,
        save=heard,
        codecs=codec,
    ).check()
    baresip.await_event("CALL_CLOSED")
    pressed = [event["param"] for event in baresip.events if event["type"] == "CALL_DTMF_START"]
    assert pressed == ["1", "#"]
    for path, frequency, seconds in ((heard, 440, 4.5), (baresip.heard(), 997, 2.9)):
        tone = audio.measure(path)
        assert tone.frequency == pytest.approx(frequency, abs=0.5)
        assert tone.seconds > seconds
        assert tone.snr > 33, f"{path}: {tone}"  # G.711 reaches 37 dB
    assert phone.fact("heard")["level"] == pytest.approx(audio.measure(heard).level, abs=0.3)


@pytest.mark.peer("baresip")
def test_answers_a_call_follows_hold_and_hears_keys(tmp_path: Path, baresip: Baresip) -> None:
    port = free_port()
    phone = Softphone((HOST, baresip.port), "1001", register=False, answer=True, sip_port=port, ring=0.5)
    phone.await_fact("waiting")
    baresip.dial(f"sip:1001@{HOST}:{port}")
    baresip.await_event("CALL_ESTABLISHED")
    baresip.hold()
    phone.await_fact("held")
    baresip.resume()
    phone.await_fact("resumed")
    baresip.press("5")
    phone.await_fact("key heard")
    baresip.hang_up()
    phone.check()
    assert phone.fact("ringing")["caller"] == "1002"
    assert [fact["key"] for fact in phone.told("key heard")] == ["5"]


@pytest.mark.peer("baresip")
def test_fails_when_the_far_end_hangs_up_before_all_is_said(tmp_path: Path, baresip: Baresip) -> None:
    speech = audio.write_tone(tmp_path / "speech.wav", 500, 20, rate=44_100)
    phone = Softphone((HOST, baresip.port), "1001", register=False, call="1002", say=speech)
    phone.await_fact("answered")
    baresip.await_event("CALL_ESTABLISHED")
    baresip.hang_up()
    assert phone.wait() == 1
    assert "hung up before" in phone.fact("failed")["why"]


@pytest.mark.parametrize(
    "arguments", [["--call", "1", "--answer"], ["--keys", "x"], ["--codecs", "OPUS"], ["--rtp-ports", "9-1"]]
)
def test_refuses_a_command_line_it_cannot_carry_out(arguments: list[str]) -> None:
    command = [str(HOTLINE), "phone", "--server", f"{HOST}:5060", "--user", "1001", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert arguments[0] in done.stderr


# --- with the switch


def test_registers_calls_the_echo_and_hears_itself(tmp_path: Path, switch: Switch) -> None:
    heard = tmp_path / "heard.wav"
    speech = audio.write_tone(tmp_path / "speech.wav", 750, 4, rate=16_000)
    password = switch.passwords["1001"]
    phone = Softphone(switch.sip, "1001", password, call="4900", say=speech, save=heard).check()
    assert [fact["fact"] for fact in phone.facts][:3] == ["registered", "calling", "answered"]
    tone = audio.measure(heard)
    assert tone.frequency == pytest.approx(750, abs=0.5)
    assert tone.level == pytest.approx(-13, abs=0.5)
    assert tone.seconds == pytest.approx(4, abs=0.15)
    assert tone.snr > 33


def test_four_phones_talk_through_the_switch_at_once(tmp_path: Path, switch: Switch) -> None:
    answering = [
        Softphone(
            switch.sip, user, switch.passwords[user], answer=True, tone=tone, seconds=4, save=tmp_path / user
        )
        for user, tone in (("1002", 600), ("1003", 800))
    ]
    for phone in answering:
        phone.await_fact("waiting")
    calling = [
        Softphone(
            switch.sip,
            f"099{number}",
            register=False,
            call=number,
            tone=tone,
            seconds=3,
            save=tmp_path / f"to-{number}",
        )
        for number, tone in (("1002", 1100), ("1003", 1300))
    ]
    for phone in (*calling, *answering):
        phone.wait()
    for number, caller_hears, agent_hears in (("1002", 600, 1100), ("1003", 800, 1300)):
        for path, frequency in ((tmp_path / f"to-{number}", caller_hears), (tmp_path / number, agent_hears)):
            tone = audio.measure(path)
            assert tone.frequency == pytest.approx(frequency, abs=0.5)
            assert tone.snr > 30, f"{path}: {tone}"


def test_is_refused_with_a_wrong_password(switch: Switch) -> None:
    phone = Softphone(switch.sip, "1001", "not the password")
    assert phone.wait() == 1
    assert phone.fact("failed")["status"] in (401, 403)


def test_holds_a_conversation_step_by_step(switch: Switch, tmp_path: Path) -> None:
    spoken, heard = tmp_path / "spoken.wav", tmp_path / "heard.wav"
    write_wav(str(spoken), tone(600, 2.0).astype("<i2").tobytes())
    steps = ["listen 0.4", f"say {spoken}", "press #"]
    phone = Softphone(switch.sip, "1001", switch.passwords["1001"], call="4902", do=steps, save=heard).check()
    told = [fact["fact"] for fact in phone.facts]
    assert told.index("listened") < told.index("said") < told.index("key sent")
    assert phone.fact("ended")["by"] == "them"
    rate, samples = audio.read(heard)
    # After the beep comes back what was said.
    assert audio.share_of(samples[-int(1.5 * rate) : -int(0.7 * rate)], rate, 600) > 0.9

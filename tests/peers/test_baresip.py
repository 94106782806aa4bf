"""The switch against baresip, a telephone that is not ours: registration, calls, hold, keys, sound."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import audio
from tests.support.baresip import Baresip
from tests.support.ports import wait_for
from tests.support.switch import Switch

pytestmark = pytest.mark.peer("baresip")

G711_SNR = 33.0  # dB; a clean sine through one G.711 coding has 37
MakePhone = Callable[..., Baresip]


@pytest.fixture
def phone(switch: Switch, tmp_path: Path) -> Iterator[MakePhone]:
    """Start a registered baresip for an agent."""
    phones: list[Baresip] = []

    def start(user: str, **options: object) -> Baresip:
        made = Baresip(
            tmp_path / f"{user}-{len(phones)}", user, switch.passwords[user], switch.sip, **options
        )  # type: ignore[arg-type]
        phones.append(made)
        made.await_registered()
        return made

    yield start
    for made in phones:
        made.stop()


@pytest.fixture(autouse=True)
def _leaves_nothing_behind(switch: Switch) -> Iterator[None]:
    yield
    switch.check_idle()
    switch.check_log()


def assert_heard(path: Path, frequency: float, seconds: float, level: float | None = None) -> None:
    tone = audio.measure(path)
    assert tone.frequency == pytest.approx(frequency, abs=0.5), tone
    assert tone.seconds >= seconds, tone
    assert tone.snr > G711_SNR, tone
    if level is not None:
        assert tone.level == pytest.approx(level, abs=0.5)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_registers_and_takes_it_back(switch: Switch, phone: MakePhone, transport: str) -> None:
    agent = phone("1001", transport=transport)
    wait_for(lambda: switch.status()["registrations"] == 1, "the registration")
    agent.stop()
    wait_for(lambda: switch.status()["registrations"] == 0, "the registration to go")


@pytest.mark.parametrize("codec", ["pcmu", "pcma"])
@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_hears_itself_in_the_echo(phone: MakePhone, codec: str, transport: str) -> None:
    agent = phone("1001", source="ausine,997", codecs=codec, transport=transport)
    agent.dial("4900")
    agent.await_event("CALL_ESTABLISHED")
    _let_pass(3.0)
    agent.hang_up()
    agent.await_event("CALL_CLOSED")
    said = audio.measure(agent.said())
    assert_heard(agent.heard(), 997, 2.5, said.level)


def test_hears_the_prompt(phone: MakePhone) -> None:
    agent = phone("1001")
    agent.dial("4901")
    agent.await_event("CALL_ESTABLISHED")
    _let_pass(2.0)
    agent.hang_up()
    agent.await_event("CALL_CLOSED")
    assert audio.seconds_of_sound(agent.heard()) > 1.0


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_two_phones_hear_each_other(phone: MakePhone, transport: str) -> None:
    caller = phone("1001", source="ausine,600")
    callee = phone("1002", source="ausine,1100", answers="auto", transport=transport)
    caller.dial("1002")
    caller.await_event("CALL_ESTABLISHED")
    callee.await_event("CALL_ESTABLISHED")
    _let_pass(3.0)
    caller.hang_up()
    callee.await_event("CALL_CLOSED")
    assert_heard(caller.heard(), 1100, 2.5)
    assert_heard(callee.heard(), 600, 2.5)


def test_two_phones_with_different_codecs_hear_each_other(phone: MakePhone) -> None:
    caller = phone("1001", source="ausine,600", codecs="pcmu")
    callee = phone("1002", source="ausine,1100", codecs="pcma", answers="auto")
    caller.dial("1002")
    caller.await_event("CALL_ESTABLISHED")
    _let_pass(3.0)
    callee.hang_up()
    caller.await_event("CALL_CLOSED")
    for path, frequency in ((caller.heard(), 1100), (callee.heard(), 600)):
        tone = audio.measure(path)
        assert tone.frequency == pytest.approx(frequency, abs=0.5)
        assert tone.snr > 30, tone  # coded twice


def test_shows_the_callee_who_calls(phone: MakePhone) -> None:
    caller, callee = phone("1001"), phone("1002")
    caller.dial("1002")
    incoming = callee.await_event("CALL_INCOMING")
    assert incoming["peeruri"].startswith("sip:1001@")
    caller.await_event("CALL_RINGING")
    callee.answer()
    caller.await_event("CALL_ESTABLISHED")
    caller.hang_up()
    callee.await_event("CALL_CLOSED")


def test_tells_the_caller_that_the_callee_is_busy(phone: MakePhone) -> None:
    caller, callee = phone("1001"), phone("1002")
    caller.dial("1002")
    callee.await_event("CALL_INCOMING")
    callee.hang_up()
    assert "486" in caller.await_event("CALL_CLOSED")["param"]


def test_stops_ringing_when_the_caller_gives_up(phone: MakePhone) -> None:
    caller, callee = phone("1001"), phone("1002")
    caller.dial("1002")
    callee.await_event("CALL_INCOMING")
    caller.hang_up()
    callee.await_event("CALL_CLOSED")


def test_a_caller_on_hold_hears_music_and_comes_back(phone: MakePhone) -> None:
    caller = phone("1001", source="ausine,600")
    callee = phone("1002", source="ausine,1100", answers="auto")
    caller.dial("1002")
    caller.await_event("CALL_ESTABLISHED")
    _let_pass(1.5)
    callee.hold()
    _let_pass(2.5)
    callee.resume()
    _let_pass(2.5)
    caller.hang_up()
    callee.await_event("CALL_CLOSED")
    heard = caller.heard()
    rate, samples = audio.read(heard)
    on_hold = samples[int(2.5 * rate) : int(3.5 * rate)]
    assert (on_hold**2).mean() > 1e-5, "silence instead of music on hold"
    assert audio.share_of(samples[int(0.5 * rate) : int(1.2 * rate)], rate, 1100) > 0.95
    assert audio.share_of(on_hold, rate, 1100) < 0.1
    assert audio.share_of(samples[-int(1.2 * rate) : -int(0.3 * rate)], rate, 1100) > 0.95


def test_keys_reach_the_other_phone(phone: MakePhone) -> None:
    caller = phone("1001", source="ausine,600")
    callee = phone("1002", answers="auto")
    caller.dial("1002")
    caller.await_event("CALL_ESTABLISHED")
    _let_pass(0.5)
    for count, key in enumerate("15#", start=1):
        caller.press(key)
        assert callee.await_event("CALL_DTMF_START", count)["param"] == key
        callee.await_event("CALL_DTMF_END", count)
    caller.hang_up()
    callee.await_event("CALL_CLOSED")


def test_a_key_ends_the_recording_which_is_played_back(switch: Switch, phone: MakePhone) -> None:
    agent = phone("1001", source="ausine,700")
    agent.dial("4902")
    agent.await_event("CALL_ESTABLISHED")
    _let_pass(3.0)
    agent.press("#")
    agent.await_event("CALL_CLOSED", timeout=20)
    rate, samples = audio.read(agent.heard())
    assert audio.share_of(samples[-int(1.5 * rate) : -int(0.5 * rate)], rate, 700) > 0.9
    recording = max((switch.site / "recordings").glob("*.wav"), key=lambda path: path.stat().st_mtime)
    assert audio.measure(recording).seconds > 1.5
    # A recording keeps time: packets that come late, from a machine that is busy, leave gaps in it.
    assert audio.clean_share(recording, 700, G711_SNR) > 0.8


def _let_pass(seconds: float) -> None:
    """Let a call last: sound takes real time."""
    threading.Event().wait(seconds)

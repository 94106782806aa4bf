"""Phones behind a NAT, and phones that know IPv6 alone, with networks between them and the switch."""

from __future__ import annotations

import re
import socket
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import audio, sipp
from tests.support.baresip import Baresip
from tests.support.networks import INSTALL, Networks
from tests.support.ports import free_port, join_host_port, wait_for
from tests.support.sipp import Sipp
from tests.support.switch import Switch
from tests.support.wire_text import rtp

pytestmark = [pytest.mark.peer("baresip"), pytest.mark.peer("sipp"), pytest.mark.slow]

G711_SNR = 30.0  # dB; a clean sine through one G.711 coding has 37
MakePhone = Callable[..., Baresip]


@pytest.fixture(scope="module")
def networks() -> Iterator[Networks]:
    made = Networks()
    if not made.is_real:
        warnings.warn(f"on loopback addresses, without a NAT: namespaces need {INSTALL}", stacklevel=1)
    try:
        with made.inside("switch"):  # tests are where the switch is, unless they say otherwise
            yield made
    finally:
        made.close()


@pytest.fixture
def nat(networks: Networks) -> Networks:
    """Networks with a NAT."""
    if not networks.is_real:
        pytest.skip(f"not run on loopback addresses: a NAT needs {INSTALL}")
    return networks


@pytest.fixture(scope="module")
def switch(networks: Networks, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    """It listens on all addresses of both families, and has no trunk here."""
    port = free_port(host=networks.switch)
    settings = {
        "sip": {"listen": [f"0.0.0.0:{port}", f"[::]:{port}"], "registration": {"min_expires": 5}},
        "trunks": [{"name": "elsewhere", "addresses": ["203.0.113.200"], "numbers": ["*"]}],
    }
    running = Switch(tmp_path_factory.mktemp("networks"), settings)
    running.sip = networks.switch, port
    yield running
    running.check_idle()
    running.stop()


@pytest.fixture
def phone(switch: Switch, networks: Networks, tmp_path: Path) -> Iterator[MakePhone]:
    """Start a registered baresip for an agent at a place."""
    phones: list[Baresip] = []

    def start(user: str, place: str, *, six: bool = False, **options: object) -> Baresip:
        host = networks.street6 if six else getattr(networks, place)
        server = networks.switch6 if six else networks.switch, switch.sip[1]
        with networks.inside(place):
            made = Baresip(tmp_path / user, user, switch.passwords[user], server, host=host, **options)  # type: ignore[arg-type]
        phones.append(made)
        made.await_registered()
        return made

    yield start
    for made in phones:
        made.stop()
    wait_for(lambda: switch.status()["registrations"] == 0, "the phones to be gone")
    switch.check_idle()
    switch.check_log()


def let_pass(seconds: float) -> None:
    """Let a call last: sound takes real time."""
    threading.Event().wait(seconds)


def assert_heard(phone: Baresip, frequency: float, seconds: float = 1.5) -> None:
    tone = audio.measure(phone.heard())
    assert tone.frequency == pytest.approx(frequency, abs=0.5), tone
    assert tone.seconds >= seconds, tone
    assert tone.snr > G711_SNR, tone


def call(caller: Baresip, callee: Baresip, number: str) -> None:
    caller.dial(number)
    callee.await_event("CALL_ESTABLISHED")
    caller.await_event("CALL_ESTABLISHED")


# --- NAT


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_phone_at_home_calls_and_is_called(networks: Networks, phone: MakePhone, transport: str) -> None:
    home = phone("1001", "home", source="ausine,600", answers="auto", transport=transport)
    street = phone("1002", "street", source="ausine,1100", answers="auto")
    for caller, callee, number in ((home, street, "1002"), (street, home, "1001")):
        count = sum(event["type"] == "CALL_CLOSED" for event in callee.events)
        caller.dial(number)
        caller.await_event("CALL_ESTABLISHED", count + 1)
        let_pass(2.5)
        caller.hang_up()
        callee.await_event("CALL_CLOSED", count + 1)
        caller.await_event("CALL_CLOSED", count + 1)
        assert_heard(home, 1100)
        assert_heard(street, 600)


def test_a_new_mapping_in_a_call_is_followed_by_sound_and_requests(nat: Networks, phone: MakePhone) -> None:
    home = phone("1001", "home", source="ausine,600")
    street = phone("1002", "street", source="ausine,1100", answers="auto")
    call(home, street, "1002")
    let_pass(1.0)
    nat.remap()
    home.hold()
    let_pass(0.5)
    home.resume()
    let_pass(3.0)
    street.hang_up()
    home.await_event("CALL_CLOSED", timeout=5)
    # What a baresip hears after a hold of its own it does not record; the next test sees to that direction.
    rate, samples = audio.read(street.heard())
    assert audio.share_of(samples[-rate:], rate, 600) > 0.95


def test_sound_follows_a_new_mapping_by_itself(nat: Networks, phone: MakePhone) -> None:
    """And the BYE gets there as soon as the phone has registered again."""
    home = phone("1001", "home", source="ausine,600", expires=5)
    street = phone("1002", "street", source="ausine,1100", answers="auto")
    call(home, street, "1002")
    let_pass(1.0)
    nat.remap()
    let_pass(3.5)
    street.hang_up()
    home.await_event("CALL_CLOSED", timeout=8)
    for each, frequency in ((home, 1100), (street, 600)):
        rate, samples = audio.read(each.heard())
        assert audio.share_of(samples[-2 * rate :], rate, frequency) > 0.9


def test_a_stranger_is_not_heard(nat: Networks, switch: Switch, phone: MakePhone) -> None:
    """Before the phone speaks, while it speaks, and while it is on hold and silent."""
    home = phone("1001", "home", source="ausine,600")
    street = phone("1002", "street", source="ausine,1100", answers="manual")
    home.dial("1002")
    street.await_event("CALL_INCOMING")
    stop = threading.Event()
    with nat.inside("street"):
        stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    stranger.bind((nat.stranger, 0))
    ports = _ports_in_use(switch)

    def shout() -> None:
        for serial in range(100_000):
            for port in ports:
                stranger.sendto(rtp(serial, serial * 160, 7, b"\x05" * 80 + b"\x85" * 80), (nat.switch, port))
            if stop.wait(0.02):
                return

    shouting = threading.Thread(target=shout)
    shouting.start()
    try:
        let_pass(0.5)
        street.answer()
        street.await_event("CALL_ESTABLISHED")
        let_pass(2.5)
        home.hang_up()
        street.await_event("CALL_CLOSED")
    finally:
        stop.set()
        shouting.join()
    assert ports
    assert_heard(home, 1100)
    assert_heard(street, 600)
    stranger.setblocking(False)
    with pytest.raises(BlockingIOError):
        stranger.recv(2000)
    stranger.close()


def _ports_in_use(switch: Switch) -> list[int]:
    """RTP ports of the switch that are open."""
    rows = Path(f"/proc/{switch.pid}/net/udp").read_text().splitlines()[1:]
    bound = {int(row.split()[1].split(":")[1], 16) for row in rows}
    return sorted(port for port in bound if port % 2 == 0 and port != switch.sip[1])


@pytest.mark.parametrize("rport", [True, False])
def test_a_phone_without_rport_registers_and_is_called(
    networks: Networks, switch: Switch, tmp_path: Path, phone: MakePhone, rport: bool
) -> None:
    street = phone("1002", "street")
    with networks.inside("home"):
        port = free_port(host=networks.home)
        keys = {"agent": "1001", "password": switch.passwords["1001"]}
        at = {"host": networks.home, "port": port, "replace": {} if rport else {";rport": ""}}
        sipp.run("register", tmp_path, remote=switch.sip, keys=keys, **at).check(calls=1)
        callee = Sipp("answer", tmp_path, host=networks.home, port=port, duration_ms=100)
    street.dial("1001")
    street.await_event("CALL_ESTABLISHED")
    street.hang_up()
    callee.check(calls=1)
    with networks.inside("home"):
        keys["expires"] = "0"
        sipp.run("register", tmp_path / "gone", remote=switch.sip, keys=keys, **at).check(calls=1)


def test_a_phone_behind_an_edge_proxy_is_called_by_its_path(
    networks: Networks, switch: Switch, tmp_path: Path, phone: MakePhone
) -> None:
    """SIPp is the proxy: it registers a phone of a private network, and the call comes to it."""
    street = phone("1002", "street")
    with networks.inside("street"):
        port = free_port(host=networks.stranger)
        path = f"<sip:edge@{networks.stranger}:{port};lr>"
        keys = {"agent": "1001", "password": switch.passwords["1001"]}
        replace = {
            "Expires:": f"Supported: path\n      Path: {path}\n      Expires:",
            "<sip:[agent]@[local_ip]:[local_port];transport=[transport]>": "<sip:1001@192.168.50.9:5060>",
        }
        at = {"host": networks.stranger, "port": port, "replace": replace}
        answer = sipp.run("register", tmp_path, remote=switch.sip, keys=keys, **at).check(calls=1)
        assert answer.received(200)[0].header("Path") == path
        edge = Sipp("answer", tmp_path, host=networks.stranger, port=port, duration_ms=100)
    street.dial("1001")
    street.await_event("CALL_ESTABLISHED")
    street.hang_up()
    (invite,) = edge.check(calls=1).received(method="INVITE")
    assert invite.header("Route") == path
    assert invite.start.split()[1] == "sip:1001@192.168.50.9:5060"
    with networks.inside("street"):
        keys["expires"] = "0"
        sipp.run("register", tmp_path / "gone", remote=switch.sip, keys=keys, **at).check(calls=1)


# --- IPv6 and IPv4


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_each_is_told_addresses_of_its_own_family(
    networks: Networks, phone: MakePhone, transport: str
) -> None:
    six = phone("1001", "street", six=True, source="ausine,600", answers="auto", transport=transport)
    four = phone("1002", "home", source="ausine,1100", answers="auto", transport=transport)
    for count, (caller, callee, number) in enumerate(((six, four, "1002"), (four, six, "1001")), 1):
        caller.dial(number)
        caller.await_event("CALL_ESTABLISHED", count)
        let_pass(2.5)
        callee.hang_up()
        caller.await_event("CALL_CLOSED", count)
        callee.await_event("CALL_CLOSED", count)
        assert_heard(six, 1100)
        assert_heard(four, 600)
    for each, own, other in (
        (six, f"IP6 {networks.switch6}", networks.switch),
        (four, f"IP4 {networks.switch}", networks.switch6),
    ):
        trace = each.trace()
        assert f"c=IN {own}\n" in trace
        assert f"@{join_host_port(other, 0).removesuffix(':0')}:" not in trace
        assert f"@{join_host_port(own[4:], 0).removesuffix(':0')}:" in "\n".join(
            re.findall(r"^Contact: <sip:hotline@.*$", trace, re.M)
        )

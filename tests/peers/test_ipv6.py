"""IPv6: the same calls over [::1], by UDP and TCP, with sound both ways."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.ports import HOST, free_port
from tests.support.sipp import Sipp
from tests.support.switch import Switch

V6 = "::1"


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind((V6, 0))
    except OSError:
        return False
    return True


pytestmark = [
    pytest.mark.peer("sipp"),
    pytest.mark.skipif(not _has_ipv6(), reason="not run: this machine has no IPv6 loopback"),
]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Switch, int]]:
    """A switch on both families, and its port at [::1]."""
    port = free_port(host=V6)
    settings = {
        "sip": {"listen": [f"{HOST}:{free_port()}", f"[{V6}]:{port}"]},
        "trunks": [{"name": "this-machine", "addresses": [HOST, V6], "numbers": ["*"]}],
    }
    switch = Switch(tmp_path_factory.mktemp("ipv6"), settings)
    yield switch, port
    switch.check_idle()
    switch.stop()


@pytest.mark.parametrize("transport", ["u1", "t1"])
def test_calls_over_ipv6(both: tuple[Switch, int], tmp_path: Path, transport: str) -> None:
    _, port = both
    caller = Sipp("uac", tmp_path, remote=(f"[{V6}]", port), host=V6, calls=3, transport=transport)
    result = caller.wait().check(calls=3)
    answers = result.received(200, "INVITE")
    assert answers
    assert all("IN IP6 ::1" in answer.text for answer in answers)

"""Calls as carriers and phones send them that once were lost, each with a whole server and a bare socket.

The requests lie beside the checkout (cases/sip/*.sip) and may be absent; more of their kinds are here.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.robustness import rig
from tests.support.paths import SHARED
from tests.support.ports import HOST
from tests.support.switch import Switch

pytestmark = pytest.mark.slow

FILES = sorted((SHARED / "cases" / "sip").glob("*.sip"))
STRANGER = rig.own_address()
INVITE = """\
INVITE {uri} SIP/2.0
Via: SIP/2.0/UDP {via};branch=z9hG4bK{ID}{rport}
Max-Forwards: 70
From: {sender};tag={ID}
To: <sip:4900@127.0.0.1>
Call-ID: {ID}
CSeq: 1 INVITE
Contact: <{contact}>
Content-Type: application/sdp
Content-Length: {LEN}

v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio 25990 RTP/AVP 8 0 101
a=rtpmap:101 telephone-event/8000
"""


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    settings = {"country": "CN", "numbers": {"+864000": {"echo": True}, "4903": {"echo": True}}}
    trunk = {"name": "carrier", "addresses": [HOST], "numbers": ["4900", "+864000"]}
    running = rig.start(tmp_path_factory.mktemp("cases"), {**settings, "trunks": [trunk]})
    try:
        yield running
    finally:
        running.stop()


class Peer:
    """A bare socket at an address."""

    def __init__(self, switch: Switch, host: str = HOST) -> None:
        self._there = switch.sip
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((host, 0))
        self.port = self._socket.getsockname()[1]
        self._id = f"case{host}{self.port}"

    def invite(self, text: str, **values: str) -> bytes:
        """Send an INVITE; its final response, acknowledged. The call is hung up at once."""
        usual = {
            "uri": "sip:4900@h",
            "sender": "<sip:+8613800138000@h>",
            "via": f"{HOST}:{self.port}",
            "contact": f"sip:c@{HOST}:{self.port}",
            "rport": ";rport",
        }
        for name, value in {**usual, **values, "PORT": str(self.port), "ID": self._id}.items():
            text = text.replace(f"{{{name}}}", value)
        head, _, body = text.partition("\n\n")
        payload = body.replace("\n", "\r\n").encode()
        head = head.replace("{LEN}", str(len(payload))).replace("\n", "\r\n")
        self._socket.sendto(head.encode() + b"\r\n\r\n" + payload, self._there)
        answer = self.receive()
        while answer.startswith(b"SIP/2.0 1"):
            answer = self.receive()
        to = re.search(rb"(?m)^To:[^\r]*", answer)
        assert to is not None
        head = re.sub("(?m)^Content-(Type|Length):.*\r\n", "", head)
        for method, number in (
            (("ACK", 1), ("BYE", 2)) if answer.startswith(b"SIP/2.0 200") else (("ACK", 1),)
        ):
            lines = re.sub("(?m)^To:[^\r]*", to[0].decode(), head).replace("INVITE", method, 1)
            lines = lines.replace("CSeq: 1 INVITE", f"CSeq: {number} {method}")
            lines = lines.replace(
                "z9hG4bK", f"z9hG4bK{method}" if answer.startswith(b"SIP/2.0 200") else "z9hG4bK"
            )
            self._socket.sendto(f"{lines}\r\nContent-Length: 0\r\n\r\n".encode(), self._there)
        if answer.startswith(b"SIP/2.0 200"):
            while b"BYE" not in self.receive():
                pass
        return answer

    def receive(self, seconds: float = 5.0) -> bytes:
        """The next datagram."""
        self._socket.settimeout(seconds)
        return self._socket.recv(65535)

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def peer(switch: Switch) -> Iterator[Peer]:
    opened = Peer(switch)
    yield opened
    opened.close()


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@pytest.mark.skipif(not FILES, reason=f"{SHARED / 'cases' / 'sip'} is not there")
@pytest.mark.parametrize("file", FILES or [Path("none")], ids=lambda file: file.stem)
def test_a_call_that_was_lost_is_taken(peer: Peer, file: Path) -> None:
    assert status(peer.invite(file.read_text())) == 200


@pytest.mark.parametrize(
    "uri",
    [
        "sip:4900;phone-context=+86@h;user=phone",
        "tel:+86-4000",
        "sip:+864000;npdi;rn=+8610@h",
        "sip:4%3900@h",
    ],
)
def test_a_number_is_found_in_every_form(peer: Peer, uri: str) -> None:
    assert status(peer.invite(INVITE, uri=uri)) == 200


@pytest.mark.parametrize("uri", ["sip:4903@h", "sip:1001@h", "tel:+8613800138000", "sip:h"])
def test_what_is_not_published_is_not_found(peer: Peer, switch: Switch, uri: str) -> None:
    before = switch.log().count("can't reach")
    assert status(peer.invite(INVITE, uri=uri)) == 404
    assert switch.log().count("can't reach") == before + 1


def test_a_phone_without_rport_is_answered_where_it_sends_from(peer: Peer) -> None:
    via = {"via": "192.168.77.7:5060", "rport": "", "contact": "sip:c@192.168.77.7:5060"}
    assert status(peer.invite(INVITE, **via)) == 200


def test_a_stranger_is_challenged_once_and_told_nothing(switch: Switch) -> None:
    stranger = Peer(switch, STRANGER)
    answer = stranger.invite(INVITE, via=f"{STRANGER}:{stranger.port}")
    assert status(answer) == 401
    assert b"hotline/" not in answer
    assert b"Server:" not in answer
    with pytest.raises(TimeoutError):
        stranger.receive(1.5)
    stranger.close()

"""SIP, SDP and RTP as the wire peer writes them: plain text, read with `str.partition`, no rules enforced."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

HOST = "127.0.0.1"
Address = tuple[str, int]
_COMPACT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length"}


@dataclass(slots=True)
class Message:
    """One message as it came; header names in lower case."""

    start: str
    headers: list[tuple[str, str]]
    body: bytes

    @classmethod
    def parse(cls, data: bytes) -> Message:
        """Read one; ValueError when it is not what a careful switch sends."""
        head, blank, body = data.partition(b"\r\n\r\n")
        if not blank:
            raise ValueError("no blank line")
        start, *lines = head.decode("utf-8", "surrogateescape").split("\r\n")
        headers = []
        for line in lines:
            name, colon, value = line.partition(":")
            if not colon:
                raise ValueError(f"header line {line!r}")
            name = name.strip().lower()
            headers.append((_COMPACT.get(name, name), value.strip()))
        return cls(start, headers, body)

    @property
    def status(self) -> int:
        """Of a response; 0 for a request."""
        return int(self.start.split(" ")[1]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        """Of a request, or of what a response answers."""
        return self.get("cseq").partition(" ")[2] if self.status else self.start.partition(" ")[0]

    @property
    def user(self) -> str:
        """User part of a request's URI."""
        return self.start.split(" ")[1].partition(":")[2].partition("@")[0]

    @property
    def cseq(self) -> int:
        """The CSeq number; 0 when there is none."""
        number = self.get("cseq").partition(" ")[0]
        return int(number) if number.isdecimal() else 0

    def get(self, name: str) -> str:
        """The first value, "" for none."""
        return next((value for key, value in self.headers if key == name), "")

    def all(self, name: str) -> list[str]:
        """All values in order."""
        return [value for key, value in self.headers if key == name]


def build(start: str, headers: list[tuple[str, str]], body: bytes = b"") -> bytes:
    """A message with its Content-Length."""
    rows = [start, *(f"{name}: {value}" for name, value in headers)]
    if body and not any(name == "Content-Type" for name, _ in headers):
        rows.append("Content-Type: application/sdp")
    rows.append(f"Content-Length: {len(body)}\r\n\r\n")
    return "\r\n".join(rows).encode("utf-8", "surrogateescape") + body


def answer_to(
    request: Message,
    status: int,
    *,
    tag: str = "",
    headers: list[tuple[str, str]] | None = None,
    body: bytes = b"",
) -> bytes:
    """A response."""
    rows = [("Via", value) for value in request.all("via")]
    rows += [("Record-Route", value) for value in request.all("record-route")]
    to = request.get("to")
    if tag and ";tag=" not in to:
        to += f";tag={tag}"
    rows += [("From", request.get("from")), ("To", to)]
    rows += [("Call-ID", request.get("call-id")), ("CSeq", request.get("cseq")), *(headers or [])]
    return build(f"SIP/2.0 {status} {_REASONS.get(status, 'Whatever')}", rows, body)


_REASONS = {
    100: "Trying",
    180: "Ringing",
    200: "OK",
    481: "No Such Call",
    486: "Busy Here",
    487: "Terminated",
}


def sdp(
    port: int, *, host: str = HOST, formats: str = "0 8 101", direction: str = "sendrecv", version: int = 1
) -> bytes:
    """An offer or answer for one telephone call."""
    return (
        f"v=0\r\no=- 4711 {version} IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP {formats}\r\n"
        "a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
        f"a=fmtp:101 0-15\r\na=ptime:20\r\na={direction}\r\n"
    ).encode()


def media_address(body: bytes) -> Address:
    """Where an SDP body wants its audio; ("", 0) when it says nothing of it."""
    host = re.search(rb"^c=IN IP4 (\S+)", body, re.MULTILINE)
    port = re.search(rb"^m=audio (\d+)", body, re.MULTILINE)
    return (host[1].decode(), int(port[1])) if host and port else ("", 0)


def rtp(sequence: int, timestamp: int, ssrc: int, payload: bytes, *, payload_type: int = 0) -> bytes:
    """An RTP packet."""
    head = struct.pack("!BBHLL", 0x80, payload_type, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc)
    return head + payload

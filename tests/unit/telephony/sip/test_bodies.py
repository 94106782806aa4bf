"""The session description in a body: alone, beside other things, padded, or without its type."""

from __future__ import annotations

import base64

import pytest

from telephony.sip.bodies import take_description
from telephony.sip.headers import Headers
from telephony.sip.message import Request
from telephony.sip.uri import SipUri

SDP = b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n"
ISUP = b"Content-Type: application/isup\r\nContent-Disposition: signal;handling=optional\r\n\r\n\x01\x00\xff"
PIDF = b"Content-Type: application/pidf+xml\r\n\r\n<presence/>"
OFFER = b"Content-Type: application/sdp\r\nContent-Disposition: session;handling=required\r\n\r\n" + SDP


def message(kind: str | None, body: bytes) -> Request:
    rows = [("Content-Type", kind)] if kind is not None else []
    request = Request("INVITE", SipUri("sip", "a", host="h"), Headers(rows), body)
    take_description(request)
    return request


def multipart(*parts: bytes, boundary: bytes = b"b1", end: bytes = b"--\r\n") -> bytes:
    return b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + boundary + end


@pytest.mark.parametrize(
    "body",
    [
        multipart(OFFER, ISUP),
        multipart(ISUP, OFFER),
        multipart(PIDF, OFFER, ISUP),
        b"This is the preamble.\r\n" + multipart(OFFER),
        multipart(OFFER, end=b"--"),
        multipart(OFFER, end=b""),
        multipart(b"content-type: APPLICATION/sdp\r\n\r\n" + SDP),
        multipart(
            b"Content-Type: application/sdp\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + base64.b64encode(SDP)
        ),
        multipart(
            b"Content-Type: multipart/related;boundary=in\r\n\r\n" + multipart(PIDF, OFFER, boundary=b"in")
        ),
    ],
)
@pytest.mark.parametrize("kind", ["multipart/mixed;boundary=b1", 'Multipart/Related; boundary="b1"'])
def test_a_description_beside_other_things_is_all_that_is_left(body: bytes, kind: str) -> None:
    request = message(kind, body)
    assert (request.content_type, request.body) == ("application/sdp", SDP)


def test_parts_that_may_be_ignored_are_no_offer() -> None:
    request = message("multipart/mixed;boundary=b1", multipart(ISUP, PIDF))
    assert (request.content_type, request.body) == (None, b"")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (
            "multipart/mixed;boundary=b1",
            multipart(OFFER, b"Content-Type: a/b\r\nContent-Disposition: x; handling=REQUIRED\r\n\r\nz"),
        ),
        ("multipart/mixed", multipart(OFFER)),
        ("multipart/mixed;boundary=other", multipart(OFFER)),
        ("multipart/mixed;boundary=b1", b"nothing"),
        (
            "multipart/mixed;boundary=b1",
            multipart(*[b"Content-Type: multipart/mixed;boundary=x\r\n\r\n"] * 2000),
        ),
        ("multipart/mixed;boundary=b1", multipart(*[PIDF] * 2000)),
        ("application/isup", b"\x01"),
        ("text/plain", SDP),
        (None, b"hello"),
    ],
)
def test_what_cannot_be_read_or_ignored_stays(kind: str | None, body: bytes) -> None:
    request = message(kind, body)
    assert (request.headers.get("Content-Type"), request.body) == (kind, body)


def test_a_description_without_its_type_is_one() -> None:
    assert message(None, SDP).content_type == "application/sdp"


@pytest.mark.parametrize("behind", [b"\0", b"\r\n\0\0", b" ", b"\r\n", b"\r\n\r\n", b"\t \r\n"])
def test_what_stands_behind_a_description_is_dropped(behind: bytes) -> None:
    assert message("application/sdp", SDP + behind).body == SDP

"""What every request must satisfy before anybody looks at its meaning (RFC 3261 8.2.1 to 8.2.4)."""

from __future__ import annotations

import pytest

from telephony.sip.message import Request
from telephony.sip.parser import parse_message
from telephony.sip.screening import screen
from tests.unit.telephony.sip.exchange import incoming


def invite(body: bytes = b"v=0", *extra: str) -> Request:
    request = incoming("INVITE", extra=["Contact: <sip:a@b>", *extra])
    request.body = body
    return request


@pytest.mark.parametrize(
    "method", ["INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "INFO", "NOTIFY", "REFER", "REGISTER", "UPDATE"]
)
def test_what_we_serve_goes_on(method: str) -> None:
    assert screen(incoming(method)) is None


@pytest.mark.parametrize(
    ("method", "status"),
    [("PRACK", 405), ("SUBSCRIBE", 405), ("MESSAGE", 405), ("FOO", 501)],
)
def test_other_methods_are_refused_with_those_that_we_serve(method: str, status: int) -> None:
    refusal = screen(incoming(method))
    assert refusal is not None
    assert refusal.status == status
    allowed = (refusal.headers.get("Allow") or "").split(", ")
    assert {"INVITE", "BYE", "REGISTER"} <= set(allowed)
    assert method not in allowed


@pytest.mark.parametrize(("uri", "status"), [("tel:+4930123", None), ("sips:a@b", 416), ("mailto:a@b", 416)])
def test_only_uris_that_can_be_a_telephone_are_taken(uri: str, status: int | None) -> None:
    data = incoming("OPTIONS").to_bytes().replace(b"sip:hotline@192.0.2.1 SIP/2.0", f"{uri} SIP/2.0".encode())
    request = parse_message(data)
    assert isinstance(request, Request)
    refusal = screen(request)
    assert (refusal.status if refusal is not None else None) == status


SIPS = "<sips:a@192.0.2.9>"


@pytest.mark.parametrize("method", ["INVITE", "UPDATE", "REGISTER"])
@pytest.mark.parametrize(
    "header",
    [
        f"Contact: {SIPS}",
        f"Contact: <sip:a@b>, {SIPS};q=0.1",
        f"m: {SIPS}",
        "Contact: sIpS:a@b",
        "Record-Route: <sip:p;lr>, <sips:p2;lr>",
        "Path: <sips:edge;lr>",
    ],
)
def test_who_is_reached_over_tls_alone_is_refused(method: str, header: str) -> None:
    """It would be called, or hung up, in the clear."""
    refusal = screen(incoming(method, extra=[header]))
    assert refusal is not None
    assert refusal.status == 400


@pytest.mark.parametrize(
    "header", ["Contact: *", "Contact: <<>", "Contact: <sip:sips@b>", "Path: <sip:e?x=sips:>"]
)
def test_what_only_looks_like_it_goes_on(header: str) -> None:
    assert screen(incoming("REGISTER", extra=[header])) is None


def test_required_extensions_that_we_lack_are_named() -> None:
    refusal = screen(invite(b"v=0", "Require: 100rel, timer", "Require: foo, NoReferSub"))
    assert refusal is not None
    assert (refusal.status, refusal.headers.get("Unsupported")) == (420, "100rel, foo")


def test_required_extensions_that_we_know_go_on() -> None:
    assert screen(incoming("REFER", extra=["Require: norefersub"])) is None
    assert screen(incoming("OPTIONS", extra=["Require: timer"])) is None


@pytest.mark.parametrize("method", ["ACK", "CANCEL"])
def test_require_is_not_looked_at_in_ack_and_cancel(method: str) -> None:
    assert screen(incoming(method, extra=["Require: 100rel"])) is None


def test_what_a_proxy_would_have_to_know_is_not_our_business() -> None:
    assert screen(invite(b"v=0", "Content-Type: application/sdp", "Proxy-Require: foo")) is None


@pytest.mark.parametrize("value", ["application/sdp", "Application/SDP", "application/sdp;charset=utf-8"])
def test_an_offer_in_sdp_goes_on(value: str) -> None:
    assert screen(invite(b"v=0", f"Content-Type: {value}")) is None


def test_an_invite_without_body_goes_on() -> None:
    assert screen(invite(b"")) is None


@pytest.mark.parametrize("value", ["multipart/mixed", "text/plain"])
def test_a_body_that_is_no_sdp_is_refused_with_what_we_take(value: str) -> None:
    refusal = screen(invite(b"hello", f"Content-Type: {value}"))
    assert refusal is not None
    assert (refusal.status, refusal.headers.get("Accept")) == (415, "application/sdp")


def test_a_body_without_type_is_refused() -> None:
    refusal = screen(invite(b"v=0"))
    assert refusal is not None
    assert refusal.status == 415


@pytest.mark.parametrize(("coding", "status"), [("gzip", 415), ("identity", None), (" Identity", None)])
def test_only_a_plain_body_is_taken(coding: str, status: int | None) -> None:
    refusal = screen(invite(b"v=0", "Content-Type: application/sdp", f"Content-Encoding: {coding}"))
    assert (refusal.status if refusal is not None else None) == status
    if refusal is not None:
        assert refusal.headers.get("Accept-Encoding") == "identity"


def test_bodies_of_other_requests_are_not_looked_at() -> None:
    request = incoming("INFO", extra=["Content-Type: application/dtmf-relay"])
    request.body = b"Signal=1"
    assert screen(request) is None

"""Requests and responses: typed views, writing, and the response to a request (RFC 3261 8.2.6)."""

from __future__ import annotations

import pytest

from telephony.sip.errors import LocalProtocolError, RemoteProtocolError
from telephony.sip.headers import Headers
from telephony.sip.message import REASONS, Request, Response
from telephony.sip.parser import parse_message
from telephony.sip.uri import SipUri
from telephony.sip.values import CSeq

URI = SipUri("sip", "bob", None, "biloxi.example.com")
ROWS = [
    ("Via", "SIP/2.0/UDP p1.example.com;branch=z9hG4bK1, SIP/2.0/TCP p2.example.com;branch=z9hG4bK2"),
    ("Via", "SIP/2.0/UDP pc33.atlanta.example.com;branch=z9hG4bK3"),
    ("Record-Route", "<sip:p1.example.com;lr>,<sip:p2.example.com;lr>"),
    ("Max-Forwards", "0070"),
    ("To", "Bob <sip:bob@biloxi.example.com>"),
    ("From", '"Alice" <sip:alice@atlanta.example.com>;tag=1928301774'),
    ("Call-ID", "a84b4c76e66710@pc33"),
    ("CSeq", "314159 INVITE"),
    ("Contact", '"x, y" <sip:alice@pc33>, <sip:alice@10.0.0.1>'),
    ("Contact", "<sip:alice@10.0.0.2>"),
    ("Timestamp", "54"),
    ("Content-Type", "Application / SDP ; charset=utf-8"),
]


def invite(*extra: tuple[str, str], without: str = "", body: bytes = b"") -> Request:
    rows = [row for row in ROWS if row[0] != without]
    return Request("INVITE", URI, Headers([*rows, *extra]), body)


def test_typed_views_read_their_headers() -> None:
    request = invite()
    assert request.call_id == "a84b4c76e66710@pc33"
    assert request.cseq == CSeq(314159, "INVITE")
    assert request.from_.tag == "1928301774"
    assert request.to.display == "Bob"
    assert (request.via.host, request.via.branch) == ("p1.example.com", "z9hG4bK1")
    assert [str(contact.uri) for contact in request.contacts] == [
        "sip:alice@pc33",
        "sip:alice@10.0.0.1",
        "sip:alice@10.0.0.2",
    ]
    assert [str(route) for route in request.record_routes] == [
        "<sip:p1.example.com;lr>",
        "<sip:p2.example.com;lr>",
    ]
    assert request.routes == []
    assert request.content_type == "application/sdp"
    assert request.max_forwards == 70


def test_what_may_be_absent_is_none() -> None:
    assert invite(without="Content-Type").content_type is None
    assert invite(without="Max-Forwards").max_forwards is None
    assert invite(without="Contact").contacts == []


def test_a_typed_view_follows_a_change_of_its_header() -> None:
    request = invite()
    assert request.to.tag is None
    request.headers.set("To", "<sip:bob@biloxi.example.com>;tag=1")
    assert request.to.tag == "1"
    assert len(request.contacts) == 3
    request.headers.remove("Contact")
    assert request.contacts == []


def test_a_typed_view_is_parsed_once() -> None:
    request = invite()
    assert request.via is request.via
    assert request.contacts is request.contacts


def test_a_star_is_no_contact() -> None:
    assert Request("REGISTER", URI, Headers([("Contact", "*")])).contacts == []


@pytest.mark.parametrize(
    ("name", "attribute"),
    [("To", "to"), ("From", "from_"), ("Via", "via"), ("CSeq", "cseq"), ("Call-ID", "call_id")],
)
def test_a_missing_or_malformed_header_is_a_400(name: str, attribute: str) -> None:
    missing = invite(without=name)
    with pytest.raises(RemoteProtocolError, match=f"400 Missing {name}"):
        getattr(missing, attribute)
    malformed = invite()
    malformed.headers.set(name, "<a b")
    with pytest.raises(RemoteProtocolError, match=f"400 Bad {name}") as caught:
        getattr(malformed, attribute)
    assert caught.value.request is (None if name == "Via" else malformed)


@pytest.mark.parametrize("text", ["-1", "256", "x", "", "7 0"])
def test_max_forwards_beyond_its_range_is_a_400(text: str) -> None:
    request = invite()
    request.headers.set("Max-Forwards", text)
    with pytest.raises(RemoteProtocolError, match="Bad Max-Forwards"):
        _ = request.max_forwards


def test_an_ack_is_never_answerable() -> None:
    ack = Request("ACK", URI, Headers(ROWS))
    assert not ack.is_answerable
    assert invite().is_answerable
    assert not invite(without="Via").is_answerable


def test_a_request_is_written_with_the_length_of_its_body() -> None:
    request = Request("OPTIONS", URI, Headers([("l", "9"), ("f", "<sip:a@b>"), ("x-y", "z")]), b"v=0\r\n")
    assert request.to_bytes() == (
        b"OPTIONS sip:bob@biloxi.example.com SIP/2.0\r\nFrom: <sip:a@b>\r\nx-y: z\r\n"
        b"Content-Length: 5\r\n\r\nv=0\r\n"
    )
    assert request.headers.get("Content-Length") == "9"


def test_bytes_that_are_not_utf8_are_written_as_they_were_read() -> None:
    raw = b"SIP/2.0 200 caf\xe9\r\nSubject: \xff\xfe\r\nContent-Length: 1\r\n\r\n\x80"
    assert parse_message(raw).to_bytes() == raw


@pytest.mark.parametrize("value", ["a\r\nEvil: yes", "a\nb", "a\rb"])
def test_a_line_break_in_a_value_does_not_get_out(value: str) -> None:
    with pytest.raises(LocalProtocolError):
        invite(("Subject", value)).to_bytes()
    with pytest.raises(LocalProtocolError):
        invite().response(400, value).to_bytes()


def test_a_method_that_is_no_token_does_not_get_out() -> None:
    with pytest.raises(LocalProtocolError):
        Request("INV ITE", URI, Headers(ROWS)).to_bytes()


def test_a_response_copies_what_the_rfc_says() -> None:
    response = invite(body=b"v=0").response(200, to_tag="t1")
    assert (response.status, response.reason, response.body) == (200, "OK", b"")
    copied = [row for row in ROWS if row[0] in ("Via", "Record-Route", "From", "Call-ID", "CSeq")]
    assert [row for row in response.headers if row[0] != "To"] == copied
    assert response.headers.get("To") == "Bob <sip:bob@biloxi.example.com>;tag=t1"
    assert response.to.tag == "t1"


def test_a_100_has_the_timestamp_and_no_tag() -> None:
    response = invite().response(100, to_tag="t1")
    assert response.headers.get("Timestamp") == "54"
    assert response.to.tag is None
    assert "Record-Route" not in response.headers


def test_a_refusal_makes_no_dialog_and_so_has_no_record_route() -> None:
    response = invite().response(486, to_tag="t1")
    assert "Record-Route" not in response.headers
    assert "Timestamp" not in response.headers
    assert response.reason == "Busy Here"


def test_a_to_tag_that_is_there_stays() -> None:
    request = invite()
    request.headers.set("To", "sip:bob@biloxi.example.com;tag=old")
    assert request.response(200, to_tag="new").headers.get("To") == "sip:bob@biloxi.example.com;tag=old"


def test_an_added_tag_is_seen_whether_or_not_the_request_was_parsed_before() -> None:
    request = invite()
    assert request.to.tag is None
    assert request.response(180, to_tag="t1").to.tag == "t1"
    assert request.to.tag is None


def test_a_response_to_a_malformed_to_can_be_built() -> None:
    request = invite()
    request.headers.set("To", '"Mr. J. User <sip:j.user@example.com>')
    response = request.response(400, to_tag="t1")
    assert response.headers.get("To") == '"Mr. J. User <sip:j.user@example.com>;tag=t1'


def test_a_reason_can_be_given_and_an_unknown_status_has_none() -> None:
    assert invite().response(400, "Bad Contact").reason == "Bad Contact"
    assert invite().response(299).reason == ""
    assert invite().response(299).to_bytes().startswith(b"SIP/2.0 299 \r\n")


def test_a_response_reads_like_any_message() -> None:
    response = parse_message(invite().response(180, to_tag="t").to_bytes())
    assert isinstance(response, Response)
    assert response.cseq == CSeq(314159, "INVITE")
    assert response.via.branch == "z9hG4bK1"


def test_reasons_cover_the_statuses_and_nothing_else() -> None:
    assert all(100 <= status <= 699 and reason for status, reason in REASONS.items())


def test_a_repr_tells_nothing_private() -> None:
    assert repr(invite()) == "<Request INVITE>"
    assert repr(invite().response(200)) == "<Response 200>"

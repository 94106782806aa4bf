"""Datagrams: what is put up with, what is refused and with which status, and the checks of whole messages."""

from __future__ import annotations

import pytest

from telephony.sip.errors import RemoteProtocolError
from telephony.sip.message import Request, Response
from telephony.sip.parser import parse_message
from telephony.sip.validate import validate_request, validate_response

HEAD = (
    b"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
    b"Max-Forwards: 70\r\n"
    b"From: <sip:alice@example.com>;tag=1\r\n"
    b"To: <sip:bob@example.com>\r\n"
    b"Call-ID: 1@192.0.2.1\r\n"
    b"CSeq: 1 OPTIONS\r\n"
)
OPTIONS = b"OPTIONS sip:bob@example.com SIP/2.0\r\n" + HEAD


def request(data: bytes) -> Request:
    message = parse_message(data)
    assert isinstance(message, Request)
    return message


def response(data: bytes) -> Response:
    message = parse_message(data)
    assert isinstance(message, Response)
    return message


def refused(data: bytes) -> RemoteProtocolError:
    with pytest.raises(RemoteProtocolError) as caught:
        parse_message(data)
    return caught.value


def test_a_request_is_read() -> None:
    message = request(OPTIONS + b"Content-Length: 2\r\n\r\nhi")
    assert message.method == "OPTIONS"
    assert str(message.uri) == "sip:bob@example.com"
    assert message.body == b"hi"
    assert list(message.headers)[1] == ("Max-Forwards", "70")


def test_a_response_is_read() -> None:
    message = response(b"SIP/2.0 183 Session Progress, really\r\n" + HEAD + b"\r\n")
    assert (message.status, message.reason) == (183, "Session Progress, really")


def test_without_content_length_the_body_is_the_rest_of_the_datagram() -> None:
    assert request(OPTIONS + b"\r\nall of\r\n\r\nthis").body == b"all of\r\n\r\nthis"


def test_bytes_after_the_body_are_dropped() -> None:
    assert request(OPTIONS + b"l: 2\r\n\r\nhi there").body == b"hi"
    assert request(OPTIONS + b"l: 0\r\n\r\nINVITE ...").body == b""


def test_bare_line_feeds_are_put_up_with() -> None:
    message = request((OPTIONS + b"Content-Length: 4\r\n\r\n").replace(b"\r\n", b"\n") + b"\r\n\r\n")
    assert message.body == b"\r\n\r\n"
    assert message.cseq.number == 1


def test_line_ends_may_be_mixed() -> None:
    assert request(OPTIONS[:-2].replace(b"\r\n", b"\n", 3) + b"\n\r\nbody").body == b"body"
    assert request(OPTIONS + b"\nbody\r\n\r\n").body == b"body\r\n\r\n"


def test_folded_lines_are_joined_with_one_blank() -> None:
    message = request(OPTIONS + b"Subject: I know\r\n \t you're there,  \r\n\tpick up\r\nTO:\r\n \r\n\r\n")
    assert message.headers.get("Subject") == "I know you're there, pick up"
    assert message.headers.get_all("To") == ["<sip:bob@example.com>", ""]


def test_blanks_around_the_colon_are_put_up_with() -> None:
    message = request(OPTIONS + b"Subject \t :\t x \t\r\ns:y\r\nX-Empty:\r\n\r\n")
    assert message.headers.get_all("Subject") == ["x", "y"]
    assert message.headers.get("X-Empty") == ""


def test_blank_lines_before_the_message_are_skipped() -> None:
    assert request(b"\r\n\r\n\n" + OPTIONS + b"\r\n").method == "OPTIONS"


def test_the_version_may_be_in_any_case() -> None:
    assert request(OPTIONS.replace(b"SIP/2.0\r", b"sip/2.0\r", 1) + b"\r\n").method == "OPTIONS"
    assert response(b"sip/2.0 200 OK\r\n" + HEAD + b"\r\n").status == 200


def test_the_blank_line_may_be_missing_at_the_end_of_a_datagram() -> None:
    assert request(OPTIONS).cseq.number == 1
    assert refused(OPTIONS + b"Content-Length: 3\r\n").status == 400


@pytest.mark.parametrize("line", [b"SIP/2.0 100 ", b"SIP/2.0 100"])
def test_a_reason_phrase_may_be_empty(line: bytes) -> None:
    assert response(line + b"\r\n" + HEAD + b"\r\n").reason == ""


@pytest.mark.parametrize(
    "line",
    [
        b"OPTIONS  sip:bob@example.com SIP/2.0",
        b"OPTIONS sip:bob@example.com  SIP/2.0",
        b"OPTIONS sip:bob@example.com SIP/2.0 ",
        b"OPTIONS sip:bob@example.com;a b SIP/2.0",
        b"OPTIONS SIP/2.0",
        b"OPTIONS <sip:bob@example.com> SIP/2.0",
        b"OPTIONS bob SIP/2.0",
        b"OPTIONS sip:bob@ex\xffample.com SIP/2.0",
    ],
)
def test_a_malformed_request_line_is_a_400_that_can_be_answered(line: bytes) -> None:
    error = refused(line + b"\r\n" + HEAD + b"\r\n")
    assert error.status == 400
    assert error.request is not None
    answer = error.request.response(error.status, to_tag="t")
    assert answer.cseq.method == "OPTIONS"
    assert answer.to.tag == "t"


@pytest.mark.parametrize(
    "line",
    [
        b"OPTIONS sip:bob@example.com",
        b"OPTIONS sip:bob@example.com HTTP/1.1",
        b"OPT@IONS sip:bob@example.com SIP/2.0",
        b" OPTIONS sip:bob@example.com SIP/2.0",
        b"SIP/2.0",
        b"SIP/2.0 20 OK",
        b"SIP/2.0 2000 OK",
        b"SIP/2.0 099 OK",
        b"SIP/2.0 700 OK",
        b"SIP/2.0  200 OK",
        b"SIP/2.0 2x0 OK",
        b"OPTIONS sip:bob@example.com SIP/2.0\r\n folded",
        b"\x00\x00",
        b"",
    ],
)
def test_what_is_not_sip_cannot_be_answered(line: bytes) -> None:
    error = refused(line + b"\r\n" + HEAD + b"\r\n")
    assert error.status == 400
    assert error.request is None


def test_another_version_of_sip_is_a_505() -> None:
    error = refused(OPTIONS.replace(b"SIP/2.0\r", b"SIP/3.0\r", 1) + b"\r\n")
    assert error.status == 505
    assert error.request is not None
    assert refused(b"SIP/3.0 200 OK\r\n" + HEAD + b"\r\n").request is None


def test_an_ack_with_a_mistake_is_not_to_be_answered() -> None:
    assert refused(b"ACK <sip:bob@example.com> SIP/2.0\r\n" + HEAD + b"\r\n").request is None


def test_without_a_usable_via_there_is_no_way_to_answer() -> None:
    assert refused(OPTIONS.replace(b"SIP/2.0/UDP", b"nonsense") + b"l: x\r\n\r\n").request is None


@pytest.mark.parametrize(
    "line",
    [b"no colon here", b": no name", b"two words: x", b"N\xc3\xa4me: x", b"Subject: a\rEvil: b", b"\x00"],
)
def test_a_malformed_header_line_is_a_400_that_can_be_answered(line: bytes) -> None:
    error = refused(OPTIONS + line + b"\r\n\r\n")
    assert (error.status, error.reason) == (400, "Bad header line")
    assert error.request is not None
    assert error.request.call_id == "1@192.0.2.1"


@pytest.mark.parametrize("length", [b"3", b"-1", b"x", b"", b"1 0", b"99999999999999999999999", b"+2"])
def test_a_false_content_length_is_a_400_that_can_be_answered(length: bytes) -> None:
    error = refused(OPTIONS + b"Content-Length: " + length + b"\r\n\r\nhi")
    assert error.status == 400
    assert error.request is not None


def test_two_content_lengths_must_agree() -> None:
    assert refused(OPTIONS + b"l: 2\r\nContent-Length: 1\r\n\r\nhi").status == 400
    assert request(OPTIONS + b"l: 2\r\nContent-Length: 02\r\n\r\nhi").body == b"hi"


def test_nul_bytes_pass_through_where_they_are_legal() -> None:
    data = OPTIONS.replace(b"To: <", b'To: "a\\\x00b" <') + b"l: 1\r\n\r\n\x00"
    message = request(data)
    assert message.to.display == "a\x00b"
    assert message.body == b"\x00"


def test_a_sound_request_passes_the_checks() -> None:
    validate_request(request(OPTIONS + b"\r\n"))
    validate_request(request(b"OPTIONS tel:+49301234 SIP/2.0\r\n" + HEAD + b"\r\n"))


def test_an_rfc2543_request_passes_the_checks() -> None:
    old = (
        OPTIONS.replace(b"Max-Forwards: 70\r\n", b"")
        .replace(b";tag=1", b"")
        .replace(b";branch=z9hG4bK1", b"")
    )
    validate_request(request(old + b"\r\n"))


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        (b"From: <sip:alice@example.com>;tag=1\r\n", b"", 400),
        (b"To: <sip:bob@example.com>\r\n", b"", 400),
        (b"Call-ID: 1@192.0.2.1\r\n", b"", 400),
        (b"Call-ID: 1@192.0.2.1", b"Call-ID:", 400),
        (b"CSeq: 1 OPTIONS\r\n", b"", 400),
        (b"CSeq: 1 OPTIONS", b"CSeq: 1 INVITE", 400),
        (b"CSeq: 1 OPTIONS", b"CSeq: 1 options", 400),
        (b"CSeq: 1 OPTIONS", b"CSeq: 2147483648 OPTIONS", 400),
        (b"Max-Forwards: 70", b"Max-Forwards: 256", 400),
        (b"Max-Forwards: 70", b"Max-Forwards: 70\r\nMax-Forwards: 70", 400),
        (b"To: ", b"To: <sip:eve@example.com>\r\nTo: ", 400),
        (b"z9hG4bK1", b"z9hG4bK1, ;;", 400),
        (b"CSeq: ", b"Contact: sip:a@b?x=y\r\nCSeq: ", 400),
        (b"CSeq: ", b"Route: <sip:\r\nCSeq: ", 400),
        (b"CSeq: ", b"Record-Route: <sip:\r\nCSeq: ", 400),
        (b"OPTIONS sip:bob@example.com SIP", b"OPTIONS sip:bob@example.com?Route=x SIP", 400),
        (b"OPTIONS sip:bob@example.com SIP", b"OPTIONS mailto:bob@example.com SIP", 416),
    ],
)
def test_a_request_that_fails_the_checks_can_be_answered(old: bytes, new: bytes, status: int) -> None:
    assert old in OPTIONS
    message = request(OPTIONS.replace(old, new, 1) + b"\r\n")
    with pytest.raises(RemoteProtocolError) as caught:
        validate_request(message)
    assert caught.value.status == status
    assert caught.value.request is message
    assert caught.value.request.response(status, to_tag="t").to_bytes().startswith(b"SIP/2.0 %d " % status)


def test_a_request_without_via_fails_and_cannot_be_answered() -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        validate_request(request(OPTIONS.replace(b"Via: ", b"X-Via: ") + b"\r\n"))
    assert caught.value.request is None


def test_a_response_is_checked_for_what_it_needs() -> None:
    validate_response(response(b"SIP/2.0 200 OK\r\n" + HEAD + b"\r\n"))
    with pytest.raises(RemoteProtocolError) as caught:
        validate_response(response(b"SIP/2.0 200 OK\r\n" + HEAD.replace(b"CSeq: 1", b"CSeq: x") + b"\r\n"))
    assert caught.value.request is None

"""Messages on a stream: framing by Content-Length, keep-alives, and what breaks a connection."""

from __future__ import annotations

import time

import pytest

from telephony.sip.errors import RemoteProtocolError
from telephony.sip.message import Request, Response
from telephony.sip.parser import ParseError, Ping, StreamItem, StreamParser

HEAD = (
    b"OPTIONS sip:bob@example.com SIP/2.0\r\n"
    b"Via: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1\r\n"
    b"From: <sip:alice@example.com>;tag=1\r\n"
    b"To: <sip:bob@example.com>\r\n"
    b"Call-ID: 1@192.0.2.1\r\n"
    b"CSeq: 1 OPTIONS\r\n"
)
HELLO = HEAD + b"Content-Length: 5\r\n\r\nhello"
EMPTY = HEAD + b"l: 0\r\n\r\n"
OK = HELLO.replace(b"OPTIONS sip:bob@example.com SIP/2.0", b"SIP/2.0 200 OK")


def describe(items: list[StreamItem]) -> list[object]:
    described: list[object] = []
    for item in items:
        match item:
            case Request() | Response():
                described.append((repr(item), item.body))
            case ParseError(error):
                described.append((error.status, error.request is not None))
            case Ping():
                described.append("ping")
    return described


def byte_by_byte(data: bytes, parser: StreamParser) -> list[object]:
    return describe([item for byte in data for item in parser.feed(bytes([byte]))])


@pytest.mark.parametrize("whole", [True, False])
def test_messages_are_cut_apart(whole: bool) -> None:
    data = HELLO + EMPTY + OK + b"\r\n" + HELLO.replace(b"\r\n", b"\n")
    parser = StreamParser()
    items = describe(parser.feed(data)) if whole else byte_by_byte(data, parser)
    assert items == [
        ("<Request OPTIONS>", b"hello"),
        ("<Request OPTIONS>", b""),
        ("<Response 200>", b"hello"),
        ("<Request OPTIONS>", b"hello"),
    ]
    assert not parser.broken


def test_a_message_comes_out_with_its_last_byte() -> None:
    parser = StreamParser()
    assert parser.feed(HELLO[:-1]) == []
    assert describe(parser.feed(HELLO[-1:])) == [("<Request OPTIONS>", b"hello")]


@pytest.mark.parametrize("whole", [True, False])
def test_a_double_line_end_is_a_keep_alive(whole: bool) -> None:
    data = b"\r\n\r\n" + EMPTY + b"\r\n\r\n\r\n\r\n" + b"\r\n" + EMPTY
    parser = StreamParser()
    items = describe(parser.feed(data)) if whole else byte_by_byte(data, parser)
    message = ("<Request OPTIONS>", b"")
    assert items == ["ping", message, "ping", "ping", message]


def test_stray_line_ends_before_a_message_are_no_keep_alive() -> None:
    assert byte_by_byte(b"\n\r\r\n" + EMPTY, StreamParser()) == [("<Request OPTIONS>", b"")]


def test_a_body_may_look_like_anything() -> None:
    body = b"\r\n\r\n" + EMPTY
    data = HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body
    assert byte_by_byte(data, StreamParser()) == [("<Request OPTIONS>", body)]


@pytest.mark.parametrize("whole", [True, False])
def test_after_a_bad_message_of_known_length_the_stream_goes_on(whole: bool) -> None:
    bad_uri = HELLO.replace(b"sip:bob@example.com SIP", b"<sip:bob@example.com> SIP")
    bad_line = HELLO.replace(b"CSeq", b"no colon\r\nCSeq")
    data = bad_uri + bad_line + b"garbage\r\nContent-Length: 1\r\n\r\nx" + EMPTY
    parser = StreamParser()
    items = describe(parser.feed(data)) if whole else byte_by_byte(data, parser)
    assert items == [(400, True), (400, True), (400, False), ("<Request OPTIONS>", b"")]
    assert not parser.broken


@pytest.mark.parametrize(
    "length", [b"", b"Content-Length: x\r\n", b"Content-Length: -1\r\n", b"l: 1\r\nl: 2\r\n", b"l:\r\n"]
)
def test_without_a_usable_content_length_the_stream_is_broken(length: bytes) -> None:
    parser = StreamParser()
    assert describe(parser.feed(EMPTY + HEAD + length + b"\r\n" + EMPTY)) == [
        ("<Request OPTIONS>", b""),
        (400, True),
    ]
    assert parser.broken
    assert parser.feed(EMPTY) == []


def test_a_head_without_end_breaks_the_stream_at_the_limit() -> None:
    parser = StreamParser(max_size=1000)
    assert parser.feed(b"x" * 1000) == []
    assert describe(parser.feed(b"x")) == [(513, False)]
    assert parser.broken


def test_a_message_over_the_limit_breaks_the_stream_before_its_body_comes() -> None:
    parser = StreamParser(max_size=1000)
    assert describe(parser.feed(HEAD + b"Content-Length: 900\r\n\r\n")) == [(513, True)]
    assert parser.broken


def test_a_message_of_exactly_the_limit_passes() -> None:
    head = HEAD + b"Content-Length: 700\r\n\r\n"
    parser = StreamParser(max_size=len(head) + 700)
    assert describe(parser.feed(head + b"x" * 700)) == [("<Request OPTIONS>", b"x" * 700)]


def test_a_long_head_fed_in_small_pieces_takes_linear_time() -> None:
    parser = StreamParser(max_size=10_000_000)
    started = time.process_time()
    for _ in range(20_000):
        assert parser.feed(b"x" * 100) == []
    assert time.process_time() - started < 1


def test_a_parse_error_carries_the_error_itself() -> None:
    (item,) = StreamParser().feed(HEAD + b"\r\n")
    assert isinstance(item, ParseError)
    assert isinstance(item.error, RemoteProtocolError)
    assert item.error.reason == "Missing Content-Length"

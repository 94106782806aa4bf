from __future__ import annotations

import pytest

from telephony.sdp.description import ConnectionLine, MediaDescription, Origin, SessionDescription
from telephony.sdp.errors import SdpError

# RFC 8866 section 5, with the second stream's lines in full.
EXAMPLE = b"""v=0\r
o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1\r
s=Call to John Smith\r
i=SDP Offer #1\r
u=http://www.jdoe.example.com/home.html\r
e=Jane Doe <jane@jdoe.example.com>\r
p=+1 617 555-6011\r
c=IN IP4 198.51.100.1\r
b=CT:128\r
t=0 0\r
a=tool:x\r
m=audio 49170 RTP/AVP 0\r
m=audio 49180 RTP/AVP 0\r
m=video 51372/2 RTP/AVP 99\r
i=the view\r
c=IN IP6 2001:db8::2\r
b=AS:64\r
b=TIAS:64000\r
a=rtpmap:99 h263-1998/90000\r
a=recvonly\r
"""

HEAD = b"v=0\no=- 1 1 IN IP4 1.2.3.4\ns=-\n"


def test_the_example_of_rfc_8866_is_read() -> None:
    session = SessionDescription.parse(EXAMPLE)
    assert session.origin == Origin("jdoe", "3724394400", "3724394405", "IN", "IP4", "198.51.100.1")
    assert session.name == "Call to John Smith"
    assert session.connection == ConnectionLine("IN", "IP4", "198.51.100.1")
    assert ("b", "CT:128") in session.other
    assert session.times == [("t", "0 0")]
    assert ("tool", "x") in session.attributes
    assert [(medium.kind, medium.port) for medium in session.media] == [
        ("audio", 49170),
        ("audio", 49180),
        ("video", 51372),
    ]


def test_a_medium_keeps_its_own_lines() -> None:
    video = SessionDescription.parse(EXAMPLE).media[2]
    assert video == MediaDescription(
        connection=ConnectionLine("IN", "IP6", "2001:db8::2"),
        attributes=[("rtpmap", "99 h263-1998/90000"), ("recvonly", None)],
        other=[("i", "the view"), ("b", "AS:64"), ("b", "TIAS:64000")],
        kind="video",
        port=51372,
        protocol="RTP/AVP",
        formats=("99",),
        port_count=2,
    )


def test_a_description_in_order_is_written_as_it_was_read() -> None:
    assert SessionDescription.parse(EXAMPLE).to_bytes() == EXAMPLE


@pytest.mark.parametrize("line_end", [b"\n", b"\r"], ids=["LF", "CR"])
def test_bare_line_ends_are_tolerated(line_end: bytes) -> None:
    assert SessionDescription.parse(EXAMPLE.replace(b"\r\n", line_end)).to_bytes() == EXAMPLE


def test_a_missing_last_line_end_and_blank_lines_are_tolerated() -> None:
    data = EXAMPLE.replace(b"m=video", b"\r\n  \r\nm=video").rstrip()
    assert SessionDescription.parse(data).to_bytes() == EXAMPLE


def test_missing_name_and_time_are_written_as_the_grammar_demands() -> None:
    session = SessionDescription.parse(b"v=0\no=- 1 1 IN IP4 10.0.0.1\nm=audio 4000 RTP/AVP 0\n")
    assert session.to_bytes() == (
        b"v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"
    )


def test_lines_out_of_order_are_written_in_the_order_of_the_grammar() -> None:
    shuffled = b"a=x\nt=1 2\nr=7d 1h 0\nz=0 0\nk=prompt\nb=AS:1\nc=IN IP4 10.0.0.1\np=1\ne=a@b\nu=http://x\ni=info\ns=name\n"
    session = SessionDescription.parse(shuffled + b"o=- 1 1 IN IP4 10.0.0.1\nv=0\n")
    types = [line[:1] for line in session.to_bytes().decode().split("\r\n")]
    assert "".join(types) == "vosiuepcbtrzka"


def test_unknown_lines_are_kept_in_their_section() -> None:
    session = SessionDescription.parse(EXAMPLE + b"X=what?\r\n")
    assert session.media[2].other[-1] == ("X", "what?")
    assert b"X=what?\r\n" in session.to_bytes()


def test_spaces_in_the_user_name_of_the_origin_are_tolerated() -> None:
    session = SessionDescription.parse(b"v=0\no=Jane van Doe 1 2 IN IP4 10.0.0.1\ns=-\n")
    assert session.origin == Origin("Jane van Doe", "1", "2", "IN", "IP4", "10.0.0.1")


def test_bytes_that_are_not_utf_8_are_carried_through() -> None:
    data = EXAMPLE.replace(b"John", b"J\xf6hn\xff")
    assert SessionDescription.parse(data).to_bytes() == data


def test_a_further_connection_line_is_kept_as_text() -> None:
    data = HEAD.replace(b"\n", b"\r\n") + (
        b"t=0 0\r\nm=audio 1 RTP/AVP 0\r\nc=IN IP4 224.2.1.1/127\r\nc=IN IP4 224.2.1.2/127\r\n"
    )
    session = SessionDescription.parse(data)
    assert session.media[0].connection == ConnectionLine("IN", "IP4", "224.2.1.1/127")
    assert session.to_bytes() == data


def test_a_refused_stream_without_formats_is_tolerated() -> None:
    session = SessionDescription.parse(b"v=0\no=- 1 1 IN IP4 1.2.3.4\nm=audio 0 RTP/AVP\n")
    assert session.media[0].formats == ("0",)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"o= 1 2 IN IP4 1.2.3.4", Origin("-", "1", "2", "IN", "IP4", "1.2.3.4")),
        (b"o=1 2 IN IP4 1.2.3.4", Origin("-", "1", "2", "IN", "IP4", "1.2.3.4")),
        (b"o=bob 1 2 IN IP4 1.2.3.4 ", Origin("bob", "1", "2", "IN", "IP4", "1.2.3.4")),
        (b"o=IN IP4 1.2.3.4", Origin("-", "0", "0", "IN", "IP4", "1.2.3.4")),
        (b"o=", Origin()),
    ],
)
def test_an_origin_with_too_few_fields_is_tolerated(line: bytes, expected: Origin) -> None:
    assert SessionDescription.parse(b"v=0\n" + line + b"\ns=-\n").origin == expected


@pytest.mark.parametrize("end", [b"\0", b"\r\n\0\0", b"\n \t\0 \r\n", b"\r\n\r\n"])
def test_blanks_and_nul_bytes_at_the_end_are_tolerated(end: bytes) -> None:
    assert SessionDescription.parse(EXAMPLE.rstrip() + end).to_bytes() == EXAMPLE


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no v= or no o="),
        (b"v=0\ns=-\n", "no v= or no o="),
        (b"o=- 1 1 IN IP4 1.2.3.4\n", "no v= or no o="),
        (b"v=1\no=- 1 1 IN IP4 1.2.3.4\n", "version 0"),
        (HEAD + b"c=IN IP4\n", "c= needs"),
        (HEAD + b"m=audio 4000\n", "m= needs"),
        (HEAD + b"m=audio x RTP/AVP 0\n", "bad port"),
        (HEAD + b"m=audio -1 RTP/AVP 0\n", "bad port"),
        (HEAD + b"m=audio 65536 RTP/AVP 0\n", "bad port"),
        (HEAD + b"m=audio \xd9\xa1 RTP/AVP 0\n", "bad port"),
        (HEAD + b"m=audio 4000/ RTP/AVP 0\n", "bad number of ports"),
        (HEAD + b"hello\n", "not of the form"),
        (HEAD + b" a=x\n", "not of the form"),
        (HEAD + b"a\n", "not of the form"),
        (HEAD + b"a=x\0y\n", "NUL"),
        (b"<xml/>", "not of the form"),
    ],
)
def test_what_is_malformed_is_named(data: bytes, reason: str) -> None:
    with pytest.raises(SdpError, match=reason):
        SessionDescription.parse(data)

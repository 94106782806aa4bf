"""What holds for every SIP message: writing and reading are inverse, and no input brings the parser down."""

from __future__ import annotations

import string
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from telephony.sip.errors import RemoteProtocolError
from telephony.sip.headers import COMPACT, Headers
from telephony.sip.message import Message, Request, Response
from telephony.sip.parser import (
    ParseError,
    Ping,
    StreamItem,
    StreamParser,
    parse_message,
)
from telephony.sip.uri import SipUri, Uri, parse_uri
from telephony.sip.validate import validate_request, validate_response
from telephony.sip.values import CSeq, NameAddr, Via, split_list
from tests.conformance.torture import IPV6_MESSAGES, MESSAGES
from tests.support.long import examples

T = TypeVar("T")

TORTURE = [torture.data for torture in (*MESSAGES, *IPV6_MESSAGES)]

tokens = st.text(string.ascii_letters + string.digits + "-.!%*_+`'~", min_size=1, max_size=12)
# Any character that UTF-8 can carry, line ends apart.
anything = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=20)
nonempty = anything.filter(bool)
hosts = st.one_of(
    st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?(\.[a-z]{1,5}){0,2}", fullmatch=True),
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(str),
)
ports = st.none() | st.integers(0, 65535)


@st.composite
def sip_uris(draw: st.DrawFn) -> SipUri:
    user = draw(st.none() | nonempty)
    names = draw(st.lists(nonempty.map(str.lower), max_size=3))
    return SipUri(
        draw(st.sampled_from(["sip", "sips"])),
        user,
        None if user is None else draw(st.none() | anything),
        draw(hosts),
        draw(ports),
        tuple((name, draw(st.none() | anything)) for name in names),
        tuple(draw(st.lists(st.tuples(nonempty, anything), max_size=2))),
    )


other_uris = st.from_regex(r"\A(tel:\+[0-9]{1,12}|urn:[a-z]{1,5}:[a-z]{1,5}|mailto:a@b)\Z").map(parse_uri)
uris: st.SearchStrategy[Uri] = st.one_of(sip_uris(), other_uris)


@st.composite
def params(draw: st.DrawFn) -> tuple[tuple[str, str | None], ...]:
    quoted = anything.map(lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"')
    values = st.none() | tokens | quoted
    return tuple((name.lower(), draw(values)) for name in draw(st.lists(tokens, max_size=3)))


name_addrs = st.builds(NameAddr, st.none() | anything, uris, params())
vias = st.builds(Via, tokens.map(str.upper), hosts, ports, params())
cseqs = st.builds(CSeq, st.integers(0, 2**31 - 1), tokens)
call_ids = st.text(
    string.ascii_letters + string.digits + "-.!%*_+`'~()<>:\\/\"[]?{}@", min_size=1, max_size=20
)
# What a row can hold once the blanks around it are gone.
loose_values = anything.map(lambda text: text.strip(" \t"))


@st.composite
def header_rows(draw: st.DrawFn) -> list[tuple[str, str]]:
    rows = [
        ("Via", ", ".join(map(str, draw(st.lists(vias, min_size=1, max_size=2))))),
        ("From", str(draw(name_addrs))),
        ("To", str(draw(name_addrs))),
        ("Call-ID", draw(call_ids)),
        ("CSeq", str(draw(cseqs))),
        ("Contact", ", ".join(map(str, draw(st.lists(name_addrs, min_size=1, max_size=2))))),
    ]
    rows += draw(st.lists(st.tuples(tokens.map("X-{}".format), loose_values), max_size=3))
    return draw(st.permutations(rows))


@st.composite
def messages(draw: st.DrawFn) -> Request | Response:
    headers = Headers(draw(header_rows()))
    body = draw(st.binary(max_size=30))
    if draw(st.booleans()):
        return Request(draw(tokens), draw(uris), headers, body)
    return Response(draw(st.integers(100, 699)), draw(loose_values), headers, body)


def start_line(message: Message) -> tuple[object, ...]:
    if isinstance(message, Request):
        return message.method, message.uri
    assert isinstance(message, Response)
    return message.status, message.reason


def meaning(message: Message) -> tuple[object, ...]:
    rows = [(name.lower(), value) for name, value in message.headers if name != "Content-Length"]
    return start_line(message), rows, message.body


def typed(message: Message) -> tuple[object, ...]:
    return (
        message.via,
        message.from_,
        message.to,
        message.call_id,
        message.cseq,
        message.contacts,
        message.routes,
        message.record_routes,
        message.content_type,
        message.max_forwards,
    )


@given(sip_uris())
def test_a_sip_uri_reads_back_as_it_was_written(uri: SipUri) -> None:
    assert parse_uri(str(uri)) == uri
    assert uri.matches(uri)


@given(name_addrs)
def test_a_name_addr_reads_back_as_it_was_written(value: NameAddr) -> None:
    assert NameAddr.parse(str(value)) == value


@given(st.lists(name_addrs, max_size=4))
def test_a_row_of_name_addrs_splits_where_it_was_joined(values: list[NameAddr]) -> None:
    assert NameAddr.parse_list(" ,".join(map(str, values))) == values


@given(vias)
def test_a_via_reads_back_as_it_was_written(via: Via) -> None:
    assert Via.parse(str(via)) == via


@given(params(), tokens, anything)
def test_a_parameter_reads_back_as_it_was_set(
    given_params: tuple[tuple[str, str | None], ...], name: str, value: str
) -> None:
    changed = Via("UDP", "a", None, given_params).with_param(name, value)
    assert Via.parse(str(changed)).param(name) == value


@given(messages())
def test_a_message_reads_back_as_it_was_written(message: Request | Response) -> None:
    again = parse_message(message.to_bytes())
    assert meaning(again) == meaning(message)
    assert typed(again) == typed(message)
    assert again.headers.get_all("Content-Length") == [str(len(message.body))]


COMPACT_OF = {name: compact for compact, name in COMPACT.items()}


@st.composite
def untidy(draw: st.DrawFn, message: Request | Response) -> bytes:
    """The message as a tired peer would write it."""
    blanks = st.text(" \t", max_size=3)
    line_end = draw(st.sampled_from(["\r\n", "\n"]))
    fold = draw(st.sampled_from([" ", "\t", line_end + " ", " " + line_end + "\t "]))
    first, *rows = message.to_bytes().split(b"\r\n\r\n")[0].decode().split("\r\n")
    lines = [first]
    for row in rows:
        name, _, value = row.partition(": ")
        name = draw(st.sampled_from([name, name.upper(), name.lower(), COMPACT_OF.get(name, name)]))
        if name.lower() in ("content-length", "l") and draw(st.booleans()):
            continue
        if draw(st.booleans()):
            value = fold + value
        lines.append(f"{name}{draw(blanks)}:{draw(blanks)}{value}{draw(blanks)}")
    return (
        draw(st.sampled_from(["", "\r\n", "\n\n"])) + line_end.join(lines) + line_end * 2
    ).encode() + message.body


@given(st.data(), messages())
def test_an_untidy_message_means_the_same(data: st.DataObject, message: Request | Response) -> None:
    again = parse_message(data.draw(untidy(message)))
    assert meaning(again) == meaning(message)
    assert typed(again) == typed(message)


def attempt(action: Callable[[], T]) -> T | RemoteProtocolError:
    """What the action gives, or the peer's mistake that it found; anything else it raises fails the test."""
    try:
        return action()
    except RemoteProtocolError as error:
        return error


def survive(data: bytes) -> None:
    """Do everything that is done with bytes from the wire."""
    message = attempt(lambda: parse_message(data))
    if isinstance(message, RemoteProtocolError):
        assert 400 <= message.status <= 699
        if message.request is not None:
            parse_message(message.request.response(message.status, message.reason, to_tag="t").to_bytes())
        return
    # What was accepted can be written, and writing it changes nothing.
    written = message.to_bytes()
    again = parse_message(written)
    assert meaning(again) == meaning(message)
    assert again.to_bytes() == written
    if isinstance(message, Request):
        message.response(200, to_tag="t").to_bytes()
        refusal = attempt(lambda: validate_request(message))
    else:
        refusal = attempt(lambda: validate_response(message))
    if isinstance(refusal, RemoteProtocolError):
        assert refusal.request in (None, message)
    else:
        attempt(lambda: typed(message))


@given(st.binary(max_size=300))
@example(b"")
@example(b"\r\n\r\n")
@example(b"\0\0\0\0")
def test_arbitrary_bytes_are_survived(data: bytes) -> None:
    survive(data)
    survive(b"INVITE sip:a@b SIP/2.0\r\n" + data)
    survive(b"INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nFrom: " + data)
    survive(b"SIP/2.0 200 OK\r\nTo: " + data + b"\r\n\r\n")


FRAGMENTS = [
    *(
        b"\r\n",
        b"\n",
        b"\r",
        b"\0",
        b" ",
        b"\t",
        b"\r\n ",
        b":",
        b";",
        b",",
        b"=",
        b"<",
        b">",
        b'"',
        b"\\",
        b"@",
        b"%",
    ),
    *(
        b"%00",
        b"%zz",
        b"[",
        b"]",
        b"\xff",
        b"\xe2\x80\xa8",
        b"SIP/2.0",
        b"sip:",
        b"tel:",
        b"*",
        b"-1",
        b"2147483648",
    ),
    *(b"9" * 5000, b"Content-Length: 1\r\n", b"Via: \r\n", b"To: <\r\n", b"\r\n\r\n"),
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    data = draw(st.sampled_from(TORTURE))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(data)))
        match draw(st.sampled_from(["insert", "delete", "flip", "repeat"])):
            case "insert":
                data = data[:start] + draw(st.sampled_from(FRAGMENTS)) + data[start:]
            case "delete":
                data = data[:start] + data[start + draw(st.integers(1, 30)) :]
            case "flip":
                data = data[:start] + bytes([draw(st.integers(0, 255))]) + data[start + 1 :]
            case _:
                data = data[:start] + data[max(0, start - draw(st.integers(1, 60))) :]
    return data


@settings(max_examples=examples(400), suppress_health_check=[HealthCheck.too_slow])
@given(mutated())
def test_mutated_messages_are_survived(data: bytes) -> None:
    survive(data)


VALUE_PARSERS: list[Callable[[str], object]] = [
    parse_uri,
    NameAddr.parse,
    NameAddr.parse_list,
    Via.parse,
    CSeq.parse,
]


@pytest.mark.parametrize("parse", VALUE_PARSERS)
@given(text=st.text(st.sampled_from('a1:;,=<>"\\@%[]?& \t*./é\0\udcff'), max_size=40))
def test_value_parsers_raise_nothing_but_a_400(parse: Callable[[str], object], text: str) -> None:
    for candidate in (text, "sip:" + text, "sip:a@b" + text, "<sip:a@b>" + text, "SIP/2.0/UDP a" + text):
        value = attempt(partial(parse, candidate))
        if isinstance(value, RemoteProtocolError):
            assert value.status == 400
        else:
            # What was read can be written and read again.
            written = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            assert parse(written) == value


@given(st.text(st.sampled_from('a,"\\<> '), max_size=30))
def test_splitting_a_list_loses_nothing_but_commas_and_blanks(text: str) -> None:
    def essence(part: str) -> str:
        return part.replace(",", "").replace(" ", "")

    assert essence("".join(split_list(text))) == essence(text)


def summary(items: list[StreamItem]) -> list[object]:
    result: list[object] = []
    for item in items:
        if isinstance(item, Message):
            result.append(meaning(item))
        elif isinstance(item, ParseError):
            result.append((item.error.status, item.error.reason, item.error.request is not None))
        else:
            assert item == Ping()
            result.append(item)
    return result


@st.composite
def streams(draw: st.DrawFn) -> bytes:
    pieces = st.one_of(
        messages().map(Message.to_bytes),
        st.sampled_from(TORTURE),
        st.sampled_from([b"\r\n", b"\r\n\r\n", b"\n", b"\r"]),
        st.binary(max_size=5),
    )
    return b"".join(draw(st.lists(pieces, max_size=5)))


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(streams(), st.lists(st.integers(1, 200), min_size=1, max_size=20), st.sampled_from([600, 65536]))
def test_chunking_makes_no_difference_on_a_stream(data: bytes, sizes: list[int], max_size: int) -> None:
    whole = StreamParser(max_size)
    expected = summary(whole.feed(data))
    chunked = StreamParser(max_size)
    items: list[StreamItem] = []
    position = turn = 0
    while position < len(data):
        size = sizes[turn % len(sizes)]
        items += chunked.feed(data[position : position + size])
        position += size
        turn += 1
    assert summary(items) == expected
    assert chunked.broken == whole.broken


@given(st.lists(messages(), max_size=4))
def test_a_stream_of_messages_comes_out_whole(sent: list[Request | Response]) -> None:
    parser = StreamParser()
    received = parser.feed(b"".join(message.to_bytes() for message in sent))
    assert summary(received) == [meaning(message) for message in sent]

"""Typed header values: name-addr, Via, CSeq, lists."""

from __future__ import annotations

import time

import pytest

from telephony.sip.errors import RemoteProtocolError
from telephony.sip.uri import OtherUri, SipUri
from telephony.sip.values import CSeq, NameAddr, Via, split_list

ALICE = SipUri("sip", "alice", None, "example.com")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("  ", []),
        ("a", ["a"]),
        (" a , b,c ", ["a", "b", "c"]),
        ("a,,b,", ["a", "b"]),
        ('"x, y" <sip:a>, <sip:b,c>', ['"x, y" <sip:a>', "<sip:b,c>"]),
        (r'"a\", b" <sip:a>,c', [r'"a\", b" <sip:a>', "c"]),
        ('"open, and never shut', ['"open, and never shut']),
        ("<sip:a,b", ["<sip:a,b"]),
    ],
)
def test_lists_split_at_commas_outside_quotes_and_brackets(text: str, parts: list[str]) -> None:
    assert split_list(text) == parts


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("<sip:alice@example.com>", NameAddr(None, ALICE)),
        ("sip:alice@example.com", NameAddr(None, ALICE)),
        ("Alice<sip:alice@example.com>", NameAddr("Alice", ALICE)),
        ("Alice A. <sip:alice@example.com>;tag=1", NameAddr("Alice A.", ALICE, (("tag", "1"),))),
        ('"Alice" <sip:alice@example.com>', NameAddr("Alice", ALICE)),
        ('""<sip:alice@example.com>', NameAddr("", ALICE)),
        (r'"A \"b\" \\c" <sip:alice@example.com>', NameAddr(r'A "b" \c', ALICE)),
        ('"<sip:not@this>" <sip:alice@example.com>', NameAddr("<sip:not@this>", ALICE)),
        # quotes that are not those of the grammar
        ('""unknown"" <sip:alice@example.com>', NameAddr("unknown", ALICE)),
        ('"O"Brien" <sip:alice@example.com>', NameAddr('O"Brien', ALICE)),
        ('"Alice" Smith <sip:alice@example.com>', NameAddr('"Alice" Smith', ALICE)),
        ('Alice "Al" Smith <sip:alice@example.com>', NameAddr('Alice "Al" Smith', ALICE)),
        ('"DOMAIN\\" <sip:alice@example.com>', NameAddr("DOMAIN\\", ALICE)),
        ("sip:alice@example.com ; Tag = x ;lr", NameAddr(None, ALICE, (("tag", "x"), ("lr", None)))),
        ("< sip:alice@example.com >", NameAddr(None, ALICE)),
        ("<sip:alice@example.com>;;", NameAddr(None, ALICE)),
        ('<tel:+123>;x="a;b=\\"c"', NameAddr(None, OtherUri("tel", "+123"), (("x", '"a;b=\\"c"'),))),
    ],
)
def test_a_name_addr_is_read(text: str, value: NameAddr) -> None:
    assert NameAddr.parse(text) == value


def test_parameters_inside_the_brackets_are_the_uris_own() -> None:
    inside = NameAddr.parse("<sip:alice@example.com;transport=tcp>;q=0.5")
    assert inside.uri == SipUri("sip", "alice", None, "example.com", None, (("transport", "tcp"),))
    assert inside.param("Q") == "0.5"
    outside = NameAddr.parse("sip:alice@example.com;transport=tcp")
    assert outside == NameAddr(None, ALICE, (("transport", "tcp"),))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Alice",
        '"Alice <sip:alice@example.com>',
        'Al"ice <sip:alice@example.com>',
        '"" <sip:alice@example.com',
        'Al"ice "B" <sip:alice@example.com>',
        '"Alice" sip:alice@example.com',
        "<sip:alice@example.com",
        "<sip:alice@example.com> tag=1",
        "<sip:alice@example.com>;ta g=1",
        "<sip:alice@example.com>;tag=a b",
        '<sip:alice@example.com>;tag="open',
        "<sip:alice@example.com>;=1",
        "sip:alice@example.com?Subject=x",
        "sip:alice,bob@example.com",
        "*",
    ],
)
def test_a_malformed_name_addr_is_a_400(text: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        NameAddr.parse(text)
    assert caught.value.status == 400


def test_a_name_addr_is_written_with_quotes_and_brackets() -> None:
    assert str(NameAddr('A "b" \\c', ALICE, (("tag", "1"), ("lr", None)))) == (
        r'"A \"b\" \\c" <sip:alice@example.com>;tag=1;lr'
    )
    assert str(NameAddr(None, ALICE)) == "<sip:alice@example.com>"


def test_a_row_of_name_addrs_is_read_in_order() -> None:
    row = NameAddr.parse_list('"x, y" <sip:a@example.com>, <sip:b@example.com>')
    assert [str(value) for value in row] == ['"x, y" <sip:a@example.com>', "<sip:b@example.com>"]


def test_an_empty_tag_is_no_tag() -> None:
    assert NameAddr.parse("<sip:a@b>;tag=").tag is None
    assert NameAddr.parse("<sip:a@b>").tag is None
    assert NameAddr.parse("<sip:a@b>;TAG=x").tag == "x"


def test_parameters_are_quoted_only_when_they_must_be() -> None:
    value = NameAddr(None, ALICE).with_param("expires", "60").with_param("+sip.instance", "<urn:uuid:1>")
    assert str(value) == '<sip:alice@example.com>;expires=60;+sip.instance="<urn:uuid:1>"'
    assert value.param("+sip.instance") == "<urn:uuid:1>"
    assert str(value.with_param("expires", None).with_param("+sip.instance", "")) == (
        "<sip:alice@example.com>;+sip.instance"
    )


def test_an_unquoted_instance_is_put_up_with() -> None:
    assert NameAddr.parse("<sip:a@b>;+sip.instance=<urn:uuid:1>").param("+sip.instance") == "<urn:uuid:1>"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("SIP/2.0/UDP a.example.com", Via("UDP", "a.example.com")),
        ("sip/2.0/tcp a.example.com:5070", Via("TCP", "a.example.com", 5070)),
        ("SIP/2.0/UDP [2001:db8::9]:5070;rport", Via("UDP", "2001:db8::9", 5070, (("rport", None),))),
        ("SIP  /   2.0 /UDP    192.0.2.2;branch=390", Via("UDP", "192.0.2.2", None, (("branch", "390"),))),
        (
            "SIP/2.0/TLS\ta.example.com : 5061 ; branch = z",
            Via("TLS", "a.example.com", 5061, (("branch", "z"),)),
        ),
        ("SIP/2.0/UNKNOWN a.example.com", Via("UNKNOWN", "a.example.com")),
    ],
)
def test_a_via_is_read(text: str, value: Via) -> None:
    assert Via.parse(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SIP/2.0/UDP",
        "SIP/2.0 UDP a.example.com",
        "HTTP/2.0/UDP a.example.com",
        "SIP/2.0/UDP a.example.com:x",
        "SIP/2.0/UDP a b",
        "SIP/2.0/UDP 2001:db8::9",
        "SIP/2.0/U@P a.example.com",
        "SIP/2.0/UDP a.example.com;br anch=1",
    ],
)
def test_a_malformed_via_is_a_400(text: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        Via.parse(text)
    assert caught.value.status == 400


def test_received_and_rport_are_filled_in_where_they_stand() -> None:
    via = Via.parse("SIP/2.0/UDP 10.0.0.1:5062;rport;branch=z9hG4bK1")
    assert via.wants_rport
    assert via.param("rport") == ""
    assert via.param("received") is None
    filled = via.with_param("rport", "40000").with_param("received", "2001:db8::1")
    assert str(filled) == "SIP/2.0/UDP 10.0.0.1:5062;rport=40000;branch=z9hG4bK1;received=2001:db8::1"
    assert (filled.param("received"), filled.param("rport"), filled.branch) == (
        "2001:db8::1",
        "40000",
        "z9hG4bK1",
    )


def test_received_is_read_with_and_without_brackets() -> None:
    assert Via.parse("SIP/2.0/UDP a;received=[2001:db8::1]").param("received") == "[2001:db8::1]"
    assert Via.parse("SIP/2.0/UDP a;received=2001:db8::1").param("received") == "2001:db8::1"


def test_sent_by_is_written_with_brackets_and_port() -> None:
    assert Via("UDP", "2001:db8::9", 5070).sent_by == "[2001:db8::9]:5070"
    assert Via("UDP", "a.example.com").sent_by == "a.example.com"


def test_a_cseq_is_read_with_leading_zeros_and_any_blanks() -> None:
    assert CSeq.parse("0009 \t INVITE") == CSeq(9, "INVITE")
    assert str(CSeq(9, "INVITE")) == "9 INVITE"
    assert CSeq.parse(f"{'0' * 50}{2**31 - 1} X") == CSeq(2**31 - 1, "X")


@pytest.mark.parametrize(
    "text",
    ["", "1", "INVITE", "1 INVITE x", "-1 INVITE", "1_0 INVITE", "² INVITE", f"{2**31} INVITE", "1 IN@VITE"],
)
def test_a_malformed_cseq_is_a_400(text: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        CSeq.parse(text)
    assert caught.value.status == 400


@pytest.mark.parametrize(
    "text",
    ['"' + '\\"' * 30_000, '"' * 60_001, "<" * 60_000 + ",", '"\\', ";" * 60_000, '"a" ' * 15_000 + ","],
)
def test_reading_hostile_text_takes_linear_time(text: str) -> None:
    started = time.process_time()
    split_list(text + ",")
    with pytest.raises(RemoteProtocolError):
        NameAddr.parse(text)
    with pytest.raises(RemoteProtocolError):
        Via.parse(text)
    assert time.process_time() - started < 1

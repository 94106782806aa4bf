"""Keys by INFO in all the forms that telephones and gateways send."""

from __future__ import annotations

import pytest

from telephony.sip.info_keys import KEY_TYPES, NORTEL, InfoKeys, parse_keys, relay_body

RELAY, DTMF, EVENT, _ = KEY_TYPES


@pytest.mark.parametrize("kind", KEY_TYPES)
@pytest.mark.parametrize(
    "body",
    [
        b"Signal=5\r\nDuration=160\r\n",
        b"Signal=5\nDuration=160",
        b"signal= 5\r\nduration= 160\r\n",
        b"Duration=160\r\nSignal=5\r\n",
        b"SIGNAL=5;DURATION=160",
        b"Signal:5\r\n",
        b'Signal="5"\r\n',
        b"d=5\r\n",
        b"D=5",
        b"Digit=5\r\n",
        b"5",
        b"5\r\n",
        b" 5 \r\n\0",
    ],
)
def test_a_key_is_read_in_every_spelling_under_every_type(kind: str, body: bytes) -> None:
    assert parse_keys(kind, body) == InfoKeys("5")


@pytest.mark.parametrize("key", "0123456789*#ABCD")
@pytest.mark.parametrize("kind", KEY_TYPES)
def test_every_key_is_read(kind: str, key: str) -> None:
    for body in (key, f"Signal={key}\r\nDuration=100", f"d={key.lower()}"):
        assert parse_keys(kind, body.encode()) == InfoKeys(key)


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b"Signal=10\r\n", "*"),
        (b"Signal=11\r\n", "#"),
        (b"12", "A"),
        (b"d=15", "D"),
        (b"Signal=%23\r\n", "#"),
        (b"Signal=star\r\n", "*"),
        (b"Signal=Pound\r\n", "#"),
    ],
)
def test_signs_and_letters_have_other_names(body: bytes, key: str) -> None:
    assert parse_keys(RELAY, body) == parse_keys(DTMF, body) == InfoKeys(key)


def test_digits_that_a_nortel_switch_has_collected() -> None:
    body = b"p=Digit-Collection\r\ny=Digits\r\ns=success\r\nu=12345678\r\ni=87985\r\nd=12\r\n"
    assert parse_keys(NORTEL, body) == InfoKeys("12")
    assert parse_keys(NORTEL, body.replace(b"d=12", b"d=2\r\nd=#")) == InfoKeys("2#")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"\x05\x0a\x00\x00", InfoKeys("5", held=True)),
        (b"\x0b\x8a\x03\x20", InfoKeys("#", held=False)),
        (b"\x0a\x00\x00\x00", InfoKeys("*", held=True)),
        (b"\x00\x80\x06\x40", InfoKeys("0", held=False)),
    ],
)
def test_the_bytes_of_a_telephone_event(body: bytes, expected: InfoKeys) -> None:
    assert parse_keys(EVENT, body) == expected


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (RELAY, b""),
        (RELAY, b"Duration=160\r\n"),
        (RELAY, b"Signal=\r\n"),
        (RELAY, b"Signal=hf\r\n"),
        (RELAY, b"Signal=16\r\n"),
        (DTMF, b"flash"),
        (DTMF, b"\xff\xfe"),
        (EVENT, b"\x10\x80\x00\x00"),
        (NORTEL, b"p=Digit-Collection\r\ny=Digits\r\n"),
        (RELAY, b"Signal=" + b"1" * 100),
        ("text/plain", b"5"),
        ("application/sdp", b"Signal=5"),
        ("", b"5"),
    ],
)
def test_what_is_no_key_is_refused(kind: str, body: bytes) -> None:
    assert parse_keys(kind, body) is None


def test_what_we_write_we_read() -> None:
    assert relay_body("#", 160) == b"Signal=#\r\nDuration=160\r\n"
    assert parse_keys(RELAY, relay_body("#", 160)) == InfoKeys("#")

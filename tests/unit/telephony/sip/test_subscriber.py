"""The telephone number in a URI (RFC 3966, RFC 3261 19.1.6)."""

from __future__ import annotations

import pytest

from telephony.sip.subscriber import Subscriber, number_of, subscriber_of
from telephony.sip.uri import parse_uri


@pytest.mark.parametrize(
    ("uri", "number"),
    [
        ("sip:4900@h", "4900"),
        ("sip:4900;phone-context=+86@h;user=phone", "4900"),
        ("sip:+864000;npdi;rn=+8610@h;user=phone", "+864000"),
        ("sip:+8613800138010;cpc=ordinary@h;user=phone", "+8613800138010"),
        ("sip:+49351123;isub=12;ext=9;tgrp=a;trunk-context=b@h", "+49351123"),
        ("sip:%2B49351%20123@h", "+49351123"),
        ("sip:+49351123%3Bcpc=ordinary@h", "+49351123"),
        ("sip:0351/123-45@h", "035112345"),
        ("sip:(0351)123.45@h", "035112345"),
        ("sip:+1-212-555-1212:1234@gateway.example;user=phone", "+12125551212"),
        ("tel:+864000", "+864000"),
        ("TEL:+1-201-555-0123", "+12015550123"),
        ("tel:7042;phone-context=example.com", "7042"),
        ("tel:863-1234;phone-context=+1-914-555", "8631234"),
        ("tel:%2B49351123", "+49351123"),
        ("sip:*72@h", "*72"),
        ("sip:%2372%23@h", "#72#"),
        # names keep what in a number would be a separator
        ("sip:anna-maria.k@h", "anna-maria.k"),
        ("sip:user;par=u%40example.net@h", "user"),
        ("sip:-@h", "-"),
        ("sip:+@h", "+"),
        ("sip:h", ""),
        ("urn:service:sos", ""),
        ("mailto:a@b", ""),
    ],
)
def test_the_number_is_read_without_its_parameters_and_separators(uri: str, number: str) -> None:
    assert number_of(parse_uri(uri)) == number


@pytest.mark.parametrize(
    ("uri", "subscriber"),
    [
        ("sip:4900;phone-context=+86@h", Subscriber("4900", "+86", "h")),
        ("sip:4900@h;phone-context=+86", Subscriber("4900", "+86", "h")),
        ("sip:4900;PHONE-CONTEXT=+1-914@h", Subscriber("4900", "+1914", "h")),
        ("tel:4900;phone-context=Example.com", Subscriber("4900", "example.com", "")),
        ("tel:+49351123;ext=4", Subscriber("+49351123", "", "")),
    ],
)
def test_the_context_says_where_a_local_number_is_valid(uri: str, subscriber: Subscriber) -> None:
    assert subscriber_of(parse_uri(uri)) == subscriber

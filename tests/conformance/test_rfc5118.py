"""RFC 5118: IPv6 addresses in all the places where a SIP message has them."""

from __future__ import annotations

import pytest

from telephony.sip.errors import RemoteProtocolError
from telephony.sip.message import Request
from telephony.sip.parser import parse_message
from telephony.sip.uri import SipUri
from telephony.sip.validate import validate_request
from telephony.sip.values import Via
from tests.conformance.torture import IPV6_MESSAGES, Torture

BY_NAME = {torture.name: torture for torture in IPV6_MESSAGES}


def check(torture: Torture) -> Request:
    message = parse_message(torture.data)
    assert isinstance(message, Request)
    validate_request(message)
    return message


def target(name: str) -> SipUri:
    uri = check(BY_NAME[name]).uri
    assert isinstance(uri, SipUri)
    return uri


@pytest.mark.parametrize("torture", IPV6_MESSAGES, ids=lambda torture: torture.name)
def test_message_is_accepted_or_refused_as_the_rfc_says(torture: Torture) -> None:
    if torture.expect is None:
        message = check(torture)
        assert parse_message(message.to_bytes()).to_bytes() == message.to_bytes()
        return
    with pytest.raises(RemoteProtocolError) as caught:
        check(torture)
    assert caught.value.status == torture.expect
    assert caught.value.request is not None


def test_a_port_is_one_only_outside_the_brackets() -> None:
    assert (target("ipv6-good").host, target("ipv6-good").port) == ("2001:db8::10", None)
    assert (target("port-ambiguous").host, target("port-ambiguous").port) == ("2001:db8::10:5070", None)
    assert (target("port-unambiguous").host, target("port-unambiguous").port) == ("2001:db8::10", 5070)


@pytest.mark.parametrize("name", ["via-received-param-with-delim", "via-received-param-no-delim"])
def test_received_is_read_with_and_without_brackets(name: str) -> None:
    via = check(BY_NAME[name]).via
    assert (via.host, (via.param("received") or "").strip("[]")) == ("2001:db8::9:1", "2001:db8::9:255")


def test_both_kinds_of_address_mix_in_the_vias() -> None:
    vias = [Via.parse(row) for row in check(BY_NAME["mult-ip-in-header"]).headers.values("Via")]
    assert [(via.host, via.port) for via in vias] == [
        ("2001:db8::9:1", 6050),
        ("192.0.2.1", None),
        ("2001:db8::9:255", None),
    ]
    assert vias[2].param("received") == "192.0.2.200"


def test_a_mapped_ipv4_address_is_kept_as_written() -> None:
    message = check(BY_NAME["ipv4-mapped-ipv6"])
    assert (message.via.host, message.via.port) == ("::ffff:192.0.2.10", 19823)
    assert str(message.contacts[0].uri) == "sip:ted@[::ffff:192.0.2.2]"

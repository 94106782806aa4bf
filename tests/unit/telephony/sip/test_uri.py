"""SIP URIs: reading, writing and the comparison of RFC 3261 19.1.4."""

from __future__ import annotations

import pytest

from telephony.sip.errors import RemoteProtocolError
from telephony.sip.uri import OtherUri, SipUri, parse_uri


def test_all_parts_of_a_uri_are_read() -> None:
    uri = SipUri.parse("SIPS:alice:s3cret@Example.COM:5081;transport=TCP;lr?Subject=a%20b&Priority=urgent")
    assert uri == SipUri(
        "sips",
        "alice",
        "s3cret",
        "Example.COM",
        5081,
        (("transport", "TCP"), ("lr", None)),
        (("Subject", "a b"), ("Priority", "urgent")),
    )


@pytest.mark.parametrize(
    "text",
    [
        "sip:example.com",
        "sip:+49301234@example.com;user=phone",
        "sip:alice@[2001:db8::1]:5070;transport=udp",
        "sips:alice@example.com?Replaces=a%3Bto-tag%3Db",
        "sip:user;par=u%40example.net@example.com",
        "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1@example.com",
        "tel:+1-201-555-0123;phone-context=example.com",
        "urn:service:sos",
    ],
)
def test_a_uri_is_written_as_it_was_read(text: str) -> None:
    assert str(parse_uri(text)) == text


def test_escapes_are_undone_on_reading_and_done_on_writing() -> None:
    uri = SipUri.parse("sip:sips%3Auser%40example.com@example.net;%6C%72;n%61me=v%61lue%25%34%31")
    assert uri.user == "sips:user@example.com"
    assert uri.param("lr") == ""
    assert uri.param("name") == "value%41"
    assert str(uri) == "sip:sips%3Auser%40example.com@example.net;lr;name=value%2541"


def test_bytes_that_are_not_utf8_survive_in_a_user() -> None:
    assert str(SipUri.parse("sip:caf%E9%00@example.com")) == "sip:caf%E9%00@example.com"


def test_a_hash_in_a_dialled_number_is_escaped() -> None:
    assert str(SipUri("sip", "*72#", None, "pbx.example.com")) == "sip:*72%23@pbx.example.com"


def test_an_ipv6_host_is_held_without_brackets() -> None:
    uri = SipUri.parse("sip:[2001:db8::10:5070]")
    assert (uri.host, uri.port) == ("2001:db8::10:5070", None)
    assert SipUri.parse("sip:[2001:db8::10]:5070").host_port == ("2001:db8::10", 5070)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sip:",
        "sip",
        "alice@example.com",
        "1sip:alice@example.com",
        "sip:alice@",
        "sip:@example.com",
        "sip:a@b@example.com",
        "sip:alice@example.com:port",
        "sip:alice@example.com:65536",
        "sip:alice@example.com:-1",
        "sip:alice@exa mple.com",
        "sip:alice@example.com;=x",
        "sip:alice@example.com?Subject",
        "sip:2001:db8::10",
        "sip:[2001:db8::10",
        "sip:[2001:db8::10]5060",
        "sip:[example.com]",
        "sip:alice@exämple.com",
        "<sip:alice@example.com>",
        "sip:alice@example.com\r\nEvil: yes",
        "tel:12 34",
    ],
)
def test_a_malformed_uri_is_a_400(text: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        parse_uri(text)
    assert caught.value.status == 400


def test_an_empty_port_and_stray_semicolons_are_put_up_with() -> None:
    assert SipUri.parse("sip:alice@example.com:;;lr;") == SipUri(
        "sip", "alice", None, "example.com", None, (("lr", None),)
    )


def test_another_scheme_is_kept_as_it_is() -> None:
    assert parse_uri("TEL:+4930-1234") == OtherUri("tel", "+4930-1234")


def test_reading_a_sip_uri_where_another_scheme_stands_is_a_416() -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        SipUri.parse("mailto:alice@example.com")
    assert caught.value.status == 416


@pytest.mark.parametrize(
    ("text", "host_port"),
    [
        ("sip:example.com", ("example.com", 5060)),
        ("sips:example.com", ("example.com", 5061)),
        ("sip:example.com;transport=TLS", ("example.com", 5061)),
        ("sips:example.com:7000", ("example.com", 7000)),
    ],
)
def test_the_default_port_follows_scheme_and_transport(text: str, host_port: tuple[str, int]) -> None:
    assert SipUri.parse(text).host_port == host_port


def test_transport_is_spelt_as_in_a_via() -> None:
    assert SipUri.parse("sip:example.com;Transport=tcp").transport == "TCP"
    assert SipUri.parse("sip:example.com").transport is None


def test_parameters_are_set_and_taken_away_in_a_copy() -> None:
    uri = SipUri.parse("sip:example.com;transport=udp;lr")
    assert str(uri.with_params(Transport="tcp", ob="")) == "sip:example.com;lr;transport=tcp;ob"
    assert str(uri.with_params(lr=None)) == "sip:example.com;transport=udp"
    assert str(uri) == "sip:example.com;transport=udp;lr"


def test_a_parameter_without_a_value_is_there_and_empty() -> None:
    uri = SipUri.parse("sip:example.com;lr")
    assert uri.param("LR") == ""
    assert uri.param("ob") is None


# RFC 3261 19.1.4 gives these very pairs.
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"),
        ("sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"),
        (
            "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
            "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
        ),
        (
            "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
            "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
        ),
    ],
)
def test_equal_uris_match_both_ways(one: str, other: str) -> None:
    assert parse_uri(one).matches(parse_uri(other))
    assert parse_uri(other).matches(parse_uri(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
        ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
        ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"),
        ("sip:carol@chicago.com", "sips:carol@chicago.com"),
        ("sip:carol@chicago.com", "sip:carol:pw@chicago.com"),
        ("sip:carol@chicago.com", "tel:+1234"),
        ("tel:+1234", "tel:+1235"),
    ],
)
def test_unequal_uris_do_not_match(one: str, other: str) -> None:
    assert not parse_uri(one).matches(parse_uri(other))
    assert not parse_uri(other).matches(parse_uri(one))


def test_very_long_uris_are_read_too() -> None:
    assert parse_uri(f"sip:{'9' * 5000}@example.com") == SipUri("sip", "9" * 5000, None, "example.com")

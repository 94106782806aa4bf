"""RFC 4475: what parsing and validating makes of the torture messages.

What a listening server answers to them over UDP is checked where a server runs.
"""

from __future__ import annotations

import pytest

from telephony.sip.errors import RemoteProtocolError
from telephony.sip.message import Message, Request, Response
from telephony.sip.parser import StreamParser, parse_message
from telephony.sip.uri import OtherUri, SipUri
from telephony.sip.validate import validate_request, validate_response
from telephony.sip.values import CSeq, NameAddr, Via
from tests.conformance.torture import MESSAGES, Torture
from tests.conformance.torture.semantics import MULTI01

BY_NAME = {torture.name: torture for torture in MESSAGES}
ACCEPTED = [torture for torture in MESSAGES if torture.expect is None]


def named(name: str) -> Request:
    message = parse_message(BY_NAME[name].data)
    assert isinstance(message, Request)
    return message


def named_response(name: str) -> Response:
    message = parse_message(BY_NAME[name].data)
    assert isinstance(message, Response)
    return message


def check(data: bytes) -> Message:
    message = parse_message(data)
    if isinstance(message, Request):
        validate_request(message)
    else:
        validate_response(message)
    return message


def refusal(data: bytes) -> RemoteProtocolError:
    with pytest.raises(RemoteProtocolError) as caught:
        check(data)
    return caught.value


def test_all_49_messages_are_here_once() -> None:
    assert len(BY_NAME) == len(MESSAGES) == 49


@pytest.mark.parametrize("torture", MESSAGES, ids=lambda torture: torture.name)
def test_message_is_accepted_or_refused_with_the_status_of_the_rfc(torture: Torture) -> None:
    if torture.expect is None:
        message = check(torture.data)
        assert isinstance(message, Request) == (torture.kind == "request")
        return
    error = refusal(torture.data)
    assert error.status == torture.expect
    if torture.kind == "response":
        assert error.request is None
    else:
        assert error.request is not None
        answer = error.request.response(error.status, error.reason, to_tag="t").to_bytes()
        assert answer.startswith(f"SIP/2.0 {torture.expect} {error.reason}\r\n".encode())


@pytest.mark.parametrize("torture", ACCEPTED, ids=lambda torture: torture.name)
def test_an_accepted_message_comes_out_the_same_after_writing_it(torture: Torture) -> None:
    message = check(torture.data)
    again = check(message.to_bytes())
    assert again.to_bytes() == message.to_bytes()
    assert again.body == message.body
    assert (again.via, again.from_, again.to, again.cseq, again.call_id) == (
        message.via,
        message.from_,
        message.to,
        message.cseq,
        message.call_id,
    )


@pytest.mark.parametrize("torture", ACCEPTED, ids=lambda torture: torture.name)
def test_an_accepted_message_is_read_byte_by_byte_as_well(torture: Torture) -> None:
    message = check(torture.data)
    parser = StreamParser()
    items = [item for byte in message.to_bytes() for item in parser.feed(bytes([byte]))]
    assert len(items) == 1
    assert isinstance(items[0], Message)
    assert items[0].to_bytes() == message.to_bytes()


def test_wsinv_is_read_through_its_blanks() -> None:
    message = named("wsinv")
    assert message.uri == SipUri(
        "sip", "vivekg", None, "chair-dnrc.example.com", None, (("unknownparam", None),)
    )
    assert message.to.tag == "1918181833n"
    assert message.from_.display == 'J Rosenberg \\"'
    assert message.from_.tag == "98asjd8"
    assert message.max_forwards == 68
    assert message.cseq == CSeq(9, "INVITE")
    assert message.headers.get("Subject") == ""
    assert message.headers.get("NewFangledHeader") == "newfangled value continued newfangled value"
    assert message.headers.get("unknownheaderwithunusualvalue") == ";;,,;;,;"
    assert [str(Via.parse(value)) for value in message.headers.values("Via")] == [
        "SIP/2.0/UDP 192.0.2.2;branch=390skdjuw",
        "SIP/2.0/TCP spindle.example.com;branch=z9hG4bK9ikj8",
        "SIP/2.0/UDP 192.168.255.111;branch=z9hG4bK30239",
    ]
    (route,) = message.routes
    assert isinstance(route.uri, SipUri)
    assert route.uri.params == (("lr", None), ("unknownwith", "value"), ("unknown-no-value", None))
    (contact,) = message.contacts
    assert contact.display == 'Quoted string ""'
    assert contact.params == (("newparam", "newvalue"), ("secondparam", None), ("q", "0.33"))
    assert len(message.body) == 150


def test_intmeth_is_read_with_all_its_characters() -> None:
    message = named("intmeth")
    assert message.method == message.cseq.method == "!interesting-Method0123456789_*+`.%indeed'~"
    assert isinstance(message.uri, SipUri)
    assert message.uri.user == "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"
    assert message.uri.password == "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"
    assert str(message.uri).encode() == BY_NAME["intmeth"].data.split(b" ")[1]
    assert message.via.branch == "z9hG4bK-.!%66*_+`'~"
    assert message.to.display == "BEL:\x07 NUL:\x00 DEL:\x7f"
    assert message.from_.display == "token1~` token2'+_ token3*%!.-"
    assert message.from_.param("fromparam''~+*_!.-%") == "работающий"
    assert message.from_.tag == "_token~1'+`*%!-."
    assert message.call_id == "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{"
    assert message.max_forwards == 255
    assert message.headers.get("extensionHeader-!.%*+_`'~") == "\ufeff大停電"


def test_esc01_is_unescaped_where_escapes_mean_something() -> None:
    message = named("esc01")
    assert isinstance(message.uri, SipUri)
    assert message.uri.user == "sips:user@example.com"
    assert message.uri.host == "example.net"
    assert message.to.uri.matches(SipUri.parse("sip:user@example.com"))
    assert isinstance(message.from_.uri, SipUri)
    assert message.from_.uri.user == "I have spaces"
    assert message.contacts[0].uri == SipUri.parse("sip:caller@host5.example.net;lr;name=value%2541")


def test_escnull_keeps_its_nulls() -> None:
    message = named("escnull")
    users = [contact.uri.user for contact in message.contacts if isinstance(contact.uri, SipUri)]
    assert users == ["\0", "\0\0"]
    assert str(message.to.uri) == "sip:null-%00-null@example.com"


def test_esc02_is_not_unescaped_where_percent_means_nothing() -> None:
    message = named("esc02")
    assert message.method == "RE%47IST%45R"
    assert message.to.display == message.from_.display == "%Z%45"
    assert message.via.branch == "z9hG4bK209%fzsnel234"
    assert [str(contact) for contact in message.contacts] == [
        "<sip:alias1@host1.example.com>",
        "<sip:alias3@host3.example.com>",
    ]
    assert message.headers.get("C%6Fntact") == "<sip:alias2@host2.example.com>"


def test_lwsdisp_has_its_display_name() -> None:
    assert named("lwsdisp").from_.display == "caller"


def test_longreq_is_read_in_full() -> None:
    message = named("longreq")
    assert message.to.display == f"I have a user name of {'extreme' * 10} proportion"
    assert isinstance(message.to.uri, SipUri)
    assert message.to.uri.port == 6000
    assert message.to.uri.param(f"longparam{'name' * 25}") == "shortvalue"
    assert message.from_.tag == f"12{'982' * 50}424"
    vias = [Via.parse(value) for value in message.headers.values("Via")]
    assert [via.host for via in vias[:33]] == [f"sip{n}.example.com" for n in range(33, 0, -1)]
    assert (len(vias), vias[-1].param("received"), len(vias[-1].branch or "")) == (34, "192.0.2.5", 215)
    assert len(message.body) == 150


def test_dblreq_is_the_register_and_nothing_else() -> None:
    message = named("dblreq")
    assert (message.method, message.body) == ("REGISTER", b"")


def test_semiuri_has_the_semicolon_in_its_user() -> None:
    message = named("semiuri")
    assert isinstance(message.uri, SipUri)
    assert (message.uri.user, message.uri.params) == ("user;par=u@example.net", ())
    assert len(message.headers.values("Accept")) == 6


def test_transports_may_be_unknown() -> None:
    vias = [Via.parse(value) for value in named("transports").headers.values("Via")]
    assert [via.transport for via in vias] == ["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"]


def test_mpart01_has_its_binary_body() -> None:
    message = named("mpart01")
    assert message.content_type == "multipart/mixed"
    assert len(message.body) == 553
    assert message.body.endswith(b"\x99\xd0\x05\r\n--7a9cbec02ceef655--\r\n")


def test_reason_phrases_may_be_anything_or_nothing() -> None:
    assert named_response("unreason").reason == "= 2**3 * 5**2 но сто девяносто девять - простое"
    assert (named_response("noreason").status, named_response("noreason").reason) == (100, "")


def test_liberally_read_messages_are_read_right() -> None:
    badaspec = named("badaspec").to
    assert badaspec == NameAddr("Watson, Thomas", SipUri("sip", "t.watson", None, "example.org"))
    assert named("baddn").from_.display == "Bell, Alexander"
    assert str(named("baddn").to) == '"Watson, Thomas" <sip:t.watson@example.org>'
    assert named("baddate").headers.get("Date") == "Fri, 01 Jan 2010 16:00:00 EST"


def test_multi01_is_refused_for_its_doubles_and_not_only_for_its_length() -> None:
    error = refusal(MULTI01.replace(b"l: 154", b"l: 152"))
    assert (error.status, error.reason) == (400, "More than one from")


def test_unknown_schemes_in_header_fields_are_read() -> None:
    message = named("unksm2")
    assert message.to.uri == OtherUri("isbn", "2983792873")
    assert message.from_.uri == OtherUri("http", "//www.example.com")
    assert message.contacts[0].uri == OtherUri("name", "John_Smith")


def test_what_a_user_agent_must_refuse_can_be_seen() -> None:
    assert named("bext01").headers.values("Require") == ["nothingSupportsThis", "nothingSupportsThisEither"]
    assert named("invut").content_type == "application/unknownformat"
    assert named("sdp01").headers.values("Accept") == ["text/nobodyKnowsThis"]
    assert named("zeromf").max_forwards == 0
    assert named("badbranch").via.branch == "z9hG4bK"


def test_contact_parameters_and_uri_parameters_are_told_apart() -> None:
    (contact,) = named("cparam01").contacts
    assert (contact.param("unknownparam"), contact.uri) == (
        "",
        SipUri("sip", "+19725552222", None, "gw1.example.net"),
    )
    (contact,) = named("cparam02").contacts
    assert isinstance(contact.uri, SipUri)
    assert (contact.param("unknownparam"), contact.uri.param("unknownparam")) == (None, "")
    (contact,) = named("regescrt").contacts
    assert isinstance(contact.uri, SipUri)
    assert contact.uri.headers == (("Route", "<sip:sip.example.com>"),)


def test_inv2543_has_all_that_it_has() -> None:
    message = named("inv2543")
    assert (message.via.branch, message.from_.tag, message.max_forwards) == (None, None, None)
    assert message.body.endswith(b"m=audio 49217 RTP/AVP 0\r\n")
    assert message.to.param("user") == "phone"

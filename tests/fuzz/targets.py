"""What a fuzzer feeds with bytes: one function for each thing that strangers' bytes reach first.

Each reads its input as the switch would and checks what must hold for any input: no error is raised but those
that the readers document, what was read means the same once it is written and read again, and bytes come out
the same however they were cut. `python -m tests.fuzz` searches for inputs (see `__main__`), `test_corpus`
runs those that were found.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC
from typing import Any

import phonenumbers

from config.models.outbound import OutboundSettings
from config.telephone_numbers import OwnNumbers, global_number, is_callable, is_withheld, number_keys
from hotline.server.permissions import Allowed, DayCounts, Permissions
from telephony.media.latching import MediaHosts
from telephony.media.receiver import RtpReceiver
from telephony.media.tap import FrameStream
from telephony.rtp.codecs import PCMA, PCMU
from telephony.rtp.dtmf import DtmfReceiver, EventFinder, event_duration
from telephony.rtp.packet import RtpError, RtpPacket, is_rtcp, payload_of
from telephony.rtp.reception import ReceptionStats, round_trip
from telephony.rtp.rtcp import ReceiverReport, RtcpError, SenderReport, pack_compound, parse_compound
from telephony.sdp.description import SessionDescription
from telephony.sdp.errors import NotAcceptable, SdpError
from telephony.sdp.offer_answer import MediaNegotiator, offered_address
from telephony.sip import grammar
from telephony.sip.auth import DigestAuthenticator
from telephony.sip.auth_client import Challenge
from telephony.sip.bodies import take_description
from telephony.sip.digest import parse_digest
from telephony.sip.errors import RemoteProtocolError
from telephony.sip.flow import Flow
from telephony.sip.info_keys import KEY_TYPES, parse_keys, read_keys
from telephony.sip.message import MessageError, Request, Response
from telephony.sip.parser import ParseError, Ping, StreamItem, StreamParser, parse_message
from telephony.sip.referral import Replaces, read_refer
from telephony.sip.registrar import Registrar
from telephony.sip.screening import screen
from telephony.sip.session_timer import SessionTimer
from telephony.sip.subscriber import plain_number, subscriber_of
from telephony.sip.uri import SipUri, parse_uri
from telephony.sip.validate import validate_request, validate_response
from telephony.sip.values import CSeq, NameAddr, Via, split_list

FLOW = Flow("udp", ("192.0.2.1", 5060), ("192.0.2.7", 5061))
REALM = "fuzz"


def sip(data: bytes) -> None:
    """One datagram: read, checked, answered, written and read again."""
    try:
        message = parse_message(data)
    except MessageError as error:
        _answered(error)
        return
    written = message.to_bytes()
    again = parse_message(written)
    assert _meaning(again) == _meaning(message)
    assert again.to_bytes() == written
    _used(message)


def stream(data: bytes) -> None:
    """A connection's bytes: the same messages however they are cut."""
    whole = StreamParser(4096)
    items = whole.feed(data)
    for item in items:
        if isinstance(item, ParseError):
            _answered(item.error)
        elif not isinstance(item, Ping):
            item.to_bytes()
    cut = StreamParser(4096)
    pieces = [each for piece in _cut(data) for each in cut.feed(piece)]
    assert list(map(_item, pieces)) == list(map(_item, items))
    assert (cut.broken, cut.waits) == (whole.broken, whole.waits)


def headers(data: bytes) -> None:
    """The value of one header, as each kind of header: its first byte says which."""
    read = _VALUES[data[0] % len(_VALUES)] if data else _uri
    text = data[1:].decode("utf-8", "surrogateescape")
    if "\r" not in text and "\n" not in text:
        read(text)


def numbers(data: bytes) -> None:
    """A telephone number, bare and in URIs, as its country and its site read it, and as machines dial it."""
    text = data.decode("utf-8", "surrogateescape")
    _number(text)
    for form in ("sip:{}@h", "sip:{};phone-context=+86@h", "tel:{}", "<tel:{};phone-context=+1>"):
        with suppress(RemoteProtocolError):
            who = subscriber_of(NameAddr.parse(form.format(text)).uri)
            _number(who.number)
            _number(global_number(who.number, who.context))
    digits = "".join(each for each in text if each in "0123456789")[:24]
    for country, permissions in _SITES.items():
        for spelling in (text, digits, f"+{digits}", f"00{digits}"):
            if isinstance(permissions.decide("", "callback", spelling, 0.0), Allowed):
                _is_harmless(spelling, country)


def _is_harmless(number: str, country: str) -> None:
    """What a machine may dial costs what any call costs, and rings at no emergency service."""
    parsed = phonenumbers.parse(number, country)
    assert phonenumbers.number_type(parsed) != phonenumbers.PhoneNumberType.PREMIUM_RATE, number
    assert not phonenumbers.is_emergency_number(number, country), number
    assert parsed.country_code == phonenumbers.country_code_for_region(country), number


def sdp(data: bytes) -> None:
    """A description: alone, as an offer, as an answer, in a further round."""
    offered_address(data)
    with suppress(SdpError):
        written = SessionDescription.parse(data).to_bytes()
        assert SessionDescription.parse(written).to_bytes() == written
    for address in ("10.0.0.1", "2001:db8::1"):
        phone = MediaNegotiator(address, 4000, ("PCMU", "PCMA"), session_id=1)
        with suppress(SdpError, NotAcceptable):
            answer, agreed = phone.receive_offer(data)
            assert agreed.codec.payload_type in agreed.receive
            assert len(SessionDescription.parse(answer).media) == len(SessionDescription.parse(data).media)
            _ = agreed.reachable, agreed.expects_media
            # The same offer again changes nothing but that it was answered again.
            assert phone.receive_offer(data) == (answer, agreed)
        caller = MediaNegotiator(address, 4000, ("PCMU", "PCMA"), session_id=1)
        offer = caller.create_offer()
        with suppress(SdpError, NotAcceptable):
            agreed = caller.receive_answer(data)
            assert caller.receive_answer(data) == agreed
            SessionDescription.parse(caller.create_offer())
        SessionDescription.parse(offer)


def rtp(data: bytes) -> None:
    """Packets for one leg, each behind a byte that says how long it is; then what was heard."""
    stats, keys, finder, heard = ReceptionStats(), DtmfReceiver(), EventFinder(), FrameStream()
    receiver = RtpReceiver(_ignored, lambda key: True, _ignored)
    receiver.configure({0: PCMU, 8: PCMA}, frozenset({101}), FLOW.remote, MediaHosts())
    receiver.stream = heard
    for number, packet in enumerate(_cut_by_length(data)):
        now = number * 0.02
        is_rtcp(packet)
        receiver.receive(packet, FLOW.remote, now)
        heard.tick(now)
        try:
            read = RtpPacket.parse(packet)
        except RtpError:
            assert payload_of(packet) is None
            continue
        assert payload_of(packet) == read.payload
        assert RtpPacket.parse(read.pack()) == read
        stats.update(read.sequence, read.timestamp, int(now * 8000))
        keys.receive(read.timestamp, read.payload, read.marker, now)
        finder.receive(read.payload_type, read.ssrc, read.timestamp, read.payload)
        event_duration(read.payload)
    for each in (stats, receiver.reception):
        block = each.report_block(1, 1.0)
        if block is not None:
            pack_compound([ReceiverReport(1, (block,))])
    receiver.close()


def rtcp(data: bytes) -> None:
    """A compound packet."""
    is_rtcp(data)
    try:
        packets = parse_compound(data)
    except RtcpError:
        return
    written = pack_compound(packets)
    assert parse_compound(written) == packets
    stats = ReceptionStats()
    for packet in packets:
        if isinstance(packet, SenderReport):
            stats.sender_report(packet, 1.0)
        if isinstance(packet, SenderReport | ReceiverReport):
            for block in packet.reports:
                round_trip(block, 1 << 32)
    stats.count(1)
    block = stats.report_block(1, 2.0)
    if block is not None:
        pack_compound([ReceiverReport(1, (block,))])


TARGETS: dict[str, Callable[[bytes], None]] = {
    "sip": sip,
    "stream": stream,
    "headers": headers,
    "numbers": numbers,
    "sdp": sdp,
    "rtp": rtp,
    "rtcp": rtcp,
}


# --- messages ---------------------------------------------------------------------------------------------


def _answered(error: MessageError) -> None:
    """What can't be read is answered where that is possible, and the answer can be read."""
    assert 400 <= error.status < 700
    if error.request is not None:
        answer = error.request.response(error.status, error.reason, to_tag="t")
        assert isinstance(parse_message(answer.to_bytes()), Response)


def _used(message: Request | Response) -> None:
    """Everything that is read of a message before anybody knows who sent it."""
    if isinstance(message, Response):
        with suppress(RemoteProtocolError):
            validate_response(message)
            Challenge.choose(message.headers.get_all("WWW-Authenticate"))
            SessionTimer(1800).agreed(message)
        return
    try:
        validate_request(message)
    except MessageError as error:
        _answered(error)
        return
    refused = screen(message)
    if refused is not None:
        parse_message(refused.to_bytes())
    for status in (100, 180, 200, 486):
        parse_message(message.response(status, to_tag="t").to_bytes())
    timer = SessionTimer(1800)
    timer.note_methods(message)
    timer.refusal(message)
    timer.grant(message, message.response(200))
    DigestAuthenticator(REALM, bytes(16)).check(
        message.method, message.headers.get("Authorization"), _password, 0.0
    )
    with suppress(RemoteProtocolError):
        read_refer(message)
    registrar = Registrar(60, 3600, 7200)
    registrar.process("u", message, FLOW, 0.0)
    registrar.lookup("u", 1.0)
    read_keys(message)
    subscriber_of(message.uri)
    take_description(message)
    parse_message(message.to_bytes())


def _meaning(message: Request | Response) -> tuple[Any, ...]:
    rows = [(name.lower(), value) for name, value in message.headers if name.lower() != "content-length"]
    if isinstance(message, Request):
        return message.method, message.uri, rows, message.body
    return message.status, message.reason, rows, message.body


def _item(item: StreamItem) -> object:
    if isinstance(item, ParseError):
        return item.error.status, item.error.reason
    return item if isinstance(item, Ping) else _meaning(item)


def _cut(data: bytes) -> Iterator[bytes]:
    """The data in pieces, whose lengths follow from it."""
    chance, start = zlib.crc32(data), 0
    while start < len(data):
        chance = (chance * 1103515245 + 12345) & 0xFFFFFFFF
        length = 1 + (chance >> 16) % 37
        yield data[start : start + length]
        start += length


def _password(user: str) -> str | None:
    return "secret" if user == "u" else None


# --- values of headers ------------------------------------------------------------------------------------


def _uri(text: str) -> None:
    with suppress(RemoteProtocolError):
        uri = parse_uri(text)
        assert parse_uri(str(uri)) == uri
        assert uri.matches(uri)
        _number(subscriber_of(uri).number)
        if isinstance(uri, SipUri):
            assert uri.with_params(lr="").param("lr") == ""


def _name_addr(text: str) -> None:
    with suppress(RemoteProtocolError):
        for value in NameAddr.parse_list(text):
            assert NameAddr.parse(str(value)) == value
            assert NameAddr.parse(str(value.with_param("tag", "x"))).tag == "x"
            subscriber_of(value.uri)


def _via(text: str) -> None:
    for part in split_list(text):
        with suppress(RemoteProtocolError):
            value = Via.parse(part)
            assert Via.parse(str(value)) == value
            marked = value.with_param("received", "2001:db8::1").with_param("rport", "5060")
            assert Via.parse(str(marked)).param("received") == "2001:db8::1"


def _cseq(text: str) -> None:
    with suppress(RemoteProtocolError):
        value = CSeq.parse(text)
        assert CSeq.parse(str(value)) == value


def _digest(text: str) -> None:
    challenge = Challenge.choose([text])
    if challenge is not None:
        proof = challenge.credentials("INVITE", "sip:a@b", "u", "secret", cnonce="0")
        assert parse_digest(proof) is not None
    DigestAuthenticator(REALM, bytes(16)).check("INVITE", text, _password, 0.0)


def _replaces(text: str) -> None:
    with suppress(RemoteProtocolError):
        Replaces.parse(text)


def _host_port(text: str) -> None:
    found = grammar.split_host_port(text)
    if found is not None:
        assert grammar.split_host_port(grammar.join_host_port(*found)) == found


def _text(text: str) -> None:
    assert grammar.unquote(grammar.quote(text)) == text
    assert grammar.unescape(grammar.escape(text, grammar.USER_SAFE)) == text
    for split in (grammar.split_at_commas, grammar.split_at_semicolons):
        assert (", " if split is grammar.split_at_commas else ";")[0].join(split(text)) == text


def _number(text: str) -> None:
    """A telephone number or anything else, as its country and its site read it."""
    plain = plain_number(text)
    assert plain_number(plain) == plain
    for country in ("", "DE", "US", "KR", "CN"):
        assert number_keys(plain, country).same_as(number_keys(plain, country))
        is_withheld(plain, country)
    is_callable(plain)
    _OWN.find(plain)
    global_number(plain, "+49")


def _keys(text: str) -> None:
    """The body of an INFO."""
    body = text.encode("utf-8", "surrogateescape")
    for kind in KEY_TYPES:
        found = parse_keys(kind, body)
        assert found is None or set(found.keys) <= set("0123456789*#ABCD")


_SITES = {
    country: Permissions(
        settings=OutboundSettings(), country=country, zone=UTC, trunk="carrier", counts=DayCounts(UTC)
    )
    for country in ("DE", "CN", "KR")
}
_OWN = OwnNumbers(["4000", "+493511234567", "03517654321"], "DE")
_VALUES = (_uri, _name_addr, _via, _cseq, _digest, _replaces, _host_port, _text, _number, _keys)


# --- packets ----------------------------------------------------------------------------------------------


def _cut_by_length(data: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(data):
        end = start + 1 + data[start]
        yield data[start + 1 : end]
        start = end


def _ignored(*what: object) -> None:
    """Stand for whoever is told."""

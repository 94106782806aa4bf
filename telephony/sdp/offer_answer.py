"""Offer and answer (RFC 3264) for the one audio stream of a telephone call.

`MediaNegotiator` writes our descriptions and reads the peer's, for as many rounds as the call takes, and says
after each what was agreed (`Negotiated`). Every other stream that a peer offers is refused in its place.
Which SIP message carries what is decided by the INVITE session, ports and packets by the media
engine.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from telephony.sdp.audio import (
    CLOCK_RATE,
    EVENTS,
    STATIC,
    AudioStream,
    Codec,
    MediaDirection,
    family_of,
    is_unspecified,
    read_audio,
)
from telephony.sdp.description import (
    ConnectionLine,
    MediaDescription,
    Origin,
    SessionDescription,
    put_together,
)
from telephony.sdp.errors import Glare, NotAcceptable, SdpError

__all__ = ["Codec", "Glare", "MediaDirection", "MediaNegotiator", "Negotiated", "NotAcceptable", "SdpError"]

_PROTOCOLS = ("RTP/AVP", "RTP/AVPF")
"""What we speak: the feedback of AVPF (RFC 4585) need not be sent; the encryption of SAVP must be."""
_EVENT_PAYLOAD_TYPE = 101
_DYNAMIC = range(96, 128)
_PTIME = 20


@dataclass(frozen=True, slots=True)
class Negotiated:
    """What an exchange has agreed, from our side.

    Args:
        remote_address: IP literal where to send; unspecified (0.0.0.0 or ::) while a peer holds in the old
            way, when neither RTP nor RTCP may be sent.
        remote_port: where to send RTP.
        remote_rtcp: where to send RTCP.
        codec: what we send, with the peer's payload type.
        receive: payload type to name of the speech codecs that may come in.
        dtmf_send: payload type of telephone-event towards the peer, or None.
        dtmf_receive: payload type of telephone-event from the peer, or None.
        ptime_ms: packet time to send, 10 to 60.
        direction: what we may do, see `MediaDirection.sends` and `MediaDirection.receives`.
        remote_hold: the peer does not want to hear us though we would speak.
    """

    remote_address: str
    remote_port: int
    remote_rtcp: tuple[str, int]
    codec: Codec
    receive: Mapping[int, str]
    dtmf_send: int | None
    dtmf_receive: int | None
    ptime_ms: int
    direction: MediaDirection
    remote_hold: bool

    @property
    def reachable(self) -> bool:
        """Whether there is anywhere to send to (RFC 3264 8.4: 0.0.0.0 is the old way to ask for silence)."""
        return self.remote_port > 0 and not is_unspecified(self.remote_address)

    @property
    def expects_media(self) -> bool:
        """Whether the peer is to send without a break, so that its silence means that it is gone."""
        return self.direction.receives and self.reachable and not self.remote_hold


@dataclass(frozen=True, slots=True)
class _Offered:
    """Our own offer, kept until the next one since answers may repeat (RFC 3261 section 13.2.1)."""

    direction: MediaDirection
    receive: Mapping[int, str]
    events: int | None


@dataclass(frozen=True, slots=True)
class _State:
    """All that an exchange changes, so that it can be undone as one.

    Args:
        current: what was agreed.
        streams: the session's m= lines in order: the refusal of each, None in the place of our own stream.
        events: the payload type that we declared for telephone-event.
        taken: payload types that the peer gave a meaning, which they must keep (RFC 3264 section 8.3.2).
    """

    current: Negotiated | None
    streams: tuple[MediaDescription | None, ...]
    events: int | None
    taken: Mapping[int, tuple[str, int]]


class MediaNegotiator:
    """One audio stream, negotiated as often as the call needs.

    Args:
        address: our IP literal.
        port: our RTP port.
        codecs: names of static payload types (RFC 3551), best first.
        session_id: for o=, the same throughout.
        dtmf: whether to use telephone-event.
        rtcp_port: when it is not the port after `port`.

    Raises:
        ValueError: no such codec, or `address` is no IP literal.
    """

    __slots__ = (
        "_codecs",
        "_connection",
        "_dtmf",
        "_offered",
        "_pending",
        "_port",
        "_rtcp_port",
        "_session_id",
        "_state",
        "_undo",
        "_version",
        "_written",
    )

    def __init__(
        self,
        address: str,
        port: int,
        codecs: Sequence[str] = ("PCMU", "PCMA"),
        *,
        session_id: int,
        dtmf: bool = True,
        rtcp_port: int | None = None,
    ) -> None:
        family = family_of(address)
        if family is None or not codecs or not all(name in STATIC for name in codecs):
            raise ValueError("needs an IP address and codecs of static payload types")
        self._connection = ConnectionLine("IN", family, address)
        self._port = port
        self._rtcp_port = rtcp_port
        self._codecs = tuple(codecs)
        self._dtmf = dtmf
        self._session_id = session_id
        self._version = 0
        self._written = ""  # the content that has this version
        self._state = _State(None, (None,), None, {})
        self._undo: _State | None = None  # the state before the peer's last offer
        self._offered: _Offered | None = None
        self._pending = False

    @property
    def current(self) -> Negotiated | None:
        """What holds now, None before the first exchange is complete."""
        return self._state.current

    @property
    def pending(self) -> bool:
        """Whether an offer of ours waits for its answer."""
        return self._pending

    def create_offer(self, direction: MediaDirection = MediaDirection.SENDRECV) -> bytes:
        """Write an offer: the codec in use first, then the others as we prefer them.

        Raises:
            Glare: the last offer has not been answered; `rollback` it first.
        """
        if self._pending:
            raise Glare("an offer of ours is not answered yet")
        names = list(self._codecs)
        if self.current is not None:
            in_use = self.current.codec.name
            names.sort(key=lambda name: name != in_use)
        receive = {STATIC[name]: name for name in names}
        events = self._own_events() if self._dtmf else None
        self._offered = _Offered(direction, receive, events)
        self._pending = True
        stream = self._stream(_PROTOCOLS[0], receive, events, _PTIME, direction)
        return self._write(self._state.streams, stream)

    def receive_answer(self, body: bytes) -> Negotiated:
        """Read the answer to our last offer; it may come again, or another one (early media, then the 2xx).

        Raises:
            SdpError: malformed, or no answer to that offer.
            NotAcceptable: the peer refused the stream or chose nothing that we offered.
        """
        offered, streams = self._offered, self._state.streams
        if offered is None:
            raise SdpError("an answer without an offer")
        answer = SessionDescription.parse(body)
        # An answer with a line too many or too few (RFC 3264 section 6) is understood all the same.
        _, stream, codecs = self._choose(answer, streams.index(None), tuple(offered.receive.values()))
        send_events = stream.events() if offered.events is not None else None
        receive_events = offered.events if send_events is not None else None
        agreed = _agree(stream, codecs[0], offered.receive, (send_events, receive_events), offered.direction)
        self._pending = False
        self._undo = None
        self._state = replace(self._state, current=agreed, events=offered.events)
        return agreed

    def receive_offer(
        self, body: bytes, *, direction: MediaDirection = MediaDirection.SENDRECV
    ) -> tuple[bytes, Negotiated]:
        """Read the peer's offer and write the answer.

        Args:
            body: the offer.
            direction: what we would do if the peer lets us.

        Returns:
            The answer, and what is agreed from now on unless `rollback` follows.

        Raises:
            Glare: an offer of ours is not answered yet.
            SdpError: malformed.
            NotAcceptable: no stream or codec that we could use.
        """
        if self._pending:
            raise Glare("an offer of ours is not answered yet")
        offer = SessionDescription.parse(body)
        # Fewer m= lines than before are the peer's mistake (RFC 3264 section 8), and no harm.
        in_use = self._state.streams.index(None) if self.current is not None else 0
        index, stream, codecs = self._choose(offer, in_use, self._codecs)
        events = stream.events() if self._dtmf else None
        # The answer repeats the numbers of the offer, so both ways use the same (RFC 3264 section 6.1).
        receive = {codec.payload_type: codec.name for codec in codecs}
        agreed = _agree(stream, codecs[0], receive, (events, events), direction)
        streams = tuple(None if at == index else _refusal(medium) for at, medium in enumerate(offer.media))
        ours = self._stream(offer.media[index].protocol, receive, events, stream.ptime_ms, agreed.direction)
        answer = self._write(streams, ours, [line for line in offer.times if line[0] == "t"][:1])
        self._undo = self._state
        self._offered = None
        self._state = _State(agreed, streams, events, stream.encodings)
        return answer, agreed

    def rollback(self) -> None:
        """Undo the last offer: ours that was refused, or the peer's that we answered in vain."""
        if self._pending:
            self._pending = False
            self._offered = None
        elif self._undo is not None:
            self._state, self._undo = self._undo, None

    def _choose(
        self, theirs: SessionDescription, first: int, names: Collection[str]
    ) -> tuple[int, AudioStream, list[Codec]]:
        """The stream to use: that in place `first` if it can be used, else the first that can.

        Returns:
            Its place, the stream, and its codecs among `names`.

        Raises:
            SdpError: the only audio streams are malformed.
            NotAcceptable: none can be used.
        """
        order = sorted(range(len(theirs.media)), key=lambda index: index != first)
        problem: SdpError | NotAcceptable | None = None
        for index in order:
            medium = theirs.media[index]
            if medium.kind.lower() == "audio" and medium.port and medium.protocol.upper() in _PROTOCOLS:
                try:
                    stream = read_audio(theirs, medium, self._connection.family)
                except (SdpError, NotAcceptable) as error:
                    problem = problem or error
                    continue
                codecs = stream.common(names)
                if codecs:
                    return index, stream, codecs
        raise problem or NotAcceptable("no audio stream over RTP with a codec that we have")

    def _own_events(self) -> int:
        """The payload type to offer for telephone-event: the one declared before, or one not taken yet."""
        if self._state.events is not None:
            return self._state.events
        taken = self._state.taken
        if taken.get(_EVENT_PAYLOAD_TYPE, (EVENTS, CLOCK_RATE)) == (EVENTS, CLOCK_RATE):
            return _EVENT_PAYLOAD_TYPE
        return next((number for number in _DYNAMIC if number not in taken), _EVENT_PAYLOAD_TYPE)

    def _stream(
        self,
        protocol: str,
        receive: Mapping[int, str],
        events: int | None,
        ptime_ms: int,
        direction: MediaDirection,
    ) -> MediaDescription:
        """Our audio stream."""
        formats = [str(number) for number in receive]
        attributes: list[tuple[str, str | None]] = [
            ("rtpmap", f"{number} {name}/{CLOCK_RATE}") for number, name in receive.items()
        ]
        if events is not None:
            formats.append(str(events))
            attributes.append(("rtpmap", f"{events} telephone-event/{CLOCK_RATE}"))
            attributes.append(("fmtp", f"{events} 0-15"))
        if self._rtcp_port is not None and self._rtcp_port != self._port + 1:
            attributes.append(("rtcp", str(self._rtcp_port)))
        attributes.append(("ptime", str(ptime_ms)))
        attributes.append((direction.value, None))
        return MediaDescription(
            port=self._port, protocol=protocol, formats=tuple(formats), attributes=attributes
        )

    def _write(
        self,
        streams: tuple[MediaDescription | None, ...],
        ours: MediaDescription,
        times: Sequence[tuple[str, str]] = (),
    ) -> bytes:
        """A description of ours; the version in o= moves when anything else has (RFC 3264 section 8).

        Args:
            streams: as in `_State`, with `ours` to go in the place of None.
            times: those of the offer, which the answer must repeat (RFC 3264 section 6).
        """
        media = [ours if stream is None else stream for stream in streams]
        content = SessionDescription(self._connection, times=list(times), media=media).content()
        if content != self._written:
            self._version += 1
            self._written = content
        family, address = self._connection.family, self._connection.address
        origin = Origin("-", str(self._session_id), str(self._version), "IN", family, address)
        return put_together(origin, content)


def offered_address(offer: bytes) -> str | None:
    """Where the first audio stream of an offer is wanted, as an IP literal; None when it does not say.

    For choosing the family of our own address before the offer is answered.
    """
    try:
        session = SessionDescription.parse(offer)
    except SdpError:
        return None
    for medium in session.media:
        connection = medium.connection or session.connection
        if medium.kind.lower() == "audio" and medium.port and connection is not None:
            address = connection.address.partition("/")[0].strip("[]")
            if family_of(address) is not None and medium.protocol.upper() in _PROTOCOLS:
                return address
    return None


def _agree(
    stream: AudioStream,
    codec: Codec,
    receive: Mapping[int, str],
    events: tuple[int | None, int | None],
    direction: MediaDirection,
) -> Negotiated:
    """Put the outcome together.

    Args:
        stream: what the peer said.
        codec: what we send.
        receive: what may come in.
        events: payload types of telephone-event to send and to receive.
        direction: what we would do.
    """
    return Negotiated(
        remote_address=stream.address,
        remote_port=stream.port,
        remote_rtcp=stream.rtcp,
        codec=codec,
        receive=receive,
        dtmf_send=events[0],
        dtmf_receive=events[1],
        ptime_ms=stream.ptime_ms,
        direction=direction.facing(stream.direction),
        remote_hold=direction.sends and not stream.direction.receives,
    )


def _refusal(medium: MediaDescription) -> MediaDescription:
    """The m= line that refuses a stream: same medium, protocol and formats, port 0 (RFC 3264 section 6)."""
    return MediaDescription(kind=medium.kind, protocol=medium.protocol, formats=medium.formats)

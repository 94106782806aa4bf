"""What one audio m= line means: where the peer listens, which codecs, which way, how long the packets are.

Reading only; who may answer what to whom is decided in `offer_answer`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from ipaddress import ip_address

from telephony.sdp.description import MediaDescription, SessionDescription
from telephony.sdp.errors import NotAcceptable, SdpError

EVENTS = "TELEPHONE-EVENT"
"""Encoding name of RFC 4733 in the upper case in which all names are compared."""
CLOCK_RATE = 8000

STATIC = {"PCMU": 0, "GSM": 3, "PCMA": 8, "G722": 9, "G729": 18}
"""Payload types that need no rtpmap (RFC 3551 table 4), all of clock rate 8000, even G.722 (4.5.2)."""

# Deviation: 101 is dynamic, but a peer that lists it without an rtpmap has always meant telephone-event.
_DEFAULT_ENCODINGS = {str(number): (name, CLOCK_RATE) for name, number in STATIC.items()} | {
    "101": (EVENTS, CLOCK_RATE)
}

_SPELLINGS = {
    "TELEPHONE-EVENTS": EVENTS,
    "TELEPHONE_EVENT": EVENTS,
    "TELEPHONE-EVENT-8000": EVENTS,
    "G711U": "PCMU",
    "G711-ULAW": "PCMU",
    "ULAW": "PCMU",
    "G711A": "PCMA",
    "G711-ALAW": "PCMA",
    "ALAW": "PCMA",
}
"""Names that some devices write instead of those that are registered."""

_DEFAULT_PTIME = 20
_LONGEST_CACHED = 64
"""Characters: what strangers write is remembered only in small pieces."""


class MediaDirection(Enum):
    """Which way media flows, seen by the sender (RFC 3264 section 5.1)."""

    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"

    @property
    def sends(self) -> bool:
        """Whether the one who says it may send."""
        return self is MediaDirection.SENDRECV or self is MediaDirection.SENDONLY

    @property
    def receives(self) -> bool:
        """Whether the one who says it wants to receive."""
        return self is MediaDirection.SENDRECV or self is MediaDirection.RECVONLY

    def facing(self, remote: MediaDirection) -> MediaDirection:
        """What is left of our direction against a peer that says `remote` (RFC 3264 section 6.1)."""
        return _FACING[self, remote]


def _facing(ours: MediaDirection, remote: MediaDirection) -> MediaDirection:
    sends, receives = ours.sends and remote.receives, ours.receives and remote.sends
    if sends:
        return MediaDirection.SENDRECV if receives else MediaDirection.SENDONLY
    return MediaDirection.RECVONLY if receives else MediaDirection.INACTIVE


_FACING = {(ours, remote): _facing(ours, remote) for ours in MediaDirection for remote in MediaDirection}
_DIRECTIONS = {direction.value: direction for direction in MediaDirection}


@dataclass(frozen=True, slots=True)
class Codec:
    """One payload format.

    Args:
        payload_type: the number on the wire.
        name: encoding name in upper case, such as "PCMU".
        clock_rate: in Hz.
        fmtp: its format parameters as the peer wrote them, or None.
    """

    payload_type: int
    name: str
    clock_rate: int
    fmtp: str | None = None


@dataclass(slots=True)
class AudioStream:
    """One audio stream as its m= line describes it.

    Args:
        address: IP literal where the peer listens; unspecified when it holds the call in the old way.
        port: where it listens for RTP.
        rtcp: where it listens for RTCP.
        encodings: payload type to name and clock rate, in the order of preference of the m= line.
        fmtp: payload type, as text, to format parameters.
        direction: as the peer sees it.
        ptime_ms: packet time that the peer wants to receive.
    """

    address: str
    port: int
    rtcp: tuple[str, int]
    encodings: dict[int, tuple[str, int]]
    fmtp: dict[str, str]
    direction: MediaDirection
    ptime_ms: int

    def common(self, names: Collection[str]) -> list[Codec]:
        """The speech codecs among `names`, in the peer's order, each name once."""
        found: dict[str, Codec] = {}
        for number, (name, rate) in self.encodings.items():
            if rate == CLOCK_RATE and name in names and name not in found:
                found[name] = Codec(number, name, rate, self.fmtp.get(str(number)))
        return list(found.values())

    def events(self) -> int | None:
        """The payload type for telephone-event at our clock rate, or None."""
        for number, encoding in self.encodings.items():
            if encoding == (EVENTS, CLOCK_RATE):
                return number
        return None


def read_audio(session: SessionDescription, medium: MediaDescription, family: str) -> AudioStream:
    """Read one m= line whose port is not 0.

    Args:
        session: for what is inherited from it.
        medium: an audio stream over RTP.
        family: "IP4" or "IP6", that of our own address.

    Raises:
        SdpError: malformed, or without an address.
        NotAcceptable: the peer's address is none that we can send to.
    """
    rtpmap: dict[str, tuple[str, int] | None] = {}
    fmtp: dict[str, str] = {}
    plain: dict[str, str | None] = {}
    direction: MediaDirection | None = None
    for written, value in medium.attributes:
        name = written.strip().lower()
        if value is None or not value.strip():
            direction = _DIRECTIONS.get(name, direction)
        elif name == "rtpmap":
            number, encoding = [*value.split(None, 1), ""][:2]
            rtpmap[number] = _encoding(encoding[:_LONGEST_CACHED])
        elif name == "fmtp":
            number, parameters = [*value.split(None, 1), ""][:2]
            fmtp[number] = parameters
        else:
            plain[name] = value.strip()
    encodings: dict[int, tuple[str, int]] = {}
    for number in medium.formats:
        default = _DEFAULT_ENCODINGS.get(number)
        encoding_of = rtpmap.get(number, default)
        if default is not None and default[0] in STATIC and (encoding_of is None or _unknown(encoding_of)):
            encoding_of = default  # RFC 3551: a static type is what it is, whatever it is called
        if encoding_of is not None:
            encodings.setdefault(_payload_type(number), encoding_of)
    address, held = _address(session, medium, family)
    if direction is None:
        direction = _session_direction(session)
    if held and direction is not MediaDirection.SENDONLY:
        # A peer of that age may not mean its sendrecv; one that says sendonly has music to play.
        direction = MediaDirection.INACTIVE
    return AudioStream(
        address,
        medium.port,
        _rtcp(plain.get("rtcp"), address, medium.port),
        encodings,
        fmtp,
        direction,
        _ptime(plain.get("ptime"), plain.get("maxptime")),
    )


@lru_cache(maxsize=512)
def _encoding(text: str) -> tuple[str, int] | None:
    """Name in upper case and clock rate of an rtpmap; None for what we could not use anyway, such as stereo.

    RFC 8866 section 6.6: encoding "/" clock-rate ["/" encoding-params]
    """
    fields = [field.strip() for field in text.split("/")]
    if len(fields) < 2 or not _is_number(fields[1]) or fields[2:] not in ([], ["1"], [""]):
        return None
    name = fields[0].upper()
    return _SPELLINGS.get(name, name), int(fields[1])


def _unknown(encoding: tuple[str, int]) -> bool:
    return encoding[0] not in STATIC and encoding[1] == CLOCK_RATE


@lru_cache(maxsize=256)
def _payload_type(text: str) -> int:
    if not _is_number(text) or int(text) > 127:
        raise SdpError("a payload type in m= is not a number up to 127")
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 9


def family_of(address: str) -> str | None:
    """ "IP4" or "IP6" for a unicast or unspecified IP literal, None for anything else."""
    return _family_of(address) if len(address) <= _LONGEST_CACHED else None


@lru_cache(maxsize=4096)
def _family_of(address: str) -> str | None:
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    if parsed.is_multicast or address == "255.255.255.255":
        return None
    return f"IP{parsed.version}"


@lru_cache(maxsize=4096)
def is_unspecified(address: str) -> bool:
    """Whether an IP literal is 0.0.0.0 or ::, which nobody can be reached at."""
    return ip_address(address).is_unspecified


def _address(session: SessionDescription, medium: MediaDescription, family: str) -> tuple[str, bool]:
    """Where the peer listens, and whether that says "hold" in the way of RFC 2543 (RFC 3264 section 8.4)."""
    connection = medium.connection or session.connection
    if connection is None:
        raise SdpError("neither the session nor the stream has a c= line")
    # Deviation: some devices write "/127", which belongs to multicast, behind any address.
    address = connection.address.partition("/")[0].strip("[]")
    if address in ("0.0.0.0", "::"):
        return address, True
    # Deviation: a host name is allowed by the grammar, but resolving it would hold up the call.
    if family_of(address) != family:
        raise NotAcceptable(f"the media address is not a unicast {family} address")
    return address, False


def _session_direction(session: SessionDescription) -> MediaDirection:
    for name, value in session.attributes:
        direction = _DIRECTIONS.get(name.strip().lower())
        if direction is not None and (value is None or not value.strip()):
            return direction
    return MediaDirection.SENDRECV


def _rtcp(value: str | None, address: str, port: int) -> tuple[str, int]:
    """Where RTCP goes: RFC 3605 section 2.1 or else the next port (RFC 3550 section 11).

    rtcp-attribute = "a=rtcp:" port [nettype space addrtype space connection-address] CRLF
    """
    if value is not None:
        fields = value.split()
        if fields and _is_number(fields[0]) and 0 < int(fields[0]) <= 65535:
            other = fields[3] if len(fields) == 4 and family_of(fields[3]) == family_of(address) else address
            return other, int(fields[0])
    return address, min(port + 1, 65535)


def _ptime(ptime: str | None, maxptime: str | None) -> int:
    """The packet time to send: what the peer asks for if that is 10, 20 ... 60 ms, within its maximum."""
    wanted = int(ptime) if ptime is not None and _is_number(ptime) else _DEFAULT_PTIME
    if wanted % 10 or not 10 <= wanted <= 60:
        wanted = _DEFAULT_PTIME
    if maxptime is not None and _is_number(maxptime) and int(maxptime) < wanted:
        wanted = max(10, int(maxptime) // 10 * 10)
    return wanted

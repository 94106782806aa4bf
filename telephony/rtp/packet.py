"""The RTP packet on the wire (RFC 3550 section 5).

Two ways in: `RtpPacket.parse` for callers that want every field, and `HEADER` with `payload_of` for the media
tick, which makes no object per packet. Control packets are in `rtcp`; what the numbers mean over time is in
`reception`, `jitter` and `pacing`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

HEADER = struct.Struct("!BBHLL")
"""The fixed header: first byte (V, P, X, CC), marker and payload type, sequence, timestamp, SSRC."""
HEADER_SIZE = HEADER.size

VERSION_BYTE = 0x80
"""First byte of a packet of version 2 with no padding, extension or contributing sources."""
MARKER = 0x80
"""The marker bit within the second byte; the rest is the payload type."""

_WORD = struct.Struct("!L")
_EXTENSION = struct.Struct("!HH")


class RtpError(ValueError):
    """The datagram is not a valid RTP packet, or a field does not fit into one."""


def payload_of(data: bytes) -> bytes | None:
    """The payload of a datagram, without building an object; None when it is no valid RTP packet.

    The one test of the plain twelve-byte header covers nearly every packet of a telephone call. The other
    fields are read with `HEADER.unpack_from(data)` once this has said that the header is there.
    """
    if len(data) >= HEADER_SIZE and data[0] == VERSION_BYTE:
        return data[HEADER_SIZE:]
    try:
        start, end = _payload_bounds(data)
    except RtpError:
        return None
    return data[start:end]


def is_rtcp(data: bytes) -> bool:
    """Whether a datagram is RTCP rather than RTP, by the packet types that RFC 5761 section 4 keeps apart."""
    return len(data) >= 8 and data[0] & 0xC0 == VERSION_BYTE and 192 <= data[1] <= 223


def _payload_bounds(data: bytes) -> tuple[int, int]:
    """Start and end of the payload, with every length field checked (RFC 3550 appendix A.1)."""
    end = len(data)
    if end < HEADER_SIZE:
        raise RtpError(f"{end} bytes are less than a header")
    first = data[0]
    if first >> 6 != 2:
        raise RtpError(f"version {first >> 6}")
    start = HEADER_SIZE + 4 * (first & 0x0F)
    if first & 0x10:
        if start + 4 > end:
            raise RtpError("extension header cut off")
        start += 4 + 4 * _EXTENSION.unpack_from(data, start)[1]
    if start > end:
        raise RtpError("contributing sources or extension cut off")
    if first & 0x20:
        padding = data[-1]
        if not 0 < padding <= end - start:
            raise RtpError(f"{padding} bytes of padding in {end - start}")
        end -= padding
    return start, end


@dataclass(slots=True)
class RtpPacket:
    """One packet with every field.

    Args:
        payload_type: 0..127.
        sequence: 0..65535.
        timestamp: 32 bits, in units of the payload's clock.
        ssrc: 32 bits, the sender.
        payload: without padding.
        marker: for speech, the first packet of a talkspurt (RFC 3551 section 4.1).
        csrc: up to 15 contributing sources.
        extension: profile-defined number and data (whole 32-bit words) of the header extension, or None.
    """

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    marker: bool = False
    csrc: tuple[int, ...] = ()
    extension: tuple[int, bytes] | None = None

    @classmethod
    def parse(cls, data: bytes) -> RtpPacket:
        """Read a datagram. Raises `RtpError` when any length in it does not add up."""
        start, end = _payload_bounds(data)
        first, second, sequence, timestamp, ssrc = HEADER.unpack_from(data)
        after_csrc = HEADER_SIZE + 4 * (first & 0x0F)
        csrc = tuple(_WORD.unpack_from(data, offset)[0] for offset in range(HEADER_SIZE, after_csrc, 4))
        extension = None
        if first & 0x10:
            extension = (_EXTENSION.unpack_from(data, after_csrc)[0], data[after_csrc + 4 : start])
        return cls(
            second & 0x7F, sequence, timestamp, ssrc, data[start:end], second >= MARKER, csrc, extension
        )

    def pack(self) -> bytes:
        """The datagram, never padded. Raises `RtpError` when a field is out of range."""
        first = VERSION_BYTE | len(self.csrc)
        if len(self.csrc) > 15 or not 0 <= self.payload_type <= 127:
            raise RtpError("more than 15 contributing sources, or a payload type beyond 127")
        extension = b""
        if self.extension is not None:
            first |= 0x10
            profile, words = self.extension
            if len(words) % 4:
                raise RtpError("a header extension is made of 32-bit words")
            extension = _pack(_EXTENSION, profile, len(words) // 4) + words
        second = self.payload_type | (MARKER if self.marker else 0)
        header = _pack(HEADER, first, second, self.sequence, self.timestamp, self.ssrc)
        return header + b"".join(_pack(_WORD, source) for source in self.csrc) + extension + self.payload


def _pack(layout: struct.Struct, *fields: int) -> bytes:
    try:
        return layout.pack(*fields)
    except struct.error as error:
        raise RtpError(f"field out of range: {error}") from error

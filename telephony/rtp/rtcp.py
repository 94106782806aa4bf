"""RTCP packets on the wire (RFC 3550 section 6): reports, source descriptions, goodbyes.

`parse_compound` and `pack_compound` are the two ways through. Kinds that are not known here (APP, the
feedback of RFC 4585, extended reports) are kept as they came. When to report what is left to the caller,
the figures of a report to `reception`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

_HEADER = struct.Struct("!BBH")
_WORD = struct.Struct("!L")
_SENDER = struct.Struct("!LQLLL")
_BLOCK = struct.Struct("!LLLLLL")

SR, RR, SDES, BYE, APP = 200, 201, 202, 203, 204

_NTP_EPOCH = 2_208_988_800
"""Seconds from 1900 to 1970 (RFC 868)."""


class RtcpError(ValueError):
    """The datagram is not valid RTCP, or a field does not fit into it."""


def ntp_from_unix(seconds: float) -> int:
    """The 64-bit NTP timestamp (RFC 3550 section 4) of a time in seconds since 1970."""
    return round((seconds + _NTP_EPOCH) * 4294967296) & 0xFFFFFFFFFFFFFFFF


def ntp_middle(timestamp: int) -> int:
    """The middle 32 bits of an NTP timestamp, in units of 1/65536 s, as in LSR (RFC 3550 section 6.4.1)."""
    return timestamp >> 16 & 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """What one receiver says of one source (RFC 3550 section 6.4.1).

    Args:
        ssrc: the source.
        fraction_lost: since the report before, in 1/256.
        lost: in all, -0x800000..0x7FFFFF; negative when there were more duplicates than losses.
        highest_sequence: with the count of wraps in the upper 16 bits.
        jitter: in timestamp units.
        last_sr: middle 32 bits of the NTP timestamp of the last sender report, 0 for none.
        delay_since_last_sr: in 1/65536 s.
    """

    ssrc: int
    fraction_lost: int
    lost: int
    highest_sequence: int
    jitter: int
    last_sr: int
    delay_since_last_sr: int


@dataclass(frozen=True, slots=True)
class SenderReport:
    """SR: `ntp` and `rtp_timestamp` name one moment; `packets` and `octets` (payload) are since the start."""

    ssrc: int
    ntp: int
    rtp_timestamp: int
    packets: int
    octets: int
    reports: tuple[ReportBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiverReport:
    """RR: the report of one that has sent nothing lately."""

    ssrc: int
    reports: tuple[ReportBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceDescription:
    """SDES: for each source its items as type (1 is CNAME) and text, which is carried as bytes."""

    chunks: tuple[tuple[int, tuple[tuple[int, bytes], ...]], ...]

    @classmethod
    def cname(cls, ssrc: int, name: str) -> SourceDescription:
        """The one description that every compound packet must hold (RFC 3550 section 6.1)."""
        return cls(((ssrc, ((1, name.encode()),)),))


@dataclass(frozen=True, slots=True)
class Goodbye:
    """BYE: these sources have left."""

    ssrcs: tuple[int, ...]
    reason: bytes = b""


@dataclass(frozen=True, slots=True)
class OtherRtcp:
    """Any other packet: `count` is the last five bits of its first byte, `body` all after four bytes."""

    packet_type: int
    count: int
    body: bytes


RtcpPacket: TypeAlias = SenderReport | ReceiverReport | SourceDescription | Goodbye | OtherRtcp


def parse_compound(data: bytes) -> list[RtcpPacket]:
    """Read a datagram of one or more RTCP packets.

    Deviation: a compound need not begin with a report, as RFC 5506 allows reduced-size packets.

    Raises:
        RtcpError: a length does not add up, or a version is not 2.
    """
    packets = []
    offset = 0
    while offset < len(data):
        if offset + 4 > len(data):
            raise RtcpError("header cut off")
        first, kind, words = _HEADER.unpack_from(data, offset)
        if first >> 6 != 2:
            raise RtcpError(f"version {first >> 6}")
        end = offset + 4 + 4 * words
        if end > len(data):
            raise RtcpError("packet cut off")
        body = data[offset + 4 : end]
        if first & 0x20:
            body = _unpad(body, last=end == len(data))
        packets.append(_parse_one(kind, first & 0x1F, body))
        offset = end
    if not packets:
        raise RtcpError("empty")
    return packets


def pack_compound(packets: Iterable[RtcpPacket]) -> bytes:
    """The datagram of these packets. Raises `RtcpError` when a field is out of range."""
    try:
        return b"".join(_pack_one(packet) for packet in packets)
    except (struct.error, OverflowError) as error:
        raise RtcpError(f"field out of range: {error}") from error


def _unpad(body: bytes, *, last: bool) -> bytes:
    """Take off the padding, which only the last packet of a compound may have (RFC 3550 section 6.4.1)."""
    padding = body[-1] if body else 0
    if not last or not 0 < padding <= len(body) or padding % 4:
        raise RtcpError("bad padding")
    return body[:-padding]


def _parse_one(kind: int, count: int, body: bytes) -> RtcpPacket:
    if kind in (SR, RR):
        return _parse_report(kind, count, body)
    if kind == SDES:
        return _parse_sdes(count, body)
    if kind == BYE:
        return _parse_bye(count, body)
    return OtherRtcp(kind, count, body)


def _parse_report(kind: int, count: int, body: bytes) -> SenderReport | ReceiverReport:
    start = _SENDER.size if kind == SR else _WORD.size
    if len(body) < start + count * _BLOCK.size:
        raise RtcpError("report cut off")
    # What follows the blocks is a profile's extension (RFC 3550 section 6.4.3); the one for audio has none.
    blocks = tuple(_parse_block(body, start + number * _BLOCK.size) for number in range(count))
    if kind == SR:
        ssrc, ntp, timestamp, packets, octets = _SENDER.unpack_from(body)
        return SenderReport(ssrc, ntp, timestamp, packets, octets, blocks)
    return ReceiverReport(_WORD.unpack_from(body)[0], blocks)


def _parse_block(body: bytes, offset: int) -> ReportBlock:
    ssrc, loss, highest, jitter, last_sr, delay = _BLOCK.unpack_from(body, offset)
    lost = loss & 0xFFFFFF
    if lost >= 0x800000:
        lost -= 0x1000000
    return ReportBlock(ssrc, loss >> 24, lost, highest, jitter, last_sr, delay)


def _parse_sdes(count: int, body: bytes) -> SourceDescription:
    chunks = []
    offset = 0
    for _ in range(count):
        if offset + 4 > len(body):
            raise RtcpError("source description cut off")
        ssrc = _WORD.unpack_from(body, offset)[0]
        offset += 4
        items = []
        while offset < len(body) and body[offset]:
            if offset + 2 > len(body) or offset + 2 + body[offset + 1] > len(body):
                raise RtcpError("source description item cut off")
            end = offset + 2 + body[offset + 1]
            items.append((body[offset], body[offset + 2 : end]))
            offset = end
        offset = (offset // 4 + 1) * 4  # the list ends in a zero byte, then up to the next word
        if offset > len(body):
            raise RtcpError("source description without its end")
        chunks.append((ssrc, tuple(items)))
    return SourceDescription(tuple(chunks))


def _parse_bye(count: int, body: bytes) -> Goodbye:
    if len(body) < 4 * count:
        raise RtcpError("goodbye cut off")
    ssrcs = struct.unpack_from(f"!{count}L", body)
    reason = body[4 * count :]
    if reason and reason[0] > len(reason) - 1:
        raise RtcpError("reason of the goodbye cut off")
    return Goodbye(ssrcs, reason[1 : 1 + reason[0]] if reason else b"")


def _pack_one(packet: RtcpPacket) -> bytes:
    if isinstance(packet, SenderReport):
        sender = _SENDER.pack(
            packet.ssrc,
            packet.ntp,
            packet.rtp_timestamp,
            packet.packets & 0xFFFFFFFF,
            packet.octets & 0xFFFFFFFF,
        )
        return _frame(SR, len(packet.reports), sender + b"".join(map(_pack_block, packet.reports)))
    if isinstance(packet, ReceiverReport):
        blocks = b"".join(map(_pack_block, packet.reports))
        return _frame(RR, len(packet.reports), _WORD.pack(packet.ssrc) + blocks)
    if isinstance(packet, SourceDescription):
        return _frame(SDES, len(packet.chunks), b"".join(_pack_chunk(*chunk) for chunk in packet.chunks))
    if isinstance(packet, Goodbye):
        reason = struct.pack("!B", len(packet.reason)) + packet.reason if packet.reason else b""
        body = struct.pack(f"!{len(packet.ssrcs)}L", *packet.ssrcs) + reason
        return _frame(BYE, len(packet.ssrcs), body + bytes(-len(body) % 4))
    return _frame(packet.packet_type, packet.count, packet.body)


def _pack_block(block: ReportBlock) -> bytes:
    if not 0 <= block.fraction_lost <= 255 or not -0x800000 <= block.lost <= 0x7FFFFF:
        raise RtcpError("loss out of range")
    loss = block.fraction_lost << 24 | block.lost & 0xFFFFFF
    delay = block.delay_since_last_sr
    return _BLOCK.pack(block.ssrc, loss, block.highest_sequence, block.jitter, block.last_sr, delay)


def _pack_chunk(ssrc: int, items: tuple[tuple[int, bytes], ...]) -> bytes:
    if any(kind == 0 for kind, _ in items):
        raise RtcpError("item type 0 is the end of the list")
    body = _WORD.pack(ssrc) + b"".join(struct.pack("!BB", kind, len(text)) + text for kind, text in items)
    return body + bytes(4 - len(body) % 4)


def _frame(kind: int, count: int, body: bytes) -> bytes:
    if count > 31 or len(body) % 4:
        raise RtcpError("more than 31 parts, or a body that is not made of 32-bit words")
    return _HEADER.pack(0x80 | count, kind, len(body) // 4) + body

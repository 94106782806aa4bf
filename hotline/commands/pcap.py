"""Packet captures for Wireshark and tshark: SIP messages with IP and UDP headers of our own.

The format is libpcap's (draft-ietf-opsawg-pcap), with raw IP packets (LINKTYPE_RAW) and microseconds. What
came over TCP is written as UDP as well: what was traced is messages, not segments.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address

_MAGIC = 0xA1B2C3D4
_LINKTYPE_RAW = 101
_LONGEST = 65535
_UDP = 17
_HOPS = 64


@dataclass(frozen=True, slots=True)
class Packet:
    """One message on its way.

    Args:
        at: Unix seconds.
        source, destination: address and port.
        data: the message; what no datagram can carry of it is cut off.
    """

    at: float
    source: tuple[str, int]
    destination: tuple[str, int]
    data: bytes


def capture(packets: Iterable[Packet]) -> bytes:
    """A whole capture file."""
    parts = [struct.pack("<IHHiIII", _MAGIC, 2, 4, 0, 0, _LONGEST, _LINKTYPE_RAW)]
    for packet in packets:
        data = datagram(packet)
        seconds, microseconds = divmod(round(packet.at * 1_000_000), 1_000_000)
        parts.append(struct.pack("<IIII", seconds, microseconds, len(data), len(data)) + data)
    return b"".join(parts)


def datagram(packet: Packet) -> bytes:
    """A message as an IP packet (RFC 791, RFC 8200) with UDP (RFC 768)."""
    source, destination = (
        ip_address(host.partition("%")[0]) for host in (packet.source[0], packet.destination[0])
    )
    is_ipv4 = source.version == destination.version == 4
    if not is_ipv4:  # both or neither: a flow has one family
        source, destination = (
            each if each.version == 6 else ip_address(f"::ffff:{each}") for each in (source, destination)
        )
    data = packet.data[: _LONGEST - 20 - 8]
    length = 8 + len(data)
    ports = struct.pack("!HH", packet.source[1], packet.destination[1])
    pseudo = source.packed + destination.packed + struct.pack("!II", length, _UDP)
    checksum = _checksum(pseudo + ports + struct.pack("!HH", length, 0) + data) or 0xFFFF
    udp = ports + struct.pack("!HH", length, checksum) + data
    if not is_ipv4:
        return struct.pack("!IHBB", 6 << 28, length, _UDP, _HOPS) + source.packed + destination.packed + udp
    addresses = source.packed + destination.packed
    header = struct.pack("!BBHHHBB", 0x45, 0, 20 + length, 0, 0x4000, _HOPS, _UDP)
    return header + struct.pack("!H", _checksum(header + b"\0\0" + addresses)) + addresses + udp


def _checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF

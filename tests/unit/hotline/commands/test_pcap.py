"""Captures: read back byte by byte, and by tshark where there is one."""

from __future__ import annotations

import shutil
import struct
import subprocess
from ipaddress import ip_address
from pathlib import Path

import pytest

from hotline.commands.pcap import Packet, capture

INVITE = (
    b"INVITE sip:4900@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5062;branch=z9hG4bK1\r\n"
    b"From: <sip:a@b>;tag=1\r\nTo: <sip:4900@192.0.2.1>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n"
    b"Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
)
FOUR = Packet(1_700_000_000.25, ("192.0.2.9", 5062), ("192.0.2.1", 5060), INVITE)
SIX = Packet(1_700_000_001.999999, ("2001:db8::9", 5062), ("2001:db8::1", 5060), INVITE + b"x")


def records(data: bytes) -> list[tuple[float, bytes]]:
    """The packets of a capture file, read as its format says."""
    magic, major, minor, _, _, longest, kind = struct.unpack_from("<IHHiIII", data)
    assert (magic, major, minor, kind) == (0xA1B2C3D4, 2, 4, 101)
    found, at = [], 24
    while at < len(data):
        seconds, microseconds, kept, length = struct.unpack_from("<IIII", data, at)
        assert kept == length <= longest
        found.append((seconds + microseconds / 1e6, data[at + 16 : at + 16 + kept]))
        at += 16 + kept
    assert at == len(data)
    return found


def checks(data: bytes) -> bool:
    """Whether words, their checksum among them, add up to ones (RFC 1071)."""
    data += b"\0" * (len(data) % 2)
    return sum(struct.unpack(f"!{len(data) // 2}H", data)) % 0xFFFF == 0


def test_ipv4() -> None:
    ((at, packet),) = records(capture([FOUR]))
    assert at == pytest.approx(FOUR.at, abs=1e-6)
    version, _, total, _, _, _, protocol = struct.unpack_from("!BBHHHBB", packet)
    assert (version, total, protocol) == (0x45, len(packet), 17)
    assert checks(packet[:20])
    assert (packet[12:16], packet[16:20]) == tuple(
        ip_address(host).packed for host in ("192.0.2.9", "192.0.2.1")
    )
    assert struct.unpack_from("!HHH", packet, 20) == (5062, 5060, 8 + len(INVITE))
    assert checks(packet[12:20] + struct.pack("!HH", 17, len(packet) - 20) + packet[20:])
    assert packet[28:] == INVITE


def test_ipv6_and_an_odd_length() -> None:
    ((at, packet),) = records(capture([SIX]))
    assert at == pytest.approx(SIX.at, abs=1e-6)
    first, length, following = struct.unpack_from("!IHB", packet)
    assert (first >> 28, length, following) == (6, len(packet) - 40, 17)
    assert checks(packet[8:40] + struct.pack("!II", length, 17) + packet[40:])
    assert packet[48:] == INVITE + b"x"


def test_what_no_datagram_can_carry_is_cut_off() -> None:
    ((_, packet),) = records(capture([Packet(0.0, FOUR.source, FOUR.destination, b"x" * 70_000)]))
    assert len(packet) == 65_535


def test_the_scope_of_an_address_is_left_out() -> None:
    ((_, packet),) = records(capture([Packet(0.0, ("fe80::1%eth0", 5060), ("fe80::2", 5060), b"x")]))
    assert packet[8:24] == ip_address("fe80::1").packed


@pytest.mark.skipif(shutil.which("tshark") is None, reason="needs tshark: apt-get install tshark")
def test_tshark_reads_it(tmp_path: Path) -> None:
    (tmp_path / "c.pcap").write_bytes(capture([FOUR, SIX]))
    fields = ["-e", "sip.Method", "-e", "sip.Call-ID", "-e", "udp.checksum.status"]
    options = ["-o", "udp.check_checksum:TRUE", "-T", "fields", *fields]
    done = subprocess.run(
        ["tshark", "-r", tmp_path / "c.pcap", *options], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["INVITE\tx\t1", "INVITE\tx\t1"]

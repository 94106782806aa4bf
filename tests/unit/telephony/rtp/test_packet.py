from __future__ import annotations

import pytest

from telephony.rtp.packet import HEADER, RtpError, RtpPacket, is_rtcp, payload_of

PLAIN = bytes.fromhex("80 80 1234 00000064 deadbeef") + b"speech"


def test_a_plain_packet_is_read_field_by_field() -> None:
    assert RtpPacket.parse(PLAIN) == RtpPacket(0, 0x1234, 100, 0xDEADBEEF, b"speech", marker=True)
    assert payload_of(PLAIN) == b"speech"


def test_the_header_struct_reads_the_fixed_fields_in_place() -> None:
    assert HEADER.unpack_from(PLAIN) == (0x80, 0x80, 0x1234, 100, 0xDEADBEEF)


def test_contributing_sources_extension_and_padding_are_taken_apart() -> None:
    data = bytes.fromhex("b2 08 0001 00000002 00000003 0000000a 0000000b bede 0001 01020304") + b"xyz\0\0\3"
    packet = RtpPacket.parse(data)
    assert packet == RtpPacket(8, 1, 2, 3, b"xyz", csrc=(10, 11), extension=(0xBEDE, b"\1\2\3\4"))
    assert payload_of(data) == b"xyz"


def test_packing_gives_back_what_was_parsed_without_the_padding() -> None:
    data = bytes.fromhex("92 88 0001 00000002 00000003 0000000a 0000000b bede 0001 01020304") + b"xyz"
    assert RtpPacket.parse(data).pack() == data


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "less than a header"),
        (PLAIN[:11], "less than a header"),
        (b"\x40" + PLAIN[1:], "version 1"),
        (b"\x8f" + PLAIN[1:], "cut off"),
        (b"\x90" + PLAIN[1:14], "extension header cut off"),
        (b"\x90" + PLAIN[1:12] + b"\0\0\0\2abcd", "cut off"),
        (b"\xa0" + PLAIN[1:12] + b"ab\0", "padding"),
        (b"\xa0" + PLAIN[1:12] + b"ab\4", "padding"),
        (b"\xa0" + PLAIN[1:11] + b"\1", "padding"),
    ],
)
def test_lengths_that_do_not_add_up_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(RtpError, match=reason):
        RtpPacket.parse(data)
    assert payload_of(data) is None


def test_a_packet_may_be_all_padding() -> None:
    assert RtpPacket.parse(b"\xa0" + PLAIN[1:12] + b"\0\2").payload == b""


@pytest.mark.parametrize(
    "packet",
    [
        RtpPacket(128, 0, 0, 0, b""),
        RtpPacket(0, 65536, 0, 0, b""),
        RtpPacket(0, 0, -1, 0, b""),
        RtpPacket(0, 0, 0, 1 << 32, b""),
        RtpPacket(0, 0, 0, 0, b"", csrc=(0,) * 16),
        RtpPacket(0, 0, 0, 0, b"", csrc=(-1,)),
        RtpPacket(0, 0, 0, 0, b"", extension=(0, b"abc")),
        RtpPacket(0, 0, 0, 0, b"", extension=(65536, b"")),
    ],
)
def test_fields_out_of_range_are_not_packed(packet: RtpPacket) -> None:
    with pytest.raises(RtpError):
        packet.pack()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (bytes.fromhex("80c8000100000000"), True),
        (bytes.fromhex("81c9000700000000"), True),
        (bytes.fromhex("80cc0001000000"), False),
        (bytes.fromhex("8080000100000000"), False),
        (bytes.fromhex("8060000100000000"), False),
        (bytes.fromhex("40c8000100000000"), False),
    ],
)
def test_rtcp_is_told_from_rtp_by_its_second_byte(data: bytes, expected: bool) -> None:
    assert is_rtcp(data) is expected

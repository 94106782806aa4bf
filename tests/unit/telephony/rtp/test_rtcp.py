from __future__ import annotations

import pytest

from telephony.rtp.rtcp import (
    Goodbye,
    OtherRtcp,
    ReceiverReport,
    ReportBlock,
    RtcpError,
    RtcpPacket,
    SenderReport,
    SourceDescription,
    ntp_from_unix,
    ntp_middle,
    pack_compound,
    parse_compound,
)

BLOCK = ReportBlock(0xAABBCCDD, 64, -3, 0x00010005, 17, 0x12345678, 65536)


def test_a_compound_of_report_description_and_goodbye_is_read_in_order() -> None:
    data = bytes.fromhex(
        "81c8000c 00000001 e000000080000000 00000064 00000005 00000320"
        "aabbccdd 40fffffd 00010005 00000011 12345678 00010000"
        "81ca0003 00000001 0104 61406263 0000"
        "81cb0002 00000001 02 6f6b 00"
    )
    assert parse_compound(data) == [
        SenderReport(1, 0xE000000080000000, 100, 5, 800, (BLOCK,)),
        SourceDescription(((1, ((1, b"a@bc"),)),)),
        Goodbye((1,), b"ok"),
    ]


@pytest.mark.parametrize(
    "packet",
    [
        SenderReport(1, 2, 3, 4, 5),
        SenderReport(1, 2, 3, 4, 5, (BLOCK, BLOCK)),
        ReceiverReport(1, (BLOCK,)),
        SourceDescription(()),
        SourceDescription.cname(7, "x@host"),
        SourceDescription(((1, ((1, b"abc"), (2, b""))), (2, ()))),
        Goodbye(()),
        Goodbye((1, 2, 3), b"leaving"),
        OtherRtcp(204, 3, b"\0\0\0\1nameabcd"),
        OtherRtcp(206, 1, b""),
    ],
    ids=lambda packet: type(packet).__name__,
)
def test_what_is_packed_is_parsed_again(packet: RtcpPacket) -> None:
    data = pack_compound([packet])
    assert len(data) % 4 == 0
    assert parse_compound(data) == [packet]


def test_packets_of_kinds_not_known_are_kept() -> None:
    data = bytes.fromhex("80c9000100000001 83cc0002000000016e616d65")
    assert parse_compound(data)[1] == OtherRtcp(204, 3, b"\0\0\0\1name")


def test_padding_of_the_last_packet_is_taken_off() -> None:
    assert parse_compound(bytes.fromhex("a0c90002 00000001 00000004")) == [ReceiverReport(1)]


def test_a_profile_extension_after_the_blocks_is_passed_over() -> None:
    assert parse_compound(bytes.fromhex("80c90002 00000001 ffffffff")) == [ReceiverReport(1)]


def test_a_goodbye_without_a_reason_has_none() -> None:
    assert parse_compound(bytes.fromhex("81cb000100000001")) == [Goodbye((1,))]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "empty"),
        ("80c9", "header cut off"),
        ("40c9000100000001", "version 1"),
        ("80c9000200000001", "packet cut off"),
        ("81c9000100000001", "report cut off"),
        ("80c8000100000001", "report cut off"),
        ("81ca000100000001", "without its end"),
        ("81ca0000", "source description cut off"),
        ("81ca000200000001 01ff6162", "item cut off"),
        ("81ca000200000001 00000000 80c9", "header cut off"),
        ("82cb000100000001", "goodbye cut off"),
        ("81cb000200000001 05616263", "reason of the goodbye"),
        ("a0c9000100000000", "padding"),
        ("a0c9000100000003", "padding"),
        ("a0c9000200000001 00000004 80c9000100000001", "padding"),
    ],
)
def test_lengths_that_do_not_add_up_are_refused(data: str, reason: str) -> None:
    with pytest.raises(RtcpError, match=reason):
        parse_compound(bytes.fromhex(data))


@pytest.mark.parametrize(
    "packet",
    [
        ReceiverReport(-1),
        ReceiverReport(1, (BLOCK,) * 32),
        ReceiverReport(1, (ReportBlock(1, 256, 0, 0, 0, 0, 0),)),
        ReceiverReport(1, (ReportBlock(1, 0, 0x800000, 0, 0, 0, 0),)),
        SourceDescription(((1, ((1, bytes(256)),)),)),
        SourceDescription(((1, ((0, b"x"),)),)),
        Goodbye((1,), bytes(256)),
        OtherRtcp(204, 0, b"odd"),
        OtherRtcp(256, 0, b""),
    ],
)
def test_fields_out_of_range_are_not_packed(packet: RtcpPacket) -> None:
    with pytest.raises(RtcpError):
        pack_compound([packet])


def test_counts_of_packets_and_octets_wrap_on_the_wire() -> None:
    (report,) = parse_compound(pack_compound([SenderReport(1, 2, 3, (1 << 32) + 4, (1 << 32) + 5)]))
    assert report == SenderReport(1, 2, 3, 4, 5)


def test_ntp_timestamps_count_from_1900_in_fractions_of_two_to_the_32() -> None:
    assert ntp_from_unix(0.5) == (2_208_988_800 << 32) + (1 << 31)
    assert ntp_middle(0x1111_2222_3333_4444) == 0x2222_3333

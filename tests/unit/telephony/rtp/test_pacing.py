from __future__ import annotations

from telephony.rtp.pacing import StreamClock
from telephony.rtp.packet import RtpPacket


def _read(header: bytes) -> tuple[int, int, int, bool]:
    packet = RtpPacket.parse(header)
    return packet.payload_type, packet.sequence, packet.timestamp, packet.marker


def test_speech_numbers_its_packets_and_marks_only_the_first() -> None:
    clock = StreamClock(8, ssrc=7, sequence=10, timestamp=1000)
    assert [_read(clock.next_header()) for _ in range(3)] == [
        (8, 10, 1000, True),
        (8, 11, 1160, False),
        (8, 12, 1320, False),
    ]
    assert RtpPacket.parse(clock.next_header()).ssrc == 7


def test_after_silence_the_timestamp_has_followed_the_clock_and_the_marker_is_set() -> None:
    clock = StreamClock(0, 7, 10, 1000)
    clock.next_header()
    for _ in range(50):
        clock.skip()
    assert _read(clock.next_header()) == (0, 11, 1160 + 50 * 160, True)
    assert _read(clock.next_header())[3] is False


def test_sequence_and_timestamp_wrap() -> None:
    clock = StreamClock(0, 7, 65535, 0xFFFFFFFF)
    assert _read(clock.next_header())[1:3] == (65535, 0xFFFFFFFF)
    assert _read(clock.next_header())[1:3] == (0, 159)


def test_an_event_keeps_its_timestamp_while_the_clock_of_the_stream_moves_on() -> None:
    clock = StreamClock(0, 7, 10, 1000)
    clock.next_header()
    start = clock.timestamp
    events = [_read(clock.event_header(101, start, marker=number == 0)) for number in range(3)]
    assert events == [(101, 11, 1160, True), (101, 12, 1160, False), (101, 13, 1160, False)]
    assert _read(clock.next_header()) == (0, 14, 1160 + 3 * 160, True)


def test_a_marker_can_be_asked_for_and_other_packet_times_sent() -> None:
    clock = StreamClock(0, 7, 10, 1000)
    clock.next_header(samples=240)
    assert _read(clock.next_header(marker=True, samples=240)) == (0, 11, 1240, True)


def test_packets_and_payload_octets_are_counted_for_sender_reports() -> None:
    clock = StreamClock(0, 7, 10, 1000)
    clock.next_header()
    clock.skip()
    clock.event_header(101, clock.timestamp, True)
    assert (clock.packets, clock.octets) == (2, 164)

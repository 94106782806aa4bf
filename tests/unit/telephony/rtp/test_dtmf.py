from __future__ import annotations

import struct

import pytest

from telephony.rtp.dtmf import DIGITS, DtmfPacket, DtmfReceiver, dtmf_packets


def _event(digit: str, duration: int, end: bool = False) -> bytes:
    return struct.pack("!BBH", DIGITS.index(digit), 0x8A if end else 10, duration)


def _press(digit: str, start: int, held: int = 800) -> list[tuple[int, bytes, bool]]:
    """Timestamp, payload and marker of each packet of one press."""
    updates = [(start, _event(digit, duration), duration == 160) for duration in range(160, held, 160)]
    return updates + [(start, _event(digit, held, end=True), False)] * 3


def _hear(packets: list[tuple[int, bytes, bool]], receiver: DtmfReceiver | None = None) -> str:
    receiver = receiver or DtmfReceiver()
    keys = [
        receiver.receive(timestamp & 0xFFFFFFFF, payload, marker, number * 0.02)
        for number, (timestamp, payload, marker) in enumerate(packets)
    ]
    return "".join(key for key in keys if key)


@pytest.mark.parametrize("digit", DIGITS)
def test_each_key_is_reported_once(digit: str) -> None:
    assert _hear(_press(digit, 1000)) == digit


def test_a_key_is_reported_by_its_first_packet() -> None:
    assert DtmfReceiver().receive(1000, _event("5", 160), True, 0.0) == "5"


@pytest.mark.parametrize("kept", [slice(0, 1), slice(2, 3), slice(-1, None)], ids=["start", "update", "end"])
def test_one_packet_of_a_press_is_enough(kept: slice) -> None:
    assert _hear(_press("7", 1000)[kept]) == "7"


def test_the_same_key_twice_is_two_keys_even_when_ends_and_starts_are_lost() -> None:
    first, second = _press("4", 1000), _press("4", 3000)
    assert _hear(first + second) == "44"
    assert _hear(first[:2] + second[2:]) == "44"
    assert _hear(first[-1:] + second[-1:]) == "44"


def test_presses_without_a_pause_between_them_are_told_apart() -> None:
    assert _hear(_press("4", 1000, 800) + _press("4", 1800, 800)) == "44"
    assert _hear(_press("4", 1000, 800) + _press("4", 1800, 800)[1:]) == "44"


def test_packets_of_an_older_press_that_come_late_are_ignored() -> None:
    first, second = _press("1", 1000), _press("2", 3000)
    assert _hear(first[:3] + second[:2] + first[3:] + second[2:]) == "12"


def test_duplicates_are_ignored() -> None:
    assert _hear([packet for packet in _press("9", 1000) for _ in range(3)]) == "9"


def test_timestamps_wrap() -> None:
    assert _hear(_press("1", 0xFFFFFFFF - 100) + _press("2", 0xFFFFFFFF + 2000)) == "12"


def test_a_source_that_restarts_with_older_timestamps_is_heard_after_a_second() -> None:
    receiver = DtmfReceiver()
    assert receiver.receive(1_000_000, _event("1", 160), True, 10.0) == "1"
    assert receiver.receive(1_000, _event("2", 160), True, 10.5) is None
    assert receiver.receive(1_000, _event("2", 160), True, 11.5) == "2"


def test_a_source_that_gives_all_events_one_timestamp_is_heard_key_by_key() -> None:
    receiver = DtmfReceiver()
    heard = []
    for press, digit in enumerate("1223"):
        for number, (_, payload, marker) in enumerate(_press(digit, 1000)):
            heard.append(receiver.receive(1000, payload, marker, press * 2 + number * 0.02))
    assert "".join(key for key in heard if key) == "1223"


def test_a_gateway_that_advances_the_timestamp_within_an_event_is_heard_once() -> None:
    packets = [
        (timestamp + number * 160, payload, marker)
        for number, (timestamp, payload, marker) in enumerate(_press("6", 1000))
    ]
    assert _hear(packets) == "6"


def test_a_long_event_in_segments_is_one_key_and_its_duration_adds_up() -> None:
    receiver = DtmfReceiver()
    packets = [(offset, payload, marker) for marker, offset, payload in dtmf_packets("3", 20_000)]
    assert _hear(packets, receiver) == "3"
    assert receiver.duration == 160_000
    assert receiver.ended


def test_a_long_event_is_one_key_though_a_whole_segment_is_lost() -> None:
    packets = [(offset, payload, marker) for marker, offset, payload in dtmf_packets("3", 20_000)]
    assert len({offset for offset, _, _ in packets}) == 3
    assert _hear([packet for packet in packets if packet[0] != 0xFFFF]) == "3"


def test_the_same_key_after_a_long_one_is_another_key() -> None:
    packets = [(offset, payload, marker) for marker, offset, payload in dtmf_packets("3", 20_000)]
    assert _hear(packets + _press("3", 200_000)[1:]) == "33"


def test_duration_and_end_are_known_once_heard() -> None:
    receiver = DtmfReceiver()
    packets = _press("8", 1000, held=800)
    _hear(packets[:2], receiver)
    assert (receiver.digit, receiver.duration, receiver.ended) == ("8", 320, False)
    _hear(packets[2:], receiver)
    assert (receiver.digit, receiver.duration, receiver.ended) == ("8", 800, True)


@pytest.mark.parametrize("payload", [b"", b"\1\x8a\0", bytes((16, 10, 0, 160)), bytes((255, 10, 0, 160))])
def test_short_payloads_and_events_that_are_no_keys_are_ignored(payload: bytes) -> None:
    assert DtmfReceiver().receive(1000, payload, True, 0.0) is None


def test_after_a_reset_the_same_timestamp_is_a_new_key() -> None:
    receiver = DtmfReceiver()
    assert receiver.receive(1000, _event("5", 160), True, 0.0) == "5"
    receiver.reset()
    assert receiver.receive(1000, _event("5", 160), True, 0.0) == "5"


def test_the_plan_of_a_key_has_one_marker_growing_durations_and_three_ends() -> None:
    assert dtmf_packets("#", 100, volume=7) == [
        DtmfPacket(True, 0, bytes((11, 7, 0x00, 0xA0))),
        DtmfPacket(False, 0, bytes((11, 7, 0x01, 0x40))),
        DtmfPacket(False, 0, bytes((11, 7, 0x01, 0xE0))),
        DtmfPacket(False, 0, bytes((11, 7, 0x02, 0x80))),
        *[DtmfPacket(False, 0, bytes((11, 0x87, 0x03, 0x20)))] * 3,
    ]


def test_a_very_short_key_begins_with_its_end() -> None:
    end = bytes((1, 0x8A, 0, 80))
    assert dtmf_packets("1", 10) == [
        DtmfPacket(True, 0, end),
        DtmfPacket(False, 0, end),
        DtmfPacket(False, 0, end),
    ]


def test_a_key_longer_than_a_segment_reports_the_full_one_without_ending_it() -> None:
    plan = dtmf_packets("1", 9_000)
    first = [packet.payload for packet in plan if packet.timestamp_offset == 0]
    second = [packet.payload for packet in plan if packet.timestamp_offset == 0xFFFF]
    assert first[-1] == bytes((1, 10, 0xFF, 0xFF))
    assert second[-1] == struct.pack("!BBH", 1, 0x8A, 72_000 - 0xFFFF)
    assert len(first) + len(second) == len(plan)
    assert [packet.marker for packet in plan].count(True) == 1


def test_letters_may_be_lower_case() -> None:
    assert dtmf_packets("d", 100) == dtmf_packets("D", 100)


@pytest.mark.parametrize(
    ("digit", "duration", "volume"),
    [("E", 100, 10), ("", 100, 10), ("12", 100, 10), ("1", 0, 10), ("1", 100, 64)],
)
def test_what_cannot_be_sent_is_refused(digit: str, duration: int, volume: int) -> None:
    with pytest.raises(ValueError, match="no such key"):
        dtmf_packets(digit, duration, volume)

from __future__ import annotations

from collections.abc import Iterable
from random import Random

import pytest

from telephony.rtp.jitter import FRAME, JitterBuffer

TICK = 0.02


def _payload(number: int, samples: int = FRAME) -> bytes:
    return bytes((number % 251,)) * samples


def _stream(count: int, samples: int = FRAME, start: int = 0) -> list[tuple[float, int, int, bytes]]:
    """Arrival, sequence, timestamp and payload of an undisturbed stream."""
    return [
        (
            number * samples / 8000,
            number & 0xFFFF,
            (start + number * samples) & 0xFFFFFFFF,
            _payload(number, samples),
        )
        for number in range(count)
    ]


def _play(
    buffer: JitterBuffer, packets: Iterable[tuple[float, int, int, bytes]], ticks: int, phase: float = 0.007
) -> list[bytes | None]:
    """Push each packet when it arrives and pop once a tick; what came out."""
    waiting = sorted(packets, key=lambda packet: packet[0])
    frames = []
    for tick in range(ticks):
        now = tick * TICK + phase
        while waiting and waiting[0][0] <= now:
            arrival, sequence, timestamp, payload = waiting.pop(0)
            buffer.push(sequence, timestamp, payload, arrival)
        frames.append(buffer.pop(now))
    return frames


def _speech(frames: Iterable[bytes | None]) -> bytes:
    return b"".join(frame for frame in frames if frame is not None)


def _sent(packets: Iterable[tuple[float, int, int, bytes]]) -> bytes:
    return b"".join(payload for _, _, _, payload in packets)


def test_an_undisturbed_stream_comes_out_whole_and_without_a_gap_after_the_first_delay() -> None:
    packets = _stream(100)
    frames = _play(JitterBuffer(), packets, 101)
    assert frames[0] is None
    assert None not in frames[1:]
    assert _speech(frames) == _sent(packets)


@pytest.mark.parametrize("samples", [80, 240, 320, 480], ids=["10 ms", "30 ms", "40 ms", "60 ms"])
def test_other_packet_times_are_cut_into_frames_of_20_ms(samples: int) -> None:
    packets = _stream(240 * FRAME // samples, samples)
    frames = _play(JitterBuffer(), packets, 250)
    assert {len(frame) for frame in frames if frame is not None} == {FRAME}
    assert _speech(frames) == _sent(packets)


def test_packets_that_overtake_each_other_come_out_in_order() -> None:
    packets = _stream(50)
    swapped = [(at + (0.025 if number % 5 == 2 else 0), *rest) for number, (at, *rest) in enumerate(packets)]
    buffer = JitterBuffer()
    frames = _play(buffer, swapped, 60)  # type: ignore[arg-type]
    assert _speech(frames) == _sent(packets)
    assert (buffer.late, buffer.lost) == (0, 0)


def test_a_stream_may_begin_with_its_second_packet() -> None:
    packets = _stream(10)
    packets[0] = (0.021, *packets[0][1:])
    assert _speech(_play(JitterBuffer(), packets, 20, phase=0.03)) == _sent(packets)


def test_a_lost_packet_leaves_one_gap_in_its_place() -> None:
    packets = _stream(20)
    buffer = JitterBuffer()
    frames = _play(buffer, packets[:10] + packets[11:], 21)
    assert frames[1:] == [_payload(number) if number != 10 else None for number in range(20)]
    assert (buffer.lost, buffer.late, buffer.discarded) == (1, 0, 0)


def test_a_packet_that_comes_after_its_turn_is_dropped_and_counted() -> None:
    packets = _stream(20)
    packets[10] = (0.32, *packets[10][1:])
    buffer = JitterBuffer()
    frames = _play(buffer, packets, 21)
    assert frames[11] is None
    assert _payload(10) not in frames
    assert (buffer.lost, buffer.late) == (1, 1)


def test_a_duplicate_is_played_once() -> None:
    packets = _stream(20)
    buffer = JitterBuffer()
    frames = _play(buffer, [*packets, *((at + 0.001, *rest) for at, *rest in packets)], 22)  # type: ignore[misc]
    assert _speech(frames) == _sent(packets)
    assert buffer.discarded + buffer.late == 20


def test_timestamps_and_sequence_numbers_wrap() -> None:
    packets = [
        (at, (65530 + number) & 0xFFFF, timestamp, payload)
        for number, (at, _, timestamp, payload) in enumerate(_stream(20, start=0xFFFFFFFF - 5 * FRAME))
    ]
    assert _speech(_play(JitterBuffer(), packets, 22)) == _sent(packets)


def test_a_silence_of_the_sender_is_no_loss_and_the_next_talkspurt_is_whole() -> None:
    first, second = _stream(10), _stream(110)[100:]
    resumed = [
        (at, 10 + number, timestamp, payload) for number, (at, _, timestamp, payload) in enumerate(second)
    ]
    buffer = JitterBuffer()
    frames = _play(buffer, first + resumed, 115)
    assert _speech(frames) == _sent(first + resumed)
    assert (buffer.lost, buffer.late, buffer.discarded) == (0, 0, 0)


def test_a_forward_jump_of_the_timestamp_without_a_pause_plays_on_at_once() -> None:
    jumped = [
        (at, sequence, timestamp + 400_000, payload) for at, sequence, timestamp, payload in _stream(20)[10:]
    ]
    frames = _play(JitterBuffer(), _stream(10) + jumped, 22)
    assert _speech(frames).endswith(_sent(jumped))
    assert frames.count(None) <= 3


def test_a_source_that_starts_over_with_older_timestamps_is_followed_from_its_second_packet() -> None:
    before = _stream(10, start=1_000_000)
    after = [
        (0.2 + at, 500 + sequence, timestamp, payload) for at, sequence, timestamp, payload in _stream(10)
    ]
    frames = _play(JitterBuffer(), before + after, 24)
    assert _speech(frames).endswith(_sent(after[1:]))


def test_one_stray_old_packet_disturbs_nothing() -> None:
    packets = _stream(20, start=1_000_000)
    buffer = JitterBuffer()
    frames = _play(buffer, [*packets, (0.1, 9, 0, b"stray")], 21)
    assert _speech(frames) == _sent(packets)
    assert buffer.discarded == 1


def test_a_burst_beyond_the_bound_loses_its_oldest_frames() -> None:
    buffer = JitterBuffer(max_frames=5)
    for _, sequence, timestamp, payload in _stream(12):
        buffer.push(sequence, timestamp, payload, 0.0)
    assert buffer.depth == 5 * FRAME
    assert [buffer.pop(0.0) for _ in range(6)] == [*(_payload(number) for number in range(7, 12)), None]
    assert buffer.discarded == 7


def test_many_tiny_packets_are_bounded_too() -> None:
    buffer = JitterBuffer(max_frames=5)
    for number in range(1000):
        buffer.push(number, number, b"x", 0.0)
    assert buffer.depth <= 20


@pytest.mark.parametrize("payload", [b"", bytes(11 * FRAME)], ids=["empty", "too long"])
def test_payloads_of_no_use_are_discarded(payload: bytes) -> None:
    buffer = JitterBuffer(max_frames=10)
    buffer.push(0, 0, payload, 0.0)
    assert (buffer.depth, buffer.discarded) == (0, 1)


def test_the_end_of_a_stream_of_10_ms_is_filled_up_with_silence() -> None:
    frames = _play(JitterBuffer(silence=0xD5), _stream(5, 80), 10)
    assert [frame for frame in frames if frame][-1] == _payload(4, 80) + b"\xd5" * 80


def test_overlapping_packets_give_each_sample_once() -> None:
    buffer = JitterBuffer()
    for sequence, timestamp in enumerate((0, 160, 240, 320)):
        buffer.push(sequence, timestamp, _payload(timestamp), 0.0)
    assert _speech(buffer.pop(0.0) for _ in range(3)) == _payload(0) + _payload(160) + _payload(320)


def test_lasting_jitter_raises_the_delay_until_hardly_anything_is_late() -> None:
    random = Random(1)
    packets = [(at + random.uniform(0, 0.15), *rest) for at, *rest in _stream(3000)]
    buffer = JitterBuffer()
    frames = _play(buffer, packets, 3020)  # type: ignore[arg-type]
    assert buffer.target >= 7
    assert buffer.late < 30
    assert frames.count(None) < 60


def test_after_a_stall_of_the_network_the_delay_comes_back_down_one_frame_a_second() -> None:
    packets = _stream(2000)
    stalled = [(max(at, 2.15) if 2 <= at < 2.15 else at, *rest) for at, *rest in packets]
    buffer = JitterBuffer()
    frames = _play(buffer, stalled, 2010)  # type: ignore[arg-type]
    assert _payload(100) in frames
    assert buffer.lost == buffer.late == 0
    assert 3 <= buffer.discarded <= 10
    # At the end each frame is played soon after it came.
    assert frames[1999] in (_payload(1997), _payload(1998))


@pytest.mark.parametrize("drift", [-2e-4, 2e-4], ids=["fast sender", "slow sender"])
def test_drift_between_the_clocks_costs_a_frame_now_and_then_and_nothing_else(drift: float) -> None:
    packets = [(at * (1 + drift), *rest) for at, *rest in _stream(15_000)]
    buffer = JitterBuffer()
    frames = _play(buffer, packets, 15_000)  # type: ignore[arg-type]
    assert buffer.late == buffer.lost == 0
    assert buffer.depth <= 3 * FRAME
    # 0.02 % of 15,000 frames are three.
    assert buffer.discarded <= 4
    assert frames.count(None) <= 6


def test_after_a_reset_another_source_is_taken_from_its_first_packet() -> None:
    buffer = JitterBuffer()
    _play(buffer, _stream(10, start=1_000_000), 8)
    buffer.reset()
    assert buffer.depth == 0
    assert _speech(_play(buffer, _stream(10), 12)) == _sent(_stream(10))


def test_impossible_bounds_are_refused() -> None:
    with pytest.raises(ValueError, match="min_frames"):
        JitterBuffer(min_frames=3, max_frames=2)

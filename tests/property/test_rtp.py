"""The pure RTP machines against whatever the network may do to their packets."""

from __future__ import annotations

import contextlib
from itertools import pairwise
from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from telephony.rtp.codecs import ALAW_TO_ULAW, CODECS, ULAW_TO_ALAW
from telephony.rtp.dtmf import DIGITS, DtmfReceiver, dtmf_packets
from telephony.rtp.jitter import FRAME, JitterBuffer
from telephony.rtp.packet import RtpError, RtpPacket, is_rtcp, payload_of
from telephony.rtp.reception import ReceptionStats
from telephony.rtp.rtcp import (
    Goodbye,
    OtherRtcp,
    ReceiverReport,
    ReportBlock,
    RtcpError,
    RtcpPacket,
    SenderReport,
    SourceDescription,
    pack_compound,
    parse_compound,
)

u8 = st.integers(0, 0xFF)
u16 = st.integers(0, 0xFFFF)
u32 = st.integers(0, 0xFFFFFFFF)
words = st.integers(0, 8).flatmap(lambda count: st.binary(min_size=4 * count, max_size=4 * count))

packets = st.builds(
    RtpPacket,
    payload_type=st.integers(0, 127),
    sequence=u16,
    timestamp=u32,
    ssrc=u32,
    payload=st.binary(max_size=64),
    marker=st.booleans(),
    csrc=st.lists(u32, max_size=15).map(tuple),
    extension=st.none() | st.tuples(u16, words),
)
blocks = st.lists(
    st.builds(ReportBlock, u32, u8, st.integers(-0x800000, 0x7FFFFF), u32, u32, u32, u32), max_size=31
).map(tuple)
items = st.lists(st.tuples(st.integers(1, 255), st.binary(max_size=255)), max_size=4).map(tuple)
rtcp_packets: st.SearchStrategy[RtcpPacket] = st.one_of(
    st.builds(SenderReport, u32, st.integers(0, (1 << 64) - 1), u32, u32, u32, blocks),
    st.builds(ReceiverReport, u32, blocks),
    st.builds(SourceDescription, st.lists(st.tuples(u32, items), max_size=31).map(tuple)),
    st.builds(Goodbye, st.lists(u32, max_size=31).map(tuple), st.binary(max_size=255)),
    st.builds(OtherRtcp, st.integers(204, 255), st.integers(0, 31), words),
)


@given(packets)
def test_an_rtp_packet_survives_the_wire(packet: RtpPacket) -> None:
    data = packet.pack()
    assert RtpPacket.parse(data) == packet
    assert payload_of(data) == packet.payload


@given(st.binary(max_size=80) | st.binary(max_size=80).map(lambda data: b"\xb1" + data))
def test_any_datagram_is_an_rtp_packet_or_an_rtp_error(data: bytes) -> None:
    is_rtcp(data)
    try:
        packet = RtpPacket.parse(data)
    except RtpError:
        assert payload_of(data) is None
    else:
        assert payload_of(data) == packet.payload
        assert RtpPacket.parse(packet.pack()) == packet


@given(st.lists(rtcp_packets, min_size=1, max_size=5))
def test_rtcp_survives_the_wire(compound: list[RtcpPacket]) -> None:
    assert parse_compound(pack_compound(compound)) == compound


rtcp_like = st.builds(
    lambda first, kind, body: bytes((first, kind, 0, len(body) // 4)) + body,
    st.integers(0x80, 0xBF),
    st.integers(200, 205),
    words,
)


@given(st.binary(max_size=80) | st.lists(rtcp_like, max_size=4).map(b"".join))
def test_any_datagram_is_rtcp_or_an_rtcp_error(data: bytes) -> None:
    with contextlib.suppress(RtcpError):
        compound = parse_compound(data)
        assert parse_compound(pack_compound(compound)) == compound


@given(st.sampled_from(sorted(CODECS)), st.binary(max_size=320))
def test_g711_keeps_its_length_and_is_stable_once_coded(name: str, data: bytes) -> None:
    codec = CODECS[name]
    samples = codec.decode(data)
    assert samples.dtype == np.int16
    assert samples.shape == (len(data),)
    assert np.array_equal(codec.decode(codec.encode(samples)), samples)
    assert len(data.translate(ULAW_TO_ALAW).translate(ALAW_TO_ULAW)) == len(data)


def _numbered(number: int) -> bytes:
    """A frame that carries its number, so that order can be seen in what comes out."""
    return number.to_bytes(4, "big") * (FRAME // 4)


@st.composite
def _journeys(draw: st.DrawFn) -> list[tuple[float, int]]:
    """Arrival and number of the packets of a stream, some lost, delayed, overtaken or doubled."""
    delays = draw(st.lists(st.none() | st.lists(st.floats(0, 0.3), min_size=1, max_size=2), max_size=80))
    arrivals = [(number * 0.02 + delay, number) for number, ways in enumerate(delays) for delay in ways or ()]
    return sorted(arrivals)


@given(_journeys(), u16, u32, st.integers(1, 4), st.integers(4, 12), st.floats(0, 0.0199))
def test_the_jitter_buffer_plays_in_order_each_frame_once_and_stays_bounded(
    journey: list[tuple[float, int]], sequence: int, timestamp: int, least: int, most: int, phase: float
) -> None:
    buffer = JitterBuffer(min_frames=least, max_frames=most)
    waiting = list(journey)
    played = []
    for tick in range(120):
        now = tick * 0.02 + phase
        while waiting and waiting[0][0] <= now:
            at, number = waiting.pop(0)
            buffer.push(
                sequence + number & 0xFFFF, timestamp + number * FRAME & 0xFFFFFFFF, _numbered(number), at
            )
            assert buffer.depth <= most * FRAME
        frame = buffer.pop(now)
        if frame is not None:
            assert len(frame) == FRAME
            played.append(frame)
    numbers = [int.from_bytes(frame[:4], "big") for frame in played]
    assert played == [_numbered(number) for number in numbers]
    assert all(earlier < later for earlier, later in pairwise(numbers))
    assert set(numbers) <= {number for _, number in journey}
    assert buffer.depth == 0
    # Nothing disappears without a trace.
    assert len(journey) == len(played) + buffer.late + buffer.discarded


@given(u32, u16, st.sampled_from([80, 160, 240, 320, 480]), st.integers(0, 60), st.floats(0, 0.0199))
def test_without_jitter_a_stream_comes_out_complete(
    timestamp: int, sequence: int, samples: int, count: int, phase: float
) -> None:
    random = Random(count)
    sent = [random.randbytes(samples) for _ in range(count)]
    buffer = JitterBuffer()
    played = b""
    pushed = 0
    for tick in range(count * samples // FRAME + 10):
        now = tick * 0.02 + phase
        while pushed < count and pushed * samples / 8000 <= now:
            at = timestamp + pushed * samples & 0xFFFFFFFF
            buffer.push(sequence + pushed & 0xFFFF, at, sent[pushed], pushed * samples / 8000)
            pushed += 1
        played += buffer.pop(now) or b""
    expected = b"".join(sent)
    assert played == expected.ljust(-(-len(expected) // FRAME) * FRAME, b"\xff")
    assert (buffer.late, buffer.lost, buffer.discarded) == (0, 0, 0)


@given(
    st.lists(st.tuples(u16, u32, st.binary(max_size=2000), st.booleans()), max_size=60), st.integers(1, 10)
)
def test_the_jitter_buffer_takes_any_packets_and_stays_bounded(
    pushes: list[tuple[int, int, bytes, bool]], most: int
) -> None:
    buffer = JitterBuffer(min_frames=1, max_frames=most)
    for number, (sequence, timestamp, payload, pop) in enumerate(pushes):
        # Mostly near each other, so that packets overlap in every way.
        near = timestamp % 2000 if sequence % 8 else timestamp
        buffer.push(sequence, near, payload, number * 0.005)
        assert 0 <= buffer.depth <= most * FRAME
        if pop:
            frame = buffer.pop(number * 0.005)
            assert frame is None or len(frame) == FRAME


@st.composite
def _dialled(draw: st.DrawFn) -> tuple[str, list[tuple[float, int, bytes, bool]]]:
    """Keys, and what arrives of their packets: at least one of each, in an order mixed within each press."""
    start = draw(u32)
    keys = draw(st.text(DIGITS, max_size=12))
    arrivals: list[tuple[float, int, bytes, bool]] = []
    for press, digit in enumerate(keys):
        plan = dtmf_packets(digit, draw(st.integers(40, 200)))
        timestamp = start + press * 4000 & 0xFFFFFFFF
        kept = draw(st.lists(st.tuples(st.sampled_from(plan), st.floats(0, 0.1)), min_size=1, max_size=12))
        for packet, delay in kept:
            arrivals.append((press * 0.5 + delay, timestamp, packet.payload, packet.marker))
    return keys, sorted(arrivals, key=lambda arrival: arrival[0])


@given(_dialled())
def test_each_key_is_heard_once_while_one_packet_of_it_arrives(
    dialled: tuple[str, list[tuple[float, int, bytes, bool]]],
) -> None:
    keys, arrivals = dialled
    receiver = DtmfReceiver()
    heard = [receiver.receive(timestamp, payload, marker, at) for at, timestamp, payload, marker in arrivals]
    assert "".join(key for key in heard if key) == keys


@given(st.lists(st.tuples(u32, st.binary(max_size=8), st.booleans(), st.floats(0, 100)), max_size=40))
def test_any_event_packets_are_keys_or_nothing(
    arrivals: list[tuple[int, bytes, bool, float]],
) -> None:
    receiver = DtmfReceiver()
    for timestamp, payload, marker, now in arrivals:
        key = receiver.receive(timestamp, payload, marker, now)
        assert key is None or key in DIGITS


@given(st.sampled_from(DIGITS), st.integers(1, 30_000))
def test_a_planned_key_lasts_as_long_as_asked(digit: str, duration_ms: int) -> None:
    receiver = DtmfReceiver()
    heard = [
        receiver.receive(packet.timestamp_offset, packet.payload, packet.marker, number * 0.02)
        for number, packet in enumerate(dtmf_packets(digit, duration_ms))
    ]
    assert heard[0] == digit
    assert set(heard[1:]) == {None}
    assert (receiver.duration, receiver.ended) == (duration_ms * 8, True)


@given(u16, st.lists(st.booleans(), min_size=1, max_size=300), st.randoms(use_true_random=False))
def test_reception_counts_what_was_sent_and_lost_under_reordering(
    first: int, arrived: list[bool], random: Random
) -> None:
    numbers = [0, *(number for number, kept in enumerate(arrived, 1) if kept), len(arrived) + 1]
    mixed = sorted(numbers[1:], key=lambda number: number + random.uniform(0, 8))
    stats = ReceptionStats()
    for number in (0, *mixed):
        stats.update(first + number & 0xFFFF, number * FRAME, number * FRAME)
    assert stats.received == len(numbers)
    assert stats.expected == len(arrived) + 2
    assert stats.lost == len(arrived) + 2 - len(numbers)
    block = stats.report_block(1, 0.0)
    assert block is not None
    assert block.highest_sequence == first + len(arrived) + 1

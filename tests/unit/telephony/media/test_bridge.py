"""Two telephones connected through two legs, over real sockets."""

from __future__ import annotations

import pytest

from telephony.media import tones
from telephony.media.interface import KeysAs, MediaError
from telephony.sdp.offer_answer import MediaDirection
from tests.unit.telephony.media.far_end import (
    FarEnd,
    a_rig,
    agreed,
    level,
    on_loop,
    sine,
    steps,
    strongest,
    until_read,
)

PAIRS = [("PCMU", "PCMU"), ("PCMA", "PCMA"), ("PCMU", "PCMA"), ("PCMA", "PCMU")]


async def spoken(far: FarEnd, other: FarEnd, frames: int) -> None:
    """One says a number of frames, as fast as it can; returns when the other has heard them."""
    before = len(other.received)
    for _ in range(frames):
        far.send(b"\x7f" * 160)
    await other.until(lambda: len(other.received) >= before + frames)


@pytest.mark.parametrize(("codec", "other_codec"), PAIRS)
@on_loop
async def test_a_tone_arrives_at_its_frequency_and_level(codec: str, other_codec: str) -> None:
    async with a_rig() as rig:
        leg, far = rig.call(codec)
        other_leg, other = rig.call(other_codec)
        rig.engine.bridge(leg, other_leg)
        said = sine(1004.0, 1.0)
        far.blurt(said)
        await other.until(lambda: len(other.received) == 50)
        assert {packet.payload_type for packet in other.received} == {0 if other_codec == "PCMU" else 8}
        assert abs(strongest(other.heard()) - 1004.0) < 1.0
        assert abs(level(other.heard(), 1004.0) - -15.0) < 0.3
        assert not far.received


@on_loop
async def test_where_codecs_agree_the_payload_is_not_touched() -> None:
    async with a_rig() as rig:
        (leg, far), (other_leg, other) = rig.call(), rig.call()
        rig.engine.bridge(leg, other_leg)
        payloads = [bytes([number]) * (80 if number % 2 else 240) for number in range(20)]
        for payload in payloads:
            far.send(payload)
        await other.until(lambda: len(other.received) == 20)
        assert [packet.payload for packet in other.received] == payloads


@on_loop
async def test_each_leg_has_its_own_stream_that_keeps_order_gaps_and_marker() -> None:
    async with a_rig() as rig:
        (leg, far), (other_leg, other) = rig.call(ssrc=77), rig.call()
        rig.engine.bridge(leg, other_leg)
        numbers = [0, 1, 3, 2, 7, 8]
        base, stamp = far.sequence, far.timestamp
        for number in numbers:
            sequence, timestamp = (base + number) & 0xFFFF, (stamp + number * 160) & 0xFFFFFFFF
            far.send_as(0, sequence, timestamp, bytes(160), marker=number == 7)
        await other.until(lambda: len(other.received) == 6)
        first = other.received[0]
        assert [(packet.sequence - first.sequence) & 0xFFFF for packet in other.received] == numbers
        assert [(packet.timestamp - first.timestamp) & 0xFFFFFFFF for packet in other.received] == [
            number * 160 for number in numbers
        ]
        assert [packet.marker for packet in other.received] == [number == 7 for number in numbers]
        assert {packet.ssrc for packet in other.received} != {77}
        assert len({packet.ssrc for packet in other.received}) == 1


@on_loop
async def test_a_new_source_at_the_far_end_is_joined_on_without_a_seam() -> None:
    async with a_rig() as rig:
        (leg, far), (other_leg, other) = rig.call(), rig.call()
        rig.engine.bridge(leg, other_leg)
        await spoken(far, other, 5)
        far.ssrc, far.sequence, far.timestamp = 0xBEEF, 9, 123456
        await spoken(far, other, 5)
        far.sequence, far.timestamp = 30000, 999  # the same source, begun anew
        await spoken(far, other, 5)
        assert steps([packet.sequence for packet in other.received], 65536) == {1}
        assert len({packet.ssrc for packet in other.received}) == 1
        assert all(
            0 < step < 1600 for step in steps([packet.timestamp for packet in other.received], 1 << 32)
        )
        assert leg.stats().packets_received == 14  # the first after the jump only announces it (RFC 3550 A.1)
        assert leg.stats().lost == 0


@on_loop
async def test_a_prompt_takes_the_place_of_the_bridge_and_the_stream_goes_on() -> None:
    async with a_rig() as rig:
        (leg, far), (other_leg, other) = rig.call(), rig.call()
        rig.engine.bridge(leg, other_leg)
        await spoken(far, other, 3)
        playback = other_leg.play(tones.sine(400.0), loop=True)
        far.send(b"\x11" * 160)
        await other.until(lambda: len(other.received) >= 10)
        playback.stop()
        heard = len(other.received)
        await spoken(far, other, 3)
        assert b"\x11" * 160 not in [packet.payload for packet in other.received]
        assert [packet.payload for packet in other.received[-3:]] == [b"\x7f" * 160] * 3
        assert steps([packet.sequence for packet in other.received], 65536) == {1}
        assert len({packet.ssrc for packet in other.received}) == 1
        assert other.received[3].marker  # the prompt begins
        assert heard >= 10


def numbered(far: FarEnd, *numbers: int) -> None:
    """Speech of a far end in the order that the network delivers it, numbered from its next packet."""
    for number in numbers:
        sequence, timestamp = far.sequence + number & 0xFFFF, far.timestamp + 160 * number & 0xFFFFFFFF
        far.send_as(0, sequence, timestamp, b"\x7f" * 160)


@on_loop
async def test_after_a_reordered_packet_a_prompt_takes_numbers_that_were_not_sent_yet() -> None:
    async with a_rig() as rig:
        (leg, far), (other_leg, other) = rig.call(), rig.call()
        rig.engine.bridge(leg, other_leg)
        numbered(far, 0, 1, 3, 2)
        await other.until(lambda: len(other.received) == 4)
        other_leg.play(tones.sine(400.0, 100))
        await other.until(lambda: len(other.received) == 9)
        first = other.received[0]
        assert [(packet.sequence - first.sequence) & 0xFFFF for packet in other.received] == [
            0, 1, 3, 2, 4, 5, 6, 7, 8,
        ]  # fmt: skip
        assert all((packet.timestamp - first.timestamp) & 0xFFFFFFFF >= 640 for packet in other.received[4:])


@on_loop
async def test_duplicates_and_packets_from_before_a_prompt_are_not_passed_on() -> None:
    async with a_rig() as rig:
        (leg, far), (other_leg, other) = rig.call(), rig.call()
        rig.engine.bridge(leg, other_leg)
        numbered(far, 0, 1, 1, 3, 0)
        await until_read(leg, 5)
        other_leg.play(tones.sine(400.0, 40))
        await other.until(lambda: len(other.received) == 5)
        numbered(far, 4, 2, 3, 5)  # 2 and 3 belong before the prompt
        await until_read(leg, 9)
        numbered(far, 6)
        await other.until(lambda: other.received[-1].payload == b"\x7f" * 160 and len(other.received) >= 8)
        sequences = [packet.sequence for packet in other.received]
        first = sequences[0]
        assert [(number - first) & 0xFFFF for number in sequences] == [0, 1, 3, 4, 5, 6, 7, 8]
        assert other_leg.stats().packets_sent == 8
        assert other_leg.stats().octets_sent == 8 * 160


@on_loop
async def test_a_late_packet_keeps_its_number_when_a_key_was_left_out_meanwhile() -> None:
    async with a_rig() as rig:
        (leg, far), (other_leg, other) = rig.call(), rig.call("PCMU", events=None, keys=KeysAs.INFO)
        other_leg.send_info = lambda key, duration_ms: True
        rig.engine.bridge(leg, other_leg)
        numbered(far, 0)
        far.send_as(101, far.sequence + 2 & 0xFFFF, far.timestamp + 320, bytes([5, 10, 0, 160]))
        numbered(far, 3, 1, 4)
        await other.until(lambda: len(other.received) == 4)
        first = other.received[0].sequence
        assert [(packet.sequence - first) & 0xFFFF for packet in other.received] == [0, 2, 1, 3]


@on_loop
async def test_parted_legs_hear_nothing_and_can_be_bridged_again() -> None:
    async with a_rig() as rig:
        (leg, far), (other_leg, other), (third_leg, third) = rig.call(), rig.call(), rig.call()
        bridge = rig.engine.bridge(leg, other_leg)
        await spoken(far, other, 2)
        with pytest.raises(MediaError):
            rig.engine.bridge(third_leg, leg)
        assert third_leg.receiver.relay is None
        bridge.close()
        rig.engine.bridge(leg, third_leg)
        bridge.close()  # a second time does not part the new pair
        await spoken(far, third, 2)
        await spoken(third, far, 2)
        assert len(other.received) == 2


@on_loop
async def test_the_other_leg_of_a_closed_one_can_be_used_on() -> None:
    async with a_rig() as rig:
        (leg, far), (other_leg, other), (third_leg, third) = rig.call(), rig.call(), rig.call()
        rig.engine.bridge(leg, other_leg)
        await spoken(far, other, 2)
        other_leg.close()
        rig.engine.bridge(leg, third_leg)
        await spoken(far, third, 2)
        assert (len(other.received), len(third.received)) == (2, 2)


@on_loop
async def test_a_codec_that_changes_during_the_call_is_followed_on_both_sides() -> None:
    async with a_rig() as rig:
        (leg, far), (other_leg, other) = rig.call(), rig.call()
        rig.engine.bridge(leg, other_leg)
        await spoken(far, other, 2)
        far.codec = "PCMA"
        leg.apply(agreed(far))
        far.send(b"\xd5" * 160)
        other.send(b"\xff" * 160)
        await other.until(lambda: len(other.received) == 3)
        await far.until(lambda: far.received)
        assert (other.received[-1].payload_type, other.received[-1].payload) == (0, b"\xfe" * 160)
        assert (far.received[-1].payload_type, far.received[-1].payload) == (8, b"\xd5" * 160)


@on_loop
async def test_a_leg_on_hold_is_sent_nothing_and_the_stream_goes_on_afterwards() -> None:
    async with a_rig() as rig:
        (leg, far), (other_leg, other) = rig.call(), rig.call()
        rig.engine.bridge(leg, other_leg)
        await spoken(far, other, 2)
        other_leg.apply(agreed(other, direction=MediaDirection.RECVONLY))
        for _ in range(3):
            far.send(b"\x11" * 160)
        await until_read(leg, 5)
        other_leg.apply(agreed(other))
        await spoken(far, other, 2)
        assert [packet.payload for packet in other.received] == [b"\x7f" * 160] * 4
        assert steps([packet.sequence for packet in other.received], 65536) == {1}
        assert steps([packet.timestamp for packet in other.received], 1 << 32) == {160}


@on_loop
async def test_what_a_sendonly_leg_says_goes_nowhere() -> None:
    async with a_rig() as rig:
        (leg, far), (other_leg, other) = rig.call(), rig.call()
        rig.engine.bridge(leg, other_leg)
        leg.apply(agreed(far, direction=MediaDirection.SENDONLY))
        far.send(b"\x11" * 160)
        await until_read(leg, 1)
        leg.apply(agreed(far))
        await spoken(far, other, 1)
        assert [packet.payload for packet in other.received] == [b"\x7f" * 160]
        assert leg.stats().packets_received == 2


@on_loop
async def test_echo_sends_back_at_once_in_a_stream_of_our_own() -> None:
    async with a_rig() as rig:
        leg, far = rig.call("PCMA", ssrc=5)
        leg.echo(True)
        leg.echo(True)
        for number in range(5):
            far.send(bytes([number]) * 160)
        far.press("7")
        await far.until(lambda: len(far.received) == 12)
        assert [packet.payload[0] for packet in far.speech()] == [0, 1, 2, 3, 4]
        assert len(far.key_packets()) == 7
        assert {packet.payload_type for packet in far.speech()} == {8}
        assert far.received[0].ssrc != 5
        leg.echo(False)
        other_leg, other = rig.call()
        rig.engine.bridge(leg, other_leg)
        await spoken(far, other, 1)
        with pytest.raises(MediaError):
            leg.echo(True)
        assert len(far.received) == 12


@on_loop
async def test_packets_with_padding_extension_and_contributing_sources_lose_them() -> None:
    async with a_rig() as rig:
        (leg, far), (other_leg, other) = rig.call(), rig.call()
        rig.engine.bridge(leg, other_leg)
        header = bytes.fromhex("b1 00 0001 00000001 0000000a")  # padding, extension, one source
        body = bytes.fromhex("0000000b bede0001 aabbccdd") + b"\x42" * 160 + bytes.fromhex("00000004")
        far.rtp.sendto(header + body, far.target)
        await other.until(lambda: other.received)
        assert other.received[0].payload == b"\x42" * 160


@on_loop
async def test_what_is_not_rtp_is_counted_and_harms_nothing() -> None:
    async with a_rig() as rig:
        (leg, far), (other_leg, other) = rig.call(), rig.call()
        rig.engine.bridge(leg, other_leg)
        await spoken(far, other, 1)
        for data in (
            b"",
            b"\x80",
            b"\x40" * 200,
            b"\xa0\x00" + bytes(10) + b"\xff",
            b"\x80\x12" + bytes(170),
        ):
            far.rtp.sendto(data, far.target)
        await spoken(far, other, 1)
        assert leg.stats().malformed == 5
        assert len(other.received) == 2

"""Keys in and out: RTP events, SIP INFO, tones."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from telephony.media import tones
from telephony.media.interface import EndReason
from tests.unit.telephony.media.far_end import a_rig, level, on_loop, steps


@on_loop
async def test_every_key_is_reported_once_though_each_is_many_packets() -> None:
    async with a_rig() as rig:
        leg, far = rig.call()
        pressed: list[str] = []
        done = asyncio.Event()
        leg.on_digit = lambda digit: (pressed.append(digit), done.set() if digit == "D" else None)[0]
        for digit in "0123456789*#AABCD":
            far.press(digit)
        await asyncio.wait_for(done.wait(), 5)
        assert "".join(pressed) == "0123456789*#AABCD"


@on_loop
async def test_a_key_whose_first_packets_were_lost_is_reported_by_its_end() -> None:
    async with a_rig() as rig:
        leg, far = rig.call()
        got: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        leg.on_digit = got.set_result
        far.send_as(101, 5, 800, bytes([9, 0x8A, 2, 0x80]))
        assert await asyncio.wait_for(got, 5) == "9"


@on_loop
async def test_keys_pass_a_bridge_under_the_other_sides_payload_type_and_are_reported() -> None:
    async with a_rig() as rig:
        (leg, far), (other_leg, other) = rig.call(events=96), rig.call("PCMA", events=110)
        rig.engine.bridge(leg, other_leg)
        pressed: list[str] = []
        leg.on_digit = pressed.append
        far.send(bytes(160))
        far.press("5", steps=4)
        far.send(bytes(160))
        await other.until(lambda: len(other.received) == 9)
        keys = other.key_packets()
        assert len(keys) == 7
        assert {packet.payload_type for packet in keys} == {110}
        assert len({packet.timestamp for packet in keys}) == 1
        assert [packet.marker for packet in keys] == [True] + [False] * 6
        assert [packet.payload[1] >> 7 for packet in keys] == [0] * 4 + [1] * 3
        assert steps([packet.sequence for packet in other.received], 65536) == {1}
        assert pressed == ["5"]


@on_loop
async def test_keys_for_a_far_end_that_knows_none_are_left_out_without_a_gap() -> None:
    async with a_rig() as rig:
        (leg, far), (other_leg, other) = rig.call(), rig.call(events=None)
        rig.engine.bridge(leg, other_leg)
        far.send(bytes(160))
        far.press("5")
        far.send(bytes(160))
        await other.until(lambda: len(other.received) == 2)
        assert steps([packet.sequence for packet in other.received], 65536) == {1}


@on_loop
async def test_digits_are_sent_as_events_one_after_the_other() -> None:
    async with a_rig() as rig:
        leg, far = rig.call()
        done: asyncio.Future[EndReason] = asyncio.get_running_loop().create_future()
        leg.send_digits("1#", duration_ms=100, gap_ms=60)
        leg.send_digits("a", duration_ms=60, on_done=done.set_result)
        assert await asyncio.wait_for(done, 5) is EndReason.FINISHED
        await far.until(lambda: sum(packet.payload[1] >> 7 for packet in far.key_packets()) == 9)
        events = list(dict.fromkeys(packet.timestamp for packet in far.key_packets()))
        by_event = [[packet for packet in far.key_packets() if packet.timestamp == event] for event in events]
        assert [packets[0].payload[0] for packets in by_event] == [1, 11, 12]
        for packets, held in zip(by_event, (800, 800, 480), strict=True):
            assert [packet.marker for packet in packets] == [True] + [False] * (len(packets) - 1)
            assert [packet.payload for packet in packets[-3:]] == [packets[-1].payload] * 3
            assert int.from_bytes(packets[-1].payload[2:]) == held
        assert steps([packet.sequence for packet in far.received], 65536) == {1}
        assert events[1] - events[0] >= 8 * 160


@on_loop
async def test_digits_interrupt_a_prompt_and_it_goes_on_where_it_was() -> None:
    async with a_rig() as rig:
        leg, far = rig.call()
        playback = leg.play(tones.sine(300.0), loop=True)
        await far.until(lambda: len(far.received) == 5)
        before = playback.played_ms
        leg.send_digits("4", duration_ms=40, gap_ms=40)
        await far.until(lambda: far.key_packets() and len(far.speech()) > 10)
        first, last = far.received.index(far.key_packets()[0]), far.received.index(far.key_packets()[-1])
        assert last - first == len(far.key_packets()) - 1  # no speech between
        assert before // 20 <= first <= before // 20 + 2
        assert far.received[last + 1].payload == tones.sine(300.0).frames("PCMU")[first]
        assert steps([packet.sequence for packet in far.received], 65536) == {1}


@on_loop
async def test_digits_are_sent_as_tones_where_no_events_were_agreed() -> None:
    async with a_rig() as rig:
        leg, far = rig.call("PCMA", events=None)
        leg.send_digits("5", duration_ms=200, gap_ms=40)
        await far.until(lambda: len(far.received) == 12)
        tone = far.heard()[200:1400]
        assert level(tone, 770.0) > -16
        assert level(tone, 1336.0) > -16
        assert level(tone, 941.0) < -40
        assert np.abs(far.heard()[1640:]).max() < 20


@pytest.mark.parametrize("digits", ["", "12x", "+1", "1 2"])
@on_loop
async def test_signs_that_no_telephone_has_are_refused(digits: str) -> None:
    async with a_rig() as rig:
        leg, _ = rig.call()
        with pytest.raises(ValueError, match="no such key"):
            leg.send_digits(digits)


@on_loop
async def test_digits_of_sip_info_are_reported() -> None:
    async with a_rig() as rig:
        leg, _ = rig.call()
        pressed: list[str] = []
        leg.on_digit = pressed.append
        leg.digit_from_signalling("1")
        leg.digit_from_signalling("1")
        assert pressed == ["1", "1"]


@on_loop
async def test_a_far_end_that_sends_each_key_both_ways_pressed_it_once() -> None:
    async with a_rig() as rig:
        leg, far = rig.call()
        pressed: list[str] = []
        second = asyncio.Event()
        leg.on_digit = lambda digit: (pressed.append(digit), second.set() if digit == "2" else None)[0]
        leg.digit_from_signalling("1")
        far.press("1")
        far.press("2")
        await asyncio.wait_for(second.wait(), 5)
        leg.digit_from_signalling("2")
        assert pressed == ["1", "2"]


@on_loop
async def test_who_waits_for_digits_learns_that_the_leg_was_closed() -> None:
    async with a_rig() as rig:
        leg, _ = rig.call()
        ends: list[EndReason] = []
        leg.send_digits("123", on_done=ends.append)
        leg.send_digits("456", on_done=ends.append)
        leg.close()
        assert ends == [EndReason.CLOSED, EndReason.CLOSED]

"""Keys in and out: RTP events, SIP INFO, tones."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from telephony.media import tones
from telephony.media.interface import EndReason, KeysAs
from telephony.media.leg import Leg
from telephony.rtp.tone_keys import ToneDetector
from tests.unit.telephony.media.far_end import FarEnd, a_rig, level, on_loop, steps, until_read


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
        (leg, far), (other_leg, other) = rig.call(), rig.call(events=None, keys=KeysAs.INFO)
        infos = Infos(other_leg)
        rig.engine.bridge(leg, other_leg)
        far.send(bytes(160))
        far.press("5")
        far.send(bytes(160))
        await other.until(lambda: len(other.received) == 2)
        assert infos.keys == "5"
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
        leg.digit_from_signalling("3")
        assert pressed == ["1", "2", "3"], "a key by INFO alone is not lost"


# --- events that were not negotiated, or under another number ----------------------------------------------


@pytest.mark.parametrize(
    ("agreed_as", "sent_as"), [(None, 101), (None, 96), (101, 96), (96, 101), (101, 127)]
)
@on_loop
async def test_events_count_under_whatever_number_they_come(agreed_as: int | None, sent_as: int) -> None:
    async with a_rig() as rig:
        leg, far = rig.call(events=agreed_as)
        pressed: list[str] = []
        done = asyncio.Event()
        leg.on_digit = lambda digit: (pressed.append(digit), done.set() if digit == "#" else None)[0]
        far.events = sent_as
        for digit in "1155#":
            far.press(digit)
            far.send(bytes(160))
        await asyncio.wait_for(done.wait(), 5)
        assert pressed == list("1155#")


@on_loop
async def test_other_packets_under_a_number_that_was_not_agreed_are_no_keys() -> None:
    async with a_rig() as rig:
        leg, far = rig.call(events=None)
        pressed: list[str] = []
        leg.on_digit = pressed.append
        for number in range(20):
            far.send_as(97, 100 + number, 160 * number, bytes([5, 10, 0, 160]))  # four bytes of some codec
            far.send_as(98, 200 + number, 160, bytes([5, 10]))
            far.send_as(13, 300 + number, 160, bytes([5, 10, 0, 160]))
            far.send_as(99, 400 + number, 160, bytes([5, 0x4A, 0, 160]))
            far.send_as(100, 500 + number, 160, bytes([16, 10, 0, 160]))
        far.send(bytes(160))
        await until_read(leg, 1)
        assert not pressed
        assert leg.stats().malformed + leg.stats().strangers == 100


# --- bridged calls: what one side presses reaches the other in a form that it takes ------------------------


class Infos:
    """Keys that a leg sends by INFO."""

    def __init__(self, leg: Leg) -> None:
        self.keys = ""
        leg.send_info = self._send

    def _send(self, key: str, duration_ms: int) -> bool:
        self.keys += key
        return True


def tone_of(far: FarEnd) -> str:
    """The keys in what a far end hears."""
    detector = ToneDetector()
    return detector.receive(far.heard())


WAYS = ["event", "unagreed", "info", "tone"]


async def press_in(way: str, leg: Leg, far: FarEnd, key: str) -> None:
    """Press a key at a far end."""
    far.send(bytes([0xFF]) * 160)
    if way == "info":
        leg.digit_from_signalling(key)
    elif way == "tone":
        await far.talk(tones.dtmf(key, 120, 60).samples)
    else:
        if way == "unagreed":
            far.events = 99
        far.press(key)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("takes", ["events", "info", "pressed info", "tones", "inband"])
@on_loop
async def test_a_key_reaches_the_other_side_of_a_bridge_once(way: str, takes: str) -> None:
    async with a_rig() as rig:
        leg, far = rig.call(
            events=101 if way == "event" else None, keys=KeysAs.INBAND if way == "tone" else KeysAs.AUTO
        )
        keys = {"info": KeysAs.INFO, "inband": KeysAs.INBAND}.get(takes, KeysAs.AUTO)
        other_leg, other = rig.call("PCMA", events=110 if takes == "events" else None, keys=keys)
        infos = Infos(other_leg)
        if takes == "pressed info":
            other_leg.digit_from_signalling("9")
        pressed: list[str] = []
        leg.on_digit = pressed.append
        rig.engine.bridge(leg, other_leg)
        await press_in(way, leg, far, "5")
        if takes == "events":
            await other.until(lambda: sum(packet.payload[1] >> 7 for packet in other.key_packets()) >= 3)
            assert {packet.payload[0] for packet in other.key_packets()} == {5}
            assert len({packet.timestamp for packet in other.key_packets()}) == 1
            assert not infos.keys
        elif takes in ("info", "pressed info"):
            async with asyncio.timeout(5):
                while not infos.keys:  # noqa: ASYNC110
                    await asyncio.sleep(0.001)
            assert infos.keys == "5"
        else:
            await other.until(lambda: tone_of(other))
            assert tone_of(other) == "5"
            assert not infos.keys
        assert pressed == ["5"]


@on_loop
async def test_keys_go_both_ways_through_a_bridge() -> None:
    async with a_rig() as rig:
        (leg, far), (other_leg, other) = rig.call(), rig.call(events=None)
        rig.engine.bridge(leg, other_leg)
        far.send(bytes(160))
        other.send(bytes(160))
        other_leg.digit_from_signalling("7")
        await far.until(lambda: sum(packet.payload[1] >> 7 for packet in far.key_packets()) >= 3)
        infos = Infos(other_leg)
        far.press("3")
        async with asyncio.timeout(5):
            while not infos.keys:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
        assert {packet.payload[0] for packet in far.key_packets()} == {7}
        assert infos.keys == "3", "who presses keys by INFO gets them by INFO"


@pytest.mark.parametrize("way", WAYS)
@on_loop
async def test_a_key_reaches_all_in_a_conference_who_hear_who_pressed_it(way: str) -> None:
    """Each in a form that is taken there, and nobody else."""
    async with a_rig() as rig:
        leg, far = rig.call(
            events=101 if way == "event" else None, keys=KeysAs.INBAND if way == "tone" else KeysAs.AUTO
        )
        (event_leg, by_event), (info_leg, _), (tone_leg, by_tone), (deaf_leg, deaf) = (
            rig.call(events=110),
            rig.call(events=None, keys=KeysAs.INFO),
            rig.call("PCMA", events=None),
            rig.call(events=111),
        )
        infos = Infos(info_leg)
        pressed: list[str] = []
        leg.on_digit = pressed.append
        room = rig.engine.conference([leg, event_leg, info_leg, tone_leg, deaf_leg])
        room.set_hears(deaf_leg, {event_leg})
        for each in (by_event, by_tone, deaf):
            each.send(bytes([0xFF]) * 160)
        await press_in(way, leg, far, "5")
        await by_event.until(lambda: sum(packet.payload[1] >> 7 for packet in by_event.key_packets()) >= 3)
        await by_tone.until(lambda: tone_of(by_tone))
        assert {packet.payload[0] for packet in by_event.key_packets()} == {5}
        assert len({packet.timestamp for packet in by_event.key_packets()}) == 1
        assert (tone_of(by_tone), infos.keys, pressed) == ("5", "5", ["5"])
        assert not deaf.key_packets()
        assert not far.key_packets()


@pytest.mark.parametrize("first", ["info", "event"])
@on_loop
async def test_a_key_that_comes_both_ways_passes_a_bridge_once(first: str) -> None:
    async with a_rig() as rig:
        (leg, far), (other_leg, other) = rig.call(), rig.call(events=110)
        rig.engine.bridge(leg, other_leg)
        far.send(bytes(160))
        if first == "info":
            leg.digit_from_signalling("5")
        far.press("5", steps=30)
        await until_read(leg, 34)
        if first == "event":
            leg.digit_from_signalling("5")
        await other.until(lambda: sum(packet.payload[1] >> 7 for packet in other.key_packets()) >= 3)
        async with asyncio.timeout(5):
            while other_leg.sender.local_speaks:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
        far.send(bytes(160))
        await other.until(lambda: other.received[-1].payload_type == 0)
        assert len({packet.timestamp for packet in other.key_packets()}) == 1
        assert steps([packet.sequence for packet in other.received], 65536) == {1}


@on_loop
async def test_keys_of_ours_are_sent_by_info_in_their_turn_where_that_is_wanted() -> None:
    async with a_rig() as rig:
        leg, far = rig.call(events=None, keys=KeysAs.INFO)
        infos = Infos(leg)
        done: asyncio.Future[EndReason] = asyncio.get_running_loop().create_future()
        leg.send_digits("12#", duration_ms=40, gap_ms=20, on_done=done.set_result)
        assert await asyncio.wait_for(done, 5) is EndReason.FINISHED
        assert infos.keys == "12#"
        assert not far.received
        leg.send_info = lambda key, duration_ms: False
        leg.send_digits("4", duration_ms=100)
        await far.until(lambda: tone_of(far) == "4")


@on_loop
async def test_tones_are_listened_for_only_where_the_settings_say_so() -> None:
    async with a_rig() as rig:
        (deaf, first), (leg, far) = rig.call(), rig.call(keys=KeysAs.INBAND)
        pressed: list[str] = []
        deaf.on_digit = lambda digit: pressed.append(f"deaf {digit}")
        got: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        leg.on_digit = got.set_result
        assert deaf.receiver.stream is None
        first.blurt(tones.dtmf("8", 200, 100).samples)
        await far.talk(tones.dtmf("8", 200, 100).samples)
        assert await asyncio.wait_for(got, 5) == "8"
        assert not pressed


@on_loop
async def test_who_waits_for_digits_learns_that_the_leg_was_closed() -> None:
    async with a_rig() as rig:
        leg, _ = rig.call()
        ends: list[EndReason] = []
        leg.send_digits("123", on_done=ends.append)
        leg.send_digits("456", on_done=ends.append)
        leg.close()
        assert ends == [EndReason.CLOSED, EndReason.CLOSED]

"""Two callers of one switch, connected: what they hear, hold, and the end of it."""

from __future__ import annotations

import asyncio

import pytest

from telephony.call import events
from telephony.call.bridging import CallBridge
from telephony.call.errors import LegClosed
from telephony.call.leg import CallLeg
from telephony.media import tones
from telephony.media.interface import Frame, MediaError, TapSide
from telephony.rtp.tone_keys import ToneDetector
from tests.support import wire
from tests.unit.telephony.call.ends import Ear, End, connect, with_ends

MUSIC = tones.sine(1000, 1000)
VOICE = tones.sine(400, 1000)


async def two_calls(a: End, b: End) -> tuple[CallLeg, CallLeg, CallLeg, CallLeg]:
    """Two phones at `a` that called the switch `b`, and their legs there."""
    phone1, leg1 = await connect(a, b)
    phone2, leg2 = await connect(a, b)
    return phone1, phone2, leg1, leg2


def bridge(b: End, leg1: CallLeg, leg2: CallLeg) -> CallBridge:
    return CallBridge(b.context, b.engine, leg1, leg2, MUSIC)


@with_ends
async def test_bridged_callers_hear_each_other(a: End, b: End) -> None:
    phone1, phone2, leg1, leg2 = await two_calls(a, b)
    bridge(b, leg1, leg2)
    ears = Ear(phone1), Ear(phone2)
    phone1.media.play(VOICE, loop=True)
    phone2.media.play(tones.sine(1500, 1000), loop=True)
    await ears[0].hears(1500)
    await ears[1].hears(400)
    bridged = b.told(events.CallBridged)[0]
    assert (bridged.leg, bridged.other) == (leg1.leg, leg2.leg)


@with_ends
async def test_keys_pass_through_a_bridge(a: End, b: End) -> None:
    phone1, phone2, leg1, leg2 = await two_calls(a, b)
    bridge(b, leg1, leg2)
    await phone1.audio.send_digits("42#")
    await a.until(events.DigitReceived, phone2, count=3)
    assert phone2.audio.take_digits() == "42#"


@with_ends
@pytest.mark.parametrize("first", [True, False])
async def test_when_one_side_hangs_up_the_other_is_hung_up(a: End, b: End, first: bool) -> None:
    phone1, phone2, leg1, leg2 = await two_calls(a, b)
    waiting = asyncio.ensure_future(bridge(b, leg1, leg2).wait())
    (phone1 if first else phone2).hang_up()
    assert await waiting is (leg1 if first else leg2)
    end = await (phone2 if first else phone1).wait_ended()
    assert end.by == "remote"
    assert len(b.told(events.CallUnbridged)) == 1


@with_ends
async def test_a_side_may_be_kept_on_the_line(a: End, b: End) -> None:
    phone1, phone2, leg1, leg2 = await two_calls(a, b)
    waiting = asyncio.ensure_future(bridge(b, leg1, leg2).wait(keep=leg1))
    phone2.hang_up()
    assert await waiting is leg2
    assert not leg1.is_over
    ear = Ear(phone1)
    leg1.media.play(VOICE)
    await ear.hears(400)


@with_ends
async def test_a_side_that_ended_before_anybody_waited_ends_the_wait(a: End, b: End) -> None:
    phone1, _, leg1, leg2 = await two_calls(a, b)
    made = bridge(b, leg1, leg2)
    phone1.hang_up()
    await leg1.wait_ended()
    assert len(b.told(events.CallUnbridged)) == 1, "nobody had to wait for that"
    assert await made.wait() is leg1
    assert leg2.is_over


@with_ends
async def test_a_bridge_that_is_closed_leaves_both_sides_up(a: End, b: End) -> None:
    phone1, phone2, leg1, leg2 = await two_calls(a, b)
    made = bridge(b, leg1, leg2)
    waiting = asyncio.ensure_future(made.wait())
    ear = Ear(phone2)
    phone1.media.play(VOICE, loop=True)
    await ear.hears(400)
    made.close()
    made.close()
    assert await waiting is None
    assert not leg1.is_over
    assert not leg2.is_over
    assert leg1.on_end == leg2.on_end == []
    await ear.hears(0)
    assert len(b.told(events.CallUnbridged)) == 1
    bridge(b, leg2, leg1)  # and again, the other way round
    await ear.hears(400)


@with_ends
async def test_who_stops_waiting_parts_the_legs(a: End, b: End) -> None:
    _, _, leg1, leg2 = await two_calls(a, b)
    waiting = asyncio.ensure_future(bridge(b, leg1, leg2).wait())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert len(b.told(events.CallUnbridged)) == 1
    bridge(b, leg1, leg2)


@with_ends
async def test_a_leg_that_is_over_or_taken_is_not_bridged(a: End, b: End) -> None:
    phone1, _, leg1, leg2 = await two_calls(a, b)
    _, leg3 = await connect(a, b)
    made = bridge(b, leg1, leg2)
    with pytest.raises(MediaError):
        bridge(b, leg3, leg1)
    phone1.hang_up()
    await made.wait()
    for pair in ((leg1, leg3), (leg3, leg1)):
        with pytest.raises(LegClosed):
            bridge(b, *pair)
    assert len(b.told(events.CallBridged)) == 1


@with_ends
async def test_while_one_side_holds_the_other_hears_music(a: End, b: End) -> None:
    phone1, phone2, leg1, leg2 = await two_calls(a, b)
    bridge(b, leg1, leg2)
    ear = Ear(phone2)
    phone1.media.play(VOICE, loop=True)
    await ear.hears(400)
    assert await phone1.hold()
    await ear.hears(1000)
    assert await phone1.resume()
    await ear.hears(400)


@with_ends
async def test_a_side_that_holds_when_it_is_bridged_gives_the_other_music(a: End, b: End) -> None:
    phone1, phone2, leg1, leg2 = await two_calls(a, b)
    assert await phone1.hold()
    await b.until(events.HoldStarted)
    made = bridge(b, leg1, leg2)
    ear = Ear(phone2)
    await ear.hears(1000)
    made.close()
    await ear.hears(0)


@with_ends
async def test_music_of_our_own_hold_outlives_a_hold_of_the_other_side(a: End, b: End) -> None:
    phone1, phone2, leg1, leg2 = await two_calls(a, b)
    bridge(b, leg1, leg2)
    ear = Ear(phone2)
    assert await leg2.hold(VOICE)
    await ear.hears(400)
    assert await phone1.hold()
    await b.until(events.HoldStarted, leg1)
    await ear.hears(400, frames=10)
    assert await phone1.resume()
    await b.until(events.HoldEnded, leg1)
    await ear.hears(400, frames=10)
    phone1.media.play(tones.sine(1500, 1000), loop=True)
    assert await leg2.resume()
    await ear.hears(1500)


@with_ends
async def test_the_side_that_hangs_up_while_it_holds_leaves_no_music(a: End, b: End) -> None:
    phone1, phone2, leg1, leg2 = await two_calls(a, b)
    made = bridge(b, leg1, leg2)
    ear = Ear(phone2)
    assert await phone1.hold()
    await ear.hears(1000)
    phone1.hang_up()
    await made.wait(keep=leg2)
    await ear.hears(0)


# --- parted, and connected with somebody else -----------------------------------------------------------


@with_ends
@pytest.mark.parametrize("codec", ["PCMU", "PCMA"])
async def test_a_parted_side_is_bridged_to_another_leg_whatever_its_codec(a: End, b: End, codec: str) -> None:
    phone1, phone2, leg1, leg2 = await two_calls(a, b)
    phone3, leg3 = await connect(a, b, codecs=(codec,))
    assert (leg1.codec, leg3.codec) == ("PCMU", codec)
    first = bridge(b, leg1, leg2)
    ears = {phone: Ear(phone) for phone in (phone1, phone2, phone3)}
    for phone, hertz in ((phone1, 400), (phone2, 1500), (phone3, 600)):
        phone.media.play(tones.sine(hertz, 1000), loop=True)
    await ears[phone1].hears(1500)
    first.close()
    second = bridge(b, leg1, leg3)
    await ears[phone1].hears(600)
    await ears[phone3].hears(400)
    await ears[phone2].hears(0)
    second.close()
    bridge(b, leg2, leg1)
    await ears[phone1].hears(1500)
    await ears[phone2].hears(400)
    await ears[phone3].hears(0)


@with_ends
async def test_a_hold_that_began_in_one_bridge_counts_in_the_next(a: End, b: End) -> None:
    phone1, phone2, leg1, leg2 = await two_calls(a, b)
    phone3, leg3 = await connect(a, b, codecs=("PCMA",))
    first = bridge(b, leg1, leg2)
    ear2, ear3 = Ear(phone2), Ear(phone3)
    assert await phone1.hold()
    await ear2.hears(1000)
    first.close()
    await ear2.hears(0)
    bridge(b, leg1, leg3)
    await ear3.hears(1000)
    phone1.media.play(VOICE, loop=True)
    assert await phone1.resume()
    await ear3.hears(400)
    await ear2.hears(0)


@with_ends
async def test_a_hold_that_ends_between_two_bridges_is_over_in_the_next(a: End, b: End) -> None:
    phone1, phone2, leg1, leg2 = await two_calls(a, b)
    phone3, leg3 = await connect(a, b)
    first = bridge(b, leg1, leg2)
    ear2, ear3 = Ear(phone2), Ear(phone3)
    assert await phone1.hold()
    await ear2.hears(1000)
    first.close()
    assert await phone1.resume()
    await b.until(events.HoldEnded, leg1)
    phone1.media.play(VOICE, loop=True)
    bridge(b, leg1, leg3)
    await ear3.hears(400)


@with_ends
async def test_music_between_two_bridges_ends_with_the_second(a: End, b: End) -> None:
    phone1, phone2, leg1, leg2 = await two_calls(a, b)
    phone3, leg3 = await connect(a, b, codecs=("PCMA",))
    ear = Ear(phone2)
    first = bridge(b, leg1, leg2)
    phone1.media.play(VOICE, loop=True)
    await ear.hears(400)
    first.close()
    leg2.audio.wait_with(MUSIC)
    await ear.hears(1000)
    leg2.audio.wait_with(None)
    bridge(b, leg2, leg3)
    phone3.media.play(tones.sine(600, 1000), loop=True)
    await ear.hears(600)


@with_ends
async def test_when_the_parted_side_hangs_up_the_new_pair_talks_on(a: End, b: End) -> None:
    phone1, phone2, leg1, leg2 = await two_calls(a, b)
    phone3, leg3 = await connect(a, b)
    first = bridge(b, leg1, leg2)
    waiting = asyncio.ensure_future(first.wait())
    first.close()
    assert await waiting is None
    second = bridge(b, leg2, leg3)
    phone1.hang_up()
    await leg1.wait_ended()
    ear = Ear(phone3)
    phone2.media.play(VOICE, loop=True)
    await ear.hears(400)
    phone3.hang_up()
    assert await second.wait() is leg3
    assert leg2.is_over


# --- keys by INFO -------------------------------------------------------------------------------------------


class InfoPhone(wire.Call):
    """A bare phone without telephone events; INFO that it gets is answered with `status` and kept."""

    status = 200
    infos: asyncio.Queue[wire.Message]

    def _asked(self, message: wire.Message, source: wire.Address) -> None:
        if message.method == "INFO":
            self.infos.put_nowait(message)
            self.line.send(wire.answer_to(message, self.status))
        else:
            wire.Call._asked(self, message, source)


async def info_phone(b: End) -> tuple[InfoPhone, CallLeg]:
    """A call of such a phone that was answered."""
    phone = InfoPhone(await b.line(), "1000", wire.sdp(9, formats="0 8"))
    phone.infos = asyncio.Queue()
    phone.begin()
    leg = await b.next_call()
    leg.answer()
    await phone.reply()
    phone.ack()
    return phone, leg


async def press(phone: InfoPhone, body: bytes, kind: str = "application/dtmf") -> int | None:
    phone.line.send(phone.request("INFO", body, headers=[("Content-Type", kind)]))
    return (await phone.reply("INFO")).status


@with_ends
async def test_keys_by_info_reach_the_other_side_as_events_and_its_come_back_by_info(a: End, b: End) -> None:
    phone1, leg1 = await connect(a, b)
    phone2, leg2 = await info_phone(b)
    bridge(b, leg1, leg2)
    assert await press(phone2, b"d=4\r\n") == 200
    assert await press(phone2, b"Signal=2\r\nDuration=100", "application/dtmf-relay") == 200
    assert await press(phone2, b"flash") == 415
    await a.until(events.DigitReceived, phone1, count=2)
    assert phone1.audio.take_digits() == "42"
    await phone1.audio.send_digits("#")
    info = await phone2.infos.get()
    assert info.get("content-type") == "application/dtmf-relay"
    assert info.body.startswith(b"Signal=#\r\n")


@with_ends
async def test_a_phone_that_refuses_info_gets_tones(a: End, b: End) -> None:
    phone1, leg1 = await connect(a, b)
    phone2, leg2 = await info_phone(b)
    phone2.status = 415
    bridge(b, leg1, leg2)
    assert await press(phone2, b"4") == 200
    heard = ToneDetector()
    got: asyncio.Future[str] = a.loop.create_future()

    def hear(frame: Frame) -> None:
        found = heard.receive(frame)
        if found and not got.done():
            got.set_result(found)

    leg2.audio.tap(hear, direction=TapSide.SENT)
    await phone1.audio.send_digits("7")
    await phone2.infos.get()
    assert await got == "7"
    assert phone2.infos.empty()

"""What can be done with the sound of a leg, heard at the other end: play, keys, echo, recording, tapping."""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path

import numpy as np
import pytest

from telephony.call import events
from telephony.call.errors import CallStateError, LegClosed
from telephony.call.leg_audio import Collected, CollectEnd
from telephony.media import tones
from telephony.media.interface import EndReason, TapSide
from tests.unit.telephony.call.ends import Ear, End, connect, pitch_of, with_ends

LONG = tones.sine(400, 10_000)

# --- playing ------------------------------------------------------------------------------------------


@with_ends
async def test_play_waits_for_the_end_of_the_prompt(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    ear = Ear(calling)
    heard = asyncio.ensure_future(ear.hears(400))
    end = await called.audio.play(tones.sine(400, 300), name="welcome")
    await heard
    assert (end.reason, end.played_ms) == (EndReason.FINISHED, 300)
    assert [event.prompt for event in b.told(events.PlayStarted)] == ["welcome"]
    (ended,) = b.told(events.PlayEnded)
    assert (ended.prompt, ended.reason, ended.played_ms) == ("welcome", "finished", 300)


@with_ends
async def test_play_can_be_stopped(a: End, b: End) -> None:
    _, called = await connect(a, b)
    playing = asyncio.ensure_future(called.audio.play(LONG, loop=True))
    await b.until(events.PlayStarted)
    called.audio.stop()
    assert (await playing).reason is EndReason.STOPPED
    called.audio.stop()


@with_ends
async def test_another_prompt_replaces_the_one_that_is_played(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    ear = Ear(calling)
    first = asyncio.ensure_future(called.audio.play(LONG, name="first"))
    await b.until(events.PlayStarted)
    second = asyncio.ensure_future(called.audio.play(tones.sine(1000, 200), name="second"))
    await ear.hears(1000)
    assert (await first).reason is EndReason.REPLACED
    assert (await second).reason is EndReason.FINISHED


@with_ends
async def test_who_stops_waiting_stops_the_prompt(a: End, b: End) -> None:
    _, called = await connect(a, b)
    playing = asyncio.ensure_future(called.audio.play(LONG))
    await b.until(events.PlayStarted)
    playing.cancel()
    assert (await b.until(events.PlayEnded)).reason == "stopped"
    with pytest.raises(asyncio.CancelledError):
        await playing


@with_ends
async def test_a_key_barges_in_and_stays_for_collect(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    playing = asyncio.ensure_future(called.audio.play(LONG, barge_in=True))
    await b.until(events.PlayStarted)
    await calling.audio.send_digits("7")
    end = await playing
    assert end.reason is EndReason.STOPPED
    assert end.played_ms < 10_000
    assert await called.audio.collect(1) == Collected("7", CollectEnd.COMPLETE)


@with_ends
async def test_a_key_that_waits_stops_the_prompt_before_it_begins(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    await calling.audio.send_digits("7")
    await b.until(events.DigitReceived)
    assert (await called.audio.play(LONG, barge_in=True)).played_ms == 0
    assert b.told(events.PlayStarted) == []


@with_ends
async def test_a_key_does_not_stop_a_prompt_that_must_be_heard(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    playing = asyncio.ensure_future(called.audio.play(tones.sine(400, 600)))
    await b.until(events.PlayStarted)
    await calling.audio.send_digits("7")
    assert (await playing).reason is EndReason.FINISHED


@with_ends
async def test_a_key_after_the_prompt_stops_nothing_that_plays_then(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    await called.audio.play(tones.sine(400, 100), barge_in=True)
    playing = asyncio.ensure_future(called.audio.play(tones.sine(400, 600)))
    await b.until(events.PlayStarted, count=2)
    await calling.audio.send_digits("7")
    assert (await playing).reason is EndReason.FINISHED


# --- keys -----------------------------------------------------------------------------------------------


@with_ends
async def test_keys_arrive_in_order_at_the_other_end(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    collecting = asyncio.ensure_future(called.audio.collect(16, first_timeout=10))
    await calling.audio.send_digits("12*9A#")
    assert await collecting == Collected("12*9A", CollectEnd.TERMINATOR)
    assert [event.digit for event in b.told(events.DigitReceived)] == list("12*9A#")
    assert [event.count for event in a.told(events.DigitsSent)] == [6]


@with_ends
async def test_collecting_ends_when_it_is_complete(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    collecting = asyncio.ensure_future(called.audio.collect(2, first_timeout=10))
    await calling.audio.send_digits("123")
    assert await collecting == Collected("12", CollectEnd.COMPLETE)
    await b.until(events.DigitReceived, count=3)
    assert called.audio.take_digits() == "3"


@with_ends
async def test_keys_that_were_pressed_before_count(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    await calling.audio.send_digits("12")
    await b.until(events.DigitReceived, count=2)
    assert await called.audio.collect(4, between_timeout=0.01) == Collected("12", CollectEnd.TIMEOUT)
    await calling.audio.send_digits("34")
    await b.until(events.DigitReceived, count=4)
    called.audio.forget_digits()
    assert await called.audio.collect(4, first_timeout=0.01) == Collected("", CollectEnd.TIMEOUT)


@with_ends
async def test_a_terminator_alone_collects_nothing(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    collecting = asyncio.ensure_future(called.audio.collect(4, terminators="#*", first_timeout=10))
    await calling.audio.send_digits("*")
    assert await collecting == Collected("", CollectEnd.TERMINATOR)


@with_ends
async def test_one_collects_at_a_time_and_a_cancelled_one_makes_room(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    collecting = asyncio.ensure_future(called.audio.collect(4, first_timeout=10))
    await asyncio.sleep(0)
    with pytest.raises(CallStateError):
        await called.audio.collect(4)
    collecting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await collecting
    again = asyncio.ensure_future(called.audio.collect(1, first_timeout=10))
    await calling.audio.send_digits("5")
    assert (await again).digits == "5"


@with_ends
async def test_whoever_listens_may_take_a_key(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    seen: list[str] = []

    def take(digit: str) -> bool:
        seen.append(digit)
        return digit == "1"

    called.audio.on_digit = take
    await calling.audio.send_digits("12")
    await b.until(events.DigitReceived, count=2)
    assert (seen, called.audio.take_digits()) == (["1", "2"], "2")


@with_ends
@pytest.mark.parametrize("digits", ["", "12x"])
async def test_what_is_no_key_is_not_sent(a: End, b: End, digits: str) -> None:
    calling, _ = await connect(a, b)
    with pytest.raises(ValueError, match="digits"):
        await calling.audio.send_digits(digits)
    assert a.told(events.DigitsSent) == []
    await asyncio.sleep(0)
    assert not calling._life._waiting


@with_ends
@pytest.mark.parametrize(
    ("content_type", "body", "digit"),
    [
        ("application/dtmf-relay", b"Signal=5\r\nDuration=160\r\n", "5"),
        ("application/dtmf-relay", b"signal= 11", "#"),
        ("application/dtmf", b"*", "*"),
    ],
)
async def test_keys_come_by_info_too(a: End, b: End, content_type: str, body: bytes, digit: str) -> None:
    calling, called = await connect(a, b)
    collecting = asyncio.ensure_future(called.audio.collect(1, terminators="", first_timeout=10))
    a.command(calling).request("INFO", (("Content-Type", content_type),), body)
    assert (await collecting).digits == digit


@with_ends
async def test_info_that_holds_no_key_presses_none(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    for content_type, body in [
        ("text/plain", b"5"),
        ("application/dtmf-relay", b"Duration=160"),
        ("application/dtmf", b"\xff"),
    ]:
        a.command(calling).request("INFO", (("Content-Type", content_type),), body)
    a.command(calling).request("INFO", (("Content-Type", "application/dtmf"),), b"9")
    assert (await b.until(events.DigitReceived)).digit == "9"
    assert called.audio.take_digits() == "9"


# --- echo, tap, recording -------------------------------------------------------------------------------


@with_ends
async def test_an_echo_sends_the_far_end_its_own_voice(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    ear = Ear(calling)
    called.audio.echo()
    calling.media.play(LONG)
    await ear.hears(400)
    called.audio.echo(False)
    await ear.hears(0)


@with_ends
async def test_a_tap_hears_either_direction_until_it_is_closed(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    told, heard = Ear(called, TapSide.SENT), Ear(called)
    called.media.play(LONG)
    calling.media.play(tones.sine(1000, 10_000))
    await told.hears(400)
    await heard.hears(1000)
    told.close()
    heard.close()


@with_ends
async def test_a_recording_holds_both_sides_and_ends_with_the_call(a: End, b: End, tmp_path: Path) -> None:
    calling, called = await connect(a, b)
    called.audio.record(tmp_path, "day/call.wav")
    ears = Ear(called), Ear(calling)
    calling.media.play(LONG)
    called.media.play(tones.sine(1000, 10_000))
    await ears[0].hears(400, frames=15)
    await ears[1].hears(1000, frames=15)
    calling.hang_up()
    ended = await b.until(events.RecordingEnded)
    assert (b.told(events.RecordingStarted)[0].file, ended.file) == ("day/call.wav", "day/call.wav")
    with wave.open(str(tmp_path / "day/call.wav")) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8000)
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, 2)
    assert len(samples) / 8 == ended.recorded_ms
    assert [pitch_of(samples[-800:-640, side]) for side in (0, 1)] == [400, 1000]


@with_ends
async def test_a_disk_that_fails_is_logged_and_does_not_end_the_call(
    a: End, b: End, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _, called = await connect(a, b)
    (tmp_path / "full").write_text("not a folder")
    called.audio.record(tmp_path, "full/call.wav")
    await b.until(events.RecordingEnded, called)
    assert "recording stopped" in caplog.text
    assert not called.is_over


@with_ends
async def test_nothing_begins_on_a_leg_that_is_over(a: End, b: End, tmp_path: Path) -> None:
    calling, called = await connect(a, b)
    calling.hang_up()
    await called.wait_ended()
    with pytest.raises(LegClosed):
        await called.audio.play(LONG)
    with pytest.raises(LegClosed):
        await called.audio.play(LONG, barge_in=True)
    with pytest.raises(LegClosed):
        await called.audio.collect(1)
    with pytest.raises(LegClosed):
        await called.audio.send_digits("1")
    with pytest.raises(LegClosed):
        called.audio.record(tmp_path, "late.wav")
    with pytest.raises(LegClosed):
        called.audio.tap(lambda frame: None)
    with pytest.raises(LegClosed):
        called.audio.echo()
    called.audio.stop()
    assert b.told(events.RecordingStarted) == []

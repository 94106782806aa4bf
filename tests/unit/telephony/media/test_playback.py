"""Prompts, music on hold, and who speaks when."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from telephony.media import tones
from telephony.media.audio import Prompt
from telephony.media.interface import EndReason, MediaError, PlayEnd
from telephony.media.leg import Leg
from telephony.sdp.offer_answer import MediaDirection
from tests.unit.telephony.media.far_end import a_rig, agreed, on_loop, steps, strongest


def played(leg: Leg, prompt: Prompt, **how: bool) -> asyncio.Future[PlayEnd]:
    """Play, and have the end."""
    end: asyncio.Future[PlayEnd] = asyncio.get_running_loop().create_future()
    leg.play(prompt, on_done=end.set_result, **how)
    return end


@pytest.mark.parametrize("codec", ["PCMU", "PCMA"])
@on_loop
async def test_a_prompt_arrives_whole_and_at_the_pace_of_speech(codec: str) -> None:
    async with a_rig() as rig:
        leg, far = rig.call(codec)
        prompt = tones.sine(500.0, 400)
        end = await asyncio.wait_for(played(leg, prompt), 5)
        assert end == PlayEnd(EndReason.FINISHED, 400)
        await far.until(lambda: len(far.received) == 20)
        assert [packet.payload for packet in far.received] == prompt.frames(codec)
        assert [packet.marker for packet in far.received] == [True] + [False] * 19
        assert steps([packet.sequence for packet in far.received], 65536) == {1}
        assert steps([packet.timestamp for packet in far.received], 1 << 32) == {160}
        assert 0.34 < far.received[-1].at - far.received[0].at < 0.6
        assert strongest(far.heard()) == 500.0


@on_loop
async def test_prompts_started_at_the_end_of_another_follow_without_a_gap() -> None:
    async with a_rig() as rig:
        leg, far = rig.call()
        ends: list[PlayEnd] = []

        def again(end: PlayEnd) -> None:
            ends.append(end)
            if len(ends) < 3:
                leg.play(tones.sine(500.0, 100), on_done=again)

        leg.play(tones.sine(500.0, 100), on_done=again)
        await far.until(lambda: len(far.received) == 15)
        assert steps([packet.timestamp for packet in far.received], 1 << 32) == {160}
        assert far.received[-1].at - far.received[0].at < 0.45


@on_loop
async def test_the_timestamp_follows_the_clock_through_a_pause() -> None:
    async with a_rig() as rig:
        leg, far = rig.call()
        await played(leg, tones.sine(500.0, 40))
        await far.until(lambda: len(far.received) == 2)
        await asyncio.sleep(0.3)  # the pause that is measured, not a wait for something
        await played(leg, tones.sine(500.0, 40))
        await far.until(lambda: len(far.received) == 4)
        apart = (far.received[2].timestamp - far.received[1].timestamp) & 0xFFFFFFFF
        assert abs(apart / 8000 - (far.received[2].at - far.received[1].at)) < 0.03
        assert far.received[2].marker


@on_loop
async def test_stop_is_immediate_and_says_how_much_was_played() -> None:
    async with a_rig() as rig:
        leg, far = rig.call()
        ends: list[PlayEnd] = []
        playback = leg.play(tones.sine(500.0, 5000), on_done=ends.append)
        await far.until(lambda: len(far.received) == 5)
        playback.stop()
        playback.stop()
        assert ends == [PlayEnd(EndReason.STOPPED, playback.played_ms)]
        assert playback.played_ms in (100, 120)


@on_loop
async def test_a_loop_goes_round_until_it_is_stopped() -> None:
    async with a_rig() as rig:
        leg, far = rig.call()
        playback = leg.play(tones.sine(500.0, 40), loop=True)
        await far.until(lambda: len(far.received) == 7)
        frames = tones.sine(500.0, 40).frames("PCMU")
        assert [packet.payload for packet in far.received[:7]] == [*(frames * 3), frames[0]]
        assert playback.played_ms >= 140
        playback.stop()


@on_loop
async def test_a_new_playback_replaces_the_old_one() -> None:
    async with a_rig() as rig:
        leg, far = rig.call()
        first = played(leg, tones.sine(500.0, 5000))
        await far.until(lambda: len(far.received) == 2)
        second = played(leg, tones.sine(600.0, 60))
        assert (await first).reason is EndReason.REPLACED
        assert await second == PlayEnd(EndReason.FINISHED, 60)


@on_loop
async def test_music_plays_whenever_no_prompt_does_and_goes_on_where_it_was() -> None:
    async with a_rig() as rig:
        leg, far = rig.call()
        music, prompt = tones.music(), tones.sine(500.0, 60)
        leg.hold_music(music)
        leg.hold_music(music)
        await far.until(lambda: len(far.received) == 5)
        await played(leg, prompt)
        await far.until(lambda: len(far.received) >= 12)
        leg.hold_music(None)
        payloads = [packet.payload for packet in far.received]
        spoken = payloads.index(prompt.frames("PCMU")[0])
        assert payloads[spoken : spoken + 3] == prompt.frames("PCMU")
        del payloads[spoken : spoken + 3]
        assert payloads == music.frames("PCMU")[: len(payloads)]
        assert steps([packet.sequence for packet in far.received], 65536) == {1}


@on_loop
async def test_a_playback_goes_on_in_the_codec_of_a_new_negotiation() -> None:
    async with a_rig() as rig:
        leg, far = rig.call("PCMU")
        prompt = tones.sine(500.0, 200)
        end = played(leg, prompt)
        await far.until(lambda: len(far.received) == 4)
        far.codec = "PCMA"
        leg.apply(agreed(far))
        await end
        await far.until(lambda: len(far.received) == 10)
        for number, packet in enumerate(far.received):
            codec = "PCMU" if packet.payload_type == 0 else "PCMA"
            assert packet.payload == prompt.frames(codec)[number]
        assert far.received[-1].payload_type == 8


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
@on_loop
async def test_a_playback_to_a_leg_on_hold_takes_its_time_in_silence(address: str) -> None:
    async with a_rig() as rig:
        leg, far = rig.call()
        inactive = MediaDirection.RECVONLY if address == "127.0.0.1" else MediaDirection.SENDRECV
        leg.apply(agreed(far, direction=inactive, address=address))
        began = asyncio.get_running_loop().time()
        assert await played(leg, tones.sine(500.0, 100)) == PlayEnd(EndReason.FINISHED, 100)
        assert asyncio.get_running_loop().time() - began > 0.07
        leg.apply(agreed(far))
        await played(leg, tones.sine(500.0, 40))
        await far.until(lambda: len(far.received) == 2)
        assert leg.stats().packets_sent == 2


@on_loop
async def test_a_leg_with_nothing_to_say_says_nothing() -> None:
    async with a_rig() as rig:
        leg, far = rig.call()
        talker_leg, talker = rig.call()
        far.send(bytes(160))
        await played(talker_leg, tones.sine(500.0, 200))
        await talker.until(lambda: len(talker.received) == 10)
        assert not far.received
        assert leg.stats().packets_sent == 0


@on_loop
async def test_closing_a_leg_ends_its_playback_and_nothing_starts_on_it_any_more() -> None:
    async with a_rig() as rig:
        leg, _ = rig.call()
        refused: list[MediaError] = []

        def again(end: PlayEnd) -> None:
            assert end.reason is EndReason.CLOSED
            with pytest.raises(MediaError) as error:
                leg.play(tones.beep())
            refused.append(error.value)

        leg.play(tones.music(), on_done=again)
        stats = leg.close()
        assert leg.close() is stats
        assert len(refused) == 1


@on_loop
async def test_an_empty_prompt_is_over_at_once() -> None:
    async with a_rig() as rig:
        leg, _ = rig.call()
        nothing = Prompt("nothing", np.zeros(0, np.int16))
        for loop in (False, True):
            assert await asyncio.wait_for(played(leg, nothing, loop=loop), 5) == PlayEnd(
                EndReason.FINISHED, 0
            )

"""Nothing is sent to an address that has proved nothing: neither sound nor reports, whatever speaks."""

from __future__ import annotations

import asyncio
import time

from telephony.media import tones
from telephony.media.leg import Leg
from tests.unit.telephony.media.far_end import SIGNALS, FarEnd, Rig, a_rig, agreed, on_loop, until_read


def unproved(rig: Rig, *, said: bool = True) -> tuple[Leg, FarEnd]:
    """A leg whose far end has proved nothing yet."""
    far, leg = rig.far_end(), rig.engine.open_leg(awaits_proof=True)
    far.target = (leg.address, leg.port)
    if said:
        leg.apply(agreed(far), SIGNALS)
    return leg, far


@on_loop
async def test_a_prompt_waits_for_the_proof_and_begins_at_its_beginning() -> None:
    async with a_rig() as rig:
        (leg, far), (_, other) = unproved(rig), rig.call()
        playback = leg.play(tones.beep())
        for tick in range(20):
            leg.tick(time.monotonic() + tick * 0.02)
        assert playback.played_ms == 0
        leg.peer_proved()
        await far.until(lambda: len(far.received) == 10)
        assert [packet.payload for packet in far.received] == list(tones.beep().frames("PCMU"))
        assert not other.received


@on_loop
async def test_nothing_that_speaks_is_sent_before_the_proof() -> None:
    async with a_rig() as rig:
        (bridged, victim), (leg, far) = unproved(rig), rig.call()
        (called, second), (held, third) = unproved(rig), unproved(rig)
        rig.engine.bridge(bridged, leg)
        called.send_digits("123")
        held.hold_music(tones.music())
        for _ in range(10):
            far.send(bytes(160))
        await until_read(leg, 10)
        for each in (bridged, called, held):
            each.tick(time.monotonic())
            each.housekeeping(time.monotonic() + 60)
            each.close()
        for far_end in (victim, second, third):
            assert not far_end.received
            assert not far_end.control


@on_loop
async def test_sound_from_the_far_end_is_proof() -> None:
    async with a_rig() as rig:
        leg, far = unproved(rig)
        leg.play(tones.beep())
        far.send(bytes(160))
        await far.until(lambda: len(far.received) == 10)
        leg.close()
        await far.until(lambda: far.control)


@on_loop
async def test_sound_from_a_stranger_is_none() -> None:
    async with a_rig() as rig:
        (leg, far), stranger = unproved(rig, said=False), rig.far_end()
        leg.apply(agreed(far, address="192.0.2.1"))
        stranger.target = far.target
        leg.play(tones.beep())
        for _ in range(10):
            stranger.send(bytes(160))
        async with asyncio.timeout(5):
            while leg.stats().strangers < 10:  # noqa: ASYNC110 (the engine tells nobody)
                await asyncio.sleep(0)
        assert not stranger.received
        assert leg.stats().packets_sent == 0


@on_loop
async def test_proof_before_the_offer_is_answered_counts() -> None:
    """The ACK of an INVITE without an offer brings the address, and is the proof."""
    async with a_rig() as rig:
        leg, far = unproved(rig, said=False)
        leg.play(tones.beep())
        leg.peer_proved()
        leg.apply(agreed(far), SIGNALS)
        await far.until(lambda: far.received)

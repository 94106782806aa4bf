"""What a number can do with a call by itself: echo, play, record, hold. Calling others is in `dialling.py`.

Each is a coroutine that has the caller's leg from the offer to the end. `CallEnded` passes through: it is
how a caller who hangs up ends the application.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from config import RecordTarget
from telephony.applications.record import Take
from telephony.call.leg import CallLeg
from telephony.call.leg_lifetime import LegContext
from telephony.call.switchboard import Switchboard
from telephony.media import tones
from telephony.media.audio import Prompt
from telephony.media.interface import AudioSource
from telephony.media.prompts import PromptStore

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class House:
    """What the applications work with.

    Args:
        context: clock, loop, journal.
        switchboard: makes legs.
        prompts: sounds by name.
        music: what a caller on hold hears.
        recordings: the recordings folder.
        record_calls: whether bridged calls are recorded.
    """

    context: LegContext
    switchboard: Switchboard
    prompts: PromptStore
    music: AudioSource
    recordings: Path
    record_calls: bool


async def echo(leg: CallLeg) -> None:
    """Answer and send the caller's own voice back until the caller hangs up."""
    leg.answer()
    leg.audio.echo()
    await leg.wait_ended()


async def hold(leg: CallLeg) -> None:
    """Answer and send nothing until the caller hangs up."""
    leg.answer()
    await leg.wait_ended()


async def play(leg: CallLeg, source: AudioSource, name: str, *, repeat: bool) -> None:
    """Answer, play, hang up."""
    leg.answer()
    await leg.audio.play(source, name=name, loop=repeat)
    leg.hang_up("prompt finished")


async def record(leg: CallLeg, house: House, target: RecordTarget) -> None:
    """Answer, beep, record the caller until key, silence or limit, play it back, hang up."""
    leg.answer()
    if target.beep:
        await leg.audio.play(tones.beep(), name="beep")
    leg.audio.forget_digits()
    take = Take(
        leg,
        max_seconds=target.max_seconds,
        silence_seconds=target.silence_seconds,
        finish_key=target.finish_key,
    )
    recording = leg.audio.record(house.recordings, f"{leg.call}.wav", on_error=disk_failed)
    try:
        await take.make()
    finally:
        recording.stop()
    leg.audio.forget_digits()
    if target.play_back and len(take.samples):
        await leg.audio.play(Prompt("recording", take.samples), name="recording")
    leg.hang_up("recording finished")


def disk_failed(error: OSError) -> None:
    """Say that a recording stopped; the call goes on."""
    log.error("recording stopped: %s", error)

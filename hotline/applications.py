"""What a number can do with a call by itself: echo, play, record, hold. Calling others is in `dialling.py`.

Each is a coroutine that has the caller's leg from the offer to the end. `CallEnded` passes through: it is
how a caller who hangs up ends the application.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from config import RecordTarget
from telephony.call.leg import CallLeg
from telephony.call.leg_base import LegContext
from telephony.call.switchboard import Switchboard
from telephony.media import tones
from telephony.media.audio import Prompt
from telephony.media.interface import FRAME_MS, AudioSource, Frame
from telephony.media.prompts import PromptStore

log = logging.getLogger(__name__)

# A frame counts as speech above this RMS (int16 units, about -42 dBFS): enough to end a recording by silence.
SPEECH_LEVEL = 250.0


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
    leg.echo()
    await leg.wait_ended()


async def hold(leg: CallLeg) -> None:
    """Answer and send nothing until the caller hangs up."""
    leg.answer()
    await leg.wait_ended()


async def play(leg: CallLeg, source: AudioSource, name: str, *, repeat: bool) -> None:
    """Answer, play, hang up."""
    leg.answer()
    await leg.play(source, name=name, loop=repeat)
    leg.hang_up("prompt finished")


async def record(leg: CallLeg, house: House, target: RecordTarget) -> None:
    """Answer, beep, record the caller until key, silence or limit, play it back, hang up."""
    leg.answer()
    if target.beep:
        await leg.play(tones.beep(), name="beep")
    over: asyncio.Future[None] = leg.future()
    take = _Take(over, target)
    timer = house.context.loop.call_later(target.max_seconds, take.finish)
    recording = leg.record(house.recordings, f"{leg.call}.wav", on_error=disk_failed)
    tap = leg.tap(take.hear)
    # Phones, firewalls and NATs take a stream that stops for one that is dead.
    leg.media.play(tones.silence(), loop=True)
    leg.on_digit = take.key
    try:
        await over
    finally:
        leg.on_digit = None
        timer.cancel()
        tap.close()
        recording.stop()
    leg.forget_digits()
    if target.play_back and take.frames:
        await leg.play(Prompt("recording", np.concatenate(take.frames)), name="recording")
    leg.hang_up("recording finished")


class _Take:
    """One recording while it is made: its sound, and when it is over."""

    def __init__(self, over: asyncio.Future[None], target: RecordTarget) -> None:
        self.frames: list[Frame] = []
        self._over = over
        self._finish_key = target.finish_key
        self._most_silence = int(target.silence_seconds * 1000 / FRAME_MS)
        self._silence = 0

    def hear(self, frame: Frame) -> None:
        self.frames.append(frame)
        loud = float(np.sqrt(np.mean(np.square(frame, dtype=np.float64)))) > SPEECH_LEVEL
        self._silence = 0 if loud else self._silence + 1
        if self._most_silence and self._silence >= self._most_silence:
            self.finish()

    def key(self, digit: str) -> None:
        if digit == self._finish_key:
            self.finish()

    def finish(self) -> None:
        if not self._over.done():
            self._over.set_result(None)


def disk_failed(error: OSError) -> None:
    """Say that a recording stopped; the call goes on."""
    log.error("recording stopped: %s", error)

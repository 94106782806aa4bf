"""Record: what a caller says until a key, silence or the limit.

`CallerMessage` takes the message down, for the record application and for flows (voicemail, intake).
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from telephony.call.leg import CallLeg
from telephony.media import tones
from telephony.media.audio import Prompt
from telephony.media.interface import FRAME_MS, Frame

# A frame counts as sound above this RMS (int16 units, about -42 dBFS): enough to end a message by silence.
SOUND_LEVEL = 250.0


async def record(
    leg: CallLeg,
    recordings: Path,
    *,
    beep: bool,
    max_seconds: float,
    silence_seconds: float,
    finish_key: str,
    play_back: bool,
) -> None:
    """Answer, record the caller, hang up.

    Args:
        leg: the caller's.
        recordings: the recordings folder; the file is named after the call.
        beep: play a tone first.
        max_seconds, silence_seconds, finish_key: as for `CallerMessage`.
        play_back: let the caller hear the message before the end.
    """
    leg.answer()
    if beep:
        await leg.audio.play(tones.beep(), name="beep")
    leg.audio.forget_digits()
    message = CallerMessage(
        leg, max_seconds=max_seconds, silence_seconds=silence_seconds, finish_key=finish_key
    )
    recording = leg.audio.record(recordings, f"{leg.call}.wav")
    try:
        await message.receive()
    finally:
        recording.stop()
    leg.audio.forget_digits()
    if play_back and len(message.samples):
        await leg.audio.play(Prompt("recording", message.samples), name="recording")
    leg.hang_up("recording finished")


class CallerMessage:
    """One message while the caller speaks it.

    Args:
        leg: the caller's.
        max_seconds: the longest message.
        silence_seconds: this much silence ends it; 0 never does.
        finish_key: the key that ends it, "" for none.
    """

    def __init__(self, leg: CallLeg, *, max_seconds: float, silence_seconds: float, finish_key: str) -> None:
        self._leg = leg
        self._max_seconds = max_seconds
        self._most_silence = int(silence_seconds * 1000 / FRAME_MS)
        self._finish_key = finish_key
        self._frames: list[Frame] = []
        self._silence = 0
        self._sound = 0
        self._over: asyncio.Future[None] = leg.future()

    @property
    def samples(self) -> NDArray[np.int16]:
        """What was said so far: 8 kHz, one dimension."""
        return np.concatenate(self._frames) if self._frames else np.zeros(0, np.int16)

    @property
    def seconds(self) -> float:
        """How long it is; 0 when nothing but silence was heard."""
        return len(self._frames) * FRAME_MS / 1000 if self._sound else 0.0

    async def receive(self) -> None:
        """Take the message down until it is over.

        Raises:
            LegClosed: the caller hung up; what was said until then is in `samples`.
        """
        leg = self._leg
        timer = asyncio.get_running_loop().call_later(self._max_seconds, self._finish)
        tap = leg.audio.tap(self._hear)
        leg.audio.on_digit = self._key
        # Phones, firewalls and NATs take a stream that stops for one that is dead.
        silence = leg.media.play(tones.silence(), loop=True)
        try:
            await self._over
        finally:
            leg.audio.on_digit = None
            timer.cancel()
            tap.close()
            silence.stop()

    def _hear(self, frame: Frame) -> None:
        self._frames.append(frame.copy())
        loud = float(np.sqrt(np.mean(np.square(frame, dtype=np.float64)))) > SOUND_LEVEL
        self._sound += loud
        self._silence = 0 if loud else self._silence + 1
        if self._most_silence and self._silence >= self._most_silence:
            self._finish()

    def _key(self, digit: str) -> bool:
        if digit == self._finish_key:
            self._finish()
        return True  # keys that end nothing answer nothing either

    def _finish(self) -> None:
        if not self._over.done():
            self._over.set_result(None)

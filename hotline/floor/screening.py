"""Who answers must press a key before a caller is connected: a personal voicemail never gets one.

Used for agents on a mobile, and for agents who hear what a callback is about first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hotline.floor.speaking import play_all, sounds_of
from hotline.floor.tasks import drop
from hotline.floor.texts import text
from hotline.sayings import Sayings, shown
from ivr_flows.conversation import Part
from telephony.call.leg import CallLeg
from telephony.media import tones

# Without a voice the agent hears this many beeps: a sign to press the key.
BEEPS = 3


class Screen:
    """The question that an agent answers by key.

    Args:
        sayings: speaks it.
        key: what takes the call.
        seconds: how long to wait for it, from the end of what is said.
    """

    def __init__(self, sayings: Sayings, key: str, seconds: float) -> None:
        self._sayings = sayings
        self._key = key
        self._seconds = seconds

    async def confirmed(self, leg: CallLeg, language: str, parts: Sequence[Part] = ()) -> bool:
        """Say what the call is about, and whether the key was pressed in time.

        Args:
            leg: the agent's, answered.
            language: the agent's.
            parts: what to say before the key is asked for; a few words by default.

        Raises:
            CallEnded: the agent hung up.
        """
        pressed: asyncio.Future[bool] = leg.future()

        def key(digit: str) -> bool:
            if digit == self._key and not pressed.done():
                pressed.set_result(True)
            return True

        leg.on_digit = key
        silence = None
        speaking = asyncio.ensure_future(self._ask(leg, language, parts))
        try:
            await asyncio.wait((pressed, speaking), return_when=asyncio.FIRST_COMPLETED)
            if not pressed.done():
                speaking.result()
                # Networks take a stream that stops for one that is dead.
                silence = leg.media.play(tones.silence(), loop=True)
                await asyncio.wait((pressed,), timeout=self._seconds)
            return pressed.done() and pressed.result()
        finally:
            leg.on_digit = None
            leg.stop()
            if silence is not None:
                silence.stop()
            pressed.cancel()
            drop(speaking)

    async def _ask(self, leg: CallLeg, language: str, parts: Sequence[Part]) -> None:
        said = [*(parts or (text("screen", language),)), text("press_to_take", language, key=self._key)]
        leg.tell_said(shown(said), language)
        sounds = await sounds_of(self._sayings, said, language)
        await play_all(leg, sounds or [tones.beep()] * BEEPS, "screen")

"""Who answers must press a key before a caller is connected: a personal voicemail never gets one.

Used for agents on a mobile, and for agents who hear what a callback is about first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from callback_queue.acd.speaking import play_all
from callback_queue.acd.tasks import drop
from callback_queue.prompts import text
from ivr_flows.runtime.conversation import Part
from telephony.call.leg import CallLeg
from telephony.media import tones
from telephony.media.interface import AudioSource
from tts.prompts import Sayings, shown

# Without a voice the agent hears this many beeps: a sign to press the key.
BEEPS = 3


class Question:
    """What an agent is asked, on its way to sound: it is made while the phone rings.

    Args:
        said: in order.
        language: the agent's.
        sounds: the sound of each piece; None where it can't be had.
    """

    def __init__(
        self, said: Sequence[Part], language: str, sounds: Sequence[asyncio.Task[AudioSource | None]]
    ) -> None:
        self.said = said
        self.language = language
        self._sounds = sounds

    async def ask(self, leg: CallLeg) -> None:
        """Say it; what is not made yet is waited for.

        Raises:
            CallEnded: the agent hung up.
        """
        leg.tell_said(shown(self.said), self.language)
        spoken = False
        for task in self._sounds:
            sound = await task
            if sound is not None:
                spoken = True
                if not await play_all(leg, [sound], "screen"):
                    return
        if not spoken:
            await play_all(leg, [tones.beep()] * BEEPS, "screen")

    def close(self) -> None:
        """Nobody is asked any more."""
        for task in self._sounds:
            drop(task)


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

    def question(self, language: str, parts: Sequence[Part] = ()) -> Question:
        """Begin to make the sound of a question; whoever has it closes it.

        Args:
            language: the agent's.
            parts: what to say before the key is asked for; a few words by default.
        """
        said = [*(parts or (text("screen", language),)), text("press_to_take", language, key=self._key)]
        pieces = [piece for part in said for piece in self._sayings.pieces(part, language)]
        sounds = [asyncio.ensure_future(self._sayings.sound(piece, language)) for piece in pieces]
        return Question(said, language, sounds)

    async def confirmed(self, leg: CallLeg, question: Question) -> bool:
        """Ask, and say whether the key was pressed in time.

        Args:
            leg: the agent's, answered.
            question: what to ask.

        Raises:
            CallEnded: the agent hung up.
        """
        pressed: asyncio.Future[bool] = leg.future()

        def key(digit: str) -> bool:
            if digit == self._key and not pressed.done():
                pressed.set_result(True)
            return True

        leg.audio.on_digit = key
        silence = None
        speaking = asyncio.ensure_future(question.ask(leg))
        try:
            await asyncio.wait((pressed, speaking), return_when=asyncio.FIRST_COMPLETED)
            if not pressed.done():
                speaking.result()
                # Networks take a stream that stops for one that is dead.
                silence = leg.media.play(tones.silence(), loop=True)
                await asyncio.wait((pressed,), timeout=self._seconds)
            return pressed.done() and pressed.result()
        finally:
            leg.audio.on_digit = None
            leg.audio.stop()
            if silence is not None:
                silence.stop()
            pressed.cancel()
            drop(speaking)

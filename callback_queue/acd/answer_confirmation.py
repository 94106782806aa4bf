"""Answer confirmation: an agent must press a key before a caller is connected, so that no voicemail gets one.

Used for agents on a mobile, and for agents who first hear what a callback is about.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from callback_queue.prompts import play_all, text
from telephony.call.errors import LegClosed
from telephony.call.leg import CallLeg
from telephony.media import tones
from telephony.media.interface import AudioSource
from tts.parts import Part, shown
from tts.prompts import PromptRenderer

# Without a voice the agent hears this many beeps: a sign to press the key.
BEEPS = 3


class ConfirmationPrompt:
    """What the agent hears after the answer; it is rendered while the phone rings.

    Args:
        parts: in order.
        language: the agent's.
        sounds: the sound of each piece; None where it could not be rendered.
    """

    def __init__(
        self, parts: Sequence[Part], language: str, sounds: Sequence[asyncio.Task[AudioSource | None]]
    ) -> None:
        self._parts = parts
        self._language = language
        self._sounds = sounds

    async def play(self, leg: CallLeg) -> None:
        """Play it, waiting for pieces that are still being rendered, until the agent hangs up."""
        leg.tell_said(shown(self._parts), self._language)
        spoken = False
        try:
            for task in self._sounds:
                sound = await task
                if sound is not None:
                    spoken = True
                    if not await play_all(leg, [sound], "screen"):
                        return
            if not spoken:
                await play_all(leg, [tones.beep()] * BEEPS, "screen")
        except LegClosed:
            pass  # the waiter for the key sees the same

    def close(self) -> None:
        """It is not needed any more."""
        for task in self._sounds:
            task.cancel()


class AnswerConfirmation:
    """The key by which an agent takes a call.

    Args:
        prompts: renders what the agent hears.
        key: the key.
        seconds: how long to wait for it after the prompt.
    """

    def __init__(self, prompts: PromptRenderer, key: str, seconds: float) -> None:
        self._prompts = prompts
        self._key = key
        self._seconds = seconds

    def prompt(self, language: str, parts: Sequence[Part] = ()) -> ConfirmationPrompt:
        """Begin to render a prompt; close it afterwards.

        Args:
            language: the agent's.
            parts: what comes before the request for the key; a few words by default.
        """
        all_parts = [
            *(parts or (text("screen", language),)),
            text("press_to_take", language, key=self._key),
        ]
        pieces = [piece for part in all_parts for piece in self._prompts.pieces(part, language)]
        sounds = [asyncio.ensure_future(self._prompts.sound(piece, language)) for piece in pieces]
        return ConfirmationPrompt(all_parts, language, sounds)

    async def confirmed(self, leg: CallLeg, prompt: ConfirmationPrompt) -> bool:
        """Play the prompt; whether the key was pressed in time.

        Args:
            leg: the agent's, answered.
            prompt: what the agent hears.

        Raises:
            LegClosed: the agent hung up.
        """
        pressed: asyncio.Future[bool] = leg.future()

        def key(digit: str) -> bool:
            if digit == self._key and not pressed.done():
                pressed.set_result(True)
            return True

        leg.audio.on_digit = key
        silence = None
        playing = asyncio.ensure_future(prompt.play(leg))
        try:
            await asyncio.wait((pressed, playing), return_when=asyncio.FIRST_COMPLETED)
            if not pressed.done():
                playing.result()
                # Networks take a stream that stops for one that is dead.
                silence = leg.media.play(tones.silence(), loop=True)
                await asyncio.wait((pressed,), timeout=self._seconds)
            return pressed.done() and pressed.result()
        finally:
            leg.audio.on_digit = None
            playing.cancel()
            leg.audio.stop()
            if silence is not None:
                silence.stop()
            pressed.cancel()

"""What one side hears while the other is rung: the agent ringing, the customer a prompt and music."""

from __future__ import annotations

import asyncio
import contextlib

from callback_queue.acd.services import QueueServices
from callback_queue.callbacks.events import AttemptOutcome
from callback_queue.callbacks.texts import NOT_REACHED, TextKey, text
from callback_queue.prompts import play_all, sounds_of
from telephony.call.bridging import CallBridge
from telephony.call.errors import LegClosed
from telephony.call.leg import CallLeg
from telephony.media import tones
from telephony.media.interface import MediaError

# Longer than any of our sentences: nobody is kept by a voice that hangs.
LONGEST_SENTENCE = 10.0


class EarlyMedia:
    """What the agent hears until the customer answers: ringing, or what the network lets be heard.

    Args:
        acd: engine and music.
        agent_leg: the agent's, answered.
    """

    def __init__(self, acd: QueueServices, agent_leg: CallLeg) -> None:
        self._acd = acd
        self._agent_leg = agent_leg
        self._ringing = agent_leg.media.play(tones.ringback(), loop=True)
        self._bridge: CallBridge | None = None

    def progressed(self, leg: CallLeg, status: int, early: bool) -> None:
        """A 1xx of the customer's phone; `early`: something can be heard now."""
        if early and self._bridge is None:
            self._ringing.stop()
            acd = self._acd
            # The agent has hung up in the same moment: the legs are hung up by the code that dialled.
            with contextlib.suppress(LegClosed, MediaError):
                self._bridge = CallBridge(
                    acd.calls.context, acd.switchboard.engine, leg, self._agent_leg, acd.calls.music
                )

    def close(self) -> None:
        """The customer has answered, or will not."""
        self._ringing.stop()
        if self._bridge is not None:
            self._bridge.close()


class CallbackPrompts:
    """What agent or customer hear while they wait for each other.

    Args:
        acd: voices and music.
        leg: who hears it, answered.
        language: theirs.
    """

    def __init__(self, acd: QueueServices, leg: CallLeg, language: str) -> None:
        self._acd = acd
        self._leg = leg
        self._language = language
        self._speaking: asyncio.Task[None] | None = None

    def welcome(self, name: str) -> None:
        """Begin to say who calls back; music follows."""
        self._leg.audio.wait_with(self._acd.calls.music)
        self._speaking = self._acd.loop.create_task(self._say("calling_back", name=name))

    async def apologise(self) -> None:
        """Say that nobody is free."""
        if self._speaking is not None:
            self._speaking.cancel()
        await self._say("nobody_free")

    async def say_why(self, outcome: AttemptOutcome) -> None:
        """Tell the agent what became of a customer who was not reached."""
        if outcome in NOT_REACHED:
            await self._say(NOT_REACHED[outcome])

    def leave(self) -> None:
        """Silence."""
        if self._speaking is not None:
            self._speaking.cancel()
        self._leg.audio.stop()
        self._leg.audio.wait_with(None)

    async def _say(self, key: TextKey, **values: str) -> None:
        with contextlib.suppress(LegClosed, TimeoutError):
            async with asyncio.timeout(LONGEST_SENTENCE):
                said = [text(key, self._language, **values)]
                sounds = await sounds_of(self._acd.prompts, said, self._language)
                self._leg.check_open()
                await play_all(self._leg, sounds, "callback")

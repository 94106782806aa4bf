"""What a waiting caller hears: the queue's music and, between, the place in the line and the estimated wait.

When to say what is decided by `callback_queue.line.announcements`. Music stands still while somebody speaks.
"""

from __future__ import annotations

import asyncio

from callback_queue.acd.services import FloorHouse
from callback_queue.acd.speaking import play_all, sounds_of
from callback_queue.acd.tasks import drop
from callback_queue.line.announcements import Announcer, Say
from callback_queue.line.place import Place
from callback_queue.prompts import text
from config import Queue
from ivr_flows.runtime.conversation import Part
from telephony.call.errors import CallEnded
from telephony.call.leg import CallLeg


class WaitingRoom:
    """One caller's wait, as the caller hears it, from the making of this until `leave`.

    Args:
        leg: the caller's, answered.
        house: what the floor works with.
        place: in the line.
        queue: its music and announcements.
        language: the caller's.
        exit_key: named in announcements, "" for none.
    """

    def __init__(
        self, leg: CallLeg, house: FloorHouse, place: Place, queue: Queue, language: str, exit_key: str
    ) -> None:
        self._leg = leg
        self._house = house
        self._place = place
        self._language = language
        self._exit_key = exit_key
        leg.audio.wait_with(house.music[queue.name])
        announcer = Announcer(queue.announce, house.now())
        self._speaking: asyncio.Task[None] | None = None
        if announcer.next_deadline() is not None:
            self._speaking = house.loop.create_task(self._announce(announcer))

    def leave(self) -> None:
        """Silence at once: an agent answered, or the caller leaves."""
        self._leg.audio.stop()
        self._leg.audio.wait_with(None)
        drop(self._speaking)
        self._speaking = None

    async def _announce(self, announcer: Announcer) -> None:
        house, place = self._house, self._place
        try:
            while (due := announcer.next_deadline()) is not None:
                await asyncio.sleep(max(0.0, due - house.now()))
                said = announcer.say(place.position, place.estimated_wait, house.now())
                if said is not None:
                    sounds = await sounds_of(house.sayings, self._parts(said), self._language)
                    await play_all(self._leg, sounds, "queue")
        except CallEnded:
            pass  # whoever carries the call knows

    def _parts(self, said: Say) -> list[Part]:
        language = self._language
        parts = []
        if said.position == 1:
            parts.append(text("next", language))
        elif said.position is not None:
            parts.append(text("position", language, number=str(said.position)))
        if said.minutes == 1:
            parts.append(text("wait_minute", language))
        elif said.minutes is not None:
            parts.append(text("wait_minutes", language, number=str(said.minutes)))
        if self._exit_key:
            parts.append(text("exit", language, key=self._exit_key))
        return parts

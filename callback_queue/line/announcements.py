"""Announcements to waiting callers: music on hold, and announcements of their position and estimated wait.

`Announcer` says what to announce and when, and is pure; `QueueAudio` plays it, and music in between. The wait
is an estimate and is called one: how long the calls before this one will take, shared by the agents at work.
Times are Unix seconds.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from callback_queue.prompts import play_all, sounds_of, text
from config import Queue
from config.models.queues import Announcements
from telephony.call.errors import LegClosed
from telephony.call.leg import CallLeg
from telephony.media.interface import AudioSource
from tts.parts import Part
from tts.prompts import PromptRenderer

REMEMBERED = 50
"""The mean handling time is taken over this many calls."""

JITTER_SECONDS = 30.0
"""An estimate that grew by no more than this is announced unchanged, so that it does not go up and down."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What to announce now.

    Args:
        position: in the queue, 1 is the next; None to leave it out.
        minutes: the estimated wait in whole minutes, at least 1; None to leave it out.
    """

    position: int | None
    minutes: int | None


class HandlingTimes:
    """How long the latest calls of a queue took an agent, wrap-up included."""

    __slots__ = ("_seconds",)

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=REMEMBERED)

    def add(self, seconds: float) -> None:
        """Note one call, in seconds."""
        self._seconds.append(max(0.0, seconds))

    @property
    def mean(self) -> float | None:
        """The mean in seconds over the last `REMEMBERED` calls; None before the first."""
        return sum(self._seconds) / len(self._seconds) if self._seconds else None


def estimated_wait(position: int, mean_handling: float | None, agents: int) -> float | None:
    """Estimate how long a caller will still wait.

    Args:
        position: in the queue, 1 is the next.
        mean_handling: seconds that a call takes an agent, None when unknown.
        agents: how many serve the queue now: logged in and not on a break.

    Returns:
        seconds: position * mean handling / agents; None when unknown.
    """
    if mean_handling is None or agents < 1 or position < 1:
        return None
    return position * mean_handling / agents


class Announcer:
    """Announcements to one caller: the first one at once, then regularly.

    Args:
        rules: what to announce and how often, None for nothing.
        now: when the caller joined the queue.
    """

    __slots__ = ("_due", "_minutes", "_position", "_rules")

    def __init__(self, rules: Announcements | None, now: float) -> None:
        self._rules = rules if rules is not None and (rules.position or rules.wait) else None
        self._due = now
        self._position: int | None = None
        self._minutes: int | None = None

    def next_deadline(self) -> float | None:
        """When `announcement` may have something to say; None for never."""
        return None if self._rules is None else self._due

    def announcement(self, position: int, estimate: float | None, now: float) -> Announcement | None:
        """What to announce now.

        Args:
            position: in the queue, 1 is the next.
            estimate: seconds of wait, None when unknown.
            now: Unix seconds.

        Returns:
            None when it is not time, or there is nothing to announce.
        """
        rules = self._rules
        if rules is None or now < self._due:
            return None
        self._due = now + rules.every
        named = position if rules.position and self._better(position) else None
        minutes = self._steady(estimate) if rules.wait and estimate is not None else None
        return None if named is None and minutes is None else Announcement(named, minutes)

    def _better(self, position: int) -> bool:
        """Whether to name a position: one that is worse than the last (a VIP arrived) is left out."""
        if self._position is not None and position > self._position:
            return False
        self._position = position
        return True

    def _steady(self, estimate: float) -> int:
        minutes = max(1, math.ceil(estimate / 60))
        before = self._minutes
        if before is not None and minutes > before and estimate <= before * 60 + JITTER_SECONDS:
            minutes = before
        self._minutes = minutes
        return minutes


class InQueue(Protocol):
    """A place in the line, as far as announcements go."""

    @property
    def position(self) -> int: ...

    @property
    def estimated_wait(self) -> float | None: ...


class QueueAudio:
    """Music and announcements for one caller, from the making of this until `stop`.

    Args:
        leg: the caller's, answered.
        place: in the line.
        queue: its announcements.
        music: its music on hold.
        prompts: renders announcements.
        clock: Unix time in seconds.
        language: the caller's.
        exit_key: named in announcements, "" for none.
    """

    def __init__(
        self,
        leg: CallLeg,
        place: InQueue,
        queue: Queue,
        *,
        music: AudioSource,
        prompts: PromptRenderer,
        clock: Callable[[], float],
        language: str,
        exit_key: str,
    ) -> None:
        self._leg = leg
        self._place = place
        self._prompts = prompts
        self._clock = clock
        self._language = language
        self._exit_key = exit_key
        leg.audio.wait_with(music)
        announcer = Announcer(queue.announce, clock())
        self._announcing: asyncio.Task[None] | None = None
        if announcer.next_deadline() is not None:
            self._announcing = asyncio.get_running_loop().create_task(self._announce(announcer))

    def stop(self) -> None:
        """Silence at once: an agent answered, or the caller leaves the line."""
        if self._announcing is not None:
            self._announcing.cancel()
        self._leg.audio.stop()
        self._leg.audio.wait_with(None)

    async def _announce(self, announcer: Announcer) -> None:
        place, clock = self._place, self._clock
        try:
            while (due := announcer.next_deadline()) is not None:
                await asyncio.sleep(max(0.0, due - clock()))
                announcement = announcer.announcement(place.position, place.estimated_wait, clock())
                if announcement is not None:
                    sounds = await sounds_of(self._prompts, self._parts(announcement), self._language)
                    await play_all(self._leg, sounds, "queue")
        except LegClosed:
            pass  # the queued call ends for the same reason

    def _parts(self, announcement: Announcement) -> list[Part]:
        language, position, minutes = self._language, announcement.position, announcement.minutes
        parts = []
        if position == 1:
            parts.append(text("next", language))
        elif position is not None:
            parts.append(text("position", language, number=str(position)))
        if minutes == 1:
            parts.append(text("wait_minute", language))
        elif minutes is not None:
            parts.append(text("wait_minutes", language, number=str(minutes)))
        if self._exit_key:
            parts.append(text("exit", language, key=self._exit_key))
        return parts

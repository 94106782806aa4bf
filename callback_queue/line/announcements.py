"""What waiting callers are told about their place, and when. Pure.

The wait is an estimate and is called one: how long the calls before this one take, shared by the agents who
are there. How it is spoken, and that music stops for it, is left to `hotline`. Times are Unix seconds.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from config.models.queues import Announcements

REMEMBERED = 50
"""Conversations that the mean handling time is taken over."""

JITTER_SECONDS = 30.0
"""An estimate that grew by no more than this is told as before: callers should not hear it go up and down."""


@dataclass(frozen=True, slots=True)
class Say:
    """What to say now.

    Args:
        position: place in the line, 1 is the next; None to leave it out.
        minutes: the estimated wait in whole minutes, at least 1; None to leave it out.
    """

    position: int | None
    minutes: int | None


class HandlingTimes:
    """How long the last calls of a queue took an agent, wrap-up included."""

    __slots__ = ("_seconds",)

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=REMEMBERED)

    def add(self, seconds: float) -> None:
        """Note one conversation, with its wrap-up."""
        self._seconds.append(max(0.0, seconds))

    @property
    def mean(self) -> float | None:
        """The mean in seconds over the last `REMEMBERED`; None as long as there was none."""
        return sum(self._seconds) / len(self._seconds) if self._seconds else None


def estimated_wait(position: int, mean_handling: float | None, agents: int) -> float | None:
    """Estimate how long somebody still waits.

    Args:
        position: place in the line, 1 is the next.
        mean_handling: seconds that a call takes an agent, None when nobody knows.
        agents: how many serve the queue now: logged in and not on a break.

    Returns:
        seconds: position * mean handling / agents; None when it is unknown.
    """
    if mean_handling is None or agents < 1 or position < 1:
        return None
    return position * mean_handling / agents


class Announcer:
    """Announcements to one caller: the first one at once, then regularly.

    Args:
        rules: what to say and how often, None for nothing ever.
        now: when the caller joined the queue.
    """

    __slots__ = ("_due", "_minutes", "_position", "_rules")

    def __init__(self, rules: Announcements | None, now: float) -> None:
        self._rules = rules if rules is not None and (rules.position or rules.wait) else None
        self._due = now
        self._position: int | None = None
        self._minutes: int | None = None

    def next_deadline(self) -> float | None:
        """When to ask `say` again; None for never."""
        return None if self._rules is None else self._due

    def say(self, position: int, estimate: float | None, now: float) -> Say | None:
        """What to say now.

        Args:
            position: place in the line, 1 is the next.
            estimate: seconds of wait, None for unknown.
            now: Unix seconds.

        Returns:
            None when it is not time, or there is nothing to say.
        """
        rules = self._rules
        if rules is None or now < self._due:
            return None
        self._due = now + rules.every
        told = position if rules.position and self._better(position) else None
        minutes = self._steady(estimate) if rules.wait and estimate is not None else None
        return None if told is None and minutes is None else Say(told, minutes)

    def _better(self, position: int) -> bool:
        """Whether to name a place: one that is worse than what was told (VIPs came) is left out."""
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

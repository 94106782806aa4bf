"""The one clock of the media engine: 20 ms ticks on an absolute schedule, legs spread over four phases.

`TickSchedule` is the pure arithmetic, `Ticker` drives it with one timer of the loop. What a leg does in its
tick is left to the leg.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

TICK_SECONDS = 0.020
# Legs take turns every 5 ms: a quarter of the packets leaves at once, not all of them.
PHASES = 4
# A loop that comes late sends what it owes up to this; past it, time is given up and counted: 60 ms fit
# into any receiver's jitter buffer, more would only fill it and stay there as delay.
MAX_CATCH_UP_TICKS = 3
# uvloop's timers count whole milliseconds: one that fires this much early is on time, none is set shorter.
TIMER_GRAIN_SECONDS = 0.001


class TickSchedule:
    """When which phase is due.

    Steps are numbered from the start, step n belongs to phase n % `phases` and is due at
    origin + n * (period / phases): rounding of one timer never moves the next, so nothing drifts.

    Attributes:
        late_resyncs: how often the loop came so late that time was given up.
        skipped_steps: steps given up by it.
    """

    __slots__ = ("_next", "_origin", "_step_seconds", "late_resyncs", "phases", "skipped_steps")

    def __init__(self, period: float = TICK_SECONDS, phases: int = PHASES) -> None:
        self.phases = phases
        self.late_resyncs = 0
        self.skipped_steps = 0
        self._step_seconds = period / phases
        self._origin = 0.0
        self._next = 0

    def start(self, now: float) -> None:
        """Begin anew: the first step is due one step from now."""
        self._origin = now
        self._next = 1

    def next_deadline(self) -> float:
        """When the next step is due."""
        return self.due_at(self._next)

    def due_at(self, step: int) -> float:
        """The time of a step on the schedule."""
        return self._origin + step * self._step_seconds

    def take_due(self, now: float) -> range:
        """The steps that are due by now, oldest first; each is given out once."""
        behind = int((now - self._origin) / self._step_seconds + 1e-6) - self._next + 1
        if behind <= 0:
            return range(0)
        allowed = MAX_CATCH_UP_TICKS * self.phases
        if behind > allowed:
            # Move the schedule, not the numbering: every phase keeps getting its turn in order.
            self._origin += (behind - allowed) * self._step_seconds
            self.late_resyncs += 1
            self.skipped_steps += behind - allowed
            behind = allowed
        due = range(self._next, self._next + behind)
        self._next += behind
        return due


class TickTarget(Protocol):
    """Something with work to do every 20 ms."""

    def tick(self, now: float) -> None:
        """Do 20 ms of work; `now` is the scheduled time, not the time it became."""


class Ticker:
    """Calls its targets every 20 ms, each in its phase. Without targets no timer runs.

    Args:
        loop: whose timer is used.
        clock: seconds, monotonic; the loop's timers may be coarser (uvloop: 1 ms).
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, clock: Callable[[], float]) -> None:
        self.schedule = TickSchedule()
        self._loop = loop
        self._clock = clock
        # Dicts serve as ordered sets: a leg that leaves in the middle of a tick must not disturb the rest.
        self._phases: list[dict[TickTarget, None]] = [{} for _ in range(self.schedule.phases)]
        self._phase_of: dict[TickTarget, dict[TickTarget, None]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(self, target: TickTarget) -> None:
        """Call `target` every 20 ms from now on, in the phase that has the least to do.

        One that is called already keeps its phase.
        """
        if target in self._phase_of:
            return
        phase = self._phase_of[target] = min(self._phases, key=len)
        phase[target] = None
        if self._timer is None:
            now = self._clock()
            self.schedule.start(now)
            self._arm(now)

    def remove(self, target: TickTarget) -> None:
        """Leave `target` alone; unknown ones are ignored."""
        phase = self._phase_of.pop(target, None)
        if phase is not None:
            del phase[target]
        if self._timer is not None and not self._phase_of:
            self._timer.cancel()
            self._timer = None

    def _arm(self, now: float) -> None:
        delay = max(TIMER_GRAIN_SECONDS, self.schedule.next_deadline() - now)
        self._timer = self._loop.call_later(delay, self._fire)

    def _fire(self) -> None:
        schedule = self.schedule
        for step in schedule.take_due(self._clock() + TIMER_GRAIN_SECONDS):
            phase = self._phases[step % schedule.phases]
            due_at = schedule.due_at(step)
            for target in list(phase):
                if target not in phase:
                    continue  # removed by a target before it, in this very tick
                try:
                    target.tick(due_at)
                except Exception as error:  # one leg's fault must not silence the others
                    self._loop.call_exception_handler({"message": "media tick failed", "exception": error})
        if self._phase_of:
            self._arm(self._clock())
        else:
            self._timer = None

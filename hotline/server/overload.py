"""New calls are refused when the switch falls behind, so that running calls are heard without a gap.

How far the event loop lags behind its timers tells of everything that may be short: the loop's own work,
the machine's CPU, a collector that runs too long. `Overload` is the pure machine; `LoadGuard` measures, asks
it and says in the log what happens. What a refusal looks like is the application's matter.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from enum import Enum
from math import inf

log = logging.getLogger(__name__)

PERIOD = 0.1
"""Seconds after which the rate of admitted calls is judged anew."""
LOW = 0.4
"""The share of the highest lag under which more calls may come."""
AT_ONCE = 0.5
"""A lag of so many seconds is an overload by itself, a shorter one when it lasts for `PATIENCE` periods."""
PATIENCE = 3
CALM = 2.0
"""Seconds with little lag and nobody refused after which the overload is over."""
FLOOR = 20.0
"""Calls a second that are admitted however bad it is: a hiccup on a quiet evening refuses nobody."""
BURST = 3.0
"""Calls that may come at once under any limit."""
RECOVERED = 5
"""Periods in a row with little lag after which the limit grows fast, up to what was too much lately."""
PROBE_SECONDS = 0.05


class Change(Enum):
    """What the machine tells."""

    BEGAN = "began"
    ENDED = "ended"


class Overload:
    """Whether another call may come in.

    While all is well it only counts. When the lag is high for a while, calls are admitted at a limited rate:
    less than what brought the overload, less again while the lag stays high, more while it is low. So the
    switch goes on at what it can do, instead of taking everything and then nothing.

    Args:
        now: seconds, of the clock of all further calls.
        high: a lag of so many seconds is too much; infinity limits nothing.

    Attributes:
        active: calls are being limited.
        episodes: how often that has begun.
    """

    def __init__(self, now: float, high: float) -> None:
        self._high = high
        self._low = LOW * high
        self.active = False
        self.episodes = 0
        self._period = now  # when it began
        self._worst = 0.0  # lag in this period
        self._admitted = 0  # calls in this period
        self._bad = 0  # periods in a row with a high lag
        self._good = 0  # periods in a row with little lag
        self._rate = 0.0  # admitted calls a second, of late
        self._allowed = 0.0  # calls a second, while active
        self._too_much = inf  # calls a second at which the lag was high last
        self._tokens = 0.0
        self._filled = now
        self._calm_since = now

    def receive(self, lag: float, now: float) -> Change | None:
        """Take a measured lag, in seconds; whether an overload began or ended with it."""
        self._worst = max(self._worst, lag)
        if not self.active and lag >= max(AT_ONCE, self._high):
            return self._begin(now)
        if now - self._period < PERIOD:
            return None
        return self._judge(now)

    def refuses(self, now: float, waited: float = 0.0) -> bool:
        """Whether one more call is too much now.

        Args:
            now: seconds.
            waited: how long the call had to wait so far. While too many come, one that waited too long is
                refused whatever the rate: so what has piled up is gone in a moment, and the next are in time.
        """
        if not self.active:
            return False
        self._fill(now)
        if self._tokens >= 1.0 and waited < self._high:
            return False
        self._calm_since = now
        return True

    def admitted(self) -> None:
        """A call came in."""
        self._admitted += 1
        self._tokens -= 1.0

    def _judge(self, now: float) -> Change | None:
        """A period is over."""
        seconds, worst = now - self._period, self._worst
        # Of about the last half second.
        self._rate += min(1.0, seconds / 0.5) * (self._admitted / seconds - self._rate)
        self._period, self._worst, self._admitted = now, 0.0, 0
        self._bad = self._bad + 1 if worst >= self._high else 0
        self._good = self._good + 1 if worst < self._low else 0
        if not self.active:
            return self._begin(now) if self._bad >= PATIENCE else None
        self._fill(now)
        if worst >= self._high:
            self._too_much = max(FLOOR, self._rate)
            self._allowed = max(FLOOR, min(self._allowed, 1.2 * self._rate) * 0.93)
        elif worst < self._low:
            # What was not asked for is not to pile up.
            is_fast = self._good >= RECOVERED and self._allowed < 0.8 * self._too_much
            growth = 1.2 if is_fast else 1.03
            self._allowed = max(FLOOR, min(self._allowed * growth, 2.0 * self._rate + 2 * FLOOR))
        if worst >= self._low:
            self._calm_since = now
        if now - self._calm_since < CALM:
            return None
        self.active = False
        self._bad = 0
        return Change.ENDED

    def _begin(self, now: float) -> Change:
        running = self._admitted / max(now - self._period, PERIOD)
        self.active = True
        self.episodes += 1
        self._allowed = max(FLOOR, 0.7 * max(self._rate, running))
        self._too_much = inf
        self._period, self._worst, self._admitted = now, 0.0, 0
        self._tokens = BURST
        self._filled = self._calm_since = now
        return Change.BEGAN

    def _fill(self, now: float) -> None:
        # At most what a period brings: a burst is what there is too much of.
        most = max(BURST, self._allowed * PERIOD)
        self._tokens = min(most, self._tokens + (now - self._filled) * self._allowed)
        self._filled = now


class LoadGuard:
    """Measures the event loop's lag, and admits calls by it.

    Args:
        loop: the event loop.
        clock: seconds; not the loop's own, which stands still while a batch of messages is worked off.
        high: a lag of so many seconds is too much; 0 admits every call.
        waited: how long the request that is being handled had waited to be read, in seconds: the loop comes
            round in time while requests queue in the kernel.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        clock: Callable[[], float],
        high: float,
        *,
        waited: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._loop = loop
        self._clock = clock
        self._waited = waited
        self._due = clock()
        self._timer: asyncio.TimerHandle | None = None
        self.refused = 0
        """Calls and OPTIONS refused in all overloads."""
        self._refused_before = 0
        self.machine = Overload(self._due, high or inf)

    @property
    def lag(self) -> float:
        """How late the loop is at this moment, in seconds."""
        return max(0.0, self._clock() - self._due) if self._timer is not None else 0.0

    def start(self) -> None:
        """Begin to measure."""
        self._due = self._clock() + PROBE_SECONDS
        self._timer = self._loop.call_later(PROBE_SECONDS, self._probe)

    def stop(self) -> None:
        """End measuring."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def is_out_of_breath(self) -> bool:
        """Whether a call that comes now must be refused; one that was is counted."""
        waited = self._waited()
        self._measure(waited)
        refuses = self.machine.refuses(self._clock(), waited)
        self.refused += refuses
        return refuses

    def admitted(self) -> None:
        """A call was let in."""
        self.machine.admitted()

    def _probe(self) -> None:
        self._measure()
        self.start()

    def _measure(self, waited: float = 0.0) -> None:
        lag = max(self.lag, waited)
        change = self.machine.receive(lag, self._clock())
        if change is Change.BEGAN:
            self._refused_before = self.refused
            log.warning("overload: the switch is %d ms behind, new calls are limited", round(1000 * lag))
        elif change is Change.ENDED:
            log.warning("overload is over: %d requests were refused", self.refused - self._refused_before)

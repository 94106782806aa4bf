"""New calls are refused when the switch falls behind, so that running calls are heard without a gap.

What counts is how long a request had to wait until it was read, and how late the event loop is: both tell of
everything that may be short, the loop's own work, the machine's CPU, a collector that runs too long.
`Overload` is the pure machine; `LoadGuard` measures, asks it and says in the log what happens. What a refusal
looks like is the application's matter.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from enum import Enum
from math import inf

log = logging.getLogger(__name__)

STANDING = 0.2
"""Seconds for which every wait must be too long: a hiccup, however bad, is worked off before."""
CALM = 2.0
"""Seconds without a wait that was too long after which the overload is over."""
FLOOR = 20.0
"""Calls a second that are admitted however long they waited: a machine that is slow for another reason than
calls goes on taking some."""
BURST = 3.0
"""Of them, how many may come at once."""
PROBE_SECONDS = 0.05


class Change(Enum):
    """What the machine tells."""

    BEGAN = "began"
    ENDED = "ended"


class Overload:
    """Whether another call may come in.

    An overload is a queue that does not go away (as in RFC 8289 3.2): every wait was too long for a while.
    From then on a call that waited too long is refused, and one that did not is admitted. A refusal costs a
    fraction of a call, so that the queue stays about as long as is just bearable, and the switch goes on at
    what it can do; nothing need be known of how much that is.

    Args:
        now: seconds, of the clock of all further calls.
        high: a wait of so many seconds is too long; infinity limits nothing.

    Attributes:
        active: calls are being limited.
        episodes: how often that has begun.
    """

    def __init__(self, now: float, high: float) -> None:
        self._high = high
        self.active = False
        self.episodes = 0
        self._since: float | None = None  # every wait has been too long
        self._late_at = now  # the last wait that was too long
        self._tokens = BURST
        self._filled = now

    def receive(self, waited: float, now: float) -> Change | None:
        """Take a wait that was measured, in seconds; whether an overload began or ended with it."""
        if waited >= self._high:
            self._late_at = now
            if self._since is None:
                self._since = now
            elif not self.active and now - self._since >= STANDING:
                self.active = True
                self.episodes += 1
                return Change.BEGAN
            return None
        self._since = None
        if self.active and now - self._late_at >= CALM:
            self.active = False
            return Change.ENDED
        return None

    def refuses(self, waited: float, now: float) -> bool:
        """Whether a call that waited so many seconds is too much now."""
        if not self.active or waited < self._high:
            return False
        self._tokens = min(BURST, self._tokens + (now - self._filled) * FLOOR)
        self._filled = now
        if self._tokens < 1.0:
            return True
        self._tokens -= 1.0
        return False


class LoadGuard:
    """Measures the event loop's lag, and admits calls by it.

    Args:
        loop: the event loop.
        clock: seconds; not the loop's own, which stands still while a batch of messages is worked off.
        high: a wait of so many seconds is too long; 0 admits every call.
        waited: how long the request that is being handled had waited to be read, in seconds: the loop comes
            round in time while requests queue in the kernel. 0 where that is not known.
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
        self._was_asked = False  # since the last probe
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
        self._was_asked = True
        waited = max(self.lag, self._waited())
        self._take(waited)
        refuses = self.machine.refuses(waited, self._clock())
        self.refused += refuses
        return refuses

    def _probe(self) -> None:
        # Where calls come, their own waits tell: the loop may be in time while they queue in the kernel.
        if not self._was_asked:
            self._take(self.lag)
        self._was_asked = False
        self.start()

    def _take(self, waited: float) -> None:
        change = self.machine.receive(waited, self._clock())
        if change is Change.BEGAN:
            self._refused_before = self.refused
            log.warning("overload: calls wait for %d ms, some are refused", round(1000 * waited))
        elif change is Change.ENDED:
            log.warning("overload is over: %d requests were refused", self.refused - self._refused_before)

"""Python's garbage collector, kept from being heard.

A collection looks at every object that it has not looked at before: after some thousand calls it takes longer
than a 20 ms tick, and everybody hears it. Calls free themselves without it (reference cycles are broken at a
call's end), so that what it finds is little, and can wait until nobody is on the line.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable

YOUNG = 2_000
"""New objects after which these, and only these, are looked at: a few milliseconds."""
_NEVER = 2**31 - 1
EVERY = 60.0
"""Seconds between two looks whether the rest can be collected unheard."""
AT_LATEST = 24 * 3600.0
"""Seconds after which it is collected though there are calls."""


class QuietCollector:
    """Collects everything only while there are no calls, or once a day on a switch that always has some.

    Args:
        loop: the event loop.
        calls: how many calls there are.
        collect: looks at everything.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        calls: Callable[[], int],
        collect: Callable[[], object] = gc.collect,
    ) -> None:
        self._loop = loop
        self._calls = calls
        self._collect = collect
        self._collected_at = loop.time()
        self._had_calls = False
        self._timer: asyncio.TimerHandle | None = None
        self._thresholds = gc.get_threshold()

    def start(self) -> None:
        """From now on; what start-up made is never looked at again."""
        self._collect()
        gc.freeze()
        gc.set_threshold(YOUNG, _NEVER, _NEVER)
        self._timer = self._loop.call_later(EVERY, self._look)

    def stop(self) -> None:
        """Leave the collector as it was."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            gc.set_threshold(*self._thresholds)
            gc.unfreeze()

    def _look(self) -> None:
        now = self._loop.time()
        self._timer = self._loop.call_later(EVERY, self._look)
        if self._calls():
            self._had_calls = True
            if now - self._collected_at < AT_LATEST:
                return
        elif not self._had_calls:
            return  # nothing was made since
        self._had_calls = False
        self._collected_at = now
        self._collect()

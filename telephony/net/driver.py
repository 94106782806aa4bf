"""The one driver that runs any pure machine on the event loop.

It carries out effects in the order in which they were said, and keeps one timer armed for the machine's
next deadline. What an effect means is the business of the `perform` function that it is given.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeVar

E = TypeVar("E")


class Machine(Protocol[E]):
    """What every state machine of the project can do besides receiving."""

    def next_deadline(self) -> float | None: ...

    def handle_timer(self, now: float) -> list[E]: ...


class Driver(Generic[E]):
    """Runs one machine.

    Args:
        machine: the machine; its clock is the loop's.
        perform: carries out one effect.
        loop: the running event loop.
    """

    __slots__ = ("_due", "_loop", "_machine", "_perform", "_queue", "_running", "_timer")

    def __init__(
        self, machine: Machine[E], perform: Callable[[E], None], loop: asyncio.AbstractEventLoop
    ) -> None:
        self._machine = machine
        self._perform = perform
        self._loop = loop
        self._queue: deque[E] = deque()
        self._running = False
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0

    def run(self, effects: Iterable[E]) -> None:
        """Carry out effects, then arm the timer.

        An effect may lead back here (an event makes the call above command the same machine): what
        comes of that is queued, so that the order on the wire is the order in which things were said.
        An effect that fails is reported to the loop's exception handler and the next one carried out: the
        effects of one step belong to many calls, and one call's fault must not stop the others.
        """
        queue = self._queue
        queue.extend(effects)
        if self._running:
            return
        self._running = True
        while queue:
            try:
                self._perform(queue.popleft())
            except Exception as error:
                self._loop.call_exception_handler({"message": "an effect failed", "exception": error})
        self._running = False
        self._arm()

    def stop(self) -> None:
        """Disarm the timer for good; call it when the machine is done."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._queue.clear()
        # Parts the ring of driver and owner, so that both go without waiting for the collector.
        self._perform = _ignore

    def _arm(self) -> None:
        deadline = self._machine.next_deadline()
        if deadline is None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            return
        # A timer that fires too early finds nothing due and is armed anew: cheaper than cancelling and
        # arming one each time that a deadline moves away, as they do with every message.
        if self._timer is not None:
            if self._due <= deadline:
                return
            self._timer.cancel()
        self._due = deadline
        self._timer = self._loop.call_at(deadline, self._fire)

    def _fire(self) -> None:
        self._timer = None
        # uvloop rounds timers to milliseconds and may call a moment early; nothing is due then.
        self.run(self._machine.handle_timer(self._loop.time()))


def _ignore(effect: object) -> None:
    """What is said after the end concerns nobody."""

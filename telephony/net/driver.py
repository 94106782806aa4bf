"""Runs a pure machine on the event loop: performs its effects, delivers its events, keeps its timer.

What an effect means, and who gets the events, is decided by the functions that it is given.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from telephony.sip.machine import Machine, Output

F = TypeVar("F")
E = TypeVar("E")


class Driver(Generic[F, E]):
    """Runs one machine.

    Args:
        machine: the machine; its clock is the loop's.
        perform: does one effect.
        tell: tells one event.
        loop: the running event loop.
    """

    __slots__ = ("_due", "_loop", "_machine", "_perform", "_running", "_tell", "_timer", "_waiting")

    def __init__(
        self,
        machine: Machine[F, E],
        *,
        perform: Callable[[F], None],
        tell: Callable[[E], None],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._machine = machine
        self._perform = perform
        self._tell = tell
        self._loop = loop
        self._waiting: deque[Output[F, E]] = deque()
        self._running = False
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0

    def run(self, output: Output[F, E]) -> None:
        """Do the effects, tell the events, then arm the timer.

        Both may lead back here (a call that gets an event commands the same machine): what comes of
        that waits, so that the order on the wire is the order in which the machine put it out. What fails is
        reported to the loop's exception handler and the rest goes its way: the outputs of one step belong to
        many calls, and one call's fault must not stop the others.
        """
        waiting = self._waiting
        waiting.append(output)
        if self._running:
            return
        self._running = True
        while waiting:
            effects, events = waiting.popleft()
            for effect in effects:
                try:
                    self._perform(effect)
                except Exception as error:
                    self._report(error)
            for event in events:
                try:
                    self._tell(event)
                except Exception as error:
                    self._report(error)
        self._running = False
        self._arm()

    def stop(self) -> None:
        """Disarm the timer, for good when the machine is not used any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _report(self, error: Exception) -> None:
        self._loop.call_exception_handler({"message": "an effect or event failed", "exception": error})

    def _arm(self) -> None:
        deadline = self._machine.next_deadline()
        if deadline is None:
            self.stop()
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

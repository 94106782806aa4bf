"""The lifetime of a call leg: its ids, its events, waits that end with the call, and the end.

The leg and its parts share one `LegLifetime`, so that no part needs the leg itself. What ends a leg is
decided in `leg.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from journal.event import Event
from telephony.call.errors import LegClosed

T = TypeVar("T")
P = ParamSpec("P")


class Journal(Protocol):
    """Where facts go."""

    def append(self, event: Event) -> None:
        """Keep one event; never blocks, never raises."""


@dataclass(frozen=True, slots=True)
class LegContext:
    """What all legs of a switch share.

    Args:
        loop: the event loop.
        journal: where facts go.
        clock: Unix time in seconds, for events.
    """

    loop: asyncio.AbstractEventLoop
    journal: Journal
    clock: Callable[[], float]


class LegLifetime:
    """One leg from its making to its end.

    Args:
        context: what all legs share.
        call: the call's id.
        leg: the leg's id, unique in the call.

    Attributes:
        end: how the leg ended, None until then.
        on_end: called once each, in order, when the leg is over.
    """

    __slots__ = ("_context", "_waiting", "call", "end", "leg", "on_end")

    def __init__(self, context: LegContext, call: str, leg: str) -> None:
        self._context = context
        self.call = call
        self.leg = leg
        self.end: LegClosed | None = None
        self.on_end: list[Callable[[], None]] = []
        self._waiting: set[asyncio.Future[object]] = set()

    def tell(
        self, event: Callable[Concatenate[float, str, str, P], Event], *args: P.args, **fields: P.kwargs
    ) -> None:
        """Append a fact about this leg to the journal: its event's class, and fields beyond time and ids."""
        self._context.journal.append(event(self._context.clock(), self.call, self.leg, *args, **fields))

    def check_open(self) -> None:
        """Raise `LegClosed` when the leg is over."""
        if self.end is not None:
            raise LegClosed(self.end.by, self.end.status, self.end.reason)

    def future(self) -> asyncio.Future[T]:
        """A future that fails with `LegClosed` when the leg ends before it has a result."""
        self.check_open()
        future: asyncio.Future[T] = self._context.loop.create_future()
        self._waiting.add(future)  # type: ignore[arg-type]
        future.add_done_callback(self._waiting.discard)
        return future

    async def wait_ended(self) -> LegClosed:
        """Wait until the leg is over, however it ends; how it ended."""
        if self.end is None:
            over: asyncio.Future[None] = self._context.loop.create_future()

            def wake() -> None:
                if not over.done():
                    over.set_result(None)

            self.on_end.append(wake)
            try:
                await over
            finally:
                if wake in self.on_end:
                    self.on_end.remove(wake)
        assert self.end is not None
        return self.end

    def call_later(self, seconds: float, callback: Callable[[], None]) -> asyncio.TimerHandle:
        """Call back on the leg's loop; the caller cancels it when the leg ends first."""
        return self._context.loop.call_later(seconds, callback)

    def finish(self) -> None:
        """Wake all who wait, once `end` was set."""
        end = self.end
        assert end is not None
        for future in list(self._waiting):
            if not future.done():
                future.set_exception(LegClosed(end.by, end.status, end.reason))
                future.exception()  # seen: not every future has somebody who waits for it at this moment
        for callback in list(self.on_end):
            callback()
        self.on_end.clear()

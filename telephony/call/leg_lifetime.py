"""The base of a call leg: who and when, waiting that ends with the call, and the end itself.

What can be heard is added in `leg_audio.py`, hold and re-INVITE in `leg_session.py`, the rest of what is
signalled in `leg.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Protocol, TypeVar

from journal.event import Event
from telephony.call import events
from telephony.call.errors import CallEnded
from telephony.media.interface import MediaLeg

T = TypeVar("T")


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


class LegBase:
    """One leg of a call.

    Args:
        context: what all legs share.
        call: the call's id.
        leg: the leg's id, unique in the call.
        media: our end of its RTP session.
    """

    __slots__ = ("__weakref__", "_context", "_end", "_waiting", "call", "ended", "leg", "media")

    def __init__(self, context: LegContext, call: str, leg: str, media: MediaLeg) -> None:
        self._context = context
        self.call = call
        self.leg = leg
        self.media = media
        self._end: CallEnded | None = None
        self._waiting: set[asyncio.Future[object]] = set()
        self.ended: list[Callable[[], None]] = []
        """Called once each, in order, when the leg is over."""

    @property
    def is_over(self) -> bool:
        """True once the leg has ended."""
        return self._end is not None

    @property
    def end(self) -> CallEnded | None:
        """How the leg ended, None while it goes on."""
        return self._end

    async def wait_ended(self) -> CallEnded:
        """Wait until the leg is over, however it ends, and say how."""
        if self._end is None:
            over: asyncio.Future[None] = self._context.loop.create_future()

            def tell() -> None:
                if not over.done():
                    over.set_result(None)

            self.ended.append(tell)
            try:
                await over
            finally:
                if tell in self.ended:
                    self.ended.remove(tell)
        assert self._end is not None
        return self._end

    def tell_said(self, text: str, language: str) -> None:
        """Note in the journal what the far end is told in words."""
        self._tell(events.PromptSaid(self._now(), self.call, self.leg, text, language))

    def check_open(self) -> None:
        """Raise `CallEnded` when the leg is over already."""
        if self._end is not None:
            raise CallEnded(self._end.by, self._end.status, self._end.reason)

    def future(self) -> asyncio.Future[T]:
        """A future that fails with `CallEnded` when the leg ends before it has a result."""
        self.check_open()
        future: asyncio.Future[T] = self._context.loop.create_future()
        self._waiting.add(future)  # type: ignore[arg-type]
        future.add_done_callback(self._waiting.discard)
        return future

    def _finish(self, by: str, status: int | None, reason: str) -> None:
        """End the leg: return its media, write the fact, wake everybody who waits."""
        if self._end is not None:
            return
        self._end = CallEnded(by, status, reason)
        stats = self.media.close()
        quality = asdict(stats) if stats.packets_received or stats.packets_sent else {}
        self._tell(events.LegEnded(self._now(), self.call, self.leg, by, status, reason, quality))
        for future in list(self._waiting):
            if not future.done():
                future.set_exception(CallEnded(by, status, reason))
                future.exception()  # seen: not every future has somebody who waits for it at this moment
        for callback in list(self.ended):
            callback()
        self.ended.clear()
        # Parts the ring of leg and media, so that both go without waiting for the collector.
        self.media.on_digit = self.media.on_dead = None

    def _now(self) -> float:
        return self._context.clock()

    def _tell(self, event: Event) -> None:
        self._context.journal.append(event)

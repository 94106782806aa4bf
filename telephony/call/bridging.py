"""Two legs that talk to each other until one of them hangs up.

The sound itself goes through the media engine's bridge; here is what belongs to the call: music while one
side holds, the facts in the journal, and the end.
"""

from __future__ import annotations

import asyncio

from telephony.call import events
from telephony.call.leg import CallLeg
from telephony.call.leg_base import LegContext
from telephony.media.interface import AudioSource, MediaEngine


class CallBridge:
    """Connects two answered (or early) legs from its making until `close`.

    Args:
        context: what all legs share.
        engine: the media engine.
        first, second: the legs.
        music: what one side hears while the other holds.
    """

    def __init__(
        self,
        context: LegContext,
        engine: MediaEngine,
        first: CallLeg,
        second: CallLeg,
        music: AudioSource | None,
    ) -> None:
        self._context = context
        self._first, self._second = first, second
        self._music = music
        self._bridge = engine.bridge(first.media, second.media)
        first.on_far_hold = lambda held: self._hold(second, held)
        second.on_far_hold = lambda held: self._hold(first, held)
        context.journal.append(events.CallBridged(context.clock(), first.call, first.leg, second.leg))

    def _hold(self, other: CallLeg, held: bool) -> None:
        # Also when the holder says sendonly: phones that do rarely send music of their own.
        if not other.is_over:
            other.media.hold_music(self._music if held else None)

    def close(self) -> None:
        """Part the legs; both stay up."""
        self._bridge.close()
        self._first.on_far_hold = self._second.on_far_hold = None
        for leg in (self._first, self._second):
            if not leg.is_over:
                leg.media.hold_music(None)
        self._context.journal.append(
            events.CallUnbridged(self._context.clock(), self._first.call, self._first.leg, self._second.leg)
        )

    async def wait(self, *, keep: CallLeg | None = None) -> CallLeg:
        """Wait until one side ends and hang up the other; returns the leg that ended first.

        Args:
            keep: the side that stays on the line when the other hangs up.
        """
        over: asyncio.Future[CallLeg] = self._context.loop.create_future()

        def ended(leg: CallLeg) -> None:
            if not over.done():
                over.set_result(leg)

        watchers = []
        for leg in (self._first, self._second):
            if leg.is_over:
                ended(leg)
            watcher = lambda leg=leg: ended(leg)  # noqa: E731 (each leg needs its own)
            watchers.append(watcher)
            leg.ended.append(watcher)
        try:
            leg = await over
        finally:
            for one, watcher in zip((self._first, self._second), watchers, strict=True):
                if watcher in one.ended:
                    one.ended.remove(watcher)
            self.close()
        other = self._second if leg is self._first else self._first
        if other is not keep:
            other.hang_up("other side hung up")
        return leg

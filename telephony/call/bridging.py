"""Bridges two legs until one of them hangs up.

The sound itself goes through the media engine's bridge; here is what belongs to the call: music while one
side holds, the facts in the journal, and the end.
"""

from __future__ import annotations

import asyncio
from functools import partial

from telephony.call import events
from telephony.call.leg import CallLeg
from telephony.call.leg_lifetime import LegContext
from telephony.media.interface import AudioSource, MediaEngine


class CallBridge:
    """Connects two answered (or early) legs from its making until `close` or the end of one of them.

    Args:
        context: what all legs share.
        engine: the media engine.
        first, second: the legs.
        music: what one side hears while the other holds.

    Raises:
        LegClosed: one of the legs is over.
        MediaError: one of the legs is connected already.
    """

    def __init__(
        self,
        context: LegContext,
        engine: MediaEngine,
        first: CallLeg,
        second: CallLeg,
        music: AudioSource | None,
    ) -> None:
        first.check_open()
        second.check_open()
        self._context = context
        self._first, self._second = first, second
        self._music = music
        self._bridge = engine.bridge(first.media, second.media)
        self._over: asyncio.Future[CallLeg | None] = context.loop.create_future()
        self._watchers = [(leg, partial(self._ended, leg)) for leg in (first, second)]
        for (leg, watcher), other in zip(self._watchers, (second, first), strict=True):
            leg.on_end.append(watcher)
            leg.on_far_hold = partial(self._hold, other)
        context.journal.append(events.CallBridged(context.clock(), first.call, first.leg, other=second.leg))
        for leg, other in ((first, second), (second, first)):
            if leg.far_holds:
                self._hold(other, True)

    def _hold(self, other: CallLeg, held: bool) -> None:
        # Also when the holder says sendonly: phones that do rarely send music of their own.
        other.audio.wait_with(self._music if held else None)

    def _ended(self, leg: CallLeg) -> None:
        self._close(leg)

    def close(self) -> None:
        """Part the legs; both stay up. A second time does nothing."""
        self._close(None)

    def _close(self, ended: CallLeg | None) -> None:
        if not self._watchers:
            return
        watchers, self._watchers = self._watchers, []
        self._bridge.close()
        for leg, watcher in watchers:
            leg.on_far_hold = None
            leg.audio.wait_with(None)
            if watcher in leg.on_end:
                leg.on_end.remove(watcher)
        self._context.journal.append(
            events.CallUnbridged(
                self._context.clock(), self._first.call, self._first.leg, other=self._second.leg
            )
        )
        if not self._over.done():
            self._over.set_result(ended)

    async def wait(self, *, keep: CallLeg | None = None) -> CallLeg | None:
        """Wait until one side ends and hang up the other. Who stops waiting parts the legs.

        Args:
            keep: the side that stays on the line when the other hangs up.

        Returns:
            The leg that ended first; None when the legs were parted by `close` and are both still up.
        """
        try:
            ended = await self._over
        finally:
            self.close()
        for leg in (self._first, self._second):
            if ended is not None and leg is not ended and leg is not keep:
                leg.hang_up("other side hung up")
        return ended

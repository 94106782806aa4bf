"""What can be done with the sound of a leg: play, echo, digits both ways, recording, tapping.

The media engine does the work; here it becomes coroutines that end with the call, and facts in the journal.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from telephony.call import events
from telephony.call.errors import CallStateError
from telephony.call.leg_lifetime import LegBase, LegContext
from telephony.media.interface import (
    AudioSource,
    Direction,
    EndReason,
    Frame,
    MediaLeg,
    Playback,
    PlayEnd,
    Recording,
    Tap,
)

MAX_BUFFERED_DIGITS = 64


class CollectEnd(Enum):
    """Why collecting digits stopped."""

    COMPLETE = "complete"
    TERMINATOR = "terminator"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class Collected:
    """What a caller keyed in; `digits` is without the terminator."""

    digits: str
    end: CollectEnd


@dataclass(slots=True)
class _Collecting:
    future: asyncio.Future[Collected]
    digits: str
    maximum: int
    terminators: str
    between: float
    timer: asyncio.TimerHandle | None = None


class AudioLeg(LegBase):
    """A leg that can be heard. Arguments as for `LegBase`."""

    __slots__ = ("_barge_in", "_buffer", "_collecting", "_playback", "on_digit")

    def __init__(self, context: LegContext, call: str, leg: str, media: MediaLeg) -> None:
        super().__init__(context, call, leg, media)
        self.on_digit: Callable[[str], bool] | None = None
        """Offered each key first; True when it took it, so that nobody else gets it."""
        self._buffer: deque[str] = deque(maxlen=MAX_BUFFERED_DIGITS)
        self._collecting: _Collecting | None = None
        self._playback: Playback | None = None
        self._barge_in = False
        media.on_digit = self._digit_pressed

    # --- playing ------------------------------------------------------------------------------------

    async def play(
        self, source: AudioSource, *, name: str = "", loop: bool = False, barge_in: bool = False
    ) -> PlayEnd:
        """Play to the far end and wait until it is over.

        Args:
            source: what to play.
            name: its name for the journal.
            loop: over and over, until stopped.
            barge_in: the first key stops it, at once if keys wait already; the key stays for `collect`.

        Raises:
            CallEnded: the leg ended meanwhile.
        """
        if barge_in and self._buffer:
            self.check_open()
            return PlayEnd(EndReason.STOPPED, 0)
        over: asyncio.Future[PlayEnd] = self.future()

        def done(end: PlayEnd) -> None:
            self._tell(
                events.PlayEnded(self._now(), self.call, self.leg, name, end.reason.value, end.played_ms)
            )
            if not over.done() and end.reason is not EndReason.CLOSED:
                over.set_result(end)

        self._tell(events.PlayStarted(self._now(), self.call, self.leg, name))
        playback = self.media.play(source, loop=loop, on_done=done)
        self._playback, self._barge_in = playback, barge_in
        try:
            return await over
        except asyncio.CancelledError:
            playback.stop()
            raise
        finally:
            if self._playback is playback:
                self._playback = None

    def stop(self) -> None:
        """Stop what is being played."""
        if self._playback is not None:
            self._playback.stop()

    def echo(self, on: bool = True) -> None:
        """Send the far end its own voice back."""
        self.check_open()
        self.media.echo(on)

    # --- digits -------------------------------------------------------------------------------------

    async def collect(
        self,
        maximum: int,
        *,
        terminators: str = "#",
        first_timeout: float = 5.0,
        between_timeout: float = 3.0,
    ) -> Collected:
        """Wait for keys; those pressed before count.

        Args:
            maximum: how many make it complete.
            terminators: keys that end it early.
            first_timeout: seconds to wait for the first key.
            between_timeout: seconds to wait for each further one.

        Raises:
            CallEnded: the leg ended meanwhile.
            CallStateError: somebody else is collecting.
        """
        if self._collecting is not None:
            raise CallStateError("digits are being collected already")
        collecting = _Collecting(self.future(), "", maximum, terminators, between_timeout)
        self._collecting = collecting
        try:
            self._arm(collecting, first_timeout)
            while self._buffer and not collecting.future.done():
                self._collect(collecting, self._buffer.popleft())
            return await collecting.future
        finally:
            self._collecting = None
            if collecting.timer is not None:
                collecting.timer.cancel()

    def take_digits(self) -> str:
        """Keys that were pressed and not collected, which are forgotten by this."""
        digits = "".join(self._buffer)
        self._buffer.clear()
        return digits

    def keep_digit(self, digit: str) -> None:
        """Put a key back for whoever collects next."""
        self._buffer.append(digit)

    def forget_digits(self) -> None:
        """Drop keys that were pressed and not collected."""
        self._buffer.clear()

    async def send_digits(self, digits: str) -> None:
        """Press keys towards the far end and wait until they are sent.

        Raises:
            CallEnded: the leg ended meanwhile.
            ValueError: not keys.
        """
        over: asyncio.Future[None] = self.future()

        def done(reason: EndReason) -> None:
            if not over.done() and reason is not EndReason.CLOSED:
                over.set_result(None)

        try:
            self.media.send_digits(digits, on_done=done)
        except ValueError:
            over.cancel()
            raise
        self._tell(events.DigitsSent(self._now(), self.call, self.leg, len(digits)))
        await over

    def _digit_pressed(self, digit: str) -> None:
        self._tell(events.DigitReceived(self._now(), self.call, self.leg, digit))
        if self.on_digit is not None and self.on_digit(digit):
            return
        if self._collecting is not None and not self._collecting.future.done():
            self._collect(self._collecting, digit)
        else:
            self._buffer.append(digit)
        if self._barge_in:
            self.stop()

    def _collect(self, collecting: _Collecting, digit: str) -> None:
        if digit in collecting.terminators:
            collecting.future.set_result(Collected(collecting.digits, CollectEnd.TERMINATOR))
            return
        collecting.digits += digit
        if len(collecting.digits) >= collecting.maximum:
            collecting.future.set_result(Collected(collecting.digits, CollectEnd.COMPLETE))
        else:
            self._arm(collecting, collecting.between)

    def _arm(self, collecting: _Collecting, seconds: float) -> None:
        if collecting.timer is not None:
            collecting.timer.cancel()
        collecting.timer = self._context.loop.call_later(seconds, self._collect_timeout, collecting)

    def _collect_timeout(self, collecting: _Collecting) -> None:
        if not collecting.future.done():
            collecting.future.set_result(Collected(collecting.digits, CollectEnd.TIMEOUT))

    # --- recording and tapping ------------------------------------------------------------------------

    def record(
        self,
        folder: Path,
        file: str,
        *,
        on_error: Callable[[OSError], None] | None = None,
    ) -> Recording:
        """Record both directions as they happen; it ends with the leg at the latest.

        Args:
            folder: the recordings folder.
            file: name inside it, ending in .wav.
            on_error: the disk failed; the call goes on.
        """
        self.check_open()

        def closed() -> None:
            self._tell(events.RecordingEnded(self._now(), self.call, self.leg, file, recording.recorded_ms))

        recording = self.media.record(folder / file, on_error=on_error, on_closed=closed)
        self._tell(events.RecordingStarted(self._now(), self.call, self.leg, file))
        return recording

    def tap(self, consumer: Callable[[Frame], None], *, direction: Direction = Direction.RECEIVED) -> Tap:
        """Give decoded 20 ms frames to a consumer on the loop."""
        self.check_open()
        return self.media.tap(consumer, direction=direction)

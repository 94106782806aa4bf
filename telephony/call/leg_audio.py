"""A leg's audio: prompts, waiting music, echo, DTMF both ways, recordings, taps.

The media engine does the work; here it becomes coroutines that end with the call, and facts in the journal.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path

from telephony.call import events
from telephony.call.errors import CallStateError
from telephony.call.leg_lifetime import LegLifetime
from telephony.media.interface import (
    AudioSource,
    EndReason,
    Frame,
    MediaLeg,
    Playback,
    PlayEnd,
    Recording,
    Tap,
    TapSide,
)
from telephony.sip.info_keys import InfoKeys

log = logging.getLogger(__name__)

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


class LegAudio:
    """The audio of one leg.

    Args:
        life: the leg's.
        media: our end of its RTP session.
    """

    __slots__ = (
        "_barge_in",
        "_buffer",
        "_collecting",
        "_held",
        "_hold_music",
        "_life",
        "_media",
        "_playback",
        "_waiting_music",
        "hides_digits",
        "on_digit",
    )

    def __init__(self, life: LegLifetime, media: MediaLeg) -> None:
        self._life = life
        self._media = media
        self.hides_digits = False
        """While True, events tell that a key was pressed and not which."""
        self.on_digit: Callable[[str], bool] | None = None
        """Offered each key first; True when it took it, so that nobody else gets it."""
        self._buffer: deque[str] = deque(maxlen=MAX_BUFFERED_DIGITS)
        self._collecting: _Collecting | None = None
        self._playback: Playback | None = None
        self._barge_in = False
        self._held = False
        self._hold_music: AudioSource | None = None
        self._waiting_music: AudioSource | None = None
        media.on_digit = self._digit_pressed

    def close(self) -> None:
        """The leg is over: its media will report no more keys."""
        self._media.on_digit = None  # and the reference cycle is broken

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
            LegClosed: the leg ended meanwhile.
        """
        if barge_in and self._buffer:
            self._life.check_open()
            return PlayEnd(EndReason.STOPPED, 0)
        over: asyncio.Future[PlayEnd] = self._life.future()

        def done(end: PlayEnd) -> None:
            self._life.tell(events.PlayEnded, prompt=name, reason=end.reason.value, played_ms=end.played_ms)
            if not over.done() and end.reason is not EndReason.CLOSED:
                over.set_result(end)

        self._life.tell(events.PlayStarted, prompt=name)
        playback = self._media.play(source, loop=loop, on_done=done)
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
        self._life.check_open()
        self._media.echo(on)

    # --- music ------------------------------------------------------------------------------------------

    def wait_with(self, music: AudioSource | None) -> None:
        """What the far end hears while the other side is away, unless we hold it; None ends it."""
        self._waiting_music = music
        self._play_music()

    def hold_with(self, music: AudioSource | None) -> None:
        """What the far end hears from now on because we hold it, None for silence; until `end_hold`."""
        self._held, self._hold_music = True, music
        self._play_music()

    def end_hold(self) -> None:
        """We hold the far end no more."""
        self._held, self._hold_music = False, None
        self._play_music()

    def _play_music(self) -> None:
        if self._life.end is None:
            self._media.hold_music(self._hold_music if self._held else self._waiting_music)

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
            LegClosed: the leg ended meanwhile.
            CallStateError: somebody else is collecting.
        """
        if self._collecting is not None:
            raise CallStateError("digits are being collected already")
        collecting = _Collecting(self._life.future(), "", maximum, terminators, between_timeout)
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
        """Put a key back for the next collector."""
        self._buffer.append(digit)

    def forget_digits(self) -> None:
        """Drop keys that were pressed and not collected."""
        self._buffer.clear()

    async def send_digits(self, digits: str) -> None:
        """Press keys towards the far end and wait until they are sent.

        Raises:
            LegClosed: the leg ended meanwhile.
            ValueError: not keys.
        """
        over: asyncio.Future[None] = self._life.future()

        def done(reason: EndReason) -> None:
            if not over.done() and reason is not EndReason.CLOSED:
                over.set_result(None)

        try:
            self._media.send_digits(digits, on_done=done)
        except ValueError:
            over.cancel()
            raise
        self._life.tell(events.DigitsSent, count=len(digits))
        await over

    def info_received(self, pressed: InfoKeys) -> None:
        """Keys came by SIP INFO."""
        for digit in pressed.keys:
            self._media.digit_from_signalling(digit, pressed.held)

    def _digit_pressed(self, digit: str) -> None:
        self._life.tell(events.DigitReceived, digit=events.HIDDEN_DIGIT if self.hides_digits else digit)
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
        collecting.timer = self._life.call_later(seconds, partial(self._collect_timeout, collecting))

    def _collect_timeout(self, collecting: _Collecting) -> None:
        if not collecting.future.done():
            collecting.future.set_result(Collected(collecting.digits, CollectEnd.TIMEOUT))

    # --- recording and tapping ------------------------------------------------------------------------

    def record(self, folder: Path, file: str) -> Recording:
        """Record both directions as they happen; it ends with the leg at the latest.

        When the disk fails, the recording stops and the call continues.

        Args:
            folder: the recordings folder.
            file: name inside it, ending in .wav.
        """
        self._life.check_open()

        def closed() -> None:
            self._life.tell(events.RecordingEnded, file=file, recorded_ms=recording.recorded_ms)

        def failed(error: OSError) -> None:
            log.error("recording stopped: %s", error)

        recording = self._media.record(folder / file, on_error=failed, on_closed=closed)
        self._life.tell(events.RecordingStarted, file=file)
        return recording

    def tap(self, consumer: Callable[[Frame], None], *, direction: TapSide = TapSide.RECEIVED) -> Tap:
        """Give decoded 20 ms frames to a consumer on the loop."""
        self._life.check_open()
        return self._media.tap(consumer, direction=direction)

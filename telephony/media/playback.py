"""What a leg plays, frame by frame at its tick: audio sources and DTMF.

One player speaks at a time, chosen by the `Speaker`; the others wait where they are.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from telephony.media import tones
from telephony.media.interface import FRAME_MS, AudioSource, EndReason, PlayEnd
from telephony.media.sender import RtpSender
from telephony.rtp.dtmf import DIGITS, dtmf_packets


class SourcePlayer:
    """`interface.Playback`: an audio source, once or over and over.

    Args:
        sender: the leg's outgoing stream.
        source: what to play.
        loop: begin again at the end.
        over: called with this player when it has ended by itself or by `stop`.
        on_done: the user's callback.
    """

    __slots__ = ("_ended", "_frames", "_loop", "_next", "_on_done", "_over", "_played", "_sender", "_source")

    def __init__(
        self,
        sender: RtpSender,
        source: AudioSource,
        loop: bool,
        over: Callable[[SourcePlayer], None],
        on_done: Callable[[PlayEnd], None] | None,
    ) -> None:
        self._sender = sender
        self._source = source
        self._frames = source.frames(sender.codec.name)
        self._loop = loop
        self._over = over
        self._on_done = on_done
        self._next = 0
        self._played = 0
        self._ended = False

    @property
    def source(self) -> AudioSource:
        """What is played."""
        return self._source

    @property
    def played_ms(self) -> int:
        """Audio played so far, all rounds together."""
        return self._played * FRAME_MS

    def codec_changed(self) -> None:
        """Go on at the same place in the codec that was negotiated now."""
        self._frames = self._source.frames(self._sender.codec.name)

    def tick(self, now: float) -> None:
        """Hot path: send 20 ms. The end comes with the last frame, so the next prompt follows at once."""
        frames = self._frames
        if frames:
            self._sender.send_frame(frames[self._next], now)
            self._next += 1
            self._played += 1
        if self._next >= len(frames):
            self._next = 0
            if not self._loop or not frames:
                self.end(EndReason.FINISHED)

    def stop(self) -> None:
        """Stop at once."""
        self.end(EndReason.STOPPED)

    def end(self, reason: EndReason) -> None:
        """Tell everyone, once."""
        if self._ended:
            return
        self._ended = True
        self._over(self)
        if self._on_done is not None:
            self._on_done(PlayEnd(reason, self.played_ms))


@dataclass(frozen=True, slots=True)
class _Batch:
    """The digits of one `send_digits`, and whom to tell."""

    digits: str
    duration_ms: int
    gap_ms: int
    on_done: Callable[[EndReason], None] | None


class DigitPlayer:
    """Presses keys towards the far end: RFC 4733 events where they were negotiated, otherwise INFO or tones.

    Args:
        sender: the leg's outgoing stream.
        by_info: sends a key by SIP INFO, given how long it is held in milliseconds; False when the far end
            does not take that.
        over: called when the last key has been sent.
    """

    __slots__ = ("_batches", "_by_info", "_now", "_over", "_sender", "_steps")

    def __init__(
        self, sender: RtpSender, by_info: Callable[[str, int], bool], over: Callable[[], None]
    ) -> None:
        self._sender = sender
        self._by_info = by_info
        self._over = over
        self._batches: deque[_Batch] = deque()
        self._now = 0.0
        self._steps = self._send_batches()

    def add(
        self, digits: str, duration_ms: int, gap_ms: int, on_done: Callable[[EndReason], None] | None
    ) -> None:
        """Send these keys after those that wait.

        Raises:
            ValueError: no key, or one that no telephone has, or a time that cannot be.
        """
        keys = digits.upper()
        if not keys or any(key not in DIGITS for key in keys) or duration_ms < 1 or gap_ms < 0:
            raise ValueError("no digits, or no such key, duration or gap")
        self._batches.append(_Batch(keys, duration_ms, gap_ms, on_done))

    def tick(self, now: float) -> None:
        """Send the next packet of a key, or wait out the pause after it."""
        self._now = now
        if next(self._steps, _END) is _END:
            self._over()

    def close(self) -> None:
        """Give up what waits, and say so."""
        batches = list(self._batches)
        self._batches.clear()
        for batch in batches:
            if batch.on_done is not None:
                batch.on_done(EndReason.CLOSED)

    def _send_batches(self) -> Iterator[None]:
        """One step a tick."""
        while self._batches:
            batch = self._batches[0]
            for key in batch.digits:
                yield from self._press(key, batch)
                if not self._batches:
                    return
            self._batches.popleft()
            if batch.on_done is not None:
                batch.on_done(EndReason.FINISHED)

    def _press(self, key: str, batch: _Batch) -> Iterator[None]:
        sender = self._sender
        sender.resume(self._now)
        if sender.event_payload_type is None and self._by_info(key, batch.duration_ms):
            for _ in range(max(1, (batch.duration_ms + batch.gap_ms) // FRAME_MS)):
                yield
            return
        if sender.event_payload_type is None:
            for frame in tones.dtmf(key, batch.duration_ms, batch.gap_ms).frames(sender.codec.name):
                sender.send_frame(frame, self._now)
                yield
            return
        started = sender.clock.timestamp
        for packet in dtmf_packets(key, batch.duration_ms):
            sender.send_event(packet, started, self._now)
            yield
        # The two repeated ends (RFC 4733 2.5.1.4) were sent within the pause.
        for _ in range(batch.gap_ms // FRAME_MS - 2):
            yield


_END = object()


class Speaker:
    """The local sources of one leg, and which of them speaks.

    Keys go before prompts, prompts before music, and any of them before bridge and conference.

    Args:
        sender: the leg's outgoing stream.
        changed: called when `current` has become another.
        by_info: see `DigitPlayer`.

    Attributes:
        current: who speaks now, or None.
    """

    __slots__ = ("_by_info", "_changed", "_digits", "_music", "_playback", "_sender", "current")

    def __init__(
        self, sender: RtpSender, changed: Callable[[], None], by_info: Callable[[str, int], bool]
    ) -> None:
        self._sender = sender
        self._changed = changed
        self._by_info = by_info
        self._digits: DigitPlayer | None = None
        self._playback: SourcePlayer | None = None
        self._music: SourcePlayer | None = None
        self.current: DigitPlayer | SourcePlayer | None = None

    def play(
        self, source: AudioSource, loop: bool, on_done: Callable[[PlayEnd], None] | None
    ) -> SourcePlayer:
        """Play a source in place of the one that is played now."""
        player = SourcePlayer(self._sender, source, loop, self._playback_over, on_done)
        replaced, self._playback = self._playback, player
        self._choose()
        if replaced is not None:
            replaced.end(EndReason.REPLACED)
        return player

    def set_music(self, source: AudioSource | None) -> None:
        """Play a source over and over when nothing else is played; None ends it."""
        if self._music is not None and self._music.source is source:
            return
        self._music = None
        if source is not None:
            self._music = SourcePlayer(self._sender, source, True, _nothing, None)
        self._choose()

    def send_digits(
        self, digits: str, duration_ms: int, gap_ms: int, on_done: Callable[[EndReason], None] | None
    ) -> None:
        """Send keys after those that wait. Raises ValueError as `DigitPlayer.add` does."""
        player = self._digits or DigitPlayer(self._sender, self._by_info, self._digits_over)
        player.add(digits, duration_ms, gap_ms, on_done)
        self._digits = player
        self._choose()

    @property
    def sends_digits(self) -> bool:
        """Whether keys are being sent."""
        return self._digits is not None

    def codec_changed(self) -> None:
        """Go on in the codec that was negotiated now."""
        for player in (self._playback, self._music):
            if player is not None:
                player.codec_changed()

    def close(self) -> None:
        """End everything and tell those who wait for it."""
        playback, digits = self._playback, self._digits
        self._playback = self._digits = self._music = self.current = None
        if playback is not None:
            playback.end(EndReason.CLOSED)
        if digits is not None:
            digits.close()
        self._changed = _unheard
        self._by_info = _by_nothing

    def _playback_over(self, player: SourcePlayer) -> None:
        if self._playback is player:
            self._playback = None
            self._choose()

    def _digits_over(self) -> None:
        self._digits = None
        self._choose()

    def _choose(self) -> None:
        speaker = self._digits or self._playback or self._music
        if speaker is not self.current:
            self.current = speaker
            self._changed()


def _nothing(player: SourcePlayer) -> None:
    """Music has no end of its own."""


def _by_nothing(key: str, duration_ms: int) -> bool:
    """The leg is closed: no key is sent any more."""
    return False


def _unheard() -> None:
    """The leg is closed: nobody is to be told any more."""

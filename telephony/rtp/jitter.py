"""An adaptive de-jitter buffer for one G.711 stream: packets in as they come, one 20 ms frame out a tick.

Packets are kept by unwrapped timestamp and cut at the time of play, so any packet time (10, 30, 40 ms ...)
leaves as whole frames, order needs no sorting, and a hole is simply a timestamp that nobody has. One byte
is one sample is one timestamp unit, which holds for both laws of G.711. What to play in place of a missing
frame is left to the caller.

The delay starts at the depth that the measured jitter asks for. It grows when the buffer runs empty, and
when a packet is missing while play is ahead of what the jitter allows for: play then waits instead of moving
on. It shrinks by one frame after a whole second in which the buffer never came down to what it needs. Growing
and shrinking also follow the drift between the two clocks.
"""

from __future__ import annotations

FRAME = 160
"""Samples in the 20 ms that one `pop` returns."""

_RATE = 8000
_TICK = FRAME / _RATE
_WINDOW = 50
"""Frames (one second) over which the lowest depth is watched before one frame is taken out."""
_DECAY = 1 / 512
"""Share by which the remembered jitter fades with each packet: about ten seconds at 50 packets a second."""
_FAR = 8000
"""A packet so many samples old is no straggler: if the next one follows it, the source has restarted."""


class JitterBuffer:
    """Puts one source's frames in order and in time.

    Args:
        min_frames: least delay at the start of a talkspurt, in frames of 20 ms.
        max_frames: most that is ever held; the oldest go first.
        silence: the byte to fill up a frame of which only the beginning is there.

    Attributes:
        late: packets that came after their time to be played.
        lost: frames missing in their turn though later ones were there (short silences of the sender
            included).
        discarded: packets or frames thrown away: duplicates, beyond `max_frames`, strays, or to cut the
            delay.
        underruns: times that the buffer ran empty (the end of each talkspurt included).
    """

    __slots__ = (
        "_base",
        "_buffering",
        "_end",
        "_last",
        "_low",
        "_max",
        "_min",
        "_next",
        "_packets",
        "_peak",
        "_played",
        "_restart",
        "_silence",
        "_since",
        "_started",
        "discarded",
        "late",
        "lost",
        "underruns",
    )

    def __init__(self, min_frames: int = 2, max_frames: int = 10, silence: int = 0xFF) -> None:
        if not 1 <= min_frames <= max_frames:
            raise ValueError("needs 1 <= min_frames <= max_frames")
        self._min = min_frames
        self._max = max_frames
        self._silence = bytes((silence,))
        self._packets: dict[int, bytes] = {}
        self.late = self.lost = self.discarded = self.underruns = 0
        self.reset()

    def reset(self) -> None:
        """Forget the stream but not the counters: the source (SSRC) has changed."""
        self._packets.clear()
        self._started = False
        self._buffering = True
        self._since = 0.0  # when the first of the packets came that are being buffered
        self._last = 0  # the newest timestamp, unwrapped like all that follow
        self._end = 0  # where the newest packet ends
        self._next = 0  # the first sample that may still be played
        self._restart = -1  # the sequence number that would confirm that the source restarted
        self._base = 0.0  # least transit time, in samples and of any origin
        self._peak = 0.0  # greatest recent transit time beyond it
        self._low = self._max * FRAME  # least depth within this window
        self._played = 0  # frames within this window

    @property
    def target(self) -> int:
        """The delay wanted now, in frames: one more than the recent jitter covers."""
        return min(max(int(-(-self._peak // FRAME)) + 1, self._min), self._max)

    @property
    def depth(self) -> int:
        """Samples held, holes between them included."""
        if not self._packets:
            return 0
        return max(0, self._end - (min(self._packets) if self._buffering else self._next))

    def push(self, sequence: int, timestamp: int, payload: bytes, now: float) -> None:
        """Take one packet.

        Args:
            sequence, timestamp: of the RTP header.
            payload: G.711, of any length up to `max_frames`.
            now: seconds at which it arrived.
        """
        if not 0 < len(payload) <= self._max * FRAME:
            self.discarded += 1
            return
        at = self._last + ((timestamp - self._last + 0x80000000) & 0xFFFFFFFF) - 0x80000000
        if at < self._last - _FAR and self._started:
            # One stray packet changes nothing; two in a row are a new beginning (RFC 3550 appendix A.1).
            if sequence != self._restart:
                self._restart = (sequence + 1) & 0xFFFF
                self.discarded += 1
                return
            self.reset()
        if not self._started:
            self._start(at, now)
        if at > self._last:
            self._last = at
        self._measure(at, now)
        if at < self._next:
            payload = payload[self._next - at :]
            at = self._next
            if not payload:
                self.late += 1
                return
        packets = self._packets
        if at in packets:
            self.discarded += 1
            return
        if not packets:
            self._since = now
        packets[at] = payload
        end = at + len(payload)
        if end > self._end:
            self._end = end
            if end - self._next > self._max * FRAME:
                self._shed()
        if len(packets) > 4 * self._max:
            self._shed()

    def pop(self, now: float) -> bytes | None:
        """The next 20 ms; None where they are missing, and while the buffer fills. Call once a tick.

        Args:
            now: seconds, by the same clock as for `push`.
        """
        packets = self._packets
        if self._buffering:
            if not packets or (self.depth < self.target * FRAME and now - self._since < self.target * _TICK):
                return None
            self._buffering = False
            self._next = max(self._next, min(packets))
            self._low, self._played = self._max * FRAME, 0
        frame = packets.pop(self._next, None)
        if frame is not None and len(frame) == FRAME:
            self._next += FRAME
        else:
            frame = self._cut(frame, now)
        depth = self._end - self._next
        if depth < self._low:
            self._low = depth
        self._played += 1
        if self._played >= _WINDOW:
            self._shrink(now)
        return frame

    def _start(self, at: int, now: float) -> None:
        """Begin with this packet, leaving room for some that it may have overtaken."""
        self._started = True
        self._last = self._end = at
        self._next = at - self._min * FRAME
        self._base = now * _RATE - at

    def _measure(self, at: int, now: float) -> None:
        """Follow the transit time: its floor creeps up with the drift of the clocks, its peak fades."""
        transit = now * _RATE - at
        beyond = transit - self._base
        if beyond < 0 or beyond > _FAR:
            self._base = transit
            return
        self._base += beyond * _DECAY
        if beyond > self._peak:
            self._peak = beyond
        else:
            self._peak -= self._peak * _DECAY

    def _cut(self, piece: bytes | None, now: float) -> bytes | None:
        """Make the next frame from packets that are not just one frame long, or find that it is missing.

        Args:
            piece: the packet that starts the frame, already taken out, or None.
            now: seconds.
        """
        packets = self._packets
        for stale in [at for at in packets if at < self._next]:
            del packets[stale]
            self.discarded += 1
        if piece is None:
            if not packets:
                self._buffering = True
                self.underruns += 1
                return None
            nearest = min(packets)
            if nearest - self._next >= FRAME:
                if now * _RATE - self._next - self._base < min(self._peak, (self._max - 1) * FRAME):
                    return None  # played sooner than the jitter allows: wait for it, which adds to the delay
                self._next += FRAME
                self.lost += 1
                return None
            self._next = nearest  # part of the frame is missing: play on from what there is
            piece = packets.pop(nearest)
        while len(piece) < FRAME:
            more = packets.pop(self._next + len(piece), None)
            if more is None:
                piece = piece.ljust(FRAME, self._silence)
            else:
                piece += more
        self._next += FRAME
        if len(piece) > FRAME:
            packets.setdefault(self._next, piece[FRAME:])
        return piece[:FRAME]

    def _shed(self) -> None:
        """Come back within `max_frames`: first skip a hole, then drop the oldest packets."""
        packets = self._packets
        while self._end - self._next > self._max * FRAME or len(packets) > 4 * self._max:
            oldest = min(packets)
            if oldest > self._next:
                self._next = oldest
            else:
                self._next = max(self._next, oldest + len(packets.pop(oldest)))
                self.discarded += 1

    def _shrink(self, now: float) -> None:
        """Take out one frame when a whole window never came down to the delay that is wanted."""
        if self._low >= self.target * FRAME and self._next in self._packets:
            self._cut(self._packets.pop(self._next), now)
            self.discarded += 1
        self._low, self._played = self._max * FRAME, 0

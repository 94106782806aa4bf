"""One direction of a leg put in order and in time: decoded 20 ms frames for listeners.

A `FrameStream` exists only while somebody does (a tap, a recording, a conference), so a leg that nobody
listens to decodes nothing. Order, loss and delay are the work of `telephony.rtp.jitter`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from telephony.media.interface import FRAME_SAMPLES, Frame
from telephony.media.tick import TICK_SECONDS
from telephony.rtp.codecs import G711, PCMU
from telephony.rtp.jitter import JitterBuffer

SILENCE: Frame = np.zeros(FRAME_SAMPLES, np.int16)
SILENCE.flags.writeable = False


class FrameStream:
    """A jitter buffer, a decoder, and those who listen."""

    __slots__ = ("_codec", "_jitter", "_listeners", "_ssrc", "_ticked_at")

    def __init__(self) -> None:
        self._jitter = JitterBuffer()
        self._codec = PCMU
        self._ssrc: int | None = None
        self._ticked_at: float | None = None
        self._listeners: list[Callable[[Frame], None]] = []

    @property
    def late(self) -> int:
        """Packets that came after their time."""
        return self._jitter.late

    @property
    def idle(self) -> bool:
        """True when nobody listens."""
        return not self._listeners

    def add(self, listener: Callable[[Frame], None]) -> None:
        """Give each frame to `listener`; frames are shared and must not be changed."""
        self._listeners.append(listener)

    def remove(self, listener: Callable[[Frame], None]) -> None:
        """Leave a listener alone; unknown ones are ignored."""
        # A new list: the old one may just be walked through by `tick`.
        self._listeners = [other for other in self._listeners if other != listener]

    def push(self, codec: G711, ssrc: int, sequence: int, timestamp: int, payload: bytes, now: float) -> None:
        """One packet as it came, or as it was sent."""
        if codec is not self._codec or ssrc != self._ssrc:
            self._codec = codec
            self._ssrc = ssrc
            self._jitter.reset()
        self._jitter.push(sequence, timestamp, payload, now)

    def tick(self, now: float) -> None:
        """Give out the next 20 ms, and before it what was due in ticks that were given up (`tick`).

        So time stays true for those who listen: a recording keeps its length, speech its pauses.
        """
        if self._ticked_at is not None:
            for _ in range(round((now - self._ticked_at) / TICK_SECONDS) - 1):
                self._give_out(now)
        self._ticked_at = now
        self._give_out(now)

    def _give_out(self, now: float) -> None:
        payload = self._jitter.pop(now)
        frame = SILENCE if payload is None else self._codec.decode(payload)
        for listener in self._listeners:
            listener(frame)


class LegTap:
    """`interface.Tap` over one stream.

    Args:
        consumer: gets the frames.
        detach: takes the consumer off its stream.
    """

    __slots__ = ("_consumer", "_detach")

    def __init__(
        self, consumer: Callable[[Frame], None], detach: Callable[[Callable[[Frame], None]], None]
    ) -> None:
        self._consumer = consumer
        self._detach = detach

    def close(self) -> None:
        """Let no frame come after this."""
        self._detach(self._consumer)

"""A caller's line as it is heard, from the first spoken question of a call to the last.

It hears on between the questions: who speaks on while an answer is being read, or begins before a question is
over, is not cut. Each frame is judged as it comes (`asr.listening.voice_activity`, `asr.listening.echo`) and
kept for a while. When an answer begins and ends is left to `asr.listening.end_of_turn`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from asr.listening.end_of_turn import APART, FRAME, THRESHOLD
from asr.listening.voice_activity import Phase, VoiceActivity
from telephony.call.leg import CallLeg
from telephony.media.interface import Frame, Tap

KEPT = 6.0
"""Seconds of sound kept: an answer may begin so long before anybody knows that it is one."""


@dataclass(frozen=True, slots=True)
class LineFrame:
    """20 ms of a line.

    Args:
        at: seconds of the loop's clock, when it ended.
        pcm: 8 kHz mono int16.
        probability: 0..1 that it is the caller who speaks.
    """

    at: float
    pcm: bytes
    probability: float


class Line:
    """Hears one leg.

    Args:
        leg: the caller's leg.
        loop: the event loop.
        activity: finds out whether the caller speaks.
    """

    def __init__(
        self, leg: CallLeg, loop: asyncio.AbstractEventLoop, activity: VoiceActivity | None = None
    ) -> None:
        self._leg = leg
        self._loop = loop
        self._activity = activity or VoiceActivity()
        self._frames: deque[LineFrame] = deque(maxlen=round(KEPT / FRAME))
        self._answered = 0.0
        self.phase = Phase.PROMPT
        """What the caller's speech would be; whoever listens keeps it up to date."""
        self._take: Callable[[LineFrame], None] | None = None
        self._tap: Tap | None = None

    def attach(self, take: Callable[[LineFrame], None]) -> list[LineFrame]:
        """Hear for one question, from now on.

        Args:
            take: called with each frame.

        Returns:
            What the caller is saying already, since its beginning; empty while they are silent.

        Raises:
            LegClosed: the leg is over.
        """
        if self._tap is None:
            self._tap = self._leg.audio.tap(self._hear)
        self._take = take
        return self._being_said()

    def detach(self) -> None:
        """No question is open."""
        self._take = None
        self.phase = Phase.PROMPT

    def answered(self) -> None:
        """All that was heard until now belongs to the question before."""
        self._answered = self._loop.time()

    def caller_spoke(self) -> None:
        """The answer had words in it: it was the caller's."""
        self._activity.caller_spoke()

    def since(self, first: float) -> bytes:
        """The sound since a time, as far as it is kept and was not heard as the answer before."""
        begin = max(first, self._answered)
        return b"".join(frame.pcm for frame in self._frames if frame.at > begin)

    def close(self) -> None:
        """Hear no more."""
        self.detach()
        if self._tap is not None:
            self._tap.close()
            self._tap = None

    def _hear(self, frame: Frame) -> None:
        pcm = frame.tobytes()
        heard = LineFrame(self._loop.time(), pcm, self._activity.probability(pcm, self.phase))
        self._frames.append(heard)
        if self._take is not None:
            self._take(heard)

    def _being_said(self) -> list[LineFrame]:
        begin = last = self._loop.time()
        for frame in reversed(self._frames):
            if frame.at <= self._answered or last - frame.at > APART:
                break
            if frame.probability >= THRESHOLD:
                begin, last = frame.at - FRAME, frame.at
        return [frame for frame in self._frames if frame.at > begin]

"""A caller who speaks and recognisers that answer, without sound, processes or waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from asr.errors import RecogniserUnavailable
from asr.listening.clips import ClipFolder
from asr.listening.end_of_turn import Outlook
from asr.listening.line import Line
from asr.listening.listener import ListenerContext
from asr.listening.turn_detection import TurnDetector
from asr.listening.voice_activity import Phase, VoiceActivity
from asr.protocol import StreamConfig
from asr.results import Capabilities, Final, Partial
from asr.workers.client import AS_IT_COMES, Recognisers
from telephony.media.interface import FRAME_SAMPLES, Frame, TapSide
from tests.support.fake_leg import FakeAudio, FakeJournal, FakeLeg, fake_context
from tests.support.virtual_time import running

FRAME_SECONDS = 0.02
VOICE = np.full(FRAME_SAMPLES, 8000, np.int16)
SILENCE = np.zeros(FRAME_SAMPLES, np.int16)


@dataclass
class _Tap:
    close: Callable[[], None]


class _SpeakingAudio(FakeAudio):
    """Audio that taps hear."""

    def __init__(self, leg: FakeLeg) -> None:
        super().__init__(leg)
        self.taps: dict[TapSide, list[Callable[[Frame], None]]] = {side: [] for side in TapSide}

    def tap(self, consumer: Callable[[Frame], None], *, direction: TapSide = TapSide.RECEIVED) -> Any:
        taps = self.taps[direction]
        taps.append(consumer)
        return _Tap(lambda: taps.remove(consumer) if consumer in taps else None)


class SpeakingLeg(FakeLeg):
    """A leg whose far end can speak."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.audio: _SpeakingAudio = _SpeakingAudio(self)

    async def send(self, seconds: float, frame: Frame = VOICE) -> None:
        """Send frames for some time; nothing once the call is over."""
        for _ in range(round(seconds / FRAME_SECONDS)):
            await asyncio.sleep(FRAME_SECONDS)
            for consumer in list(self.audio.taps[TapSide.RECEIVED]):
                consumer(frame)


class Activity:
    """Voice activity by the frame itself."""

    def probability(self, pcm: bytes, phase: Phase) -> float:
        return 1.0 if any(pcm) else 0.0

    def caller_spoke(self) -> None: ...


class FakeRecognisers:
    """Recognisers of one kind.

    Args:
        text: what every utterance is taken to be.
        streaming: whether words come while the caller speaks.
        seconds: how long the words take after the end of the audio.
    """

    def __init__(self, text: str = "yes", *, streaming: bool = True, seconds: float = 0.1) -> None:
        self.text = text
        self.seconds = seconds
        self.dead = False
        self.in_use = 0
        self.heard: list[float] = []
        """Seconds of audio of each utterance that was finished."""
        self._can = Capabilities(streaming)

    @property
    def real(self) -> Recognisers:
        return cast(Recognisers, self)

    def capabilities(self, language: str) -> Capabilities | None:
        return self._can if language == "en" else None

    async def open(
        self,
        language: str,
        *,
        config: StreamConfig = AS_IT_COMES,
        on_partial: Callable[[Partial], None] | None = None,
    ) -> _Recognition:
        await asyncio.sleep(0)
        if self.dead:
            raise RecogniserUnavailable("no worker is left")
        self.in_use += 1
        return _Recognition(self)


class _Recognition:
    def __init__(self, recognisers: FakeRecognisers) -> None:
        self._recognisers = recognisers
        self._bytes = 0
        self._open = True

    def feed(self, pcm: bytes) -> None:
        assert self._open
        self._bytes += len(pcm)

    async def finish(self) -> Final:
        await asyncio.sleep(self._recognisers.seconds)
        if self._recognisers.dead:
            raise RecogniserUnavailable("the worker died")
        self._recognisers.heard.append(self._bytes / 16000)
        return Final(self._recognisers.text, (), 0.9, "en", "vosk")

    def cancel(self) -> None:
        if self._open:
            self._open = False
            self._recognisers.in_use -= 1


def speaking_leg(journal: FakeJournal | None = None) -> SpeakingLeg:
    """An answered call in the loop that runs."""
    leg = SpeakingLeg(fake_context(journal or FakeJournal()), "call-1")
    leg.answer()
    return leg


class FakeTurnDetector:
    """Says the same of every pause.

    Args:
        outlook: what.
        seconds: how long it takes.
    """

    def __init__(self, outlook: Outlook, seconds: float = 0.1) -> None:
        self.outlook = outlook
        self.seconds = seconds
        self.asked: list[float] = []
        """Seconds of sound that it was given each time."""

    async def judge(self, pcm: bytes) -> Outlook:
        self.asked.append(len(pcm) / 16000)
        await asyncio.sleep(self.seconds)
        return self.outlook


def listening(
    leg: SpeakingLeg,
    recognisers: FakeRecognisers | None,
    folder: Path,
    turns: FakeTurnDetector | None = None,
) -> ListenerContext:
    """What a leg is listened to with."""
    return ListenerContext(
        leg.real,
        recognisers.real if recognisers is not None else None,
        Line(leg.real, running(), cast(VoiceActivity, Activity())),
        ClipFolder(folder, leg.call),
        running(),
        turns=cast(TurnDetector, turns) if turns is not None else None,
    )

"""An engine that hears one sentence in any sound: the one in its model's file `sentence`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from asr.engines import Engine, Stream
from asr.protocol import Segment, StreamConfig
from asr.results import Partial


def load(model: Path, language: str, threads: int) -> Engine:
    """Load nothing."""
    del language, threads
    return SentenceEngine(model)


class SentenceEngine:
    """Hears its sentence."""

    streaming = False
    parallel = 1

    def __init__(self, model: Path) -> None:
        self._model = model

    def open(self, config: StreamConfig) -> Stream:
        """Begin an utterance."""
        del config
        return SentenceStream(self._model)


class SentenceStream:
    """One utterance."""

    def __init__(self, model: Path) -> None:
        self._model = model

    def feed(self, pcm: bytes) -> Partial:
        """Nothing is heard before the end."""
        del pcm
        return Partial("")

    def finish(self) -> Iterator[Segment]:
        """The sentence."""
        yield Segment((self._model / "sentence").read_text(encoding="utf-8"))

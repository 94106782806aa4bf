"""What every recognition engine offers, and the engines by name.

An engine lives in a worker process (`asr.workers.worker`) with its native library; the switch never imports
one. Each module here has a function `load(model, language, threads) -> Engine`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from asr.protocol import Segment, StreamConfig
from asr.results import Partial

MODULES = {
    "vosk": "asr.engines.vosk",
    "whisper": "asr.engines.whisper",
    "sherpa": "asr.engines.sherpa",
    "smart-turn": "asr.engines.smart_turn",
}


class Stream(Protocol):
    """One utterance in an engine. Used by one thread at a time."""

    def feed(self, pcm: bytes) -> Partial | Segment:
        """Take 16-bit mono PCM at the stream's rate; say what is heard so far, or a stretch that ended."""
        ...

    def finish(self) -> Iterator[Segment]:
        """Say the rest, in pieces between which others may have their turn; nothing is fed after it."""
        ...


class Engine(Protocol):
    """A loaded model.

    `streaming` says whether `feed` recognises, and so takes time, or only collects audio; `parallel` how many
    streams can be recognised at one time.
    """

    streaming: bool
    parallel: int

    def open(self, config: StreamConfig) -> Stream:
        """Begin an utterance."""
        ...


class Loader(Protocol):
    """The function `load` of an engine's module."""

    def __call__(self, model: Path, language: str, threads: int) -> Engine:
        """Load a model; `threads` is how many cores the engine may use.

        Raises:
            EngineError: the model cannot be used.
        """
        ...


class EngineError(Exception):
    """A model cannot be used; the text is one sentence."""

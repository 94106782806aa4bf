"""An engine for tests of everything around engines: no model, exact words, and faults on request.

Its "speech" is constant samples: a run of the value 5 is the word "five" (`SPOKEN`); zero and anything else
is silence. Some values are faults: they happen once for a model folder, which keeps a mark, unless the folder
holds a file `always`. A folder with a file `whole` makes it read whole utterances, like Whisper.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import numpy as np

from asr.engines import Engine, EngineError, Stream
from asr.protocol import Segment, StreamConfig
from asr.results import Partial, Word

SPOKEN = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}
SEGMENT_END = 90
CRASH, HANG, RAISE, SLOW = 101, 102, 103, 104
SLOW_SECONDS = 0.4


def speech(*values: int, rate: int = 8000) -> bytes:
    """A fifth of a second of each value, as PCM."""
    return b"".join(np.full(rate // 5, value, dtype="<i2").tobytes() for value in values)


def load(model: Path, language: str, threads: int) -> Engine:
    """Load nothing; a folder that is not there is refused."""
    del language
    if not model.is_dir():
        raise EngineError(f"{model} holds no tiny model.")
    return TinyEngine(model, threads)


class TinyEngine:
    """Hears constant samples."""

    def __init__(self, model: Path, threads: int) -> None:
        self._model = model
        self.streaming = not (model / "whole").exists()
        self.parallel = threads if self.streaming else 1
        self.at_work = 0

    def open(self, config: StreamConfig) -> Stream:
        """Begin an utterance."""
        return TinyStream(self, config)

    def misbehave(self, value: int) -> None:
        """Do what a fault's value asks for, if it is its time."""
        mark = self._model / f"done-{value}"
        if value not in (CRASH, HANG, RAISE) or (mark.exists() and not (self._model / "always").exists()):
            return
        mark.touch()
        if value == CRASH:
            os._exit(1)
        if value == HANG:
            time.sleep(3600)
        raise RuntimeError("the engine failed")


class TinyStream:
    """One utterance."""

    def __init__(self, engine: TinyEngine, config: StreamConfig) -> None:
        self._engine = engine
        self._config = config
        self._samples = np.zeros(0, "<i2")
        self._told = 0

    def feed(self, pcm: bytes) -> Partial | Segment:
        """Hear more, or only keep it."""
        self._samples = np.concatenate([self._samples, np.frombuffer(pcm, "<i2")])
        if not self._engine.streaming:
            return Partial("")
        words = self._hear()
        if self._samples.size and self._samples[-1] == SEGMENT_END:
            self._told = len(words)
            return Segment(" ".join(word.text for word in words), words)
        return Partial(" ".join(word.text for word in words))

    def finish(self) -> Iterator[Segment]:
        """Hear the rest."""
        self._engine.at_work += 1
        assert self._engine.at_work <= self._engine.parallel, "too many at a time"
        words = self._hear()
        self._engine.at_work -= 1
        yield Segment(" ".join(word.text for word in words), words if self._config.words else ())

    def _hear(self) -> tuple[Word, ...]:
        words: list[Word] = []
        at = 0
        for value, run in groupby(self._samples.tolist()):
            length = len(list(run))
            self._engine.misbehave(value)
            if value == SLOW:
                time.sleep(SLOW_SECONDS)
            spoken = SPOKEN.get(value)
            if spoken and (not self._config.phrases or spoken in self._config.phrases):
                start, end = at / self._config.sample_rate, (at + length) / self._config.sample_rate
                words.append(Word(spoken, start, end, 0.5))
            at += length
        return tuple(words[self._told :])

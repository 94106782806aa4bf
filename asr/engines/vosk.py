"""The vosk engine: Kaldi models that give words while the caller speaks.

A stream costs about a quarter of a core while somebody speaks. The library releases Python's lock while it
works, so streams run side by side in threads.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import vosk

from asr.engines import Engine, EngineError, Stream
from asr.protocol import UNKNOWN_WORDS, Segment, StreamConfig, parse_answer
from asr.results import Partial


def load(model: Path, language: str, threads: int) -> Engine:
    """Load a Vosk model; the language is the model's own."""
    del language
    return VoskEngine(model, threads)


class VoskEngine:
    """A loaded Vosk model.

    Args:
        model: its folder.
        threads: streams that are recognised at one time.
    """

    streaming = True

    def __init__(self, model: Path, threads: int) -> None:
        vosk.SetLogLevel(-1)
        if not (model / "am" / "final.mdl").is_file():
            raise EngineError(f"{model} contains no Vosk model.")
        try:
            self._model = vosk.Model(str(model))
        except Exception as error:  # the library raises nothing more exact
            raise EngineError(f"{model} cannot be loaded: {error}.") from None
        # Only models with a graph that is put together at run time can be narrowed to phrases.
        self._narrows = (model / "graph" / "Gr.fst").is_file()
        self._unknown = [word for word in sorted(UNKNOWN_WORDS) if self._knows(word)]
        self.parallel = threads

    def open(self, config: StreamConfig) -> Stream:
        """Begin an utterance; phrases with words that the model does not know are left out."""
        phrases = [*self._known(config.phrases)] if self._narrows else []
        if phrases:
            grammar = json.dumps([*phrases, *self._unknown], ensure_ascii=False)
            recogniser = vosk.KaldiRecognizer(self._model, config.sample_rate, grammar)
        else:
            recogniser = vosk.KaldiRecognizer(self._model, config.sample_rate)
        recogniser.SetWords(config.words)
        return VoskStream(recogniser)

    def _known(self, phrases: tuple[str, ...]) -> Iterator[str]:
        for phrase in phrases:
            if phrase.split() and all(self._knows(word) for word in phrase.split()):
                yield phrase

    def _knows(self, word: str) -> bool:
        return int(self._model.vosk_model_find_word(word)) >= 0


class VoskStream:
    """One utterance in a Vosk recogniser."""

    __slots__ = ("_recogniser",)

    def __init__(self, recogniser: vosk.KaldiRecognizer) -> None:
        self._recogniser = recogniser

    def feed(self, pcm: bytes) -> Partial | Segment:
        """Recognise more audio."""
        if self._recogniser.AcceptWaveform(pcm):
            return parse_answer(self._recogniser.Result())
        return parse_answer(self._recogniser.PartialResult())

    def finish(self) -> Iterator[Segment]:
        """Recognise what is left."""
        answer = parse_answer(self._recogniser.FinalResult())
        yield answer if isinstance(answer, Segment) else Segment(answer.text)

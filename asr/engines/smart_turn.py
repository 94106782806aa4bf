"""The smart-turn engine: Smart Turn v3, which tells from the last seconds' sound whether a turn is over.

It stands behind the same worker as the recognisers: an "utterance" is the sound until a pause, its one "word"
is `complete` or `unfinished`, the word's confidence the probability that nothing more comes. The model wants
8 seconds of Whisper's log-mel features at 16 kHz, the pause at their end, silence in front where there is
less; the features are faster-whisper's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime
from faster_whisper.feature_extractor import FeatureExtractor
from numpy.typing import NDArray

from asr.engines import Engine, EngineError, Stream
from asr.engines.resampling import RATE, resampled
from asr.protocol import Segment, StreamConfig
from asr.results import Partial, Word

SECONDS = 8
_SAMPLES = SECONDS * RATE
_FRAMES = 100 * SECONDS
_LEAST_VARIANCE = 1e-7

COMPLETE, UNFINISHED = "complete", "unfinished"


def load(model: Path, language: str, threads: int) -> Engine:
    """Load Smart Turn; the language makes no difference to it."""
    return SmartTurn(model, threads)


class SmartTurn:
    """The loaded model.

    Args:
        model: its folder, which holds one .onnx file.
        threads: cores that one look may use.
    """

    streaming = False
    parallel = 1

    def __init__(self, model: Path, threads: int) -> None:
        files = sorted(model.glob("*.onnx"))
        if not files:
            raise EngineError(f"{model} contains no .onnx file.")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        try:
            self._session = onnxruntime.InferenceSession(
                str(files[0]), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            # onnxruntime raises classes of its own for every kind of failure, and names none of them.
            raise EngineError(f"{model} cannot be loaded: {error}.") from None
        self._features = FeatureExtractor(feature_size=80, sampling_rate=RATE, chunk_length=SECONDS)

    def open(self, config: StreamConfig) -> Stream:
        """Begin to look at one pause."""
        return SmartTurnStream(self, config)

    def complete(self, audio: NDArray[np.float32]) -> float:
        """How likely a turn is over, 0..1.

        Args:
            audio: 16 kHz, -1..1, up to the pause; what is more than 8 seconds ago is not heard.
        """
        audio = audio[-_SAMPLES:]
        audio = np.pad(audio, (_SAMPLES - audio.size, 0))
        audio = (audio - audio.mean()) / np.sqrt(audio.var() + _LEAST_VARIANCE)
        features = self._features(audio.astype(np.float32), padding=0)[:, :_FRAMES]
        features = np.pad(features, ((0, 0), (0, _FRAMES - features.shape[1])))
        outputs = self._session.run(None, {"input_features": features[None].astype(np.float32)})
        return float(np.ravel(outputs[0])[0])


class SmartTurnStream:
    """The sound before one pause."""

    __slots__ = ("_engine", "_pcm", "_rate")

    def __init__(self, engine: SmartTurn, config: StreamConfig) -> None:
        self._engine = engine
        self._rate = config.sample_rate
        self._pcm = bytearray()

    def feed(self, pcm: bytes) -> Partial:
        """Keep the last seconds."""
        self._pcm += pcm
        del self._pcm[: -2 * SECONDS * self._rate]
        return Partial("")

    def finish(self) -> Iterator[Segment]:
        """Say whether the turn is over."""
        probability = self._engine.complete(resampled(bytes(self._pcm), self._rate))
        text = COMPLETE if probability >= 0.5 else UNFINISHED
        seconds = len(self._pcm) / (2 * self._rate)
        yield Segment(text, (Word(text, 0.0, seconds, probability),))

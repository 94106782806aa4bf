"""The sherpa engine: models for sherpa-onnx, some of which give words while the caller speaks.

What the folder holds decides (`asr.engines.sherpa_folder`): streaming transducers (zipformer) and streaming
Paraformer recognise as sound comes; SenseVoice, Paraformer and Moonshine read a whole answer. The library
releases Python's lock while it works, so streams run side by side in threads.
"""

from __future__ import annotations

import base64
import math
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import sherpa_onnx
from numpy.typing import NDArray

from asr.engines import Engine, EngineError, Stream
from asr.engines.chunks import cut
from asr.engines.level import normalised
from asr.engines.resampling import RATE, Resampler, resampled
from asr.engines.sherpa_folder import Found, look, moonshine_tokens, pieces
from asr.protocol import Segment, StreamConfig
from asr.results import Partial, Word

TAIL = 0.8
"""Seconds of silence behind an utterance, so that the last words leave a streaming model's window."""

SHORTEST = 0.4
"""Seconds that a model is given at least; the library fails on sound that is shorter than its window."""

LAST_TOKEN = 0.2
"""Seconds that a word's last token is taken to last; the library says only when tokens begin."""

BOOST = 1.5
"""Log-probability that each token of the site's words gets on top: the library's own value."""


def load(model: Path, language: str, threads: int) -> Engine:
    """Load a model for sherpa-onnx; the language counts for those that know several."""
    found = look(model)
    try:
        # The library reads tokens and vocabularies from files; some have to be written first.
        with tempfile.TemporaryDirectory(prefix="hotline-sherpa-") as written:
            if found.kind in ("transducer", "streaming-paraformer"):
                return StreamingEngine(model, found, threads, Path(written))
            return WholeEngine(model, found, language, threads, Path(written))
    except (RuntimeError, ValueError, OSError, AssertionError) as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise EngineError(f"{model} cannot be loaded: {reason[0].rstrip('.')}.") from None


class StreamingEngine:
    """A loaded model that recognises while sound comes.

    Args:
        model: its folder.
        found: what is in it.
        threads: streams that are recognised at one time.
        written: where files for the library can be written.
    """

    streaming = True

    def __init__(self, model: Path, found: Found, threads: int, written: Path) -> None:
        self.parallel = threads
        tokens = model / "tokens.txt"
        common: dict[str, Any] = {"tokens": str(tokens), "num_threads": 1}
        files = {name: str(path) for name, path in found.files.items()}
        self._vocabulary: Vocabulary | None = None
        if found.kind == "streaming-paraformer":
            self._recogniser = sherpa_onnx.OnlineRecognizer.from_paraformer(**files, **common)
            return
        self._vocabulary = Vocabulary(_tokens(tokens), model, written)
        self._recogniser = sherpa_onnx.OnlineRecognizer.from_transducer(
            **files,
            **common,
            model_type=found.metadata["model_type"],
            decoding_method="modified_beam_search",
            hotwords_score=BOOST,
            modeling_unit=self._vocabulary.unit,
            bpe_vocab=self._vocabulary.file,
        )

    def open(self, config: StreamConfig) -> Stream:
        """Begin an utterance."""
        hotwords = self._vocabulary.hotwords(config.vocabulary) if self._vocabulary is not None else ""
        stream = self._recogniser.create_stream(hotwords) if hotwords else self._recogniser.create_stream()
        return OnlineStream(self._recogniser, stream, config.sample_rate)


class OnlineStream:
    """One utterance that is recognised as it comes."""

    __slots__ = ("_heard", "_recogniser", "_resampler", "_samples", "_stream")

    def __init__(self, recogniser: Any, stream: Any, rate: int) -> None:
        self._recogniser = recogniser
        self._stream = stream
        self._resampler = Resampler(rate)
        self._samples = 0
        self._heard = Partial("")

    def feed(self, pcm: bytes) -> Partial:
        """Recognise more audio."""
        if self._decode(self._resampler.add(pcm)):
            self._heard = Partial(_plain(self._recogniser.get_result(self._stream)))
        return self._heard

    def finish(self) -> Iterator[Segment]:
        """Recognise what is left."""
        self._decode(self._resampler.rest())
        seconds = self._samples / RATE
        self._decode(np.zeros(round(TAIL * RATE), np.float32))
        result = self._recogniser.get_result_all(self._stream)
        yield Segment(_plain(result.text), _words(result.tokens, result.timestamps, result.ys_probs, seconds))

    def _decode(self, samples: NDArray[np.float32]) -> bool:
        """Recognise as much as there is; says whether there was enough for a step."""
        self._samples += samples.size
        self._stream.accept_waveform(RATE, samples)
        ready = False
        while self._recogniser.is_ready(self._stream):
            self._recogniser.decode_stream(self._stream)
            ready = True
        return ready


class WholeEngine:
    """A loaded model that reads whole answers.

    Args:
        model: its folder.
        found: what is in it.
        language: what every utterance is taken to be in, by models that know several.
        threads: cores that one utterance may use.
        written: where files for the library can be written.
    """

    streaming = False
    parallel = 1

    def __init__(self, model: Path, found: Found, language: str, threads: int, written: Path) -> None:
        tokens = model / "tokens.txt"
        if not tokens.is_file():
            tokens = written / "tokens.txt"
            lines = (base64.b64encode(token).decode() for token in moonshine_tokens(model))
            tokens.write_text("".join(f"{line} {number}\n" for number, line in enumerate(lines)))
        common: dict[str, Any] = {"tokens": str(tokens), "num_threads": threads}
        files = {name: str(path) for name, path in found.files.items()}
        make = sherpa_onnx.OfflineRecognizer
        if found.kind == "sense-voice":
            self._recogniser = make.from_sense_voice(**files, **common, language=language)
        elif found.kind == "paraformer":
            self._recogniser = make.from_paraformer(paraformer=files["model"], **common)
        else:
            self._recogniser = make.from_moonshine_v2(**files, **common)

    def open(self, config: StreamConfig) -> Stream:
        """Begin an utterance."""
        return WholeStream(self._recogniser, config.sample_rate)


class WholeStream:
    """One utterance that is kept until it is whole."""

    __slots__ = ("_pcm", "_rate", "_recogniser")

    def __init__(self, recogniser: Any, rate: int) -> None:
        self._recogniser = recogniser
        self._rate = rate
        self._pcm = bytearray()

    def feed(self, pcm: bytes) -> Partial:
        """Keep more audio."""
        self._pcm += pcm
        return Partial("")

    def finish(self) -> Iterator[Segment]:
        """Read all of it, piece by piece."""
        audio = normalised(resampled(bytes(self._pcm), self._rate), RATE)
        for begin, piece in cut(audio, RATE):
            stream = self._recogniser.create_stream()
            stream.accept_waveform(RATE, np.pad(piece, (0, max(0, round(SHORTEST * RATE) - piece.size))))
            self._recogniser.decode_stream(stream)
            result = stream.result
            words = _words(
                result.tokens, result.timestamps, result.ys_log_probs, piece.size / RATE, begin=begin
            )
            yield Segment(_plain(result.text), words)


class Vocabulary:
    """How the site's words are told to a transducer, which takes them in the tokens that it was trained with.

    Args:
        tokens: the model's.
        model: its folder, where `bpe.vocab` or `bpe.model` says how words are cut into tokens.
        written: where the one is written that sherpa-onnx reads, if only the other is there.
    """

    def __init__(self, tokens: Sequence[str], model: Path, written: Path) -> None:
        self._signs = {token for token in tokens if len(token) == 1 and _is_han(token)}
        self._known = {letter for token in tokens for letter in token if not token.startswith("<")}
        self.file = ""
        if (model / "bpe.vocab").is_file():
            self.file = str(model / "bpe.vocab")
        elif (model / "bpe.model").is_file():
            path = written / "bpe.vocab"
            lines = (f"{piece}\t{weight}\n" for piece, weight in pieces(model / "bpe.model"))
            path.write_text("".join(lines), encoding="utf-8")
            self.file = str(path)
        self.unit = "cjkchar" if not self.file else "cjkchar+bpe" if self._signs else "bpe"

    def hotwords(self, vocabulary: Sequence[str]) -> str:
        """Those of the words that the model can write, as `create_stream` takes them; "" for none."""
        return "/".join(filter(None, (self._written(word) for word in vocabulary)))

    def _written(self, word: str) -> str:
        """A word in the model's letters; "" when it has others, which would leave a wrong word."""
        text = " ".join(re.findall(r"[\w']+", unicodedata.normalize("NFKC", word)))
        known = self._known if self.file else self._signs
        for spelling in (text, text.upper(), text.lower()):
            if spelling and known.issuperset(spelling.replace(" ", "")):
                return spelling
        return ""


def _tokens(path: Path) -> list[str]:
    """The tokens of a file with one token and its number in each line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [parts[0] for line in lines if len(parts := line.split()) == 2]


def _plain(text: str) -> str:
    """Text as others write it: models that know capitals alone shout."""
    return (text.lower() if text.isupper() else text).strip()


def _words(
    tokens: Sequence[str],
    begins: Sequence[float],
    logprobs: Sequence[float],
    seconds: float,
    *,
    begin: float = 0.0,
) -> tuple[Word, ...]:
    """Tokens as words; none where the model does not say when each was heard.

    Args:
        tokens: as the library gives them: " begin", "ning", or one sign of Chinese each.
        begins: seconds at which each begins.
        logprobs: of each; may be empty.
        seconds: how long the sound is.
        begin: where in the utterance it begins.
    """
    if not tokens or len(begins) != len(tokens):
        return ()
    spaced = any(token.startswith((" ", "▁")) for token in tokens)
    groups: list[list[int]] = []
    for number, token in enumerate(tokens):
        before = tokens[number - 1] if number else ""
        if spaced and not _is_han(token[-1:]):
            joined = not token.startswith((" ", "▁")) and not _is_han(before[-1:])
        else:
            joined = before.endswith("@@")  # Paraformer's mark of a word that goes on
        if groups and (joined or not any(letter.isalnum() for letter in token)):
            groups[-1].append(number)
        else:
            groups.append([number])
    words: list[Word] = []
    for group in groups:
        text = "".join(tokens[number].removesuffix("@@") for number in group).replace("▁", " ")
        if not any(letter.isalnum() for letter in text):
            continue
        first, last = begins[group[0]], begins[group[-1]]
        after = begins[group[-1] + 1] if group[-1] + 1 < len(begins) else seconds
        end = max(first, min(last + LAST_TOKEN, after, seconds))
        sure = [math.exp(logprobs[number]) for number in group] if len(logprobs) == len(tokens) else []
        confidence = min(1.0, sum(sure) / len(sure)) if sure else None
        words.append(Word(_plain(text), round(begin + first, 3), round(begin + end, 3), confidence))
    return tuple(words)


def _is_han(sign: str) -> bool:
    return any("\u3400" <= letter <= "\u9fff" or letter >= "\U00020000" for letter in sign)

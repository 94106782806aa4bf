"""The whisper engine: faster-whisper, which reads an utterance as a whole and gives the better text.

Four things keep it fit for telephone answers (figures: docs/decisions/010-whisper.md):

* Whisper always encodes 30 seconds, about one core-second for a "yes" as for a sentence. A short utterance is
  read with a shorter view first, and what then looks doubtful once more with a somewhat longer one.
* It invents text where nothing is said, and repeats itself: silence is cut out before, tokens are limited by
  the time that speech takes, and what looks invented is dropped after.
* A single word is what it reads worst; where phrases are expected, it is asked again in their tokens alone
  (`Phrases`), and that is taken when it is about as likely.
* Nothing is carried from one stretch to the next, and temperature is zero: the same audio, the same text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby, zip_longest
from math import inf, log
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import Segment as Heard
from numpy.typing import NDArray

from asr.engines import Engine, EngineError, Stream
from asr.engines.chunks import cut
from asr.engines.level import normalised
from asr.engines.resampling import RATE, resampled
from asr.engines.scoring import OTHER, PhraseScorer, Tokens, bare, shares
from asr.protocol import Segment, StreamConfig
from asr.results import Partial, Word

FRAMES_PER_SECOND = 100  # of Whisper's log-mel features

FULL_VIEW = 30.0
FIRST_VIEW, FIRST_MARGIN = 8.0, 2.0
SECOND_VIEW, SECOND_MARGIN = 12.0, 4.0
"""Seconds that the encoder sees at least, and beside the utterance; with less it repeats and guesses more."""

SHORT_VIEW, SHORT_MARGIN = 3.0, 0.5
"""The same where only expected phrases are weighed: a short answer needs no more."""

LONGEST_SCORED = 8.0
"""Seconds of audio beyond which an answer is more than a phrase."""

MOST_WRITTEN = 10  # tokens that are written freely beside the phrases
NOTHING_ELSE = 0.98  # "other" of this share is looked at no second time
EXPECTED = {"en": 4.5, "zh": 8.0, "ko": 4.5}
"""Advantage of what makes sense over what is written freely (nats): Mandarin has more homophones."""

CLEAR = 0.9  # a meaning of this share needs no second look

BEAM = 5
"""Readings that are followed side by side: a tenth more time, and fewer wrong characters in each language."""

TOKENS_PER_SECOND, TOKENS_AT_LEAST = 10, 12  # fast Chinese takes about eight

DOUBTFUL_LOGPROB, DOUBTFUL_COMPRESSION = -0.8, 2.0
INVENTED_LOGPROB, INVENTED_COMPRESSION = -1.3, 2.4
NARROWED_LOGPROB, NARROWED_LOSS = -1.0, 0.35  # what phrases may cost
SHORTEST_WORD = 0.3  # the same word again and again takes so long each time
SILENT_PROBABILITY, SILENT_LOGPROB = 0.6, -0.7

HEARD_FROM = 1.0
"""Seconds of sound from which it is heard that another language is spoken."""

OTHER_LANGUAGE = 0.9
"""Share from which on another language than the one that was told is taken."""

TOLD_FROM = 2.5
"""Seconds of sound from which the site's words are told: single words become them though nobody said them."""

PADDING = 0.3  # seconds kept on either side of speech
VOICE_ACTIVITY = {
    "threshold": 0.35,
    "min_silence_duration_ms": 1000,
    "speech_pad_ms": round(PADDING * 1000),
}


_PHRASE_MARKS = (",", ".", "-", " -", "?", "!", "，", "。")


def load(model: Path, language: str, threads: int) -> Engine:
    """Load a Whisper model in CTranslate2's format, for one language."""
    return WhisperEngine(model, language, threads)


class _Model(WhisperModel):  # type: ignore[misc]  # the library has no types
    """faster-whisper's model with an encoder that can be told to see less than 30 seconds."""

    view = FULL_VIEW

    def encode(self, features: NDArray[np.float32]) -> Any:
        return super().encode(features[..., : round(self.view * FRAMES_PER_SECOND)])


class WhisperEngine:
    """A loaded Whisper model.

    Args:
        model: its folder.
        language: what every utterance is taken to be in.
        threads: cores that one utterance may use.
    """

    streaming = False
    parallel = 1

    def __init__(self, model: Path, language: str, threads: int) -> None:
        if not (model / "model.bin").is_file():
            raise EngineError(f"{model} contains no Whisper model.")
        try:
            self._model = _Model(
                str(model), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise EngineError(f"{model} cannot be loaded: {error}.") from None
        self._language = language
        self._expected = EXPECTED.get(language, EXPECTED["en"])
        self._multilingual = bool(self._model.model.is_multilingual)
        self._tokenizer = Tokenizer(self._model.hf_tokenizer, self._multilingual, "transcribe", language)
        self._phrases = lru_cache(maxsize=64)(self._find_phrases)
        self._scorer = lru_cache(maxsize=64)(self._make_scorer)

    def open(self, config: StreamConfig) -> Stream:
        """Begin an utterance."""
        return WhisperStream(self, config)

    def read(self, audio: NDArray[np.float32], config: StreamConfig) -> Segment:
        """Read one utterance.

        Args:
            audio: samples at 16 kHz, -1..1, at the usual level, and no more of them than
                a piece (`asr.engines.chunks`) has.
            config: how.
        """
        if (other := self._other_language(audio, config.languages)) is not None:
            return self._transcribe(audio, StreamConfig(), other)
        if not config.meanings or audio.size > LONGEST_SCORED * RATE:
            return self._transcribe(audio, config)
        meanings: dict[str, float] = {}
        likely: tuple[Tokens, ...] = ()
        for least, margin in ((SHORT_VIEW, SHORT_MARGIN), (FIRST_VIEW, FIRST_MARGIN)):
            view = max(least, audio.size / RATE + margin)
            look = _Look(self._model, self._tokenizer, audio, view)
            meanings, clear, likely = self._score(look, config, likely)
            if clear is not None:
                return clear
            if meanings[OTHER] > NOTHING_ELSE:
                break
        return replace(self._transcribe(audio, config), meanings=meanings)

    def _score(
        self, look: _Look, config: StreamConfig, only: tuple[Tokens, ...]
    ) -> tuple[dict[str, float], Segment | None, tuple[Tokens, ...]]:
        """How likely each meaning is, the phrase of a clear one, and the phrases that are near."""
        scorer = self._scorer(tuple(config.meanings.items()))
        scored = scorer.score(look.first(), look.chances, only)
        free, meaning = self._free(look, scorer)
        known, phrases = dict(scored.meanings), dict(scored.tokens)
        if meaning is not None and free[1] > known.get(meaning, -inf):
            known[meaning], phrases[meaning] = free[1], free[0]
        against = -inf if meaning is not None else free[1]
        meanings = shares(known, against, self._expected, config.meanings)
        best = max(meanings, key=lambda name: meanings[name])
        if best == OTHER or meanings[best] < CLEAR:
            return meanings, None, scored.near
        text = self._tokenizer.decode(phrases[best]).strip()
        # When each of so few words was said, nobody asks.
        word = Word(text, 0.0, look.seconds, meanings[best])
        return meanings, Segment(text, (word,), meanings=meanings), ()

    def _free(self, look: _Look, scorer: PhraseScorer) -> tuple[tuple[Tokens, float], str | None]:
        """What is written freely, its log probability, and its meaning where it is one of the phrases."""
        tokens, complete = look.write()
        if not tokens:
            return ((), -inf), None
        chance = sum(look.chances(scorer.closed(tokens) if complete else tokens))
        return (tokens, chance), scorer.meaning(self._tokenizer.decode(tokens))

    def _other_language(self, audio: NDArray[np.float32], languages: tuple[str, ...]) -> str | None:
        """Which of these is spoken instead of ours; None for ours, or what cannot be told."""
        if not languages or not self._multilingual or audio.size < HEARD_FROM * RATE:
            return None
        look = _Look(self._model, self._tokenizer, audio[: round(FIRST_VIEW * RATE)], FIRST_VIEW)
        shares = look.languages((self._language, *languages))
        best = max(shares, key=lambda language: shares[language])
        return best if best != self._language and shares[best] >= OTHER_LANGUAGE else None

    def _transcribe(
        self, audio: NDArray[np.float32], config: StreamConfig, language: str | None = None
    ) -> Segment:
        """Read as text; in another language than the engine's where one is given."""
        heard = [
            part
            for part in self._segments(audio, language or self._language, config.phrases, config.vocabulary)
            if not _is_invented(part)
        ]
        text = "".join(part.text for part in heard).strip()
        return Segment(text, tuple(_words(heard)), alternatives=self._readings(audio, config, text))

    def _readings(self, audio: NDArray[np.float32], config: StreamConfig, text: str) -> tuple[str, ...]:
        """Other readings than this one: free ones, like the example, and of the phrases' tokens alone."""
        view = max(FIRST_VIEW, audio.size / RATE + FIRST_MARGIN)
        if not config.alternatives or view > FULL_VIEW:
            return ()
        look = _Look(self._model, self._tokenizer, audio, view)
        count = -(-config.alternatives // 2)
        sources = [look.readings(count)]
        if config.example:
            sources.append(look.readings(count, config.example))
        if config.phrases:
            sources.append(look.readings(count, "", self._phrases(config.phrases).suppressed))
        found = {bare(text): ""}
        # Their likelihoods can't be compared, so the first of each comes before the second of any.
        for reading in (one for rank in zip_longest(*sources) for one in rank if one):
            found.setdefault(bare(reading), reading)
        return tuple(reading for reading in found.values() if reading)[: config.alternatives]

    def _segments(
        self,
        audio: NDArray[np.float32],
        language: str,
        phrases: tuple[str, ...] = (),
        vocabulary: tuple[str, ...] = (),
    ) -> list[Heard]:
        seconds = audio.size / RATE
        view = max(FIRST_VIEW, seconds + FIRST_MARGIN)
        if vocabulary and seconds >= TOLD_FROM:
            told = self._read(audio, language, min(view, FULL_VIEW), vocabulary=vocabulary)
            if told.parts and not told.is_doubtful:
                return told.parts
        if view >= FULL_VIEW:
            return self._read(audio, language, FULL_VIEW).parts
        free = self._read(audio, language, view)
        if phrases and free.parts:
            expected = self._phrases(phrases)
            if not expected.make(free.text):
                narrowed = self._read(audio, language, view, expected.suppressed)
                likely = narrowed.logprob >= max(NARROWED_LOGPROB, free.logprob - NARROWED_LOSS)
                if likely and expected.make(narrowed.text) and not narrowed.stutters:
                    return narrowed.parts
        if not free.is_doubtful:
            return free.parts
        return self._read(audio, language, min(FULL_VIEW, max(SECOND_VIEW, seconds + SECOND_MARGIN))).parts

    def _read(
        self,
        audio: NDArray[np.float32],
        language: str,
        view: float,
        suppressed: Sequence[int] = (-1,),
        vocabulary: Sequence[str] = (),
    ) -> _Reading:
        """Read with a view of so many seconds, without these tokens (-1: those that are no speech)."""
        self._model.view = view
        segments, facts = self._model.transcribe(
            audio,
            language=language,
            # A few phrases' tokens leave nothing to search in.
            beam_size=BEAM if list(suppressed) == [-1] else 1,
            temperature=0.0,
            condition_on_previous_text=False,
            max_new_tokens=round(TOKENS_AT_LEAST + TOKENS_PER_SECOND * min(audio.size / RATE, FULL_VIEW)),
            suppress_tokens=list(suppressed),
            hotwords=", ".join(vocabulary) or None,
            word_timestamps=True,
            vad_filter=True,
            vad_parameters=VOICE_ACTIVITY,
        )
        return _Reading(list(segments), float(facts.duration_after_vad) - 2 * PADDING)

    def _find_phrases(self, phrases: tuple[str, ...]) -> Phrases:
        return Phrases(phrases, self._tokenizer)

    def _make_scorer(self, meanings: tuple[tuple[str, tuple[str, ...]], ...]) -> PhraseScorer:
        return PhraseScorer(dict(meanings), self._tokenizer.encode, "。" if self._language == "zh" else ".")


class _Look:
    """An answer, encoded once for all that is asked of it.

    Args:
        model, tokenizer: the language's.
        audio: samples at 16 kHz, -1..1.
        view: seconds that the encoder sees.
    """

    def __init__(self, model: _Model, tokenizer: Tokenizer, audio: NDArray[np.float32], view: float) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self.seconds = audio.size / RATE
        self._frames = round(view * FRAMES_PER_SECOND)
        features = model.feature_extractor(audio)
        missing = self._frames - features.shape[-1]
        if missing > 0:
            features = np.pad(features, ((0, 0), (0, missing)), constant_values=features.min())
        model.view = self._frames / FRAMES_PER_SECOND
        self._encoded = model.encode(features)
        self._prompt = [*tokenizer.sot_sequence, tokenizer.no_timestamps]

    def write(self) -> tuple[Tokens, bool]:
        """Write freely, and say whether that is all of it or its beginning.

        What is written again and again, as happens with so short a view, is written once.
        """
        [result] = self._model.model.generate(
            self._encoded,
            [self._prompt],
            beam_size=1,
            max_length=2 * MOST_WRITTEN,  # the library halves it
            suppress_blank=False,
        )
        tokens: list[int] = result.sequences_ids[0]
        sizes = range(1, len(tokens) // 2 + 1)
        again = next((size for size in sizes if tokens[:size] == tokens[size : 2 * size]), None)
        return tuple(tokens[:again]), again is not None or len(tokens) < MOST_WRITTEN

    def first(self) -> NDArray[np.float32]:
        """Log probability of each token of text at the beginning."""
        [result] = self._model.model.generate(
            self._encoded,
            [self._prompt],
            beam_size=1,
            max_length=len(self._prompt),
            return_logits_vocab=True,
            suppress_blank=False,
            suppress_tokens=[],
        )
        logits = np.array(result.logits[0][0], np.float32).ravel()[: self._tokenizer.eot]
        logits -= logits.max()
        return np.asarray(logits - np.log(np.exp(logits).sum()), np.float32)

    def languages(self, among: Sequence[str]) -> dict[str, float]:
        """How likely each of these languages is spoken, in all 1."""
        [found] = self._model.model.detect_language(self._encoded)
        # Not what the library thinks likely, but what can be: the rest of a hundred languages is left out.
        shares = {token[2:-2]: share for token, share in found if token[2:-2] in among}
        whole = sum(shares.values()) or 1.0
        return {language: share / whole for language, share in shares.items()}

    def chances(self, tokens: Tokens) -> list[float]:
        """Log probability of each of these tokens after those before it."""
        [result] = self._model.model.align(
            self._encoded, self._tokenizer.sot_sequence, [list(tokens)], self._frames
        )
        return [log(max(chance, 1e-20)) for chance in result.text_token_probs]

    def readings(self, count: int, before: str = "", suppressed: Sequence[int] = (-1,)) -> list[str]:
        """The likeliest texts, that many or fewer.

        Args:
            count: how many.
            before: a text that they may follow in kind.
            suppressed: tokens that are not written.
        """
        previous = [self._tokenizer.sot_prev, *self._tokenizer.encode(" " + before)] if before else []
        prompt = [*previous, *self._prompt]
        [result] = self._model.model.generate(
            self._encoded,
            [prompt],
            beam_size=count,
            num_hypotheses=count,
            max_length=min(
                448, 2 * (len(prompt) + round(TOKENS_AT_LEAST + TOKENS_PER_SECOND * self.seconds))
            ),
            suppress_tokens=list(suppressed),
        )
        return [self._tokenizer.decode(tokens).strip() for tokens in result.sequences_ids]


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was read in one go.

    Args:
        parts: the segments.
        speech: seconds of speech that there were, or less.
    """

    parts: list[Heard]
    speech: float

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)

    @property
    def logprob(self) -> float:
        """Mean over the segments, of their mean over tokens."""
        return float(sum(part.avg_logprob for part in self.parts)) / max(1, len(self.parts))

    @property
    def stutters(self) -> bool:
        """Whether it says something over and over, faster than anyone speaks."""
        if any(part.compression_ratio > DOUBTFUL_COMPRESSION for part in self.parts):
            return True
        words = [word.word.strip(" ,.!?-").lower() for part in self.parts for word in part.words or ()]
        runs = [len(list(run)) for _, run in groupby(words)]
        return any(run > 1 and run * SHORTEST_WORD > self.speech for run in runs)

    @property
    def is_doubtful(self) -> bool:
        return self.stutters or any(part.avg_logprob < DOUBTFUL_LOGPROB for part in self.parts)


class WhisperStream:
    """One utterance for Whisper: kept until it is whole."""

    __slots__ = ("_config", "_engine", "_pcm")

    def __init__(self, engine: WhisperEngine, config: StreamConfig) -> None:
        self._engine = engine
        self._config = config
        self._pcm = bytearray()

    def feed(self, pcm: bytes) -> Partial:
        """Keep more audio."""
        self._pcm += pcm
        return Partial("")

    def finish(self) -> Iterator[Segment]:
        """Read all of it, piece by piece."""
        audio = normalised(resampled(bytes(self._pcm), self._config.sample_rate), RATE)
        for begin, piece in cut(audio, RATE):
            segment = self._engine.read(piece, self._config)
            words = (replace(word, start=word.start + begin, end=word.end + begin) for word in segment.words)
            yield replace(segment, words=tuple(words))


def _words(heard: list[Heard]) -> Iterator[Word]:
    for part in heard:
        for word in part.words or ():
            if any(letter.isalnum() for letter in word.word):
                yield Word(word.word.strip(), float(word.start), float(word.end), float(word.probability))


def _is_invented(part: Heard) -> bool:
    silent = part.no_speech_prob > SILENT_PROBABILITY and part.avg_logprob < SILENT_LOGPROB
    return bool(
        silent or part.avg_logprob < INVENTED_LOGPROB or part.compression_ratio > INVENTED_COMPRESSION
    )


class PhraseTokenizer(Protocol):
    """What we need of faster-whisper's tokenizer."""

    eot: int

    def encode(self, text: str) -> list[int]:
        """The tokens of a text."""
        ...


class Phrases:
    """The few phrases that an utterance is expected to be made of.

    Whisper takes no phrase list, but it can be limited to the phrases' own tokens. That helps where it is
    weakest, with single words: "five" alone is read as "Bye." (docs/decisions/010). What comes out can still
    be anything that those tokens make, so it counts only when it is made of whole phrases.

    Args:
        phrases: as the caller of the recogniser gave them; at least one.
        tokenizer: the model's.
    """

    def __init__(self, phrases: tuple[str, ...], tokenizer: PhraseTokenizer) -> None:
        spellings = {
            spelling for phrase in phrases for spelling in (phrase, phrase.lower(), phrase.capitalize())
        }
        spaced = [begin + spelling for spelling in spellings for begin in ("", " ")]
        allowed = {token for text in (*spaced, *_PHRASE_MARKS) for token in tokenizer.encode(text)}
        # Tokens from `eot` on are no text: end, language, times.
        self.suppressed = [token for token in range(tokenizer.eot) if token not in allowed]
        longest_first = sorted({bare(phrase) for phrase in phrases} - {""}, key=len, reverse=True)
        self._made_of = re.compile(f"(?:{'|'.join(map(re.escape, longest_first))})+")

    def make(self, text: str) -> bool:
        """Whether a text is made of whole phrases, and of nothing else."""
        return bool(self._made_of.fullmatch(bare(text)))

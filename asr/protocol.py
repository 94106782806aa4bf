"""The WebSocket messages of vosk-server, as both sides need them; pure.

The public server (alphacep/vosk-server, websocket/asr_server.py) has no specification but its source:

* The client may send {"config": {...}} first, then binary messages of 16-bit mono PCM, then the end.
* Each binary message is answered by exactly one text message: {"partial": "..."} while a stretch of
  speech continues, {"result": [...], "text": "..."} when the server found its end.
* The end is answered by one more of the latter, and the server closes the connection. The server compares
  the end's text as it stands, so it must be `{"eof" : 1}` with just these spaces.

So a stock server can stand wherever a worker of ours does. What is ours alone are keys that a stock server
does not read and does not send: the config's `meanings`, `vocabulary`, `alternatives`, `example` and
`languages`, and the last answer's `meanings` and `alternatives`. A worker of ours behind an address is as
able as one beside us.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from asr.results import Final, Partial, Word

END = '{"eof" : 1}'

TRY_AGAIN_LATER = 1013
"""Close code of a worker that takes no more utterances now (RFC 6455 7.4, IANA registry)."""

UNIX = "unix:"
"""Begins the address of a Unix socket; what follows is its path."""

READY = "ready "
"""Begins the line in which a worker of ours says its address, once it listens."""

# What models write for a word outside their vocabulary or outside the phrases that they were given.
UNKNOWN_WORDS = frozenset({"[unk]", "<unk>", "<UNK>"})


@dataclass(frozen=True, slots=True)
class StreamConfig:
    """How one utterance is to be heard.

    Args:
        sample_rate: of the PCM that comes, in Hz.
        phrases: the phrases to expect, empty for anything.
        words: whether to say when each word was said.
        meanings: what a short answer can mean, with the phrases that mean it: to be scored against the sound
            by engines that can.
        vocabulary: names and terms that are likely to come up, for engines that can be told.
        alternatives: how many other readings of the sound to give, by engines that can.
        example: an answer of the kind as it is written, which such readings may follow; "" for none.
        languages: others that may be spoken instead: an engine that hears which one it is reads it in that.
    """

    sample_rate: int = 8000
    phrases: tuple[str, ...] = ()
    words: bool = True
    _: KW_ONLY
    meanings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    vocabulary: tuple[str, ...] = ()
    alternatives: int = 0
    example: str = ""
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of speech whose end was found, or the rest of the utterance.

    Args:
        text: its words, empty when there are none.
        words: the same one by one, where the engine gives times; seconds from the utterance's start.
        meanings, alternatives: as in `asr.results.Final`.
    """

    text: str
    words: tuple[Word, ...] = ()
    _: KW_ONLY
    meanings: Mapping[str, float] = field(default_factory=dict)
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class End:
    """No more audio comes."""


def config_message(config: StreamConfig) -> str:
    """Write the first message of a client."""
    fields: dict[str, Any] = {"sample_rate": config.sample_rate, "words": config.words}
    if config.phrases:
        fields["phrase_list"] = list(config.phrases)
    if config.meanings:
        fields["meanings"] = {name: list(phrases) for name, phrases in config.meanings.items()}
    if config.vocabulary:
        fields["vocabulary"] = list(config.vocabulary)
    if config.alternatives:
        fields["alternatives"] = config.alternatives
    if config.example:
        fields["example"] = config.example
    if config.languages:
        fields["languages"] = list(config.languages)
    return json.dumps({"config": fields}, ensure_ascii=False)


def parse_request(text: str, before: StreamConfig) -> StreamConfig | End:
    """Read a client's text message.

    Args:
        text: the message.
        before: what holds for settings that the message leaves out.

    Raises:
        ValueError: it is neither a config nor the end.
    """
    message = json.loads(text)
    if not isinstance(message, dict):
        raise ValueError("not an object")
    if "eof" in message:
        return End()
    config = message.get("config")
    if not isinstance(config, dict):
        raise ValueError("neither config nor eof")
    rate = config.get("sample_rate", before.sample_rate)
    meanings = config.get("meanings", before.meanings) or {}
    alternatives = config.get("alternatives", before.alternatives)
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 4000 <= rate <= 192_000:
        raise ValueError("sample_rate is no rate")
    if not isinstance(meanings, Mapping):
        raise ValueError("meanings is no object")
    if isinstance(alternatives, bool) or not isinstance(alternatives, int) or not 0 <= alternatives <= 100:
        raise ValueError("alternatives is no small number")
    return StreamConfig(
        int(rate),
        _texts(config.get("phrase_list", before.phrases), "phrase_list"),
        bool(config.get("words", before.words)),
        meanings={str(name): _texts(texts, "meanings") for name, texts in meanings.items()},
        vocabulary=_texts(config.get("vocabulary", before.vocabulary), "vocabulary"),
        alternatives=alternatives,
        example=str(config.get("example", before.example)),
        languages=_texts(config.get("languages", before.languages), "languages"),
    )


def answer_message(answer: Partial | Segment) -> str:
    """Write an answer of a server."""
    if isinstance(answer, Partial):
        return json.dumps({"partial": answer.text}, ensure_ascii=False)
    fields: dict[str, Any] = {}
    if answer.words:
        fields["result"] = [
            {
                "conf": 1.0 if word.confidence is None else round(word.confidence, 6),
                "end": round(word.end, 3),
                "start": round(word.start, 3),
                "word": word.text,
            }
            for word in answer.words
        ]
    fields["text"] = answer.text
    if answer.meanings:
        fields["meanings"] = {name: round(share, 6) for name, share in answer.meanings.items()}
    if answer.alternatives:
        fields["alternatives"] = list(answer.alternatives)
    return json.dumps(fields, ensure_ascii=False)


def parse_answer(text: str | bytes) -> Partial | Segment:
    """Read an answer of a server. A stock one that was set up to give alternatives puts all of them there.

    Raises:
        ValueError: it makes no sense.
    """
    message = json.loads(text)
    if not isinstance(message, dict):
        raise ValueError("not an object")
    others: Any = message.get("alternatives", ())
    if others and not isinstance(others, list):
        raise ValueError("alternatives is no list")
    if "alternatives" in message and "text" not in message:
        message, *rest = others or [{"text": ""}]
        others = [other.get("text", "") if isinstance(other, dict) else other for other in rest]
        if not isinstance(message, dict):
            raise ValueError("an alternative is no object")
    if "partial" in message:
        return Partial(_plain(str(message["partial"])))
    if "text" not in message:
        raise ValueError("neither partial nor text")
    try:
        words = tuple(_word(item) for item in message.get("result", ()) if item["word"] not in UNKNOWN_WORDS)
        meanings = {str(name): float(share) for name, share in message.get("meanings", {}).items()}
    except (AttributeError, TypeError, KeyError) as error:
        raise ValueError(f"a word or meaning without {error}") from None
    alternatives = tuple(_plain(other) for other in _texts(others, "alternatives"))
    return Segment(_plain(str(message["text"])), words, meanings=meanings, alternatives=alternatives)


def join(segments: Iterable[Segment], language: str, engine: str) -> Final:
    """Make one result of an utterance's segments."""
    whole = merge(segments)
    known = [word.confidence for word in whole.words if word.confidence is not None]
    return Final(
        whole.text,
        whole.words,
        sum(known) / len(known) if known else None,
        language,
        engine,
        whole.meanings,
        whole.alternatives,
    )


def merge(segments: Iterable[Segment]) -> Segment:
    """Make one segment of several.

    What was scored or read in other ways is a whole utterance, so it is kept where there is only one segment
    with words: one that has several is too long for it, and readings of its parts are none of the whole.
    """
    segments = list(segments)
    kept = [segment for segment in segments if segment.text]
    whole = (kept or segments)[0] if len(kept) <= 1 and segments else Segment("")
    return Segment(
        " ".join(segment.text for segment in kept),
        tuple(word for segment in kept for word in segment.words),
        meanings=whole.meanings,
        alternatives=whole.alternatives,
    )


def _texts(value: Any, what: str) -> tuple[str, ...]:
    """Texts out of a message."""
    if not isinstance(value or (), list | tuple) or not all(isinstance(text, str) for text in value or ()):
        raise ValueError(f"{what} is no list of texts")
    return tuple(value or ())


def _word(item: Any) -> Word:
    confidence = item.get("conf")
    return Word(
        str(item["word"]),
        float(item["start"]),
        float(item["end"]),
        None if confidence is None else min(1.0, max(0.0, float(confidence))),
    )


def _plain(text: str) -> str:
    if "unk" not in text and "UNK" not in text:
        return text
    return " ".join(word for word in text.split() if word not in UNKNOWN_WORDS)

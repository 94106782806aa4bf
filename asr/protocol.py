"""The WebSocket messages of vosk-server, as both sides need them; pure.

The public server (alphacep/vosk-server, websocket/asr_server.py) has no specification but its source:

* The client may send {"config": {...}} first, then binary messages of 16-bit mono PCM, then the end.
* Each binary message is answered by exactly one text message: {"partial": "..."} while a stretch of
  speech continues, {"result": [...], "text": "..."} when the server found its end.
* The end is answered by one more of the latter, and the server closes the connection. The server compares
  the end's text as it stands, so it must be `{"eof" : 1}` with just these spaces.

Nothing here goes beyond that, so a stock server can stand wherever a worker of ours does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
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
    """

    sample_rate: int = 8000
    phrases: tuple[str, ...] = ()
    words: bool = True


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of speech whose end was found, or the rest of the utterance.

    Args:
        text: its words, empty when there are none.
        words: the same one by one, where the engine gives times; seconds from the utterance's start.
    """

    text: str
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class End:
    """No more audio comes."""


def config_message(config: StreamConfig) -> str:
    """Write the first message of a client."""
    fields: dict[str, Any] = {"sample_rate": config.sample_rate, "words": config.words}
    if config.phrases:
        fields["phrase_list"] = list(config.phrases)
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
    phrases = config.get("phrase_list", before.phrases) or ()
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 4000 <= rate <= 192_000:
        raise ValueError("sample_rate is no rate")
    if not isinstance(phrases, list | tuple) or not all(isinstance(phrase, str) for phrase in phrases):
        raise ValueError("phrase_list is no list of texts")
    return StreamConfig(int(rate), tuple(phrases), bool(config.get("words", before.words)))


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
    return json.dumps(fields, ensure_ascii=False)


def parse_answer(text: str | bytes) -> Partial | Segment:
    """Read an answer of a server; of several alternatives the first.

    Raises:
        ValueError: it makes no sense.
    """
    message = json.loads(text)
    if isinstance(message, dict) and isinstance(message.get("alternatives"), list):
        message = next(iter(message["alternatives"]), {"text": ""})
    if not isinstance(message, dict):
        raise ValueError("not an object")
    if "partial" in message:
        return Partial(_plain(str(message["partial"])))
    if "text" not in message:
        raise ValueError("neither partial nor text")
    try:
        words = tuple(_word(item) for item in message.get("result", ()) if item["word"] not in UNKNOWN_WORDS)
    except (TypeError, KeyError) as error:
        raise ValueError(f"a word without {error}") from None
    return Segment(_plain(str(message["text"])), words)


def join(segments: Iterable[Segment], language: str, engine: str) -> Final:
    """Make one result of an utterance's segments."""
    kept = [segment for segment in segments if segment.text]
    words = tuple(word for segment in kept for word in segment.words)
    known = [word.confidence for word in words if word.confidence is not None]
    return Final(
        " ".join(segment.text for segment in kept),
        words,
        sum(known) / len(known) if known else None,
        language,
        engine,
    )


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

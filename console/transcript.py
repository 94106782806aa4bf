"""What a caller said, put together from a ticket: answers in order, each with its recording and its words.

Pure. A ticket has the conversation (`history`), what came of it (`slots`) and recordings in both; each file
gets one number in the ticket, by which it is requested: no path ever comes from outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from callback_queue.tickets.store import TicketView
from console.models.tickets import Utterance, WordModel

Words = list[WordModel]


def audio_files(ticket: TicketView) -> list[tuple[str, str]]:
    """Every recording of a ticket once, oldest first, with what it answers ("" for all that was said)."""
    files: dict[str, str] = {}
    for slot in _objects(ticket.slots):
        for file in _texts(slot.get("audio")):
            files.setdefault(file, _text(slot.get("name")))
    for turn in _objects(ticket.history):
        file = _file(turn)
        if file:
            files.setdefault(file, _text(turn.get("question")))
    if ticket.recording:
        files.setdefault(ticket.recording, "")
    order = [file for file in map(_file, _objects(ticket.history)) if file in files]
    return [(file, files[file]) for file in dict.fromkeys([*order, *files])]


def utterances(ticket: TicketView) -> list[Utterance]:
    """What was said, in order: the conversation, then what was only recorded."""
    numbers = {file: index for index, (file, _) in enumerate(audio_files(ticket))}
    told = [_answer(turn, numbers) for turn in _objects(ticket.history)]
    found = [one for one in told if one is not None]
    by_audio = {one.audio: one for one in found if one.audio is not None}
    for slot in _objects(ticket.slots):
        for file, text, words in _recorded(slot):
            known = by_audio.get(numbers[file])
            if known is None:
                found.append(_recording(slot, text, words, numbers[file]))
            elif not known.text:  # written down later than it was said
                known.text, known.words = text, words
    return found


def _answer(turn: Mapping[str, Any], numbers: Mapping[str, int]) -> Utterance | None:
    heard = turn.get("heard")
    if not isinstance(heard, Mapping):
        return None
    kind = _text(heard.get("kind"))
    return Utterance(
        question=_text(turn.get("question")),
        kind=kind,
        text=_text(heard.get("digits") if kind == "keys" else heard.get("text")),
        words=_words(heard.get("words")),
        confidence=_share(heard.get("confidence")),
        meaning=_text(turn.get("meaning")),
        audio=numbers.get(_file(turn)),
    )


def _recording(slot: Mapping[str, Any], text: str, words: Words, audio: int) -> Utterance:
    return Utterance(
        question=_text(slot.get("name")),
        kind="recording",
        text=text,
        words=words,
        confidence=_share(slot.get("confidence")),
        meaning="",
        audio=audio,
    )


def _recorded(slot: Mapping[str, Any]) -> Iterable[tuple[str, str, Words]]:
    """A slot's recordings, each with its own words.

    The words of all recordings stand in one row: where the time goes back, the next recording begins. Text
    that cannot be told apart goes to the last one.
    """
    files = _texts(slot.get("audio"))
    parts: list[Words] = []
    for word in _words(slot.get("words")):
        if not parts or word.start < parts[-1][-1].start:
            parts.append([])
        parts[-1].append(word)
    if len(parts) != len(files):
        whole = [word for part in parts for word in part] if len(files) == 1 else []
        parts = [[] for _ in files[:-1]] + [whole]
    last = len(files) - 1
    for index, (file, part) in enumerate(zip(files, parts, strict=True)):
        if len(files) == 1:
            yield file, _text(slot.get("text")), part
        elif part:
            yield file, " ".join(word.text for word in part), part
        else:
            yield file, _text(slot.get("text")) if index == last else "", part


def _file(turn: Mapping[str, Any]) -> str:
    heard = turn.get("heard")
    return _text(heard.get("audio")) if isinstance(heard, Mapping) else ""


def _words(value: object) -> Words:
    return [
        WordModel(
            text=_text(word.get("text")),
            start=_share(word.get("start")) or 0.0,
            end=_share(word.get("end")) or 0.0,
            confidence=_share(word.get("confidence")),
        )
        for word in _objects(value)
        if _text(word.get("text"))
    ]


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str) and one] if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _share(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

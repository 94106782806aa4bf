"""A ticket's transcript: every answer once, each word in the recording in which it was said."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from callback_queue.tickets.store import TicketView
from console.transcript import audio_files, utterances


def ticket(**given: Any) -> TicketView:
    """A ticket with nothing but what is given."""
    empty: dict[str, Any] = {"list": [], "int": 0, "float": 0.0}
    values = {one.name: empty.get(str(one.type).partition("[")[0], "") for one in fields(TicketView)}
    return TicketView(**{**values, **given})


def word(text: str, start: float, confidence: float | None = 0.9) -> dict[str, Any]:
    return {"text": text, "start": start, "end": start + 0.3, "confidence": confidence}


def turn(question: str, kind: str, **heard: Any) -> dict[str, Any]:
    return {"question": question, "attempt": 1, "meaning": "", "heard": {"kind": kind, **heard}}


def test_recordings_are_numbered_in_the_order_of_the_call() -> None:
    found = audio_files(
        ticket(
            slots=[{"name": "problem", "audio": ["b.wav", "a.wav"]}],
            history=[
                turn("problem", "speech", audio="a.wav"),
                turn("confirm_problem", "speech", audio="yes.wav"),
                turn("addition", "speech", audio="b.wav"),
            ],
            recording="whole.wav",
        )
    )
    assert found == [
        ("a.wav", "problem"),
        ("yes.wav", "confirm_problem"),
        ("b.wav", "problem"),
        ("whole.wav", ""),
    ]


def test_the_conversation_is_told_turn_by_turn() -> None:
    told = utterances(
        ticket(
            history=[
                turn("problem", "speech", text="it is dark", words=[word("it", 0.1)], audio="a.wav"),
                turn("number", "keys", digits="5551234"),
                turn("time", "silence", audio="c.wav"),
                {"question": "time", "attempt": 2, "heard": None, "meaning": "hung_up"},
            ]
        )
    )
    assert [(one.question, one.kind, one.text, one.audio) for one in told] == [
        ("problem", "speech", "it is dark", 0),
        ("number", "keys", "5551234", None),
        ("time", "silence", "", 1),
    ]


def test_a_message_without_a_conversation_is_told_too() -> None:
    slot = {"name": "message", "text": "call me", "words": [word("call", 0.2), word("me", 0.6)]}
    told = utterances(ticket(slots=[{**slot, "audio": ["m.wav"]}]))
    assert [(one.kind, one.text, [each.text for each in one.words]) for one in told] == [
        ("recording", "call me", ["call", "me"])
    ]


def test_words_of_several_recordings_are_parted_where_time_goes_back() -> None:
    words = [word("first", 0.1), word("part", 0.5), word("second", 0.2)]
    slot = {"name": "problem", "text": "first part second", "words": words, "audio": ["a.wav", "b.wav"]}
    told = utterances(ticket(slots=[slot]))
    assert [(one.audio, one.text) for one in told] == [(0, "first part"), (1, "second")]


def test_words_that_cannot_be_told_apart_lose_their_times_and_no_more() -> None:
    words = [word("all", 0.1), word("in", 0.5), word("one", 0.9)]
    slot = {"name": "problem", "text": "all in one", "words": words, "audio": ["a.wav", "b.wav"]}
    told = utterances(ticket(slots=[slot]))
    assert [(one.text, one.words) for one in told] == [("", []), ("all in one", [])]


def test_what_was_written_down_later_stands_where_it_was_said() -> None:
    slot = {"name": "problem", "text": "it smokes", "words": [word("it", 0.1)], "audio": ["a.wav"]}
    told = utterances(ticket(slots=[slot], history=[turn("problem", "unavailable", audio="a.wav")]))
    assert [(one.question, one.text, one.audio) for one in told] == [("problem", "it smokes", 0)]


def test_tickets_that_hold_anything_else_are_told_as_far_as_they_go() -> None:
    strange: list[Any] = [None, 7, "x", {"heard": 3}, {"heard": {"audio": 4, "words": [None, {"text": 1}]}}]
    told = utterances(ticket(slots=[*strange, {"audio": "a.wav", "words": 3}], history=strange))
    assert [one.words for one in told] == [[]]

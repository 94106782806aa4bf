"""Texts with values in them."""

from __future__ import annotations

import pytest

from ivr_flows.expressions import ExpressionError
from ivr_flows.templates import Template
from tts.parts import Spoken, Text

VARIABLES: dict[str, str | int | float | bool] = {
    "name": "Anna",
    "number": "4711",
    "count": 3,
    "open": True,
    "half": 0.5,
    "moment": "2026-12-28T09:30+01:00",
    "empty": "",
}


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("Hello.", [Text("Hello.")]),
        ("Hello {name}, {count + 1} calls.", [Text("Hello Anna, 4 calls.")]),
        ("{open} {half} {{name}}", [Text("true 0.5 {name}")]),
        (
            "Ticket {number:ticket}, thank you.",
            [Text("Ticket"), Spoken("ticket", "4711"), Text("thank you.")],
        ),
        ("{number:digits}", [Spoken("digits", "4711")]),
        (
            "{moment:date} at {moment: time}.",
            [Spoken("date", "2026-12-28"), Text("at"), Spoken("time", "09:30")],
        ),
        ("工单{number:ticket}。", [Text("工单"), Spoken("ticket", "4711")]),
        ("Now {empty:date}.", [Text("Now")]),
        ('{"a:b" if open else ":digits"}', [Text("a:b")]),
    ],
)
def test_parts(source: str, parts: list[object]) -> None:
    assert Template(source).parts(VARIABLES) == parts


@pytest.mark.parametrize("source", ["{", "}", "{name", "name}", "{}", "{name:telephone}", "{1 +}", "{name}}"])
def test_wrong_braces_are_refused(source: str) -> None:
    with pytest.raises(ExpressionError):
        Template(source)


def test_a_template_of_one_value_has_its_kind() -> None:
    assert Template("{count}").value(VARIABLES) == 3
    assert Template("{count} ").value(VARIABLES) == "3 "
    assert Template("{number:ticket}").value(VARIABLES) == "4711"


def test_values_can_be_escaped() -> None:
    assert Template("a/{name}").text(VARIABLES, lambda value: f"<{value}>") == "a/<Anna>"


@pytest.mark.parametrize(
    ("source", "fixed"),
    [
        ("Hello.", ("Hello.",)),
        ("Ticket {number:ticket}, thank you.", ("Ticket", "thank you.")),
        ("Hello {name}.", ()),
        ("{number:digits}.", ()),
    ],
)
def test_what_is_said_word_for_word_is_known_ahead(source: str, fixed: tuple[str, ...]) -> None:
    assert Template(source).fixed == fixed

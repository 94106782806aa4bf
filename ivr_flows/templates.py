"""Texts with values in them: `Your ticket is {ticket:ticket}.`

`{expression}` puts a value into the text; `{expression:kind}` says it as people say such a value, in the
language of the call (a phone number in groups, a time as a time). `{{` and `}}` are braces. Which
language is spoken, and by whom, is left to others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from ivr_flows.expressions import Expression, ExpressionError, Value
from tts.parts import Spoken, SpokenKind, Text

KINDS: tuple[SpokenKind, ...] = get_args(SpokenKind)

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+")
_KIND = re.compile(r"(.*):\s*(\w+)", re.DOTALL)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MARKS = " ,.;:!?，。；：！？、"
_TIME = re.compile(r"\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class Hole:
    """A value in a text; `kind` None puts it in as it is."""

    expression: Expression
    kind: SpokenKind | None


class Template:
    """One text.

    Args:
        source: as it stands in the file.

    Raises:
        ExpressionError: a brace is left over or an expression is wrong; the text completes "expected ...".
    """

    __slots__ = ("pieces", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        self.pieces: tuple[str | Hole, ...] = tuple(_pieces(source))

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The expressions in it."""
        return tuple(piece.expression for piece in self.pieces if isinstance(piece, Hole))

    @property
    def fixed(self) -> tuple[str, ...]:
        """What is said word for word in every call: texts that can be made into sound ahead."""
        found = [""]
        for piece in self.pieces:
            if isinstance(piece, str):
                found[-1] += piece
            elif piece.kind is None:
                return ()  # a value in the middle of a sentence makes it another sentence
            else:
                found.append("")
        return tuple(part.text for text in found for part in _sayable(text))

    def parts(self, variables: Mapping[str, Value]) -> list[Text | Spoken]:
        """Fill it in, to be said.

        Raises:
            ExpressionError: an expression has no value.
        """
        parts: list[Text | Spoken] = []
        text = ""
        for piece in self.pieces:
            if isinstance(piece, str):
                text += piece
                continue
            value = as_text(piece.expression.value(variables))
            if piece.kind is None:
                text += value
                continue
            parts += _sayable(text)
            text = ""
            if value:
                parts.append(Spoken(piece.kind, _shape(piece.kind, value)))
        return [*parts, *_sayable(text)]

    def text(self, variables: Mapping[str, Value], escape: Callable[[str], str] = str) -> str:
        """Fill it in, as text, with `escape` applied to every value.

        Raises:
            ExpressionError: an expression has no value.
        """
        return "".join(
            piece if isinstance(piece, str) else escape(as_text(piece.expression.value(variables)))
            for piece in self.pieces
        )

    def value(self, variables: Mapping[str, Value]) -> Value:
        """Its value: that of the expression when it is nothing else than one, else its text.

        Raises:
            ExpressionError: an expression has no value.
        """
        if len(self.pieces) == 1 and isinstance(self.pieces[0], Hole):
            return self.pieces[0].expression.value(variables)
        return self.text(variables)

    def __repr__(self) -> str:
        return f"Template({self.source!r})"


def as_text(value: Value) -> str:
    """Write a value into a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _sayable(text: str) -> list[Text]:
    """Text between two values, without the comma or full stop that belongs to the value before it."""
    words = text.strip().lstrip(_MARKS)
    return [Text(words)] if any(letter.isalnum() for letter in words) else []


def _pieces(source: str) -> Iterator[str | Hole]:
    for match in _PIECE.finditer(source):
        found = match.group()
        if found in ("{{", "}}"):
            yield found[0]
        elif found in ("{", "}"):
            raise ExpressionError(f"text with {found}{found} for a single {found}, or {{NAME}} for a value")
        elif match.group(1) is not None:
            yield _hole(match.group(1))
        else:
            yield found


def _hole(inner: str) -> Hole:
    match = _KIND.fullmatch(inner)
    if match is None:
        return Hole(Expression(inner), None)
    kind = next((kind for kind in KINDS if kind == match.group(2)), None)
    if kind is None:
        raise ExpressionError(f"{{{match.group(1)}:KIND}} with one of the kinds " + ", ".join(KINDS))
    return Hole(Expression(match.group(1)), kind)


def _shape(kind: SpokenKind, value: str) -> str:
    """Take the date or the time out of a moment such as 2026-12-25T09:00+01:00."""
    pattern = {"date": _DATE, "time": _TIME}.get(kind)
    match = pattern.search(value) if pattern else None
    return match.group() if match else value

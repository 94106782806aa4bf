"""Spoken numerals as tokens, and digit strings put together from them: what is the same in all languages.

How a language says its numerals is in `numerals_en`, `numerals_zh` and `numerals_ko`: each has `lex(text)`,
which gives tokens for strings of digits, and `cardinals(text)`, which gives the whole numbers in a text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

TokenKind: TypeAlias = Literal["digits", "times", "plus", "gap", "correction", "restart", "stop", "other"]


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a spoken digit string.

    Args:
        kind: "times" repeats the next digit `text` times (double, triple); "gap" may stand between digits;
            "correction" takes back what came before; after "stop" comes something else (an extension).
        text: for digits the digits, for times a digit, else as it was said.
        sure: False where the word is more often something else ("for", "to").
    """

    kind: TokenKind
    text: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class DigitString:
    """Digits that were said; `sureness` 0..1 is less where words were guessed at."""

    digits: str
    plus: bool
    sureness: float
    remainder: str


@dataclass(slots=True)
class _Run:
    """Digits without a foreign word between them."""

    digits: str = ""
    plus: bool = False
    sure: bool = True


def digit_string(tokens: Sequence[Token], minimum: int, maximum: int) -> DigitString | None:
    """The one digit string of a fitting length; None when there is none, or more than one that it could be.

    A single digit among other words ("the 2 of us", "my second one") is no string, unless one is expected.
    After a correction only what follows it counts, and is unsure.
    """
    runs = [_Run()]
    times = 1
    others: list[str] = []
    stopped = False
    for token in tokens:
        if stopped or token.kind in ("other", "stop"):
            stopped = stopped or token.kind == "stop"
            if runs[-1].digits:
                runs.append(_Run())
            others.append(token.text)
        elif token.kind == "correction":
            # Whether all was said again or only the end, nobody can know for certain.
            runs = [_Run(sure=not any(run.digits for run in runs))]
        elif token.kind == "plus":
            runs[-1].plus = not runs[-1].digits
        elif token.kind == "times":
            times = int(token.text)
            continue
        elif token.kind == "digits":
            runs[-1].digits += token.text[0] * (times - 1) + token.text
            runs[-1].sure = runs[-1].sure and token.sure
        times = 1
    said = [run for run in runs if run.digits]
    if len(said) > 1 and maximum > 1:
        said = [run for run in said if len(run.digits) > 1]
    if len({(run.digits, run.plus) for run in said}) != 1:
        return None
    run = said[0]
    if not minimum <= len(run.digits) <= maximum:
        return None
    return DigitString(run.digits, run.plus, 1.0 if run.sure else 0.5, " ".join(others))

"""Spoken numerals as tokens, and what strings of digits they can mean: what is the same in all languages.

How a language says its numerals is in `numerals_en`, `numerals_zh` and `numerals_ko`: each has `lex(text)`,
which gives tokens for strings of digits, and `cardinals(text)`, which gives the whole numbers in a text.
Which of several readings is a telephone number is left to `numbers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Literal, TypeAlias

TokenKind: TypeAlias = Literal[
    "digits",
    "times",
    "plus",
    "gap",
    "correction",
    "hesitation",
    "denial",
    "restart",
    "place",
    "stop",
    "other",
]
Place: TypeAlias = Literal["", "first", "last"]


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a spoken digit string.

    Args:
        kind: (
            "times"
        ) repeats the next digit `text` times (double, triple); "gap" may stand between digits, and
            ends a group; "correction" takes back what came before; "hesitation" may, or only takes time
            ("wait"); "denial" denies what follows ("361, not 362"); "restart" takes back everything; behind
            a correction, "place" says which digits come ("the last one is"); after "stop" comes something
            else (an extension).
        text: for digits the digits, for times a digit, for a place "first" or "last", else as it was said.
        sure: False where the word is more often something else ("for", "to").
        repeated: whether the digits are one that was said to come several times (三个八).
    """

    kind: TokenKind
    text: str
    sure: bool = True
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class DigitString:
    """Digits that were said.

    Args:
        groups: in the groups in which they were said; one for all where no pause or mark parts them.
        plus: whether "plus" was said in front.
        sureness: 0..1, less where words were guessed at, or taken back.
        remainder: what else was said.
    """

    groups: tuple[str, ...]
    plus: bool = False
    sureness: float = 1.0
    remainder: str = ""

    @property
    def digits(self) -> str:
        """All of them."""
        return "".join(self.groups)


@dataclass(frozen=True, slots=True)
class _Run:
    """Digits without a foreign word between them."""

    groups: tuple[str, ...] = ()
    plus: bool = False
    sure: bool = True

    @property
    def digits(self) -> str:
        return "".join(self.groups)


@dataclass(slots=True)
class _Piece:
    """What was said between two corrections."""

    runs: list[_Run] = field(default_factory=lambda: [_Run()])
    denial: bool = False  # whether a denial stands in front
    hesitation: bool = False  # whether nothing but a hesitation does
    correction: bool = False  # whether what came before was taken back
    place: Place = ""  # of the digits in what was said before
    open: bool = False  # whether the last group may go on


_GUESSED = 0.5  # how sure guessed digits are
_READINGS = 8  # of one text; the rest are far-fetched
_WEIGHTS = {1: 1.0, 2: 2.5}  # what it says that so many digits stay the same; 4 where they are more
_COMPLETE = 7  # digits: so many after a correction may be all of the number
_LONGER = 9  # digits: so many are no number without its area code
_WENT_ON = 4.5  # what speaks for having only hesitated


def readings(tokens: Sequence[Token]) -> list[list[DigitString]]:
    """What the tokens can mean, the likeliest first: each reading is the digit strings that it holds.

    There are several where something was taken back: "no, sorry" takes back the last group, a digit, or all.
    """
    after_restart = list(tokens)
    for at, token in enumerate(tokens):
        if token.kind == "restart":
            after_restart = list(tokens[at + 1 :])
    found: dict[tuple[tuple[str, ...], ...], list[DigitString]] = {}
    for said in (after_restart, _without_a_doubtful_first(after_restart)):
        for strings in _of_tokens(said):
            found.setdefault(tuple(string.groups for string in strings), strings)
    return list(found.values())[:_READINGS]


def _without_a_doubtful_first(tokens: list[Token]) -> list[Token]:
    """The tokens without a word at the beginning that may be a digit or not: "for one five five ..."."""
    at = next((at for at, token in enumerate(tokens) if token.kind == "digits"), None)
    if at is None or tokens[at].sure:
        return tokens
    return [*tokens[:at], Token("other", tokens[at].text), *tokens[at + 1 :]]


def _of_tokens(tokens: Sequence[Token]) -> list[list[DigitString]]:
    pieces, remainder = _pieces(tokens)
    corrected = sum(any(run.groups for run in piece.runs) for piece in pieces) > 1
    return [
        [
            DigitString(run.groups, run.plus, _GUESSED if corrected or not run.sure else 1.0, remainder)
            for run in runs
        ]
        for runs in _joined(pieces)
    ]


def digit_string(tokens: Sequence[Token], minimum: int, maximum: int) -> DigitString | None:
    """The one digit string of a fitting length; None when there is none, or more than one that it could be.

    A single digit among other words ("the 2 of us", "my second one") is no string, unless one is expected.
    """
    for strings in readings(tokens):
        found = the_one(strings, minimum, maximum)
        if found is not None:
            return found
    return None


def the_one(strings: Sequence[DigitString], minimum: int, maximum: int) -> DigitString | None:
    """As `digit_string`, of the strings of one reading."""
    said = list(strings)
    if len(said) > 1 and maximum > 1:
        said = [string for string in said if len(string.digits) > 1]
    if len({(string.digits, string.plus) for string in said}) != 1:
        return None
    return said[0] if minimum <= len(said[0].digits) <= maximum else None


def _pieces(tokens: Sequence[Token]) -> tuple[list[_Piece], str]:
    pieces = [_Piece()]
    times = 1
    others: list[str] = []
    stopped = False
    last: TokenKind = "gap"
    for token in tokens:
        piece = pieces[-1]
        if stopped and token.kind == "other" and last == "digits":
            # "My extension is 305, and the number is": what follows is no extension any more.
            stopped = sum(len(run.digits) for run in piece.runs) >= _COMPLETE
        if token.kind != "gap":
            last = "digits" if any(letter.isdecimal() for letter in token.text) else token.kind
        whole = sum(len(run.digits) for run in piece.runs) >= _COMPLETE
        if token.kind == "place" and token.text == "last" and whole and not stopped:
            piece = _Piece()  # "415 555 0132, the last one is 3" puts right what was said
            pieces.append(piece)
        if stopped or token.kind in ("other", "stop", "place"):
            stopped = stopped or token.kind == "stop"
            if token.kind == "place" and len(pieces) > 1 and not any(run.groups for run in piece.runs):
                piece.place = "first" if token.text == "first" else "last"
            if piece.runs[-1].groups or piece.runs[-1].plus:
                piece.runs.append(_Run())
            piece.open = False
            if token.kind != "gap":
                others.append(token.text)
        elif token.kind in ("correction", "denial", "hesitation"):
            if any(run.groups for run in piece.runs):
                piece = _Piece(hesitation=True)
                pieces.append(piece)
            piece.denial = piece.denial or token.kind == "denial"
            piece.correction = piece.correction or token.kind == "correction"
            piece.hesitation = piece.hesitation and token.kind == "hesitation"
        elif token.kind == "plus":
            if piece.runs[-1].groups:
                piece.runs.append(_Run())
            piece.runs[-1] = replace(piece.runs[-1], plus=True)
        elif token.kind == "gap":
            piece.open = False
            continue
        elif token.kind == "times":
            times = int(token.text)
            continue
        elif token.kind == "digits":
            _add(piece, token, times)
        times = 1
    return pieces, " ".join(others)


def _add(piece: _Piece, token: Token, times: int) -> None:
    run = piece.runs[-1]
    digits = token.text[0] * (times - 1) + token.text
    single = len(token.text) == 1 or token.repeated
    if piece.open and single and run.groups:
        groups = (*run.groups[:-1], run.groups[-1] + digits)
    else:
        groups = (*run.groups, digits)
    piece.open = single
    piece.runs[-1] = replace(run, groups=groups, sure=run.sure and token.sure)


def _joined(pieces: Sequence[_Piece]) -> list[list[_Run]]:
    """All pieces as one, what was taken back replaced by what follows; the likeliest way first."""
    ways: list[tuple[float, list[_Run]]] = [(0.0, [])]
    for piece in pieces:
        runs = [run for run in piece.runs if run.groups]
        if not runs:
            continue
        grown: list[tuple[float, list[_Run]]] = []
        for score, before in ways:
            if piece.denial:
                grown += [(score + more, joined) for more, joined in _denied(before, runs)]
            elif not before:
                grown.append((score, runs))
            else:
                old = before[-1]
                grown += [
                    (score + more, [*before[:-1], *joined])
                    for more, joined in _placed(old, runs, piece.place) or _replacements(old, runs)
                ]
                if piece.hesitation:
                    went_on = replace(
                        old, groups=(*old.groups, *runs[0].groups), sure=old.sure and runs[0].sure
                    )
                    grown.append((score + _WENT_ON, [*before[:-1], went_on, *runs[1:]]))
        grown.sort(key=lambda way: -way[0])
        ways = grown[:_READINGS]
    silent = all(piece.runs[-1].groups == () and len(piece.runs) == 1 for piece in pieces[1:])
    if silent and any(piece.correction for piece in pieces[1:]):
        return []  # taken back, and nothing said instead
    return [runs for _, runs in ways if runs]


def _replacements(old: _Run, new: Sequence[_Run]) -> list[tuple[float, list[_Run]]]:
    """The ways in which what was said last replaces the end of what was said before, with a score each.

    People take back the group that they have just said, and say that one again; or they say the whole
    number again, with the same digits but for the mistake. So a cut between groups, a group of the same
    length, and digits that stay the same speak for a way.
    """
    first, rest = new[0], list(new[1:])
    ways: list[tuple[float, list[_Run]]] = []
    size, boundaries = len(old.digits), _boundaries(old.groups)
    for cut in range(size):
        tail = old.digits[cut:]
        same = sum(mine == yours for mine, yours in zip(tail, first.digits, strict=False))
        # One or two digits are the same by chance; fewer digits than were taken back are no repetition.
        weight = 0.0 if len(first.digits) < len(tail) else _WEIGHTS.get(len(tail), 4.0)
        score = weight * same / len(tail)
        if cut == 0:
            score += 1.0 + 1.5 * (size >= _COMPLETE <= len(first.digits))
        elif cut in boundaries:
            score += 2.0 if cut == boundaries[-1] else 0.5
        if cut and len(first.groups[0]) == len(tail):
            score += 1.5
        elif cut and len(old.groups) > 1 and cut not in boundaries:
            score -= 2.0
        if len(first.digits) < len(tail):
            score -= 2.5
        if cut == 0:
            run = first if first.plus or not old.plus else replace(first, plus=same == len(tail))
        else:
            run = _spliced(old, cut, first.groups, sure=first.sure)
        ways.append((score, [run, *rest]))
    return ways


def _placed(old: _Run, new: Sequence[_Run], place: Place) -> list[tuple[float, list[_Run]]]:
    """The one way to take "no, the last two are 98"; none where no place was named."""
    size = len(new[0].digits)
    if not place or size >= len(old.digits):
        return []
    run = _exchanged(old, len(old.digits) - size if place == "last" else 0, size, new[0])
    return [(0.0, [run, *new[1:]])]


def _denied(before: list[_Run], new: Sequence[_Run]) -> list[tuple[float, list[_Run]]]:
    """The ways to take "not 361, 362": the first group, or a whole number, is not meant; what follows is."""
    ways: list[tuple[float, list[_Run]]] = []
    groups = new[0].groups
    for count in range(1, len(groups) + 1):
        denied, behind = "".join(groups[:count]), groups[count:]
        if count > 1 and len(denied) < _COMPLETE:
            continue
        following = [replace(new[0], groups=behind)] if behind else []
        following += new[1:]
        instead = following[0] if following else _Run()
        score = 0.0
        if count > 1:
            like = before[-1].digits if before and not following else instead.digits
            score = 4.0 if abs(len(like) - len(denied)) <= bool(before) else -4.0
        ways += [(score + more, runs) for more, runs in _without(before, denied, following)]
    return ways


def _without(before: list[_Run], denied: str, following: Sequence[_Run]) -> list[tuple[float, list[_Run]]]:
    """The ways to take what was said before a denial, and behind what it denies."""
    if not before or not following:
        # "Not 020 7946 0958": the rest of what is denied is not meant either.
        rest = following if before or len(following) != 1 or len(following[0].digits) >= _LONGER else ()
        alike = [run for run in following if len(run.digits) == len(denied)]
        return [(0.0, [*before, *(rest or alike)])]
    old, instead = before[-1], following[0]
    size, at = len(denied), old.digits.rfind(denied)
    ways: list[tuple[float, list[_Run]]] = []
    if at >= 0 and at + size == len(old.digits):
        run = _spliced(old, at, instead.groups, sure=instead.sure)
        ways.append((0.0, [*before[:-1], run, *following[1:]]))
    elif at >= 0 and old.digits.count(denied) == 1 and size == len(instead.digits):
        ways.append((0.0, [*before[:-1], _exchanged(old, at, size, instead), *following[1:]]))
    elif at < 0 and len(following) == 1:
        run = replace(old, groups=(*old.groups, *instead.groups), sure=old.sure and instead.sure)
        ways.append((0.0, [*before[:-1], run]))
    elif at < 0:
        ways.append((0.0, [*before, *following]))
    if len(instead.digits) >= _COMPLETE and len(instead.digits) in (size, size + len(old.digits)):
        ways.append((3.0, [*before[:-1], *following]))
    return ways


def _exchanged(old: _Run, at: int, size: int, new: _Run) -> _Run:
    """A run with other digits in the place of some; its groups stay, for as many digits come as go."""
    digits = old.digits[:at] + new.digits + old.digits[at + size :]
    ends = [*_boundaries(old.groups), len(digits)]
    groups = tuple(digits[start:end] for start, end in zip([0, *ends], ends, strict=False))
    return replace(old, groups=groups, sure=old.sure and new.sure)


def _boundaries(groups: Sequence[str]) -> list[int]:
    """Where each group but the first begins."""
    found, at = [], 0
    for group in groups[:-1]:
        at += len(group)
        found.append(at)
    return found


def _spliced(old: _Run, cut: int, groups: tuple[str, ...], *, sure: bool) -> _Run:
    """The first `cut` digits of a run, and other groups behind them."""
    kept: list[str] = []
    left = cut
    for group in old.groups:
        if left > 0:
            kept.append(group[:left])
        left -= len(group)
    return replace(old, groups=(*kept, *groups), sure=old.sure and sure)


def concatenations(strings: Sequence[DigitString]) -> list[DigitString]:
    """The strings of one reading as one, where other words stood between: "040, that is Hamburg, 36"."""
    if not 1 < len(strings) <= 4:
        return []
    joined = []
    for keep in product((True, False), repeat=len(strings)):
        chosen = [string for string, kept in zip(strings, keep, strict=True) if kept]
        if len(chosen) > 1 and not any(string.plus for string in chosen[1:]):
            groups = tuple(group for string in chosen for group in string.groups)
            sureness = min(string.sureness for string in chosen) * 0.8
            joined.append(DigitString(groups, chosen[0].plus, sureness, chosen[0].remainder))
    return joined

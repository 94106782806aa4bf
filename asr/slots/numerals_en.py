"""English numerals: digit by digit, in pairs ("twelve thirty-four"), "double five", "eight hundred"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from asr.patterns import Pattern
from asr.slots.numerals import Token, TokenKind
from asr.text import plain, without_fillers

_UNITS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "niner": 9,
}  # fmt: skip
_ZEROS = frozenset({"zero", "nought", "naught", "null"})
_OH = frozenset({"oh", "o"})
_TEENS = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
_TIMES = {"double": "2", "triple": "3", "treble": "3", "quadruple": "4"}
_GAPS = frozenset({"and", "dash", "hyphen", "minus", "dot", "point", "space", "then", "comma"})
_STOPS = frozenset({"extension", "ext"})
_CORRECTIONS = (
    ("i", "mean"), ("i", "meant"), ("i", "mean", "to", "say"), ("scratch", "that"), ("no", "wait"),
    ("no", "sorry"), ("sorry",), ("correction",), ("no",), ("nope",), ("oops",), ("whoops",),
    ("rather",), ("make", "that"), ("pardon",), ("excuse", "me"), ("my", "mistake"), ("thats", "wrong"),
    ("that", "was", "wrong"), ("that", "is", "wrong"), ("wrong",), ("or", "rather"), ("strike", "that"),
    ("apologies",), ("should", "be"), ("its", "actually"),
)  # fmt: skip
_HESITATIONS = (
    ("wait",), ("hang", "on"), ("hold", "on"), ("one", "moment"), ("a", "moment"), ("one", "second"),
    ("a", "second"), ("one", "sec"), ("a", "sec"), ("one", "minute"), ("a", "minute"), ("let", "me", "see"),
    ("let", "me", "check"), ("let", "me", "think"), ("let", "me", "look"),
)  # fmt: skip
_DENIALS = (
    ("not",), ("isnt",), ("instead", "of"), ("rather", "than"), ("other", "than"), ("never",), ("dont",),
    ("do", "not"), ("except",),
)  # fmt: skip
_BEFORE_A_DENIED_NUMBER = frozenset(
    {"on", "at", "to", "the", "my", "in", "under", "number", "it", "its", "is", "with", "call", "use", "dial",
     "ring", "try", "reach", "phone", "me"}
)  # fmt: skip
_PLACES = frozenset({"first", "last"})
_COUNTED = frozenset({"digit", "digits", "number", "numbers", "figure", "figures"})
_SAYS_WHICH = frozenset({"is", "are", "was", "were", "should", "must", "its"})
_RESTARTS = (
    ("start", "again"), ("start", "over"), ("begin", "again"), ("from", "the", "beginning"),
    ("from", "the", "start"), ("from", "the", "top"), ("from", "scratch"), ("let", "me", "repeat"),
    ("say", "it", "again"), ("say", "that", "again"), ("try", "again"), ("try", "that", "again"),
    ("forget", "that"), ("forget", "it"),
    ("all", "over"), ("start", "afresh"), ("restart",), ("the", "whole", "number", "is"),
)  # fmt: skip
_MARKS = Pattern(r"[,;:.!?\u2026\u2014\u2013]+(?=\s|$)|\s[-\u2014\u2013]\s|\.{2,}")
# Recognisers write what they hear most.
_BEFORE_THE_FIRST = frozenset({"okay", "ok", "yes", "sure", "well", "so", "its", "it", "is"})
_SOUND_ALIKES = {
    "to": "2",
    "too": "2",
    "for": "4",
    "fore": "4",
    "won": "1",
    "ate": "8",
    "fife": "5",
    "tree": "3",
}
_PHRASES: dict[str, list[tuple[tuple[str, ...], TokenKind]]] = {}
"""By their first word, the longest first."""
_TAKING_BACK: tuple[tuple[TokenKind, tuple[tuple[str, ...], ...]], ...] = (
    ("restart", _RESTARTS),
    ("correction", _CORRECTIONS),
    ("hesitation", _HESITATIONS),
    ("denial", _DENIALS),
)
for _phrase, _kind in sorted(
    ((phrase, kind) for kind, phrases in _TAKING_BACK for phrase in phrases), key=lambda one: -len(one[0])
):
    _PHRASES.setdefault(_phrase[0], []).append((_phrase, _kind))
_PLURALS = {
    "zeros": "0", "zeroes": "0", "ohs": "0", "ones": "1", "twos": "2", "threes": "3", "fours": "4",
    "fives": "5", "sixes": "6", "sevens": "7", "eights": "8", "nines": "9",
    **{f"{digit}s": str(digit) for digit in range(10)},
}  # fmt: skip
_LETTER_O = Pattern(r"(?<![A-Za-z])[oO](?=[0-9])|(?<=[0-9])[oO](?![A-Za-z])")
_BEFORE_A_THING = frozenset(
    {
        "old",
        "this",
        "that",
        "the",
        "another",
        "wrong",
        "right",
        "new",
        "other",
        "last",
        "first",
        "second",
        "third",
        "which",
        "my",
    }
)
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}


def lex(text: str) -> list[Token]:
    """Tokens of a spoken digit string."""
    tokens: list[Token] = []
    for clause in _MARKS.split(_LETTER_O.sub("0", text)):
        tokens += [Token("gap", ",")] * bool(tokens)
        words = re.sub(r"\+(?=\s|$)", " plus ", re.sub(r"\+(\d)", r" plus \1", _words(clause))).split()
        position = 0
        while position < len(words):
            token, used = _token(words, position, tokens)
            tokens.append(token)
            position += used
    return tokens


def cardinals(text: str) -> list[int]:
    """The whole numbers in a text, in order; digits said one by one are one number each."""
    words = _words(re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)).split()
    found: list[int] = []
    position = 0
    while position < len(words):
        number, used = _cardinal(words, position)
        if number is not None:
            found.append(number)
        position += used
    return found


def _words(text: str) -> str:
    return plain(without_fillers(text, "en"), "en")


def _is_numeral(word: str) -> bool:
    return (
        word.isdecimal() or word in _UNITS or word in _ZEROS or word in _TEENS or word in _TENS or word in _OH
    )


def _token(words: list[str], position: int, before: list[Token]) -> tuple[Token, int]:
    word = words[position]
    follows = words[position + 1] if position + 1 < len(words) else ""
    after_digits = bool(before) and before[-1].kind in ("digits", "times", "gap")
    for phrase, kind in _PHRASES.get(word, ()):
        end = position + len(phrase)
        if tuple(words[position:end]) == phrase and (kind != "denial" or _denies(words, end)):
            return Token(kind, " ".join(phrase)), len(phrase)
    if follows in _PLURALS and word in ("2", "two", "3", "three", "4", "four"):
        count = int(word) if word.isdecimal() else _UNITS[word]
        return Token("digits", _PLURALS[follows] * count, repeated=True), 2
    if follows in _COUNTED and _is_numeral(word) and before and before[-1].kind == "place":
        return Token("other", word), 1
    if word.isdecimal():
        return Token("digits", word), 1
    if word in _TIMES and (_is_numeral(follows) or follows in _SOUND_ALIKES):
        return Token("times", _TIMES[word]), 1
    if word in _ZEROS or (word in _OH and (after_digits or _is_numeral(follows) or follows in _TIMES)):
        # At the start "oh" may be a sigh as well as a digit.
        return Token("digits", "0", sure=word in _ZEROS or after_digits), 1
    if word == "one" and position and words[position - 1] in _BEFORE_A_THING:
        return Token("other", word), 1
    if word in _UNITS or word in _TEENS or word in _TENS:
        return _group(words, position)
    goes_on = _is_numeral(follows) or follows in _TIMES or follows in _SOUND_ALIKES
    begins = all(token.kind in ("other", "gap") for token in before) and all(
        one in _BEFORE_THE_FIRST for one in words[:position]
    )
    if word in _SOUND_ALIKES and ((after_digits and (not follows or goes_on)) or (begins and goes_on)):
        return Token("digits", _SOUND_ALIKES[word], sure=False), 1
    if word in _PLACES and _says_which_digits(words, position + 1):
        return Token("place", word), 1
    if word == "plus":
        return Token("plus", word), 1
    if word in _GAPS or (word, follows) == ("area", "code"):
        return Token("gap", word), 1 if word in _GAPS else 2
    return Token("stop" if word in _STOPS else "other", word), 1


def _denies(words: Sequence[str], position: int) -> bool:
    """Whether a number follows: "I'm not sure" denies none."""
    while position < len(words) and words[position] in _BEFORE_A_DENIED_NUMBER:
        position += 1
    return position < len(words) and (_is_numeral(words[position]) or words[position] in (*_TIMES, "plus"))


def _says_which_digits(words: Sequence[str], position: int) -> bool:
    """Whether "last" is about digits: "the last one is", "the last two digits"; not "my last ticket"."""
    start = position
    while position < len(words) and (words[position] in _COUNTED or _is_numeral(words[position])):
        position += 1
    counted = any(word in _COUNTED for word in words[start:position])
    return position > start and (counted or (position < len(words) and words[position] in _SAYS_WHICH))


def _group(words: list[str], position: int) -> tuple[Token, int]:
    """A numeral that gives one to four digits: five, fifteen, fifty-one, eight hundred, two thousand."""
    value, used = _below_hundred(words, position)
    scale = words[position + used] if position + used < len(words) else ""
    if scale not in ("hundred", "thousand"):
        return Token("digits", str(value)), used
    used += 1
    start = position + used
    joined = start < len(words) and words[start] == "and"
    rest, rest_used = _below_hundred(words, start + joined) if start + joined < len(words) else (0, 0)
    # "eight hundred five five five" is 800 555; "one hundred and five", "one hundred twenty" are one number.
    end = start + joined + rest_used
    if not rest_used or not (joined or rest >= 10 or end == len(words)):
        return Token("digits", str(value * _SCALES[scale])), used
    return Token("digits", str(value * _SCALES[scale] + rest)), end - position


def _below_hundred(words: list[str], position: int) -> tuple[int, int]:
    """A numeral from 1 to 99 and how many words it is; (0, 0) for none."""
    word = words[position]
    if word in _TENS:
        unit = _UNITS.get(words[position + 1], 0) if position + 1 < len(words) else 0
        return _TENS[word] + unit, 2 if unit else 1
    value = _UNITS.get(word) or _TEENS.get(word) or 0
    return value, 1 if value else 0


def _cardinal(words: list[str], position: int) -> tuple[int | None, int]:
    """A whole number and how many words it is."""
    word = words[position]
    if word in _ZEROS:
        return 0, 1
    total = current = 0
    start = position
    if word == "a" and position + 1 < len(words) and words[position + 1] in _SCALES:
        current, position = 1, position + 1
    while position < len(words):
        word = words[position]
        if word == "and" and position > start and words[position - 1] in _SCALES:
            position += 1
        elif word.isdecimal() and not current:
            current, position = int(word), position + 1
        elif word in _SCALES and current:
            current *= _SCALES[word]
            if word != "hundred":
                total, current = total + current, 0
            position += 1
        else:
            value, used = _below_hundred(words, position)
            if not used or current % 100:
                break
            current, position = current + value, position + used
    if position == start:
        return (0, 1) if word == "0" else (None, 1)
    return total + current, position - start

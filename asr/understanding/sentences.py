"""An answer cut into pieces that each say one thing: sentences, and clauses of those that are long.

A wish at the end of a story drowns in the meaning of the whole, and recognisers often write no marks. Short
sentences stay whole, since a clause alone may mean something else ("when I talk to an agent, it crashes").
"""

from __future__ import annotations

import re

from asr.text import length, sentences

_LONGEST = {"en": 16, "zh": 22, "ko": 9}
"""Words (Chinese: characters) of a sentence that is read as one piece."""

_SHORTEST = {"en": 4, "zh": 5, "ko": 2}
"""The same of a clause that is a piece of its own."""

_BORDERS = {
    "en": re.compile(
        r"(?<=[,;:])\s+|\s+(?=(?:and|but|so|because|then|please|okay|can (?:you|i|we)|could (?:you|i|we)"
        r"|let me|i (?:want|need|would|have|am|dont|don't|cant|can't)|i'(?:d|m|ve|ll)|id like|im"
        r"|we (?:have|need|are)|you (?:should|must)|just)\b)",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        r"(?<=[，,；;：])|\s+|(?=但是|可是|不过|所以|然后|而且|因为|请(?!问)"
        r"|我(?:要|想|需要)|你们(?:给|让|叫|帮))"
    ),
    "ko": re.compile(r"(?<=[,;:])\s+|(?<=[요다죠까])\s+|(?<=데)\s+|(?<=고)\s+|(?<=니까)\s+"),
}


def pieces(text: str, language: str) -> list[str]:
    """The pieces in order; together they are the text.

    Args:
        text: as recognised.
        language: en, zh or ko.
    """
    found: list[str] = []
    for sentence in sentences(text):
        if length(sentence, language) <= _LONGEST[language]:
            found.append(sentence)
        else:
            found += _clauses(sentence, language)
    return found


def _clauses(sentence: str, language: str) -> list[str]:
    """A sentence's clauses; one that is too short to mean anything goes with the next."""
    borders = [border.end() for border in _BORDERS[language].finditer(sentence)]
    found: list[str] = []
    begin = 0
    for end in (*borders, len(sentence)):
        rest = length(sentence[end:], language)
        long_enough = length(sentence[begin:end], language) >= _SHORTEST[language]
        if end == len(sentence) or (long_enough and rest >= _SHORTEST[language]):
            found.append(sentence[begin:end])
            begin = end
    return found


_WINDOW = {"en": (9, 3), "zh": (12, 3), "ko": (6, 2)}
"""How many words (Chinese: characters) are read at a time of what has no borders, and how far apart."""

MOST_WINDOWS = 40


def windows(piece: str, language: str) -> list[str]:
    """Overlapping stretches of a piece that is long and shows no border; none of one that can be read whole.

    Args:
        piece: one of `pieces`.
        language: en, zh or ko.
    """
    if length(piece, language) <= _LONGEST[language]:
        return []
    glue = "" if language == "zh" else " "
    units = list("".join(piece.split())) if language == "zh" else piece.split()
    size, step = _WINDOW[language]
    starts = range(0, len(units) - size + step, step)
    return [glue.join(units[start : start + size]) for start in starts][:MOST_WINDOWS]

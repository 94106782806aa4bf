"""Yes or no, said in one of many ways, and what was said besides."""

from __future__ import annotations

from asr.slots.values import Understood
from asr.slots.yes_no_words import WORDS, YesNoWords
from asr.text import comparable


def yes_no(text: str, language: str, confidence: float) -> Understood | None:
    """True or False; None when neither was said, or both.

    Args:
        text: as recognised.
        language: en, zh or ko.
        confidence: of the words, 0..1.
    """
    words = WORDS[language]
    said = comparable(text, language)
    if said in words.keys:
        return Understood(words.keys[said], confidence, said)
    signs, rest = _answers(said, words)
    if len(signs) == 1:
        rest = "" if words.polite.fullmatch(rest) else rest
        certainty = confidence if not rest else confidence * 0.9
        return Understood(signs.pop(), certainty, said.removesuffix(rest).strip(), rest)
    if signs or words.unsure.match(_without_lead(said, words)):
        return None
    no = words.late_no.search(said)
    yes = words.late_yes.search(words.late_no.sub("", said))
    if (no is None) == (yes is None):
        return None
    return Understood(yes is not None, confidence * 0.6, said)


def _without_lead(said: str, words: YesNoWords) -> str:
    while found := words.lead.match(said):
        said = said[found.end() :].lstrip()
    return said


def _answers(said: str, words: YesNoWords) -> tuple[set[bool], str]:
    """All answers at the beginning, and what follows them."""
    signs: set[bool] = set()
    rest = said
    while rest:
        start = _without_lead(rest, words)
        if not signs and words.unsure.match(start):
            return set(), said
        no, yes, weak = (pattern.match(start) for pattern in (words.no, words.yes, words.weak))
        ends = {False: no.end() if no else 0, True: yes.end() if yes else 0}
        if (
            weak
            and weak.end() > max(ends.values())
            and _stands_alone(start[weak.end() :], bool(signs), words)
        ):
            ends[True] = weak.end()
        end = max(ends.values())
        if not end:
            break
        signs.add(ends[True] == end)
        rest = start[end:].lstrip()
    return signs, rest


def _stands_alone(rest: str, answered: bool, words: YesNoWords) -> bool:
    """Whether a weak yes is one: it is the last word, or is followed by another yes or by "but"."""
    rest = rest.lstrip()
    return (
        answered
        or not rest
        or any(p.match(rest) for p in (words.after_weak, words.yes, words.weak, words.no))
    )

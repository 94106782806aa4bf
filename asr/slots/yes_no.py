"""Yes or no, said in one of many ways, and what was said besides.

Two witnesses are heard: the words, and, where the engine can score, how likely each meaning is by the sound
itself. A short answer is the score's affair, for single words are what a recogniser reads worst; what is
longer than a phrase is the words'. Where they contradict each other there is no answer, and it is asked
again: a wrong yes is worse than a question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from asr.patterns import Pattern
from asr.slots.expected import SURE
from asr.slots.values import Understood
from asr.slots.yes_no_words import WORDS, YesNoWords
from asr.text import comparable, length

_SIGNS = {True: ("yes", "1"), False: ("no", "2")}
AGREEMENT = 0.1
"""How much less the score need be where the words say the same."""

_MOST_WORDS = {"en": 2, "zh": 4, "ko": 2}
"""Words (Chinese: characters) up to which an answer is short enough to be the score's affair."""


def yes_no(
    text: str,
    language: str,
    confidence: float,
    meanings: Mapping[str, float] = MappingProxyType({}),
    sure: float = SURE,
) -> Understood | None:
    """True or False; None when neither was said, or both, or it is not certain.

    Args:
        text: as recognised.
        language: en, zh or ko.
        confidence: of the words, 0..1.
        meanings: as in `asr.results.Final`; empty when nothing was scored.
        sure: the share from which on a meaning is taken.
    """
    by_words = _by_words(text, language, confidence)
    if not meanings:
        return by_words
    scores = {sign: sum(meanings.get(name, 0.0) for name in names) for sign, names in _SIGNS.items()}
    by_sound = max(scores, key=lambda sign: scores[sign])
    agreed = by_words is not None and by_words.value is by_sound
    if scores[by_sound] < sure - (AGREEMENT if agreed else 0.0):
        return by_words if length(text, language) > _MOST_WORDS[language] else None
    if by_words is None:
        return Understood(by_sound, scores[by_sound], comparable(text, language))
    return replace(by_words, confidence=max(by_words.confidence, scores[by_sound])) if agreed else None


def _by_words(text: str, language: str, confidence: float) -> Understood | None:
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
        weak = words.weak.match(start)
        ends = {False: _end(words.no, start), True: _end(words.yes, start)}
        if (
            weak
            and weak.end() > max(ends.values())
            and _stands_alone(start[weak.end() :], bool(signs), words)
        ):
            ends[True] = weak.end()
        end = max(ends.values())
        if not end:
            turn = words.but.match(start)
            after = _answers(start[turn.end() :].lstrip(), words) if turn else (set(), "")
            if len(signs) == 1 and after[1] == "" and after[0] and after[0] != signs:
                signs |= after[0]
            elif signs == {True} and words.exception.match(start):
                signs = {False}  # right but for a part of it is not right
            break
        signs.add(ends[True] == end)
        rest = start[end:].lstrip()
    return signs, rest


def _end(patterns: Sequence[Pattern], said: str) -> int:
    """Where the longest match ends, 0 for none."""
    return max((found.end() for pattern in patterns if (found := pattern.match(said))), default=0)


def _stands_alone(rest: str, answered: bool, words: YesNoWords) -> bool:
    """Whether a weak yes is one: it is the last word, or is followed by another yes or by "but"."""
    rest = rest.lstrip()
    return (
        answered
        or not rest
        or any(pattern.match(rest) for pattern in (words.after_weak, words.weak, *words.yes, *words.no))
    )

"""One of several named things: menu words, as equals of keys.

Words are looked for anywhere in the answer ("I'd like to speak to an agent please"); small mistakes of a
recogniser are forgiven, a doubt is not: two things named, one of them denied, or two about equally near, is
no answer. Where the engine has scored the options against the sound itself, that must not contradict the
words, and decides where they say nothing. An option whose name is a key can be said as that key ("one",
"option one", 按一, 일번).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from asr.patterns import Pattern
from asr.slots.expected import meant
from asr.slots.keys import key_of
from asr.slots.values import Understood
from asr.text import comparable

# Whether a named thing is wanted: what stands before it (English, Chinese) or behind it (Korean).
_DENIED_BEFORE = {
    "en": Pattern(r"\b(?:not|dont|do not|never|isnt|cant|cannot|without|no longer)(?: \w+){0,3} $"),
    "zh": Pattern(r"(?:不|别|没|甭)(?:是|要|想|用|找|需要|要找|想要|转|给我)?\s*$"),
    "ko": Pattern(r"(?!)"),
}
_DENIED_AFTER = {
    "en": Pattern(r"(?!)"),
    "zh": Pattern(r"(?:就)?(?:不用|不要|不需要|不行|算了)"),
    "ko": Pattern(r"\s*(?:이|가|은|는|을|를)?\s*(?:말고|아니|필요 ?없|싫|안 ?돼|빼고)"),
}


_LISTED = Pattern(r"\s*(?:or|nor|and|或者?|和|也不是|이나|하고)\s*(?:(?:the|a|my)\s+)?")


@dataclass(frozen=True, slots=True)
class _Match:
    option: str
    start: int
    end: int


def choice(
    text: str,
    language: str,
    choices: Mapping[str, tuple[str, ...]],
    confidence: float,
    meanings: Mapping[str, float] = MappingProxyType({}),
) -> Understood | None:
    """The name of the option that was said, None for none or a doubt.

    Args:
        text: as recognised.
        language: en, zh or ko.
        choices: each option's name with the words or phrases that mean it.
        confidence: of the words, 0..1.
        meanings: as in `asr.results.Final`; empty when nothing was scored.
    """
    by_words = _by_words(text, language, choices, confidence)
    by_sound = meant(meanings)
    if by_sound is None:
        return by_words
    if by_words is None:
        # Two options named, or one denied: the words have told of a doubt.
        named = any(_named(comparable(text, language), language, choices))
        if by_sound not in choices or named:
            return None
        return Understood(by_sound, meanings[by_sound], comparable(text, language))
    return by_words if by_words.value == by_sound else None


def _named(said: str, language: str, choices: Mapping[str, tuple[str, ...]]) -> Iterator[_Match]:
    """All places where an option is named."""
    for option, words in choices.items():
        for word in words:
            if phrase := comparable(word, language):
                yield from _find(said, phrase, option, language)


def _by_words(
    text: str, language: str, choices: Mapping[str, tuple[str, ...]], confidence: float
) -> Understood | None:
    said = comparable(text, language)
    key = key_of(said, language)
    if key is not None and key in choices:
        return Understood(key, confidence, said)
    phrases = [(option, comparable(word, language)) for option, words in choices.items() for word in words]
    exact = list(_named(said, language, choices))
    longest = [one for one in exact if not any(_within(one, other) for other in exact)]
    wanted = {match.option for match in _not_denied(said, longest, language)}
    if len(wanted) == 1:
        return Understood(wanted.pop(), confidence, said)
    if exact:
        return None
    near = {option for option, phrase in phrases if phrase and _sounds_like(said, phrase, language)}
    return Understood(near.pop(), confidence * 0.7, said) if len(near) == 1 else None


def _find(said: str, phrase: str, option: str, language: str) -> list[_Match]:
    """All places where a phrase was said; in English and Korean a phrase begins where a word begins."""
    # "X-200" is "x 200"; in Chinese character by character, so that a mark within it does no harm.
    rest = r"\S" if language == "zh" else r"[^\sa-z0-9]+"
    phrase = " ".join(re.findall(rf"[a-z]+|[0-9]+|{rest}", phrase))
    before = "" if language == "zh" else r"(?:^|(?<=\s))"
    after = r"(?=\s|$)" if language == "en" else ""  # Korean particles are written onto the word
    pattern = before + r"\s*".join(map(re.escape, phrase.split())) + after
    return [_Match(option, *found.span()) for found in re.finditer(pattern, said)]


def _within(one: _Match, other: _Match) -> bool:
    """Whether a match is only a part of a longer one."""
    inside = other.start <= one.start and one.end <= other.end
    return inside and other.end - other.start > one.end - one.start


def _not_denied(said: str, matches: Sequence[_Match], language: str) -> list[_Match]:
    """The options that are wanted; a "not" reaches to the first one behind it, and to all of its list."""
    left, end, denied = [], 0, False
    for match in sorted(matches, key=lambda match: match.start):
        between = said[end : match.start]
        denied = bool(
            _DENIED_BEFORE[language].search(between)
            or _DENIED_AFTER[language].match(said, match.end)
            or (denied and (not between.strip() or _LISTED.fullmatch(between)))
        )
        end = max(end, match.end)
        left += [] if denied else [match]
    return left


def _sounds_like(said: str, phrase: str, language: str) -> bool:
    """Whether a phrase was said but for a slip: one letter in four to six, two in seven to ten ..."""
    if language == "zh":
        # One character is a syllable: short words are right or wrong.
        slips = 0 if len(phrase) < 3 else 1 if len(phrase) < 6 else 2
        return slips > 0 and _distance(phrase, said.replace(" ", "")) <= slips
    letters = _letters(phrase)
    slips = 0 if len(letters) < 4 else 1 if len(letters) < 7 else 2 if len(letters) < 11 else 3
    if not slips:
        return False
    count = len(phrase.split())
    words = said.split()
    for size in {max(1, count - 1), count, count + 1}:
        for start in range(len(words) - size + 1):
            window = _letters(" ".join(words[start : start + size]))
            near = _distance(letters, window, whole=language == "en") <= slips
            if near and not _DENIED_BEFORE[language].search(" ".join(words[:start]) + " "):
                return True
    return False


def _letters(text: str) -> str:
    """Letters without spaces; Korean syllables taken apart (전 is ㅈㅓㄴ)."""
    return unicodedata.normalize("NFD", text.replace(" ", ""))


def _distance(pattern: str, text: str, *, whole: bool = False) -> int:
    """Edit distance between a pattern and the text, or the nearest part of it (Sellers 1980)."""
    row = list(range(len(text) + 1)) if whole else [0] * (len(text) + 1)
    for index, letter in enumerate(pattern, start=1):
        above, row[0] = row[0], index
        for column, other in enumerate(text, start=1):
            above, row[column] = (
                row[column],
                min(above + (letter != other), row[column] + 1, row[column - 1] + 1),
            )
    return row[-1] if whole else min(row)

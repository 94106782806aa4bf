"""What a language model says was said, held against what was said: no value without its words.

A model names the caller's words for a slot, nothing more. They must stand in the transcript, must not be
denied there, and are read by the rules of the slot's kind (`asr.slots`); a number or a time that the rules
do not read out of its sentence is none. Titles and summaries may use words of their own, but no figures,
and few words that nobody said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from asr.slots.understand import understand
from asr.slots.values import SlotValue
from asr.text import plain, sentences, tidy
from asr.understanding.masking import is_digits, is_taken_back
from asr.understanding.values import Enquiry, FilledSlot, WantedSlot

_READ_BY_RULES = frozenset({"digits", "phone_number", "number", "callback_time"})
_PROVED_ALONE = 0.6
"""Of a value's confidence, where its sentence says more than the rules can read as one value."""

_DENIAL = {
    "en": re.compile(
        r"\b(?:not|isnt|wasnt|never|no longer|instead of|rather than|except|neither|nor)"
        r"(?: (?:the|a|an|on|at|by|in|to|for|from|it|is|was|my))*$"
    ),
    "zh": re.compile(r"(?:不是|并非|不要|不用|别(?:打|用)?|没有|除了)(?:这个|那个|打|用|在)?$"),
    "ko": re.compile(r"(?:말고|아니라|아니고) ?$"),
}
# Korean denies behind: "프린터가 아니라 스캐너".
_DENIAL_BEHIND = {
    "ko": re.compile(r"^(?:이|가|은|는|을|를)? ?(?:아니|말고|빼고)"),
    "zh": re.compile(r"^(?:除外|不行)"),
}

_SHARE_SAID = 0.5
"""Of a title's words of substance, that must have been said."""

_STEM = {"en": 4, "zh": 1, "ko": 2}
"""Letters by which a word is known again in another form of it ("printer", "printing")."""


def spoken(quote: str, transcript: Sequence[str], language: str) -> tuple[str, str, str] | None:
    """Find words in what was said.

    Args:
        quote: the words.
        transcript: what was said, the answer at hand first.
        language: en, zh or ko.

    Returns:
        the sentence that they stand in, and what stands before and behind them in it, as `plain` has it; None
        when nobody said them.
    """
    wanted = plain(quote, language)
    if not wanted:
        return None
    border = r"\b" if language == "en" else ""
    pattern = re.compile(border + re.escape(wanted) + border)
    for text in transcript:
        # A number may be cut into sentences by its pauses.
        for part in (*sentences(text), text):
            said = plain(part, language)
            found = pattern.search(said)
            if found is not None:
                return part, said[: found.start()], said[found.end() :]
    return None


def proved(slot: WantedSlot, quote: str, enquiry: Enquiry) -> FilledSlot | None:
    """The value that the caller's words give a slot; None when they do not prove it.

    Args:
        slot: what is to be filled.
        quote: the words that a model names for it.
        enquiry: the answer, and what was said before.
    """
    language = enquiry.language
    found = spoken(quote, (enquiry.text, *reversed(enquiry.said)), language)
    if found is None:
        return None
    sentence, before, behind = found
    if _denied(before, behind, language):
        return None
    known = 1.0 if enquiry.confidence is None else enquiry.confidence
    value = _read(slot, quote, enquiry)
    if value is None:
        return None
    if slot.kind in _READ_BY_RULES:
        whole = _read(slot, sentence, enquiry)
        if whole is None:
            # Two numbers in one sentence, say; but never the half of one.
            if _continues(before, behind, language) or is_taken_back(behind, language):
                return None
            known *= _PROVED_ALONE
        elif whole != value:
            return None
    return FilledSlot(name=slot.name, value=value, spoken=tidy(quote, language), confidence=known)


def grounded(text: str, transcript: Sequence[str], language: str) -> bool:
    """Whether a title or a summary is made of what was said: all its figures, and most of its words."""
    said = " ".join(plain(part, language) for part in transcript)
    if not set(re.findall(r"\d+", plain(text, language))) <= set(re.findall(r"\d+", said)):
        return False
    words = _substance(text, language)
    if not words:
        return False
    stem = _STEM[language]
    return sum(word[:stem] in said for word in words) >= _SHARE_SAID * len(words)


def _substance(text: str, language: str) -> list[str]:
    """Words that carry a meaning: of four letters and more; Han characters; Korean words of two syllables."""
    if language == "zh":
        return re.findall(r"[\u3400-\u9fff]|[a-z]{3,}", plain(text, language))
    fewest = 4 if language == "en" else 2
    return [word for word in plain(text, language).split() if len(word) >= fewest]


def _denied(before: str, behind: str, language: str) -> bool:
    if _DENIAL[language].search(before.rstrip()):
        return True
    pattern = _DENIAL_BEHIND.get(language)
    return pattern is not None and pattern.search(behind.lstrip()) is not None


def _continues(before: str, behind: str, language: str) -> bool:
    """Whether the words next to a quote are digits too: then it was cut out of a longer number."""
    if language == "zh":
        neighbours = [before[-1:], behind[:1]]
    else:
        neighbours = [
            before.split()[-1] if before.split() else "",
            behind.split()[0] if behind.split() else "",
        ]
    return any(is_digits(word, language) for word in neighbours if word)


def _read(slot: WantedSlot, text: str, enquiry: Enquiry) -> SlotValue | None:
    found = understand(slot.kind, text, (), enquiry.language, slot.context)
    return None if found is None else found.value

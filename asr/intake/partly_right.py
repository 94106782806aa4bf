"""What an answer to a reading back says to be right, and what is left without it.

"The number is right, but it's tomorrow": the number is not to be asked about, and "tomorrow" is for something
else that was read back. What that is, is left to `asr.intake.reading_back`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from asr.intake.slots import IntakeSlot
from asr.intake.texts import NAMED
from asr.patterns import Pattern
from asr.slots.understand import understand
from asr.text import comparable
from tts.parts import Text

_THE_REST = {
    "en": ("the rest", "everything else", "everything", "all", "all of it", "it all"),
    "zh": ("其他", "其它", "别的", "其余", "剩下", "都", "全部", "前面"),
    "ko": ("나머지", "다른 건", "다른 거", "다", "모두", "전부"),
}
_IS_RIGHT = {
    "en": r"\b(?:the |my |your )?(?:{})(?:s| is| are| was)? (?:all |quite |absolutely )?"
    r"(?:right|correct|fine|okay|ok|good|true)\b",
    "zh": r"(?:{})(?:都|也|是|倒是)*(?:对|没错|没问题|正确)(?!不)(?:的|了)?",
    "ko": r"(?:{})(?:는|은|가|이|도)? ?(?:다 )?(?:맞(?!지)|괜찮(?!지))\S*",
}
TURNS = {
    "en": Pattern(r"(?:(?:but|and|only|just|except(?: for)?|however|although|though|so)(?: |$))+"),
    "zh": Pattern(r"(?:但是?|可是|不过|就是|只是|而是|而| |，)+"),
    "ko": Pattern(r"(?:(?:그런데|근데|하지만|다만|그리고)(?: |$))+"),
}


def beyond_the_right(text: str, slots: Iterable[IntakeSlot], language: str) -> str:
    """What is left of "the number is right, but it's tomorrow": "its tomorrow"; "" where nothing is.

    Args:
        text: an answer to a reading back.
        slots: of what was read back.
        language: en, zh or ko.
    """
    left = without_the_right(text, slots, language)
    if left == comparable(text, language):
        return ""
    answer = understand("yes_no", left, (), language)
    if answer is not None:
        left = answer.remainder
    return TURNS[language].sub("", left, count=1).strip() if left else ""


def without_the_right(text: str, slots: Iterable[IntakeSlot], language: str) -> str:
    """What was said, as `comparable`, without what it says to be right ("the number is right").

    Args:
        text, slots, language: as for `beyond_the_right`.
    """
    names = {comparable(name, language) for slot in slots for name in names_of(slot, language)}
    subjects = "|".join(sorted(map(re.escape, names | set(_THE_REST[language])), key=len, reverse=True))
    said = re.sub(_IS_RIGHT[language].format(subjects), " ", comparable(text, language))
    return " ".join(said.split())


def names_of(slot: IntakeSlot, language: str) -> tuple[str, ...]:
    """What callers call a slot."""
    known = NAMED.get(slot.name, {}).get(language, ())
    label = () if slot.label is None else slot.label(language, {})
    own = tuple(part.text for part in label if isinstance(part, Text))
    written = () if known or own else (slot.name.replace("_", " "),)
    return (*known, *own, *written)

"""Names and free text: what is left of an answer without the words around it."""

from __future__ import annotations

import re

from asr.slots.values import Understood
from asr.text import length, tidy, without_fillers

_AROUND_A_NAME = {
    "en": re.compile(
        r"^(?:(?:hi|hello|yes|yeah|well|so|okay|sure|of course)[,.! ]+)*"
        r"(?:(?:my|the) (?:full )?name(?: is|'s)|it(?: is|'s)|this is|i am|i'm|you can call me|call me)\s+"
        r"|^(?:(?:hi|hello|yes|yeah|well|so|okay|sure)[,.! ]+)+"
        r"|(?:[,. ]+(?:here|speaking|please|thank you|thanks|calling))+[.!]*$",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        r"^(?:你好|您好|嗯|好的?|[，, ])*"
        r"(?:我的?(?:名字)?(?:是|叫)|我姓|免贵姓|名字(?:是|叫)|本人|叫我|叫|我是)"
        r"|^(?:你好|您好)[，, ]*|(?:[，, ]*(?:谢谢|就行|就好|就可以))+$"
    ),
    "ko": re.compile(
        r"^(?:(?:네|예|안녕하세요)[,. ]*)*(?:(?:제|저의|내) ?이름은|성함은|이름은|저는|전)\s*"
        r"|^(?:(?:네|예|안녕하세요)[,. ]+)+"
        r"|(?:이라고 ?(?:합니다|해요)|라고 ?(?:합니다|해요)|입니다|이에요|예요|이요|요)$"
    ),
}
_END = re.compile(r"[.,!?。，！？\s]+$")
_LONGEST_NAME = {"en": 5, "zh": 8, "ko": 4}
"""Words; in Chinese characters. More is a story."""


def name(text: str, language: str, confidence: float) -> Understood | None:
    """A name, without "my name is"; None when nothing, figures or too much is left."""
    pattern = _AROUND_A_NAME[language]
    said = _END.sub("", without_fillers(text, language))
    stripped = _END.sub("", pattern.sub("", _END.sub("", pattern.sub("", said))))
    if not stripped or any(letter.isdigit() for letter in stripped):
        return None
    if length(stripped, language) > _LONGEST_NAME[language]:
        return None
    if language == "en" and stripped == stripped.lower():
        stripped = stripped.title()
    return Understood(stripped, confidence, said)


def free_text(text: str, language: str, confidence: float) -> Understood | None:
    """What was said, tidied; None when it was nothing but fillers."""
    said = tidy(text, language)
    left = re.sub(r"[\W_]+", "", without_fillers(said, language))
    return Understood(said, confidence, said) if left else None

"""Names and free text: what is left of an answer without the words around it."""

from __future__ import annotations

import re

from asr.patterns import Pattern
from asr.slots.values import Understood
from asr.text import length, tidy, without_fillers

_AROUND_A_NAME = {
    "en": Pattern(
        r"^(?:(?:hi|hello|yes|yeah|well|so|okay|sure|of course)[,.! ]+)*"
        r"(?:(?:my|the) (?:full )?name(?: is|'s)|it(?: is|'s)|this is|i am|i'm|you can call me|call me)\s+"
        r"|^(?:(?:hi|hello|yes|yeah|well|so|okay|sure)[,.! ]+)+"
        r"|(?:[,. ]+(?:here|speaking|please|thank you|thanks|calling))+[.!]*$",
        re.IGNORECASE,
    ),
    "zh": Pattern(
        r"^(?:你好|您好|嗯|好的?|[，, ])*"
        r"(?:我的?(?:名字)?(?:是|叫)|我姓|[免敝]贵?姓|鄙人(?:姓|叫|是)?|名字(?:是|叫)|本人|叫我|叫|我是)"
        r"|^(?:你好|您好)[，, ]*|(?:[，, ]*(?:谢谢|就行|就好|就可以))+$"
    ),
    "ko": Pattern(
        r"^(?:(?:네|예|안녕하세요)[,. ]*)*(?:(?:제|저의|내) ?이름은|성함은|이름은|저는|전(?=\s))\s*"
        r"|^(?:(?:네|예|안녕하세요)[,. ]+)+"
        r"|(?:이라고 ?(?:합니다|해요)|라고 ?(?:합니다|해요)|입니다|이에요|예요|이고요|고요|구요|이요|요)$"
    ),
}
_CLAUSES = Pattern(r"[,，;；。！？!?]+|(?<=\w{4})\.(?=\s)")
_SPELT = Pattern(
    r"(?i)(?:(?:that(?:'s| is)|spelled|spelt|it's)\s+)*[a-z](?:[\s.-]+[a-z])+\.?|that's .*|with .*|like .*"
)
_TAKING_BACK = {
    "en": Pattern(r"(?i)(?:(?:no|sorry|wait|i mean|rather|actually|not that|correction)\b\s*)+"),
    "zh": Pattern(r"(?:不对|不是|错了|说错了|对不起|应该是|我是说|哦不)+"),
    "ko": Pattern(r"(?:아니(?:요|고|고요)?|죄송\S*|잘못\S*|아 아니)(?:\s+|$)"),
}
_NO_NAME = {
    "en": Pattern(r"(?i)(?:i|you|we|they|he|she|it|that|this|what|why|who|how|where) \w"),
    "zh": Pattern(r"(?:我(?!叫|是)|你|刚才|已经|不|什么|为什么)"),
    "ko": Pattern(r"(?:이미|아까|왜|뭐)(?:\s|$)"),
}
_END = Pattern(r"[.,!?。，！？\s]+$")
_LONGEST_NAME = {"en": 5, "zh": 8, "ko": 4}
"""Words; in Chinese characters. More is a story."""


def name(text: str, language: str, confidence: float) -> Understood | None:
    """A name, without "my name is"; None when nothing, figures or too much is left."""
    pattern = _AROUND_A_NAME[language]
    said = _END.sub("", without_fillers(text, language))
    stripped = _END.sub("", pattern.sub("", _END.sub("", pattern.sub("", said))))
    stripped = _said_last(stripped, language)
    if not stripped or _NO_NAME[language].match(stripped) or any(letter.isdecimal() for letter in stripped):
        return None
    if length(stripped, language) > _LONGEST_NAME[language]:
        return None
    if language == "en" and stripped == stripped.lower():
        stripped = stripped.title()
    return Understood(stripped, confidence, said)


def _said_last(said: str, language: str) -> str:
    """One name of several clauses: what was said anew, or more fully; not how it is spelt."""
    clauses = [clause.strip() for clause in _CLAUSES.split(said) if clause.strip()]
    name = ""
    taken_back = False
    for clause in clauses:
        if _TAKING_BACK[language].fullmatch(clause):
            taken_back = True
            continue
        corrected = _TAKING_BACK[language].match(clause)
        rest = clause[corrected.end() :].strip() if corrected else clause
        folded, old = rest.casefold(), name.casefold()
        fuller = folded.startswith(f"{old} ") or folded.endswith(f" {old}")
        if not name or taken_back or corrected or fuller:
            name, taken_back = rest, False
        elif language == "en" and not _SPELT.fullmatch(clause):
            name = f"{name}, {clause}"
    return name


def free_text(text: str, language: str, confidence: float) -> Understood | None:
    """What was said, tidied; None when it was nothing but fillers."""
    said = tidy(text, language)
    left = re.sub(r"[\W_]+", "", without_fillers(said, language))
    return Understood(said, confidence, said) if left else None

"""Answers that give no telephone number or name: the caller has no other one, or does not want to say it."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from asr.text import comparable

NoNumber: TypeAlias = Literal["no_other", "refused"]

_NUMBER = {
    "en": r"(?:(?:phone|telephone|mobile|cell|other|different) )*(?:number|phone|telephone|mobile"
    "|cell|one|line)",
    "zh": r"(?:电话|号码?|手机|座机|联系方式)",
    "ko": r"(?:전화 ?번호|번호|전화|휴대폰|핸드폰|연락처)",
}
_NO_OTHER = {
    "en": re.compile(
        rf"\b(?:(?:dont|do not|havent|have not) (?:have |got |really have )?(?:an ?other|any other"
        rf"|any|a|another)"
        rf"|have no(?: other)?|theres no other|there is no other|no other|(?:its|this is"
        rf"|thats) (?:my|the) only)"
        rf" {_NUMBER['en']}\b"
    ),
    "zh": re.compile(
        rf"没有?(?:别的|其他的?|其它的?|另外的?|第二个)*{_NUMBER['zh']}|(?:只有(?:这|那)?一?|就(?:这|那)?一)个{_NUMBER['zh']}"
    ),
    "ko": re.compile(
        rf"{_NUMBER['ko']}(?:는|은|가|이|도)? ?(?:따로 |더 |지금 )?없|{_NUMBER['ko']}(?:는|은|가|이"
        rf"|도)? ?(?:이거|이것|하나|한 ?개)?(?:밖에|뿐)"
    ),
}
_REFUSED = {
    "en": re.compile(
        r"\b(?:rather not|prefer not to|(?:dont|do not|didnt|wont|will not|cant|cannot|not going to"
        r"|not willing to"
        r"|refuse to|no need to|not) (?:really )?(?:want to |wish to |like to |feel like )?"
        r"(?:giv(?:e|ing)|tell(?:ing)?|say(?:ing)?|leav(?:e|ing)|shar(?:e|ing)|hand(?:ing)? out"
        r"|disclos(?:e|ing)))\b"
        r"|\bnone of your business\b|\b(?:is|its|thats) private\b|\bno number\b|\banonymous(?:ly)?\b"
    ),
    "zh": re.compile(
        r"(?:不想|不愿意?|不方便|不太?方便|不能|不会|不|没法)(?:再)?(?:留|给|提供|告诉|透露|说)(?:你们?|您)?"
        rf"{_NUMBER['zh']}?|保密|匿名"
    ),
    "ko": re.compile(
        r"(?:알려|말씀|말|가르쳐|남기|드리|주|공개)\S*(?: ?\S{1,4})? ?(?:싶지 ?않|싫|않을|수 ?없|곤란|못)"
        r"|익명|(?:안|못) ?(?:알려|가르쳐|말할|말해|남길|드릴|줄)"
    ),
}


def no_number(text: str, language: str) -> NoNumber | None:
    """Whether there is no other number, or the caller keeps theirs; None for neither.

    Args:
        text: as recognised: an answer to a question for a number.
        language: en, zh or ko.
    """
    said = comparable(text, language)
    if language == "zh":
        said = said.replace(" ", "")
    if _NO_OTHER[language].search(said):
        return "no_other"
    return "refused" if _REFUSED[language].search(said) else None

"""What an answer puts right, where it says both: "it's not the printer, it's the scanner".

Which slot that is for is left to the intake, which knows what was noted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from asr.patterns import Pattern
from asr.text import tidy

_WORD_EN = r"[^,;.!?]{1,60}?"
_WORD_ZH = r"[^，,；;。.！!？?]{1,24}?"
_WORD_KO = r"[^,;.!?]{1,30}?"
_IT_IS = r"(?:(?:it|that|this|he|she)(?:'s| is| was)|they're|they are|we're|i'm|i am|my name is|the name is)"
_SAID = (
    r"(?:i (?:said|meant|mean|asked for|have|was talking about)|make (?:it|that)|it should (?:be|read|say))"
)
_MARK_EN = r"\s*(?:[,;.\u2013\u2014-]+\s*|\s)"
_PATTERNS = {
    "en": (
        rf"(?:{_IT_IS}|{_SAID})? ?\bnot (?P<wrong>{_WORD_EN}){_MARK_EN}(?:but |rather |actually |sorry )*"
        rf"(?:{_IT_IS}|{_SAID}|but) (?:actually |rather )?(?P<right>{_WORD_EN})[.!?]*$",
        rf"(?:it|that|this)(?: is|'s)?n't (?P<wrong>{_WORD_EN}){_MARK_EN}(?:but |rather |actually )*"
        rf"(?:{_IT_IS}|{_SAID}|but) (?P<right>{_WORD_EN})[.!?]*$",
        rf"(?:{_IT_IS}|{_SAID}) (?P<right>{_WORD_EN}),? (?:and )?(?:not|instead of"
        rf"|rather than) (?P<wrong>{_WORD_EN})[.!?]*$",
        rf"\bnot (?P<wrong>(?:(?:the|a|my|an) )?(?!(?:the|a|my"
        rf"|an)\b)[\w'-]+(?: [\w'-]+)?){_MARK_EN}(?:but )?(?P<right>(?:(?:the|a|my|an) )?(?!(?:the|a|my"
        rf"|an)\b)[\w'-]+"
        r"(?: [\w'-]+){0,2})[.!?]*$",
        rf"\b(?:change|replace|correct) (?P<wrong>{_WORD_EN}) (?:to|with|by"
        rf"|into) (?P<right>{_WORD_EN})(?: please)?[.!?]*$",
    ),
    "zh": (
        rf"(?:不是|并非|不叫|不姓)(?P<wrong>{_WORD_ZH})[，,；;。. ]*(?:而是|应该是|是|我说的是|我指的是"
        rf"|叫|姓)(?P<right>{_WORD_ZH})(?:的)?[。.！!]*$",
        rf"(?:我说的是|我指的是|应该是|是|叫|姓)(?P<right>{_WORD_ZH})[，,；;。. ]*(?:而)?不(?:是|叫"
        rf"|姓)(?P<wrong>{_WORD_ZH})[。.！!]*$",
        rf"把(?P<wrong>{_WORD_ZH})(?:改成|改为|换成|换为|更正为)(?P<right>{_WORD_ZH})[。.！!]*$",
    ),
    "ko": (
        rf"(?P<wrong>{_WORD_KO})(?:이|가|은|는)? ?(?:아니라|아니고|아니구|아니에요|아닙니다"
        rf"|말고)[,. ]+(?P<right>{_WORD_KO})"
        r"(?:라고 했\S*|라고 말\S*|인데요|입니다|이에요|예요|에요|이요|요)?[.!]*$",
        rf"(?P<right>{_WORD_KO})(?:이지|지|이에요|예요|입니다)[,. ]+(?P<wrong>{_WORD_KO})(?:이|가|은"
        rf"|는)? ?(?:아니에요|아닙니다|아니고요|아니거든요)[.!]*$",
        rf"(?P<wrong>{_WORD_KO})(?:을|를) (?P<right>{_WORD_KO})(?:으로|로) ?(?:바꿔|고쳐|수정|정정"
        rf"|변경)\S*(?: \S+)?[.!]*$",
    ),
}
_AROUND = {
    "en": Pattern(
        r"^(?:(?:the|a|an|my|our|your|with|on|in|about|called|for|to|from|that|it's|is|just) )+"
        r"|(?: (?:please|sorry|at all|thanks))+$",
        re.I,
    ),
    "zh": Pattern(r"^(?:这个|那个|我的|我们的|一个|一台|叫|姓)+|(?:的问题|了|啊|呀|吧)+$"),
    "ko": Pattern(
        r"^(?:(?:아니요?|아뇨|그게|저|제|문제는|이건|그건|사실|죄송한데|죄송합니다)[,. ]+|[가-힣]+(?:은"
        r"|는) )+"
    ),
}
_NOTHING = {
    "en": Pattern(
        r"(?:that|this|it|so|what i (?:said|meant|want)|right|correct|quite|true|really|there|sure|one"
        r"|today|now)(?: .*)?",
        re.I,
    ),
    "zh": Pattern(r"(?:这|那|他|她|它|我说|我要|的|今|明|周|星期).*"),
    "ko": Pattern(r"(?:그거|그것|그게|이거|이게|그건|제 ?말|오늘|내일).*"),
}
_BEFORE = {
    "en": Pattern(
        r"(?:[,.;]? ?\b(?:and|but|no|sorry|oh|well|wait|actually|yes|also|by the way|hold on"
        r"|i mean))+[,. ]*$",
        re.I,
    ),
    "zh": Pattern(r"(?:[，,。 ]*(?:对不起|不好意思|不对|不是|错了|还有|另外|等等|哦|啊|其实|不))+[，,。 ]*$"),
    "ko": Pattern(r"(?:[,. ]*(?:아니요?|아뇨|그리고|그런데|죄송합니다|죄송한데|아|잠깐만요?))+[,. ]*$"),
}
_LEAST = {"en": 2, "zh": 1, "ko": 1}


@dataclass(frozen=True, slots=True)
class PutRight:
    """A correction.

    Args:
        wrong, right: the words that are wrong, and those in their place.
        rest: what else was said before it, "" for nothing.
    """

    wrong: str
    right: str
    rest: str = ""


def put_right(text: str, language: str) -> PutRight | None:
    """What is to be replaced by what; None where an answer does not say both.

    Args:
        text: as recognised.
        language: en, zh or ko.
    """
    said = tidy(text, language).replace("\u2019", "'")
    for pattern in _PATTERNS[language]:
        for found in re.finditer(pattern, said, re.IGNORECASE):
            wrong, right = (_bare(found[name], language) for name in ("wrong", "right"))
            if min(len(wrong), len(right)) < _LEAST[language] or wrong.casefold() == right.casefold():
                continue
            if not any(_NOTHING[language].fullmatch(words) for words in (wrong, right)):
                before = _BEFORE[language].sub("", said[: found.start()]).strip(" ,，.。")
                return PutRight(wrong, right, before)
    return None


def replaced(text: str, change: PutRight, language: str) -> str:
    """A text with the wrong words replaced, unchanged where they do not stand in it."""
    edge = r"\b" if language == "en" else ""
    plural = r"(?=s?\b)" if language == "en" else ""
    pattern = rf"{edge}{re.escape(change.wrong)}{plural}"
    return re.sub(pattern, lambda _: change.right, tidy(text, language), flags=re.IGNORECASE)


def _bare(words: str, language: str) -> str:
    return _AROUND[language].sub("", words.strip(" ,，.。!")).strip()

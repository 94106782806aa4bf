"""Keys of the telephone said as words: "two", "option two", "press star", 按二, 이번."""

from __future__ import annotations

import re

from asr.patterns import Pattern

_NAMES = {
    "en": {
        "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
        "seven": "7", "eight": "8", "nine": "9", "first": "1", "second": "2", "third": "3", "fourth": "4",
        "fifth": "5", "star": "*", "asterisk": "*", "pound": "#", "hash": "#",
    },
    "zh": {
        "零": "0", "一": "1", "幺": "1", "二": "2", "两": "2", "三": "3", "四": "4", "五": "5", "六": "6",
        "七": "7", "八": "8", "九": "9", "星号": "*", "井号": "#",
    },
    "ko": {
        "영": "0", "공": "0", "일": "1", "이": "2", "삼": "3", "사": "4", "오": "5", "육": "6", "칠": "7",
        "팔": "8", "구": "9", "첫번째": "1", "두번째": "2", "세번째": "3", "네번째": "4", "다섯번째": "5",
        "별표": "*", "우물정": "#", "샵": "#",
    },
}  # fmt: skip
_BEFORE = {
    "en": Pattern(r"(?:(?:u[hm]+|press|key|option|number|choose|digit|the|please|ill take|i want) )+"),
    "zh": Pattern(r"(?:嗯|呃|请|我|要|想|选择?|按键?|数字|第| )+"),
    "ko": Pattern(r"(?:(?:음|어|번호|숫자) )+"),
}
_AFTER = {
    "en": Pattern(r"(?: (?:please|key|sign|one|option|thanks|thank you))+$"),
    "zh": Pattern(r"(?:键|(?<![星井])号|个|吧|谢谢| )+$"),
    "ko": Pattern(r"(?: ?(?:번|을|를|요|이요|입니다|눌러|눌러 ?주세요|주세요|버튼|으로|로))+$"),
}


def key_of(said: str, language: str) -> str | None:
    """The key that an answer names while saying nothing else, None for no such answer.

    Args:
        said: see `asr.text.comparable`.
        language: en, zh or ko.
    """
    start = _BEFORE[language].match(said)
    rest = said[start.end() :] if start else said
    for core in (rest, _AFTER[language].sub("", rest, count=1)):
        core = core.replace(" ", "") if language == "ko" else core.strip()
        if re.fullmatch(r"[0-9*#]", core):
            return core
        if core in _NAMES[language]:
            return _NAMES[language][core]
    return None

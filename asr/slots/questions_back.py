"""Questions that callers ask instead of answering: how long it takes, what it costs, who calls."""

from __future__ import annotations

import re

from asr.text import comparable, length

_LONGEST = {"en": 12, "zh": 20, "ko": 8}
"""Words (Chinese: characters): what is longer tells something."""

_ASKS = {
    "en": re.compile(
        r"(?:(?:and|but|so|okay|ok|well|um+|uh+|hey|sorry|please|tell me|i wonder|can you tell me"
        r"|do you know) )*"
        r"(?:how (?:long|much|soon|many|often|come|does|do|is|are|will|would)"
        r"|when (?:will|would|can|could|are|is|do|does|should)"
        r"|what (?:does|do|will|would|is|are|happens|about|kind|if|for|number|time)"
        r"|whats|wheres|whos|who (?:is|are|will|am|would)|why|where|which (?:number|one)|is (?:it"
        r"|this|that|there)"
        r"|are (?:you|there|they|we)|am i|will (?:it|that|this|you|they|somebody|someone|i)"
        r"|do (?:i|you|they|we)|does (?:it|that|this)|did (?:you|it)|have (?:you|i)"
        r"|(?:can|could|would|should) (?:i|you|it|this|that|we|they|somebody|someone))\b.*"
    ),
    "zh": re.compile(
        r".*(?:多久|多长时间|多少钱|多少天|几天|什么时候|为什么|怎么|什么意思|哪位|谁|哪里|哪儿|收费|费用|免费).*"
        r"|.*(?:吗|么|嘛|呢)(?:啊|呀)?"
    ),
    "ko": re.compile(
        r".*(?:얼마|언제|누구|누가|왜|어떻게|무엇|뭐|어디|무료|비용|걸리)\S*.*|.*(?:나요|까요|니까|는지요|ㄴ가요|인가요|은가요|을까요)"
    ),
}


def asks_back(text: str, language: str) -> bool:
    """Whether an answer that was not understood is a question of the caller's own.

    Args:
        text: as recognised.
        language: en, zh or ko.
    """
    said = comparable(text, language)
    return length(text, language) <= _LONGEST[language] and _ASKS[language].fullmatch(said) is not None

"""Wishes to be called on another number, without saying it yet: "another one", 换一个号码, 다른 번호로요."""

from __future__ import annotations

import re

from asr.text import comparable

_ANOTHER = {
    "en": re.compile(
        r"\b(?:(?:an)?other|different|new|second|alternative|separate)"
        r" (?:(?:phone|telephone|mobile|cell|contact) )*(?:number|phone|line|one)\b"
        r"|\b(?:change|switch|replace|not (?:on |at |to |under )?(?:this|that|my)) (?:the |this |that |my )?"
        r"(?:(?:phone|mobile) )?(?:number|phone|one|line)\b"
        r"|\bsomewhere else\b"
        r"|\b(?:on|to|at) my (?:mobile|cell ?phone|cell|office|work|home)(?: (?:number|phone|line))?\b"
    ),
    "zh": re.compile(
        r"(?:换|改|另外?|别的|其他|其它|不同|新)(?:成|到|打)?(?:一?[个支部条])?(?:的)?(?:电话|手机|联系|座机)?"
        r"(?:号码|号|电话|手机)"
        r"|(?:号码|电话|号)(?:要|得|想)?(?:换|改)(?:一下|一个|掉)?"
        r"|不(?:要|用|打|是)?(?:打|用)?这个(?:号码|号|电话)|打(?:我)?(?:的)?手机"
    ),
    "ko": re.compile(
        r"(?:다른|새|딴) ?(?:전화 ?|휴대폰 ?|핸드폰 ?)?(?:번호|전화|폰|걸)"
        r"|번호 ?(?:를|좀)? ?(?:바꿔|바꾸|변경)|이 ?번호 ?말고"
    ),
}


def another_number(text: str, language: str) -> bool:
    """Whether the caller wants another number to be used.

    Args:
        text: as recognised.
        language: en, zh or ko.
    """
    return _ANOTHER[language].search(comparable(text, language)) is not None

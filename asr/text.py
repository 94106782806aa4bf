"""Recognised text in normal spelling; detects fillers and unfinished sentences.

What a recogniser made up is thrown out by `asr.listening.hallucinations`; what an answer means is left to
`asr.slots`.
"""

from __future__ import annotations

import re

from opencc import OpenCC

from asr.patterns import Pattern

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3007"
_CJK_MARKS = "\u3001-\u3003\u3008-\u3011\uff01\uff0c\uff1a\uff1b\uff1f"
_BETWEEN_HAN = Pattern(rf"(?<=[{_HAN}{_CJK_MARKS}])\s+(?=[{_HAN}{_CJK_MARKS}0-9])|(?<=[0-9])\s+(?=[{_HAN}])")
_BEFORE_MARK = Pattern(r"\s+(?=[,.!?;:%\u3001\u3002\uff01\uff0c\uff1f])")
_WIDE = {
    wide: wide - 0xFEE0 for wide in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_PUNCTUATION = Pattern(r"[^\w\s+#*]|_")
_SENTENCE = Pattern(r".+?(?:[.!?]+(?=\s|$)|[\u3002\uff01\uff1f]+|$)\s*", re.DOTALL)
_TO_SIMPLIFIED = OpenCC("t2s")

_FILLERS: dict[str, str] = {
    "en": r"\b(?:u+[hm]+|e+r+m*|h+m+|m+h*m+|a+h+|erm)\b",
    "zh": r"嗯+|呃+|額+|额(?=[，,…。\s]|$)|唔+"
    r"|(?:^|(?<=[，,。…\s]))(?:啊+|哦+|那个那个|这个这个)(?=[，,。…\s])",
    "ko": r"(?:(?<=\s)|^)(?:음+|으음|어+|에+)(?=[\s,.…]|$)",
}
_FILLER = {language: Pattern(pattern, re.IGNORECASE) for language, pattern in _FILLERS.items()}
_FILLER_LAST = {
    language: Pattern(rf"(?:{pattern})\s*$", re.IGNORECASE) for language, pattern in _FILLERS.items()
}

# What listeners say while somebody else speaks, to show that they follow.
_BACKCHANNELS: dict[str, str] = {
    "en": r"(?:a+h+|o+h*|u+h+|h+m+|m+h*m*|aha|huh|uh huh|mm hmm?|hmm?|yeah|yep|yes|ok|okay|right|sure|i see"
    r"|got it|all right|alright|good|fine)",
    "zh": r"(?:嗯|呃|唔|哦|噢|喔|啊|好|好的|好啊|对|对的|是|是的|是啊|行|知道了|明白|明白了)",
    "ko": r"(?:네|예|음|아|어|응|그래요|그렇군요|알겠습니다|맞아요)",
}
_BACKCHANNEL = {
    language: Pattern(rf"{pattern}(?: ?{pattern})*") for language, pattern in _BACKCHANNELS.items()
}
# What people say before they say anything.
_OPENINGS: dict[str, str] = {
    "en": r"^(?:(?:hello|hi|hey)(?: there)?|good (?:morning|afternoon|evening|day)|yes|yeah|okay|ok|so|well"
    r"|excuse me)\b(?:[\s,.!?]+|$)",
    "zh": r"^(?:你好|您好|喂+|早上好|上午好|下午好|晚上好|哈喽|你们好|是这样的?|那个|啊|哦)(?:啊|呀)?"
    r"(?:[\s，,。.！!？?、]+|$)"
    r"|^(?:你好|您好|喂+)",
    "ko": r"^(?:여보세요|안녕하세요|안녕하십니까|네|예|저기요?|그게|수고하십니다|수고하세요)(?:[\s,.!?]+|$)",
}
_OPENING = {language: Pattern(pattern, re.IGNORECASE) for language, pattern in _OPENINGS.items()}

# At the end of what was said so far: nobody ends an answer like this.
_OPEN_ENDS: dict[str, str] = {
    "en": r"\b(?:and|or|but|so|because|cause|then|the|a|an|my|our|your|his|her|their|its|to|of|for|from|with"
    r"|at|in|on|is|are|was|were|its|im|if|when|that|which|who|like|i mean|you know|well|let me see"
    r"|let me think|hold on|wait|one moment|one second|just a second)$",
    "zh": r"(?:然后|因为|所以|但是|可是|不过|而且|还有|就是|就是说|那个|这个|如果|比如|或者|和|跟|我的|的时候"
    r"|的话|等一下|让我想想|我想想|我看看|我看一下|怎么说呢|稍等)$",
    "ko": r"(?:그리고|그런데|근데|그래서|왜냐하면|하지만|만약에|그러니까|그게|저기|제가|잠깐만|잠깐만요"
    r"|잠시만요|[가-힣]+(?:는데|은데|인데|지만|니까|아서|어서|해서|[하되]고))$",
}
_OPEN_END = {language: Pattern(pattern, re.IGNORECASE) for language, pattern in _OPEN_ENDS.items()}


def tidy(text: str, language: str) -> str:
    """Text as it is written: one space between words, none between Chinese characters, simplified Chinese.

    Args:
        text: as a recogniser gave it.
        language: en, zh or ko.
    """
    text = text.translate(_WIDE)
    if language == "zh":
        text = _BETWEEN_HAN.sub("", _TO_SIMPLIFIED.convert(text))
    return _BEFORE_MARK.sub("", " ".join(text.split()))


def plain(text: str, language: str) -> str:
    """Text for comparing: tidy, lower case, without punctuation; apostrophes vanish ("that's", "thats")."""
    text = comparable(text, language)
    return _BETWEEN_HAN.sub("", text) if language == "zh" else text


def comparable(text: str, language: str) -> str:
    """As `plain`, but marks are spaces, between Chinese characters too, where nothing else is."""
    text = tidy(text, language).casefold().replace("'", "").replace("\u2019", "")
    return " ".join(_PUNCTUATION.sub(" ", text).split())


def sentences(text: str) -> list[str]:
    """The text's sentences with their marks; together they are the text."""
    return _SENTENCE.findall(text)


def without_fillers(text: str, language: str) -> str:
    """The text without "um", 呃, 음; for reading back and for asking whether anything is left."""
    text = _FILLER[language].sub("", text)
    text = re.sub(r"([,，…])(?:\s*[,，…])+", r"\1", text)
    return tidy(re.sub(r"^[\s,，…。.]+|[\s,，…]+$", "", text), language)


def without_opening(text: str, language: str) -> str:
    """The text without fillers and a greeting at its beginning: "Hello? Yes, hi, my ..." is "my ..."."""
    said = without_fillers(text, language)
    while (rest := without_fillers(_OPENING[language].sub("", said, count=1), language)) != said:
        said = rest
    return said


def breaks_off(text: str, language: str) -> bool:
    """Whether somebody who pauses after these words is likely to go on: a filler, "and", 因为, 그런데 ..."""
    said = plain(text, language)
    return bool(_FILLER_LAST[language].search(said) or _OPEN_END[language].search(said))


def is_backchannel(text: str, language: str) -> bool:
    """Whether that is all that was said: "uh-huh", "okay", 嗯, 네. Where yes is an answer, it is one."""
    return _BACKCHANNEL[language].fullmatch(plain(text, language)) is not None


def length(text: str, language: str) -> int:
    """How long a text is to the ear: words, or characters in Chinese (Latin words and numbers count one)."""
    if language != "zh":
        return len(text.split())
    return len(re.findall(rf"[{_HAN}]|[A-Za-z0-9]+", text))

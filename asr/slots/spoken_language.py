"""Which language a caller speaks, by what was recognised: another script, or the wish to speak another one.

A recogniser that was told a language writes another one, more often than not, in that one's script. What it
translates, nobody can tell by the words.
"""

from __future__ import annotations

from asr.patterns import Pattern
from asr.text import comparable

_SCRIPTS = {
    "zh": Pattern(r"[\u3400-\u9fff]"),
    "ko": Pattern(r"[\uac00-\ud7a3\u1100-\u11ff\u3130-\u318f]"),
    "en": Pattern(r"[A-Za-z]+(?:['’][a-z]+)?"),
}
_LEAST = {"zh": 4, "ko": 4, "en": 4}
"""Characters (in English words) that a name or a term in the middle of another language does not have."""

_NAMES = {
    "en": r"english|英语|英文|영어",
    "zh": r"chinese|mandarin|中文|汉语|漢語|普通话|国语|중국어",
    "ko": r"korean|韩语|韩文|韓語|朝鲜语|한국어|한국말",
}
_AROUND = (
    r"(?:(?:sorry|hello|hi|please|in|do|does|can|could|may|would|you|we|i|speak|talk|have|to|want|need|like|id"
    r"|switch|change|the|anyone|anybody|somebody|someone|who|speaks|a|use|only|dont|no|is|there|prefer|language"
    r"|请|說|说|讲|用|我|要|想|会|能|可以|你|您|吗|的|能不能|会不会|换|成|服务|人|有|没有|只|们"
    r"|좀|제가|저는|할|수|있|있나요|있어요|되나요|돼요|해|주세요|말|하는|분|로|으로|가능|한가요|하세요|서비스|부탁|합니다"
    r"|바꿔)\s*)*"
)
_WISHES = {language: Pattern(rf"{_AROUND}(?:{names})\s*{_AROUND}") for language, names in _NAMES.items()}


def wished_language(text: str, language: str) -> str:
    """The other language that a caller asks for, and says nothing else: en, zh or ko; "" for none.

    Args:
        text: as recognised.
        language: the one that is spoken now.
    """
    said = comparable(text, language)
    return next((other for other, wish in _WISHES.items() if other != language and wish.fullmatch(said)), "")


def written_language(text: str, language: str) -> str:
    """The other language that an answer is in, by its script: en, zh or ko; "" for none.

    Args:
        text: as recognised.
        language: the one that the recogniser was told.
    """
    counts = {name: len(script.findall(text)) for name, script in _SCRIPTS.items()}
    most = max(counts, key=lambda name: counts[name])
    rest = sum(count for name, count in counts.items() if name != most)
    return most if most != language and counts[most] >= _LEAST[most] and rest * 3 <= counts[most] else ""

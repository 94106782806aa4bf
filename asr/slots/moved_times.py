"""How callers move a time that was noted: "move it to Friday", "make it ten", 推迟一个小时.

What is said of the new time is left to the language's own file, what stays of the old one to the intake.
"""

from __future__ import annotations

import re
from datetime import timedelta

from asr.patterns import Pattern
from asr.text import tidy

_CALL = r"(?: (?:it|that|this|things|me|(?:the|my) (?:call|callback|time|appointment)))"
_HOUR = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|[0-9]{1,2}(?::[0-9]{2})?)"
    r"(?: (?:thirty|fifteen|o'?clock))?"
)
_BARE_HOUR = Pattern(_HOUR)
_MOVES = {
    "en": (
        rf"^(?:no[, ]+)?not (?:at )?{_HOUR}(?:,| but) (?:but |at |rather |make it )?(?P<to>.+)$",
        rf"\b(?:mov|push|put|shift|postpon|delay|reschedul|chang|switch|bring|pull|schedul"
        rf"|transfer)(?:e|ed|es|ing|ting)?{_CALL}?"
        r"(?: (?:back|off|forward|up|out|over|ahead|on))*(?: (?:to|until|till|for|at|on|by))? (?P<to>.+)$",
        rf"\b(?:(?:make|have|set|call|do|try){_CALL}|(?:(?:can|could|shall|should|let us|lets|let's"
        rf"|may) (?:we |you |i )?)?(?:say|do|try)"
        r"|rather|instead)(?: (?:to|for|at|on))? (?P<to>.+)$",
        r"^(?:(?:no|well|sorry|actually|i think)[, ]+)*(?P<to>.+?) (?:would be|is|works|suits|sounds"
        r"|would suit|would work|will be"
        r"|might be|will do|fits)\b(?: (?:much|a bit|even|me|us|really))*(?: (?:better|best|fine|good"
        r"|great|nicer|easier|ok|okay"
        r"|more convenient|for me))?[.!]*$",
    ),
    "zh": (
        r"(?:不要|别|不是|不)[^，, ]{0,7}[点半分][，, ]+(?:要|改|换|改成|换成|是|而是|请)?(?P<to>.+)$",
        r"(?:改约?|挪|推迟|延迟|延后|延期|顺延|延|换|调整?|移|提前|提早|推后?|往后推|往后挪|往前提|改期"
        r"|放|定|安排)(?:一下|一点|点)?"
        r"(?:到|成|至|在|为)(?P<to>.+)$",
    ),
    "ko": (
        r"^.{1,16}? ?(?:말고|아니라|아니고)[, ]+(?P<to>.+)$",
        r"^(?P<to>.+?)(?:으로|로|까지|에)? ?(?:좀 |다시 |그냥 )?(?:옮겨|옮기|옮길|미뤄|미루|미룰|바꿔"
        r"|바꾸|바꿀|변경|연기|늦춰|늦추"
        r"|당겨|당기|앞당|조정|해 ?(?:주|줘|요)|하죠|하지요|합시다|하면|하고 싶|할게요|부탁|잡아|어때"
        r"|어떨)\S*(?: \S+){0,2}$",
        r"^(?P<to>.+?)(?:이|가) (?:더 |훨씬 |제일 )?(?:좋|낫|나아|나을|편)\S*(?: \S+)?$",
    ),
}
_SAME_TIME = {
    "en": Pattern(r"(?:at )?(?:the )?same (?:time|hour)(?:,? (?:but|only|just))?(?: on)?", re.IGNORECASE),
    "zh": Pattern(r"(?:还是)?(?:同样的?|同一个?|一样的?|老|原来的?)(?:时间|钟点|点)|时间不变"),
    "ko": Pattern(r"(?:같은|동일한|똑같은) ?시간(?:에|으로|대로)?|시간은 ?그대로"),
}
_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "a couple of": 2, "three": 3, "four": 4, "five": 5, "half an": 0.5,
    "half a": 0.5, "一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "半": 0.5, "한": 1, "두": 2, "세": 3,
    "네": 4, "다섯": 5, "반": 0.5, "일": 1, "이": 2, "삼": 3,
}  # fmt: skip
_UNITS = {
    "hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7),
    "minute": timedelta(minutes=1),
    "小时": timedelta(hours=1), "钟头": timedelta(hours=1), "天": timedelta(days=1), "日": timedelta(days=1),
    "周": timedelta(days=7), "星期": timedelta(days=7), "分钟": timedelta(minutes=1),
    "시간": timedelta(hours=1), "일": timedelta(days=1), "주일": timedelta(days=7), "주": timedelta(days=7),
    "분": timedelta(minutes=1),
}  # fmt: skip
_DAYS = {"하루": 1, "이틀": 2, "사흘": 3}
_EN_MUCH = (
    r"(?P<n>an?|one|two|a couple of|three|four|five|half an?|[0-9]{1,2}) (?P<unit>hour|day|week"
    r"|minute)s?"
)
_ZH_MUCH = r"(?P<n>[一两二三四五半]|[0-9]{1,2})个?(?P<unit>小时|钟头|天|日|周|星期|分钟)"
_KO_MUCH = (
    r"(?:(?P<n>한|두|세|네|다섯|일|이|삼|[0-9]{1,2}) ?(?P<unit>시간|일|주일|주|분)|(?P<days>하루|이틀"
    r"|사흘))(?:만|정도|쯤)?"
)
_LATER = {
    "en": (
        rf"{_EN_MUCH} later\b",
        rf"\b(?:push|put|move|delay|postpone|shift)\w*{_CALL}?(?: back| off)?(?: by)? {_EN_MUCH}"
        r"(?! (?:earlier|forward))",
    ),
    "zh": (rf"(?:晚|迟|推迟|延后|延迟|延|往后推|推后|往后挪|往后延|推){_ZH_MUCH}",),
    "ko": (rf"{_KO_MUCH} ?(?:더 )?(?:늦게|늦춰|늦추|뒤로|뒤에|미뤄|미루|늦은)",),
}
_EARLIER = {
    "en": (
        rf"{_EN_MUCH} (?:earlier|sooner)\b",
        rf"\b(?:bring|pull|move){_CALL}? (?:forward|up)(?: by)? {_EN_MUCH}",
    ),
    "zh": (rf"(?:提早|提前|早|往前提|往前挪|往前){_ZH_MUCH}",),
    "ko": (rf"{_KO_MUCH} ?(?:더 )?(?:일찍|앞당|당겨|빨리|먼저|앞으로|이른)",),
}


def moved_to(text: str, language: str) -> str | None:
    """The words for the new time, None where nothing is moved.

    Args:
        text: as recognised.
        language: en, zh or ko.
    """
    said = tidy(text, language).rstrip(".。!！?？ ")
    left = _SAME_TIME[language].sub(" ", said)
    if left != said:
        return left.strip(" ,，") or None
    for pattern in _MOVES[language]:
        found = re.search(pattern, said, re.IGNORECASE)
        if found is not None:
            to = found["to"].strip(" ,，")
            return f"at {to}" if language == "en" and _BARE_HOUR.fullmatch(to.lower()) else to
    return None


def shift(text: str, language: str) -> timedelta | None:
    """By how much a time is to be later, or (negative) earlier; None where nothing is said of that.

    Args:
        text: as recognised.
        language: en, zh or ko.
    """
    said = tidy(text, language).lower()
    for sign, patterns in ((-1, _EARLIER[language]), (1, _LATER[language])):
        for pattern in patterns:
            found = re.search(pattern, said)
            if found is None:
                continue
            parts = found.groupdict()
            if parts.get("days"):
                return sign * timedelta(days=_DAYS[parts["days"]])
            number = float(parts["n"]) if parts["n"].isdecimal() else _NUMBERS[parts["n"]]
            return sign * number * _UNITS[parts["unit"]]
    return None

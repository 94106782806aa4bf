"""Since when something is so, in a free sentence: "since Monday", "for three days", 从昨天开始, 어제부터.

Looks into the past only; when to call back is left to `callback_time`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from asr.patterns import Pattern
from asr.slots import numerals_en, numerals_ko, numerals_zh

_CARDINALS = {"en": numerals_en.cardinals, "zh": numerals_zh.cardinals, "ko": numerals_ko.cardinals}


@dataclass(frozen=True, slots=True)
class Since:
    """A beginning.

    Args:
        value: ISO 8601, local: a date, or a date and time where the hour is known (from hours or minutes).
        sure: False where the words leave the day open ("since last week").
        start, end: where in the text it was said.
    """

    value: str
    sure: bool
    start: int
    end: int


_EN_N = (
    r"(?:a couple of|a few|several|\d+|(?:twenty|thirty|forty|fifty)(?:[ -][a-z]+)?|[a-z]+teen|one|two|three"
    r"|four|five|six|seven|eight|nine|ten|eleven|twelve|an?)"
)
_EN_DAY = (
    r"(?:the day before yesterday|yesterday|last night|this (?:morning|afternoon|evening)|today"
    r"|(?:last |this )?(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)|last (?:week|month|year)"
    r"|the weekend|last weekend)"
)
_EN_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_EN_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth",
    "nineteenth", "twentieth", "twenty[ -]first", "twenty[ -]second", "twenty[ -]third", "twenty[ -]fourth",
    "twenty[ -]fifth", "twenty[ -]sixth", "twenty[ -]seventh", "twenty[ -]eighth", "twenty[ -]ninth",
    "thirtieth", "thirty[ -]first",
)  # fmt: skip
_EN_DATE_DAY = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?|{'|'.join(reversed(_EN_ORDINALS))})"
_EN_MONTH = f"(?:{'|'.join(_EN_MONTHS)})"
_EN_TIME = (
    r"(?:(?:about|around|at|maybe|like) )*"
    r"(?:(?!before|the\b|day\b|last\b)[\w:.]+(?: (?:thirty|fifteen|[ap]\.?m\.?|o'clock))* )?"
)
_EN_UNIT = r"(?P<unit>minutes?|hours?|days?|weeks?|months?|years?)"
_ZH_N = r"(?:[0-9]+|[一二两三四五六七八九十几好]+|半)"
_ZH_DAY = (
    r"(?:大前天|前天|昨[天晚日]|今[天早日]|刚[才刚]|(?:上+个?|这个?|本)?(?:周|星期|礼拜)[一二三四五六日天末]"
    r"|上个?(?:周|星期|礼拜)|上个?月|去年|早上|上午)"
)
_ZH_DATE = r"(?:(?:[0-9]+|[一二三四五六七八九十]+)月)?(?:[0-9]+|[一二三四五六七八九十]+)[号日]"
_AGO_ZH = "(?:以前|之前|前|以来|了)"
_ZH_UNIT = r"个?(?P<unit>分钟|小时|钟头|天|周|星期|礼拜|月|年)"
_KO_N = r"(?:[0-9]+|[일이삼사오육칠팔구십]+|한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|몇)"
_KO_DAY = (
    r"(?:그저께|그제|엊그제|어제|어젯밤|오늘(?: ?아침| ?오전)?|아까|(?:지난 ?주 ?)?[월화수목금토일]요일"
    r"|지난 ?주말|지난 ?주|지난 ?달|작년)"
)
_KO_DATE = r"(?:[0-9일이삼사오육유칠팔구십시]+ ?월 ?)?[0-9일이삼사오육칠팔구십]+일"
_KO_UNIT = r" ?(?P<unit>분|시간|일|주일?|개월|달|년)"

_DURATION = {
    "en": (
        rf"\b(?:for|it(?:'s| has| is) been|been)(?: (?:about|almost|nearly|over|more than|at least|the last"
        rf"|the past))* (?P<count>{_EN_N})(?P<half> and a half)? {_EN_UNIT}\b",
        rf"\b(?P<count>{_EN_N})(?P<half> and a half)? {_EN_UNIT} (?:ago|now)\b",
        r"\b(?:for|been(?: \w+)?)(?: (?:about|almost|over))* (?P<count>half (?:an|a)) (?P<unit>hour|day)\b",
        r"\b(?P<count>half (?:an|a)) (?P<unit>hour|day) ago\b",
    ),
    "zh": (
        rf"(?P<count>{_ZH_N})(?:个(?P<half>半)(?P<unit>小时|钟头|月|星期)|(?!)){_AGO_ZH}",
        rf"(?P<count>{_ZH_N}){_ZH_UNIT}(?P<half>半)?{_AGO_ZH}",
        rf"(?:已经|都)(?:有|快)?(?P<count>{_ZH_N}){_ZH_UNIT}(?P<half>半)?",
    ),
    "ko": (
        rf"(?P<count>{_KO_N}){_KO_UNIT}(?P<half> ?반)? ?(?:전|째|동안|됐|되었)",
        r"(?P<count>하루|이틀|사흘|나흘|열흘|일주일|보름) ?(?P<unit>)(?:전|째|동안|됐|되었)",
    ),
}
_POINT = {
    "en": (
        rf"\b(?:since|starting|from|as of)(?: the (?!day\b)\w+)? {_EN_TIME}(?P<day>{_EN_DAY})\b",
        r"\b(?:started|began|begun|stopped|broke|happened|occurred|appeared|noticed it|failed)"
        rf"(?: (?:working|again|on|just|down|up|out|happening|doing this))* {_EN_TIME}(?P<day>{_EN_DAY})\b",
        rf"\b(?:since|starting|from|as of|started|began|stopped|broke)(?: down| on)?"
        rf" (?P<day>{_EN_MONTH} (?:the )?{_EN_DATE_DAY}|(?:the )?{_EN_DATE_DAY}(?: of)? {_EN_MONTH}"
        rf"|the (?:\d{{1,2}}(?:st|nd|rd|th)|{'|'.join(reversed(_EN_ORDINALS))}))\b",
    ),
    "zh": (
        rf"(?:从|自从?|打)(?P<day>{_ZH_DAY}|{_ZH_DATE})",
        rf"(?P<day>{_ZH_DAY}|{_ZH_DATE})(?:上午|早上|下午|晚上|中午)?"
        r"(?:[0-9一二两三四五六七八九十]+点(?:半|多|钟|左右)*)?(?:就|才)?(?:开始|起|以来|到现在)",
    ),
    "ko": (
        rf"(?P<day>{_KO_DAY}|{_KO_DATE}) ?(?:아침|오전|오후|저녁|밤)? ?(?:\S{{1,3}} ?시(?: ?반)?)?"
        r" ?(?:부터|이후로?|에? ?시작)",
    ),
}
_PATTERNS = {
    language: [Pattern(pattern, re.IGNORECASE) for pattern in (*_DURATION[language], *_POINT[language])]
    for language in _DURATION
}
# The caller takes back or denies a day, and names another.
_TAKEN_BACK = {
    "en": Pattern(r"\b(?:no|sorry|i mean|rather|actually|wait)\b", re.IGNORECASE),
    "zh": Pattern(r"不对|错了|不是|应该是|对不起|哦不"),
    "ko": Pattern(r"아니|잘못|죄송"),
}
_DENIED = {
    "en": (Pattern(r"\bnot $", re.IGNORECASE), Pattern(r"(?!)")),
    "zh": (Pattern(r"不是$"), Pattern(r"(?!)")),
    "ko": (Pattern(r"(?!)"), Pattern(r"\S{0,2} ?(?:말고|아니라|아니고)")),
}
# Something else than the trouble has lasted so long.
_ELSE = {
    "en": Pattern(
        r"\b(?:wait(?:ed|ing)|on hold|on the (?:phone|line)|holding|work(?:ed|ing)? (?:here|there|for \w+)"
        r"|customers?|employed|client)(?: \w+){0,2} ?$",
        re.IGNORECASE,
    ),
    "zh": Pattern(r"(?:等|成立|工作|入职|合作|客户|排队|认识)[^，。,.]{0,3}$"),
    "ko": Pattern(r"(?:기다린 ?지|기다렸\S*|대기\S*|근무\S*|다닌 ?지|거래\S*) ?$"),
}
_ELSE_BEHIND = {
    "en": Pattern(r" (?:(?:on|in) )?(?:the )?(?:hold|line|queue|phone|waiting)\b", re.IGNORECASE),
    "zh": Pattern(r"[^，。,.]{0,3}(?:在等|排队|等着)"),
    "ko": Pattern(r" ?(?:기다리|기다렸|대기)"),
}
_UNITS = {
    "minute": "minutes", "hour": "hours", "day": "days", "week": "weeks", "month": "months", "year": "years",
    "分钟": "minutes", "小时": "hours", "钟头": "hours", "天": "days", "周": "weeks", "星期": "weeks",
    "礼拜": "weeks", "月": "months", "年": "years",
    "분": "minutes", "시간": "hours", "일": "days", "주": "weeks", "주일": "weeks", "개월": "months",
    "달": "months", "년": "years",
}  # fmt: skip
_NAMED_DURATIONS = {"하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "열흘": 10, "일주일": 7, "보름": 15}
_VAGUE = Pattern(r"few|several|几|好|몇")
_VAGUE_COUNT = 3
_DAYS_AGO: tuple[tuple[str, int], ...] = (
    ("day before yesterday", 2), ("yesterday", 1), ("last night", 1), ("today", 0), ("this ", 0),
    ("大前天", 3), ("前天", 2), ("昨", 1), ("今", 0), ("刚", 0), ("早上", 0), ("上午", 0),
    ("엊그제", 2), ("그저께", 2), ("그제", 2), ("어제", 1), ("어젯밤", 1), ("오늘", 0), ("아까", 0),
)  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def since(text: str, language: str, now: datetime) -> Since | None:
    """The first beginning that a text names and does not take back, None for none.

    Args:
        text: see `asr.text.tidy`.
        language: en, zh or ko.
        now: local time.
    """
    found = [match for pattern in _PATTERNS[language] for match in pattern.finditer(text)]
    beginnings: list[Since] = []
    for match in sorted(found, key=lambda match: (match.start(), -match.end())):
        if _ELSE[language].search(text[: match.start()]) or _ELSE_BEHIND[language].match(text, match.end()):
            continue
        value, sure = (
            _day(match["day"].casefold(), now.date())
            if "day" in match.re.groupindex
            else _ago(match, language, now)
        )
        if value and not (beginnings and match.start() < beginnings[-1].end):
            beginnings.append(Since(value, sure, *match.span()))
    for earlier, later in pairwise(beginnings):
        before, between = text[: earlier.start], text[earlier.end : later.start]
        denied = _DENIED[language]
        if not (
            _TAKEN_BACK[language].search(between) or denied[0].search(before) or denied[1].match(between)
        ):
            return earlier
    return beginnings[-1] if beginnings else None


def _ago(match: re.Match[str], language: str, now: datetime) -> tuple[str, bool]:
    count, unit = match["count"].casefold(), match["unit"].casefold().removesuffix("s")
    sure = not _VAGUE.search(count)
    if count.startswith("half") and unit == "day":
        return now.date().isoformat(), False
    if count in _NAMED_DURATIONS:
        return (now.date() - timedelta(days=_NAMED_DURATIONS[count])).isoformat(), sure
    numbers = _CARDINALS[language](count)
    number: float = numbers[0] if numbers else 2 if "couple" in count else 1 if count in ("a", "an") else 0
    if count == "半" or count.startswith("half"):
        number = 0.5
    elif not sure:
        number = _VAGUE_COUNT
    if match.re.groupindex.get("half") and match["half"]:
        number += 0.5
    name = _UNITS.get(unit)
    if name is None or not 0 < number < 1000:
        return "", False
    if name in ("hours", "minutes"):
        ago = timedelta(hours=number) if name == "hours" else timedelta(minutes=number)
        return (now - ago).replace(tzinfo=None).isoformat(timespec="minutes"), sure
    if number != int(number):
        days = {"days": 1, "weeks": 7, "months": 30, "years": 365}[name]
        return (now.date() - timedelta(days=round(number * days))).isoformat(), False
    whole = int(number)
    if name in ("months", "years"):
        return _months_ago(now.date(), whole * (12 if name == "years" else 1)).isoformat(), False
    days = whole * (7 if name == "weeks" else 1)
    return (now.date() - timedelta(days=days)).isoformat(), sure and name == "days"


def _months_ago(day: date, months: int) -> date:
    """The same day of an earlier month, or its last one where that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _day(said: str, today: date) -> tuple[str, bool]:
    monday = today - timedelta(days=today.weekday())
    dated = _date_number(said)
    if dated is not None:
        day = _last(dated[1], dated[0], today)
        return (day.isoformat(), True) if day else ("", False)
    number = _weekday_number(said)
    if number is not None:
        last_week = said.startswith(("上", "지난"))
        day = (
            monday - timedelta(days=7 - number)
            if last_week
            else today - timedelta(days=(today.weekday() - number) % 7 or 7)
        )
        return day.isoformat(), (today - day).days < 7
    for word, days in _DAYS_AGO:
        if word in said:
            return (today - timedelta(days=days)).isoformat(), True
    if "weekend" in said or "주말" in said:
        return (monday - timedelta(days=2)).isoformat(), False
    if "week" in said or re.search("周|星期|礼拜|주", said):
        return (monday - timedelta(days=7)).isoformat(), False
    if "month" in said or "月" in said or "달" in said:
        return _months_ago(today.replace(day=1), 1).isoformat(), False
    return date(today.year - 1, 1, 1).isoformat(), False


def _date_number(said: str) -> tuple[int | None, int] | None:
    """Month, None for not named, and day of a date; None for none."""
    chinese = re.fullmatch(r"(?:(\S+)月)?(\S+)[号日]", said)
    korean = re.fullmatch(r"(?:(\S+?) ?월 ?)?(\S+)일", said)
    if chinese:
        return numerals_zh.value(chinese[1]) if chinese[1] else None, numerals_zh.value(chinese[2])
    if korean and not said.endswith("요일"):
        month, day = korean[1], numerals_ko.value(korean[2])
        if day is None or korean[2] in ("오늘", "내일"):
            return None
        return {"유": 6, "시": 10}.get(month) or numerals_ko.value(month) if month else None, day
    month_named = next(
        (number for number, name in enumerate(_EN_MONTHS, start=1) if name in said.split()), None
    )
    figures = re.search(r"\d+", said)
    ordinal = next(
        (
            number
            for number, name in reversed([*enumerate(_EN_ORDINALS, start=1)])
            if re.search(rf"\b{name}\b", said)
        ),
        None,
    )
    number = int(figures[0]) if figures else ordinal
    return (month_named, number) if number is not None else None


def _last(day: int, month: int | None, today: date) -> date | None:
    """The last day of that number, today at the latest; None when it is more than a year ago."""
    for ago in range(366):
        found = today - timedelta(days=ago)
        if found.day == day and month in (None, found.month):
            return found
    return None


def _weekday_number(said: str) -> int | None:
    for number, name in enumerate(_WEEKDAYS):
        if name in said:
            return number
    chinese = re.search(r"(?:周|星期|礼拜)([一二三四五六日天末])", said)
    if chinese:
        return {"日": 6, "末": 5, "天": 6}.get(chinese[1], "一二三四五六".find(chinese[1]))
    korean = re.search(r"([월화수목금토일])요일", said)
    return "월화수목금토일".index(korean[1]) if korean else None

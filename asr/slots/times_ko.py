"""When to call, in Korean: 내일 오전 아홉 시, 한 시간 뒤, 금요일 오후 세 시 이후, 지금 바로."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Literal

from asr.slots.numerals_ko import value
from asr.slots.wish import Clock, DayPart, Relation, Wish, day_of_month, next_monday, weekday
from asr.text import plain

_ASAP = re.compile(
    r"지금|당장|바로|빨리|빠를수록|가능한 ?한|아무 ?때나|언제든|언제나|언제라도|상관 ?없|곧|최대한|가장 ?빠른"
)
_LATER = re.compile(r"이따가?|나중에|잠시 ?(?:후|뒤)|조금 ?(?:있다가|후|뒤|이따)|좀 ?(?:있다가|이따)")
_DAYS = {"오늘": 0, "내일": 1, "낼": 1, "모레": 2, "내일모레": 2, "글피": 3}
_DAY = re.compile(r"내일모레|오늘|내일|낼|모레|글피")
_WEEKDAY = re.compile(r"(다음 ?주|이번 ?주|돌아오는)? ?([월화수목금토일])요일")
_NEXT_WEEK = re.compile(r"다음 ?주")
_S = "[0-9일이삼사오육칠팔구십]+"
_DATE = re.compile(rf"(?:({_S}|유|시) ?월 ?)?({_S}) ?일(?!곱|요|반)(?=$| |에|날|오|아|저|로)")
_DAYS_AHEAD = re.compile(rf"({_S}|하루|이틀|사흘|나흘) ?일? ?(?:후|뒤)")
_NATIVE_DAYS = {"하루": 1, "이틀": 2, "사흘": 3, "나흘": 4}
_PARTS: dict[str, DayPart] = {
    "새벽": "early", "이른 아침": "early", "아침": "morning", "오전": "morning", "점심": "noon",
    "정오": "noon", "낮": "noon", "오후": "afternoon", "퇴근 전": "late_afternoon", "저녁": "evening",
    "밤": "night",
}  # fmt: skip
_PART = re.compile("|".join(sorted(_PARTS, key=len, reverse=True)))
_H = r"(?:열 ?한|열 ?두|열|한|두|세|네|다섯|여섯|일곱|여덟|아홉|[0-9]{1,2}|십[일이]?)"
_TIME = rf"({_H}) ?시(?! ?간) ?(?:(반)|({_S}) ?분)?"
_BETWEEN = re.compile(rf"{_TIME} ?(?:에서|부터|와|하고|~) ?(오후|저녁)? ?{_TIME} ?(?:사이|까지)?")
_AT = re.compile(rf"{_TIME} ?(이후|넘어서?|지나서?|후|이전|전|까지|안)?")
_DELAY = re.compile(
    rf"(?:(반) ?시간|({_H}) ?시간(?: ?(반))?|({_S}) ?분) ?(?:정도 ?|쯤 ?)?"
    r"(?:후|뒤|있다가|이따|이내|안에|지나서)"
)


def wish(text: str, today: date) -> Wish | None:
    """What is said of when to call; None when nothing is."""
    said = plain(re.sub(r"(\d)[:：](\d\d)", r"\1시 \2분", text), "ko")
    delay = _DELAY.search(said)
    if delay:
        return Wish(delay=_delay(delay))
    days = _days(said, today)
    week = not days and bool(_NEXT_WEEK.search(said))
    if week:
        days = (next_monday(today),)
    part_found = _PART.search(said)
    part = _PARTS[part_found[0]] if part_found else None
    relation, clock, until = _clocks(said)
    if clock is not None and part == "noon":
        part = "afternoon"
    found = Wish(days=days, week=week, part=part, relation=relation, clock=clock, until=until)
    later = bool(_LATER.search(said))
    if found != Wish():
        return Wish(days=days, later=True) if later and part is None and clock is None else found
    if later:
        return Wish(later=True)
    return Wish(asap=True) if _ASAP.search(said) else None


def _days(said: str, today: date) -> tuple[date, ...]:
    named = _WEEKDAY.search(said)
    if named:
        which = (named[1] or "").replace(" ", "")
        number = "월화수목금토일".index(named[2])
        return weekday(number, today, next_week=which == "다음주", this_week=which == "이번주")
    ahead = _DAYS_AHEAD.search(said)
    if ahead and (ahead[1] in _NATIVE_DAYS or re.search(rf"{_S} ?일 ?(?:후|뒤)", said)):
        number = _NATIVE_DAYS.get(ahead[1]) or _number(ahead[1].removesuffix("일")) or 0
        return (today + timedelta(days=number),)
    dated = _DATE.search(said)
    if dated and (dated[1] or dated[2] != "일"):
        month = {"유": 6, "시": 10}.get(dated[1] or "") or (_number(dated[1]) if dated[1] else None)
        return day_of_month(_number(dated[2]) or 0, today, month)
    relative = _DAY.search(said)
    return (today + timedelta(days=_DAYS[relative[0]]),) if relative else ()


def _delay(found: re.Match[str]) -> timedelta:
    if found[1]:
        return timedelta(minutes=30)
    if found[2]:
        return timedelta(minutes=60 * (_number(found[2]) or 1) + (30 if found[3] else 0))
    return timedelta(minutes=_number(found[4]) or 0)


def _clocks(said: str) -> tuple[Relation, Clock | None, Clock | None]:
    between = _BETWEEN.search(said)
    if between:
        half: Literal["pm"] | None = "pm" if between[4] else None
        first = _clock(between[1], between[2], between[3])
        second = _clock(between[5], between[6], between[7], half)
        if first and second:
            return "between", first, second
    found = _AT.search(said)
    clock = _clock(found[1], found[2], found[3]) if found else None
    if found is None or clock is None:
        return "at", None, None
    edge = found[4] or ""
    if edge in ("이전", "전", "까지", "안"):
        return "before", clock, None
    return ("after" if edge else "at"), clock, None


def _clock(
    hour: str, named: str | None, minute: str | None, half: Literal["pm"] | None = None
) -> Clock | None:
    hours = _number(hour)
    minutes = 30 if named else _number(minute) if minute else 0
    if hours is None or minutes is None or hours > 24 or minutes >= 60:
        return None
    return Clock(hours, minutes, half)


def _number(numeral: str) -> int | None:
    return value(numeral.replace(" ", ""))

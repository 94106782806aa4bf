"""When to call, in Chinese: 明天上午九点, 半个小时后, 周五下午三点以后, 尽快."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Literal

from asr.slots.numerals_zh import value
from asr.slots.wish import Clock, DayPart, Relation, Wish, day_of_month, next_monday, weekday
from asr.text import plain

_N = "[0-9零〇一二两三四五六七八九十]+"
_ASAP = re.compile(
    r"现在|马上|立刻|立即|尽快|尽早|赶紧|越快越好|越早越好|随时|都可以|都行|什么时候都|任何时(?:间|候)|无所谓|随便|最快"
)
_LATER = re.compile(r"(?:过|待|等|一)会儿?|晚点|晚一点|晚些|稍后|回头")
_DAYS = {
    "大后天": 3,
    "后天": 2,
    "明天": 1,
    "明儿": 1,
    "明日": 1,
    "明": 1,
    "今天": 0,
    "今日": 0,
    "今儿": 0,
    "今": 0,
}
_DAY = re.compile(r"大后天|后天|明天|明儿|明日|明(?=早|晚|上午|下午)|今天|今日|今儿|今(?=早|晚|上午|下午)")
_WEEKDAY = re.compile(r"(下+个?|这个?|本)?(?:周|星期|礼拜)([一二三四五六日天末1-6])")
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "末": 5}
_NEXT_WEEK = re.compile(r"下个?(?:周|星期|礼拜)")
_DATE = re.compile(rf"(?:({_N})月)?({_N})[号日](?!楼|线|机|门|分机)")
_DAYS_AHEAD = re.compile(rf"({_N})天(?:以后|之后|后)")
_PARTS: dict[str, DayPart] = {
    "清早": "early", "早晨": "early", "一早": "early", "大早": "early", "早上": "morning", "上午": "morning",
    "早": "morning", "中午": "noon", "午饭": "noon", "正午": "noon", "下午": "afternoon", "午后": "afternoon",
    "下班前": "late_afternoon", "傍晚": "evening", "晚上": "evening", "晚": "evening", "夜里": "night",
    "半夜": "night",
}  # fmt: skip
_PART = re.compile("|".join(name for name in _PARTS if len(name) > 1) + "|早(?!点|一点|些)|晚(?!点|一点|些)")
_MINUTES = {"半": 30, "一刻": 15, "三刻": 45}
_TIME = rf"({_N})(?:点钟?|时|:)(?:(半|一刻|三刻)|整|({_N})分?)?"
_BETWEEN = re.compile(rf"{_TIME}(?:到|至|和|跟|-)(下午|中午|晚上)?{_TIME}")
_AT = re.compile(rf"{_TIME}(以后|之后|过后|后|以前|之前|前)?")
_DELAY = re.compile(
    rf"(?:过|再过|等)?(?:(半)个?(?:小时|钟头)|({_N})个?半(?:小时|钟头)|({_N})个?(?:小时|钟头)(半)?|({_N})分钟|一刻钟)"
    r"(以后|之后|后|以内|之内|内)?"
)


def wish(text: str, today: date) -> Wish | None:
    """What is said of when to call; None when nothing is."""
    said = plain(re.sub(r"(\d)[:：](\d\d)", r"\1点\2分", text), "zh").replace(" ", "")
    delay = _delay(said)
    if delay is not None:
        return Wish(delay=delay)
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
    dated = _DATE.search(said)
    if dated:
        return day_of_month(value(dated[2]), today, value(dated[1]) if dated[1] else None)
    named = _WEEKDAY.search(said)
    if named:
        number = _WEEKDAYS.get(named[2], int(named[2]) - 1 if named[2].isdigit() else 0)
        which = named[1] or ""
        return weekday(number, today, next_week=which.startswith("下"), this_week=which[:1] in ("这", "本"))
    ahead = _DAYS_AHEAD.search(said)
    if ahead:
        return (today + timedelta(days=value(ahead[1])),)
    relative = _DAY.search(said)
    return (today + timedelta(days=_DAYS[relative[0]]),) if relative else ()


def _delay(said: str) -> timedelta | None:
    found = _DELAY.search(said)
    if found is None or not (found[6] or found[0][0] in "过再等"):
        return None
    if found[1]:
        return timedelta(minutes=30)
    if found[2]:
        return timedelta(minutes=60 * value(found[2]) + 30)
    if found[3]:
        return timedelta(minutes=60 * value(found[3]) + (30 if found[4] else 0))
    return timedelta(minutes=value(found[5]) if found[5] else 15)


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
    return ("after" if edge.endswith("后") else "before" if edge.endswith("前") else "at"), clock, None


def _clock(
    hour: str, named: str | None, minute: str | None, half: Literal["pm"] | None = None
) -> Clock | None:
    hours = value(hour)
    minutes = _MINUTES[named] if named else value(minute) if minute else 0
    return Clock(hours, minutes, half) if hours <= 24 and minutes < 60 else None

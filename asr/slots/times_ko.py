"""When to call, in Korean: 내일 오전 아홉 시, 한 시간 뒤, 금요일 오후 세 시 이후, 지금 바로."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

from asr.patterns import Pattern
from asr.slots.numerals_ko import value
from asr.slots.wish import (
    AHEAD,
    Clock,
    DayEdge,
    DayPart,
    JoiningWords,
    Mention,
    Relation,
    Taken,
    Wish,
    composed,
    day_of_month,
    day_range,
    weekday,
    weekend,
    with_edge,
    working_days,
)
from asr.text import plain

_JOINING = JoiningWords(
    denied_before=Pattern(r"(?!)"),
    excepting=Pattern(r"(?!)"),
    denied_behind=Pattern(
        r"^만 ?아니면|"
        r"^(?:은|는|이|가|도|만|에|에는|엔|에도|으로|로|을|를|들|날)* ?(?:제가 |저는 |전화 ?|통화 ?"
        r"|연락 ?|좀 |다 |모두 |둘 ?다 |시간이 |시간은 )*(?:"
        r"말고|빼고|빼놓고|빼|제외|외에|이외|밖에|안 ?(?:돼|되|됩|받|계|있|좋)|못|힘들|어렵|어려|바빠"
        r"|바쁘|바쁩|불가|곤란|아닌|아니고|아니라(?!면)|싫"
        r"|없어|없습|없고|없는|쉬|휴무|휴가|회의|출장|부재|피해|하지 ?마|하지 ?말|마세요)"
    ),
    listed=Pattern(
        r" ?(?:이나|나|하고|이랑|랑|과|와|에나) ?| ?(?:이나|나|에)? ?(?:또는|혹은|아니면|및|그리고) ?"
    ),
    taken_back=Pattern(
        r" ?(?:아니(?:요|다|야|고요)?|아 ?니에요|아닙니다|잠깐만?요?|죄송\S*|정정\S*|잘못 ?말\S*"
        r"|아차)(?: (?:그게|아니|저기|아))* ?"
    ),
    at_once=Pattern(
        r"지금|당장|바로|빨리|빠를수록|가능한 ?한|아무 ?때나|언제든|언제나|언제라도|상관 ?없|곧|최대한"
        r"|가장 ?빠른|다 ?(?:돼|괜찮|좋)"
        r"|나머지|다른 ?(?:날|때|시간)"
    ),
    later=Pattern(r"이따가?|나중에|잠시 ?(?:후|뒤)|조금 ?(?:있다가|후|뒤|이따)|좀 ?(?:있다가|이따)|다음에"),
    not_at_once=Pattern(
        r"지금(?:은|당장은|은 ?좀)? ?(?:좀 )?(?:안|못|바빠|바쁘|힘들|말고|곤란|어려|통화가? ?(?:안"
        r"|어려|힘들))"
    ),
    doubtful=Pattern(
        r"시(?: ?반)?에? ?(?:퇴근(?!시간)|출근|끝나|시작)|그 ?(?:후|전|이후|이전)에|봐서|모르겠"
        r"|(?:한두|두세|서너|네다섯|대여섯) ?시(?! ?간)"
    ),
    vague=Pattern(r"너무 ?(?:일찍|이른|늦)|좀 ?(?:늦게|일찍)"),
)
_DAYS = {
    "오늘": 0,
    "당일": 0,
    "내일": 1,
    "낼": 1,
    "익일": 1,
    "모레": 2,
    "내일모레": 2,
    "낼모레": 2,
    "글피": 3,
    "그글피": 4,
}
_EDGE_BEHIND = r"(?: ?(?P<edge>이후|부터|지나서|넘어서|이전|전|까지))?(?!화)"
_DAY = Pattern(rf"(?P<name>(?:내일|낼) ?모레|오늘|당일|내일|낼|익일|모레|그글피|글피){_EDGE_BEHIND}")
_EDGES: dict[str, DayEdge] = {
    "이후": "from", "부터": "from", "지나서": "after", "넘어서": "after", "이전": "before", "전": "before",
    "까지": "until",
}  # fmt: skip
_WEEKDAY = Pattern(
    rf"(?P<which>다다음 ?주|다음 ?주|이번 ?주|돌아오는|오는)? ?(?P<name>[월화수목금토일])요일{_EDGE_BEHIND}"
)
_RANGE = Pattern(
    r"(?P<which>다음 ?주|이번 ?주)? ?(?P<first>[월화수목금토일])요일 ?(?:부터|에서|~)"
    r" ?(?P<last>[월화수목금토일])요일(?: ?까지)?"
)
_NEXT_WEEK = Pattern(r"(?P<which>다다음|다음) ?주(?!말)(?P<part> ?초| ?말| ?중반| ?중)?")
_THIS_WEEK = Pattern(r"이번 ?주(?!말)(?: ?(?:중|안|내))?")
_WEEKEND = Pattern(r"(?P<which>다음 ?주 ?|다음 ?|이번 ?주? ?)?주말")
_WORKING_DAYS = Pattern(r"평일|주중|근무 ?시간|업무 ?시간|영업일")
_S = "[0-9일이삼사오육칠팔구십]+"
_DATE = Pattern(rf"(?:({_S}|유|시) ?월 ?)?({_S}) ?일(?!곱|요|반)(?=$| |에|날|오|아|저|로)")
_DAYS_AHEAD = Pattern(
    rf"(?P<count>{_S}|하루|이틀|사흘|나흘|열흘|일주일|며칠|한|두|세) ?(?P<unit>일|주일?|주)?"
    rf" ?(?P<end>후|뒤|있다가|이따가?|안|이내)"
)
_NATIVE_DAYS = {"하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "열흘": 10, "일주일": 7, "며칠": 3}
_PARTS: dict[str, DayPart] = {
    "새벽": "early", "이른 아침": "early", "아침": "morning", "오전": "morning", "점심": "noon",
    "정오": "noon", "낮": "noon", "오후": "afternoon", "퇴근 전": "late_afternoon", "퇴근전": (
        "late_afternoon"
    ),
    "저녁": "evening", "밤": "night",
}  # fmt: skip
_PART = Pattern(
    rf"(?P<name>{'|'.join(sorted(_PARTS, key=len, reverse=True))})(?: ?(?:시간)?)(?: ?(?P<edge>이후"
    rf"|부터|지나서|후|먹고(?: ?나서)?|먹은 ?(?:후|뒤)에?|이전|전|까지))?(?!화)"
)
_AFTER_WORK = Pattern(r"퇴근 ?(?:후|하고|이후|한 ?뒤)에?")
_H = r"(?:열 ?한|열 ?두|열|한|두|세|네|다섯|여섯|일곱|여덟|아홉|[0-9][0-9]?|이?십[일이삼사오육칠팔구]?)"
_TIME = rf"(?P<{{0}}hour>{_H}) ?시(?! ?간) ?(?:(?P<{{0}}half>반)|(?P<{{0}}minute>{_S}) ?분)?"
_BETWEEN = Pattern(
    rf"{_TIME.format('a')} ?(?:에서|부터|와|하고|이랑|랑|~) ?(?P<part>오후|저녁|오전|낮)?"
    rf" ?{_TIME.format('b')} ?(?:사이|까지)?"
)
_AT = Pattern(
    rf"{_TIME.format('a')} ?(?:쯤|정도|경)? ?(?P<edge>이후|넘어서?|지나서?|부터|후|이전|전(?!화)|까지|안에)?"
)
_DELAY = Pattern(
    rf"(?:(반) ?시간|({_H}) ?시간(?: ?(반))?|({_S}) ?분) ?(?:정도 ?|쯤 ?)?"
    r"(?:후|뒤|있다가|이따|이내|안에|지나서)"
)


_MINUTES_TO = 20
_LATE_WORDS = ("먹", "이후", "넘어", "지나", "부터", "후")


def wish(text: str, today: date) -> Wish | None:
    """What is said of when to call; None when nothing is."""
    said = re.sub(r"(\d)[:：](\d\d)", r"\1시 \2분", text)
    said = plain(re.sub(rf"(?<=[시분반0-9])\s*[-~～–—]+\s*(?=(?:오후 ?|오전 ?)?{_H})", "에서 ", said), "ko")
    taken = Taken(said)
    for found in taken.find(_DELAY):
        taken.keep(found)
        return Wish(delay=_delay(found), within=found[0].endswith(("이내", "안에")))
    mentions = [*_days(taken, today), *_clocks(taken), *_parts(taken)]
    return composed(said, [_noon_is_afternoon(said, one, mentions) for one in mentions], _JOINING)


def _noon_is_afternoon(said: str, mention: Mention, all_of_them: Sequence[Mention]) -> Mention:
    """점심 한 시 is one in the afternoon, 점심 열한 시 still in the morning."""
    behind = next(
        (
            one.clock
            for one in all_of_them
            if one.clock and one.start >= mention.end and not said[mention.end : one.start].strip("에 ")
        ),
        None,
    )
    if mention.part != "noon" or behind is None:
        return mention
    return replace(mention, part="morning" if behind.hour in (10, 11) else "afternoon")


def _days(taken: Taken, today: date) -> Iterator[Mention]:
    for found in taken.find(_RANGE):
        first = weekday(_weekday(found["first"]), today, next_week=(found["which"] or "").startswith("다음"))[
            0
        ]
        last = first + timedelta(days=(_weekday(found["last"]) - first.weekday()) % 7)
        start, end = taken.keep(found)
        yield Mention(start=start, end=end, days=day_range(first, last))
    for found in taken.find(_WEEKDAY):
        which = (found["which"] or "").replace(" ", "")
        named = weekday(
            _weekday(found["name"]),
            today,
            next_week=which.endswith("다음주"),
            this_week=which == "이번주",
            weeks=2 if which == "다다음주" else 1,
        )
        edge = _EDGES.get(found["edge"] or "", "on")
        start, end = taken.keep(found)
        yield Mention(
            start=start, end=end, days=with_edge(named, edge, today), every=not which and edge == "on"
        )
    for found in taken.find(_DAYS_AHEAD):
        ahead = _days_ahead(found, today)
        if ahead is not None:
            start, end = taken.keep(found)
            yield replace(ahead, start=start, end=end)
    for found in taken.find(_DATE):
        if not found[1] and found[2] == "일":
            continue
        month = {"유": 6, "시": 10}.get(found[1] or "") or (_number(found[1]) if found[1] else None)
        if re.search(r"다음 ?달 ?$", taken.text[: found.start()]):
            month = today.month % 12 + 1
        dated = day_of_month(_number(found[2]) or 0, today, month)
        start, end = taken.keep(found)
        if dated:
            yield Mention(start=start, end=end, days=dated)
    for found in taken.find(_WEEKEND):
        start, end = taken.keep(found)
        yield Mention(
            start=start, end=end, days=weekend(today, next_week=(found["which"] or "").startswith("다음"))
        )
    monday = today - timedelta(days=today.weekday())
    for found in taken.find(_NEXT_WEEK):
        start, end = taken.keep(found)
        monday_then = monday + timedelta(days=14 if found["which"] == "다다음" else 7)
        offsets = {"초": (0, 1), "말": (3, 4), "중반": (2, 3)}.get((found["part"] or "").strip())
        if offsets is None:
            yield Mention(start=start, end=end, days=(monday_then,), week=True)
        else:
            days = tuple(monday_then + timedelta(days=offset) for offset in offsets)
            yield Mention(start=start, end=end, days=days, unsure=True)
    for found in taken.find(_THIS_WEEK):
        start, end = taken.keep(found)
        yield Mention(start=start, end=end, days=day_range(today, monday + timedelta(days=6)), unsure=True)
    for found in taken.find(_WORKING_DAYS):
        start, end = taken.keep(found)
        yield Mention(start=start, end=end, days=working_days(today))
    for found in taken.find(_DAY):
        start, end = taken.keep(found)
        day = today + timedelta(days=_DAYS[found["name"].replace(" ", "")])
        edge = _EDGES.get(found["edge"] or "", "on")
        yield Mention(
            start=start,
            end=end,
            days=with_edge((day,), edge, today),
            unsure=edge in ("before", "until") and day > today,
            relative=True,
        )


def _days_ahead(found: re.Match[str], today: date) -> Mention | None:
    """이틀 뒤, 3일 후, 일주일 뒤; None where it is no number of days."""
    count, unit = found["count"], found["unit"] or ""
    native = _NATIVE_DAYS.get(count)
    if native is None and not unit:
        return None
    if native is None and unit == "일" and count in ("한", "두", "세"):
        return None
    number = native or _number(count) or 0
    days = number * (7 if unit.startswith("주") and native is None else 1)
    if not 0 < days <= AHEAD:
        return None
    within = found["end"] in ("안", "이내")
    wished = day_range(today, today + timedelta(days=days)) if within else (today + timedelta(days=days),)
    return Mention(start=0, end=0, days=wished, unsure=count == "며칠" or unit.startswith("주"))


def _delay(found: re.Match[str]) -> timedelta:
    if found[1]:
        return timedelta(minutes=30)
    if found[2]:
        return timedelta(minutes=60 * (_number(found[2]) or 1) + (30 if found[3] else 0))
    return timedelta(minutes=min(_number(found[4]) or 0, 10_000))


def _parts(taken: Taken) -> Iterator[Mention]:
    for found in taken.find(_AFTER_WORK):
        start, end = taken.keep(found)
        yield Mention(start=start, end=end, relation="after", clock=Clock(18))
    for found in taken.find(_PART):
        start, end = taken.keep(found)
        part, edge = _PARTS[found["name"]], found["edge"] or ""
        if edge and part in ("noon", "morning", "afternoon"):
            late = edge.startswith(_LATE_WORDS)
            hour = {"noon": 12, "morning": 12, "afternoon": 18}[part]
            if edge in ("이전", "전") or (late and edge == "부터"):
                hour = {"noon": 12, "morning": 9, "afternoon": 12}[part]
            half: Literal["pm"] | None = "pm" if hour == 12 else None
            yield Mention(
                start=start, end=end, relation="after" if late else "before", clock=Clock(hour, 0, half)
            )
        else:
            yield Mention(start=start, end=end, part=part)


def _clocks(taken: Taken) -> Iterator[Mention]:
    for found in taken.find(_BETWEEN):
        first, second = _clock(found, "a"), _clock(found, "b")
        if first is None or second is None:
            continue
        if found["part"]:
            second = replace(second, half="am" if found["part"] == "오전" else "pm")
        start, end = taken.keep(found)
        yield Mention(start=start, end=end, relation="between", clock=first, until=second)
    for found in taken.find(_AT):
        clock = _clock(found, "a")
        if clock is None:
            continue
        start, end = taken.keep(found)
        edge = found["edge"] or ""
        relation: Relation = "after" if edge.startswith(_LATE_WORDS) else "before" if edge else "at"
        if edge == "전" and found["aminute"] and clock.minute <= _MINUTES_TO:
            # 세 시 십 분 전 is ten minutes to three.
            clock, relation = Clock((clock.hour - 1) or 12, 60 - clock.minute), "at"
        yield Mention(start=start, end=end, relation=relation, clock=clock)


def _clock(found: re.Match[str], name: str) -> Clock | None:
    hours = _number(found[f"{name}hour"])
    minutes = 30 if found[f"{name}half"] else _number(found[f"{name}minute"]) if found[f"{name}minute"] else 0
    if hours is None or minutes is None or hours > 24 or minutes >= 60:
        return None
    return Clock(hours, minutes)


def _weekday(name: str) -> int:
    return "월화수목금토일".index(name)


def _number(numeral: str) -> int | None:
    return value(numeral.replace(" ", ""))

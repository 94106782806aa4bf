"""Nothing that a recogniser can write breaks the understanding of an answer; no digit is made up."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from asr.slots import numerals_en, numerals_ko, numerals_zh
from asr.slots.commands import command
from asr.slots.gather import FactKind, gather
from asr.slots.numbering_plan import Shortfall, fit
from asr.slots.understand import understand
from asr.slots.values import CallWindow, SlotContext, SlotKind
from config.business_hours import OpeningHours
from tests.support.long import examples

_WORDS = {
    "en": [
        "zero",
        "oh",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "twelve",
        "thirty",
        "ninety",
        "hundred",
        "thousand",
        "double",
        "triple",
        "no",
        "sorry",
        "wait",
        "not",
        "plus",
        "extension",
        "start",
        "again",
        "last",
        "first",
        "today",
        "tomorrow",
        "monday",
        "next",
        "week",
        "after",
        "before",
        "until",
        "between",
        "and",
        "or",
        "at",
        "in",
        "days",
        "hours",
        "half",
        "past",
        "quarter",
        "noon",
        "morning",
        "except",
        "any",
        "time",
        "my",
        "number",
        "is",
        "call",
        "me",
        "since",
        "for",
        "people",
        "name",
        "order",
        "5",
        "12",
        "2026",
        "555",
        "99999",
        "+",
        ",",
        ".",
        "?",
    ],
    "zh": [
        "零",
        "幺",
        "一",
        "二",
        "两",
        "三",
        "四",
        "五",
        "六",
        "七",
        "八",
        "九",
        "十",
        "百",
        "千",
        "万",
        "个",
        "不对",
        "不是",
        "错了",
        "应该是",
        "重新说",
        "等一下",
        "今天",
        "明天",
        "后天",
        "下周",
        "周一",
        "周末",
        "上午",
        "下午",
        "晚上",
        "点",
        "半",
        "刻",
        "吧",
        "分",
        "以后",
        "之前",
        "到",
        "和",
        "或者",
        "除了",
        "以外",
        "不行",
        "不要",
        "小时",
        "天",
        "过",
        "号",
        "月",
        "日",
        "从",
        "开始",
        "人",
        "我叫",
        "电话",
        "号码",
        "打给我",
        "最后",
        "加",
        "5",
        "12",
        "2026",
        "555",
        "99999",
        "，",
        "。",
    ],
    "ko": [
        "공",
        "영",
        "일",
        "이",
        "삼",
        "사",
        "오",
        "육",
        "칠",
        "팔",
        "구",
        "십",
        "백",
        "천",
        "만",
        "하나",
        "둘",
        "한",
        "두",
        "세",
        "열",
        "시",
        "반",
        "분",
        "아니",
        "아니요",
        "처음부터",
        "다시",
        "오늘",
        "내일",
        "모레",
        "다음",
        "주",
        "월요일",
        "주말",
        "오전",
        "오후",
        "이후",
        "전에",
        "부터",
        "까지",
        "말고",
        "빼고",
        "안",
        "돼요",
        "시간",
        "뒤",
        "일",
        "월",
        "명",
        "번호",
        "전화",
        "이름은",
        "5",
        "12",
        "2026",
        "555",
        "99999",
        ",",
        ".",
    ],
}
_NUMERALS = {"en": numerals_en, "zh": numerals_zh, "ko": numerals_ko}
_KINDS: tuple[SlotKind, ...] = get_args(SlotKind)
_FACTS: tuple[FactKind, ...] = get_args(FactKind)


@st.composite
def said(draw: st.DrawFn) -> tuple[str, str]:
    """A language and what may be said in it: its words in any order, or any text at all."""
    language = draw(st.sampled_from(("en", "zh", "ko")))
    spoken = st.lists(st.sampled_from(_WORDS[language]), max_size=14).map(
        lambda words: ("" if language == "zh" else " ").join(words)
    )
    return language, draw(spoken | st.text(max_size=40))


_NOW = st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31)).map(
    lambda now: now.replace(tzinfo=ZoneInfo("America/New_York"))
)
_CONTEXTS = st.builds(
    SlotContext,
    now=_NOW,
    country=st.sampled_from(("", "CN", "US", "DE", "KR", "XX")),
    partial=st.booleans(),
    so_far=st.none() | st.builds(Shortfall, st.from_regex(r"[0-9]{0,6}", fullmatch=True), part=st.just("12")),
    denied=st.lists(st.from_regex(r"\+?[0-9]{3,12}", fullmatch=True), max_size=2).map(tuple),
    choices=st.just({"1": ("one",), "sales": ("sales", "销售")}),
)


@given(said(), _CONTEXTS)
@settings(max_examples=examples(300))
def test_any_text_is_understood_or_not(spoken: tuple[str, str], context: SlotContext) -> None:
    language, text = spoken
    for kind in _KINDS:
        found = understand(kind, text, (), language, context)
        if found is None:
            continue
        assert 0.0 <= found.confidence <= 1.0
        if isinstance(found.value, CallWindow):
            assert context.now is not None
            assert found.value.start.timestamp() >= context.now.timestamp()
            assert found.value.end > found.value.start
            assert (
                found.value.start.timestamp() - context.now.timestamp() < timedelta(days=130).total_seconds()
            )
    for free in (True, False):
        command(text, language, free=free, number=not free)
    for fact in gather(text, language, context, _FACTS):
        assert 0 <= fact.start <= fact.end


@given(said(), st.sampled_from(("", "CN", "US", "DE", "KR")))
@settings(max_examples=examples(300))
def test_no_digit_without_its_words(spoken: tuple[str, str], country: str) -> None:
    language, text = spoken
    heard = "".join(token.text for token in _NUMERALS[language].lex(text) if token.kind == "digits")
    for kind in ("phone_number", "digits"):
        found = understand(kind, text, (), language, SlotContext(country=country, partial=True))  # type: ignore[arg-type]
        if found is not None:
            assert set(str(found.value).lstrip("+")) <= set(heard)


# --- numbers and times in any form that people give them ---------------------------------------------------

_NAMES = {
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    "zh": tuple("零一二三四五六七八九"),
    "ko": tuple("공일이삼사오육칠팔구"),
}
_REPEATS = {"en": {2: "double {}", 3: "triple {}"}, "zh": {2: "两个{}", 3: "三个{}", 4: "四个{}"}, "ko": {}}
_FILLED = {"en": ("", "um", "and then"), "zh": ("", "嗯", "然后"), "ko": ("", "음", "다시")}
_FRAMES = {
    "en": (
        "{}",
        "my number is {}",
        "It's {}, thanks.",
        "you can reach me at {} any time",
        "I'm in room 305. {}",
    ),
    "zh": ("{}", "我的号码是{}", "打{}，谢谢", "我在305房间，电话{}", "坏了三天了，{}"),
    "ko": ("{}", "제 번호는 {}", "네, {}", "저는 305호예요. {}", "사흘째 안 돼요, {}"),
}
_TAKEN_BACK = {
    "en": ("no, sorry,", "wait, no,", "sorry, I mean", "I mean"),
    "zh": ("不对，", "错了，", "说错了，应该是"),
    "ko": ("아니,", "아니요,", "잘못 말했어요,"),
}
_ANEW = {"en": "let me start over,", "zh": "我重新说，", "ko": "처음부터 다시 할게요,"}
_PATTERNS = {
    "CN": r"1[3-9][0-9]{9}",
    "US": r"[2-9][0-9]{2}[2-9][0-9]{6}",
    "GB": r"0(20[378][0-9]{7}|7[4-9][0-9]{8})",
    "DE": r"0(40[2-9][0-9]{6}|17[0-9]{8})",
    "KR": r"010[2-9][0-9]{7}",
}
_VALID = st.sampled_from(sorted(_PATTERNS)).flatmap(
    lambda country: st.tuples(
        st.just(country),
        st.from_regex(_PATTERNS[country], fullmatch=True).filter(
            lambda number: fit(number, country) == "valid"
        ),
    )
)


def _in_groups(draw: st.DrawFn, number: str) -> list[str]:
    groups, left = [], number
    while left:
        size = draw(st.integers(2, 4))
        size = len(left) if len(left) - size < 2 else size
        groups.append(left[:size])
        left = left[size:]
    return groups


def _spelt(draw: st.DrawFn, digits: str, language: str) -> str:
    """A group as figures, or digit by digit, with what repeats said as a repeat, or not."""
    if draw(st.booleans()):
        return digits
    words = []
    for row in (found[0] for found in re.finditer(r"(\d)\1*", digits)):
        repeat = _REPEATS[language].get(len(row))
        name = _NAMES[language][int(row[0])]
        words += [repeat.format(name)] if repeat and draw(st.booleans()) else [name] * len(row)
    return (" " if language == "en" else "").join(words)


def _joined(draw: st.DrawFn, pieces: list[str], language: str) -> str:
    said = pieces[0]
    for piece in pieces[1:]:
        filler = draw(st.sampled_from(_FILLED[language]))
        mark = "，" if language == "zh" else ", "
        said += (f"{mark}{filler}{mark}" if filler else mark) + piece
    return said


@st.composite
def dictated(draw: st.DrawFn) -> tuple[str, str, str, str]:
    """A language, a country, one of its numbers, and how somebody says it."""
    language = draw(st.sampled_from(("en", "zh", "ko")))
    country, number = draw(_VALID)
    groups = _in_groups(draw, number)
    return language, country, number, _joined(draw, [_spelt(draw, one, language) for one in groups], language)


@st.composite
def corrected(draw: st.DrawFn) -> tuple[str, str, str, str]:
    """As `dictated`, where one group was said wrongly first, or the beginning of the number."""
    language = draw(st.sampled_from(("en", "zh", "ko")))
    country, number = draw(_VALID)
    groups = _in_groups(draw, number)
    at = draw(st.integers(0, len(groups) - 1))
    wrong = draw(
        st.from_regex(rf"[0-9]{{{len(groups[at])}}}", fullmatch=True).filter(lambda one: one != groups[at])
    )
    pieces = [_spelt(draw, one, language) for one in groups]
    if draw(st.booleans()):
        again = f"{draw(st.sampled_from(_TAKEN_BACK[language]))} {pieces[at]}"
        pieces[at : at + 1] = [_spelt(draw, wrong, language), again]
    else:
        pieces = [*pieces[:at], _spelt(draw, wrong, language), f"{_ANEW[language]} {pieces[0]}", *pieces[1:]]
    return language, country, number, _joined(draw, pieces, language)


@given(dictated(), st.data())
@settings(max_examples=examples(600))
def test_a_number_is_understood_however_it_is_dictated(
    said: tuple[str, str, str, str], data: st.DataObject
) -> None:
    language, country, number, words = said
    words = data.draw(st.sampled_from(_FRAMES[language])).format(words)
    found = understand("phone_number", words, (), language, SlotContext(country=country, confidence=1.0))
    assert found is not None, words
    assert found.value == number, words


@given(corrected())
@settings(max_examples=examples(600))
def test_a_number_that_was_put_right_is_that_number_or_asked_again(said: tuple[str, str, str, str]) -> None:
    language, country, number, words = said
    found = understand("phone_number", words, (), language, SlotContext(country=country, confidence=1.0))
    if found is not None and found.shortfall is None:
        assert found.value == number, words


_CLOCK = {
    "en": lambda hour, half: [
        f"at {hour % 12 or 12}{':30' if half else ''} {'a' if hour < 12 else 'p'}.m.",
        f"at {'half past ' if half else ''}{_HOURS[hour % 12 or 12]}"
        f" in the {'morning' if hour < 12 else 'afternoon'}",
        f"{hour % 12 or 12}{':30' if half else ' o’clock'} {'AM' if hour < 12 else 'PM'}",
    ],
    "zh": lambda hour, half: [
        f"{'上午' if hour < 12 else '下午'}{_ZH_HOURS[hour % 12 or 12]}点{'半' if half else ''}",
        f"{'上午' if hour < 12 else '下午'}{hour % 12 or 12}点{'半' if half else '钟'}",
        f"{hour}:{'30' if half else '00'}",
    ],
    "ko": lambda hour, half: [
        f"{'오전' if hour < 12 else '오후'} {_KO_HOURS[hour % 12 or 12]} 시{' 반' if half else ''}",
        f"{'오전' if hour < 12 else '오후'} {hour % 12 or 12}시{' 30분' if half else ''}에",
        f"{hour}시{' 반' if half else ''}",
    ],
}
_HOURS = (
    "",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
_ZH_HOURS = ("", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_KO_HOURS = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열", "열한", "열두")
_WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
    "zh": ("周一", "星期二", "礼拜三", "周四", "星期五"),
    "ko": ("월요일", "화요일", "수요일", "목요일", "금요일"),
}
_TIME_FRAMES = {
    "en": (
        "{day} {clock}",
        "{clock} {day}, please",
        "not {other}, {day} {clock}",
        "{other}, no, sorry, {day} {clock}",
    ),
    "zh": (
        "{day}{clock}",
        "{day}，{clock}吧，谢谢",
        "{other}不行，{day}{clock}",
        "{other}，不对，{day}{clock}",
    ),
    "ko": (
        "{day} {clock}",
        "{day} {clock}요",
        "{other} 말고 {day} {clock}",
        "{other}은 안 되고 {day} {clock}",
    ),
}
_OFFICE = OpeningHours((*(((time(8), time(19)),),) * 5, (), ()))


def _day_names(day: date, today: date, language: str) -> list[str]:
    """What a day is called on another one; not what can mean two days."""
    ahead = (day - today).days
    monday = today - timedelta(days=today.weekday())
    names = {
        "en": {1: "tomorrow", 2: "the day after tomorrow"},
        "zh": {1: "明天", 2: "后天", 3: "大后天"},
        "ko": {1: "내일", 2: "모레"},
    }[language]
    found = [names[ahead]] if ahead in names else []
    found += {
        "en": [f"on the {day.day}th"] if 4 <= day.day <= 20 else [],
        "zh": [f"{day.month}月{day.day}号"],
        "ko": [f"{day.month}월 {day.day}일"],
    }[language]
    name = _WEEKDAYS[language][day.weekday()]
    if 0 < ahead < 7:
        found.append(name)
    if monday + timedelta(days=7) <= day < monday + timedelta(days=14):
        found.append({"en": f"{name} next week", "zh": f"下{name}", "ko": f"다음 주 {name}"}[language])
    return found


@st.composite
def appointed(draw: st.DrawFn) -> tuple[str, str, datetime, datetime]:
    """A language, a day and an hour as somebody says them, when they say it, and what they mean."""
    language = draw(st.sampled_from(("en", "zh", "ko")))
    now = draw(_NOW).replace(tzinfo=ZoneInfo("Europe/Berlin"))
    now = now.replace(hour=draw(st.integers(6, 23)))
    working = [day for ahead in range(1, 14) if (day := now.date() + timedelta(days=ahead)).weekday() < 5]
    day, other = draw(st.permutations(working))[:2]
    assume(day.weekday() != other.weekday())  # "not Monday" is no Monday
    hour, half = draw(st.integers(8, 17)), draw(st.booleans())
    name = draw(st.sampled_from(_day_names(day, now.date(), language) or [""]))
    denied = draw(st.sampled_from(_day_names(other, now.date(), language) or [""]))
    assume(name and denied)
    clock = draw(st.sampled_from(_CLOCK[language](hour, half)))
    words = draw(st.sampled_from(_TIME_FRAMES[language])).format(day=name, other=denied, clock=clock)
    return language, words, now, datetime.combine(day, time(hour, 30 * half), now.tzinfo)


@given(appointed())
@settings(max_examples=examples(600))
def test_a_day_and_an_hour_are_those_or_asked_again(said: tuple[str, str, datetime, datetime]) -> None:
    language, words, now, meant = said
    context = SlotContext(now=now, hours=_OFFICE, confidence=1.0)
    found = understand("callback_time", words, (), language, context)
    assert found is not None, words
    assert isinstance(found.value, CallWindow)
    assert found.value.start == meant or found.confidence <= 0.5, (words, now, found.value)

"""Nothing that a recogniser can write breaks the understanding of an answer; no digit is made up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from asr.slots import numerals_en, numerals_ko, numerals_zh
from asr.slots.commands import command
from asr.slots.gather import FactKind, gather
from asr.slots.numbering_plan import Shortfall
from asr.slots.understand import understand
from asr.slots.values import CallWindow, SlotContext, SlotKind
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

"""Times with a denial in them, and such without one, in three languages, on a Monday morning.

Every frame is filled with every pair of days, so that no rule can know the sentence.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest

from asr.slots.understand import understand
from asr.slots.values import CallWindow, SlotContext
from config.business_hours import OpeningHours

MONDAY = date(2026, 11, 30)
NOW = datetime(2026, 11, 30, 10, 20, tzinfo=ZoneInfo("Europe/Berlin"))
_DAY = ((time(9), time(18)),)
HOURS = OpeningHours((_DAY, _DAY, _DAY, _DAY, _DAY, (), ()))

DAYS = {
    "en": {"today": 0, "tomorrow": 1, "Wednesday": 2, "Thursday": 3, "the day after tomorrow": 2},
    "zh": {"今天": 0, "明天": 1, "后天": 2, "大后天": 3, "周三": 2, "星期四": 3},
    "ko": {"오늘": 0, "내일": 1, "모레": 2, "글피": 3, "수요일": 2, "목요일": 3},
}
ONE_FOR_THE_OTHER = {
    "en": """
Not {bad}, {good}.
not {bad} but {good}
{bad} doesn't work, {good} does
I can't {bad}, {good} is fine
{good}, not {bad}
instead of {bad}, {good}
{bad} is bad, call me {good}
I'm busy {bad}, try {good}
{bad} is not possible, {good} please
{bad}, no, sorry, {good}
{bad} I can't, {good} I can
not {bad} please, better {good}
don't call me {bad}, call {good}
{bad} won't work but {good} will
I have no time {bad}, {good} would be good
I'm not here {bad}, only {good}
""",
    "zh": """
{bad}不行{good}
{bad}不行，{good}可以
不要{bad}，{good}吧
不是{bad}，是{good}
{bad}没空，{good}吧
{bad}我有事，{good}打给我
{bad}不方便，改{good}
别{bad}打，{good}打
{bad}，不对，{good}
{bad}要开会，{good}行
{good}吧，{bad}不行
{bad}我不在，{good}在
{bad}沒時間，{good}可以
""",
    "ko": """
{bad} 말고 {good}
{bad}은 안 돼요 {good}이요
{bad}은 힘들고 {good}에 전화해 주세요
{bad}은 바빠서 {good}이 좋아요
{bad} 아니고 {good}이요
{bad}, 아니, {good}이요
{bad}은 못 받아요. {good}에 부탁드려요
{bad}은 회의가 있어요. {good}으로 해 주세요
{good}이요, {bad}은 안 됩니다
{bad}는 어려울 것 같고 {good}은 괜찮아요
""",
}
ANY_BUT = {
    "en": """
Anytime except {bad}.
any day but {bad}
any time apart from {bad}
not {bad}
{bad} doesn't work
{bad} is impossible
I can't do {bad}
everything but {bad} works
whenever you like, just not {bad}
I'm away {bad}
not {bad}, otherwise any time
""",
    "zh": """
除了{bad}都行
除{bad}以外都可以
{bad}以外随时
{bad}不行
不要{bad}
{bad}没空
{bad}除外
{bad}不行，别的时间都可以
随时都可以，除了{bad}
""",
    "ko": """
{bad} 빼고 아무 때나
{bad} 제외하고 언제든지
{bad}만 아니면 돼요
{bad}은 안 돼요
{bad} 말고 다른 날이요
{bad}은 곤란해요
""",
}
AS_SAID = {
    "en": """
{good}
{good} please
on {good}
{good} is fine
why not {good}
{good} is no problem
I don't mind {good}
only {good}
{good} would be good
not a problem, {good}
can you call me {good}
""",
    "zh": """
{good}
{good}吧
{good}可以
就{good}
{good}没问题
{good}不错
{good}都行
能不能{good}打给我
{good}好不好
要不{good}
""",
    "ko": """
{good}
{good}이요
{good} 괜찮아요
{good}에 전화해 주세요
{good}은 문제없어요
{good}이 좋겠어요
{good} 어때요
""",
}


def _frames(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(language, frame) for language, lines in table.items() for frame in lines.strip().split("\n")]


def _window(said: str, language: str) -> CallWindow | None:
    found = understand("callback_time", said, (), language, SlotContext(now=NOW, hours=HOURS))
    return found.value if found is not None and isinstance(found.value, CallWindow) else None


@pytest.mark.parametrize(("language", "frame"), _frames(ONE_FOR_THE_OTHER))
def test_one_day_is_denied_and_another_wished(language: str, frame: str) -> None:
    assert len(DAYS[language]) > 1
    for (bad, denied), (good, wished) in permutations(DAYS[language].items(), 2):
        if denied == wished:
            continue
        said = frame.format(bad=bad, good=good)
        window = _window(said, language)
        assert window is not None, said
        assert window.start.date() == MONDAY + timedelta(days=wished), said


@pytest.mark.parametrize(("language", "frame"), _frames(ANY_BUT))
def test_any_day_but_one(language: str, frame: str) -> None:
    assert DAYS[language]
    for bad, denied in DAYS[language].items():
        said = frame.format(bad=bad)
        window = _window(said, language)
        assert window is not None, said
        assert window.start.date() == MONDAY + timedelta(days=denied == 0), said
        assert not window.as_soon_as_possible


@pytest.mark.parametrize(("language", "frame"), _frames(AS_SAID))
def test_a_day_that_is_wished_is_not_taken_for_a_denied_one(language: str, frame: str) -> None:
    assert DAYS[language]
    for good, wished in DAYS[language].items():
        said = frame.format(good=good)
        window = _window(said, language)
        assert window is not None, said
        assert window.start.date() == MONDAY + timedelta(days=wished), said

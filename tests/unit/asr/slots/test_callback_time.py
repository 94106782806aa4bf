"""When to call back, said in three languages, on a Wednesday morning at twenty past ten."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from asr.slots.understand import understand
from asr.slots.values import CallWindow, SlotContext
from config.business_hours import ClosedDays, OpeningHours

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 11, 10, 20, tzinfo=BERLIN)
_DAY = ((time(9), time(18)),)
HOURS = OpeningHours(
    (_DAY, _DAY, _DAY, _DAY, _DAY, (), ()), closed=(ClosedDays(date(2026, 3, 20), date(2026, 3, 20)),)
)

# What is said, and the window it gives: "day hh:mm-hh:mm", "moved" where nobody calls at the wished time.
EN = """
now | 11 10:20-12:20 asap
as soon as possible | 11 10:20-12:20 asap
Right away, please. | 11 10:20-12:20 asap
any time | 11 10:20-12:20 asap
it doesn't matter | 11 10:20-12:20 asap
in an hour | 11 11:20-11:50
in half an hour | 11 10:50-11:20
in ten minutes | 11 10:30-11:00
in an hour and a half | 11 11:50-12:20
two hours from now | 11 12:20-12:50
in a couple of hours | 11 12:20-12:50
this afternoon | 11 12:00-18:00
later today | 11 11:20-18:00
end of the day | 11 16:00-18:00
before noon | 11 10:20-12:00
after three | 11 15:00-18:00
at three | 11 15:00-15:30
at 3 p.m. | 11 15:00-15:30
Three o'clock. | 11 15:00-15:30
at four thirty | 11 16:30-17:00
half past two | 11 14:30-15:00
quarter to five | 11 16:45-17:15
between two and four | 11 14:00-16:00
one | 11 13:00-13:30
nine | 12 09:00-09:30
nine please | 12 09:00-09:30
the blue one over there | -
tomorrow | 12 09:00-18:00
Tomorrow at nine. | 12 09:00-09:30
tomorrow at 9:30 a.m. | 12 09:30-10:00
tomorrow nine oh five | 12 09:05-09:35
tomorrow morning | 12 09:00-12:00
first thing tomorrow | 12 09:00-10:00
tomorrow afternoon at three | 12 15:00-15:30
tomorrow from nine to twelve | 12 09:00-12:00
tomorrow before 11 | 12 09:00-11:00
tomorrow around noon | 12 12:00-14:00
anytime tomorrow | 12 09:00-18:00
um tomorrow maybe at ten | 12 10:00-10:30
the day after tomorrow at noon | 13 12:00-14:00
friday afternoon | 13 12:00-18:00
this friday at half past nine | 13 09:30-10:00
monday | 16 09:00-18:00
next monday at ten | 16 10:00-10:30
wednesday afternoon | 11 12:00-18:00
wednesday at nine | 18 09:00-09:30
the 16th at two | 16 14:00-14:30
march 17th | 17 09:00-18:00
on the seventeenth of march | 17 09:00-18:00
saturday | 16 09:00-18:00 moved
tonight | 12 09:00-12:00 moved
at seven pm | 12 09:00-09:30 moved
today at nine | -
this number | -
my printer is broken | -
the printer on the second floor | -
call me at five five five | -
march fifth | -
"""
ZH = """
现在 | 11 10:20-12:20 asap
尽快 | 11 10:20-12:20 asap
随时都可以 | 11 10:20-12:20 asap
一个小时后 | 11 11:20-11:50
半小时后 | 11 10:50-11:20
十分钟以后 | 11 10:30-11:00
一个半小时后 | 11 11:50-12:20
过半个小时 | 11 10:50-11:20
今天下午 | 11 12:00-18:00
下午 | 11 12:00-18:00
过一会儿 | 11 11:20-18:00
三点 | 11 15:00-15:30
下午四点一刻 | 11 16:15-16:45
15:30 | 11 15:30-16:00
中午十二点 | 11 12:00-12:30
两点到四点之间 | 11 14:00-16:00
明天 | 12 09:00-18:00
明天上午九点 | 12 09:00-09:30
明天 上午 九 点 | 12 09:00-09:30
明天上午9点。 | 12 09:00-09:30
明早九点 | 12 09:00-09:30
明天上午 | 12 09:00-12:00
明天下午三点半 | 12 15:30-16:00
明天九点到十一点 | 12 09:00-11:00
后天中午 | 13 12:00-14:00
周五下午三点以后 | 13 15:00-18:00
星期五上午 | 13 09:00-12:00
下周一上午 | 16 09:00-12:00
17号下午两点 | 17 14:00-14:30
三月十七号 | 17 09:00-18:00
周六 | 16 09:00-18:00 moved
晚上 | 12 09:00-12:00 moved
今天上午九点 | -
我的电脑坏了 | -
"""
KO = """
지금 | 11 10:20-12:20 asap
최대한 빨리요 | 11 10:20-12:20 asap
아무 때나 | 11 10:20-12:20 asap
한 시간 뒤 | 11 11:20-11:50
삼십 분 후에 | 11 10:50-11:20
두 시간 있다가 | 11 12:20-12:50
오늘 오후 | 11 12:00-18:00
이따가 | 11 11:20-18:00
세 시 | 11 15:00-15:30
오후 네 시 십오 분 | 11 16:15-16:45
두 시에서 네 시 사이 | 11 14:00-16:00
열두 시 전에 | 11 10:20-12:00
내일 | 12 09:00-18:00
내일 오전 | 12 09:00-12:00
내일 오전 아홉 시 | 12 09:00-09:30
내일 아홉시요. | 12 09:00-09:30
내일 9시 | 12 09:00-09:30
내일 오후 세 시 반 | 12 15:30-16:00
모레 | 13 09:00-18:00
금요일 오후 | 13 12:00-18:00
금요일 세 시 이후 | 13 15:00-18:00
다음 주 월요일 오전 열 시 | 16 10:00-10:30
17일 오후 두 시 | 17 14:00-14:30
삼월 십칠일 | 17 09:00-18:00
토요일 | 16 09:00-18:00 moved
저녁 | 12 09:00-12:00 moved
오늘 아홉 시 | -
노트북이 고장났어요 | -
"""


def _cases(table: str) -> list[tuple[str, str]]:
    return [(said, window) for said, window in (line.split(" | ") for line in table.strip().split("\n"))]


def _window(
    said: str, language: str, now: datetime = NOW, hours: OpeningHours | None = HOURS
) -> CallWindow | None:
    found = understand("callback_time", said, (), language, SlotContext(now=now, hours=hours))
    assert found is None or isinstance(found.value, CallWindow)
    return None if found is None else found.value  # type: ignore[return-value]


def _shown(window: CallWindow | None) -> str:
    if window is None:
        return "-"
    marks = " asap" * window.as_soon_as_possible + " moved" * window.moved
    assert window.start.date() == window.end.date()
    return f"{window.start:%d %H:%M}-{window.end:%H:%M}{marks}"


@pytest.mark.parametrize(("said", "window"), _cases(EN))
def test_english(said: str, window: str) -> None:
    assert _shown(_window(said, "en")) == window


@pytest.mark.parametrize(("said", "window"), _cases(ZH))
def test_chinese(said: str, window: str) -> None:
    assert _shown(_window(said, "zh")) == window


@pytest.mark.parametrize(("said", "window"), _cases(KO))
def test_korean(said: str, window: str) -> None:
    assert _shown(_window(said, "ko")) == window


@pytest.mark.parametrize(
    ("said", "window"),
    [
        ("now", "11 10:20-12:20 asap"), ("at six", "11 18:00-18:30"), ("at three", "11 15:00-15:30"),
        ("tonight at eight", "11 20:00-20:30"), ("this evening", "11 18:00-21:00"),
        ("nine", "11 21:00-21:30"),
        ("tomorrow at nine", "12 09:00-09:30"), ("tomorrow", "12 07:00-19:00"),
        ("saturday at ten", "14 10:00-10:30"),
    ],
)  # fmt: skip
def test_without_business_hours_every_time_is_good(said: str, window: str) -> None:
    assert _shown(_window(said, "en", hours=None)) == window


@pytest.mark.parametrize(
    ("said", "window"),
    [
        ("now", "13 17:50-18:00 asap"), ("in an hour", "16 09:00-09:30 moved"),
        ("at nine", "16 09:00-09:30 moved"),
        ("tomorrow", "16 09:00-18:00 moved"), ("monday", "16 09:00-18:00"), ("friday", "13 17:50-18:00"),
    ],
)  # fmt: skip
def test_late_on_a_friday(said: str, window: str) -> None:
    assert _shown(_window(said, "en", datetime(2026, 3, 13, 17, 50, tzinfo=BERLIN))) == window


def test_as_soon_as_possible_at_night_is_the_next_morning() -> None:
    night = datetime(2026, 3, 13, 23, 0, tzinfo=BERLIN)
    assert _shown(_window("as soon as possible", "en", night)) == "16 09:00-11:00 asap"


def test_a_whole_week_leaves_out_its_closed_days() -> None:
    window = _window("next week", "en")
    assert window is not None
    assert (window.start, window.end) == (
        datetime(2026, 3, 16, 9, tzinfo=BERLIN),
        datetime(2026, 3, 19, 18, tzinfo=BERLIN),
    )


def test_an_hour_from_now_is_an_hour_when_the_clocks_change() -> None:
    before = datetime(2026, 3, 29, 1, 30, tzinfo=BERLIN)
    window = _window("in an hour", "en", before, None)
    assert window is not None
    assert window.start.timestamp() - before.timestamp() == 3600
    assert (window.start.hour, window.start.minute) == (3, 30)


def test_a_site_that_never_calls_has_no_window() -> None:
    assert _window("tomorrow at nine", "en", hours=OpeningHours(((),) * 7)) is None


def test_a_lunch_break_is_within_a_window_but_not_its_beginning() -> None:
    split = ((time(9), time(12)), (time(13), time(17)))
    hours = OpeningHours((split,) * 7)
    assert _shown(_window("tomorrow", "en", hours=hours)) == "12 09:00-17:00"
    assert _shown(_window("at half past twelve", "en", hours=hours)) == "11 13:00-13:30 moved"


def test_every_window_begins_now_or_later_and_lasts() -> None:
    windows = [
        (now, window)
        for table, language in ((EN, "en"), (ZH, "zh"), (KO, "ko"))
        for said, _ in _cases(table)
        for now in (datetime(2026, 3, 11, hour, 45, tzinfo=BERLIN) for hour in range(24))
        if (window := _window(said, language, now)) is not None
    ]
    assert windows
    for now, window in windows:
        assert window.start >= now
        assert window.end - window.start > timedelta(0)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        understand("callback_time", "now", (), "en", SlotContext(now=datetime(2026, 3, 11)))


# --- time zones and changes of the clock --------------------------------------------------------------------

NEW_YORK = ZoneInfo("America/New_York")
SPRING, AUTUMN = datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC)
"""When New York's clocks change: from 2:00 to 3:00, and from 2:00 back to 1:00."""


def _real(window: CallWindow | None) -> tuple[datetime, datetime]:
    assert window is not None
    return window.start.astimezone(UTC), window.end.astimezone(UTC)


@pytest.mark.parametrize("change", [SPRING, AUTUMN])
@pytest.mark.parametrize("minutes", range(-150, 150, 15))
def test_spans_are_real_time_around_a_change_of_the_clock(change: datetime, minutes: int) -> None:
    moment = change + timedelta(minutes=minutes)
    now = moment.astimezone(NEW_YORK)
    assert _real(_window("as soon as possible", "en", now, None)) == (moment, moment + timedelta(hours=2))
    soon = moment + timedelta(minutes=30)
    assert _real(_window("in half an hour", "en", now, None)) == (soon, soon + timedelta(minutes=30))
    start, _ = _real(_window("later today", "en", now, None))
    assert start == moment + timedelta(hours=1)


@pytest.mark.parametrize("change", [SPRING, AUTUMN])
@pytest.mark.parametrize("hours", [None, HOURS])
def test_no_window_lies_in_the_past_around_a_change_of_the_clock(
    change: datetime, hours: OpeningHours | None
) -> None:
    for minutes in range(-150, 150, 25):
        moment = change + timedelta(minutes=minutes)
        for said, _ in _cases(EN):
            window = _window(said, "en", moment.astimezone(NEW_YORK), hours)
            if window is not None:
                start, end = _real(window)
                assert moment <= start < end, said


@pytest.mark.parametrize(
    ("now", "start"),
    [
        ("2026-03-07T20:00", "2026-03-08T13:00:00+00:00"),  # 9:00 EDT
        ("2026-10-31T20:00", "2026-11-01T14:00:00+00:00"),  # 9:00 EST
    ],
)
def test_tomorrow_at_nine_is_nine_after_the_change(now: str, start: str) -> None:
    here = datetime.fromisoformat(now).replace(tzinfo=NEW_YORK)
    daily = OpeningHours((_DAY,) * 7)
    for hours in (None, daily):
        assert _real(_window("tomorrow at nine", "en", here, hours))[0].isoformat() == start


def test_an_office_with_a_zone_of_its_own_is_called_by_its_own_clock() -> None:
    """It is Thursday, 3:00 in Shanghai and Wednesday, 20:00 in Berlin, where the caller is."""
    now = datetime(2026, 3, 12, 3, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    berlin = OpeningHours((_DAY,) * 7, zone=BERLIN)
    start, end = _real(_window("tomorrow at ten", "en", now, berlin))
    assert (start, end) == (datetime(2026, 3, 12, 9, tzinfo=UTC), datetime(2026, 3, 12, 9, 30, tzinfo=UTC))
    soon, _ = _real(_window("as soon as possible", "en", now, berlin))
    assert soon == datetime(2026, 3, 12, 8, tzinfo=UTC)


def test_special_days_count_for_callbacks_too() -> None:
    special = {date(2026, 3, 12): ((time(14), time(15)),)}
    hours = OpeningHours((_DAY,) * 7, special=special)
    assert _shown(_window("tomorrow", "en", hours=hours)) == "12 14:00-15:00"


# --- said in many ways, on a Monday -------------------------------------------------------------------------

ON_MONDAY = """
en | Not today, tomorrow. | Tue 01 09:00-18:00
en | Anytime except Monday. | Tue 01 09:00-18:00
en | any time except Mondays | Tue 01 09:00-18:00
en | In two days. | Wed 02 09:00-18:00
en | in half an hour | Mon 30 10:50-11:20
en | between two and four | Mon 30 14:00-16:00
en | from two to four tomorrow | Tue 01 14:00-16:00
en | not before ten | Mon 30 10:20-18:00
en | not before ten tomorrow | Tue 01 10:00-18:00
en | after six | Tue 01 09:00-10:00 moved
en | until noon | Mon 30 10:20-12:00
en | tomorrow until noon | Tue 01 09:00-12:00
en | next week | Mon 07 09:00-11 18:00
en | Monday or Tuesday | Mon 30 10:20-18:00
en | Tuesday or Wednesday at nine | Tue 01 09:00-09:30
en | not today | Tue 01 09:00-18:00 ?
en | not on Monday, Tuesday is fine | Tue 01 09:00-18:00
en | I can't do tomorrow, Wednesday is better | Wed 02 09:00-18:00
en | Monday and Tuesday don't work | Wed 02 09:00-18:00 ?
en | today doesn't work but tomorrow does | Tue 01 09:00-18:00
en | I'm busy today, call me tomorrow after three | Tue 01 15:00-18:00
en | any day but Tuesday | Mon 30 10:20-18:00
en | tomorrow but not in the morning | Tue 01 12:00-18:00
en | tomorrow, not before two | Tue 01 14:00-18:00
en | not tomorrow morning, tomorrow afternoon | Tue 01 12:00-18:00
en | today, no, tomorrow | Tue 01 09:00-18:00
en | tomorrow at nine, no, at ten | Tue 01 10:00-10:30
en | next Friday | Fri 11 09:00-18:00 ?
en | Friday next week | Fri 11 09:00-18:00
en | the day after tomorrow in the morning | Wed 02 09:00-12:00
en | end of the week | Thu 03 09:00-18:00 ?
en | early next week | Mon 07 09:00-18:00 ?
en | Monday to Wednesday | Mon 30 10:20-18:00
en | from Wednesday on | Wed 02 09:00-18:00
en | before Friday | Mon 30 10:20-18:00
en | by Friday | Mon 30 10:20-18:00 ?
en | after Wednesday | Thu 03 09:00-18:00
en | on the weekend | Mon 07 09:00-18:00 moved
en | in three weeks | Mon 21 09:00-18:00 ?
en | tomorrow morning or Wednesday afternoon | Tue 01 09:00-12:00
en | not now, later | Mon 30 11:20-18:00
en | I can't talk now, call me tomorrow | Tue 01 09:00-18:00
en | whenever you like but not between twelve and two | Mon 30 10:20-12:00
en | tomorrow anytime but not at nine | Tue 01 09:30-18:00
en | weekdays only | Mon 30 10:20-18:00
en | no Mondays please | Tue 01 09:00-18:00 ?
en | not Tuesday or Wednesday | Mon 30 10:20-18:00 ?
en | Tuesday is bad | Mon 30 10:20-18:00 ?
en | call me at seven | Tue 01 09:00-09:30 moved
en | I have two laptops | -
en | tomorrow I have two laptops broken | Tue 01 09:00-18:00
en | except today and tomorrow | Wed 02 09:00-18:00 ?
en | instead of today, on Thursday | Thu 03 09:00-18:00
en | rather tomorrow than today | Tue 01 09:00-18:00
en | at nine or ten tomorrow | Tue 01 09:00-09:30
en | today after four | Mon 30 16:00-18:00
en | this week | Mon 30 10:20-18:00 ?
en | today at half past five | Mon 30 17:30-18:00
en | at eleven o'clock | Mon 30 11:00-11:30
en | first thing in the morning | Tue 01 09:00-10:00
en | at the latest by five | Mon 30 10:20-17:00
en | no later than five | Mon 30 10:20-17:00
en | any time | Mon 30 10:20-12:20 asap
en | I don't mind, tomorrow is fine | Tue 01 09:00-18:00
en | tomorrow evening | Wed 02 09:00-12:00 moved
en | quarter to nine tomorrow | Tue 01 09:00-09:15
zh | 明早九点半。 | Tue 01 09:30-10:00
zh | 明早九点吧 | Tue 01 09:00-09:30 ?
zh | 明早九点办 | Tue 01 09:30-10:00
zh | 下午两点到四点 | Mon 30 14:00-16:00
zh | 后天 | Wed 02 09:00-18:00
zh | 下周三 | Wed 09 09:00-18:00
zh | 下下周三 | Wed 16 09:00-18:00
zh | 大后天 | Thu 03 09:00-18:00
zh | 除了周一 | Tue 01 09:00-18:00 ?
zh | 除了周一都可以 | Tue 01 09:00-18:00
zh | 周一以外都行 | Tue 01 09:00-18:00
zh | 今天不行明天 | Tue 01 09:00-18:00
zh | 今天不行，明天可以 | Tue 01 09:00-18:00
zh | 不是今天，是明天 | Tue 01 09:00-18:00
zh | 今天没空，后天下午吧 | Wed 02 12:00-18:00
zh | 不要上午 | Mon 30 12:00-18:00 ?
zh | 明天不要上午 | Tue 01 12:00-18:00
zh | 周一不要上午 | Mon 30 12:00-18:00
zh | 周一或者周二 | Mon 30 10:20-18:00
zh | 周二或周三上午十点 | Tue 01 10:00-10:30
zh | 不要早于十点 | Mon 30 10:20-18:00
zh | 十点以后 | Mon 30 10:20-18:00
zh | 明天十点之前 | Tue 01 09:00-10:00
zh | 中午之前 | Mon 30 10:20-12:00
zh | 到中午为止 | Mon 30 10:20-12:00
zh | 三天后 | Thu 03 09:00-18:00
zh | 过两天 | Wed 02 09:00-18:00 ?
zh | 两个小时后 | Mon 30 12:20-12:50
zh | 今天，不对，明天下午三点 | Tue 01 15:00-15:30
zh | 周二周三都不行 | Mon 30 10:20-18:00 ?
zh | 明天和后天不行 | Mon 30 10:20-18:00 ?
zh | 别今天打 | Tue 01 09:00-18:00 ?
zh | 除了今天和明天 | Wed 02 09:00-18:00 ?
zh | 下周 | Mon 07 09:00-11 18:00
zh | 下周初 | Mon 07 09:00-18:00 ?
zh | 周末 | Mon 07 09:00-18:00 moved
zh | 工作日 | Mon 30 10:20-18:00
zh | 明后天 | Tue 01 09:00-18:00
zh | 周三以后 | Thu 03 09:00-18:00
zh | 周三之前 | Mon 30 10:20-18:00
zh | 周三到周五 | Wed 02 09:00-18:00
zh | 晚一点 | Mon 30 11:20-18:00
zh | 明天晚一点 | Tue 01 09:00-18:00 ?
zh | 现在不方便 | Mon 30 11:20-18:00
zh | 现在不行，明天吧 | Tue 01 09:00-18:00
zh | 十二月二号 | Wed 02 09:00-18:00
zh | 周二上午不行 | Mon 30 10:20-18:00 ?
zh | 明天上午或者后天下午 | Tue 01 09:00-12:00
zh | 任何时间，除了下午 | Mon 30 10:20-12:00
zh | 差一刻九点 | Tue 01 09:00-09:15
zh | 明天不行 | Mon 30 10:20-18:00 ?
zh | 今天下午不要太早 | Mon 30 12:00-18:00
zh | 随时 | Mon 30 10:20-12:20 asap
zh | 晚上七点 | Tue 01 09:00-09:30 moved
zh | 明晚八点 | Wed 02 09:00-09:30 moved
ko | 오늘 말고 내일 | Tue 01 09:00-18:00
ko | 내일 모레 | Wed 02 09:00-18:00
ko | 내일모레 | Wed 02 09:00-18:00
ko | 다음 주 | Mon 07 09:00-11 18:00
ko | 다음 주 수요일 | Wed 09 09:00-18:00
ko | 다다음 주 월요일 | Mon 14 09:00-18:00
ko | 오늘은 안 돼요 내일이요 | Tue 01 09:00-18:00
ko | 월요일 빼고 아무 때나 | Tue 01 09:00-18:00
ko | 월요일만 아니면 돼요 | Tue 01 09:00-18:00 ?
ko | 월요일 아니면 화요일 | Mon 30 10:20-18:00
ko | 화요일이나 수요일 | Tue 01 09:00-18:00
ko | 오전은 안 돼요 | Mon 30 12:00-18:00 ?
ko | 내일 오전 말고 오후 | Tue 01 12:00-18:00
ko | 두 시에서 네 시 사이 | Mon 30 14:00-16:00
ko | 오후 두 시부터 네 시까지 | Mon 30 14:00-16:00
ko | 열 시 이전에는 안 돼요 | Mon 30 10:20-18:00 ?
ko | 열 시 이후에 | Mon 30 10:20-18:00
ko | 내일 정오까지 | Tue 01 09:00-12:00
ko | 이틀 뒤 | Wed 02 09:00-18:00
ko | 삼 일 후 | Thu 03 09:00-18:00
ko | 오늘 아니 내일 아홉 시 | Tue 01 09:00-09:30
ko | 화요일하고 수요일은 힘들어요 | Mon 30 10:20-18:00 ?
ko | 수요일부터 | Wed 02 09:00-18:00
ko | 금요일까지 | Mon 30 10:20-18:00
ko | 금요일 전에 | Mon 30 10:20-18:00
ko | 주말 | Mon 07 09:00-18:00 moved
ko | 평일 | Mon 30 10:20-18:00
ko | 지금은 바빠요 | Mon 30 11:20-18:00
ko | 지금은 안 되고 내일이요 | Tue 01 09:00-18:00
ko | 다음 주 초 | Mon 07 09:00-18:00 ?
ko | 화요일 제외하고 | Mon 30 10:20-18:00 ?
ko | 글피 | Thu 03 09:00-18:00
ko | 오늘은 못 받아요 | Tue 01 09:00-18:00 ?
ko | 내일 오전이나 모레 오후 | Tue 01 09:00-12:00
ko | 퇴근 전에 | Mon 30 16:00-18:00
ko | 오늘은 회의가 있어서 내일 오후 세 시 | Tue 01 15:00-15:30
en | Tomorrow, but after lunch | Tue 01 12:00-18:00
en | anytime after Wednesday | Thu 03 09:00-18:00
en | let's say Thursday around three thirty | Thu 03 15:30-16:00
en | no earlier than two in the afternoon | Mon 30 14:00-18:00
en | I'm free from one to three today | Mon 30 13:00-15:00
en | not in the afternoon please | Mon 30 10:20-12:00 ?
en | mornings are best | Mon 30 10:20-12:00
en | mornings only, not on Wednesday | Mon 30 10:20-12:00
en | Wednesday, Thursday or Friday | Wed 02 09:00-18:00
en | Wednesday and Friday | Wed 02 09:00-18:00
en | tomorrow at a quarter past ten | Tue 01 10:15-10:45
en | in an hour and a half | Mon 30 11:50-12:20
en | in about two hours | Mon 30 12:20-12:50
en | give me twenty minutes | Mon 30 10:40-11:10
en | give me an hour | Mon 30 11:20-11:50
en | in ten | Mon 30 10:30-11:00 ?
en | after lunch | Mon 30 12:00-18:00
en | before lunch tomorrow | Tue 01 09:00-12:00
en | any time this week except Wednesday | Mon 30 10:20-18:00 ?
en | next week except Monday | Tue 08 09:00-11 18:00
en | not next week, this week | Mon 30 10:20-18:00 ?
en | not this week, next week | Mon 07 09:00-11 18:00
en | sometime next week, Tuesday maybe | Tue 08 09:00-18:00
en | two days from now | Wed 02 09:00-18:00
en | a week from today | Mon 07 09:00-11 18:00
en | the second of December | Wed 02 09:00-18:00
en | December 2nd at ten | Wed 02 10:00-10:30
en | on the third | Thu 03 09:00-18:00
en | tomorrow between nine and eleven thirty | Tue 01 09:00-11:30
en | tomorrow at nine am or three pm | Tue 01 09:00-09:30
en | today is fine until four | Mon 30 10:20-16:00
en | only after five | Mon 30 17:00-18:00
en | I get off work at five | Mon 30 17:00-17:30 ?
en | I have a meeting at two, call me at three | Mon 30 15:00-15:30
en | My shift starts at ten tomorrow, so before that | Tue 01 10:00-10:30 ?
en | before ten or after four | Mon 30 16:00-18:00
en | either today or tomorrow | Mon 30 10:20-18:00
en | today would be great, otherwise tomorrow | Mon 30 10:20-18:00 ?
en | if not today then tomorrow | Tue 01 09:00-18:00
en | Monday's bad, Tuesday's good | Tue 01 09:00-18:00
en | Tuesday won't do, how about Wednesday | Wed 02 09:00-18:00
en | the earlier the better tomorrow | Tue 01 09:00-18:00
en | half nine | Tue 01 09:30-10:00
en | at noon | Mon 30 12:00-14:00
en | seven thirty | Tue 01 09:00-09:30 moved
en | at 15:30 | Mon 30 15:30-16:00
en | in a minute | Mon 30 11:20-18:00
en | not at the moment | Mon 30 11:20-18:00
en | I can only do mornings | Mon 30 10:20-12:00
en | every day but not before nine thirty | Mon 30 10:20-18:00
en | not on weekends | Mon 30 10:20-18:00 ?
en | call me at work tomorrow | Tue 01 09:00-18:00
en | the sooner the better | Mon 30 10:20-12:20 asap
zh | 明天午饭后 | Tue 01 12:00-18:00
zh | 三点以后都行 | Mon 30 15:00-18:00
zh | 下午三点半左右 | Mon 30 15:30-16:00
zh | 别太早，十点以后 | Mon 30 10:20-18:00
zh | 最好是周四 | Thu 03 09:00-18:00
zh | 周四或者周五吧 | Thu 03 09:00-18:00
zh | 明天上午十点到十一点半 | Tue 01 10:00-11:30
zh | 半个钟头以后 | Mon 30 10:50-11:20
zh | 一小时之内 | Mon 30 10:20-11:20
zh | 二十分钟后 | Mon 30 10:40-11:10
zh | 三天之内 | Mon 30 10:20-18:00
zh | 上午都可以 | Mon 30 10:20-12:00
zh | 只有上午可以 | Mon 30 10:20-12:00
zh | 上午不行，下午可以 | Mon 30 12:00-18:00
zh | 下午有空 | Mon 30 12:00-18:00
zh | 我下午要开会，上午打 | Mon 30 10:20-12:00
zh | 我明天出差，后天打吧 | Wed 02 09:00-18:00
zh | 我四点下班，四点之前 | Mon 30 10:20-16:00 ?
zh | 下班以后 | Tue 01 09:00-10:00 moved
zh | 周三上午除外 | Mon 30 10:20-18:00 ?
zh | 这周三 | Wed 02 09:00-18:00
zh | 这周五之前 | Mon 30 10:20-18:00
zh | 下周一不行，周二可以 | Tue 01 09:00-18:00
zh | 下个礼拜 | Mon 07 09:00-11 18:00
zh | 除了中午 | Mon 30 10:20-12:00 ?
zh | 中午不要打 | Mon 30 10:20-12:00 ?
zh | 明天中午十二点半 | Tue 01 12:30-13:00
zh | 后天晚上不行，早上可以 | Wed 02 09:00-12:00
zh | 今天就可以 | Mon 30 10:20-18:00
zh | 今天之内 | Mon 30 10:20-18:00
zh | 明天或者后天都行 | Tue 01 09:00-18:00
zh | 不要明天，后天 | Wed 02 09:00-18:00
zh | 要么今天要么明天 | Mon 30 10:20-18:00
zh | 晚上八点以后 | Tue 01 09:00-10:00 moved
zh | 十五点三十分 | Mon 30 15:30-16:00
zh | 九点一刻 | Tue 01 09:15-09:45
zh | 九点零五分 | Tue 01 09:05-09:35
zh | 两点五十 | Mon 30 14:50-15:20
zh | 差五分三点 | Mon 30 14:55-15:25
zh | 下月三号 | Thu 03 09:00-18:00
zh | 三号 | Thu 03 09:00-18:00
zh | 下周三下午三点 | Wed 09 15:00-15:30
zh | 周日不行 | Mon 30 10:20-18:00 ?
zh | 五分钟之后再打 | Mon 30 10:25-10:55
zh | 待会儿吧 | Mon 30 11:20-18:00
zh | 改天吧 | Tue 01 09:00-18:00 ?
zh | 明天早上九点办 | Tue 01 09:30-10:00
zh | 明天九点班 | Tue 01 09:30-10:00
ko | 내일 점심 이후 | Tue 01 12:00-18:00
ko | 내일 점심 먹고 | Tue 01 12:00-18:00
ko | 세 시 이후면 아무 때나 | Mon 30 15:00-18:00
ko | 오전에만 가능해요 | Mon 30 10:20-12:00
ko | 오전 말고 오후요 | Mon 30 12:00-18:00
ko | 오전은 안 되고 오후는 돼요 | Mon 30 12:00-18:00
ko | 내일은 출장이라 모레요 | Wed 02 09:00-18:00
ko | 한 시간 이내 | Mon 30 10:20-11:20
ko | 이십 분 뒤에 | Mon 30 10:40-11:10
ko | 내일 아홉 시 반 | Tue 01 09:30-10:00
ko | 오후 세 시쯤 | Mon 30 15:00-15:30
ko | 열 시 반에서 열두 시 | Mon 30 10:30-12:00
ko | 수요일이나 금요일 | Wed 02 09:00-18:00
ko | 수요일은 안 되고 금요일이요 | Fri 04 09:00-18:00
ko | 수요일 오전은 안 돼요 | Mon 30 10:20-18:00 ?
ko | 이번 주 금요일 | Fri 04 09:00-18:00
ko | 금요일 이전 | Mon 30 10:20-18:00
ko | 다음 주 월요일은 빼고 | Mon 30 10:20-18:00 ?
ko | 오늘 중으로 | Mon 30 10:20-18:00
ko | 오늘 안에 | Mon 30 10:20-18:00
ko | 네 시 전에 | Mon 30 10:20-16:00
ko | 네 시까지만 돼요 | Mon 30 10:20-16:00
ko | 점심시간 빼고 | Mon 30 10:20-12:00 ?
ko | 점심시간은 피해 주세요 | Mon 30 10:20-12:00 ?
ko | 내일 아무 때나 | Tue 01 09:00-18:00
ko | 아홉 시 십오 분 | Tue 01 09:15-09:45
ko | 십오 시 | Mon 30 15:00-15:30
ko | 3일 | Thu 03 09:00-18:00
ko | 12월 2일 오전 | Wed 02 09:00-12:00
ko | 조금 이따가 | Mon 30 11:20-18:00
ko | 퇴근 후에 | Tue 01 09:00-10:00 moved
ko | 오늘 저녁 일곱 시 | Tue 01 09:00-09:30 moved
ko | 내일 말고요 | Mon 30 10:20-18:00 ?
ko | 내일이나 모레 오전 | Tue 01 09:00-12:00
"""
"""Language, words, and the window; "?" where it is to be asked."""

MONDAY = datetime(2026, 11, 30, 10, 20, tzinfo=BERLIN)


@pytest.mark.parametrize("line", ON_MONDAY.strip().split("\n"))
def test_on_a_monday(line: str) -> None:
    language, said, window = line.split(" | ")
    context = SlotContext(
        now=MONDAY, hours=OpeningHours((_DAY, _DAY, _DAY, _DAY, _DAY, (), ())), confidence=1.0
    )
    found = understand("callback_time", said, (), language, context)
    if found is None:
        assert window == "-"
        return
    assert isinstance(found.value, CallWindow)
    start, end = found.value.start, found.value.end
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%d %H:%M}"
    marks = " asap" * found.value.as_soon_as_possible + " moved" * found.value.moved
    assert f"{start:%a %d %H:%M}-{until}{marks}" + " ?" * (found.confidence < 0.6) == window


def test_what_was_heard_in_two_ways_is_asked() -> None:
    context = SlotContext(now=MONDAY, confidence=0.9, alternatives=("明早九点半",))
    found = understand("callback_time", "明早九点", (), "zh", context)
    assert found is not None
    assert found.confidence < 0.6
    same = SlotContext(now=MONDAY, confidence=0.9, alternatives=("明天早上九点",))
    sure = understand("callback_time", "明早九点", (), "zh", same)
    assert sure is not None
    assert sure.confidence == 0.9


def test_tomorrow_is_doubtful_after_midnight() -> None:
    night = datetime(2026, 12, 1, 0, 40, tzinfo=BERLIN)
    for said, doubtful in (("tomorrow at nine", True), ("Wednesday at nine", False), ("in an hour", False)):
        context = SlotContext(now=night, confidence=0.9)
        found = understand("callback_time", said, (), "en", context)
        assert found is not None
        assert (found.confidence < 0.6) is doubtful, said


def test_an_hour_that_may_be_morning_or_evening_is_asked() -> None:
    long = OpeningHours((((time(7), time(22)),),) * 7)
    for said, doubtful in (
        ("tomorrow at eight", True),
        ("tomorrow at eight p.m.", False),
        ("tomorrow at three", False),
    ):
        found = understand(
            "callback_time", said, (), "en", SlotContext(now=MONDAY, hours=long, confidence=0.9)
        )
        assert found is not None
        assert (found.confidence < 0.6) is doubtful, said


@pytest.mark.parametrize("change", [SPRING, AUTUMN])
def test_a_denied_day_is_left_out_across_a_change_of_the_clock(change: datetime) -> None:
    """Both changes are on a Sunday."""
    daily = OpeningHours((_DAY,) * 7)
    saturday = (change - timedelta(days=1)).astimezone(NEW_YORK).replace(hour=20)
    window = _window("any time except tomorrow", "en", saturday, daily)
    assert window is not None
    assert (window.start.strftime("%a %H:%M"), window.end.strftime("%a %H:%M")) == ("Mon 09:00", "Mon 18:00")
    on_sunday = _window("tomorrow but not before ten", "en", saturday, daily)
    assert on_sunday is not None
    assert on_sunday.start.strftime("%a %H:%M") == "Sun 10:00"

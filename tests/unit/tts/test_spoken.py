"""Figures as the words that people say."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tts.spoken import Kind, prose, say

TODAY = date(2026, 11, 21)  # a Saturday

EXAMPLES: list[tuple[Kind, str, str, str, str]] = [
    ("digits", "42", "four two", "四二", "사 이"),
    ("digits", "90210", "nine zero two one zero", "九零二一零", "구공 이 일공"),
    ("digits", "1234567", "one two three, four five six seven", "一二三，四五六七", "일 이 삼, 사오육칠"),
    ("number", "0", "zero", "零", "영"),
    ("number", "12", "twelve", "十二", "십이"),
    ("number", "101", "one hundred and one", "一百零一", "백일"),
    ("number", "2000", "two thousand", "两千", "이천"),
    ("number", "10000", "ten thousand", "一万", "만"),
    ("number", "20,000", "twenty thousand", "两万", "이만"),
    ("number", "12030", "twelve thousand and thirty", "一万二千零三十", "만 이천삼십"),
    ("number", "3.5", "three point five", "三点五", "삼 점 오"),
    ("number", "-7", "minus seven", "负七", "마이너스 칠"),
    ("number", "many", "many", "many", "many"),
    ("number", "Infinity", "Infinity", "Infinity", "Infinity"),
    ("ticket", "T1042", "T, one zero four two", "T，一零四二", "티, 일공사 이"),
    ("ticket", "HL-20153", "H L, two zero one five three", "H L，二零一五三", "에이치 엘, 이 공일오삼"),
    ("ticket", "a7", "ay, seven", "A，七", "에이, 칠"),
    ("time", "15:30", "three thirty PM", "下午三点半", "오후 세 시 반"),
    ("time", "9:05", "nine oh five AM", "上午九点零五分", "오전 아홉 시 오 분"),
    ("time", "14:00", "two PM", "下午两点", "오후 두 시"),
    ("time", "06:45", "six forty-five AM", "早上六点四十五分", "오전 여섯 시 사십오 분"),
    ("time", "12:00", "noon", "中午十二点", "정오"),
    ("time", "12:20", "twelve twenty PM", "中午十二点二十分", "오후 열두 시 이십 분"),
    ("time", "00:00", "midnight", "凌晨零点", "자정"),
    ("time", "00:15", "twelve fifteen AM", "凌晨零点十五分", "밤 열두 시 십오 분"),
    ("time", "22:00", "ten PM", "晚上十点", "오후 열 시"),
    ("time", "25:00", "25:00", "25:00", "25:00"),
    ("date", "2026-11-21", "today", "今天", "오늘"),
    ("date", "2026-11-22", "tomorrow", "明天", "내일"),
    ("date", "2026-11-23", "the day after tomorrow", "后天", "모레"),
    ("date", "2026-11-20", "yesterday", "昨天", "어제"),
    ("date", "2026-06-03", "Wednesday, June third", "六月三号，星期三", "유월 삼일 수요일"),
    ("date", "2026-10-31", "Saturday, October thirty-first", "十月三十一号，星期六", "시월 삼십일일 토요일"),
    (
        "date",
        "2027-02-12",
        "Friday, February twelfth, twenty twenty-seven",
        "二零二七年二月十二号，星期五",
        "이천이십칠년 이월 십이일 금요일",
    ),
    ("date", "soon", "soon", "soon", "soon"),
    ("moment", "2026-11-22T15:30", "tomorrow at three thirty PM", "明天下午三点半", "내일 오후 세 시 반"),
    (
        "moment",
        "2026-12-24 08:00",
        "Thursday, December twenty-fourth at eight AM",
        "十二月二十四号，星期四，上午八点",
        "십이월 이십사일 목요일 오전 여덟 시",
    ),
    ("weekday", "2026-11-22", "Sunday", "星期日", "일요일"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value", "en", "zh", "ko"), EXAMPLES, ids=lambda value: str(value))
def test_a_value_is_said_as_people_say_it(kind: Kind, value: str, en: str, zh: str, ko: str) -> None:
    said = {language: say(kind, value, language, today=TODAY) for language in ("en", "zh", "ko")}
    assert said == {"en": en, "zh": zh, "ko": ko}


PHONE_NUMBERS = [
    # America: 3-3-4, with or without the country code.
    ("+14155550123", "en", "four one five, five five five, zero one two three"),
    ("(415) 555-0123", "en", "four one five, five five five, zero one two three"),
    ("5550123", "en", "five five five, zero one two three"),
    # China: mobiles 3-4-4, landlines with their area code; 1 is 幺.
    ("13800138000", "zh", "幺三八，零零幺三，八零零零"),
    ("+8613912345678", "zh", "幺三九，幺二三四，五六七八"),
    ("01065551234", "zh", "零幺零，六五五五，幺二三四"),
    ("075586001234", "zh", "零七五五，八六零零，幺二三四"),
    ("4008001234", "zh", "四零零，八零零，幺二三四"),
    ("110", "zh", "幺幺零"),
    # Korea: 0 is 공.
    ("01012345678", "ko", "공일공, 일 이 삼사, 오육칠팔"),
    ("+82212345678", "ko", "공 이, 일 이 삼사, 오육칠팔"),
    ("1588-1234", "ko", "일오팔팔, 일 이 삼사"),
    # From abroad: the country code first, long subscriber numbers cut.
    ("+442071234567", "en", "plus four four, two zero, seven one two three, four five six seven"),
    ("+493012345678", "zh", "加四九，三零，幺二三，四五六，七八"),
    ("0082 10-1234-5678", "en", "plus eight two, one zero, one two three four, five six seven eight"),
    ("+14155550123", "ko", "플러스 일, 사일오, 오오오, 공일 이 삼"),
    # Neither known: extensions, numbers that do not exist; no digit is lost.
    ("1001", "en", "one zero zero one"),
    ("13800138000", "en", "one three eight, zero zero one, three eight zero, zero zero"),
    ("+999123456", "en", "plus, nine nine nine, one two three, four five six"),
    ("anonymous", "en", "anonymous"),
]


@pytest.mark.parametrize(("number", "language", "words"), PHONE_NUMBERS)
def test_a_phone_number_is_said_in_the_groups_of_its_country(number: str, language: str, words: str) -> None:
    assert say("phone_number", number, language) == words


ENGLISH = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
ROWS = (ENGLISH, "零幺二三四五六七八九", "공일이삼사오육칠팔구")


@given(st.from_regex(r"[1-9][0-9]{2,14}", fullmatch=True), st.sampled_from(["en", "zh", "ko"]))
def test_no_digit_of_a_number_is_lost(number: str, language: str) -> None:
    names = {name: str(digit) for row in ROWS for digit, name in enumerate(row)}
    said = say("phone_number", number, language)
    found = re.findall("|".join(names), said)
    assert "".join(names[word] for word in found) == number


PROSE = [
    ("en", "Press 1 or 2.", "Press one or two."),
    ("en", "Open from 9:00 to 17:30.", "Open from nine AM to five thirty PM."),
    ("en", "Call 415-555-0123 now.", "Call four one five, five five five, zero one two three now."),
    ("en", "2.5 hours, 50% of 1,200.", "two point five hours, fifty percent of one thousand two hundred."),
    ("en", "Allow 3-5 days.", "Allow three to five days."),
    ("en", "Error 007, room A4, H264, v1.2.", "Error zero zero seven, room A4, H264, v1.2."),
    ("en", "On 2026-11-22.", "On Sunday, November twenty-second, twenty twenty-six."),
    ("zh", "请按1，等2分钟，共2个人。", "请按一，等两分钟，共两个人。"),
    ("zh", "拨打400-800-1234，完成50%。", "拨打四零零，八零零，幺二三四，完成百分之五十。"),
    ("zh", "分机4000", "分机四千"),
    ("ko", "1번을 누르세요.", "일번을 누르세요."),
    ("ko", "3시에 2명, 20개.", "세 시에 두 명, 이십 개."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "words"), PROSE)
def test_figures_in_running_text_become_words(language: str, text: str, words: str) -> None:
    assert prose(text, language) == words


@given(st.text(max_size=60), st.sampled_from(["en", "zh", "ko"]))
def test_any_text_can_be_put_into_words(text: str, language: str) -> None:
    said = prose(text, language)
    if not any(sign.isdigit() for sign in text):
        assert said == text


@given(
    st.text(max_size=40),
    st.sampled_from(["digits", "phone_number", "number", "ticket", "date", "time", "moment"]),
)
def test_any_value_can_be_said(value: str, kind: Kind) -> None:
    assert isinstance(say(kind, value, "zh", today=TODAY), str)


def test_a_language_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="no words for numbers in 'fr', only in en, ko, zh"):
        say("number", "1", "fr")

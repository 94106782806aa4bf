"""Numbers, dates and times in Korean.

Korean counts in two ways: hours and things in native numbers (세 시, 두 개), minutes, dates, digits and all
large numbers in Sino-Korean ones (삼십 분), which num2words writes.
"""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

from num2words import num2words

from tts.wording.groups import even_groups, label_groups, phone_groups

_DIGITS = "공일이삼사오육칠팔구"
_LETTERS = {
    "A": "에이",
    "B": "비",
    "C": "씨",
    "D": "디",
    "E": "이",
    "F": "에프",
    "G": "지",
    "H": "에이치",
    "I": "아이",
    "J": "제이",
    "K": "케이",
    "L": "엘",
    "M": "엠",
    "N": "엔",
    "O": "오",
    "P": "피",
    "Q": "큐",
    "R": "알",
    "S": "에스",
    "T": "티",
    "U": "유",
    "V": "브이",
    "W": "더블유",
    "X": "엑스",
    "Y": "와이",
    "Z": "제트",
}
_WEEKDAYS = "월화수목금토일"
# Two months have names of their own.
_MONTHS = ["일", "이", "삼", "사", "오", "유", "칠", "팔", "구", "시", "십일", "십이"]
# Native numbers as they stand before a noun.
_NATIVE = ["한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열", "열한", "열두"]
_NEAR = {-2: "그저께", -1: "어제", 0: "오늘", 1: "내일", 2: "모레"}
COUNTED = "시간|시|개|명|가지|곳|달|살"
TO = "에서"


def digits(value: str) -> str:
    """Digit by digit, with a pause between groups."""
    return ", ".join(_one_by_one(group) for group in even_groups(value))


def phone_number(value: str) -> str:
    """In the groups of its country; a foreign one begins with 플러스."""
    return ", ".join(_one_by_one(group) for group in phone_groups(value, "ko"))


def label(value: str) -> str:
    """A name of letters and digits, such as a ticket's, sign by sign."""
    return ", ".join(_one_by_one(group) for group in label_groups(value))


def _one_by_one(group: str) -> str:
    if group.isalpha():
        return " ".join(_LETTERS[letter] for letter in group.upper())
    digits = "".join("플러스 " if sign == "+" else _DIGITS[int(sign)] for sign in group)
    # Two stands apart: linked to what is before it (일이), it is not heard.
    return " ".join(digits.replace("이", " 이 ").split())


def number(value: Decimal) -> str:
    """A Sino-Korean cardinal number."""
    return str(num2words(value, lang="ko"))


def percentage(value: Decimal) -> str:
    """A share of a hundred."""
    return f"{number(value)} 퍼센트"


def counted(value: Decimal, noun: str) -> str:
    """A number before the noun that it counts: native up to twelve, 두 개."""
    if value == value.to_integral_value() and 1 <= value <= len(_NATIVE):
        return f"{_NATIVE[int(value) - 1]} {noun}"
    return f"{number(value)} {noun}"


def weekday(value: date) -> str:
    """The day's name."""
    return f"{_WEEKDAYS[value.weekday()]}요일"


def near_day(days: int) -> str | None:
    """ "오늘", "내일" and the like for so many days from now; None further off."""
    return _NEAR.get(days)


def day(value: date, with_year: bool) -> str:
    """ "십일월 이십이일 일요일"."""
    text = f"{_MONTHS[value.month - 1]}월 {number(Decimal(value.day))}일 {weekday(value)}"
    return f"{number(Decimal(value.year))}년 {text}" if with_year else text


def clock(value: time) -> str:
    """ "오후 세 시 반", "정오"; the first hour of a day is 밤 열두 시."""
    if value.minute == 0 and value.hour in (0, 12):
        return "정오" if value.hour else "자정"
    half = "밤" if value.hour == 0 else "오전" if value.hour < 12 else "오후"
    text = f"{half} {counted(Decimal(value.hour % 12 or 12), '시')}"
    if value.minute == 0:
        return text
    return f"{text} 반" if value.minute == 30 else f"{text} {number(Decimal(value.minute))} 분"


def moment(day_text: str, clock_text: str) -> str:
    """A day and a time together."""
    return f"{day_text} {clock_text}"

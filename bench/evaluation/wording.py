"""What callers of a language say where their call does not say it itself, and what they hear in a question.

The words are the callers'; nothing here is taken from what the bot understands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Wording:
    """One language.

    Args:
        digits: how 0 to 9 are said.
        between: between digits, and between groups of them.
        stop: the end of a sentence.
        yes, no: plain answers.
        wrong_number: denies a number and gives the right one.
        wrong_time: the same of a time.
        name, product: answers to questions for these.
        products: how each product is said.
        asks_for_keys: a question that wants keys has this in it.
        unknown: what is said to a question that nothing in the call answers.
    """

    digits: tuple[str, ...]
    between: tuple[str, str]
    stop: str
    yes: str
    no: str
    wrong_number: str
    wrong_time: str
    name: str
    product: str
    products: Mapping[str, str]
    asks_for_keys: re.Pattern[str]
    unknown: str

    def said(self, number: str) -> str:
        """A number, digit by digit."""
        digit, group = self.between
        return (
            group.join(digit.join(self.digits[int(one)] for one in part) for part in groups(number))
            + self.stop
        )


WORDINGS: Mapping[str, Wording] = {
    "en": Wording(
        digits=("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
        between=(" ", ", "),
        stop=".",
        yes="Yes.",
        no="No.",
        wrong_number="No, the number is {}",
        wrong_time="No, call me {}",
        name="{}.",
        product="It's about the {}.",
        products={
            "cloud": "cloud drive",
            "router": "router",
            "office": "office app",
            "terminal": "payment terminal",
        },
        asks_for_keys=re.compile(r"\bpress\b|\bkey in\b", re.IGNORECASE),
        unknown="I don't know.",
    ),
    "zh": Wording(
        digits=("零", "幺", "二", "三", "四", "五", "六", "七", "八", "九"),
        between=("", "，"),
        stop="。",
        yes="对。",
        no="不对。",
        wrong_number="不对，号码是{}",
        wrong_time="不对，{}",
        name="我叫{}。",
        product="是{}的问题。",
        products={"cloud": "云盘", "router": "路由器", "office": "办公软件", "terminal": "收款机"},
        asks_for_keys=re.compile(r"按|输入"),
        unknown="不知道。",
    ),
    "ko": Wording(
        digits=("공", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구"),
        between=("", ", "),
        stop=".",
        yes="네.",
        no="아니요.",
        wrong_number="아니요, 번호는 {}",
        wrong_time="아니요, {}",
        name="{}입니다.",
        product="{} 문제입니다.",
        products={"cloud": "클라우드", "router": "공유기", "office": "오피스", "terminal": "결제 단말기"},
        asks_for_keys=re.compile(r"누르|눌러"),
        unknown="모르겠습니다.",
    ),
}  # fmt: skip


def groups(number: str) -> tuple[str, ...]:
    """The groups in which people say a number: a few digits of the network, then threes or fours."""
    sizes = {7: (3, 4), 8: (4, 4), 9: (3, 3, 3), 10: (3, 3, 4), 11: (3, 4, 4), 12: (4, 4, 4)}.get(
        len(number), (3,) * (len(number) // 3 + 1)
    )
    if number.startswith("02") and len(number) == 10:
        sizes = (2, 4, 4)  # Seoul
    found, at = [], 0
    for size in sizes:
        found.append(number[at : at + size])
        at += size
    return tuple(group for group in found if group)


_SIGNS_A_SECOND = {"en": 15.0, "zh": 4.5, "ko": 6.0}
_DIGIT_SECONDS = 0.3


def seconds_to_say(text: str, language: str) -> float:
    """About how long a text takes to be said, seconds."""
    digits = sum(sign.isdigit() for sign in text)
    signs = sum(not sign.isspace() for sign in text) if language != "en" else len(text)
    return (signs - digits) / _SIGNS_A_SECOND[language] + digits * _DIGIT_SECONDS


_RUN = re.compile(r"\+?\d(?:[\d ()-]*\d)?")
_DATE = re.compile(r"(?<!\d)(\d{4}-\d\d-\d\d)(?!\d)")
_TIME = re.compile(r"(?<![\d:])([0-2]\d:[0-5]\d)(?!\d)")


def numbers_in(prompt: str) -> tuple[str, ...]:
    """The telephone numbers that a question says, as digits."""
    text = _TIME.sub(" ", _DATE.sub(" ", prompt))
    runs = (re.sub(r"\D", "", run) for run in _RUN.findall(text))
    return tuple(run for run in runs if len(run) >= 5)


def time_in(prompt: str, now: datetime) -> datetime | None:
    """The day and hour that a question says, in the zone of `now`; None when it says none as figures."""
    date, clock = _DATE.search(prompt), _TIME.search(prompt)
    if date is None or clock is None:
        return None
    return datetime.fromisoformat(f"{date[1]}T{clock[1]}").replace(tzinfo=now.tzinfo)

"""Numbers, dates and times in Mandarin.

cn2an writes the numbers; what it does not know is when 2 is 两, and that 1 is 幺 in a telephone number.
"""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal

import cn2an

from tts.wording.groups import even_groups, label_groups, phone_groups

_DIGITS = "零一二三四五六七八九"
_WEEKDAYS = "一二三四五六日"
_NEAR = {-2: "前天", -1: "昨天", 0: "今天", 1: "明天", 2: "后天"}
# From this hour on; what Mandarin calls the parts of a day.
_PARTS_OF_DAY = ((18, "晚上"), (13, "下午"), (12, "中午"), (8, "上午"), (5, "早上"), (0, "凌晨"))
COUNTED = "个小时|个|位|次|点|小时|分钟|天|周|种|条|台|名"
TO = "到"


def digits(value: str) -> str:
    """Digit by digit, with a pause between groups."""
    return "，".join(_one_by_one(group) for group in even_groups(value))


def phone_number(value: str) -> str:
    """In the groups of its country, 1 as 幺; a foreign one begins with 加."""
    groups = phone_groups(value, "zh")
    return "，".join(_one_by_one(group).replace("一", "幺") for group in groups)


def label(value: str) -> str:
    """A name of letters and digits, such as a ticket's, sign by sign."""
    return "，".join(_one_by_one(group) for group in label_groups(value))


def _one_by_one(group: str) -> str:
    if group.isalpha():
        return " ".join(group.upper())
    return "".join("加" if sign == "+" else _DIGITS[int(sign)] for sign in group)


def number(value: Decimal) -> str:
    """A cardinal number; two thousand is 两千, where cn2an writes 二千."""
    text = str(cn2an.an2cn(f"{value:f}", "low"))
    return re.sub(r"^(负?)二(?=[千万亿])", r"\1两", text)


def percentage(value: Decimal) -> str:
    """A share of a hundred."""
    return f"百分之{number(value)}"


def counted(value: Decimal, noun: str) -> str:
    """A number before its measure word: two of them are 两."""
    return f"两{noun}" if value == 2 else f"{number(value)}{noun}"


def weekday(value: date) -> str:
    """The day's name."""
    return f"星期{_WEEKDAYS[value.weekday()]}"


def near_day(days: int) -> str | None:
    """ "今天", "明天" and the like for so many days from now; None further off."""
    return _NEAR.get(days)


def day(value: date, with_year: bool) -> str:
    """ "十一月二十二号，星期日"."""
    text = f"{number(Decimal(value.month))}月{number(Decimal(value.day))}号，{weekday(value)}"
    return "".join(_DIGITS[int(digit)] for digit in str(value.year)) + "年" + text if with_year else text


def clock(value: time) -> str:
    """ "下午三点半", "上午九点零五分", "中午十二点"."""
    part = next(name for start, name in _PARTS_OF_DAY if value.hour >= start)
    hour = value.hour - 12 if value.hour > 12 else value.hour
    text = part + ("两" if hour == 2 else number(Decimal(hour))) + "点"
    if value.minute == 0:
        return text
    if value.minute == 30:
        return text + "半"
    minute = number(Decimal(value.minute))
    return f"{text}零{minute}分" if value.minute < 10 else f"{text}{minute}分"


def moment(day_text: str, clock_text: str) -> str:
    """A day and a time together."""
    return f"{day_text}{'，' if '，' in day_text else ''}{clock_text}"

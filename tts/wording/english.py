"""Numbers, dates and times in English (American order and hours)."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

from num2words import num2words

from tts.wording.groups import even_groups, label_groups, phone_groups

_DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_MONTHS = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]
_NEAR = {-1: "yesterday", 0: "today", 1: "tomorrow", 2: "the day after tomorrow"}
TO = "to"


def digits(value: str) -> str:
    """Digit by digit, with a pause between groups."""
    return ", ".join(_one_by_one(group) for group in even_groups(value))


def phone_number(value: str) -> str:
    """In the groups of its country; a foreign one begins with "plus"."""
    return ", ".join(_one_by_one(group) for group in phone_groups(value, "en"))


def label(value: str) -> str:
    """A name of letters and digits, such as a ticket's, sign by sign."""
    return ", ".join(_one_by_one(group) for group in label_groups(value))


def _one_by_one(group: str) -> str:
    return " ".join(_sign(sign) for sign in group)


def _sign(sign: str) -> str:
    if sign.isdigit():
        return _DIGITS[int(sign)]
    # Alone, A would be read as the article.
    return {"+": "plus", "A": "ay"}.get(sign.upper(), sign.upper())


def number(value: Decimal) -> str:
    """A cardinal number, without num2words' commas: each would be heard as a pause."""
    return str(num2words(value, lang="en")).replace(",", "")


def percentage(value: Decimal) -> str:
    """A share of a hundred."""
    return f"{number(value)} percent"


def counted(value: Decimal, noun: str) -> str:
    """A number before the noun that it counts, as it stood in the text."""
    return f"{number(value)} {noun}"


def weekday(value: date) -> str:
    """The day's name."""
    return _WEEKDAYS[value.weekday()]


def near_day(days: int) -> str | None:
    """ "today", "tomorrow" and the like for so many days from now; None further off."""
    return _NEAR.get(days)


def day(value: date, with_year: bool) -> str:
    """ "Sunday, November twenty-second"."""
    text = f"{weekday(value)}, {_MONTHS[value.month - 1]} {num2words(value.day, lang='en', to='ordinal')}"
    return f"{text}, {num2words(value.year, lang='en', to='year')}" if with_year else text


def clock(value: time) -> str:
    """ "three thirty PM", "noon"; letters without dots, which would end a sentence."""
    if value.minute == 0 and value.hour in (0, 12):
        return "noon" if value.hour else "midnight"
    half = "AM" if value.hour < 12 else "PM"
    hour = number(Decimal(value.hour % 12 or 12))
    if value.minute == 0:
        return f"{hour} {half}"
    minute = f"oh {_DIGITS[value.minute]}" if value.minute < 10 else number(Decimal(value.minute))
    return f"{hour} {minute} {half}"


def moment(day_text: str, clock_text: str) -> str:
    """A day and a time together."""
    return f"{day_text} at {clock_text}"

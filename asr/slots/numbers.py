"""Digits, phone numbers and whole numbers in an answer."""

from __future__ import annotations

import re

from asr.slots import numerals_en, numerals_ko, numerals_zh
from asr.slots.numerals import DigitString, digit_string
from asr.slots.values import SlotContext, Understood
from asr.text import comparable, tidy

_NUMERALS = {"en": numerals_en, "zh": numerals_zh, "ko": numerals_ko}

_OWN_NUMBER = {
    "en": re.compile(
        r"\b(?:this|same|my|current|the) (?:number|one|phone|line)(?: i am| im|$| please)|calling from\b"
    ),
    "zh": re.compile(r"这个号码?|本机|现在(?:这个|的号)|就这个|打(?:过来|进来|电话)的"),
    "ko": re.compile(r"이 ?(?:번호|전화|폰)|지금 ?(?:번호|거신|건|전화)|같은 ?번호"),
}

_PHONE_MINIMUM, _PHONE_MAXIMUM = 5, 15  # ITU-T E.164 allows 15; shorter ones are extensions
_DIGITS_MAXIMUM = 32


def digits(text: str, language: str, context: SlotContext, confidence: float) -> Understood | None:
    """A string of digits: a ticket number, a code."""
    maximum = context.maximum if context.maximum is not None else _DIGITS_MAXIMUM
    found = _digit_string(text, language, context.minimum or 1, maximum)
    if found is None or found.plus:
        return None
    return _understood(found.digits, found, text, language, confidence)


def phone_number(text: str, language: str, context: SlotContext, confidence: float) -> Understood | None:
    """A phone number: its digits without spaces and marks, with "+" in front when it was said.

    What follows "extension" is left in the remainder. Numbers are not made international: which country's
    they are, the site knows.
    """
    minimum = context.minimum if context.minimum is not None else _PHONE_MINIMUM
    maximum = context.maximum if context.maximum is not None else _PHONE_MAXIMUM
    found = _digit_string(text, language, minimum, maximum)
    if found is None:
        return None
    return _understood("+" * found.plus + found.digits, found, text, language, confidence)


def own_number(text: str, language: str) -> bool:
    """Whether the caller means the number they are calling from: "this number", 这个号码, 이 번호."""
    return _OWN_NUMBER[language].search(comparable(text, language)) is not None


def number(text: str, language: str, context: SlotContext, confidence: float) -> Understood | None:
    """One whole number; None when there is none, when there are several, or when it is out of range."""
    found = set(_NUMERALS[language].cardinals(text))
    if len(found) != 1:
        return None
    value = found.pop()
    if context.minimum is not None and value < context.minimum:
        return None
    if context.maximum is not None and value > context.maximum:
        return None
    return Understood(value, confidence, tidy(text, language))


def _digit_string(text: str, language: str, minimum: int, maximum: int) -> DigitString | None:
    return digit_string(_NUMERALS[language].lex(text), minimum, maximum)


def _understood(value: str, found: DigitString, text: str, language: str, confidence: float) -> Understood:
    remainder = tidy(found.remainder, language)
    return Understood(value, confidence * found.sureness, tidy(text, language), remainder)

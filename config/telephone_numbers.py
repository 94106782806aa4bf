"""Normalises telephone numbers: one key per telephone, whatever the format. Pure.

A caller's number comes as the carrier writes it (13800138000, 0086..., +86...), a customer's as somebody
typed it. Dialling a number is left to the switch, which keeps the spelling that it got.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_possible_number, parse
from phonenumbers.phonenumberutil import national_significant_number

LONGEST_KEY = 32
# Shorter ones are extensions and emergency numbers: the same everywhere, and nobody's alone.
SHORTEST_NATIONAL = 7
_CALLABLE = re.compile(r"\+?[0-9(][0-9 ()./-]{1,30}")
_DIGITS = re.compile(r"[0-9]")


@dataclass(frozen=True, slots=True)
class NumberKeys:
    """What a number is found by.

    Args:
        full: digits with the country's code, or all digits where no country is known.
        national: digits without the country's code and without zeros in front.
        country_known: whether `full` has the country's code.
    """

    full: str
    national: str
    country_known: bool

    def same_as(self, other: NumberKeys) -> bool:
        """Whether both may be the same telephone: one that names no country is compared without it."""
        if self.full == other.full:
            return True
        both_known = self.country_known and other.country_known
        return not both_known and self.national == other.national and self.is_long

    @property
    def is_long(self) -> bool:
        """Whether it is long enough to be compared without its country."""
        return len(self.national) >= SHORTEST_NATIONAL


def number_keys(number: str, country: str = "") -> NumberKeys:
    """The keys of a number; never raises.

    Args:
        number: in any spelling, also a SIP user name.
        country: the country (CN, KR, DE) whose national numbers are meant, "" where nobody said.
    """
    text = number.strip()[:64]
    if text.startswith("00") and not country:
        text = "+" + text[2:]  # ITU-T E.164's own prefix; where it is another, the country has to be known
    try:
        parsed = parse(text, country or None)
    except NumberParseException:
        parsed = None
    if parsed is not None and is_possible_number(parsed):
        full = format_number(parsed, PhoneNumberFormat.E164)[1:]
        return NumberKeys(full, national_significant_number(parsed), True)
    digits = "".join(_DIGITS.findall(text)) if _CALLABLE.fullmatch(text) else ""
    key = (digits.lstrip("0") or digits or text.casefold())[:LONGEST_KEY]
    return NumberKeys(key, key, False)


def number_key(number: str, country: str = "") -> str:
    """The one key that tickets and callbacks of a caller are found by, "" for a withheld number."""
    return number_keys(number, country).full if number.strip() else ""


def is_callable(number: str) -> bool:
    """Whether a number can be called back: digits, not a name and not withheld."""
    return _CALLABLE.fullmatch(number.strip()) is not None and len(_DIGITS.findall(number)) >= 3

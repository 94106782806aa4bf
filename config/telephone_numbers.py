"""Telephone numbers: one key per telephone, whatever the format; which are a site's own; which are nobody's.
Pure.

A caller's number comes as the carrier writes it (13800138000, 0086..., +86...), a customer's as somebody
typed it. Dialling a number is left to the switch, which keeps the spelling that it got; reading a number out
of a URI to `telephony.sip.subscriber`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    ValidationResult,
    country_code_for_region,
    format_number,
    is_possible_number,
    is_possible_number_with_reason,
    is_valid_number,
    parse,
)
from phonenumbers.phonenumberutil import national_significant_number

LONGEST_KEY = 32
# Shorter ones are extensions and emergency numbers: the same everywhere, and nobody's alone.
SHORTEST_NATIONAL = 7
_CALLABLE = re.compile(r"\+?[0-9(][0-9 ()./-]{1,30}")
_DIGITS = re.compile(r"[0-9]")

# What carriers write in place of a number that is withheld or not known, in words ...
_WITHHELD = frozenset(
    (
        *("anonymous", "anonym", "unavailable", "unknown", "restricted", "private", "withheld", "blocked"),
        *("hidden", "suppressed", "undisclosed", "confidential", "unidentified", "unbekannt"),
    )
)
_BESIDE = frozenset(["caller", "callers", "number", "user", "name", "id", "cid", "clid", "party"])
_WITHHELD_PHRASES = frozenset(
    {
        "no number",
        "no name",
        "no id",
        "no caller id",
        "not available",
        "not known",
        "out of area",
        "id not sent",
    }
)
_WORD = re.compile(r"[^\W\d_]+")
# ... and on the keys of a telephone, where letters are not to be had (ITU-T E.161). Shorter words are numbers
# that somebody may have.
_KEYS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
_ANONYMOUS = "anonymous".translate(_KEYS)  # 266696687, the usual one
_SPELT = frozenset(word.translate(_KEYS) for word in _WITHHELD if len(word) >= 9)


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
    parsed = _possible(text, country) if country or not text.startswith("00") else None
    if parsed is None and text.startswith("00"):
        # ITU-T E.164's own prefix, which carriers write in countries that dial another, too.
        parsed = _possible("+" + text[2:], "")
    if parsed is not None:
        full = format_number(parsed, PhoneNumberFormat.E164)[1:]
        return NumberKeys(full, national_significant_number(parsed), True)
    digits = "".join(_DIGITS.findall(text)) if _CALLABLE.fullmatch(text) else ""
    key = (digits.lstrip("0") or digits or text.casefold())[:LONGEST_KEY]
    return NumberKeys(key, key, False)


def number_key(number: str, country: str = "") -> str:
    """The one key that tickets and callbacks of a caller are found by, "" for a withheld number."""
    return "" if is_withheld(number, country) else number_keys(number, country).full


def is_callable(number: str) -> bool:
    """Whether a number can be called back: digits, not a name and not withheld."""
    return _CALLABLE.fullmatch(number.strip()) is not None and len(_DIGITS.findall(number)) >= 3


def is_withheld(number: str, country: str = "") -> bool:
    """Whether what stands in a caller's place is no number and no name, but says that there is none to show.

    Args:
        number: what the carrier sent.
        country: the site's, "" where nobody said.
    """
    text = number.strip().casefold()
    digits = text.lstrip("+0")
    if not digits:
        return True  # empty, or nothing but zeros
    if digits == _ANONYMOUS:
        return True
    if digits in _SPELT:
        return not any(
            is_valid_number(each) for each in (_parsed(text, country), _parsed("+" + digits, "")) if each
        )
    words = _WORD.findall(text)
    if not words or any(character.isdigit() for character in text):
        return False
    told = [word for word in words if word not in _BESIDE]
    return " ".join(words) in _WITHHELD_PHRASES or (bool(told) and all(word in _WITHHELD for word in told))


def global_number(number: str, context: str) -> str:
    """A local number of RFC 3966 with its phone-context as "+49351...", "" when both make no such number.

    Args:
        number: digits as they are dialled there, perhaps with a prefix for other areas.
        context: "+49", or longer ("+49351"); a domain says nothing about countries.
    """
    if not context.startswith("+") or number.startswith("+"):
        return ""
    regions = next(
        (
            COUNTRY_CODE_TO_REGION_CODE.get(int(code))
            for code in (context[1:4], context[1:3], context[1:2])
            if code.isdecimal() and int(code) in COUNTRY_CODE_TO_REGION_CODE
        ),
        None,
    )
    at_home = _parsed(number, regions[0]) if regions else None
    behind = _parsed(context + number, "")
    whole_country = regions is not None and context == f"+{country_code_for_region(regions[0])}"
    for parsed in (at_home, behind) if whole_country else (behind, at_home):
        if parsed is not None and is_possible_number_with_reason(parsed) == ValidationResult.IS_POSSIBLE:
            return format_number(parsed, PhoneNumberFormat.E164)
    return ""


class OwnNumbers:
    """The numbers of a site, found by any spelling of them.

    Args:
        numbers: as the site's files spell them.
        country: the country of those without a country code, "" where nobody said.
    """

    def __init__(self, numbers: Iterable[str], country: str = "") -> None:
        self._numbers = frozenset(numbers)
        self._country = country
        self._keys: dict[str, list[tuple[NumberKeys, str]]] = {}
        self._full: dict[str, str] = {}
        for number in sorted(self._numbers):
            keys = number_keys(number, country)
            if keys.is_long:
                self._keys.setdefault(keys.national, []).append((keys, number))
                self._full[keys.full] = number
        code = country_code_for_region(country) if country else 0
        self._codes = (f"+{code}", f"00{code}") if code else ()

    def find(self, *spellings: str) -> str | None:
        """The number as the site spells it, None when it is none of these.

        Extensions are found as they are written (also behind the site's own country code, which some
        carriers put before everything), telephone numbers in any form.

        Args:
            spellings: of the same number, the surest first.
        """
        for text in spellings:
            if text in self._numbers:
                return text
        for text in spellings:
            keys = number_keys(text, self._country)
            for known, number in self._keys.get(keys.national, ()):
                if keys.same_as(known):
                    return number
            if text in self._full:  # E.164 without its "+", as many carriers write it
                return self._full[text]
            for code in self._codes:
                if text.startswith(code) and text[len(code) :] in self._numbers:
                    return text[len(code) :]
        return None


def _possible(number: str, country: str) -> PhoneNumber | None:
    parsed = _parsed(number, country)
    return parsed if parsed is not None and is_possible_number(parsed) else None


def _parsed(number: str, country: str) -> PhoneNumber | None:
    try:
        return parse(number, country or None)
    except NumberParseException:
        return None

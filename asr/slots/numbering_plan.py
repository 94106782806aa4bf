"""A country's numbering plan, asked of digits that were said: are they a number of it, and what do they lack?

The plans are `phonenumbers`' (Google's libphonenumber). What was said is left to `numbers`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType, ValidationResult

Fit: TypeAlias = Literal["valid", "local", "none", "unknown"]
"""How digits fit: "local" without the area code, or short; "unknown" where no country's plan is known."""

_LONGEST = 15  # ITU-T E.164
_MOST_MISSING = 8
_LEAST_LOCAL = 7  # digits: fewer, by their length alone, may as well be a piece of a number
_FILLS = ("0123456789", "2345678901", "5550123456", "8000000000")


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What a number lacks to be one of the country's.

    Args:
        before: the digits in front of the doubtful ones, which hold.
        part: the doubtful ones, as they were heard; "" where nothing but the end is missing.
        after: the digits behind them, which hold.
        missing: how many digits are missing; negative, how many are too many; 0 where that is not known, or
            where the length is right and the plan has no such number.
        tail: the end of `before`, where the rest may come as a whole group in its place.
    """

    before: str
    part: str = ""
    after: str = ""
    missing: int = 0
    tail: str = ""

    @property
    def heard(self) -> str:
        """All digits that were heard."""
        return self.before + self.part + self.after


@lru_cache(maxsize=1024)
def fit(number: str, country: str) -> Fit:
    """How a number fits the plan.

    Args:
        number: digits, "+" allowed in front.
        country: as ISO 3166 has it, "" for not known.
    """
    parsed = _parsed(number, country)
    if parsed is None:
        return "none" if country in phonenumbers.SUPPORTED_REGIONS or number.startswith("+") else "unknown"
    if phonenumbers.is_valid_number(parsed):
        return "valid"
    if number.startswith("+"):
        return "none"
    if number.startswith(phonenumbers.ndd_prefix_for_region(country, True) or "0"):
        return "none"
    possible = phonenumbers.is_possible_number_with_reason(parsed)
    if possible == ValidationResult.IS_POSSIBLE_LOCAL_ONLY and len(number) >= _LEAST_LOCAL:
        return "local"
    area = _area_code(country)
    whole = _parsed(area + number, country) if area else None
    return "local" if whole is not None and phonenumbers.is_valid_number(whole) else "none"


def shortfall(groups: Sequence[str], plus: bool, country: str) -> Shortfall:
    """What digits lack that do not fit.

    Args:
        groups: the digits, in the groups in which they were said.
        plus: whether "+" stands in front.
        country: whose plan they do not fit.
    """
    digits = "".join(groups)
    missing, whole = _missing("+" * plus + digits, country)
    if not whole:
        return Shortfall("", digits)
    expected = _groups(whole, country)
    before = ""
    for at, group in enumerate(groups):
        if not expected or len(group) == len(expected[0]):
            before += group
            expected = expected[1:]
            continue
        after = "".join(groups[at + 1 :])
        # A pause elsewhere than the plan has it says nothing; the rest must fit the rest.
        rest_fits = [len(later) for later in groups[at + 1 :]] == [len(later) for later in expected[1:]]
        if len(groups) > 1 and rest_fits and len(expected[0]) - len(group) == missing:
            if not after and _is_open("+" * plus + digits, missing, country):
                # Numbers of several lengths begin so: the caller has more likely stopped than been misheard.
                return Shortfall(before + group, "", "", missing, tail=group)
            return Shortfall(before, group, after, missing)
        return Shortfall("", digits, "", missing)
    return Shortfall(before, "", "", missing)


def _missing(number: str, country: str) -> tuple[int, str]:
    """How many digits are missing at the end (negative: too many), and a number that would fit.

    0 and "" where no number begins so.
    """
    for missing in range(1, _MOST_MISSING + 1):
        if len(number) + missing > _LONGEST + 1:
            break
        for fill in _FILLS:
            whole = number + fill[:missing]
            if fit(whole, country) == "valid":
                return missing, whole
    for extra in range(1, 5):
        if fit(number[:-extra], country) == "valid":
            return -extra, number[:-extra]
    return 0, ""


def _is_open(number: str, missing: int, country: str) -> bool:
    """Whether numbers of other lengths, too, begin with these digits."""
    longer = range(missing + 1, min(_MOST_MISSING, _LONGEST - len(number)) + 1)
    return any(fit(number + fill[:more], country) == "valid" for more in longer for fill in _FILLS)


def _groups(number: str, country: str) -> list[str]:
    """The groups in which a number is written in its country."""
    parsed = _parsed(number, country)
    if parsed is None:
        return []
    international = number.startswith("+")
    written = phonenumbers.format_number(
        parsed, PhoneNumberFormat.INTERNATIONAL if international else PhoneNumberFormat.NATIONAL
    )
    groups = re.findall(r"\d+", written)
    # Where the trunk prefix is not written though it was said (or the other way), the groups say nothing.
    return groups if "".join(groups) == number.lstrip("+") else []


def _parsed(number: str, country: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(number, country or None)
    except NumberParseException:
        return None


@lru_cache(maxsize=16)
def _area_code(country: str) -> str:
    """An area code of the country, with which its local numbers can be judged; "" where there is none."""
    example = phonenumbers.example_number_for_type(country, PhoneNumberType.FIXED_LINE)
    if example is None:
        return ""
    size = phonenumbers.length_of_geographical_area_code(example)
    prefix = phonenumbers.ndd_prefix_for_region(country, True) or ""
    national = phonenumbers.national_significant_number(example)
    return prefix + national[:size] if size else ""

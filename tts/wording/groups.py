"""Where people pause in a long number: groups of digits, the same for every language.

How a country groups its telephone numbers is libphonenumber's knowledge (package `phonenumbers`); extensions,
short codes and whatever it does not know are cut into threes and fours. Words are left to the languages.
"""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

# The country whose numbers are said without a country code, by the caller's language.
HOME = {"en": "US", "zh": "CN", "ko": "KR"}

UNGROUPED = 5
"""A number of so many digits is still said in one breath."""


def phone_groups(number: str, language: str) -> list[str]:
    """The groups of a telephone number: "4155550123" is 415, 555, 0123 for an English ear.

    A number of another country than the language's begins with its country code: "+49", "30", "123", "456",
    "78".

    Args:
        number: as dialled or displayed; a leading + or 00 marks an international one.
    """
    number = re.sub(r"^00(?=[1-9])", "+", number.strip())
    home = HOME.get(language, "")
    try:
        parsed = phonenumbers.parse(number, home)
    except NumberParseException:
        return _as_written(number)
    # A number that only might exist is left whole: parsing may have taken its first digit for a trunk prefix.
    if not phonenumbers.is_valid_number(parsed):
        return _as_written(number)
    abroad = phonenumbers.country_code_for_region(home) != parsed.country_code
    style = PhoneNumberFormat.INTERNATIONAL if abroad else PhoneNumberFormat.NATIONAL
    text = phonenumbers.format_number(parsed, style)
    # Formatting adds and takes trunk prefixes. What a caller hears must be what was dialled.
    same = number.startswith("+") or re.sub(r"[^0-9]", "", text) == re.sub(r"[^0-9]", "", number)
    return _as_written(text if same else number)


def _as_written(number: str) -> list[str]:
    """The groups that stand in the text; longer ones than people say in one breath are cut."""
    groups = re.findall(r"\+?[0-9]+", number)
    # An international number that nobody has grouped: where its country code ends is not known either.
    first = ["+"] if len(groups) == 1 and groups[0].startswith("+") else []
    if first:
        groups = [groups[0][1:]]
    return first + [
        piece for group in groups for piece in ([group] if group.startswith("+") else even_groups(group))
    ]


def even_groups(digits: str) -> list[str]:
    """Cut digits into threes, the last group of two to four; up to five stay together."""
    if len(digits) <= UNGROUPED:
        return [digits] if digits else []
    groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
    if len(groups[-1]) == 1:
        groups[-2:] = ["".join(groups[-2:])]
    return groups


def label_groups(label: str) -> list[str]:
    """Cut a ticket's name where letters, digits and signs meet: "HL-20153" is HL, 20153."""
    return [
        piece
        for run in re.findall(r"[A-Za-z]+|\d+", label)
        for piece in (even_groups(run) if run.isdigit() else [run])
    ]

"""Whether what must stand in a text stands in it, however it is written."""

from __future__ import annotations

import re
from functools import lru_cache

import opencc
import phonenumbers
from pypinyin import lazy_pinyin

COUNTRIES = {"en": "US", "zh": "CN", "ko": "KR"}
"""Where the site of each language is: its numbering plan says which numbers are the same."""

_GAPS = re.compile(r"[\W_]+")


def stands_in(fact: str, text: str, language: str) -> bool:
    """Whether one of the wordings of a fact (between them |) is in a text.

    English words count from their beginning ("crash" is in "crashes"); spaces and the script of Chinese
    characters make no difference.
    """
    read = _plain(text, language)
    return any(_occurs(_plain(wording, language), read, language) for wording in fact.split("|"))


def same_name(name: str, filed: str, language: str) -> bool:
    """Whether a filed name may be written so: Chinese ones may have any characters that sound the same."""
    if language != "zh":
        return _plain(name, language) in _plain(filed, language)
    sounds = " ".join(lazy_pinyin(name))
    return sounds in " ".join(lazy_pinyin(filed))


def same_number(one: str, other: str, language: str) -> bool:
    """Whether two numbers reach the same telephone, when dialled where the site is."""
    return bool(one) and bool(other) and _dialled(one, language) == _dialled(other, language)


def _dialled(number: str, language: str) -> str:
    digits = re.sub(r"[^\d+]", "", number)
    try:
        parsed = phonenumbers.parse(digits, COUNTRIES[language])
    except phonenumbers.NumberParseException:
        return digits
    if not phonenumbers.is_valid_number(parsed):
        return digits
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _occurs(wording: str, text: str, language: str) -> bool:
    return wording in text if language != "en" else f" {wording}" in f" {text}"


def _plain(text: str, language: str) -> str:
    gap = " " if language == "en" else ""
    plain = _GAPS.sub(gap, text.casefold().replace("'", "")).strip()
    return _simplified().convert(plain) if language == "zh" else plain


@lru_cache(maxsize=1)
def _simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")

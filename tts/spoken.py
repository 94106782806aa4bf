"""Numbers, dates and times as spoken words, in English, Mandarin and Korean. Pure.

`say` is for values whose kind is known (a ticket's number, a time); `prose` is for running text in which
figures occur, and is what every voice gets to read, so that no engine's own idea of figures is heard. The
words themselves are in `tts.wording`, one module a language; synthesis is left to the engines.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from types import ModuleType
from typing import Literal, TypeAlias

from tts.wording import chinese, english, korean

Kind: TypeAlias = Literal["digits", "phone_number", "number", "ticket", "date", "time", "moment", "weekday"]

VERSION = "1"
"""To be raised when the words change: it is part of the key of what is kept on disk."""

_LANGUAGES = {"en": english, "zh": chinese, "ko": korean}
LANGUAGES = frozenset(_LANGUAGES)

LONG_NUMBER = 7
"""A run of so many digits is no quantity: it is said digit by digit, as a telephone number."""


def say(kind: Kind, value: str, language: str, *, today: date | None = None) -> str:
    """Put one value into words.

    Args:
        kind: "digits" and "ticket" are said sign by sign, "phone_number" in its country's groups, "number" as
            a quantity; "date" is an ISO 8601 date, "time" an ISO time, "moment" an ISO date with a time,
            "weekday" the name of a date's day.
        value: the value; one that is not of its kind is said as it stands.
        language: "en", "zh" or "ko".
        today: the caller's date: a day near it is "tomorrow" and the like, and its year is left out.

    Raises:
        ValueError: there are no words for this language.
    """
    words = _words(language)
    try:
        return _SAYERS[kind](words, value.strip(), today) or value
    except (ValueError, InvalidOperation):
        return value


def _words(language: str) -> ModuleType:
    if language not in _LANGUAGES:
        raise ValueError(f"no words for numbers in {language!r}, only in {', '.join(sorted(LANGUAGES))}")
    return _LANGUAGES[language]


def _digits(words: ModuleType, value: str, _today: date | None) -> str:
    return str(words.digits("".join(re.findall(r"[0-9]", value))))


def _phone_number(words: ModuleType, value: str, _today: date | None) -> str:
    return str(words.phone_number(value))


def _number(words: ModuleType, value: str, _today: date | None) -> str:
    number = Decimal(value.replace(",", ""))
    if not number.is_finite():
        raise ValueError(value)
    return str(words.number(number))


def _ticket(words: ModuleType, value: str, _today: date | None) -> str:
    return str(words.label(value))


def _date(words: ModuleType, value: str, today: date | None) -> str:
    return _day(words, date.fromisoformat(value), today)


def _day(words: ModuleType, day: date, today: date | None) -> str:
    near = None if today is None else words.near_day((day - today).days)
    return str(near or words.day(day, with_year=today is None or day.year != today.year))


def _time(words: ModuleType, value: str, _today: date | None) -> str:
    return str(words.clock(time.fromisoformat(value.zfill(5) if ":" in value else value)))


def _moment(words: ModuleType, value: str, today: date | None) -> str:
    moment = datetime.fromisoformat(value)
    return str(words.moment(_day(words, moment.date(), today), words.clock(moment.time())))


def _weekday(words: ModuleType, value: str, _today: date | None) -> str:
    return str(words.weekday(date.fromisoformat(value)))


_SAYERS: dict[Kind, Callable[[ModuleType, str, date | None], str]] = {
    "digits": _digits,
    "phone_number": _phone_number,
    "number": _number,
    "ticket": _ticket,
    "date": _date,
    "time": _time,
    "moment": _moment,
    "weekday": _weekday,
}

_FIGURES = re.compile(
    r"""(?<![0-9A-Za-z.])(?:
        (?P<date> [0-9]{4}-[0-9]{2}-[0-9]{2} )(?![0-9])
      | (?P<time> [0-9]{1,2}:[0-9]{2} )(?![0-9:])
      | (?P<phone> \+?[0-9]+(?:[- ][0-9]+)+ | \+[0-9]+ )(?![0-9.])
      | (?P<number> [0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)? | [0-9]+(?:\.[0-9]+)? )(?P<percent> \s?[%％])?
    )""",
    re.VERBOSE,
)


def prose(text: str, language: str) -> str:
    """Put the figures in running text into words: "按 2" is "按 二", "at 15:30" is "at three thirty PM".

    Numbers of seven digits and more, or in groups, or with a leading 0 are telephone numbers; names with
    letters in them ("A4", "H264") are left to the voice.

    Raises:
        ValueError: there are no words for this language.
    """
    words = _words(language)
    counted = getattr(words, "COUNTED", None)
    if counted is not None:
        text = re.sub(
            rf"(?<![0-9A-Za-z.:+-])([0-9]{{1,2}}) ?({counted})",
            lambda found: words.counted(Decimal(found[1]), found[2]),
            text,
        )
    return _FIGURES.sub(lambda found: _figure(found, language), text)


def _figure(found: re.Match[str], language: str) -> str:
    words = _words(language)
    if found["date"]:
        return say("date", found["date"], language)
    if found["time"]:
        return say("time", found["time"], language)
    if found["percent"]:
        return str(words.percentage(Decimal(found["number"].replace(",", ""))))
    figures = found["phone"] or found["number"]
    digits = re.sub(r"[^0-9]", "", figures)
    if (len(digits) >= LONG_NUMBER and not re.search(r"[.,]", figures)) or figures.startswith("+"):
        return say("phone_number", figures, language)
    if found["phone"]:  # too short for one: a range, or quantities side by side
        figures = re.sub(r"^([0-9]+)-([0-9]+)$", rf"\1 {words.TO} \2", figures)
        return re.sub(r"[0-9]+", lambda part: say("number", part[0], language), figures)
    if re.fullmatch(r"0[0-9]+", figures):
        return say("digits", figures, language)
    return say("number", figures, language)

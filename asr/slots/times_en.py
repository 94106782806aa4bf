"""When to call, in English: "tomorrow at nine", "in half an hour", "Friday afternoon after three"."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Literal

from asr.slots.numerals_en import lex
from asr.slots.wish import Clock, DayPart, Relation, Wish, day_of_month, next_monday, weekday
from asr.text import plain

_ASAP = re.compile(
    r"\b(?:(?:right )?now|right away|straight away|straightaway|immediately|at once|as soon as|asap|a s a p"
    r"|soon|any ?time|whenever|sooner the better|earliest|first available|doesnt matter|dont care|all day"
    r"|as early as)\b"
)
_LATER = re.compile(r"\b(?:later|in a (?:bit|while|moment)|after a while)\b")
_DAYS = {
    "today": 0,
    "tonight": 0,
    "this": 0,
    "day after tomorrow": 2,
    "tomorrow": 1,
    "tomorrows": 1,
    "tmrw": 1,
}
_DAY = re.compile(
    r"\b(day after tomorrow|tomorrow|tomorrows|tmrw|today|tonight"
    r"|this(?= (?:morning|afternoon|evening|noon)))\b"
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = re.compile(
    rf"\b(?:(next|this|coming)(?: week)?(?: on)? )?({'|'.join(_WEEKDAYS)})s?\b(?: (next) week)?"
)
_NEXT_WEEK = re.compile(r"\bnext week\b|\bin a week\b")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_MONTH = f"(?:{'|'.join(_MONTHS)})"
_DATE = re.compile(
    rf"\b(?:(?P<month1>{_MONTH}) (?:the )?(?P<day1>\d{{1,2}})(?:st|nd|rd|th)?\b"
    rf"|(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month2>{_MONTH})\b"
    r"|(?:the|on) (?P<day3>\d{1,2})(?:st|nd|rd|th)\b(?! (?:floor|thing|time|one|half)))"
)
_PARTS: dict[str, DayPart] = {
    "early": "early", "1th thing": "early", "morning": "morning", "noon": "noon", "midday": "noon",
    "lunch": "noon", "lunchtime": "noon", "afternoon": "afternoon", "end of the day": "late_afternoon",
    "end of day": "late_afternoon", "close of business": "late_afternoon", "evening": "evening",
    "tonight": "evening", "night": "night",
}  # fmt: skip
_PART = re.compile(rf"\b({'|'.join(sorted(_PARTS, key=len, reverse=True))})\b")
_DELAY = re.compile(
    r"\b(?:in|after|within|about)? ?(?:about |around |another )*"
    r"(?P<named>half (?:an )?hour|quarter of an hour|(?:an |1 )?hour and a half|(?:a )?couple of hours"
    r"|(?:a )?few minutes|(?:an|1) hour|(?P<count>\d+) (?P<unit>minutes?|mins?|hours?|hrs?))"
    r"(?P<end>(?: from now| later)?)"
)
_DAYS_AHEAD = re.compile(r"\bin (\d+|a couple of|a few) days\b")
_NAMED_DELAYS = (("half", 90), ("quarter", 15), ("couple", 120), ("few", 10))
_TIME = (
    r"(?P<{0}past>(?:half|quarter|\d{{1,2}}) (?:past|after|to|before|till) )?(?<!\d )(?P<{0}hour>\d{{1,2}})"
    r"(?:[ :](?P<{0}minute>[0-5]\d))?(?: ?oclock)?(?: ?(?P<{0}half>[ap] ?m)\b)?"
    r"(?![\d:]| \d|st\b|nd\b|rd\b|th\b)"
)
_BETWEEN = re.compile(
    rf"\b(?:between|from)? ?{_TIME.format('a')} (?:and|to|till|until|through) {_TIME.format('b')}"
)
_AT = re.compile(
    rf"\b(?:(?P<relation>after|from|past|later than|not before|before|by|until|till|no later than) )?"
    rf"(?:at |around |about |say |like )*{_TIME.format('a')}"
)
_BARE = 2  # words of an answer in which a number by itself ("nine, please") is a time
_AFTER = frozenset({"after", "from", "past", "later than", "not before"})


def wish(text: str, today: date) -> Wish | None:
    """What is said of when to call; None when nothing is."""
    said = _with_figures(text)
    days = _days(said, today)
    delay = _delay(said)
    if delay is not None:
        return Wish(delay=delay)
    part_found = _PART.search(said)
    part = _PARTS[part_found[1]] if part_found else None
    # A date's figures are no time of day.
    bare = bool(days) or part is not None or len(said.split()) <= _BARE
    relation, clock, until = _clocks(_DATE.sub(" ", said), bare=bare)
    if clock is not None and part == "noon":
        part = None
    week = not days and bool(_NEXT_WEEK.search(said))
    if week:
        days = (next_monday(today),)
    found = Wish(days=days, week=week, part=part, relation=relation, clock=clock, until=until)
    if found != Wish():
        if part == "noon" and (edge := re.search(r"\b(before|after)(?: the)? (?:noon|midday|lunch)", said)):
            return Wish(
                days=days, relation="before" if edge[1] == "before" else "after", clock=Clock(12, 0, "pm")
            )
        if part is None and clock is None and _LATER.search(said):
            return Wish(days=days, later=True)
        return found
    if _LATER.search(said):
        return Wish(later=True)
    return Wish(asap=True) if _ASAP.search(said) else None


def _with_figures(text: str) -> str:
    """Plain text with figures for numerals: "half past nine" is "half past 9", "nine oh five" "9 05"."""
    text = re.sub(r"(\d)[:.](\d\d)\b", r"\1 \2", text.casefold())
    text = re.sub(r"\b([ap])\.? ?m\b\.?", r"\1m", text)
    text = re.sub(r"\b(\d{1,2})(?=[ap]m\b)", r"\1 ", text)
    said = plain(text.replace("o'clock", "oclock").replace("o clock", "oclock"), "en")
    said = re.sub(r"\b(?:oh|o) (?=\w)", "zero ", said)
    words = []
    for word in said.split():
        ordinal = _ORDINALS.get(word)
        token = lex(word)
        if ordinal is not None:
            words.append(f"{ordinal}th")
        elif len(token) == 1 and token[0].kind == "digits" and not word.isdigit():
            words.append(token[0].text)
        else:
            words.append(word)
    said = re.sub(r"\b([2-5])0 ([1-9])\b(?! ?(?:am|pm|oclock))", r"\1\2", " ".join(words))
    return re.sub(r"\b0 ([1-9])\b", r"0\1", said)


_ORDINALS = {
    word: number
    for number, word in enumerate(
        [
            "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
            "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth",
            "eighteenth", "nineteenth", "twentieth",
        ],
        start=1,
    )
}  # fmt: skip


def _days(said: str, today: date) -> tuple[date, ...]:
    dated = _DATE.search(said)
    if dated:
        month = dated["month1"] or dated["month2"]
        number = int(dated["day1"] or dated["day2"] or dated["day3"])
        return day_of_month(number, today, _MONTHS.index(month) + 1 if month else None)
    named = _WEEKDAY.search(said)
    if named:
        next_week = named[1] == "next" or named[3] == "next"
        return weekday(_WEEKDAYS.index(named[2]), today, next_week=next_week, this_week=named[1] == "this")
    ahead = _DAYS_AHEAD.search(said)
    if ahead:
        return (today + timedelta(days={"a couple of": 2, "a few": 3}.get(ahead[1]) or int(ahead[1])),)
    relative = _DAY.search(said)
    return (today + timedelta(days=_DAYS[relative[1]]),) if relative else ()


def _delay(said: str) -> timedelta | None:
    found = _DELAY.search(said)
    if found is None or not (re.match(r"(?:in|after|within|about) ", found[0]) or found["end"]):
        return None
    if found["count"] is None:
        named = found["named"]
        if named.startswith("half"):
            return timedelta(minutes=30)
        return timedelta(minutes=next((minutes for word, minutes in _NAMED_DELAYS if word in named), 60))
    scale = 60 if found["unit"].startswith("h") else 1
    return timedelta(minutes=int(found["count"]) * scale)


def _clocks(said: str, *, bare: bool) -> tuple[Relation, Clock | None, Clock | None]:
    """What is said of the clock; a number and nothing else is a time only where `bare` ones are expected."""
    between = _BETWEEN.search(said)
    if between:
        first, second = _clock(between, "a"), _clock(between, "b")
        if first and second:
            if first.half is None and second.half is not None and first.hour <= second.hour:
                first = Clock(first.hour, first.minute, second.half)
            return "between", first, second
    for found in _AT.finditer(said):
        clock = _clock(found, "a")
        if clock is not None and (bare or not found[0].strip().isdigit()):
            relation = found["relation"]
            return ("at" if relation is None else "after" if relation in _AFTER else "before"), clock, None
    return "at", None, None


def _clock(found: re.Match[str], name: str) -> Clock | None:
    hour, minute = int(found[f"{name}hour"]), int(found[f"{name}minute"] or 0)
    half: Literal["am", "pm"] | None = None
    if found[f"{name}half"]:
        half = "am" if found[f"{name}half"].startswith("a") else "pm"
    past = (found[f"{name}past"] or "").split()
    if past:
        amount = {"half": 30, "quarter": 15}.get(past[0]) or int(past[0])
        minute = amount if past[1] in ("past", "after") else 60 - amount
        hour -= past[1] not in ("past", "after")
        hour = hour or 12
    return Clock(hour, minute, half) if 0 <= hour <= 24 and minute < 60 else None

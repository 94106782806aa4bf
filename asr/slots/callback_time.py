"""When to call back: a span of time, out of what was said, the present moment and the business hours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from asr.slots import times_en, times_ko, times_zh
from asr.slots.values import BusinessHours, CallWindow, SlotContext, Understood
from asr.slots.wish import Clock, DayPart, Wish
from asr.text import tidy

_WISHES: dict[str, Callable[[str, date], Wish | None]] = {
    "en": times_en.wish,
    "zh": times_zh.wish,
    "ko": times_ko.wish,
}
_PARTS: dict[DayPart, tuple[time, time]] = {
    "early": (time(7), time(10)),
    "morning": (time(7), time(12)),
    "noon": (time(12), time(14)),
    "afternoon": (time(12), time(18)),
    "late_afternoon": (time(16), time(18)),
    "evening": (time(18), time(21)),
    "night": (time(19), time(22)),
}
_DAYTIME = (time(7), time(19))  # without business hours, "at three" is in it, and so is a whole day
_EXACT = timedelta(minutes=30)  # how long after a time on the clock a call still is at that time
_SOON = timedelta(hours=2)
_LOOK_AHEAD = 60  # days to look for business hours in


def callback_time(text: str, language: str, context: SlotContext, confidence: float) -> Understood | None:
    """A `CallWindow` from now on, within the business hours; None when no time was said, or a past one.

    Args:
        text: as recognised.
        language: en, zh or ko.
        context: `now` is needed.
        confidence: of the words, 0..1.

    Raises:
        ValueError: `context.now` is missing, or has no zone.
    """
    now = context.now
    if now is None or now.tzinfo is None:
        raise ValueError("callback_time needs an aware context.now")
    wish = _WISHES[language](text, now.date())
    window = None if wish is None else window_of(wish, now, context.hours)
    return None if window is None else Understood(window, confidence, tidy(text, language))


def window_of(wish: Wish, now: datetime, hours: BusinessHours | None) -> CallWindow | None:
    """The span of a wish, None when it lies in the past or nobody ever calls."""
    if wish.asap:
        return _within_hours(now, now + _SOON, now, hours, asap=True)
    if wish.delay is not None:
        # Through UTC: an hour from now is an hour from now when the clocks change, too.
        start = (now.astimezone(UTC) + wish.delay).astimezone(now.tzinfo)
        return _within_hours(start, start + _EXACT, now, hours)
    if wish.later:
        day = wish.days[0] if wish.days else now.date()
        return _within_hours(
            max(_at(day, time(0), now), now + timedelta(hours=1)), _day_end(day, now), now, hours
        )
    for day in wish.days or (now.date(), now.date() + timedelta(days=1)):
        start, end = _span(wish, day, now, hours)
        if end > now:
            return _within_hours(start, end, now, hours)
    return None


def _span(wish: Wish, day: date, now: datetime, hours: BusinessHours | None) -> tuple[datetime, datetime]:
    """A wish on one day, as said; whether somebody calls then is seen to later."""
    if wish.clock is None:
        if wish.part is not None:
            first, last = _PARTS[wish.part]
            return _at(day, first, now), _at(day, last, now)
        if wish.week:
            return _at(day, _DAYTIME[0], now), _at(day + timedelta(days=4), _DAYTIME[1], now)
        first, last = (time(0), time.max) if hours is not None else _DAYTIME
        return _at(day, first, now), _at(day, last, now)
    at = _clock_time(wish.clock, wish.part, day, now, hours, fixed=bool(wish.days))
    if wish.relation == "between" and wish.until is not None:
        until = _clock_time(wish.until, wish.part, day, now, hours, fixed=True)
        while until <= at:
            until += timedelta(hours=12)
        return at, until
    if wish.relation == "after":
        return at, max(_day_end(day, now), at + _EXACT)
    if wish.relation == "before":
        return _at(day, _DAYTIME[0], now), at
    return at, at + _EXACT


def _clock_time(
    clock: Clock, part: DayPart | None, day: date, now: datetime, hours: BusinessHours | None, *, fixed: bool
) -> datetime:
    """A time on the clock on that day; the half of the day is said, or is the likelier one."""
    if clock.half is not None or clock.hour > 12 or clock.hour == 0:
        hour = clock.hour % 24
        if clock.half is not None and hour <= 12:
            hour = hour % 12 + (12 if clock.half == "pm" else 0)
        return _at(day, time(hour, clock.minute), now)
    morning, evening = (_at(day, time(clock.hour % 12 + add, clock.minute), now) for add in (0, 12))
    if part is not None:
        return morning if part in ("early", "morning") else evening
    likely = [at for at in (morning, evening) if _DAYTIME[0] <= at.time() < _DAYTIME[1]]
    if hours is not None:
        opened = [at for at in (morning, evening) if _is_open(at, hours)]
        likely = [at for at in opened if at in likely] or opened or likely
    # "At six" by day is the one still to come.
    ahead = [at for at in likely if at + _EXACT > now]
    if not ahead and not fixed and day == now.date() and evening > now and hours is None:
        ahead = [evening]
    return (ahead or likely or [evening])[0]


def _at(day: date, when: time, now: datetime) -> datetime:
    return datetime.combine(day, when, tzinfo=now.tzinfo)


def _day_end(day: date, now: datetime) -> datetime:
    return _at(day, _DAYTIME[1], now)


def _is_open(at: datetime, hours: BusinessHours) -> bool:
    return any(first <= at.time() < last for first, last in hours.spans(at.date()))


def _openings(start: datetime, hours: BusinessHours) -> Iterator[tuple[datetime, datetime]]:
    """The open spans from a day on, in order."""
    for ahead in range(_LOOK_AHEAD):
        day = start.date() + timedelta(days=ahead)
        for first, last in hours.spans(day):
            yield _at(day, first, start), _at(day, last, start)


def _within_hours(
    start: datetime, end: datetime, now: datetime, hours: BusinessHours | None, *, asap: bool = False
) -> CallWindow | None:
    """The part of a span in which somebody calls, or else the next time at which somebody does."""
    start = max(start, now)
    if hours is None:
        return CallWindow(start, max(end, start + _EXACT), asap)
    length = max(end - start, _EXACT)
    first: datetime | None = None
    last = start
    for opens, closes in _openings(start, hours):
        if closes <= start:
            continue
        if opens >= end:
            if first is not None:
                break
            return CallWindow(opens, min(opens + length, closes), asap, moved=not asap)
        first = first or max(start, opens)
        last = min(end, closes)
    return CallWindow(first, last, asap) if first is not None else None

"""When to call back: a span of time, out of what was said, the present moment and the business hours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from asr.slots import times_en, times_ko, times_zh
from asr.slots.expected import meant
from asr.slots.values import CallWindow, SlotContext, Understood
from asr.slots.wish import AHEAD, Clock, DayPart, Wish
from asr.text import tidy
from config.business_hours import OpeningHours

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
_LOOK_AHEAD = AHEAD  # days to look for business hours in
_DOUBTFUL = 0.5  # how far a time is believed that may be another one
_SMALL_HOURS = 5  # until then "tomorrow" is a doubtful word
_BOTH_HALVES = (7, 8, 9)  # hours at which people work in the morning and in the evening
_LEAST = timedelta(minutes=10)  # less is no time to call in, where something is left out


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
    now = now if context.hours is None else context.hours.here(now)
    if meant(context.meanings) == "asap":
        window = window_of(Wish(asap=True), now, context.hours)
        return None if window is None else Understood(window, confidence, tidy(text, language))
    readings = [
        (wish, window)
        for said in (text, *context.alternatives)
        if (wish := _WISHES[language](said, now.date())) is not None
        and (window := window_of(wish, now, context.hours)) is not None
    ]
    if not readings:
        return None
    # One that has an hour, or another exact time, was heard better than one in which it got lost.
    readings = [reading for reading in readings if _is_exact(reading[0])] or readings
    wish, window = readings[0]
    heard_so = _WISHES[language](text, now.date()) == wish if context.alternatives else True
    # What may be meant otherwise, or was heard otherwise too, is asked.
    if (
        _doubtful(wish, window, now, context.hours)
        or not heard_so
        or any((other.start, other.end) != (window.start, window.end) for _, other in readings[1:])
    ):
        confidence *= _DOUBTFUL
    return Understood(window, confidence, tidy(text, language))


def _is_exact(wish: Wish) -> bool:
    return wish.clock is not None or wish.delay is not None or wish.asap


def _doubtful(wish: Wish, window: CallWindow, now: datetime, hours: OpeningHours | None) -> bool:
    """Whether a wish leaves its day or its half of the day open."""
    if wish.unsure or any(other.unsure for other in wish.or_else):
        return True
    if wish.relative and now.hour < _SMALL_HOURS:
        return True  # "tomorrow" may be this morning
    clock = wish.clock
    if clock is not None and wish.relation == "at" and window.start == now and not wish.or_else:
        return True  # "at ten", said at twenty past ten
    if clock is None or clock.half is not None or wish.part is not None or hours is None:
        return False
    if clock.hour not in _BOTH_HALVES:
        return False
    day = wish.days[0] if wish.days else now.date()
    return all(
        hours.at(_at(day, time(hour, clock.minute), now)).open for hour in (clock.hour, clock.hour + 12)
    )


def window_of(wish: Wish, now: datetime, hours: OpeningHours | None) -> CallWindow | None:
    """The span of a wish, None when it lies in the past or nobody ever calls.

    Args:
        wish: what the caller wants; its days and times are local ones.
        now: aware local time.
        hours: when calls are made, None for at any time; their zone, if they have one, is the local one.
    """
    now = now if hours is None else hours.here(now)
    if wish.asap:
        return _within_hours(now, _later(now, _SOON), now, hours, asap=True)
    if wish.delay is not None:
        start = _later(now, wish.delay)
        if wish.within:
            return _within_hours(now, start, now, hours)
        return _within_hours(start, _later(start, _EXACT), now, hours)
    if wish.later:
        day = wish.days[0] if wish.days else now.date()
        first = max(_at(day, time(0), now), _later(now, timedelta(hours=1)), key=datetime.timestamp)
        return _within_hours(first, _day_end(day, now), now, hours)
    found = [
        window
        for option in (wish, *wish.or_else)
        if (window := _first(option, wish.without, now, hours)) is not None
    ]
    as_wished = [window for window in found if not window.moved]
    return min(as_wished, key=lambda window: window.start.timestamp(), default=found[0] if found else None)


def _first(
    wish: Wish, without: tuple[Wish, ...], now: datetime, hours: OpeningHours | None
) -> CallWindow | None:
    """The first span of one wish in which somebody calls; where nobody does, the first that was moved."""
    today = now.date()
    days = wish.days or tuple(today + timedelta(days=ahead) for ahead in range(AHEAD if without else 2))
    moved = None
    for day in days:
        for start, end in _left(_span(wish, day, now, hours), without, now, hours):
            if end.timestamp() <= now.timestamp():
                continue
            window = _within_hours(start, end, now, hours, without)
            if window is not None and not window.moved:
                return window
            moved = moved or window
    return moved


def _left(
    span: tuple[datetime, datetime], without: tuple[Wish, ...], now: datetime, hours: OpeningHours | None
) -> list[tuple[datetime, datetime]]:
    """What is left of a span when all that was denied is taken out."""
    pieces = [span]
    for denied in without:
        first, last = span[0].date(), span[1].date()
        days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
        for day in days:
            if denied.days and day not in denied.days:
                continue
            start, end = _denied_span(denied, day, now, hours)
            pieces = [
                piece
                for one, other in pieces
                for piece in ((one, min(other, start)), (max(one, end), other))
                if piece[1] - piece[0] >= _LEAST
            ]
    return pieces


def _denied_span(
    denied: Wish, day: date, now: datetime, hours: OpeningHours | None
) -> tuple[datetime, datetime]:
    midnight, next_midnight = _at(day, time(0), now), _at(day + timedelta(days=1), time(0), now)
    if denied.clock is None and denied.part is None:
        return midnight, next_midnight
    start, end = _span(replace(denied, days=(day,)), day, now, hours)
    # "Not before ten" leaves nothing before ten, not only from seven on.
    early = denied.relation == "before" or denied.part in ("early", "morning")
    late = denied.relation == "after" or denied.part in ("evening", "night", "late_afternoon")
    if denied.part == "afternoon" and denied.clock is None:
        late = True
    return midnight if early else start, next_midnight if late else end


def _later(at: datetime, span: timedelta) -> datetime:
    """The local time when so much real time has passed: Python's sums ignore changes of the clock."""
    return (at.astimezone(UTC) + span).astimezone(at.tzinfo)


def _span(wish: Wish, day: date, now: datetime, hours: OpeningHours | None) -> tuple[datetime, datetime]:
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
        end = _at(day, _PARTS[wish.part][1], now) if wish.part else at
        end = end if end.timestamp() > at.timestamp() else _day_end(day, now)
        return at, max(end, _later(at, _EXACT), key=datetime.timestamp)
    if wish.relation == "before":
        start = _at(day, _PARTS[wish.part][0], now) if wish.part else at
        return start if start.timestamp() < at.timestamp() else _at(day, _DAYTIME[0], now), at
    return at, _later(at, _EXACT)


def _clock_time(
    clock: Clock, part: DayPart | None, day: date, now: datetime, hours: OpeningHours | None, *, fixed: bool
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
        opened = [at for at in (morning, evening) if hours.at(at).open]
        likely = [at for at in opened if at in likely] or opened or likely
    # "At six" by day is the one still to come.
    ahead = [at for at in likely if _later(at, _EXACT).timestamp() > now.timestamp()]
    if not ahead and not fixed and day == now.date() and evening > now and hours is None:
        ahead = [evening]
    return (ahead or likely or [evening])[0]


def _at(day: date, when: time, now: datetime) -> datetime:
    return datetime.combine(day, when, tzinfo=now.tzinfo)


def _day_end(day: date, now: datetime) -> datetime:
    return _at(day, _DAYTIME[1], now)


def _within_hours(
    start: datetime,
    end: datetime,
    now: datetime,
    hours: OpeningHours | None,
    without: tuple[Wish, ...] = (),
    *,
    asap: bool = False,
) -> CallWindow | None:
    """The part of a span in which somebody calls, or else the next time at which somebody does."""
    zone = now.tzinfo
    start = max(start, now, key=datetime.timestamp).astimezone(UTC)
    end = end.astimezone(UTC)
    if hours is None:
        return CallWindow(start.astimezone(zone), max(end, start + _EXACT).astimezone(zone), asap)
    length = max(end - start, _EXACT)
    first: datetime | None = None
    last = start
    for opens, closes in hours.open_times(start.astimezone(zone), _LOOK_AHEAD):
        if opens >= end:
            if first is not None:
                break
            for left in _left((opens.astimezone(zone), closes.astimezone(zone)), without, now, hours):
                opened = left[0].astimezone(UTC)
                closed = min(opened + length, left[1].astimezone(UTC))
                return CallWindow(opened.astimezone(zone), closed.astimezone(zone), asap, moved=not asap)
            continue
        first = first or opens
        last = min(end, closes)
    return CallWindow(first.astimezone(zone), last.astimezone(zone), asap) if first is not None else None

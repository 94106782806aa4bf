"""A wished time as it was said, before the clock and the business hours make a span of it.

`times_en`, `times_zh` and `times_ko` find what is said of days and hours; here it becomes one wish: what
belongs together, what is an alternative, what is denied ("not today, tomorrow", 除了周一), or taken back.
`callback_time` makes spans of wishes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal, TypeAlias

from asr.patterns import Pattern

DayPart: TypeAlias = Literal["early", "morning", "noon", "afternoon", "late_afternoon", "evening", "night"]
Relation: TypeAlias = Literal["at", "after", "before", "between"]
DayEdge: TypeAlias = Literal["on", "from", "after", "before", "until"]

AHEAD = 60
"""Days that a wish may lie ahead; weekdays that are denied are denied for so long."""

_OPEN_END = 14  # days that "from Wednesday on" is looked at


@dataclass(frozen=True, slots=True)
class Clock:
    """A time on the clock: `hour` 0..23 as said, `half` None where nobody said which half of the day."""

    hour: int
    minute: int = 0
    half: Literal["am", "pm"] | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What was said of when to call.

    Args:
        asap: at once, or whenever.
        delay: from now on.
        within: not after the delay, but before it is over.
        later: some time later today.
        days: the days it could be, the likeliest first; empty for none said.
        week: all working days from the first of `days` on.
        part: of the day.
        relation: of the wish to `clock` (and `until`).
        clock, until: times on the clock.
        or_else: other wishes, as good, but said later.
        without: what must not be; one without days means every day.
        unsure: the words may mean something else too.
        relative: counted from today ("tomorrow"), which is doubtful after midnight.
    """

    asap: bool = False
    delay: timedelta | None = None
    within: bool = False
    later: bool = False
    days: tuple[date, ...] = ()
    week: bool = False
    part: DayPart | None = None
    relation: Relation = "at"
    clock: Clock | None = None
    until: Clock | None = None
    or_else: tuple[Wish, ...] = ()
    without: tuple[Wish, ...] = ()
    unsure: bool = False
    relative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One thing that is said of a time, and where.

    Args:
        start, end: where in the text.
        days, week, part, relation, clock, until, unsure, relative: as in `Wish`.
        every: a weekday's plain name: where it is denied, it is each of them.
    """

    start: int
    end: int
    days: tuple[date, ...] = ()
    every: bool = False
    week: bool = False
    part: DayPart | None = None
    relation: Relation = "at"
    clock: Clock | None = None
    until: Clock | None = None
    unsure: bool = False
    relative: bool = False

    @property
    def timed(self) -> bool:
        """Whether it says something of the time of day."""
        return self.part is not None or self.clock is not None


@dataclass(frozen=True, slots=True)
class JoiningWords:
    """What a language says between, before and behind times.

    Args:
        denied_before: ends where a time begins that is denied: "not on ".
        excepting: ends such a "denied_before" that holds for a whole list: "except ".
        denied_behind: begins where such a time ends: " doesn't work".
        listed: all that stands between two times that share a denial, or are alternatives: " or ".
        taken_back: all that stands between a time and the one that replaces it: " no, sorry, ".
        at_once, later: no time at all, but a wish.
        not_at_once: at once is just what is not wanted.
        doubtful: what leaves open what the times are for: "I get off at five, so after that".
        vague: what leaves a whole day open: "not too early".
    """

    denied_before: Pattern
    excepting: Pattern
    denied_behind: Pattern
    listed: Pattern
    taken_back: Pattern
    at_once: Pattern
    later: Pattern
    not_at_once: Pattern
    doubtful: Pattern
    vague: Pattern


@dataclass(slots=True)
class _Item:
    mention: Mention
    denied: bool = False
    listed: bool = False  # with the one before


@dataclass(slots=True)
class Taken:
    """Finds patterns in a text, no two on the same words: what is a date is no time of day."""

    text: str
    spans: list[tuple[int, int]] = field(default_factory=list)

    def find(self, pattern: Pattern) -> Iterator[re.Match[str]]:
        """The matches on words that are still free, from the left; `keep` takes one."""
        position = 0
        while found := pattern.search(self.text, position):
            clash = [end for start, end in self.spans if start < found.end() and found.start() < end]
            if not clash:
                yield found
            position = max(clash, default=max(found.end(), found.start() + 1))

    def keep(self, found: re.Match[str]) -> tuple[int, int]:
        """Take a match's words."""
        start, end = found.span()
        start += len(found[0]) - len(found[0].lstrip())
        end -= len(found[0]) - len(found[0].rstrip())
        self.spans.append((start, end))
        return start, end


def composed(said: str, mentions: Iterable[Mention], words: JoiningWords) -> Wish | None:
    """The wish that a text's mentions make; None where nothing is said of when.

    Args:
        said: the text in which the mentions are.
        mentions: in any order.
        words: of the text's language.
    """
    items = _items(said, sorted(mentions, key=lambda mention: mention.start), words)
    without = tuple(_without(item.mention) for item in items if item.denied)
    for earlier, item in pairwise(items):
        if earlier.denied and not item.denied and not item.mention.days and earlier.mention.timed:
            # "Not tomorrow morning, in the afternoon": the day stays.
            item.mention = replace(item.mention, days=earlier.mention.days, relative=earlier.mention.relative)
    for earlier, item, later in zip(items, items[1:], items[2:], strict=False):
        # "Wednesday, Thursday or Friday"
        if later.listed and not earlier.denied and not item.denied and _next_to(said, earlier, item):
            item.listed = True
    options, unsure = _options([item for item in items if not item.denied])
    at_once = bool(words.at_once.search(said)) and not words.not_at_once.search(said)
    if options:
        first = options[0]
        whole_day = first == Wish(days=first.days, relative=first.relative)
        unsure = unsure or (whole_day and bool(words.vague.search(said)))
        if whole_day and not without and words.later.search(said):
            return replace(first, later=True, unsure=unsure)
        unsure = unsure or first.unsure or bool(words.doubtful.search(said))
        return replace(first, or_else=options[1:], without=without, unsure=unsure)
    if without:
        return Wish(without=without, unsure=not at_once)
    if words.later.search(said) or words.not_at_once.search(said):
        return Wish(later=True)
    return Wish(asap=True) if at_once else None


def _items(said: str, mentions: Sequence[Mention], words: JoiningWords) -> list[_Item]:
    """Mentions that belong together as one, each with whether it is denied."""
    items: list[_Item] = []
    for mention in mentions:
        joint = said[items[-1].mention.end : mention.start] if items else ""
        if not items:
            items.append(_Item(mention))
        elif words.taken_back.fullmatch(joint):
            items[-1].mention = _replaced(items[-1].mention, mention)
        elif words.listed.fullmatch(joint) and not _is_a_span(items[-1].mention, mention):
            items.append(_Item(mention, listed=True))
        elif (
            words.denied_before.search(joint)
            or words.denied_behind.match(joint)
            or (merged := _merged(items[-1].mention, mention)) is None
        ):
            items.append(_Item(mention))
        else:
            items[-1].mention = merged
    _deny(said, items, words)
    return items


def _next_to(said: str, one: _Item, other: _Item) -> bool:
    return not said[one.mention.end : other.mention.start].strip()


def _deny(said: str, items: list[_Item], words: JoiningWords) -> None:
    excepting = False
    used = 0  # how far words have been taken for the denial of what stands before them
    for at, item in enumerate(items):
        start = items[at - 1].mention.end if at else 0
        lead = said[max(start, used) : item.mention.start]
        following = items[at + 1] if at + 1 < len(items) else None
        tail = said[item.mention.end : following.mention.start if following else len(said)]
        # What ends where another time begins is not the end of what was said.
        behind = words.denied_behind.match(tail + "\n" * (following is not None))
        if behind and following and words.denied_before.search(tail) and not following.mention.days:
            behind = None  # 周一不要上午: it is the morning that is denied
        if behind:
            item.denied = True
            used = item.mention.end + behind.end()
            for back in range(at, 0, -1):
                if (
                    not items[back].listed
                    and said[items[back - 1].mention.end : items[back].mention.start].strip()
                ):
                    break
                items[back - 1].denied = True
        elif said.startswith(("not ", "no "), item.mention.start):
            continue  # "every day, but not before ten" says so itself
        elif words.denied_before.search(lead):
            item.denied = True
            excepting = bool(words.excepting.search(lead))
        elif at and items[at - 1].denied and start >= used:
            item.denied = item.listed or (excepting and not lead.strip())


def _is_a_span(one: Mention, other: Mention) -> bool:
    """Whether one says from when, and the other until when: "after ten, before twelve"."""
    begins, ends = one.clock, other.clock
    if begins is None or ends is None or (one.relation, other.relation) != ("after", "before"):
        return False
    return not other.days and (begins.hour, begins.minute) < (ends.hour, ends.minute)


def _merged(one: Mention, other: Mention) -> Mention | None:
    """Both as one where they speak of the same time: a day and its hour, a day by two names."""
    if _is_a_span(one, other):
        part = one.part or other.part
        return replace(one, end=other.end, relation="between", until=other.clock, part=part)
    if one.clock is not None and other.clock is not None:
        return None
    if one.days and other.days and one.timed:
        return None  # a day behind an hour begins another time
    days, every, week = one.days or other.days, one.every or other.every, one.week or other.week
    if one.days and other.days:
        if one.week or other.week:
            within, day = (one, other) if one.week else (other, one)
            if len(day.days) > 2:
                return None  # "this week, next week"
            monday = within.days[0]
            days = tuple(monday + timedelta(days=(each - monday).days % 7) for each in day.days[:1])
            week = False
        else:
            days = tuple(day for day in one.days if day in other.days)
            if not days:
                return None
    part = one.part or other.part
    if one.part and other.part and one.part != other.part:
        if "early" not in (one.part, other.part):
            return None
        later = one.part if other.part == "early" else other.part
        part = "early" if later == "morning" else later
    timed = one if one.clock is not None else other
    return Mention(
        start=one.start,
        end=other.end,
        days=days,
        every=every,
        week=week,
        part=part,
        relation=timed.relation,
        clock=timed.clock,
        until=timed.until,
        unsure=one.unsure or other.unsure,
        relative=one.relative or other.relative,
    )


def _replaced(old: Mention, new: Mention) -> Mention:
    """What was said anew in the place of what was said before; the rest stays."""
    kept = (
        new
        if new.timed
        else replace(new, part=old.part, relation=old.relation, clock=old.clock, until=old.until)
    )
    if not new.days:
        kept = replace(kept, days=old.days, every=old.every, week=old.week, relative=old.relative)
    return replace(kept, start=old.start)


def _options(items: list[_Item]) -> tuple[tuple[Wish, ...], bool]:
    """The wishes among which the caller leaves the choice, and whether they are doubtful."""
    mentions: list[Mention] = []
    unsure = False
    for item in items:
        mention = item.mention
        if mentions and not mention.days:
            mention = replace(mention, days=mentions[-1].days, week=mentions[-1].week)
        elif mentions and mentions[-1].days and not item.listed:
            unsure = True  # two days, and nothing says how they go together
        if mentions and item.listed and mention.days and not mention.timed and mentions[-1].timed:
            timed = mentions[-1]
            mention = replace(
                mention, part=timed.part, relation=timed.relation, clock=timed.clock, until=timed.until
            )
        if item.listed and mention.timed:
            # "Monday or Tuesday at nine"
            for at, earlier in enumerate(mentions):
                if not earlier.timed:
                    mentions[at] = replace(
                        earlier,
                        part=mention.part,
                        relation=mention.relation,
                        clock=mention.clock,
                        until=mention.until,
                    )
        mentions.append(mention)
    if (
        len(mentions) > 1
        and mentions[0].timed
        and not mentions[0].days
        and mentions[1].days
        and not mentions[1].timed
    ):
        mentions[:2] = [replace(mentions[0], days=mentions[1].days, week=mentions[1].week)]
    return tuple(_wish(mention) for mention in mentions), unsure


def _wish(mention: Mention) -> Wish:
    return Wish(
        days=mention.days,
        week=mention.week,
        part=mention.part,
        relation=mention.relation,
        clock=mention.clock,
        until=mention.until,
        unsure=mention.unsure,
        relative=mention.relative,
    )


def _without(mention: Mention) -> Wish:
    days = mention.days
    if mention.every:
        first = days[0]
        days = tuple(first + timedelta(days=7 * week) for week in range(-1, AHEAD // 7 + 1))
    return replace(_wish(mention), days=days)


def day_range(first: date, last: date) -> tuple[date, ...]:
    """All days from the first to the last."""
    return tuple(first + timedelta(days=ahead) for ahead in range((last - first).days + 1))


def with_edge(days: tuple[date, ...], edge: DayEdge, today: date) -> tuple[date, ...]:
    """The days that "from Wednesday on", "before Friday" mean; a day itself with "on"."""
    if not days or edge == "on":
        return days
    day = days[0]
    if edge in ("before", "until"):
        last = day - timedelta(days=1) if edge == "before" else day
        return day_range(today, last) or days
    return day_range(day + timedelta(days=edge == "after"), day + timedelta(days=_OPEN_END))


def weekday(
    number: int, today: date, *, next_week: bool = False, this_week: bool = False, weeks: int = 1
) -> tuple[date, ...]:
    """The days that a weekday's name may mean.

    Args:
        number: 0 for Monday.
        today: today.
        next_week: "next Monday": of the next calendar week.
        this_week: "this Friday": of this calendar week.
        weeks: of which week from now, where `next_week` (下下周一 is in the week after the next).
    """
    monday = today - timedelta(days=today.weekday())
    if next_week:
        return (monday + timedelta(days=7 * weeks + number),)
    if this_week:
        return (monday + timedelta(days=number),)
    first = today + timedelta(days=(number - today.weekday()) % 7)
    return (first, first + timedelta(days=7)) if first == today else (first,)


def weekend(today: date, *, next_week: bool = False) -> tuple[date, ...]:
    """The Saturday and the Sunday that are left of this week, or those of the next."""
    saturday = today + timedelta(days=5 - today.weekday() + 7 * next_week)
    return tuple(day for day in (saturday, saturday + timedelta(days=1)) if day >= today)


def working_days(today: date) -> tuple[date, ...]:
    """Monday to Friday, for the week to come."""
    return tuple(day for day in day_range(today, today + timedelta(days=7)) if day.weekday() < 5)


def next_monday(today: date) -> date:
    """The first day of the next week."""
    return today + timedelta(days=7 - today.weekday())


def day_of_month(day: int, today: date, month: int | None = None) -> tuple[date, ...]:
    """The next day of that number; () when it is more than three months away: that was no wish."""
    for ahead in range(93):
        found = today + timedelta(days=ahead)
        if found.day == day and month in (None, found.month):
            return (found,)
    return ()

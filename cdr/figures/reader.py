"""Reads the events of a report from the store, page by page, and what was in progress at its start.

Memory is bounded by a page and by the counts. What began before the report is looked for backwards
and not for ever: calls for a day, agents' states for a month, callbacks and tickets for a quarter.
"""

from __future__ import annotations

import heapq
from collections.abc import AsyncIterator, Collection, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson
from sqlalchemy import ColumnElement, Select, Text, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from callback_queue.agents.events import AgentStateChanged
from callback_queue.callbacks.events import (
    CallbackAttemptEnded,
    CallbackClosed,
    CallbackDialled,
    CallbackRequested,
    CallbackStarted,
)
from callback_queue.recovery.events import SwitchStarted, SwitchStopped
from callback_queue.tickets.events import TicketChanged, TicketJoined, TicketOpened
from cdr.events import EVENTS, decode
from cdr.figures.counter import FigureCounter
from cdr.figures.interval_tallies import FigureRules
from cdr.figures.windows import Windows
from cdr.settings import SettingsHistory
from cdr.tables import CallRow, EventRow
from cdr.times import to_seconds
from journal.event import Event
from telephony.call.events import CallOffered

PAGE = 2000
CHUNK = 500
DAY = 86_400.0
LONGEST_CALL = DAY
LONGEST_STATE = 31 * DAY
LONGEST_MATTER = 92 * DAY

# The body as text: it is parsed here, once, by the fastest parser.
_COLUMNS = (EventRow.id, EventRow.switch, EventRow.kind, cast(EventRow.body, Text))

# An event's id, the switch it is of, and the event.
Read: TypeAlias = tuple[int, str, Event]


@dataclass(frozen=True, slots=True)
class _Matters:
    """Things with a life of their own, and the events that tell it.

    Args:
        key: the field that names one.
        news: kinds that need to know what was before.
        life: kinds that tell it.
    """

    key: str
    news: tuple[type[Event], ...]
    life: tuple[type[Event], ...]


_MATTERS = (
    _Matters("ticket", (TicketChanged,), (TicketOpened, TicketChanged, TicketJoined)),
    _Matters(
        "callback",
        (CallbackDialled, CallbackAttemptEnded, CallbackClosed),
        (CallbackRequested, CallbackStarted, CallbackDialled, CallbackAttemptEnded),
    ),
)


async def report(engine: AsyncEngine, windows: Windows, rules: FigureRules, now: float) -> FigureCounter:
    """Count everything that happened in a time.

    Args:
        engine: of the database.
        windows: the intervals.
        rules: what is counted.
        now: Unix seconds; agents' states that go on are counted until then.
    """
    counter = FigureCounter(windows, rules)
    start, end = to_seconds(windows.start), to_seconds(windows.end)
    async with engine.connect() as connection:
        first, last = await _ids(connection, start, end)
        if first is None or last is None:
            # Where nothing happened agents may still have been there, and calls in progress.
            last = await _last_before(connection, start)
            first = last + 1
        begin = await _begin(connection, start, first)
        settings = SettingsHistory()
        await settings.refresh(connection)
        for switch, applied in settings.before(begin).items():
            counter.receive(applied, switch)
        for _, switch, event in await _before(connection, begin, last, start):
            counter.receive(event, switch)
        async for _, switch, event in _read(connection, begin, last, counter.kinds):
            if event.at < end:
                counter.receive(event, switch)
        async for _, switch, event in _repeats(connection, end, end + rules.repeat_ms / 1000):
            counter.receive(event, switch)
    counter.finish(min(now, end))
    return counter


async def _ids(connection: AsyncConnection, start: float, end: float) -> tuple[int | None, int | None]:
    """The first and the last id of the events of a time."""
    # The sum keeps the database from walking through all ids in order instead of using the index of times.
    number = EventRow.id + 0
    query = select(func.min(number), func.max(number)).where(EventRow.at >= start, EventRow.at < end)
    row = (await connection.execute(query)).one()
    return row[0], row[1]


async def _last_before(connection: AsyncConnection, start: float) -> int:
    """The id of the last event before a time; 0 for none."""
    newest = select(func.max(EventRow.id)).where(EventRow.at < start)
    return (await connection.execute(newest)).scalar() or 0


async def _begin(connection: AsyncConnection, start: float, first: int) -> int:
    """The id to read from: where the oldest call began that was in progress at the beginning."""
    calls = select(func.min(CallRow.started)).where(
        CallRow.started < start,
        CallRow.started >= start - LONGEST_CALL,
        or_(CallRow.last_at >= start, CallRow.ended.is_(None)),
    )
    oldest = (await connection.execute(calls)).scalar()
    if oldest is None:
        return first
    earliest, _ = await _ids(connection, oldest - 0.001, start)  # records are rounded to milliseconds
    return first if earliest is None else min(first, earliest)


async def _before(connection: AsyncConnection, begin: int, last: int, start: float) -> Iterable[Read]:
    """What is to be known of the time before `begin`, in order."""
    parts = [await _states(connection, begin, start)]
    for matters in _MATTERS:
        parts.append(await _lives(connection, matters, begin, last, start))
    return heapq.merge(*parts, key=lambda read: read[0])


async def _states(connection: AsyncConnection, begin: int, start: float) -> list[Read]:
    """Each agent's last change of state, if its switch has not gone down since."""
    known = EventRow.id < begin, EventRow.at >= start - LONGEST_STATE
    down: dict[str, int] = {}
    for kind in (SwitchStarted, SwitchStopped):
        for number, _, event in await _page(connection, _select((kind,)).where(*known)):
            if isinstance(event, kind):
                down[event.switch] = max(number, down.get(event.switch, 0))
    found: dict[str, Read] = {}
    before, news = begin, True
    while news:
        # Of one kind alone, so that the index of kinds has them in order.
        query = _select((AgentStateChanged,)).where(*known, EventRow.id < before)
        news = False
        for number, switch, event in await _page(connection, query.order_by(EventRow.id.desc()).limit(PAGE)):
            before = number
            if isinstance(event, AgentStateChanged) and number > down.get(switch.partition("/")[0], 0):
                news = True
                found.setdefault(event.agent, (number, switch, event))
    return sorted(found.values(), key=lambda read: read[0])


async def _lives(
    connection: AsyncConnection, matters: _Matters, begin: int, last: int, start: float
) -> list[Read]:
    """The earlier life of whatever there is news of in the report."""
    key = EventRow.body[matters.key].as_string()
    query = select(key).where(_of_kinds(matters.news), EventRow.id >= begin, EventRow.id <= last).distinct()
    names = sorted(name for name in (await connection.execute(query)).scalars() if name)
    lives: list[Read] = []
    for index in range(0, len(names), CHUNK):
        earlier = _select(matters.life).where(
            EventRow.id < begin,
            EventRow.at >= start - LONGEST_MATTER,
            key.in_(names[index : index + CHUNK]),
        )
        lives += await _page(connection, earlier)
    return sorted(lives, key=lambda read: read[0])


async def _repeats(connection: AsyncConnection, start: float, end: float) -> AsyncIterator[Read]:
    """Calls after the report: who ended in a flow and calls again was not served by it."""
    first, last = await _ids(connection, start, end)
    if first is None or last is None:
        return
    # Of one kind alone, so that the index of kinds has them in order.
    query = _select((CallOffered,)).where(EventRow.id <= last).order_by(EventRow.id).limit(PAGE)
    after = first - 1
    while page := await _page(connection, query.where(EventRow.id > after)):
        for read in page:
            if start <= read[2].at < end:
                yield read
        after = page[-1][0]


async def _read(
    connection: AsyncConnection, first: int, last: int, kinds: Collection[type[Event]]
) -> AsyncIterator[Read]:
    """Events by id, a page at a time."""
    # The kinds are sorted out here: asked for in the query, the database would go by the index of kinds, and
    # put all that is left in order for every page.
    names = {kind.__name__ for kind in kinds}
    query = select(*_COLUMNS).where(EventRow.id <= last).order_by(EventRow.id).limit(PAGE)
    after = first - 1
    while True:
        rows = (await connection.execute(query.where(EventRow.id > after))).all()
        for number, switch, kind, body in rows:
            if kind in names:
                event = _event(kind, orjson.loads(body))
                if event is not None:
                    yield number, switch, event
        if len(rows) < PAGE:
            return
        after = rows[-1][0]


def _of_kinds(kinds: Collection[type[Event]]) -> ColumnElement[bool]:
    return EventRow.kind.in_(sorted(kind.__name__ for kind in kinds))


def _select(kinds: Collection[type[Event]]) -> Select[int, str, str, str]:
    return select(*_COLUMNS).where(_of_kinds(kinds))


async def _page(connection: AsyncConnection, query: Select[int, str, str, str]) -> list[Read]:
    page = []
    for number, switch, kind, body in (await connection.execute(query)).all():
        event = _event(kind, orjson.loads(body))
        if event is not None:
            page.append((number, switch, event))
    return page


def _event(kind: str, body: dict[str, Any]) -> Event | None:
    """The same as `decode`; quicker for events of this version, which a report reads a million of."""
    made = EVENTS.get(kind)
    if made is None or type(body.get("at")) is not float:
        return decode(kind, body)
    try:
        return made(**body)
    except TypeError:  # a field too many, or one that is missing
        return decode(kind, body)

"""Call records and reports in both databases: kept as events come in, built anew, compared."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from callback_queue.tickets.events import TicketOpened
from cdr.calls.projection import CallProjection
from cdr.calls.record_builder import CallRules, build_record
from cdr.calls.rows import row_of_events
from cdr.calls.verify import verify
from cdr.figures.interval_tallies import FigureRules, QueueThresholds
from cdr.figures.reader import report
from cdr.figures.windows import Windows
from cdr.recorder.projector import Parts, Projector
from cdr.store import EventStore
from cdr.tables import CallRow
from config.database import create_engine
from config.migrate import upgrade
from journal.codec import encode
from journal.event import Event
from journal.follower import Line
from telephony.call.events import CallEnded, CallOffered
from tests.unit.cdr.brute import agent_in, house_in, queue_in
from tests.unit.cdr.day import Day
from tests.unit.cdr.shift import HOUR, MIDNIGHT
from tests.unit.cdr.truth import POINTS

ZONE = ZoneInfo("Asia/Shanghai")
RULES = CallRules(short_abandon_ms={"sales": 10_000})
DAY = Day(11, calls=100)


@asynccontextmanager
async def migrated(url: URL) -> AsyncIterator[AsyncEngine]:
    """An engine on tables that are there."""
    engine = create_engine(url)
    await upgrade(engine)
    yield engine
    await engine.dispose()


def run(url: URL, test: Callable[[AsyncEngine], Awaitable[None]]) -> None:
    """Run a test on an empty database."""

    async def all_of_it() -> None:
        async with migrated(url) as engine:
            await test(engine)

    asyncio.run(all_of_it())


def lines(events: Sequence[Event], first: int = 1) -> list[Line]:
    """Events as the recorder finds them in the spool."""
    return [Line(first + index, type(event).__name__, encode(event)) for index, event in enumerate(events)]


async def take(
    engine: AsyncEngine, told: Sequence[Line], *, commit: bool = True, rules: CallRules = RULES
) -> None:
    """Take a batch in as a recorder does that was started just now."""
    projector = Projector(EventStore(engine), Parts([CallProjection(engine, rules)], []))
    async with engine.connect() as connection:
        await projector.apply(connection, "switch-1", told)
        await (connection.commit() if commit else connection.rollback())


async def take_day(engine: AsyncEngine, size: int = 997) -> None:
    """Take the whole day in, in batches, with a new recorder for each."""
    told = lines(DAY.events)
    for start in range(0, len(told), size):
        await take(engine, told[start : start + size])


def by_call() -> dict[str, list[Event]]:
    """The day's events of each call."""
    calls: dict[str, list[Event]] = {}
    for event in DAY.events:
        if getattr(event, "call", ""):
            calls.setdefault(event.call, []).append(event)  # type: ignore[attr-defined]
    return calls


def test_rows_are_what_the_events_say_however_often_the_recorder_is_started_anew(database_url: URL) -> None:
    async def test(engine: AsyncEngine) -> None:
        await take_day(engine)
        found = await verify(engine, RULES)
        assert found.differences == []
        assert found.calls == len(by_call())
        table = CallRow.__table__
        async with engine.connect() as connection:
            rows = {row["call"]: dict(row) for row in (await connection.execute(select(table))).mappings()}
        assert rows == {call: row_of_events(call, events, RULES) for call, events in by_call().items()}

    run(database_url, test)


def test_a_batch_that_was_undone_leaves_nothing_behind(database_url: URL) -> None:
    async def test(engine: AsyncEngine) -> None:
        told = lines(DAY.events)
        half = len(told) // 2
        projector = Projector(EventStore(engine), Parts([CallProjection(engine, RULES)], []))
        async with engine.connect() as connection:
            await projector.apply(connection, "switch-1", told[:half])
            await connection.commit()
        for keeps in (False, True):
            async with engine.connect() as connection:
                await projector.apply(connection, "switch-1", told[half:])
                await (connection.commit() if keeps else connection.rollback())
        assert (await verify(engine, RULES)).differences == []

    run(database_url, test)


def test_a_call_that_goes_on_has_a_row_that_says_so(database_url: URL) -> None:
    async def test(engine: AsyncEngine) -> None:
        offered = CallOffered(
            100.0, "c1", "l1", caller="13800138000", called="4001", source="trunk:main", sip_call_id="x"
        )
        await take(engine, lines([offered]))
        async with engine.connect() as connection:
            row = (await connection.execute(select(CallRow.outcome, CallRow.ended, CallRow.number))).one()
        assert tuple(row) == ("in_progress", None, "13800138000")
        assert (await verify(engine, RULES)).differences == []

    run(database_url, test)


def test_rows_that_are_wrong_missing_or_too_many_are_found_and_put_right(database_url: URL) -> None:
    async def test(engine: AsyncEngine) -> None:
        await take_day(engine)
        first, second, *_ = sorted(by_call())
        async with engine.begin() as connection:
            await connection.execute(update(CallRow).where(CallRow.call == first).values(talk_ms=1))
            await connection.execute(update(CallRow).where(CallRow.call == second).values(call="stray"))
        found = {each.call: each for each in (await verify(engine, RULES)).differences}
        assert set(found) == {first, second, "stray"}
        assert found[first].fields["talk_ms"][0] == 1
        assert (found[second].missing, found["stray"].missing) == ("row", "events")
        assert len((await verify(engine, RULES, repair=True)).differences) == 3
        assert (await verify(engine, RULES)).differences == []

    run(database_url, test)


def test_other_rules_make_other_rows(database_url: URL) -> None:
    async def test(engine: AsyncEngine) -> None:
        await take_day(engine)
        unmasked = CallRules(mask_digits=False)
        assert {name for each in (await verify(engine, unmasked)).differences for name in each.fields} >= {
            "body"
        }
        await verify(engine, unmasked, repair=True)
        async with engine.connect() as connection:
            bodies = (await connection.execute(select(CallRow.body))).scalars().all()
        assert any(body["digits"].isdigit() for body in bodies)

    run(database_url, test)


def test_what_peers_send_never_stops_a_row(database_url: URL) -> None:
    async def test(engine: AsyncEngine) -> None:
        events: list[Event] = [
            CallOffered(
                1.0,
                "c1",
                "l1",
                caller="12\0'\"%_|\u2028",
                called="40\ud80001",
                source="trunk:a|b",
                sip_call_id="\x00",
            ),
            TicketOpened(2.0, "c1", "l1", ticket="100001", kind="problem", queue="sal|es", language="zh\0"),
        ]
        made = row_of_events("c1", [*events, CallEnded(3.0, "c1", "", by="local", reason="over")], RULES)
        async with engine.begin() as connection:
            await connection.execute(CallRow.__table__.insert().values(made))
        async with engine.connect() as connection:
            assert (await connection.execute(select(func.count()).select_from(CallRow))).scalar() == 1

    run(database_url, test)


LEVEL = dict.fromkeys(("sales", "support", "vip", "overflow"), 20_000)
SHORT = dict.fromkeys(LEVEL, 5_000)


TIMES = [
    (0, 24 * HOUR),
    (9 * HOUR + 77, 12 * HOUR + 5),
    (13 * HOUR, 13 * HOUR + 1000),
    (15 * HOUR + 40 * 60_000, 17 * HOUR),
    (23 * HOUR, 24 * HOUR),
]


async def check_report(engine: AsyncEngine, start: int, end: int) -> None:
    """Compare a report of a time with brute force."""
    rules = FigureRules(
        {name: QueueThresholds(LEVEL[name], SHORT[name]) for name in LEVEL}, POINTS, repeat_ms=2 * HOUR
    )
    windows = Windows.make(start / 1000, end / 1000, "whole", ZONE)
    made = await report(engine, windows, rules, (DAY.end + HOUR) / 1000)
    for row in made.queues():
        assert row.figures == queue_in(DAY.truth, row.name, start, end, LEVEL, SHORT, end)
    found = {row.name: row.figures for row in made.agents()}
    for agent in sorted({who for who, *_ in DAY.truth.states}):
        expected = agent_in(DAY.truth, agent, start, end, end)
        assert found.get(agent, expected) == expected
        assert agent in found or expected["online_time"] == 0
    expected = house_in(DAY.truth, start, end, 2 * HOUR)
    assert {name: made.all_calls().figures[name] for name in expected} == expected


def test_a_report_of_any_time_is_exact(database_url: URL) -> None:
    async def test(engine: AsyncEngine) -> None:
        await take_day(engine)
        for start, end in TIMES:
            await check_report(engine, MIDNIGHT + start, MIDNIGHT + end)

    run(database_url, test)


def test_every_record_of_the_day_agrees_with_its_truth() -> None:
    talked: dict[str, int] = {}
    for talk in DAY.truth.talks:
        spent = sum(over - begun for kind, begun, over in talk.stretches if kind == "talk")
        talked[talk.call] = talked.get(talk.call, 0) + spent
    for call in DAY.truth.calls:
        record = build_record(call.call, by_call()[call.call], RULES)
        assert record.ended == pytest.approx(call.ended / 1000)
        stays = [stay for stay in DAY.truth.stays if stay.call == call.call]
        assert record.wait_ms == sum(stay.left - stay.entered for stay in stays)
        if call.met:
            mine = sum(contact.talk_ms for contact in record.contacts if contact.agent)
            assert mine == talked[call.call]


@pytest.mark.parametrize("at", [1e300, 1e14, -1e300])
def test_a_call_that_ends_at_no_time_of_a_calendar_is_a_row(database_url: URL, at: float) -> None:
    began = CallOffered(
        MIDNIGHT / 1000, "c1", "leg", caller="1", called="2", source="trunk:main", sip_call_id="sip-1"
    )
    ended = CallEnded(at, "c1", "leg", by="remote", reason="bye")

    async def test(engine: AsyncEngine) -> None:
        await take(engine, lines([began, ended]))
        async with engine.connect() as connection:
            row = (await connection.execute(select(CallRow.__table__))).mappings().one()
        for name in ("started", "answered", "ended", "last_at"):
            assert row[name] is None or 0 < datetime.fromtimestamp(row[name], ZONE).year < 10_000
        assert 0 <= row["ring_ms"] < 2**31
        assert (await verify(engine, RULES)).differences == []

    run(database_url, test)

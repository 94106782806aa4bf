"""How long reports, records and their verification take over a history of a million events.

    python -m bench.report [--events 1000000] [--folder /tmp/hotline-report]

It writes days of a busy call centre (those of `tests/unit/cdr`, which have a known truth) into an SQLite
database, one after the other, and then asks for what people ask for. Time is the process's own CPU time, and
on the clock; memory the most that the process ever had.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import shutil
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy.ext.asyncio import AsyncEngine

from cdr.calls.record_builder import CallRules
from cdr.calls.verify import verify
from cdr.figures.counter import FigureCounter
from cdr.figures.interval_tallies import FigureRules
from cdr.figures.reader import report
from cdr.figures.windows import Interval, Windows
from config.database import create_engine, database_url
from config.migrate import upgrade
from journal.codec import to_row
from journal.event import Event
from tests.unit.cdr.day import Day
from tests.unit.cdr.shift import MIDNIGHT

ZONE = ZoneInfo("Asia/Shanghai")
DAY = 86_400.0
# Different days, in turn: making one takes longer than writing it down.
SEEDS = 5
CALLS = 1200
_NAMES = ("call", "ticket", "callback", "entry")


def main() -> None:
    """Fill a database, time reports on it, print a line for each."""
    parser = argparse.ArgumentParser(prog="python -m bench.report", description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000, help="how many to report on")
    parser.add_argument("--folder", type=Path, default=Path("/tmp/hotline-report"), help="made anew")
    options = parser.parse_args()
    shutil.rmtree(options.folder, ignore_errors=True)
    options.folder.mkdir(parents=True)
    asyncio.run(_measure(options.folder, options.events))


async def _measure(folder: Path, wanted: int) -> None:
    engine = create_engine(database_url("report.db", folder))
    await upgrade(engine)
    days, events = _fill(folder / "report.db", wanted)
    size = (folder / "report.db").stat().st_size / 1e6
    print(f"{events} events in {days} days, {size:.0f} MB")
    start, end = MIDNIGHT / 1000, MIDNIGHT / 1000 + days * DAY
    last = end - DAY
    reports: list[tuple[str, float, float, Interval, bool]] = [
        ("everything, by day", start, end, "day", True),
        ("everything, by day, without the calls behind", start, end, "day", False),
        ("everything, by quarter hour", start, end, "15min", False),
        ("a day, by quarter hour", last, end, "15min", True),
        ("an hour", last + 10 * 3600, last + 11 * 3600, "whole", True),
    ]
    for name, first, until, interval, calls in reports:
        windows = Windows.make(first, until, interval, ZONE)
        rules = FigureRules(calls=calls)
        fold = await _timed(name, lambda w=windows, r=rules: report(engine, w, r, end))
        print(
            f"    {fold.queue_totals()[-1].figures['offered']} offered, {len(fold.agents())} rows of agents"
        )
    built = await _timed("records, built", lambda: verify(engine, CallRules(), repair=True))
    print(f"    {built.calls} calls")
    again = await _timed("records, verified", lambda: verify(engine, CallRules()))
    assert not again.differences
    await _timed("a day after the records are there", lambda: _day(engine, last, end))
    await engine.dispose()
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _day(engine: AsyncEngine, start: float, end: float) -> Awaitable[FigureCounter]:
    return report(engine, Windows.make(start, end, "whole", ZONE), FigureRules(), end)


async def _timed(name: str, work: Callable[[], Awaitable[Any]]) -> Any:
    """Do something, and print what it took."""
    wall, cpu = time.monotonic(), time.process_time()
    done = await work()
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:<46} {wall:7.2f} s, CPU {cpu:7.2f} s, at most {memory:.0f} MB until now", flush=True)
    return done


def _fill(path: Path, wanted: int) -> tuple[int, int]:
    """Write whole days until there are so many events; how many days and events there are."""
    calls = min(CALLS, max(20, wanted // 50))
    patterns: dict[int, list[Event]] = {}
    days = events = 0
    with sqlite3.connect(path) as database:
        statement = "INSERT INTO events (switch, seq, at, kind, call, leg, body) VALUES (?, ?, ?, ?, ?, ?, ?)"
        while events < wanted:
            seed = days % SEEDS
            if seed not in patterns:
                patterns[seed] = list(Day(seed, calls=calls).events)
            told = patterns[seed]
            database.executemany(statement, _rows(told, days, events))
            events += len(told)
            days += 1
        database.commit()
    return days, events


def _rows(told: list[Event], day: int, first: int) -> Iterator[tuple[Any, ...]]:
    for index, event in enumerate(told):
        moved = _moved(event, day)
        row = to_row(moved)
        body = orjson.dumps(row["body"]).decode()
        yield "switch-1", first + index + 1, row["at"], row["kind"], row["call"], row["leg"], body


def _moved(event: Event, day: int) -> Event:
    """An event of another day, about other calls and tickets."""
    changes: dict[str, Any] = {"at": event.at + day * DAY}
    if hasattr(event, "since"):
        changes["since"] = event.since + day * DAY
    for name in _NAMES:
        value = getattr(event, name, "")
        if value:
            changes[name] = f"{day}-{value}"
    return replace(event, **changes)


if __name__ == "__main__":
    main()

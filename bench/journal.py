"""What records cost: events a second through the journal onto disk, and from there into the database.

    python -m bench.journal [--calls 3000]

* spool: appending as fast as one thread can, until everything is on disk.
* recorder: a spool of finished calls taken into an empty database, with all projections and consequences.
  Once plain calls between two phones (11 events), once calls that leave a ticket and a callback (11 events,
  one in ten from a caller who has an open ticket).
* delay: from appending one event to its row being visible, events coming one at a time.

PostgreSQL is measured where Debian's packages are installed; it runs without fsync, as in the tests, so its
disk is left out. CPU is the recorder's own; SQLite works inside it, PostgreSQL does not.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import uvloop
from rich.console import Console
from rich.table import Table
from sqlalchemy import text
from sqlalchemy.engine import URL

from callback_queue.callbacks.events import CallbackRequested
from callback_queue.recovery.events import SwitchStarted
from callback_queue.tickets.events import TicketOpened
from cdr.recorder.projector import Projector
from cdr.recorder.recorder import Limits, Recorder
from cdr.recorder.site_projections import SiteProjections
from cdr.recorder.status import StatusFile
from cdr.store import EventStore
from config import Site, load_site
from config.database import create_engine, database_url
from config.migrate import upgrade
from config.new_site import write_starter_site
from journal.event import Event
from journal.journal import Journal
from telephony.call import events
from tests.support import postgres
from tests.support.postgres import Postgres

START = 1_795_000_000.0
EVENTS_A_CALL = 11
PROBES = 60


def bridged(number: int) -> Iterator[Event]:
    """A call from one phone to another."""
    at, call = START + number, f"{number:016x}"
    quality: dict[str, float | int | None] = {"packets": 1500, "lost": 0, "jitter_ms": 0.4, "mos": 4.4}
    yield events.CallOffered(
        at, call, "1", caller="1001", called="1002", source="agent:1001", sip_call_id=f"{call}@phone"
    )
    yield events.LegDialled(at, call, "2", target="agent:1002", sip_call_id=f"{call}@switch")
    yield events.LegRinging(at + 0.1, call, "2", status=180)
    yield events.LegAnswered(at + 4, call, "2", codec="PCMA")
    yield events.CallAnswered(at + 4, call, "1", codec="PCMA")
    yield events.CallBridged(at + 4, call, "1", other="2")
    yield events.DigitReceived(at + 9, call, "1", digit="5")
    yield events.CallUnbridged(at + 30, call, "1", other="2")
    yield events.LegEnded(at + 30, call, "1", by="remote", status=None, reason="hung up", quality=quality)
    yield events.LegEnded(
        at + 30, call, "2", by="local", status=None, reason="other side hung up", quality=quality
    )
    yield events.CallEnded(at + 30, call, "", by="remote", reason="hung up")


def intake(number: int) -> Iterator[Event]:
    """A call that leaves a ticket and a callback."""
    at, call = START + number, f"{number:016x}"
    caller = f"+4930{number - number // 10:08d}"
    ticket = str(100_000 + number)
    yield events.CallOffered(
        at, call, "1", caller=caller, called="4000", source="trunk:carrier", sip_call_id=f"{call}@carrier"
    )
    yield events.CallAnswered(at, call, "1", codec="PCMA")
    yield events.FlowStarted(at, call, "1", flow="service-desk", version="3e92f9fe1502", language="en")
    yield events.StepEntered(at + 1, call, "1", flow="service-desk", step="greet", verb="say")
    yield events.StepEntered(at + 5, call, "1", flow="service-desk", step="choose", verb="menu")
    yield events.DigitReceived(at + 7, call, "1", digit="2")
    yield TicketOpened(
        at + 30,
        call,
        "1",
        ticket=ticket,
        kind="problem",
        queue="support",
        caller=caller,
        summary="The heating is cold.",
    )
    yield CallbackRequested(
        at + 30,
        call,
        "1",
        callback=f"{ticket}.1",
        ticket=ticket,
        number=caller,
        queue="support",
        language="en",
        tier="ordinary",
        priority=0,
        arrival=at,
        why="intake",
    )
    yield events.FlowEnded(at + 31, call, "1", flow="service-desk", reason="finished")
    yield events.LegEnded(at + 31, call, "1", by="local", status=None, reason="finished", quality={})
    yield events.CallEnded(at + 31, call, "", by="local", reason="finished")


def told(kind: Callable[[int], Iterator[Event]], calls: int) -> Iterator[Event]:
    """The events of so many calls."""
    yield SwitchStarted(START, switch="switch-1", version="bench")
    for number in range(calls):
        yield from kind(number)


async def spool(folder: Path, wanted: Iterable[Event]) -> tuple[float, float]:
    """Append events; returns the mean microseconds of one call, and events a second until all are on disk."""
    journal = Journal(folder)
    made = list(wanted)
    began = time.perf_counter()
    busy = time.thread_time()
    for event in made:
        journal.append(event)
    cost = time.thread_time() - busy
    await journal.durable()
    seconds = time.perf_counter() - began
    assert journal.lost == 0
    journal.close()
    return 1e6 * cost / len(made), len(made) / seconds


def recorder_of(site: Site, folder: Path, url: URL) -> Recorder:
    """A recorder on a database."""
    engine = create_engine(url)
    projector = Projector(EventStore(engine), SiteProjections(site, engine))
    status = StatusFile(folder / "recorder.json")
    return Recorder(engine, folder / "journal", "switch-1", projector, status, Limits(drain=3600))


async def migrated(url: URL) -> URL:
    """The same database, with its tables."""
    engine = create_engine(url)
    await upgrade(engine)
    await engine.dispose()
    return url


async def record(site: Site, folder: Path, url: URL) -> tuple[float, float]:
    """Take a whole spool in; returns the seconds that passed, and the processor's."""
    recorder = recorder_of(site, folder, url)
    task = asyncio.create_task(recorder.run())
    await asyncio.sleep(0)
    began, busy = time.perf_counter(), time.process_time()
    recorder.stop()  # it ends when the spool does
    await task
    return time.perf_counter() - began, time.process_time() - busy


async def delays(site: Site, folder: Path, url: URL) -> list[float]:
    """Milliseconds from appending an event to seeing its row, one after the other."""
    recorder = recorder_of(site, folder, url)
    task = asyncio.create_task(recorder.run())
    journal = Journal(folder / "journal")
    engine = create_engine(url)
    query = text("SELECT count(*) FROM events")
    found = []
    for number in range(PROBES):
        await asyncio.sleep(0.037)
        began = time.perf_counter()
        journal.append(events.CallRefused(START, status=403, peer="192.0.2.1"))
        while True:
            async with engine.connect() as connection:
                if (await connection.execute(query)).scalar() == number + 1:
                    break
            await asyncio.sleep(0.002)
        if number:  # the first one waits for the recorder to start
            found.append(1e3 * (time.perf_counter() - began))
    journal.close()
    recorder.stop()
    await task
    await engine.dispose()
    return found


async def measure(root: Path, calls: int, server: Postgres | None) -> Table:
    """All of it."""
    table = Table("what", "database", "result", title=f"journal and recorder, {calls} calls a run")
    cost, rate = await spool(root / "spool", told(bridged, calls))
    table.add_row("append", "", f"{cost:.1f} us an event")
    table.add_row("append to disk", "", f"{rate:,.0f} events/s")
    write_starter_site(root / "site")
    site = load_site(root / "site")
    databases: list[tuple[str, Callable[[str], URL]]] = [
        ("SQLite", lambda name: database_url(f"{name}.db", root))
    ]
    if server is not None:
        databases.append(("PostgreSQL", lambda name: server.create()))
    for name, database in databases:
        for what, kind in (("calls of phones", bridged), ("calls with ticket", intake)):
            folder = root / f"{name}-{kind.__name__}"
            count = calls if kind is bridged else calls // 10
            await spool(folder / "journal", told(kind, count))
            url = await migrated(database(kind.__name__))
            seconds, busy = await record(site, folder, url)
            speed = f"{EVENTS_A_CALL * count / seconds:,.0f} events/s, {count / seconds:,.0f} calls/s"
            table.add_row(what, name, f"{speed}, {1000 * busy / count:.1f} ms CPU a call")
        found = await delays(site, root / f"{name}-delay", await migrated(database("delay")))
        p95 = statistics.quantiles(found, n=20)[-1]
        table.add_row("delay", name, f"median {statistics.median(found):.0f} ms, p95 {p95:.0f} ms")
    return table


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.journal", description=__doc__)
    parser.add_argument("--calls", type=int, default=3000)
    options = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="hotline-bench-"))
    server = Postgres() if postgres.programs() is not None else None
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            Console().print(runner.run(measure(root, options.calls, server)))
    finally:
        if server is not None:
            server.close()
        shutil.rmtree(root)


if __name__ == "__main__":
    main()

"""The recorder as a process, on both databases: killed, locked out, with the database gone and back."""

from __future__ import annotations

import itertools
import random
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from sqlalchemy.engine import URL

from callback_queue.callbacks.events import CallbackRequested
from callback_queue.recovery.events import SwitchStarted
from callback_queue.tickets.events import TicketOpened
from config.database import database_url as url_of
from journal.event import Event
from journal.journal import Journal
from telephony.call.events import CallAnswered, CallEnded, CallOffered, DigitReceived
from tests.support.long import ON_POSTGRESQL_TOO_WHEN_LONG
from tests.support.ports import wait_for
from tests.support.postgres import Postgres
from tests.support.recorder import RecorderProcess

Make: TypeAlias = Callable[[Path, "URL | None"], RecorderProcess]


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes recorders; none is left behind."""
    made: list[RecorderProcess] = []

    def one(folder: Path, database: URL | None) -> RecorderProcess:
        folder.mkdir(exist_ok=True)
        made.append(RecorderProcess(folder, database))
        return made[-1]

    yield one
    for recorder in made:
        recorder.kill()


def story(numbers: Iterator[int], callers: int = 7) -> Iterator[Event]:
    """Calls without end, each with a ticket and a callback; from the same few callers, so that some join."""
    yield SwitchStarted(1.0, switch="switch-1", version="test")
    for number in numbers:
        at, call, caller = float(number * 10), f"call-{number}", f"+4930123450{number % callers}"
        ticket = str(100000 + number)
        yield CallOffered(
            at, call, "1", caller=caller, called="4000", source="trunk:t", sip_call_id=f"{call}@test"
        )
        yield CallAnswered(at + 1, call, "1", codec="PCMU")
        for key in "12":
            yield DigitReceived(at + 2, call, "1", digit=key)
        yield TicketOpened(at + 3, call, "1", ticket=ticket, kind="problem", queue="support", caller=caller)
        yield CallbackRequested(
            at + 3,
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
        yield CallEnded(at + 4, call, "", by="remote", reason="")


class Writer:
    """A switch that tells the story in a thread, 100 events a second, until it is stopped."""

    def __init__(self, folder: Path) -> None:
        self._journal = Journal(folder, segment_bytes=40_000)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._write)
        self.told = 0
        self._thread.start()

    def _write(self) -> None:
        story_so_far = story(itertools.count(1))
        while True:
            for event in itertools.islice(story_so_far, 8):
                self._journal.append(event)
                self.told += 1
            if self._stopping.wait(0.08):
                return

    def stop(self) -> int:
        """Stop; returns the number of the last event."""
        self._stopping.set()
        self._thread.join()
        self._journal.close()
        assert self._journal.lost == 0
        return self._journal.last_seq


FACTS = "SELECT kind, switch, call, at FROM events ORDER BY id"
OWN_SEQS = "SELECT seq FROM events WHERE switch = 'switch-1/recorder' ORDER BY id"
SEQS = "SELECT seq FROM events WHERE switch = 'switch-1' ORDER BY id"
TICKETS = "SELECT number, state, joined_into, call FROM tickets ORDER BY number"
CALLBACKS = "SELECT callback, ticket, state, arrival FROM callbacks ORDER BY callback"


def check_whole(recorder: RecorderProcess, told: int) -> None:
    """Every event of the switch is there once, in order, and so is every consequence."""
    seqs = [seq for (seq,) in recorder.rows(SEQS)]
    assert len(seqs) == told
    assert seqs == sorted(set(seqs))
    own = [seq for (seq,) in recorder.rows(OWN_SEQS)]
    assert own == list(range(1, len(own) + 1))


@pytest.mark.slow
@pytest.mark.timeout(300)
@ON_POSTGRESQL_TOO_WHEN_LONG
def test_killed_at_any_moment_it_takes_every_event_in_once(
    make: Make, database_url: URL, tmp_path: Path
) -> None:
    recorder = make(tmp_path, database_url)
    writer = Writer(recorder.journal)
    moments = random.Random(5)
    for _ in range(5):
        recorder.start()
        # The start takes most of a second; the rest is anywhere in the work.
        time.sleep(0.9 + moments.random())
        recorder.kill()
    last = writer.stop()
    recorder.start()
    recorder.wait_for_seq(last)
    recorder.stop()
    check_whole(recorder, writer.told)

    # The same spool at one go, without anybody killed, comes to the same.
    calm = make(tmp_path / "calm", url_of("calm.db", tmp_path))
    recorder.journal.rename(calm.journal)
    calm.start()
    calm.wait_for_seq(last)
    calm.stop()
    for query in (FACTS, TICKETS, CALLBACKS):
        assert recorder.rows(query) == calm.rows(query)
    assert any(joined for _, _, joined, _ in calm.rows(TICKETS)), "consequences were drawn"


@pytest.mark.long
@pytest.mark.timeout(300)
def test_postgresql_stopped_crashed_and_started_again(
    make: Make, postgresql: Postgres, tmp_path: Path
) -> None:
    recorder = make(tmp_path, postgresql.create())
    writer = Writer(recorder.journal)
    recorder.start()
    wait_for(lambda: "recorder started" in recorder.log(), "the recorder")
    for end in (postgresql.stop, postgresql.kill, postgresql.stop):
        wait_for(lambda before=writer.told: writer.told > before + 60, "events with it")  # type: ignore[misc]
        end()
        wait_for(lambda before=writer.told: writer.told > before + 60, "events without it")  # type: ignore[misc]
        postgresql.start()
        wait_for(
            lambda: recorder.log().count("the database is back") == recorder.log().count("database is away"),
            "the recorder to find it",
            timeout=20,
        )
    last = writer.stop()
    recorder.wait_for_seq(last)
    recorder.stop()
    check_whole(recorder, writer.told)
    assert 1 <= recorder.log().count("the database is away") <= 3, recorder.log()


def test_a_database_that_is_away_at_the_start(make: Make, postgresql: Postgres, tmp_path: Path) -> None:
    recorder = make(tmp_path, postgresql.create())
    postgresql.stop()
    writer = Writer(recorder.journal)
    recorder.start()
    wait_for(lambda: "the database is away" in recorder.log(), "the recorder to miss it", timeout=20)
    last = writer.stop()
    postgresql.start()
    recorder.wait_for_seq(last)
    recorder.stop()
    check_whole(recorder, writer.told)


@pytest.mark.slow
def test_sqlite_locked_by_somebody_else_for_some_seconds(make: Make, tmp_path: Path) -> None:
    recorder = make(tmp_path, url_of("locked.db", tmp_path))
    writer = Writer(recorder.journal)
    recorder.start()
    wait_for(lambda: "recorder started" in recorder.log(), "the recorder")
    other = sqlite3.connect(tmp_path / "locked.db", isolation_level=None)
    wait_for(lambda: other.execute("SELECT 1 FROM sqlite_master WHERE name = 'events'").fetchall(), "tables")
    other.execute("BEGIN IMMEDIATE")
    wait_for(lambda: "database is locked" in recorder.log(), "the recorder to give up once", timeout=20)
    other.execute("ROLLBACK")
    other.close()
    last = writer.stop()
    recorder.wait_for_seq(last)
    recorder.stop()
    check_whole(recorder, writer.told)
    assert recorder.log().count("the database is away: database is locked") == 1
    assert recorder.log().count("the database is back") == 1


def test_two_recorders_of_a_site_take_turns(make: Make, tmp_path: Path) -> None:
    """As after a server that was killed and started again: its recorder may still be at work."""
    database = url_of("turns.db", tmp_path)
    old = make(tmp_path / "old", database)
    new = make(tmp_path / "new", database)
    shutil.rmtree(new.site)
    new.site.symlink_to(old.site)
    writer = Writer(old.journal)
    old.start()
    wait_for(lambda: "recorder started" in old.log(), "the old one")
    new.start()
    wait_for(lambda: writer.told > 300, "events")
    assert "recorder started" not in new.log()
    old.stop()
    wait_for(lambda: "recorder started" in new.log(), "the new one")
    new.wait_for_seq(writer.stop())
    new.stop()
    check_whole(new, writer.told)


def test_a_site_without_a_database_has_no_recorder(make: Make, tmp_path: Path) -> None:
    recorder = make(tmp_path, None)
    recorder.start()
    assert recorder.wait() == 1
    assert "This site keeps no records" in recorder.log()

"""The journal: every event in order, in memory and in a spool that survives crashes and full disks."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from callback_queue.tickets.events import TicketOpened
from journal import spool
from journal.event import Event
from journal.journal import KEPT_EVENTS, Journal
from telephony.call.events import CallEnded, DigitReceived, LegEnded
from tests.support.ports import wait_for


def ended(number: int) -> CallEnded:
    """One of many events."""
    return CallEnded(float(number), "call", "", by="remote", reason="再见")


def lines(folder: Path) -> list[dict[str, Any]]:
    """All lines of a spool, read as anybody would."""
    return [
        json.loads(line)
        for segment in spool.segments(folder)
        for line in segment.read_text("utf-8").split("\n")[:-1]
    ]


def events(folder: Path) -> list[dict[str, Any]]:
    """The events among them."""
    return [line for line in lines(folder) if "event" in line]


def test_events_are_on_disk_in_order_after_closing(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", switch="north")
    for number in range(5000):
        journal.append(DigitReceived(float(number), "call", "leg", digit=str(number % 10)))
    journal.append(ended(5000))
    journal.close()
    found = events(tmp_path / "journal")
    assert [event["at"] for event in found] == [float(number) for number in range(5001)]
    seqs = [event.pop("seq") for event in found]
    assert seqs == list(range(seqs[0], seqs[0] + 5001))
    assert journal.last_seq == seqs[-1]
    assert found[-1] == {
        "event": "CallEnded",
        "at": 5000.0,
        "call": "call",
        "leg": "",
        "by": "remote",
        "reason": "再见",
    }
    assert lines(tmp_path / "journal")[0] == {"spool": 1, "switch": "north"}
    assert journal.counts == {"DigitReceived": 5000, "CallEnded": 1}
    assert (journal.lost, journal.pending) == (0, 0)


def test_only_the_last_events_stay_in_memory() -> None:
    journal = Journal(None)
    for number in range(KEPT_EVENTS + 10):
        journal.append(ended(number))
    assert len(journal.recent) == KEPT_EVENTS
    assert journal.recent[0].at == 10.0
    journal.close()


def test_listeners_hear_every_event_and_cannot_hurt_the_journal(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Event] = []

    def fail(event: Event) -> None:
        raise RuntimeError("deaf")

    journal = Journal(None, listeners=(fail, heard.append))
    later: list[Event] = []
    journal.append(ended(1))
    journal.listen(later.append)
    journal.append(ended(2))
    assert heard == [ended(1), ended(2)]
    assert later == [ended(2)]
    assert "deaf" in caplog.text


def test_a_listener_hears_the_kinds_that_it_asked_for() -> None:
    journal = Journal(None)
    calls: list[Event] = []
    both: list[Event] = []
    journal.append(ended(1))  # kept in mind before anybody listens
    journal.listen(calls.append, CallEnded)
    journal.listen(both.append, (CallEnded, DigitReceived))
    key = DigitReceived(2.0, "call", "leg", digit="1")
    for event in (ended(1), key, ended(3)):
        journal.append(event)
    assert calls == [ended(1), ended(3)]
    assert both == [ended(1), key, ended(3)]


def test_who_waits_for_the_disk_does_not_wait_for_the_rest_of_a_burst(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("journal.journal.GATHER", 3600.0)
    journal = Journal(tmp_path / "journal")

    async def wait() -> None:
        async with asyncio.timeout(20):
            for number in range(3):
                journal.append(ended(number))
                await journal.durable()

    asyncio.run(wait())
    assert [event["at"] for event in events(tmp_path / "journal")] == [0.0, 1.0, 2.0]
    journal.append(ended(3))
    journal.close()
    assert len(events(tmp_path / "journal")) == 4


def test_the_spool_is_private(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.append(ended(1))
    journal.close()
    for path in (tmp_path / "journal", *(tmp_path / "journal").iterdir()):
        assert path.stat().st_mode & 0o077 == 0, path


def test_nothing_is_opened_before_the_first_event(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.close()
    assert not (tmp_path / "journal").exists()


def test_segments_are_followed_by_new_ones(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    journal = Journal(folder, segment_bytes=2000)
    for number in range(100):
        journal.append(ended(number))
        asyncio.run(journal.durable())
    journal.close()
    segments = spool.segments(folder)
    assert len(segments) > 3
    assert [spool.number_of(segment) for segment in segments] == list(range(1, len(segments) + 1))
    assert all(spool.owner(segment) == "switch-1" for segment in segments)
    assert [event["at"] for event in events(folder)] == [float(number) for number in range(100)]


def test_numbers_rise_from_run_to_run_also_when_the_spool_was_lost(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    seqs = []
    for number in range(4):
        journal = Journal(folder)
        journal.append(ended(number))
        journal.close()
        seqs.append(journal.last_seq)
        if number == 2:
            shutil.rmtree(folder)
    assert seqs == sorted(set(seqs))
    assert all(seq < 2**53 for seq in seqs), "JavaScript can count them"


def test_numbers_rise_when_the_clock_went_back(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    folder.mkdir()
    ahead = time.time_ns() // 1000 + 10**12
    (folder / "000007.jsonl").write_bytes(spool.header("switch-1") + spool.encode(ahead, ended(1)))
    journal = Journal(folder)
    journal.append(ended(2))
    journal.close()
    assert [event["seq"] for event in events(folder)] == [ahead, ahead + 1]
    assert spool.number_of(spool.segments(folder)[-1]) == 8


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_the_torn_line_of_a_crash_is_cut_off_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, cut: int
) -> None:
    folder = tmp_path / "journal"
    journal = Journal(folder)
    for number in range(3):
        journal.append(ended(number))
    journal.close()
    (segment,) = spool.segments(folder)
    with segment.open("r+b") as file:
        file.truncate(segment.stat().st_size - cut)
    journal = Journal(folder)
    journal.append(ended(9))
    journal.close()
    assert [event["at"] for event in events(folder)] == [0.0, 1.0, 9.0]
    assert "an unfinished last line was cut off 000001.jsonl" in caplog.text


def test_a_segment_without_a_whole_line_is_emptied(tmp_path: Path) -> None:
    path = tmp_path / "000001.jsonl"
    path.write_bytes(b'{"spool":1,"swi' + b"x" * 100_000)
    assert spool.cut_torn(path) == 100_015
    assert path.read_bytes() == b""
    assert spool.cut_torn(path) == 0


def test_text_that_is_no_text_survives(tmp_path: Path) -> None:
    caller = b"caf\xe9 \x00 \xff".decode("utf-8", "surrogateescape")
    wanted: dict[str, Any] = {"half": "\ud800", "bytes": b"\xff", "path": Path("a"), "big": 10**30, 5: {1}}
    ticket = TicketOpened(
        1.0, "c", "l", ticket="100001", kind="problem", queue="q", caller=caller, slots=[wanted]
    )
    quality: dict[str, Any] = {"mos": float("nan"), "jitter_ms": float("inf"), "name": "\udcff", 1: "\x00"}
    leg = LegEnded(2.0, "c", "l", by="local", status=None, reason="", quality=quality)
    journal = Journal(tmp_path)
    journal.append(ticket)
    journal.append(leg)
    journal.append(ended(3))
    journal.close()
    first, second, third = events(tmp_path)
    assert first["caller"] == "caf\\xe9 \\x00 \\xff"
    assert first["slots"] == [{"half": "\\ud800", "bytes": "\\xff", "path": "a", "big": 10**30, "5": [1]}]
    assert second["quality"] == {"mos": None, "jitter_ms": None, "name": "\\xff", "1": "\\x00"}
    assert third["at"] == 3.0


def test_an_event_that_cannot_be_told_costs_nobody_else_anything(tmp_path: Path) -> None:
    endless: dict[str, Any] = {}
    endless["again"] = endless
    journal = Journal(tmp_path)
    journal.append(LegEnded(1.0, "c", "l", by="local", status=None, reason="", quality=endless))
    journal.append(ended(2))
    journal.close()
    assert [(event["event"], event["at"]) for event in events(tmp_path)] == [
        ("LegEnded", 1.0),
        ("CallEnded", 2.0),
    ]


def test_durable_returns_when_all_that_was_appended_is_on_disk(tmp_path: Path) -> None:
    async def run() -> None:
        journal = Journal(tmp_path)
        for number in range(50):
            journal.append(ended(number))
            if number % 10 == 0:
                await journal.durable()
                assert len(events(tmp_path)) == number + 1
        await asyncio.gather(*(journal.durable() for _ in range(5)))
        assert len(events(tmp_path)) == 50
        journal.close()
        await journal.durable()

    asyncio.run(run())


def test_a_folder_that_fails_is_waited_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        folder = tmp_path / "journal"
        folder.write_text("in the way")
        journal = Journal(folder)
        journal.append(ended(1))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(journal.durable(), 0.2)
        assert journal.pending == 1
        folder.unlink()
        await asyncio.wait_for(journal.durable(), 5)
        assert [event["at"] for event in events(folder)] == [1.0]
        assert (journal.lost, journal.pending) == (0, 0)
        journal.close()

    asyncio.run(run())
    assert caplog.text.count("can't be written") == 1
    assert "can be written again" in caplog.text


def test_what_memory_cannot_hold_is_counted_and_told_to_those_who_wait(tmp_path: Path) -> None:
    async def run() -> None:
        folder = tmp_path / "journal"
        folder.write_text("in the way")
        journal = Journal(folder, backlog=10)
        for number in range(15):
            journal.append(ended(number))
        assert journal.lost == 5
        with pytest.raises(OSError, match="backlog is full"):
            await journal.durable()
        folder.unlink()
        await asyncio.to_thread(wait_for, lambda: journal.pending == 0, "the disk")
        journal.append(ended(20))
        await journal.durable()
        journal.close()
        assert [event["at"] for event in events(folder)] == [*map(float, range(10)), 20.0]

    asyncio.run(run())


def test_closing_over_a_disk_that_fails_ends_and_counts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "journal"
    folder.write_text("in the way")
    journal = Journal(folder)
    for number in range(2500):
        journal.append(ended(number))
    began = time.monotonic()
    journal.close()
    assert time.monotonic() - began < 10
    assert journal.lost == 2500
    assert "closed while its disk failed" in caplog.text
    with pytest.raises(OSError, match="closed"):
        asyncio.run(journal.durable())


def test_two_processes_do_not_write_one_spool(tmp_path: Path) -> None:
    first = Journal(tmp_path)
    first.append(ended(1))
    wait_for(lambda: first.pending == 0, "the first event")
    second = Journal(tmp_path)
    second.append(ended(2))
    with pytest.raises(AssertionError):
        wait_for(lambda: second.pending == 0, "nothing", timeout=0.3)
    first.close()
    wait_for(lambda: second.pending == 0, "the second writer's turn")
    second.close()
    assert [event["at"] for event in events(tmp_path)] == [1.0, 2.0]


def test_a_segment_that_somebody_deletes_is_followed_by_a_new_one(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append(ended(1))
    wait_for(lambda: journal.pending == 0, "the first event")
    spool.segments(tmp_path)[0].unlink()
    journal.append(ended(2))
    journal.close()
    assert [event["at"] for event in events(tmp_path)] == [2.0]


_FULL_DISK = """
import asyncio, resource, signal, sys
from pathlib import Path
from journal.journal import Journal
from telephony.call.events import CallEnded

async def main(folder):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    journal = Journal(folder)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, resource.RLIM_INFINITY))
    for number in range(200):
        journal.append(CallEnded(float(number), "call", "", by="remote", reason="bye"))
    try:
        await asyncio.wait_for(journal.durable(), 0.5)
    except TimeoutError:
        print("waiting", journal.pending, flush=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    await asyncio.wait_for(journal.durable(), 10)
    print("written", journal.pending, journal.lost, flush=True)
    journal.close()

asyncio.run(main(Path(sys.argv[1])))
"""


def test_a_disk_that_fills_up_in_the_middle_of_a_line_costs_nothing(tmp_path: Path) -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    done = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, tmp_path], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    waiting, written = done.stdout.splitlines()
    assert waiting == "waiting 200"
    assert written == "written 0 0"
    assert [event["at"] for event in events(tmp_path)] == [float(number) for number in range(200)]


_BUSY_WRITER = """
import itertools, sys, time
from pathlib import Path
from journal.journal import Journal
from telephony.call.events import CallEnded

journal = Journal(Path(sys.argv[1]), segment_bytes=20_000)
for number in itertools.count(int(sys.argv[2])):
    journal.append(CallEnded(float(number), "call", "", by="remote", reason="bye"))
    if number % 50 == 0:
        time.sleep(0.001)
"""


def test_what_a_killed_process_had_on_disk_stays_and_the_next_one_goes_on(tmp_path: Path) -> None:
    kills = 4
    for run in range(kills):
        process = subprocess.Popen([sys.executable, "-c", _BUSY_WRITER, tmp_path, str(run * 10**9)])
        before = len(spool.segments(tmp_path))
        wait_for(lambda before=before: len(spool.segments(tmp_path)) > before + 2, "some segments")  # type: ignore[misc]
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    journal = Journal(tmp_path)
    journal.append(ended(0))
    journal.close()
    whole = [line for line in events(tmp_path) if line["at"]]
    for run in range(kills):
        numbers = [line["at"] for line in whole if run * 10**9 <= line["at"] < (run + 1) * 10**9]
        first = numbers[0]
        assert numbers == [first + index for index in range(len(numbers))]
        assert first - run * 10**9 in (0.0, 1.0)
    seqs = [line["seq"] for line in whole]
    assert seqs == sorted(set(seqs))


def test_appending_touches_no_disk_and_waits_for_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that hangs holds nobody up; what the backlog can't hold is counted as lost."""
    folder = tmp_path / "journal"
    asked, answered = threading.Event(), threading.Event()
    threads = set()
    open_ = spool.SpoolWriter.open

    def hanging(writer: spool.SpoolWriter) -> None:
        threads.add(threading.current_thread())
        asked.set()
        assert answered.wait(60)
        open_(writer)

    monkeypatch.setattr(spool.SpoolWriter, "open", hanging)
    journal = Journal(folder, backlog=1000)
    journal.append(ended(0))
    assert asked.wait(60)
    for number in range(1, 3000):
        journal.append(ended(number))  # would never return if it waited for the disk
    assert threading.current_thread() not in threads
    assert journal.lost == 2000
    answered.set()
    journal.close()
    assert len(events(folder)) == 1000

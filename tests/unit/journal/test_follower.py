"""Following a spool: whole lines only, from segment to segment, from the right place on."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdr.recorder.status import events_after
from journal import spool
from journal.follower import CHUNK, Batch, Follower, SpoolPosition
from telephony.call.events import CallEnded


def line(seq: int, reason: str = "") -> bytes:
    """One event's line."""
    return spool.encode(seq, CallEnded(float(seq), "c", "", by="local", reason=reason))


def write(folder: Path, number: int, *parts: bytes, switch: str = "s") -> Path:
    """Write a segment with its header."""
    path = folder / f"{number:06d}.jsonl"
    path.write_bytes(b"".join((spool.header(switch), *parts)))
    return path


def add(path: Path, part: bytes) -> None:
    """Write more to a segment."""
    with path.open("ab") as file:
        file.write(part)


def seqs(batch: Batch | None) -> list[int] | None:
    """Which events a batch has."""
    return None if batch is None else [line.seq for line in batch.lines]


def read_all(follower: Follower, limit: int = 100) -> list[int]:
    """Everything there is now."""
    found: list[int] = []
    while (batch := follower.read(limit)) is not None:
        found += [line.seq for line in batch.lines]
    return found


def test_a_spool_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    follower = Follower(tmp_path / "journal")
    assert follower.read(10) is None
    (tmp_path / "journal").mkdir()
    assert follower.read(10) is None
    path = tmp_path / "journal" / "000001.jsonl"
    path.touch()
    assert follower.read(10) is None
    add(path, spool.header("s")[:5])
    assert follower.read(10) is None
    add(path, spool.header("s")[5:] + line(1))
    batch = follower.read(10)
    assert batch is not None
    assert (batch.switch, seqs(batch)) == ("s", [1])


def test_half_a_line_is_left_until_it_is_whole(tmp_path: Path) -> None:
    path = write(tmp_path, 1, line(1), line(2)[:20])
    follower = Follower(tmp_path)
    assert seqs(follower.read(10)) == [1]
    assert follower.read(10) is None
    add(path, line(2)[20:])
    assert seqs(follower.read(10)) == [2]


def test_batches_are_limited_and_say_where_they_end(tmp_path: Path) -> None:
    path = write(tmp_path, 1, *map(line, range(1, 8)))
    follower = Follower(tmp_path)
    first = follower.read(3)
    assert seqs(first) == [1, 2, 3]
    assert first is not None
    assert events_after(tmp_path, first.end) == 4
    assert seqs(follower.read(3)) == [4, 5, 6]
    last = follower.read(3)
    assert seqs(last) == [7]
    assert last is not None
    assert last.end == SpoolPosition(1, path.stat().st_size)
    assert events_after(tmp_path, last.end) == 0
    assert events_after(tmp_path, SpoolPosition()) == 7


def test_a_segment_is_left_only_once_it_is_complete(tmp_path: Path) -> None:
    first = write(tmp_path, 1, line(1))
    follower = Follower(tmp_path)
    assert read_all(follower) == [1]
    add(first, line(2))
    write(tmp_path, 2, line(3), switch="t")
    batch = follower.read(10)
    assert batch is not None
    assert (batch.switch, seqs(batch)) == ("s", [2])
    batch = follower.read(10)
    assert batch is not None
    assert (batch.switch, seqs(batch)) == ("t", [3])
    write(tmp_path, 5, line(9))
    assert read_all(follower) == [9]


def test_a_line_longer_than_what_is_read_at_once(tmp_path: Path) -> None:
    write(tmp_path, 1, line(1), line(2, "x" * (5 * CHUNK)), line(3))
    assert read_all(Follower(tmp_path)) == [1, 2, 3]


def test_damaged_lines_are_said_and_passed_over(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write(tmp_path, 1, line(1), b"\0\0\0\n", b"[1]\n", b'{"seq":"x","event":"CallEnded"}\n', line(2))
    assert read_all(Follower(tmp_path)) == [1, 2]
    assert caplog.text.count("a damaged line of the journal: segment 000001") == 3


def test_segments_that_are_applied_are_skipped(tmp_path: Path) -> None:
    for number in range(1, 6):
        write(tmp_path, number, *map(line, range(10 * number, 10 * number + 3)))
    for applied, first in ((0, 10), (12, 10), (29, 20), (30, 30), (52, 50), (10**6, 50)):
        follower = Follower(tmp_path)
        follower.skip({"s": applied})
        assert read_all(follower)[0] == first, applied


def test_segments_of_another_switch_are_not_skipped_for_its_namesakes_sake(tmp_path: Path) -> None:
    write(tmp_path, 1, line(10), switch="old")
    write(tmp_path, 2, line(20))
    write(tmp_path, 3, line(30))
    follower = Follower(tmp_path)
    follower.skip({"s": 30, "old": 0})
    assert read_all(follower)[0] == 10


def test_a_segment_deleted_under_our_eyes_is_read_to_its_end(tmp_path: Path) -> None:
    first = write(tmp_path, 1, line(1), line(2))
    follower = Follower(tmp_path)
    assert seqs(follower.read(1)) == [1]
    first.unlink()
    write(tmp_path, 2, line(3))
    assert read_all(follower) == [2, 3]


def test_lines_taken_back_by_a_failing_disk_and_written_again_are_read_once(tmp_path: Path) -> None:
    path = write(tmp_path, 1, line(1), line(2), line(3)[:10])
    whole = path.stat().st_size - 10
    follower = Follower(tmp_path)
    assert read_all(follower) == [1, 2]
    with path.open("r+b") as file:
        file.truncate(whole - len(line(2)))
    assert read_all(follower) == []
    add(path, line(2) + line(3))
    assert read_all(follower) == [3]

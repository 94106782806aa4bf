"""The recorder's progress: written to a small file, which the switch reads for `hotline status`."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from journal import spool
from journal.follower import SpoolPosition

FILE = "run/recorder.json"
EVERY = 0.25
_PIECE = 1024 * 1024


class StatusFile:
    """Written by the recorder, at most every quarter of a second.

    Args:
        path: of the file; made private.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._place: SpoolPosition | None = None
        self._shown: tuple[SpoolPosition, str | None] | None = None
        self._written = 0.0
        self._seq: int | None = None
        self.problem: str | None = None
        """What keeps the recorder from its work, None when nothing does."""

    def note(self, place: SpoolPosition, seq: int | None) -> None:
        """Everything before `place` is in the database; `seq` is the last event."""
        self._place = place
        self._seq = seq if seq is not None else self._seq
        if time.monotonic() - self._written >= EVERY:
            self._write()

    def write(self, place: SpoolPosition) -> None:
        """Say it now if there is anything new; `place` is where we begin, before anything was noted."""
        self._place = self._place or place
        if self._shown != (self._place, self.problem):
            self._write()

    def _write(self) -> None:
        assert self._place is not None
        facts = {
            "pid": os.getpid(),
            "at": time.time(),
            "segment": self._place.number,
            "offset": self._place.offset,
            "seq": self._seq,
            "problem": self.problem,
        }
        half = self._path.with_suffix(".part")
        # Without the file nothing goes wrong but the lag that `hotline status` shows.
        with suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            half.write_bytes(orjson.dumps(facts))
            half.chmod(0o600)
            half.replace(self._path)
        self._written = time.monotonic()
        self._shown = (self._place, self.problem)


def recorder_status(root: Path, journal: Path) -> dict[str, Any]:
    """What `hotline status` says about the recorder; reads what it has not taken in yet to count it.

    Args:
        root: the site's folder.
        journal: its spool.
    """
    try:
        facts = orjson.loads((root / FILE).read_bytes())
        place = SpoolPosition(int(facts["segment"]), int(facts["offset"]))
        problem = facts["problem"]
    except (OSError, ValueError, KeyError, TypeError):
        place, problem = SpoolPosition(), "it has not started yet"
    status: dict[str, Any] = {"lag": events_after(journal, place)}
    if problem is not None:
        status["problem"] = problem
    return status


def events_after(folder: Path, place: SpoolPosition) -> int:
    """How many events a spool has behind a place."""
    events = 0
    for segment in spool.segments(folder):
        number = spool.number_of(segment)
        if number < place.number:
            continue
        offset = place.offset if number == place.number else 0
        with suppress(FileNotFoundError), segment.open("rb") as file:
            file.seek(offset)
            lines = 0
            while piece := file.read(_PIECE):
                lines += piece.count(b"\n")
            events += max(0, lines - (1 if offset == 0 else 0))
    return events

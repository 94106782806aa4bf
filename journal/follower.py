"""Reading a spool while it is written: batches of whole lines, from segment to segment.

Where to begin is known from the database, not from a file of our own: both would have to be right.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from journal import spool

log = logging.getLogger(__name__)

CHUNK = 256 * 1024
LONGEST_LINE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One event of the spool: its number, its kind, its fields."""

    seq: int
    kind: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class SpoolPosition:
    """A place in a spool: everything before `offset` of segment `number`, and all segments before it."""

    number: int = 0
    offset: int = 0


def end_of(folder: Path) -> SpoolPosition:
    """The end of a spool as it is now; the beginning when it can't be read."""
    try:
        last = spool.segments(folder)[-1]
        return SpoolPosition(spool.number_of(last), last.stat().st_size)
    except (OSError, IndexError):
        return SpoolPosition()


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines that belong together only because they were read together.

    Args:
        switch: whose they are.
        lines: in order.
        end: the place behind them.
    """

    switch: str
    lines: list[Line] = field(default_factory=list)
    end: SpoolPosition = field(default_factory=SpoolPosition)


class Follower:
    """Reads a spool from some place on.

    Args:
        folder: of the spool; may not exist yet.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: int | None = None
        self._switch: str | None = None
        self.place = SpoolPosition()
        """Where reading continues."""

    def skip(self, applied: Mapping[str, int]) -> None:
        """Go to the first segment with anything that is not applied yet.

        Args:
            applied: the number of the last applied event, by switch.

        Raises:
            OSError: the spool can't be read.
        """
        self.close()
        self.place = SpoolPosition()
        found = spool.segments(self._folder)
        for segment, following in pairwise(found):
            last = applied.get(spool.owner(segment) or "", 0)
            first = spool.first_seq(following)
            if first is None or spool.owner(segment) != spool.owner(following) or first > last:
                break
            self.place = SpoolPosition(spool.number_of(following), 0)

    def read(self, limit: int) -> Batch | None:
        """The next lines, at most `limit`; None when there are none now.

        Raises:
            OSError: the spool can't be read.
        """
        while True:
            # A segment is complete once there is one after it: look for that first, then for the last lines.
            following = self._following() if self._file is None or self._at_end() else None
            if self._file is not None:
                batch = self._read(limit)
                if batch is not None:
                    return batch
            if following is None:
                return None
            self._open(following)

    def close(self) -> None:
        """Close the segment that is being read."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
            self._switch = None

    def _at_end(self) -> bool:
        assert self._file is not None
        return os.fstat(self._file).st_size <= self.place.offset

    def _following(self) -> Path | None:
        """The segment to open next."""
        least = self.place.number + (1 if self._file is not None else 0)
        return next(
            (path for path in spool.segments(self._folder) if spool.number_of(path) >= least),
            None,
        )

    def _open(self, segment: Path) -> None:
        self.close()
        self._file = os.open(segment, os.O_RDONLY)
        self.place = SpoolPosition(spool.number_of(segment), 0)

    def _read(self, limit: int) -> Batch | None:
        """The next lines of the open segment."""
        assert self._file is not None
        size = CHUNK
        chunk = os.pread(self._file, size, self.place.offset)
        while b"\n" not in chunk and len(chunk) == size and size < LONGEST_LINE:
            size *= 4
            chunk = os.pread(self._file, size, self.place.offset)
        rows = chunk.split(b"\n")[:-1]
        lines: list[Line] = []
        offset = self.place.offset
        for row in rows[: limit + 1]:
            data = spool.decode(row)
            if self._switch is None:
                self._switch = str(data["switch"]) if data is not None and "switch" in data else ""
            else:
                line = _line(data)
                if line is not None:
                    lines.append(line)
                else:
                    log.error(
                        "a damaged line of the journal: segment %06d, byte %d", self.place.number, offset
                    )
            offset += len(row) + 1
            if len(lines) == limit:
                break
        if offset == self.place.offset:
            return None
        self.place = SpoolPosition(self.place.number, offset)
        return Batch(self._switch or "", lines, self.place)


def _line(data: dict[str, Any] | None) -> Line | None:
    if data is None:
        return None
    seq, kind = data.pop("seq", None), data.pop("event", None)
    return Line(seq, kind, data) if isinstance(seq, int) and isinstance(kind, str) else None

"""How many events of a run are not on disk, kept in a small file where a crash leaves it.

    journal/unwritten    base 1795300000000000 accepted 117 lost 0

The events accepted so far, and the number that the first of them got on disk: what the next start does not
find in the spool was lost with the process. The file is made at once in its full size and only written over,
so that a full disk does not refuse it. A thread of its own does that, every few milliseconds while events
wait for the disk: who appends waits for none, and a disk that hangs while it writes the spool holds up only
the spool.
"""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from journal import spool

log = logging.getLogger(__name__)

NAME = "unwritten"
EVERY = 0.02
"""Seconds between two writings while events wait for the disk."""
_SIZE = 128
_RECORD = re.compile(rb"base (\d+) accepted (\d+) lost (\d+) *\n")


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a run of the journal is.

    Args:
        base: the number of the run's first event on disk, 0 before there is one.
        accepted: events taken so far, those in memory included.
        lost: events that memory had no room for.
    """

    base: int = 0
    accepted: int = 0
    lost: int = 0

    def encode(self) -> bytes:
        """The file's content, always of the same length."""
        return f"base {self.base} accepted {self.accepted} lost {self.lost}".encode().ljust(_SIZE - 1) + b"\n"


def left_unwritten(folder: Path) -> int:
    """How many events of the run before never came to disk; 0 when nothing tells.

    To be asked before the new run has appended anything, and while nobody else writes this spool.
    """
    try:
        found = _RECORD.fullmatch((folder / NAME).read_bytes())
        if found is None:
            return 0
        base, accepted, lost = map(int, found.groups())
        if not base:
            return accepted + lost
        written = spool.last_seq(folder)
    except FileNotFoundError:
        return 0
    except OSError as error:
        log.warning("how the journal ended before can't be read: %s", error)
        return 0
    # The recorder removes what is in the database: an empty spool was written out.
    return lost + (max(0, base + accepted - 1 - written) if written else 0)


class UnwrittenCount:
    """Keeps the file of one run up to date.

    Args:
        folder: of the spool.
        standing: says how far the run is; called in this thread, as is
        is_behind: whether events wait for the disk.
    """

    def __init__(self, folder: Path, standing: Callable[[], Standing], is_behind: Callable[[], bool]) -> None:
        self._path = folder / NAME
        self._standing = standing
        self._is_behind = is_behind
        self._written: Standing | None = None
        self._file = -1
        self._changed = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="journal-count", daemon=True)
        self._thread.start()

    def changed(self) -> None:
        """Say that the standing is another one, or will be."""
        if not self._changed.is_set():
            self._changed.set()

    def close(self) -> None:
        """Write the last standing and end."""
        self._closing.set()
        self._changed.set()
        self._thread.join(timeout=2.0)  # on a disk that hangs it is left behind

    def _run(self) -> None:
        while not self._closing.is_set():
            self._changed.wait()
            self._changed.clear()
            self._write()
            while not self._closing.wait(EVERY) and self._is_behind():
                self._write()
        self._write()
        if self._file >= 0:
            os.close(self._file)

    def _write(self) -> None:
        now = self._standing()
        if now == self._written:
            return
        try:
            if self._file < 0:
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            # All of it in one piece; the blocks are there since the first time.
            os.pwrite(self._file, now.encode(), 0)
            os.ftruncate(self._file, _SIZE)
        except OSError as error:
            if self._written is not None or self._file < 0:
                log.debug("the count of unwritten events can't be kept: %s", error)
            return
        self._written = now

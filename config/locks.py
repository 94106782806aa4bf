"""Files that only one process may have: the journal's spool, a site's server, its recorder, a model being
fetched.

The kernel releases a lock when its process ends, however it ends (flock(2), by way of filelock). The file
stays and holds the process id of its last owner, so that a refusal can name it.
"""

from __future__ import annotations

import os
from pathlib import Path

from filelock import AsyncFileLock, FileLock

_MODE = 0o600
_POLL_SECONDS = 0.25  # a recorder may wait for another for minutes, and costs next to nothing then


def file_lock(path: Path, *, wait: bool = False) -> FileLock:
    """A lock on a file, not taken yet; usable from any thread.

    Args:
        path: the file; its folder must exist.
        wait: whether taking it waits until it is free, or raises `filelock.Timeout` at once.
    """
    return FileLock(
        path,
        timeout=-1 if wait else 0,
        mode=_MODE,
        thread_local=False,
        fallback_to_soft=False,
        on_acquired=_write_owner,
    )


def async_file_lock(path: Path) -> AsyncFileLock:
    """The same for an event loop; taking it waits until it is free."""
    return AsyncFileLock(
        path,
        poll_interval=_POLL_SECONDS,
        mode=_MODE,
        thread_local=False,
        fallback_to_soft=False,
        on_acquired=_write_owner,
    )


def owner_of(path: Path) -> str:
    """Who has a lock, for messages: "process 1234"."""
    try:
        return f"process {int(path.read_text())}"
    except (OSError, ValueError):
        return "another process"


def _write_owner(file: int) -> None:
    os.ftruncate(file, 0)
    os.pwrite(file, str(os.getpid()).encode(), 0)

"""What the exit status of every `hotline` command means; scripts may rely on it (docs/operations.md)."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit status of the command line."""

    OK = 0
    """Done."""
    FAILED = 1
    """Not done; one sentence on standard error says why."""
    USAGE = 2
    """The command line itself is wrong."""
    SITE = 3
    """The site's files or HOTLINE_ variables have mistakes; all of them are listed."""
    UNREACHABLE = 4
    """No server answers."""
    BUSY = 5
    """An address or port is taken, or may not be opened."""

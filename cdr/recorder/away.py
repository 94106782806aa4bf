"""Distinguishes a database that is down, locked or full (retried) from a bug of ours (not retried)."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# "no such table" and wrong SQL; all other errors of SQLite are about the file, the disk and who writes.
_MISTAKE = (sqlite3.SQLITE_ERROR,)


def is_away(error: BaseException) -> bool:
    """Whether the same may succeed later without anything of ours being changed."""
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        code = getattr(error.orig, "sqlite_errorcode", None)
        if code is not None:
            return isinstance(error, OperationalError) and code not in _MISTAKE
        return isinstance(error, OperationalError | InterfaceError)
    return isinstance(error, OSError | TimeoutError | PoolTimeout)

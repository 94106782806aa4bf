"""What the stores of this package share: column types, values that every database takes, patience."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Mapping
from typing import Any, TypeGuard, TypeVar, cast

from sqlalchemy import Executable, String, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")

# What can be dialled, with room for a SIP user part; the keys that numbers are found by are digits.
NUMBER = String(64)
NUMBER_KEY = String(32)
NAME = String(64)
CALL = String(64)
TICKET = String(24)

DATABASE_ERRORS = (SQLAlchemyError, OSError, TimeoutError)
"""What is raised when the database is away, too slow, or not set up yet."""

PATIENCE = 3.0
"""Seconds that a switch waits for an answer of the database."""

LATEST = 253370764800.0
"""The start of the year 9999, Unix seconds: a later time is none, and no calendar takes it in every zone."""

_DEEPEST = 20
_LARGEST = 2**31 - 1


def text(value: object, longest: int) -> str:
    """A text that fits a column: what PostgreSQL refuses (NUL, half a surrogate pair) becomes "?"."""
    clean = str(value) if value is not None else ""
    if "\x00" in clean:
        clean = clean.replace("\x00", "?")
    try:
        clean.encode()
    except UnicodeEncodeError:
        clean = clean.encode(errors="replace").decode()
    return clean[:longest]


def number(value: object) -> float:
    """A time or length in seconds, from 0 to `LATEST`; 0 for what is none."""
    return float(min(max(0, value), LATEST)) if _is_finite(value) else 0.0


def whole(value: object, default: int = 0) -> int:
    """A whole number that fits a column."""
    if isinstance(value, bool) or not _is_finite(value):
        return default
    return max(-_LARGEST, min(int(value), _LARGEST))


def _is_finite(value: object) -> TypeGuard[int | float]:
    # An int may have more digits than a float has room for.
    return isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))


def plain(value: object, depth: int = 0) -> Any:
    """Data that JSON columns take, whatever was in the event."""
    if depth > _DEEPEST:
        return None
    if isinstance(value, str):
        return text(value, len(value))
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {text(key, 200): plain(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner, depth + 1) for inner in value]
    return text(value, 2000)


def items(value: object) -> list[Any]:
    """A list for a JSON column; [] for what is none."""
    return cast(list[Any], plain(value)) if isinstance(value, list | tuple) else []


async def in_time(answer: Awaitable[T]) -> T:
    """An answer of the database, within `PATIENCE`.

    Raises:
        one of `DATABASE_ERRORS`.
    """
    async with asyncio.timeout(PATIENCE):
        return await answer


async def insert_once(connection: AsyncConnection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless there is one with its key; whether it was inserted."""
    # The two dialects spell it alike, but each has a construct of its own; how many rows were inserted, they
    # do not count alike.
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    wanted = insert(table).values(**values).on_conflict_do_nothing().returning(*table.primary_key)
    return (await connection.execute(wanted)).first() is not None


async def one(connection: AsyncConnection, wanted: Executable) -> dict[str, Any] | None:
    """The one row of a query by its columns' names; None when there is none."""
    row = (await connection.execute(wanted)).one_or_none()
    return None if row is None else row._asdict()

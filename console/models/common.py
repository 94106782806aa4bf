"""API models shared by several routes: pages of a list."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field

from console.problems import ApiError

LARGEST_PAGE = 200
# A cursor is where the next page begins; nobody turns so many pages, and a database should not have to.
_DEEPEST = 100_000

ItemT = TypeVar("ItemT")

Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Maximum number of items.")]
Cursor = Annotated[
    str | None, Query(max_length=64, description="`next` of the page before; left out for the first one.")
]


class Page(BaseModel, Generic[ItemT]):
    """A part of a list."""

    items: list[ItemT]
    next: str | None = Field(description="What to give as `cursor` for the next page; null on the last one.")


def offset_of(cursor: str | None) -> int:
    """How many to leave out.

    Raises:
        ApiError: no cursor of ours.
    """
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit()) or int(cursor) > _DEEPEST:
        raise ApiError(422, "`cursor` is what `next` was on the page before.")
    return int(cursor)


def next_of(cursor: str | None, limit: int, found: int) -> str | None:
    """The cursor of the next page, when one more was `found` than was wanted."""
    return str(offset_of(cursor) + limit) if found > limit else None

"""Rebuilds all call detail records from the events, to compare them with the table or replace it.

Calls are taken in portions, so that a long history needs no more memory than a short one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import delete, select, union
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cdr.calls.projection import RulesByTime, put
from cdr.calls.rows import row_of_events
from cdr.events import decode
from cdr.tables import CallRow, EventRow

PORTION = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """A call whose row is not what its events say.

    Args:
        call: its id.
        fields: what differs, with the value in the table and the one that the events give; empty when one of
            the two is absent.
        missing: "row" or "events" when that is absent, else "".
    """

    call: str
    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    missing: str = ""


@dataclass(slots=True)
class Verified:
    """What a comparison, or a rebuild, came to: how many calls were looked at, and what was wrong."""

    calls: int = 0
    differences: list[Difference] = field(default_factory=list)


async def verify(engine: AsyncEngine, rules: RulesByTime, *, repair: bool = False) -> Verified:
    """Fold all calls anew and compare.

    Args:
        engine: of the database.
        rules: the same as the recorder's, by time: masking and thresholds shape rows.
        repair: put right what differs, portion by portion. The recorder may go on meanwhile: a call that gets
            events while it is looked at is applied in one transaction here as there.
    """
    found = Verified()
    async for names in _portions(engine):
        async with engine.begin() as connection:
            if repair and connection.dialect.name == "sqlite":
                # Readers that begin to write may find that somebody else has: then theirs is undone.
                await connection.exec_driver_sql("BEGIN IMMEDIATE")
            await rules.refresh(connection)
            rows = await _rows(connection, names)
            made = await _build_anew(connection, names, rules)
            for name in names:
                difference = _compare(name, rows.get(name), made.get(name))
                if name in rows or made.get(name) is not None:
                    found.calls += 1
                if difference is None:
                    continue
                found.differences.append(difference)
                if repair:
                    await _repair(connection, name, made.get(name))
    return found


async def _repair(connection: AsyncConnection, name: str, made: dict[str, Any] | None) -> None:
    if made is None:
        await connection.execute(delete(CallRow).where(CallRow.call == name))
    else:
        await put(connection, made)


def _compare(name: str, row: dict[str, Any] | None, made: dict[str, Any] | None) -> Difference | None:
    if row is None or made is None:
        return None if row is made else Difference(name, missing="row" if row is None else "events")
    fields = {field: (row[field], value) for field, value in made.items() if row[field] != value}
    return Difference(name, fields) if fields else None


async def _portions(engine: AsyncEngine) -> AsyncIterator[list[str]]:
    """All ids of calls that have a row or events, in order."""
    after = ""
    while True:
        # The database puts them in order, which may be another one than Python's.
        of_events = select(EventRow.call).where(EventRow.call > after).distinct()
        of_rows = select(CallRow.call).where(CallRow.call > after)
        first, second = (each.order_by("call").limit(PORTION).subquery() for each in (of_events, of_rows))
        both = union(select(first.c.call), select(second.c.call)).subquery()
        async with engine.connect() as connection:
            names = await connection.execute(select(both.c.call).order_by(both.c.call).limit(PORTION))
            portion = list(names.scalars())
        if not portion:
            return
        yield portion
        after = portion[-1]


async def _rows(connection: AsyncConnection, names: Collection[str]) -> dict[str, dict[str, Any]]:
    table = CallRow.__table__
    found = await connection.execute(select(table).where(table.c.call.in_(names)))
    return {row["call"]: dict(row) for row in found.mappings()}


async def _build_anew(
    connection: AsyncConnection, names: Collection[str], rules: RulesByTime
) -> dict[str, dict[str, Any] | None]:
    query = (
        select(EventRow.call, EventRow.id, EventRow.switch, EventRow.kind, EventRow.body)
        .where(EventRow.call.in_(names))
        .order_by(EventRow.call, EventRow.id)
    )
    made = {}
    rows = (await connection.execute(query)).all()
    for name, group in groupby(rows, key=lambda row: row.call):
        told = list(group)
        events = [decode(row.kind, row.body) for row in told]
        its_rules = rules.at(told[0].switch, told[0].id)
        made[name] = row_of_events(name, [event for event in events if event is not None], its_rules)
    return made

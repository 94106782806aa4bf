"""Keeps the table of call detail records up to date as the recorder stores events.

It holds nothing that matters between two events, since the transaction may be undone and the process
restarted: the row is built anew from the call's stored events whenever one of them can change it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from sqlalchemy import Executable, Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from callback_queue.agents.events import AgentStateChanged
from cdr.calls.facts import FACTS, ends_wrap_up
from cdr.calls.record_builder import CallRules
from cdr.calls.rows import STARTS, row_of_events
from cdr.store import EventStore
from cdr.tables import CallRow
from journal.event import Event
from telephony.call.events import CallEnded


class RulesByTime(Protocol):
    """The rules of every time: a call keeps those with which it began."""

    async def refresh(self, connection: AsyncConnection) -> None:
        """Read what has been told since; `connection` sees what its transaction has written so far."""

    def at(self, switch: str, event_id: int) -> CallRules:
        """The rules for a call whose first event is that one, of that switch."""


class CallProjection:
    """Call detail records (`cdr.recorder.projector.Projection`).

    Args:
        engine: of the database.
        rules: what shapes records, by time.
    """

    kinds: frozenset[type[Event]] = FACTS

    def __init__(self, engine: AsyncEngine, rules: RulesByTime) -> None:
        self._store = EventStore(engine)
        self._rules = rules
        # Calls that began here and have not ended: a hint that saves questions, and harmless when it is lost.
        self._going_on: set[str] = set()

    async def apply(self, connection: AsyncConnection, event: Event, row: Mapping[str, Any]) -> None:
        """Take one event in, which is stored already; see `Projection.apply`."""
        call: str = row["call"]
        if not call or (isinstance(event, AgentStateChanged) and not ends_wrap_up(event)):
            return
        if isinstance(event, STARTS):
            self._going_on.add(call)
        elif isinstance(event, CallEnded):
            self._going_on.discard(call)
        elif call in self._going_on or not await _has_ended(connection, call):
            return
        await self._write(connection, call)

    async def _write(self, connection: AsyncConnection, call: str) -> None:
        stored = await self._store.events_of(call, connection)
        rules = self._rules.at(stored[0].switch, stored[0].id)
        made = row_of_events(call, [each.event for each in stored if each.event is not None], rules)
        if made is not None:
            await put(connection, made)


async def put(connection: AsyncConnection, row: dict[str, Any]) -> None:
    """Insert a call's row, or replace it."""
    await connection.execute(_PUT[connection.dialect.name], row)


def _put(insert: Callable[[Table], Any]) -> Executable:
    """The statement for one kind of database; made once, since putting forty columns together takes long."""
    table = CallRow.__table__
    assert isinstance(table, Table)
    statement = insert(table)
    values = {column.name: statement.excluded[column.name] for column in table.c if column.name != "call"}
    made: Executable = statement.on_conflict_do_update(index_elements=["call"], set_=values)
    return made


_PUT = {"postgresql": _put(postgresql.insert), "sqlite": _put(sqlite.insert)}


async def _has_ended(connection: AsyncConnection, call: str) -> bool:
    ended = await connection.execute(select(CallRow.ended).where(CallRow.call == call))
    return ended.scalar() is not None

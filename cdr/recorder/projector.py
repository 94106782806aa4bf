"""Stores one batch of events: the events, their projections, and their consequences.

All of it in the caller's transaction, so that an event is there with everything it means, or not at all.
Events that follow (consequences) go the same way as those of the switch, under the name "SWITCH/recorder" and
with numbers of their own.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from callback_queue.recovery.events import SettingsApplied
from cdr.events import decode
from cdr.recorder.away import is_away
from cdr.store import EventStore
from journal.codec import row_of, to_row
from journal.event import Event
from journal.follower import Line

log = logging.getLogger(__name__)

RECORDER = "/recorder"
"""Behind a switch's name: the name for what its recorder concludes."""

# Consequences of consequences end somewhere; a mistake in them must not go on for ever.
DEEPEST = 20
# Recorders of several switches take turns, so that ids come to sight in order (PostgreSQL; SQLite has one
# writer anyway).
LOCK = 4_685_464

Row = Mapping[str, Any]


class Projection(Protocol):
    """Keeps a table that is computed from the events. Holds nothing itself: the transaction may be undone."""

    @property
    def kinds(self) -> Collection[type[Event]]:
        """The events it wants to see; all others are not shown to it."""

    async def apply(self, connection: AsyncConnection, event: Event, row: Row) -> None:
        """Take one event in.

        Args:
            connection: inside the transaction in which the event is stored; never commit.
            event: what happened.
            row: the event as it is stored: `switch` and `seq` say which one it is.
        """


class Consequence(Protocol):
    """Concludes events from events and what the tables hold, after the projections of the same event."""

    @property
    def kinds(self) -> Collection[type[Event]]:
        """The events from which it concludes."""

    async def draw(self, connection: AsyncConnection, event: Event) -> list[Event]:
        """What follows from one event; mostly nothing."""


@runtime_checkable
class Ticking(Protocol):
    """A consequence of the time alone: something that nobody did."""

    async def tick(self, connection: AsyncConnection, now: float) -> list[Event]:
        """What follows from its being `now` (Unix seconds); asked every few seconds."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What is done with events.

    Args:
        projections: in the order in which they see each event.
        consequences: in the order in which they are asked.
    """

    projections: Sequence[Projection]
    consequences: Sequence[Consequence]


class PartsByTime(Protocol):
    """Parts that depend on settings which the events themselves tell (`SettingsApplied`)."""

    def now(self) -> Parts:
        """Those to begin with."""

    async def renewed(self, connection: AsyncConnection, switch: str) -> Parts | None:
        """The ones for a switch's next event, as its stored events say; None when they are still the same."""


class Projector:
    """Takes batches in.

    Args:
        store: where events go.
        parts: what is done with them.
    """

    def __init__(self, store: EventStore, parts: Parts | PartsByTime) -> None:
        self._store = store
        self._by_time = None if isinstance(parts, Parts) else parts
        self._use(parts if isinstance(parts, Parts) else parts.now())

    def _use(self, parts: Parts) -> None:
        projections, consequences = parts.projections, parts.consequences
        self._projections = [(frozenset(projection.kinds), projection) for projection in projections]
        self._consequences = [(frozenset(consequence.kinds), consequence) for consequence in consequences]
        self._causes = frozenset[type[Event]]().union(*(kinds for kinds, _ in self._consequences))

    async def _renew(self, connection: AsyncConnection, switch: str) -> None:
        """Go by the settings that the switch has told last."""
        parts = None if self._by_time is None else await self._by_time.renewed(connection, switch)
        if parts is not None:
            self._use(parts)

    async def apply(
        self, connection: AsyncConnection, switch: str, lines: Sequence[Line], *, careful: bool = False
    ) -> None:
        """Take in the events of one switch.

        Args:
            connection: with a transaction that has done nothing yet.
            switch: whose events they are.
            lines: in order.
            careful: go event by event, and leave out what fails (with its traceback in the log); for a batch
                that failed as a whole.
        """
        await _begin(connection)
        await self._renew(connection, switch)
        work = _Work(connection, switch + RECORDER, careful)
        for chunk in self._chunks(lines, careful):
            rows = [{**row_of(line.kind, line.body), "switch": switch, "seq": line.seq} for line in chunk]
            events = [decode(line.kind, line.body) for line in chunk]
            await self._take(work, rows, events, 0)
            if isinstance(events[-1], SettingsApplied):
                await self._renew(connection, switch)

    async def tick(
        self, connection: AsyncConnection, switch: str, now: float, *, careful: bool = False
    ) -> None:
        """Take in what follows from the time alone.

        Args:
            connection, careful: as in `apply`.
            switch: under whose recorder's name it is stored.
            now: Unix seconds.
        """
        await _begin(connection)
        await self._renew(connection, switch)
        work = _Work(connection, switch + RECORDER, careful)
        for _, consequence in self._consequences:
            if not isinstance(consequence, Ticking):
                continue
            drawn: list[Event] = []
            try:
                async with work.guard():
                    drawn = await consequence.tick(connection, now)
            except Exception as error:
                work.leave_out(error, consequence, "the time")
            await self._take_own(work, drawn, 0)

    def _chunks(self, lines: Sequence[Line], careful: bool) -> Iterator[Sequence[Line]]:
        """Split behind every event from which something may follow, or after which other settings hold."""
        causes = {kind.__name__ for kind in (*self._causes, SettingsApplied)}
        start = 0
        for index, line in enumerate(lines):
            if careful or line.kind in causes:
                yield lines[start : index + 1]
                start = index + 1
        if start < len(lines):
            yield lines[start:]

    async def _take(
        self, work: _Work, rows: Sequence[Row], events: Sequence[Event | None], depth: int
    ) -> None:
        """Store events, project them, and take in what follows from the last one."""
        try:
            async with work.guard():
                await self._store.append_batch(work.connection, rows)
        except Exception as error:
            if not work.careful or is_away(error):
                raise
            if not isinstance(error, IntegrityError):
                log.exception("an event can't be stored: %s %s", rows[0]["switch"], rows[0]["seq"])
            return
        for row, event in zip(rows, events, strict=True):
            if event is not None:
                await self._project(work, event, row)
        last = events[-1]
        if type(last) not in self._causes or last is None:
            return
        if depth == DEEPEST:
            log.error("endless consequences: %s", type(last).__name__)
            return
        await self._take_own(work, await self._draw(work, last), depth + 1)

    async def _take_own(self, work: _Work, drawn: Sequence[Event], depth: int) -> None:
        """Take in what was concluded, one after the other, each with all that follows from it."""
        for event in drawn:
            row = {**to_row(event), "switch": work.own, "seq": await work.next_seq(self._store)}
            await self._take(work, [row], [event], depth)

    async def _project(self, work: _Work, event: Event, row: Row) -> None:
        for kinds, projection in self._projections:
            if type(event) not in kinds:
                continue
            try:
                async with work.guard():
                    await projection.apply(work.connection, event, row)
            except Exception as error:
                work.leave_out(error, projection, f"event {row['seq']} of {row['switch']}")

    async def _draw(self, work: _Work, event: Event) -> list[Event]:
        drawn: list[Event] = []
        for kinds, consequence in self._consequences:
            if type(event) not in kinds:
                continue
            try:
                async with work.guard():
                    drawn += await consequence.draw(work.connection, event)
            except Exception as error:
                work.leave_out(error, consequence, f"a {type(event).__name__}")
        return drawn


class _Work:
    """One transaction.

    Args:
        connection: has it.
        own: the name under which consequences are stored.
        careful: as in `Projector.apply`.
    """

    def __init__(self, connection: AsyncConnection, own: str, careful: bool) -> None:
        self.connection = connection
        self.own = own
        self.careful = careful
        self._seq: int | None = None

    def guard(self) -> AbstractAsyncContextManager[Any]:
        """What fails inside is undone alone, when we are careful."""
        return self.connection.begin_nested() if self.careful else nullcontext()

    def leave_out(self, error: Exception, culprit: object, what: str) -> None:
        """Go on without what failed, when we are careful and the database is still there."""
        if not self.careful or is_away(error):
            raise error
        log.error("%s failed at %s and continues without it", type(culprit).__name__, what, exc_info=error)

    async def next_seq(self, store: EventStore) -> int:
        """The number of the next consequence."""
        if self._seq is None:
            self._seq = await store.position(self.connection, self.own)
        self._seq += 1
        return self._seq


async def _begin(connection: AsyncConnection) -> None:
    """Begin the transaction of a writer: before anything is read that it depends on."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    else:
        await connection.exec_driver_sql("BEGIN IMMEDIATE")

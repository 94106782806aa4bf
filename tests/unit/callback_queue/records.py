"""A recorder's work without its loop: events go into a database with their projections and consequences."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from callback_queue.agents.events import AgentConnected
from callback_queue.callbacks.events import CallbackRequested
from callback_queue.callbacks.lease import LeaseTable
from callback_queue.callbacks.policy import CallbackRules
from callback_queue.callbacks.projection import CallbackProjection
from callback_queue.callbacks.store import CallbackStore
from callback_queue.callbacks.ticket_history import CallbackHistory
from callback_queue.consequences import QueueConsequences
from callback_queue.customers.book import CustomerBook
from callback_queue.line.events import LeftWhy, QueueEntered, QueueLeft
from callback_queue.recovery.events import SwitchStarted
from callback_queue.tickets.events import TicketOpened
from callback_queue.tickets.opening import OpeningRules
from callback_queue.tickets.projection import TicketProjection
from callback_queue.tickets.sla import SlaRules
from callback_queue.tickets.store import TicketStore
from cdr.calls.projection import CallProjection
from cdr.calls.record_builder import CallRules
from cdr.events import decode
from cdr.recorder.event_log import EventLog
from cdr.recorder.projector import Parts, Projector
from cdr.store import EventStore, StoredEvent
from cdr.tables import EventRow
from config.database import create_engine
from config.migrate import upgrade
from config.models.callbacks import CallbackSettings
from config.models.tickets import TicketSettings
from journal import spool
from journal.event import Event
from journal.follower import Line
from telephony.call import events as call_events

NOW = 1_800_000_000.0
SWITCH = "switch-1"
CALLER = "13800138000"


CALLBACK_RULES = CallbackRules.of(CallbackSettings(quiet=None), UTC, "CN")
"""Without quiet hours, in UTC, for Chinese numbers."""


def rules(**settings: Any) -> OpeningRules:
    """Rules of tickets, in UTC."""
    return OpeningRules(
        SlaRules.of(TicketSettings(**settings), UTC),
        "support",
    )


class Records:
    """A database that events go into.

    Args:
        engine: of the database.
        opening: the site's rules.
        customers: those of the site's file.
    """

    def __init__(self, engine: AsyncEngine, opening: OpeningRules, customers: CustomerBook) -> None:
        self.engine = engine
        self.events = EventStore(engine)
        self.consequences = QueueConsequences(opening, CALLBACK_RULES, EventLog(), customers)
        self.callbacks = CallbackStore(engine, "CN")
        self.leases = LeaseTable(engine)
        self.tickets = TicketStore(engine, "CN")
        calls = CallProjection(engine, CallRules(True, {}))
        projections = (TicketProjection("CN"), CallbackHistory(), CallbackProjection("CN"), calls)
        self._projector = Projector(self.events, Parts(projections, (self.consequences,)))
        self._seq = itertools.count(1)

    async def tell(self, *told: Event, switch: str = SWITCH) -> list[Event]:
        """Take events in, as one batch; returns what followed from them."""
        before = await self.events.last_id()
        lines = [_line(next(self._seq), event) for event in told]
        async with self.engine.connect() as connection:
            await self._projector.apply(connection, switch, lines)
            await connection.commit()
        new = await self.events.tail(before, 10_000)
        return [stored.event for stored in new if stored.switch != switch and stored.event is not None]

    async def all_events(self) -> list[StoredEvent]:
        """Everything so far."""
        return await self.events.tail(0, 100_000)

    async def rows(self, table: Any) -> list[dict[str, Any]]:
        """All rows of a table, in order of their keys."""
        async with self.engine.connect() as connection:
            found = await connection.execute(select(table).order_by(*table.primary_key))
            return [dict(row._mapping) for row in found]

    async def again(self, projections: Sequence[Any]) -> None:
        """Apply every stored event to the projections once more."""
        async with self.engine.begin() as connection:
            rows = (
                (await connection.execute(select(EventRow.__table__).order_by(EventRow.id))).mappings().all()
            )
            for row in rows:
                event = decode(row["kind"], row["body"])
                for projection in projections:
                    if event is not None and type(event) in projection.kinds:
                        await projection.apply(connection, event, dict(row))


def _line(seq: int, event: Event) -> Line:
    """An event as it comes out of a spool."""
    data = spool.decode(spool.encode(seq, event).rstrip(b"\n"))
    assert data is not None
    return Line(data.pop("seq"), data.pop("event"), data)


@asynccontextmanager
async def records(
    url: URL, opening: OpeningRules | None = None, customers: CustomerBook | None = None
) -> AsyncIterator[Records]:
    """An empty, migrated database with the recorder's rules at work."""
    engine = create_engine(url)
    try:
        await upgrade(engine)
        yield Records(engine, opening or rules(), customers or CustomerBook(country="CN"))
    finally:
        await engine.dispose()


# Events as they come in a call.


def offered(call: str, caller: str = CALLER, at: float = NOW, source: str = "trunk:carrier") -> Event:
    """A call comes in."""
    return call_events.CallOffered(
        at, call, "leg-1", caller=caller, called="4000", source=source, sip_call_id=f"{call}@test"
    )


def flow(call: str, at: float = NOW, language: str = "en") -> Event:
    """A flow takes it."""
    return call_events.FlowStarted(at, call, "leg-1", flow="desk", version="v1", language=language)


def queued(call: str, at: float = NOW, arrival: float = NOW, **facts: Any) -> QueueEntered:
    """Its caller joins a queue."""
    known: dict[str, Any] = {"queue": "support", "entry": f"{call}-entry", "kind": "live"}
    known |= {"tier": "ordinary", "priority": 0, "position": 1}
    return QueueEntered(at, call, "leg-1", arrival=arrival, **{**known, **facts})


def left(call: str, at: float, why: LeftWhy) -> Event:
    """Its caller leaves the queue."""
    return QueueLeft(
        at,
        call,
        "leg-1",
        queue="support",
        entry=f"{call}-entry",
        kind="live",
        entered_at=NOW,
        why=why,
        wait_ms=round((at - NOW) * 1000),
        position=1,
        original_position=1,
    )


def connected(call: str, at: float, agent: str = "1001") -> Event:
    """An agent speaks with its caller."""
    return AgentConnected(
        at, call, "leg-1", queue="support", entry=f"{call}-entry", agent=agent, agent_leg="leg-2", wait_ms=0
    )


def agent_left(call: str, at: float) -> Event:
    """The agent's leg is over."""
    return call_events.LegEnded(at, call, "leg-2", by="remote", status=None, reason="bye", quality={})


def ended(call: str, at: float) -> Event:
    """The call is over."""
    return call_events.CallEnded(at, call, "leg-1", by="remote", reason="bye")


def started(at: float, switch: str = SWITCH) -> Event:
    """A switch starts (again)."""
    return SwitchStarted(at, switch=switch, version="0.1")


def ticket(number: str, at: float = NOW, caller: str = CALLER, **facts: Any) -> TicketOpened:
    """A ticket is opened."""
    known: dict[str, Any] = {"kind": "problem", "queue": "support", "state": "confirmed"}
    known |= {"caller": caller, "callback_number": caller}
    return TicketOpened(at, f"call-{number}", "leg-1", ticket=number, **{**known, **facts})


def requested(number: str, at: float = NOW, caller: str = CALLER, **facts: Any) -> CallbackRequested:
    """A call to the customer of a ticket is asked for."""
    known: dict[str, Any] = {"queue": "support", "language": "en", "tier": "ordinary", "priority": 0}
    known |= {"arrival": at, "why": "intake", "expires": at + 172800}
    return CallbackRequested(
        at,
        f"call-{number}",
        "leg-1",
        callback=f"{number}.1",
        ticket=number,
        number=caller,
        **{**known, **facts},
    )

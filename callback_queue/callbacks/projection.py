"""The state of callbacks: a fold over the journal's events, written to the database by the recorder.

A switch that leases a callback changes its row at once, and tells the journal; the recorder hears of it
later, perhaps much later. So an event of an attempt counts only while the row is at that attempt or before
it, a callback that is closed stays closed, and applying an event twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, TypeAlias, cast

from sqlalchemy import Table, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callback_queue.callbacks.events import (
    CallbackAttemptEnded,
    CallbackClosed,
    CallbackDialled,
    CallbackEnd,
    CallbackLeased,
    CallbackMoved,
    CallbackRequested,
    CallbackRescheduled,
    CallbackRestored,
    CallbackStarted,
)
from callback_queue.callbacks.policy import OURS, PHONE_ANSWERED
from callback_queue.callbacks.store import CLOSED, DIALLING, LEASED, WAITING
from callback_queue.callbacks.tables import CallbackRow
from callback_queue.database import insert_once, number, one, text, whole
from callback_queue.tickets.tables import Ticket
from config.telephone_numbers import number_key
from journal.event import Event

Row: TypeAlias = Mapping[str, Any]
_Apply: TypeAlias = Callable[[AsyncConnection, Any], Awaitable[None]]

_CALLBACKS = cast(Table, CallbackRow.__table__)
_TICKETS = cast(Table, Ticket.__table__)

# How long a lease lasts that is known from the journal alone: a switch renews its own in the database.
_LEASE = 60.0
# So long at least it is tried after the time that somebody moved it to.
_TIME_AFTER = 86400.0
_FREE: Mapping[str, Any] = {"lease_holder": "", "lease_until": 0.0}


class CallbackProjection:
    """Keeps callbacks.

    Args:
        country: the country of numbers that are written without one, "".
    """

    def __init__(self, country: str = "") -> None:
        self._country = country
        self._handlers: dict[type[Event], _Apply] = {
            CallbackRequested: self._requested,
            CallbackLeased: self._leased,
            CallbackStarted: self._started,
            CallbackDialled: self._dialled,
            CallbackAttemptEnded: self._ended,
            CallbackRescheduled: self._rescheduled,
            CallbackMoved: self._moved,
            CallbackRestored: self._restored,
            CallbackClosed: self._closed,
        }
        self.kinds: Collection[type[Event]] = tuple(self._handlers)

    async def apply(self, connection: AsyncConnection, event: Event, row: Row) -> None:
        """Take one event in; see `cdr.recorder.projector.Projection`."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            await handler(connection, event)

    async def _requested(self, connection: AsyncConnection, event: CallbackRequested) -> None:
        if not event.callback:
            return
        ticket = await _ticket(connection, event.ticket)
        called = text(event.number, 64)
        key = number_key(called, self._country)
        values = {
            "callback": text(event.callback, 32),
            "ticket": (ticket["joined_into"] if ticket is not None else "") or text(event.ticket, 24),
            "number": called,
            "number_key": key,
            "caller_key": (ticket["caller_key"] if ticket is not None else "") or key,
            "queue": text(event.queue, 64),
            "language": text(event.language, 8),
            "tier": text(event.tier, 16),
            "priority": whole(event.priority),
            "arrival": number(event.arrival),
            "why": text(event.why, 16),
            "not_before": number(event.not_before),
            "not_after": number(event.not_after),
            "expires": number(event.expires),
            "requested_at": number(event.at),
            "call": text(event.call, 64),
            "state": WAITING,
            "due": number(event.not_before) or number(event.at),
            "attempt": 0,
            "dialled": 0,
            "last_dialled": 0,
            "last_void": 0,
            "crashes": 0,
            "lease_holder": "",
            "leased_at": 0.0,
            "lease_until": 0.0,
            "outcome": "",
            "agent": "",
            "first_attempt_at": 0.0,
            "reached_at": 0.0,
            "closed_at": 0.0,
            "end": "",
            "ended_by": "",
            "note": "",
        }
        await insert_once(connection, _CALLBACKS, values)

    async def _leased(self, connection: AsyncConnection, event: CallbackLeased) -> None:
        row = await _find(connection, event.callback)
        if row is None or row["state"] == CLOSED or row["attempt"] >= whole(event.attempt):
            return
        at = number(event.at)
        values = {
            "state": LEASED,
            "attempt": whole(event.attempt),
            "lease_holder": text(event.switch, 64),
            "leased_at": at,
            "lease_until": at + _LEASE,
        }
        await _write(connection, row, values)

    async def _started(self, connection: AsyncConnection, event: CallbackStarted) -> None:
        row = await _find(connection, event.callback)
        if row is None or row["attempt"] > whole(event.attempt):
            return
        values: dict[str, Any] = {"call": text(event.call, 64)}
        if not row["first_attempt_at"]:
            values["first_attempt_at"] = number(event.at)
        await _write(connection, row, values)

    async def _dialled(self, connection: AsyncConnection, event: CallbackDialled) -> None:
        row = await _find(connection, event.callback)
        attempt = whole(event.attempt)
        if row is None or row["last_dialled"] >= attempt:
            return
        values: dict[str, Any] = {"dialled": row["dialled"] + 1, "last_dialled": attempt}
        if row["state"] == LEASED and row["attempt"] == attempt:
            values["state"] = DIALLING
        await _write(connection, row, values)

    async def _ended(self, connection: AsyncConnection, event: CallbackAttemptEnded) -> None:
        row = await _find(connection, event.callback)
        if row is None:
            return
        values: dict[str, Any] = {}
        if event.outcome == "reached" and not row["reached_at"]:
            values["reached_at"] = number(event.at)
        attempt = whole(event.attempt)
        if row["attempt"] <= attempt:
            values |= {"outcome": text(event.outcome, 16), "agent": text(event.agent, 64)}
            values |= _counted(row, event)
            if row["state"] != CLOSED:
                values |= {"attempt": attempt, **_FREE, **_next(row, event)}
        await _write(connection, row, values)

    async def _rescheduled(self, connection: AsyncConnection, event: CallbackRescheduled) -> None:
        row = await _find(connection, event.callback)
        due = number(event.due)
        if row is None or row["state"] == CLOSED or not due:
            return
        # A lease stays; when its attempt fails, the next one is not before that time.
        values: dict[str, Any] = {"not_before": due, "not_after": 0.0}
        if row["state"] == WAITING:
            values["due"] = due
        if row["expires"]:
            values["expires"] = max(row["expires"], due + _TIME_AFTER)
        await _write(connection, row, values)

    async def _moved(self, connection: AsyncConnection, event: CallbackMoved) -> None:
        row = await _find(connection, event.callback)
        if row is not None and row["state"] != CLOSED:
            await _write(connection, row, {"queue": text(event.queue, 64)})

    async def _restored(self, connection: AsyncConnection, event: CallbackRestored) -> None:
        row = await _find(connection, event.callback)
        if row is None:
            return
        values: dict[str, Any] = {"expires": number(event.expires)}
        if row["state"] == CLOSED:
            values |= {"state": WAITING, "due": number(event.due), "dialled": 0, "crashes": 0, "outcome": ""}
            values |= {"end": "", "ended_by": "", "note": "", "closed_at": 0.0, **_FREE}
        await _write(connection, row, values)

    async def _closed(self, connection: AsyncConnection, event: CallbackClosed) -> None:
        row = await _find(connection, event.callback)
        if row is None or (row["state"] == CLOSED and row["ended_by"]):
            return
        values = {
            "state": CLOSED,
            "end": text(event.end, 24),
            "ended_by": text(event.by, 64) or "system",
            "note": text(event.note, 4000),
            "closed_at": number(event.at),
            **_FREE,
        }
        await _write(connection, row, values)
        if event.end == "joined":
            await self._merge(connection, row)

    async def _merge(self, connection: AsyncConnection, newer: Row) -> None:
        """What a joined callback's caller said last goes for the older one, which keeps its place."""
        columns = _CALLBACKS.c
        older = await one(
            connection,
            select(_CALLBACKS)
            .where(columns.ticket == newer["ticket"], columns.state != CLOSED)
            .where(columns.callback != newer["callback"])
            .order_by(columns.arrival)
            .limit(1),
        )
        if older is None:
            return
        values: dict[str, Any] = {
            "number": newer["number"],
            "number_key": newer["number_key"],
            "language": newer["language"],
            "not_before": newer["not_before"],
            "not_after": newer["not_after"],
            "priority": max(older["priority"], newer["priority"]),
            "expires": max(older["expires"], newer["expires"]) if older["expires"] else 0.0,
        }
        # Who asks anew has all attempts anew; one in which the phone is ringing now is the first of them.
        ringing = older["state"] == DIALLING and older["last_dialled"] == older["attempt"]
        values |= {"dialled": int(ringing), "crashes": 0}
        if older["state"] == WAITING:
            values["due"] = newer["due"]
        if newer["queue"] and not older["queue"]:
            values["queue"] = newer["queue"]
        await _write(connection, older, values)


def _counted(row: Row, event: CallbackAttemptEnded) -> dict[str, Any]:
    """What an attempt's end does to the counts: one that we ended does not count."""
    attempt = whole(event.attempt)
    if event.outcome not in OURS:
        return {"crashes": 0} if event.outcome in PHONE_ANSWERED else {}
    if row["last_void"] >= attempt:
        return {}
    values: dict[str, Any] = {"last_void": attempt}
    if event.outcome == "cut_off":
        values["crashes"] = row["crashes"] + 1
    if row["last_dialled"] == attempt:
        values["dialled"] = max(0, row["dialled"] - 1)
    return values


def _next(row: Row, event: CallbackAttemptEnded) -> dict[str, Any]:
    """What comes after an attempt; how a callback is closed, `CallbackClosed` says better."""
    next_at = number(event.next_at)
    if not next_at:
        ends: Mapping[str, CallbackEnd] = {
            "reached": "completed",
            "wrong_number": "wrong_number",
            "not_permitted": "not_permitted",
        }
        end = ends.get(event.outcome, "not_reached")
        return {"state": CLOSED, "end": end, "closed_at": number(event.at)}
    wished = row["not_before"] if row["not_before"] > number(event.at) else 0.0
    return {"state": WAITING, "due": max(next_at, wished)}


async def _find(connection: AsyncConnection, callback: str) -> Row | None:
    return await one(connection, select(_CALLBACKS).where(_CALLBACKS.c.callback == text(callback, 32)))


async def _ticket(connection: AsyncConnection, ticket: str) -> Row | None:
    columns = (_TICKETS.c.joined_into, _TICKETS.c.caller_key)
    return await one(connection, select(*columns).where(_TICKETS.c.number == text(ticket, 24)))


async def _write(connection: AsyncConnection, row: Row, values: Mapping[str, Any]) -> None:
    if values:
        await connection.execute(
            update(_CALLBACKS).where(_CALLBACKS.c.callback == row["callback"]).values(**values)
        )

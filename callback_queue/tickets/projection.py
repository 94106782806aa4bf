"""The state of tickets: a fold over the journal's events, written to the database by the recorder.

Each event is applied in the transaction in which it is stored. Nothing here raises for what an event says,
and applying an event twice changes nothing. What callbacks add to a ticket and its
history is `callback_queue.callbacks.ticket_history`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, TypeAlias, cast

from sqlalchemy import Table, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callback_queue.database import insert_once, items, number, one, plain, text, whole
from callback_queue.tickets.events import TicketChanged, TicketJoined, TicketOpened, TicketTranscribed
from callback_queue.tickets.opening import with_text, words_of
from callback_queue.tickets.summary import summary, title
from callback_queue.tickets.tables import Ticket, TicketHistory
from callback_queue.tickets.ticket import AT_WORK, SUMMARY_LENGTH, TITLE_LENGTH, Standing, TicketState, change
from config.telephone_numbers import number_key
from journal.event import Event

Row: TypeAlias = Mapping[str, Any]
_Apply: TypeAlias = Callable[[AsyncConnection, Any, Row], Awaitable[None]]

_TICKETS = cast(Table, Ticket.__table__)
_HISTORY = cast(Table, TicketHistory.__table__)

# What is said of a caller who said nothing gives way to what the caller says the next time.
_WITHOUT_WORDS = ("abandoned", "cut_off", "failure")


class TicketProjection:
    """Keeps tickets and their history.

    Args:
        country: the country of numbers that are written without one, "".
    """

    def __init__(self, country: str = "") -> None:
        self._country = country
        self._handlers: dict[type[Event], _Apply] = {
            TicketOpened: self._opened,
            TicketChanged: self._changed,
            TicketTranscribed: self._transcribed,
            TicketJoined: self._joined,
        }
        self.kinds: Collection[type[Event]] = tuple(self._handlers)

    async def apply(self, connection: AsyncConnection, event: Event, row: Row) -> None:
        """Take one event in; see `cdr.recorder.projector.Projection`."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            await handler(connection, event, row)

    async def _opened(self, connection: AsyncConnection, event: TicketOpened, row: Row) -> None:
        if not event.ticket:
            return
        caller = event.caller or event.callback_number
        values = {
            "number": text(event.ticket, 24),
            "kind": text(event.kind, 64),
            "state": TicketState.OPEN.value,
            "outcome": text(event.state, 64),
            "queue": text(event.queue, 64),
            "owner": "",
            "call": text(event.call, 64),
            "leg": text(event.leg, 64),
            "opened_at": number(event.at),
            "changed_at": number(event.at),
            "caller": text(event.caller, 64),
            "caller_key": number_key(text(caller, 64), self._country),
            "callback_number": text(event.callback_number, 64),
            "language": text(event.language, 8),
            "customer": text(event.customer, 64),
            "tier": text(event.tier, 16),
            "category": text(event.category, 64),
            "severity": whole(event.severity, 3),
            "priority": whole(event.priority),
            "title": text(event.title, TITLE_LENGTH),
            "summary": text(event.summary, SUMMARY_LENGTH),
            "tags": items(event.tags),
            "respond_by": number(event.respond_by),
            "resolve_by": number(event.resolve_by),
            "responded_at": 0.0,
            "resolved_at": 0.0,
            "waiting_since": 0.0,
            "reopened": 0,
            "sla": [],
            "slots": items(event.slots),
            "history": items(event.history),
            "recording": text(event.recording, 1000),
            "note": text(event.note, SUMMARY_LENGTH),
            "joined_into": "",
        }
        if await insert_once(connection, _TICKETS, values):
            details = {"kind": event.kind, "state": event.state, "call": event.call}
            await write_history(connection, row, event.ticket, event.at, "system", "opened", details)

    async def _changed(self, connection: AsyncConnection, event: TicketChanged, row: Row) -> None:
        ticket = await find_ticket(connection, event.ticket)
        if ticket is None:
            return
        wished = dict(event.changes) if isinstance(event.changes, Mapping) else {}
        told = wished.pop("sla", None)
        outcome = change(Standing(TicketState(ticket["state"]), ticket["owner"]), wished)
        # Whoever waits for the customer or is through with it has spoken with it, or decided not to.
        values: dict[str, Any] = {**outcome.values, **_times(ticket, outcome.values.get("state"), event.at)}
        if outcome.reopened:
            values["reopened"] = ticket["reopened"] + 1
        # A clock that was set anew has warned of nothing yet.
        kept = [word for word in _words(ticket["sla"]) if f"{word.partition('_')[0]}_by" not in values]
        if isinstance(told, str) and told not in kept:
            kept.append(text(told, 32))
        if kept != ticket["sla"]:
            values["sla"] = kept
        values = {name: text(v, len(v)) if isinstance(v, str) else v for name, v in values.items()}
        if "tags" in values:
            values["tags"] = items(values["tags"])
        details: dict[str, Any] = {"changes": dict(outcome.values)}
        if outcome.refused:
            details["refused"] = dict(outcome.refused)
        if told is not None:
            details["sla"] = told
        await write_ticket(connection, event.ticket, values, event.at)
        await write_history(connection, row, event.ticket, event.at, event.by, "changed", details, event.note)

    async def _transcribed(self, connection: AsyncConnection, event: TicketTranscribed, row: Row) -> None:
        ticket = await find_ticket(connection, event.ticket)
        if ticket is None:
            return
        heard = {
            "text": event.text,
            "words": event.words,
            "confidence": event.confidence,
            "engine": event.engine,
        }
        before, language = _mappings(ticket["slots"]), ticket["language"]
        slots = with_text(before, str(event.slot), str(event.file), heard)
        values: dict[str, Any] = {"slots": items(slots)}
        first, said = words_of(before), words_of(_mappings(values["slots"]))
        # What somebody has written, or a model, stays; what was taken from the words follows them.
        if said and ticket["title"] in ("", text(title(first, language), TITLE_LENGTH)):
            values["title"] = text(title(said, language), TITLE_LENGTH)
        if said and ticket["summary"] in ("", text(summary(first, language), SUMMARY_LENGTH)):
            values["summary"] = text(summary(said, language), SUMMARY_LENGTH)
        await write_ticket(connection, event.ticket, values, event.at)
        details = {"slot": event.slot, "file": event.file, "engine": event.engine, "again": event.again}
        await write_history(connection, row, event.ticket, event.at, "system", "transcribed", details)

    async def _joined(self, connection: AsyncConnection, event: TicketJoined, row: Row) -> None:
        newer, older = await find_ticket(connection, event.ticket), await find_ticket(connection, event.into)
        if newer is None or older is None or event.ticket == event.into:
            return
        values = {"state": TicketState.JOINED.value, "joined_into": older["number"], "waiting_since": 0.0}
        await write_ticket(connection, event.ticket, values, event.at)
        await write_history(connection, row, event.ticket, event.at, "system", "joined", {"into": event.into})
        await write_ticket(connection, event.into, _merged(older, newer), event.at)
        details = {"ticket": event.ticket, "title": newer["title"]}
        await write_history(connection, row, event.into, event.at, "system", "joined", details)


def _times(ticket: Row, state: object, at: float) -> dict[str, float]:
    """What a new state does to a ticket's times."""
    if state is None:
        return {}
    over = state not in AT_WORK
    waits = state == TicketState.WAITING
    times = {"resolved_at": (ticket["resolved_at"] or number(at)) if over else 0.0}
    times["waiting_since"] = (ticket["waiting_since"] or number(at)) if waits else 0.0
    if (over or waits) and not ticket["responded_at"]:
        times["responded_at"] = number(at)
    return times


def _merged(older: Row, newer: Row) -> dict[str, Any]:
    """What the older of two joined tickets takes over from the newer one."""
    values: dict[str, Any] = {
        "severity": min(older["severity"], newer["severity"]),
        "priority": max(older["priority"], newer["priority"]),
        "callback_number": newer["callback_number"] or older["callback_number"],
        "tags": list(dict.fromkeys([*_words(older["tags"]), *_words(newer["tags"])])),
    }
    for name in ("respond_by", "resolve_by"):
        values[name] = min((due for due in (older[name], newer[name]) if due), default=0.0)
    if older["kind"] in _WITHOUT_WORDS:
        values |= {name: newer[name] for name in ("title", "summary", "category") if newer[name]}
    return values


def _mappings(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _words(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


async def find_ticket(connection: AsyncConnection, ticket: str) -> Row | None:
    """The row of a ticket."""
    return await one(connection, select(_TICKETS).where(_TICKETS.c.number == text(ticket, 24)))


async def write_ticket(
    connection: AsyncConnection, ticket: str, values: Mapping[str, Any], at: float
) -> None:
    """Change a ticket's row; `at` is when, Unix seconds."""
    if values:
        changes = {**values, "changed_at": number(at)}
        await connection.execute(
            update(_TICKETS).where(_TICKETS.c.number == text(ticket, 24)).values(**changes)
        )


async def write_history(
    connection: AsyncConnection,
    row: Row,
    ticket: str,
    at: float,
    by: str,
    what: str,
    details: Mapping[str, Any],
    note: str = "",
) -> None:
    """Write one line of a ticket's history, once."""
    values = {
        "source": text(row["switch"], 96),
        "seq": int(row["seq"]),
        "ticket": text(ticket, 24),
        "at": number(at),
        "by": text(by, 64),
        "what": what,
        "details": plain(details),
        "note": text(note, SUMMARY_LENGTH),
    }
    await insert_once(connection, _HISTORY, values)

"""Consequences: the rules by which the recorder derives further events.

* A switch that starts anew was cut off: its calls are closed, and their callers are called back.
* A ticket of a caller who has an open one is joined to it, and its callback into the older one's.
* A caller whom an agent speaks with needs no call for having been missed before.
* A ticket that is solved or closed needs no call any more; opened again, it gets its call back. Moved to
  another queue, it takes its call along.
* A ticket that waits for the customer is opened by the customer's answer.
* A callback in whose calls the switch crashes again and again is closed.
* What nobody did in time expires, or is warned of (`QueueConsequences.tick`).

Each is drawn inside the transaction that stores its cause, after the projections of it, and stored as events
of the recorder's own: what was concluded once is never concluded anew.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, Protocol, TypeAlias

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callback_queue.agents.events import AgentConnected
from callback_queue.callbacks import store as callbacks
from callback_queue.callbacks.events import (
    CallbackAttemptEnded,
    CallbackClosed,
    CallbackEnd,
    CallbackMoved,
    CallbackRequested,
    CallbackRestored,
)
from callback_queue.callbacks.policy import CallbackRules, due_at, expires_at, next_attempt
from callback_queue.callbacks.request import request_callback
from callback_queue.callbacks.tables import CallbackRow
from callback_queue.customers.book import Customer, CustomerBook
from callback_queue.customers.store import find
from callback_queue.database import one, text
from callback_queue.recovery import cut_off
from callback_queue.recovery.events import RECORDER, SwitchStarted
from callback_queue.recovery.unfinished import Unfinished
from callback_queue.tickets import opening
from callback_queue.tickets.events import TicketChanged, TicketJoined, TicketOpened
from callback_queue.tickets.sla import Deadlines, changed_deadlines, pauses, warnings
from callback_queue.tickets.store import states_of, take_block
from callback_queue.tickets.tables import Ticket
from callback_queue.tickets.ticket import AT_WORK, ENDED_WITH_TICKET, TicketState, over_note
from config.telephone_numbers import number_key
from journal.event import Event

log = logging.getLogger(__name__)

SYSTEM = "system"

# Callbacks of callers who were missed: they need none once somebody speaks with them.
_MISSED = ("abandoned", "cut_off")
_AT_ONCE = 500
_WARNINGS_KEPT = 20_000
_SLA_COLUMNS = ("state", "tier", "severity", "opened_at", "resolve_by", "waiting_since", "resolved_at")

_Draw: TypeAlias = Callable[[AsyncConnection, Any], Awaitable[list[Event]]]


class Log(Protocol):
    """The events that are stored so far (`cdr.recorder.event_log.EventLog`)."""

    async def events_of(self, connection: AsyncConnection, call: str) -> Sequence[Event]:
        """The events of a call, in order."""

    async def unfinished(self, connection: AsyncConnection, switch: str, started: float) -> Unfinished:
        """What the run of a switch before its start at `started` left behind."""


class QueueConsequences:
    """The rules at work; holds nothing but what it has worked out before.

    Args:
        rules: what the site says about new tickets.
        callback_rules: what it says about callbacks.
        log: the events.
        customers: those of the site's file; the table of customers is asked after it.
    """

    def __init__(
        self,
        rules: opening.OpeningRules,
        callback_rules: CallbackRules,
        log: Log,
        customers: CustomerBook | None = None,
    ) -> None:
        self._rules = rules
        self._callback_rules = callback_rules
        self._log = log
        self._customers = customers or CustomerBook()
        self._country = callback_rules.country
        self._warned: dict[tuple[Any, ...], Deadlines] = {}
        self._handlers: dict[type[Event], _Draw] = {
            SwitchStarted: self._switch_started,
            TicketOpened: self._ticket_opened,
            CallbackRequested: self._callback_requested,
            AgentConnected: self._agent_connected,
            TicketChanged: self._ticket_changed,
            TicketJoined: self._joined,
            CallbackAttemptEnded: self._attempt_over,
        }
        self.kinds: Collection[type[Event]] = tuple(self._handlers)

    async def draw(self, connection: AsyncConnection, event: Event) -> list[Event]:
        """What follows from one event; see `cdr.recorder.projector.Consequence`."""
        handler = self._handlers.get(type(event))
        return [] if handler is None else await handler(connection, event)

    async def tick(self, connection: AsyncConnection, now: float) -> list[Event]:
        """What follows from the time alone: to be asked every few seconds.

        Args:
            connection: inside a transaction.
            now: Unix seconds.
        """
        return [*await self._expired(connection, now), *await self._due_tickets(connection, now)]

    # --- a switch was cut off -----------------------------------------------------------------------------

    async def _switch_started(self, connection: AsyncConnection, event: SwitchStarted) -> list[Event]:
        at = event.at
        left = await self._log.unfinished(connection, event.switch, at)
        calls = [cut_off.facts(told) for told in left.calls]
        drawn: list[Event] = [cut_off.left(entered, at) for entered in left.entries]
        # In the order in which they have waited, whatever order their calls began in.
        for call in sorted(calls, key=lambda call: call.arrival):
            if call.is_owed:
                drawn += await self._owed(connection, call, event)
        drawn += [cut_off.ended(call, at) for call in calls if not call.ended]
        return drawn + await self._leases(connection, calls, event)

    async def _owed(
        self, connection: AsyncConnection, call: cut_off.CallFacts, event: SwitchStarted
    ) -> list[Event]:
        """The ticket, unless there is one, and the callback of a caller who was not served."""
        ticket = call.ticket
        drawn: list[Event] = []
        if ticket is None:
            holder = event.switch + RECORDER
            number = (await take_block(connection, holder, 1, event.at)).start
            customer = await self._customer(connection, call.caller)
            origin = cut_off.origin_of(call, event.at)
            ticket = opening.open_ticket(cut_off.ticket_of(call), str(number), origin, customer, self._rules)
            drawn.append(ticket)
        requested = request_callback(ticket, None, call.arrival, self._callback_rules)
        return drawn if requested is None else [*drawn, requested]

    async def _customer(self, connection: AsyncConnection, number: str) -> Customer | None:
        return self._customers.find(number) or await find(connection, number, self._country)

    async def _leases(
        self,
        connection: AsyncConnection,
        calls: Sequence[cut_off.CallFacts],
        event: SwitchStarted,
    ) -> list[Event]:
        """The ends of attempts that were under way."""
        row = CallbackRow
        mine = await callbacks.read(
            connection,
            callbacks.select_callbacks()
            .where(row.lease_holder == text(event.switch, 64), row.leased_at < event.at)
            .where(row.state.in_((callbacks.LEASED, callbacks.DIALLING)))
            .order_by(row.arrival),
        )
        by_callback = {call.callback.callback: call for call in calls if call.callback is not None}
        return [end for due in mine for end in self._attempt_ended(due, by_callback.get(due.callback), event)]

    def _attempt_ended(
        self, due: callbacks.CallbackView, call: cut_off.CallFacts | None, event: SwitchStarted
    ) -> list[Event]:
        where = ("", "") if call is None else (call.call, call.leg)
        agent = call.connected.agent if call is not None and call.connected is not None else ""
        if call is not None and call.served:
            reached = CallbackAttemptEnded(
                event.at,
                *where,
                callback=due.callback,
                attempt=due.attempt,
                outcome="reached",
                agent=agent,
                next_at=0.0,
                talk_ms=call.talk_ms,
            )
            return [reached, CallbackClosed(event.at, callback=due.callback, end="completed", by=SYSTEM)]
        rules, crashes = self._callback_rules, due.crashes + 1
        again = next_attempt("cut_off", due.dialled, event.at, rules, due.number, expires=due.expires)
        end: CallbackEnd = "expired"
        note = ""
        if crashes >= rules.crashes:
            again, end = None, "crashed"
            note = f"The server crashed {crashes} times in a row while this call was being made."
            log.error(
                "a callback is closed: %s crashes of the server in a row while it was being made",
                crashes,
                extra={"callback": due.callback, "ticket": due.ticket},
            )
        failed = CallbackAttemptEnded(
            event.at,
            *where,
            callback=due.callback,
            attempt=due.attempt,
            outcome="cut_off",
            agent=agent,
            next_at=again or 0.0,
        )
        if again is not None:
            return [failed]
        return [failed, CallbackClosed(event.at, callback=due.callback, end=end, by=SYSTEM, note=note)]

    # --- one caller, one ticket ---------------------------------------------------------------------------

    async def _ticket_opened(self, connection: AsyncConnection, event: TicketOpened) -> list[Event]:
        within = self._rules.sla.settings.join_within
        key = number_key(text(event.caller or event.callback_number, 64), self._country)
        if not key or not within:
            return []
        older = await one(
            connection,
            select(Ticket.number)
            .where(Ticket.caller_key == key, Ticket.number != event.ticket)
            .where(Ticket.state.in_(AT_WORK))
            # What the customer was asked about is answered whenever the answer comes.
            .where(or_(Ticket.opened_at >= event.at - within, Ticket.state == TicketState.WAITING))
            .order_by(Ticket.opened_at, Ticket.number)
            .limit(1),
        )
        return [] if older is None else [TicketJoined(event.at, ticket=event.ticket, into=older["number"])]

    async def _callback_requested(self, connection: AsyncConnection, event: CallbackRequested) -> list[Event]:
        ticket = await one(connection, select(Ticket.joined_into).where(Ticket.number == event.ticket))
        if ticket is None or not ticket["joined_into"]:
            return []
        older = await one(
            connection,
            select(CallbackRow.callback)
            .where(CallbackRow.ticket == ticket["joined_into"], CallbackRow.callback != event.callback)
            .where(CallbackRow.state != callbacks.CLOSED)
            .order_by(CallbackRow.arrival)
            .limit(1),
        )
        if older is None:
            return []
        note = f"merged into {older['callback']}"
        return [CallbackClosed(event.at, callback=event.callback, end="joined", by=SYSTEM, note=note)]

    # --- nothing to call for any more --------------------------------------------------------------------

    async def _ticket_changed(self, connection: AsyncConnection, event: TicketChanged) -> list[Event]:
        drawn = await self._moved(connection, event) if "queue" in event.changes else []
        if "state" not in event.changes and "owner" not in event.changes:
            return drawn
        state = await self._over(connection, event.ticket)
        if state is None:
            return drawn + await self._restored(connection, event)
        row = CallbackRow
        wanted = callbacks.select_callbacks().where(row.ticket == event.ticket)
        # One whose customer is being called is closed at the end of that attempt.
        wanted = wanted.where(row.state.in_((callbacks.WAITING, callbacks.LEASED))).order_by(row.arrival)
        return drawn + [
            _cancelled(event.at, due, event.by, state) for due in await callbacks.read(connection, wanted)
        ]

    async def _moved(self, connection: AsyncConnection, event: TicketChanged) -> list[Event]:
        """The callbacks of a ticket go to its queue with it."""
        ticket = await one(connection, select(Ticket.queue).where(Ticket.number == text(event.ticket, 24)))
        if ticket is None or not ticket["queue"]:
            return []
        row = CallbackRow
        wanted = callbacks.select_callbacks().where(row.ticket == text(event.ticket, 24))
        wanted = wanted.where(row.state != callbacks.CLOSED, row.queue != ticket["queue"])
        return [
            CallbackMoved(event.at, callback=due.callback, queue=ticket["queue"], by=event.by)
            for due in await callbacks.read(connection, wanted.order_by(row.arrival))
        ]

    async def _restored(self, connection: AsyncConnection, event: TicketChanged) -> list[Event]:
        """The callback that ended with its ticket comes back with it; one that waits gets its time again."""
        ticket = await one(connection, select(Ticket.state).where(Ticket.number == text(event.ticket, 24)))
        if ticket is None or ticket["state"] == TicketState.WAITING:
            return []
        row, rules = CallbackRow, self._callback_rules
        wanted = callbacks.select_callbacks().where(row.ticket == text(event.ticket, 24))
        waiting = await callbacks.read(connection, wanted.where(row.state != callbacks.CLOSED))
        expires = expires_at(event.at, rules)
        if waiting:
            return [
                CallbackRestored(event.at, callback=due.callback, due=due.due, expires=expires, by=event.by)
                for due in waiting
                if due.expires and due.expires <= event.at
            ]
        ended = wanted.where(row.end == "cancelled", row.note.in_(ENDED_WITH_TICKET))
        found = await callbacks.read(connection, ended.order_by(row.closed_at.desc()).limit(1))
        drawn: list[Event] = []
        for due in found:
            at = due_at(event.at, due.number, rules, not_before=due.not_before)
            expires = expires_at(max(at, due.not_after), rules)
            drawn.append(
                CallbackRestored(event.at, callback=due.callback, due=at, expires=expires, by=event.by)
            )
        return drawn

    # --- the customer has answered ------------------------------------------------------------------------

    async def _joined(self, connection: AsyncConnection, event: TicketJoined) -> list[Event]:
        return await self._answered(connection, Ticket.number == text(event.into, 24), event.at, event.ticket)

    async def _answered(self, connection: AsyncConnection, which: Any, at: float, what: str) -> list[Event]:
        """Tickets that waited for the customer wait no more."""
        columns = [getattr(Ticket, name) for name in _SLA_COLUMNS]
        found = await connection.execute(
            select(Ticket.number, Ticket.owner, *columns)
            .where(which, Ticket.state == TicketState.WAITING)
            .order_by(Ticket.opened_at)
        )
        drawn: list[Event] = []
        for ticket in found.all():
            state = TicketState.ASSIGNED if ticket.owner else TicketState.OPEN
            past = pauses(await states_of(connection, ticket.number))
            due = changed_deadlines(ticket, {"state": state}, past, at, self._rules.sla)
            note = f"the customer has answered: {what}"
            changes = {"state": state.value, **due}
            drawn.append(TicketChanged(at, ticket=ticket.number, by=SYSTEM, changes=changes, note=note))
        return drawn

    async def _attempt_over(self, connection: AsyncConnection, event: CallbackAttemptEnded) -> list[Event]:
        row = CallbackRow
        wanted = callbacks.select_callbacks().where(
            row.callback == event.callback, row.state == callbacks.WAITING
        )
        for due in await callbacks.read(connection, wanted):
            state = await self._over(connection, due.ticket)
            if state is not None:
                return [_cancelled(event.at, due, SYSTEM, state)]
        return []

    async def _over(self, connection: AsyncConnection, ticket: str) -> str | None:
        """The state of a ticket that is over; None for one at work, and for none."""
        found = await one(connection, select(Ticket.state).where(Ticket.number == text(ticket, 24)))
        return None if found is None or found["state"] in AT_WORK else str(found["state"])

    # --- reached meanwhile --------------------------------------------------------------------------------

    async def _agent_connected(self, connection: AsyncConnection, event: AgentConnected) -> list[Event]:
        call = cut_off.facts(await self._log.events_of(connection, event.call))
        called = call.callback.number if call.callback is not None else call.caller
        key = number_key(called, self._country)
        if not key or call.source.startswith("agent:"):
            return []
        answered = await self._answered(
            connection, Ticket.caller_key == key, event.at, f"agent {event.agent} spoke with them"
        )
        row = CallbackRow
        waiting = await callbacks.read(
            connection,
            callbacks.select_callbacks()
            .where(or_(row.caller_key == key, row.number_key == key))
            .where(row.state.in_((callbacks.WAITING, callbacks.LEASED)))
            .where(row.why.in_(_MISSED), row.requested_at <= event.at)
            .order_by(row.arrival),
        )
        drawn: list[Event] = answered
        note = f"agent {event.agent} spoke with the caller"
        for due in waiting:
            drawn.append(
                CallbackClosed(event.at, callback=due.callback, end="reached_meanwhile", by=SYSTEM, note=note)
            )
            ticket = await one(
                connection, select(Ticket.kind, Ticket.state).where(Ticket.number == due.ticket)
            )
            # What the caller had told is still to be done; that they were missed, is not.
            if ticket is not None and ticket["kind"] in _MISSED and ticket["state"] == TicketState.OPEN:
                closed = {"state": TicketState.CLOSED.value}
                drawn.append(TicketChanged(event.at, ticket=due.ticket, by=SYSTEM, changes=closed, note=note))
        return drawn

    # --- time ---------------------------------------------------------------------------------------------

    async def _expired(self, connection: AsyncConnection, now: float) -> list[Event]:
        row = CallbackRow
        over = await callbacks.read(
            connection,
            callbacks.select_callbacks()
            .where(row.expires > 0, row.expires <= now, callbacks.free(now), ~callbacks.ticket_waits())
            .order_by(row.arrival)
            .limit(_AT_ONCE),
        )
        return [CallbackClosed(now, callback=due.callback, end="expired", by=SYSTEM) for due in over]

    async def _due_tickets(self, connection: AsyncConnection, now: float) -> list[Event]:
        """Warnings and breaches that nobody was told of."""
        columns = (Ticket.number, Ticket.sla, Ticket.opened_at, Ticket.responded_at, Ticket.tier)
        found = await connection.execute(
            select(*columns, Ticket.severity, Ticket.respond_by, Ticket.resolve_by)
            .where(Ticket.state.in_((TicketState.OPEN, TicketState.ASSIGNED)))
            .where(or_(and_(Ticket.responded_at == 0, Ticket.respond_by > 0), Ticket.resolve_by > 0))
            .order_by(Ticket.opened_at)
        )
        drawn: list[Event] = []
        for ticket in found:
            warn = self._warnings(ticket)
            due = {"respond": (ticket.respond_by, warn.respond_by)}
            if ticket.responded_at:
                due.clear()
            due["resolve"] = (ticket.resolve_by, warn.resolve_by)
            for clock, (by, warn_at) in due.items():
                told = sla_word(clock, warn_at, by, now)
                if told and told not in ticket.sla and len(drawn) < _AT_ONCE:
                    drawn.append(TicketChanged(now, ticket=ticket.number, by=SYSTEM, changes={"sla": told}))
        return drawn

    def _warnings(self, ticket: Any) -> Deadlines:
        """When to warn of a ticket's deadlines; each is worked out once."""
        key = (ticket.opened_at, ticket.respond_by, ticket.resolve_by, ticket.tier, ticket.severity)
        known = self._warned.get(key)
        if known is None:
            if len(self._warned) >= _WARNINGS_KEPT:
                self._warned.clear()
            known = self._warned[key] = warnings(*key, self._rules.sla)
        return known


def sla_word(clock: str, warn_at: float, due: float, now: float) -> str:
    """What is to be told of a clock: "respond_warning", "resolve_breached" ..., "" for nothing yet."""
    if not due or now < warn_at:
        return ""
    return f"{clock}_breached" if now > due else f"{clock}_warning"


def _cancelled(at: float, due: callbacks.CallbackView, by: str, state: str) -> CallbackClosed:
    return CallbackClosed(at, callback=due.callback, end="cancelled", by=by, note=over_note(state))

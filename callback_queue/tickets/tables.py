"""The tables of tickets, callbacks and customers.

Tickets, their history and callbacks are projections: the recorder writes them from the journal's events, and
they can be built anew from those (docs/decisions/013-tickets-and-leases.md). Only a callback's lease is
written by the switch that takes it, at once and by itself. Times are Unix seconds, 0 for none.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base

# What can be dialled, with room for a SIP user part; the keys that numbers are found by are digits.
_NUMBER = String(64)
_KEY = String(32)
_NAME = String(64)
_CALL = String(64)
_CALLBACK = String(32)
_TICKET = String(24)


class Ticket(Base):
    """One ticket as it stands.

    `state` is of `callback_queue.tickets.ticket.STATES`; `outcome` is how far the caller came when it was
    opened. `caller_key` is `callback_queue.customers.book.number_key` of who called (of the callback's number
    when the caller's own was withheld), "" for nobody known. `history` is the conversation, `sla` the names
    of the warnings and breaches told so far. `waiting_since` is when it began to wait for the customer.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_caller_key", "caller_key", "opened_at"),
        Index("ix_tickets_state", "state", "opened_at"),
    )

    number: Mapped[str] = mapped_column(_TICKET, primary_key=True)
    kind: Mapped[str] = mapped_column(_NAME)
    state: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str] = mapped_column(_NAME)
    queue: Mapped[str] = mapped_column(_NAME)
    owner: Mapped[str] = mapped_column(_NAME)
    call: Mapped[str] = mapped_column(_CALL, index=True)
    leg: Mapped[str] = mapped_column(_CALL)
    opened_at: Mapped[float]
    changed_at: Mapped[float]
    caller: Mapped[str] = mapped_column(_NUMBER)
    caller_key: Mapped[str] = mapped_column(_KEY)
    callback_number: Mapped[str] = mapped_column(_NUMBER)
    language: Mapped[str] = mapped_column(String(8))
    customer: Mapped[str] = mapped_column(_NAME, index=True)
    tier: Mapped[str] = mapped_column(String(16))
    category: Mapped[str] = mapped_column(_NAME)
    severity: Mapped[int]
    priority: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text)
    tags: Mapped[list[Any]]
    respond_by: Mapped[float]
    resolve_by: Mapped[float]
    responded_at: Mapped[float]
    resolved_at: Mapped[float]
    waiting_since: Mapped[float]
    reopened: Mapped[int]
    sla: Mapped[list[Any]]
    slots: Mapped[list[Any]]
    history: Mapped[list[Any]]
    recording: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    joined_into: Mapped[str] = mapped_column(_TICKET, index=True)


class TicketHistory(Base):
    """What happened to a ticket, one row an event, in order.

    `what` is opened, changed, transcribed, joined, callback_requested, attempt, callback_closed ...;
    `details` its facts. `source` and `seq` are the event's place in the journal: for each ticket an event is
    written once.
    """

    __tablename__ = "ticket_history"

    source: Mapped[str] = mapped_column(String(96), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ticket: Mapped[str] = mapped_column(_TICKET, primary_key=True, index=True)
    at: Mapped[float]
    by: Mapped[str] = mapped_column(_NAME)
    what: Mapped[str] = mapped_column(String(32))
    details: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(Text)


class CallbackRow(Base):
    """One callback as it stands.

    `state` is waiting (for `due`), leased (by `lease_holder` until `lease_until`, the customer not dialled
    yet), dialling (the customer is being dialled or spoken with) or closed. `attempt` counts the leases so
    far, `dialled` those in which the customer was dialled, `last_dialled` is the last of them. `queue` is who
    calls, `arrival` since when the caller waits, `outcome` that of the last attempt, `end` how it was closed.
    """

    __tablename__ = "callbacks"
    __table_args__ = (
        Index("ix_callbacks_due", "state", "due"),
        Index("ix_callbacks_number_key", "number_key", "state"),
    )

    callback: Mapped[str] = mapped_column(_CALLBACK, primary_key=True)
    ticket: Mapped[str] = mapped_column(_TICKET, index=True)
    number: Mapped[str] = mapped_column(_NUMBER)
    number_key: Mapped[str] = mapped_column(_KEY)
    caller_key: Mapped[str] = mapped_column(_KEY, index=True)
    queue: Mapped[str] = mapped_column(_NAME)
    language: Mapped[str] = mapped_column(String(8))
    tier: Mapped[str] = mapped_column(String(16))
    priority: Mapped[int]
    arrival: Mapped[float]
    why: Mapped[str] = mapped_column(String(16))
    not_before: Mapped[float]
    not_after: Mapped[float]
    expires: Mapped[float]
    requested_at: Mapped[float]
    call: Mapped[str] = mapped_column(_CALL, index=True)
    state: Mapped[str] = mapped_column(String(16))
    due: Mapped[float]
    attempt: Mapped[int]
    dialled: Mapped[int]
    last_dialled: Mapped[int]
    lease_holder: Mapped[str] = mapped_column(_NAME, index=True)
    leased_at: Mapped[float]
    lease_until: Mapped[float]
    outcome: Mapped[str] = mapped_column(String(16))
    agent: Mapped[str] = mapped_column(_NAME)
    first_attempt_at: Mapped[float]
    reached_at: Mapped[float]
    closed_at: Mapped[float]
    end: Mapped[str] = mapped_column(String(24))
    ended_by: Mapped[str] = mapped_column(_NAME)
    note: Mapped[str] = mapped_column(Text)


class CustomerRow(Base):
    """One customer; `numbers` as they were given, `CustomerNumber` to find it by them."""

    __tablename__ = "customers"

    customer: Mapped[str] = mapped_column(_NAME, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    tier: Mapped[str] = mapped_column(String(16))
    product: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    tags: Mapped[list[Any]]
    numbers: Mapped[list[Any]]


class CustomerNumber(Base):
    """A number of a customer: `key` with its country, `national` without, as `number_key` makes them."""

    __tablename__ = "customer_numbers"

    key: Mapped[str] = mapped_column(_KEY, primary_key=True)
    customer: Mapped[str] = mapped_column(
        _NAME, ForeignKey("customers.customer", ondelete="CASCADE"), primary_key=True, index=True
    )
    national: Mapped[str] = mapped_column(_KEY, index=True)


class NumberBlock(Base):
    """Ticket numbers `first` to `last`, given to `holder` (a switch, or its recorder) and to nobody else."""

    __tablename__ = "number_blocks"

    first: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
    holder: Mapped[str] = mapped_column(String(96))
    taken_at: Mapped[float]


class NumberCounter(Base):
    """The next number of a series ("ticket") that nobody has."""

    __tablename__ = "number_counters"

    series: Mapped[str] = mapped_column(String(16), primary_key=True)
    next: Mapped[int]

"""The tables of tickets, their history and their numbers.

Tickets and their history are projections: the recorder writes them from the journal's events, and they can be
built anew from those (docs/decisions/013-tickets-and-leases.md). Times are Unix seconds, 0 for none.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from callback_queue.database import CALL, NAME, NUMBER, NUMBER_KEY, TICKET
from config.database import Base


class Ticket(Base):
    """One ticket.

    `state` is of `callback_queue.tickets.ticket.STATES`; `outcome` is how far the caller got when it was
    opened. `caller_key` is `config.telephone_numbers.number_key` of the caller (of the callback's
    number when the caller's own was withheld), "" when unknown. `history` is the conversation, `sla` the
    names of warnings and breaches so far. `waiting_since` is when it began to wait for the customer.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_caller_key", "caller_key", "opened_at"),
        Index("ix_tickets_state", "state", "opened_at"),
    )

    number: Mapped[str] = mapped_column(TICKET, primary_key=True)
    kind: Mapped[str] = mapped_column(NAME)
    state: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str] = mapped_column(NAME)
    queue: Mapped[str] = mapped_column(NAME)
    owner: Mapped[str] = mapped_column(NAME)
    call: Mapped[str] = mapped_column(CALL, index=True)
    leg: Mapped[str] = mapped_column(CALL)
    opened_at: Mapped[float]
    changed_at: Mapped[float]
    caller: Mapped[str] = mapped_column(NUMBER)
    caller_key: Mapped[str] = mapped_column(NUMBER_KEY)
    callback_number: Mapped[str] = mapped_column(NUMBER)
    language: Mapped[str] = mapped_column(String(8))
    customer: Mapped[str] = mapped_column(NAME, index=True)
    tier: Mapped[str] = mapped_column(String(16))
    category: Mapped[str] = mapped_column(NAME)
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
    joined_into: Mapped[str] = mapped_column(TICKET, index=True)


class TicketHistory(Base):
    """What happened to a ticket, one row an event, in order.

    `what` is opened, changed, transcribed, joined, callback_requested, attempt, callback_closed ...;
    `details` its facts. `source` and `seq` are the event's place in the journal: for each ticket an event is
    written once.
    """

    __tablename__ = "ticket_history"

    source: Mapped[str] = mapped_column(String(96), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ticket: Mapped[str] = mapped_column(TICKET, primary_key=True, index=True)
    at: Mapped[float]
    by: Mapped[str] = mapped_column(NAME)
    what: Mapped[str] = mapped_column(String(32))
    details: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(Text)


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

"""The tables of records: the events themselves, and what is computed from them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base


class EventRow(Base):
    """One event of the journal, as the switch told it or the recorder concluded it.

    `id` is the order in which the recorder took the events in, and so the order to apply them in. `seq` is
    the event's number in the journal of `switch`; "NAME/recorder" has the recorder's own conclusions. `body`
    holds every field (`journal.codec` makes an event of it); `at`, `call`, `leg` stand beside it to be found
    by.
    """

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("switch", "seq"),
        Index("ix_events_at", "at"),
        Index("ix_events_call", "call", "id"),
        Index("ix_events_kind", "kind", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    switch: Mapped[str] = mapped_column(String(96))
    seq: Mapped[int]
    at: Mapped[float]
    kind: Mapped[str] = mapped_column(String(64))
    call: Mapped[str] = mapped_column(Text)
    leg: Mapped[str] = mapped_column(Text)
    body: Mapped[dict[str, Any]]


class CallRow(Base):
    """One call detail record (`cdr.calls.record.CallRecord`): columns to search by, the rest in `body`.

    There from the call's first event on, with `ended` null until its end. `queue` and `agent` are the
    first of those that the call came to; `queues` and `agents` all of them, each between bars
    (`|sales|support|`), to be searched with LIKE. `number` is the customer's. Times are Unix seconds,
    durations milliseconds.
    """

    __tablename__ = "calls"
    __table_args__ = (
        Index("ix_calls_started", "started"),
        Index("ix_calls_ended", "ended"),
        Index("ix_calls_last_at", "last_at"),
        Index("ix_calls_number", "number", "started"),
        Index("ix_calls_ticket", "ticket"),
        Index("ix_calls_callback", "callback"),
    )

    call: Mapped[str] = mapped_column(Text, primary_key=True)
    direction: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str] = mapped_column(String(32))
    source: Mapped[str] = mapped_column(Text)
    caller: Mapped[str] = mapped_column(Text)
    dialled: Mapped[str] = mapped_column(Text)
    called: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text)
    customer: Mapped[str] = mapped_column(Text)
    tier: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    started: Mapped[float]
    answered: Mapped[float | None]
    ended: Mapped[float | None]
    last_at: Mapped[float]
    ring_ms: Mapped[int]
    wait_ms: Mapped[int]
    talk_ms: Mapped[int]
    hold_ms: Mapped[int]
    wrap_up_ms: Mapped[int]
    ended_by: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    queue: Mapped[str] = mapped_column(Text)
    queues: Mapped[str] = mapped_column(Text)
    agent: Mapped[str] = mapped_column(Text)
    agents: Mapped[str] = mapped_column(Text)
    flow: Mapped[str] = mapped_column(Text)
    ticket: Mapped[str] = mapped_column(Text)
    callback: Mapped[str] = mapped_column(Text)
    attempt: Mapped[int | None]
    score: Mapped[int | None]
    scale: Mapped[int | None]
    recordings: Mapped[int]
    body: Mapped[dict[str, Any]]

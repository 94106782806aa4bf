"""The table of callbacks.

A projection as well: the recorder writes it from the journal's events. Only the lease of a callback is
written at once by the switch that takes it (`callback_queue.callbacks.lease`). Times: Unix seconds, 0 for
none.
"""

from __future__ import annotations

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from callback_queue.database import CALL, NAME, NUMBER, NUMBER_KEY, TICKET
from config.database import Base


class CallbackRow(Base):
    """One callback as it stands.

    `state` is waiting (for `due`), leased (by `lease_holder` until `lease_until`, the customer not dialled
    yet), dialling (the customer is being dialled or spoken with) or closed. `attempt` counts the leases so
    far, `dialled` those in which the customer was dialled and that count, `last_dialled` is the last in which
    the customer was dialled, `last_void` the last that did not count because we ended it. `crashes` are those
    in a row that the switch did not survive. `queue` is who calls, `arrival` since when the caller waits,
    `outcome` that of the last attempt, `end` how it was closed.
    """

    __tablename__ = "callbacks"
    __table_args__ = (
        Index("ix_callbacks_due", "state", "due"),
        Index("ix_callbacks_number_key", "number_key", "state"),
    )

    callback: Mapped[str] = mapped_column(String(32), primary_key=True)
    ticket: Mapped[str] = mapped_column(TICKET, index=True)
    number: Mapped[str] = mapped_column(NUMBER)
    number_key: Mapped[str] = mapped_column(NUMBER_KEY)
    caller_key: Mapped[str] = mapped_column(NUMBER_KEY, index=True)
    queue: Mapped[str] = mapped_column(NAME)
    language: Mapped[str] = mapped_column(String(8))
    tier: Mapped[str] = mapped_column(String(16))
    priority: Mapped[int]
    arrival: Mapped[float]
    why: Mapped[str] = mapped_column(String(16))
    not_before: Mapped[float]
    not_after: Mapped[float]
    expires: Mapped[float]
    requested_at: Mapped[float]
    call: Mapped[str] = mapped_column(CALL, index=True)
    state: Mapped[str] = mapped_column(String(16))
    due: Mapped[float]
    attempt: Mapped[int]
    dialled: Mapped[int]
    last_dialled: Mapped[int]
    last_void: Mapped[int] = mapped_column(server_default="0")
    crashes: Mapped[int] = mapped_column(server_default="0")
    lease_holder: Mapped[str] = mapped_column(NAME, index=True)
    leased_at: Mapped[float]
    lease_until: Mapped[float]
    outcome: Mapped[str] = mapped_column(String(16))
    agent: Mapped[str] = mapped_column(NAME)
    first_attempt_at: Mapped[float]
    reached_at: Mapped[float]
    closed_at: Mapped[float]
    end: Mapped[str] = mapped_column(String(24))
    ended_by: Mapped[str] = mapped_column(NAME)
    note: Mapped[str] = mapped_column(Text)

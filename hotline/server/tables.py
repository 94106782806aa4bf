"""The table in which a switch keeps where its phones are reached."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base


class RegistrationRow(Base):
    """One binding of one user (`telephony.sip.registrar.Binding`), as the switch `switch` has it.

    Times are Unix seconds. `mark` tells whether the user's password is still the one that it was registered
    with; it is too short to tell anything about the password.
    """

    __tablename__ = "registrations"
    __table_args__ = (Index("ix_registrations_switch", "switch", "user"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    switch: Mapped[str] = mapped_column(String(64))
    user: Mapped[str] = mapped_column(Text)
    mark: Mapped[str] = mapped_column(String(8))
    contact: Mapped[str] = mapped_column(Text)
    q: Mapped[float]
    updated_at: Mapped[float]
    expires_at: Mapped[float]
    call_id: Mapped[str] = mapped_column(Text)
    cseq: Mapped[int]
    transport: Mapped[str] = mapped_column(String(8))
    local_host: Mapped[str] = mapped_column(String(64))
    local_port: Mapped[int]
    remote_host: Mapped[str] = mapped_column(String(64))
    remote_port: Mapped[int]
    path: Mapped[list[Any]]
    instance: Mapped[str | None] = mapped_column(Text)
    reg_id: Mapped[int | None]
    user_agent: Mapped[str | None] = mapped_column(Text)

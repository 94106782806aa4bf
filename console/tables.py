"""The console's one table: its tokens. What a token allows is in `console.roles`."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base


class TokenRow(Base):
    """One token. The token itself is kept nowhere: only its SHA-256 is.

    Args:
        name: what people call it; one that works at a time.
        role: see `console.roles`.
        agent: the agent's number, "" when it is nobody's in particular.
        start: its first characters, to tell which one it is.
        digest: SHA-256 of the whole, in hexadecimal.
        created_at, expires_at, revoked_at: Unix seconds, None for never.
    """

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(64), index=True)
    role: Mapped[str] = mapped_column(String(16))
    agent: Mapped[str] = mapped_column(String(64), default="")
    start: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[float]
    expires_at: Mapped[float | None]
    revoked_at: Mapped[float | None]

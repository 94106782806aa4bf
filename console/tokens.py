"""Tokens: create, list, revoke, verify. Only a digest of each is stored.

A token is 32 random bytes, so a plain SHA-256 of it is enough: there is nothing to guess that a slow hash
would have to protect. How it travels (header, cookie) is left to `console.security`.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from console.roles import RIGHTS, Right, Role
from console.tables import TokenRow

# So that people and programs that look for leaked secrets know it for what it is.
PREFIX = "hotline_"
_RANDOM_BYTES = 32
_START = len(PREFIX) + 4
_LONGEST = 128


class NameTaken(Exception):
    """A token of that name works already."""


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token.

    Args:
        id: its number.
        name: what people call it.
        role: what it may do.
        agent: the agent whose it is, "" for nobody's in particular.
        start: its first characters.
        created_at, expires_at, revoked_at: Unix seconds, None for never.
    """

    id: int
    name: str
    role: Role
    agent: str
    start: str
    created_at: float
    expires_at: float | None
    revoked_at: float | None

    def may(self, right: Right) -> bool:
        """Whether its role allows that."""
        return right in RIGHTS[self.role]

    def works(self, now: float) -> bool:
        """Whether it is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    @property
    def signature(self) -> str:
        """Who did it, in the history of what was done with it."""
        return f"agent:{self.agent}" if self.agent else self.name


class TokenStore:
    """The tokens of a site.

    Args:
        engine: the site's database.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def create(
        self, name: str, role: Role, now: float, *, agent: str = "", expires_at: float | None = None
    ) -> tuple[str, Token]:
        """Make one; returns it in clear, for the only time, and its record.

        Raises:
            NameTaken: one of that name works already.
        """
        text = PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
        values = {
            "name": name,
            "role": role.value,
            "agent": agent,
            "start": text[:_START],
            "digest": _digest(text),
            "created_at": now,
            "expires_at": expires_at,
            "revoked_at": None,
        }
        async with self._engine.begin() as connection:
            taken = await connection.execute(select(TokenRow.id).where(TokenRow.name == name, _working(now)))
            if taken.first() is not None:
                raise NameTaken(name)
            made = await connection.execute(insert(TokenRow).values(**values).returning(TokenRow.id))
            number = made.scalar_one()
        return text, Token(number, name, role, agent, text[:_START], now, expires_at, None)

    async def list(self) -> list[Token]:
        """All of them, also those that work no more, newest last."""
        async with self._engine.connect() as connection:
            rows = await connection.execute(select(*_COLUMNS).order_by(TokenRow.id))
            return [_token(row) for row in rows]

    async def revoke(self, name: str, now: float) -> bool:
        """Make the token of that name work no more; False when none works."""
        async with self._engine.begin() as connection:
            done = await connection.execute(
                update(TokenRow).where(TokenRow.name == name, _working(now)).values(revoked_at=now)
            )
            return done.rowcount > 0

    async def revoke_of(self, agents: Collection[str], now: float) -> Sequence[str]:
        """Make all tokens of these agents work no more, also those that bear an agent's number as a name.

        Returns:
            The names of those that did.
        """
        theirs = or_(TokenRow.agent.in_(agents), TokenRow.name.in_(agents))
        async with self._engine.begin() as connection:
            done = await connection.execute(
                update(TokenRow).where(theirs, _working(now)).values(revoked_at=now).returning(TokenRow.name)
            )
            return sorted(done.scalars())

    async def find(self, text: str, now: float) -> Token | None:
        """Whose token that is; None when it is none, or works no more."""
        if not text.startswith(PREFIX) or len(text) > _LONGEST:
            return None
        digest = _digest(text)
        async with self._engine.connect() as connection:
            rows = await connection.execute(
                select(TokenRow.digest, *_COLUMNS).where(TokenRow.digest == digest)
            )
            row = rows.first()
        # The index compares digests, about which time tells nothing useful; this is for whoever reads on.
        if row is None or not hmac.compare_digest(row.digest, digest):
            return None
        token = _token(row)
        return token if token.works(now) else None


_COLUMNS = (
    TokenRow.id,
    TokenRow.name,
    TokenRow.role,
    TokenRow.agent,
    TokenRow.start,
    TokenRow.created_at,
    TokenRow.expires_at,
    TokenRow.revoked_at,
)


def _working(now: float) -> ColumnElement[bool]:
    return TokenRow.revoked_at.is_(None) & or_(TokenRow.expires_at.is_(None), TokenRow.expires_at > now)


def _token(row: Any) -> Token:
    return Token(
        row.id,
        row.name,
        Role(row.role),
        row.agent,
        row.start,
        row.created_at,
        row.expires_at,
        row.revoked_at,
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

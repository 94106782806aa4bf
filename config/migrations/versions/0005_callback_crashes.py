"""Callbacks: the last attempt that did not count, and crashes of the switch in a row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_COLUMNS = ("last_void", "crashes")


def upgrade() -> None:
    """Add them."""
    for name in _COLUMNS:
        op.add_column("callbacks", sa.Column(name, _NUMBER, nullable=False, server_default="0"))


def downgrade() -> None:
    """Take them away."""
    for name in _COLUMNS:
        op.drop_column("callbacks", name)

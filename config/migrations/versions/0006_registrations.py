"""The table of registrations (`hotline.server.tables.RegistrationRow`)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "registrations",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("switch", sa.String(64), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("mark", sa.String(8), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("q", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("cseq", _NUMBER, nullable=False),
        sa.Column("transport", sa.String(8), nullable=False),
        sa.Column("local_host", sa.String(64), nullable=False),
        sa.Column("local_port", _NUMBER, nullable=False),
        sa.Column("remote_host", sa.String(64), nullable=False),
        sa.Column("remote_port", _NUMBER, nullable=False),
        sa.Column("path", _JSON, nullable=False),
        sa.Column("instance", sa.Text(), nullable=True),
        sa.Column("reg_id", _NUMBER, nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_registrations"),
    )
    op.create_index("ix_registrations_switch", "registrations", ["switch", "user"])


def downgrade() -> None:
    """Take it away."""
    op.drop_table("registrations")

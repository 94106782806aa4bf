"""The table of agents' presence (`callback_queue.agents.tables.AgentPresenceRow`)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "agent_presence",
        sa.Column("switch", sa.String(64), nullable=False),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("mark", sa.String(16), nullable=False),
        sa.Column("logged_in", sa.Boolean(), nullable=True),
        sa.Column("mobile", sa.Boolean(), nullable=False),
        sa.Column("break_reason", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("idle_since", sa.Double(), nullable=False),
        sa.Column("no_answers", _NUMBER, nullable=False),
        sa.Column("wrap_up_until", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("switch", "agent", name="pk_agent_presence"),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("agent_presence")

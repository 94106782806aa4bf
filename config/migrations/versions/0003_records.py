"""Call detail records (`cdr.tables.CallRow`)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "calls",
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("direction", sa.String(16), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("source", "caller", "dialled", "called")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("number", "customer", "tier", "language")),
        sa.Column("started", sa.Double(), nullable=False),
        sa.Column("answered", sa.Double(), nullable=True),
        sa.Column("ended", sa.Double(), nullable=True),
        sa.Column("last_at", sa.Double(), nullable=False),
        *(sa.Column(f"{name}_ms", _NUMBER, nullable=False) for name in ("ring", "wait", "talk", "hold")),
        sa.Column("wrap_up_ms", _NUMBER, nullable=False),
        sa.Column("ended_by", sa.String(16), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("reason", "queue", "queues")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("agent", "agents", "flow")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("ticket", "callback")),
        *(sa.Column(name, _NUMBER, nullable=True) for name in ("attempt", "score", "scale")),
        sa.Column("recordings", _NUMBER, nullable=False),
        sa.Column("body", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("call", name="pk_calls"),
    )
    for name in ("started", "ended", "last_at", "ticket", "callback"):
        op.create_index(f"ix_calls_{name}", "calls", [name])
    op.create_index("ix_calls_number", "calls", ["number", "started"])
    # Reports look backwards for the last events of a few kinds.
    op.create_index("ix_events_kind", "events", ["kind", "id"])


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_events_kind", "events")
    op.drop_table("calls")

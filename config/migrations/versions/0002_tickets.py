"""Tickets with their history and numbers, callbacks, customers (`tables.py` in each room)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Make them."""
    _tickets()
    _callbacks()
    _customers()
    _numbers()


def downgrade() -> None:
    """Take them away."""
    for name in (
        "number_counters",
        "number_blocks",
        "customer_numbers",
        "customers",
        "callbacks",
        "ticket_history",
        "tickets",
    ):
        op.drop_table(name)


def _tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("outcome", sa.String(64), nullable=False),
        sa.Column("queue", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("call", sa.String(64), nullable=False),
        sa.Column("leg", sa.String(64), nullable=False),
        sa.Column("opened_at", sa.Double(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.Column("caller", sa.String(64), nullable=False),
        sa.Column("caller_key", sa.String(32), nullable=False),
        sa.Column("callback_number", sa.String(64), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("customer", sa.String(64), nullable=False),
        sa.Column("tier", sa.String(16), nullable=False),
        sa.Column("category", sa.String(64), nullable=False),
        sa.Column("severity", _NUMBER, nullable=False),
        sa.Column("priority", _NUMBER, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("tags", _JSON, nullable=False),
        sa.Column("respond_by", sa.Double(), nullable=False),
        sa.Column("resolve_by", sa.Double(), nullable=False),
        sa.Column("responded_at", sa.Double(), nullable=False),
        sa.Column("resolved_at", sa.Double(), nullable=False),
        sa.Column("waiting_since", sa.Double(), nullable=False),
        sa.Column("reopened", _NUMBER, nullable=False),
        sa.Column("sla", _JSON, nullable=False),
        sa.Column("slots", _JSON, nullable=False),
        sa.Column("history", _JSON, nullable=False),
        sa.Column("recording", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("joined_into", sa.String(24), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_tickets"),
    )
    op.create_index("ix_tickets_call", "tickets", ["call"])
    op.create_index("ix_tickets_caller_key", "tickets", ["caller_key", "opened_at"])
    op.create_index("ix_tickets_customer", "tickets", ["customer"])
    op.create_index("ix_tickets_joined_into", "tickets", ["joined_into"])
    op.create_index("ix_tickets_state", "tickets", ["state", "opened_at"])
    op.create_table(
        "ticket_history",
        sa.Column("source", sa.String(96), nullable=False),
        sa.Column("seq", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("ticket", sa.String(24), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("details", _JSON, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "seq", "ticket", name="pk_ticket_history"),
    )
    op.create_index("ix_ticket_history_ticket", "ticket_history", ["ticket"])


def _callbacks() -> None:
    op.create_table(
        "callbacks",
        sa.Column("callback", sa.String(32), nullable=False),
        sa.Column("ticket", sa.String(24), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("number_key", sa.String(32), nullable=False),
        sa.Column("caller_key", sa.String(32), nullable=False),
        sa.Column("queue", sa.String(64), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("tier", sa.String(16), nullable=False),
        sa.Column("priority", _NUMBER, nullable=False),
        sa.Column("arrival", sa.Double(), nullable=False),
        sa.Column("why", sa.String(16), nullable=False),
        sa.Column("not_before", sa.Double(), nullable=False),
        sa.Column("not_after", sa.Double(), nullable=False),
        sa.Column("expires", sa.Double(), nullable=False),
        sa.Column("requested_at", sa.Double(), nullable=False),
        sa.Column("call", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("due", sa.Double(), nullable=False),
        sa.Column("attempt", _NUMBER, nullable=False),
        sa.Column("dialled", _NUMBER, nullable=False),
        sa.Column("last_dialled", _NUMBER, nullable=False),
        sa.Column("lease_holder", sa.String(64), nullable=False),
        sa.Column("leased_at", sa.Double(), nullable=False),
        sa.Column("lease_until", sa.Double(), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("first_attempt_at", sa.Double(), nullable=False),
        sa.Column("reached_at", sa.Double(), nullable=False),
        sa.Column("closed_at", sa.Double(), nullable=False),
        sa.Column("end", sa.String(24), nullable=False),
        sa.Column("ended_by", sa.String(64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("callback", name="pk_callbacks"),
    )
    op.create_index("ix_callbacks_call", "callbacks", ["call"])
    op.create_index("ix_callbacks_caller_key", "callbacks", ["caller_key"])
    op.create_index("ix_callbacks_due", "callbacks", ["state", "due"])
    op.create_index("ix_callbacks_lease_holder", "callbacks", ["lease_holder"])
    op.create_index("ix_callbacks_number_key", "callbacks", ["number_key", "state"])
    op.create_index("ix_callbacks_ticket", "callbacks", ["ticket"])


def _customers() -> None:
    op.create_table(
        "customers",
        sa.Column("customer", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tier", sa.String(16), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("tags", _JSON, nullable=False),
        sa.Column("numbers", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("customer", name="pk_customers"),
    )
    op.create_table(
        "customer_numbers",
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("customer", sa.String(64), nullable=False),
        sa.Column("national", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer"],
            ["customers.customer"],
            name="fk_customer_numbers_customer_customers",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key", "customer", name="pk_customer_numbers"),
    )
    op.create_index("ix_customer_numbers_customer", "customer_numbers", ["customer"])
    op.create_index("ix_customer_numbers_national", "customer_numbers", ["national"])


def _numbers() -> None:
    op.create_table(
        "number_blocks",
        sa.Column("first", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("last", _NUMBER, nullable=False),
        sa.Column("holder", sa.String(96), nullable=False),
        sa.Column("taken_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("first", name="pk_number_blocks"),
    )
    op.create_table(
        "number_counters",
        sa.Column("series", sa.String(16), nullable=False),
        sa.Column("next", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("series", name="pk_number_counters"),
    )

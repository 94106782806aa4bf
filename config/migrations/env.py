"""Alembic's environment: runs the steps of `versions/` on the connection that `config.migrate` brings."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()

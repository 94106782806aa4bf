"""Bring a database's tables to this version's shape, with the steps in `migrations/versions`.

Alembic runs from here and needs no alembic.ini. Two processes may do this at the same time: one waits for the
other and then finds nothing left to do.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

SCRIPTS = Path(__file__).parent / "migrations"
# Any number, as long as nobody else locks it in the same database.
LOCK = 4_685_463


async def upgrade(engine: AsyncEngine) -> None:
    """Bring the database to the newest version, all of it in one transaction.

    Raises:
        sqlalchemy.exc.DBAPIError: the database is away or locked, or refused.
        alembic.util.CommandError: it was made by a newer version of this program.
    """
    async with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # Python's driver begins a transaction before it writes rows, but not before it makes tables.
            await connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        await connection.run_sync(_upgrade)
        await connection.commit()


async def is_current(engine: AsyncEngine) -> bool:
    """Whether the database has this version's tables.

    Raises:
        sqlalchemy.exc.DBAPIError: the database is away.
    """
    async with engine.connect() as connection:
        return await connection.run_sync(_heads) == set(ScriptDirectory(str(SCRIPTS)).get_heads())


def _heads(connection: Connection) -> set[str]:
    return set(MigrationContext.configure(connection).get_current_heads())


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")

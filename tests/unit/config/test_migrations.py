"""Migrations: they make the tables that the code describes, on both databases, however many do it at once."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.engine import URL

import callback_queue
import cdr
import console
import hotline
from config.database import Base, create_engine
from config.migrate import is_current, upgrade

for package in (callback_queue, cdr, console, hotline):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if module.name.endswith(".tables"):
            importlib.import_module(module.name)


def _differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Base.metadata))


def test_the_migrated_tables_are_those_that_the_code_describes(empty_database_url: URL) -> None:
    async def compare() -> list[Any]:
        engine = create_engine(empty_database_url)
        await upgrade(engine)
        async with engine.connect() as connection:
            differences = await connection.run_sync(_differences)
        await engine.dispose()
        return differences

    assert asyncio.run(compare()) == []


def test_two_processes_may_migrate_at_once(empty_database_url: URL) -> None:
    async def migrate() -> tuple[bool, bool]:
        engines = [create_engine(empty_database_url) for _ in range(4)]
        before = await is_current(engines[0])
        await asyncio.gather(*(upgrade(engine) for engine in engines))
        await upgrade(engines[0])
        after = await is_current(engines[0])
        for engine in engines:
            await engine.dispose()
        return before, after

    assert asyncio.run(migrate()) == (False, True)


@pytest.mark.parametrize("name", sorted(Base.metadata.tables))
def test_every_table_has_a_primary_key(name: str) -> None:
    assert Base.metadata.tables[name].primary_key.columns

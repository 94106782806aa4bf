"""The database of a site: engine by URL, and the base of all tables.

SQLite in WAL mode inside the site's folder by default, PostgreSQL by URL. Tables belong to the packages that
use them; how they change from version to version is in `config/migrations`.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

import orjson
from sqlalchemy import JSON, BigInteger, Double, Integer, MetaData, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from config.site import Site

# Names for what Alembic must be able to drop again.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
# How long a connection waits while another one writes (SQLite), in milliseconds.
BUSY_MS = 5000


class Base(DeclarativeBase):
    """The base of all tables.

    A `dict` or `list` column is JSON (JSONB on PostgreSQL), a `float` one Unix seconds in double precision,
    an `int` one has 64 bits (SQLite's INTEGER does, and only that can be auto-incremented there).
    """

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dict[str, Any]: JSON().with_variant(JSONB(), "postgresql"),
        list[Any]: JSON().with_variant(JSONB(), "postgresql"),
        float: Double(),
        int: BigInteger().with_variant(Integer(), "sqlite"),
    }


class _Connection(sqlite3.Connection):
    """A connection that gives its locks back when it is closed.

    What was cancelled between a statement's first row and its last leaves it unfinished, and SQLite keeps a
    connection with such a one, and its write lock, until the garbage collector has found it.
    """

    def close(self) -> None:
        """Close it, after a rollback."""
        with suppress(sqlite3.Error):
            self.rollback()
        super().close()


def database_url(text: str, root: Path) -> URL:
    """The URL of a site's database, with the asynchronous driver in it.

    Args:
        text: a file inside the site (`hotline.db`), or a URL (`postgresql://user:password@host/name`).
        root: the site's folder.

    Raises:
        sqlalchemy.exc.ArgumentError: no URL.
    """
    if "://" not in text:
        return URL.create("sqlite+aiosqlite", database=str(root / text))
    url = make_url(text)
    driver = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}.get(url.drivername)
    return url.set(drivername=driver) if driver is not None else url


def site_database(site: Site) -> URL | None:
    """The URL of a site's database with its driver, None when the site has none.

    No property of `Site`, so that commands that use no database do not wait for SQLAlchemy to load.
    """
    text = site.settings.database
    return None if text is None else database_url(text, site.root)


def create_engine(url: URL) -> AsyncEngine:
    """An engine whose connections are set up for our use; connects when it is first used.

    What fails is told without the values of the statement: they are numbers and words of callers.
    """
    if url.get_backend_name() != "sqlite":
        return create_async_engine(
            url,
            pool_pre_ping=True,
            hide_parameters=True,
            pool_size=5,
            connect_args={"connect_timeout": 5},
            json_serializer=_to_json,
            json_deserializer=orjson.loads,
        )
    _make_private(url)
    engine = create_async_engine(
        url,
        hide_parameters=True,
        connect_args={"timeout": BUSY_MS / 1000, "factory": _Connection},
        json_serializer=_to_json,
        json_deserializer=orjson.loads,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def set_up(connection: Any, record: object) -> None:
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            f"busy_timeout={BUSY_MS}",
            "foreign_keys=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def _to_json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def _make_private(url: URL) -> None:
    """Make the file for its owner alone before SQLite makes it for everybody; its WAL is made like it."""
    if url.database and url.database != ":memory:":
        with suppress(OSError):
            Path(url.database).touch(mode=0o600)

"""The database of a site: where it is, who may read it, what it needs."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL

from config import SiteError, load_site, references
from config.database import create_engine, database_url, site_database
from tests.unit.config.site_files import write_site


def test_a_file_is_inside_the_site_unless_it_is_absolute(tmp_path: Path) -> None:
    for folder, wanted, found in (
        ("a", "hotline.db", tmp_path / "a" / "hotline.db"),
        ("b", "/srv/records.db", Path("/srv/records.db")),
    ):
        site = load_site(write_site(tmp_path / folder, f"database: {wanted}\n"), {})
        assert site_database(site) == URL.create("sqlite+aiosqlite", database=str(found))


def test_a_url_gets_the_driver_that_we_use(tmp_path: Path) -> None:
    site = load_site(write_site(tmp_path / "s", "database: postgresql://u:p@h/n\n"), {})
    assert site_database(site) == URL.create(
        "postgresql+psycopg", username="u", password="p", host="h", database="n"
    )


def test_null_is_none(tmp_path: Path) -> None:
    assert site_database(load_site(write_site(tmp_path / "s", "database: null\n"), {})) is None


def test_postgresql_without_its_driver_is_refused_with_the_way_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(references, "find_spec", lambda name: None)
    with pytest.raises(SiteError) as caught:
        load_site(write_site(tmp_path / "s", "database: postgresql://u:secret@h/n\n"), {})
    (problem,) = caught.value.problems
    assert problem.message == "needs psycopg: pip install 'hotline[postgres]'"
    assert "secret" not in str(problem)


def test_sqlite_s_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    modes: dict[str, int] = {}

    def look() -> None:
        modes.update({path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()})

    async def run() -> None:
        engine = create_engine(URL.create("sqlite+aiosqlite", database=str(tmp_path / "x.db")))
        async with engine.begin() as connection:
            await connection.execute(text("CREATE TABLE t (a INTEGER)"))
            look()
        await engine.dispose()

    asyncio.run(run())
    assert modes == {"x.db": 0o600, "x.db-wal": 0o600, "x.db-shm": 0o600}


def test_what_is_cancelled_at_any_moment_leaves_the_database_to_others(tmp_path: Path) -> None:
    async def scene() -> list[TimeoutError]:
        engine = create_engine(database_url("hotline.db", tmp_path))
        async with engine.begin() as connection:
            await connection.execute(text("CREATE TABLE numbers (number INTEGER PRIMARY KEY)"))
        cut: list[TimeoutError] = []  # each has what was cancelled among its frames, so nothing is freed
        chance = Random(1)
        for _ in range(60):
            try:
                async with asyncio.timeout(chance.uniform(0.0005, 0.004)), engine.begin() as connection:
                    for _ in range(3):
                        await connection.execute(text("INSERT INTO numbers VALUES (NULL) RETURNING number"))
            except TimeoutError as error:
                cut.append(error)
                await asyncio.to_thread(take_and_give_back, tmp_path / "hotline.db")
        await engine.dispose()
        return cut

    def take_and_give_back(path: Path) -> None:
        with closing(sqlite3.connect(path, timeout=5, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")

    gc.disable()
    try:
        assert len(asyncio.run(scene())) > 8
    finally:
        gc.enable()

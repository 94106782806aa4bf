"""A console that runs, for all tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.console.stage import Stage
from tests.support.postgres import Postgres


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def either_stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The same on SQLite, and then on PostgreSQL."""
    folder = tmp_path_factory.mktemp("console")
    if request.param == "sqlite":
        running = Stage(folder)
        yield running
        running.close()
        return
    server: Postgres = request.getfixturevalue("postgresql")
    url = server.create()
    running = Stage(folder, url)
    yield running
    running.close()
    server.drop(url)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A site on SQLite with console and recorder; their end is checked."""
    running = Stage(tmp_path_factory.mktemp("console"))
    yield running
    running.close()

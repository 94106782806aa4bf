"""A console that runs, for all tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.console.stage import Stage


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A site on SQLite with console and recorder; their end is checked."""
    running = Stage(tmp_path_factory.mktemp("console"))
    yield running
    running.close()

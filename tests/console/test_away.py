"""The console while its database is away: it says so at once, and goes on by itself when it is back."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.console import story
from tests.console.stage import Stage
from tests.support.ports import wait_for
from tests.support.postgres import Postgres


@pytest.fixture
def stage(tmp_path_factory: pytest.TempPathFactory, postgresql: Postgres) -> Iterator[Stage]:
    """A console on PostgreSQL."""
    url = postgresql.create()
    running = Stage(tmp_path_factory.mktemp("away"), url)
    yield running
    running.close()
    postgresql.drop(url)


def test_questions_are_answered_with_503_until_the_database_is_back(
    stage: Stage, postgresql: Postgres
) -> None:
    stage.tell(*story.handled("c1", time.time() - 100))
    stage.when("/api/v1/calls/c1", lambda call: call["ended"], "the call")
    postgresql.stop()
    try:
        began = time.monotonic()
        for path in ("/api/v1/calls", "/api/v1/tickets", "/api/v1/queues", "/metrics", "/"):
            answer = stage.get(path)
            if path != "/":  # without a cookie nobody is looked for
                assert answer.status == 503
                assert answer.headers["content-type"] == "application/problem+json"
                assert "retry-after" in answer.headers
        assert time.monotonic() - began < 10
        assert stage.get("/api/v1/health", role=None).json == {
            "status": "degraded",
            "version": stage.get("/api/v1/health", role=None).json["version"],
            "database": False,
            "switch": True,
        }
        assert stage.get("/static/js/main.js", role=None).status == 200
        stage.tell(*story.abandoned("c2", time.time() - 50))
    finally:
        postgresql.start()
    wait_for(lambda: stage.get("/api/v1/calls").status == 200, "the database to be back", timeout=20)
    assert stage.when("/api/v1/calls/c2", lambda call: call["ended"], "what was told meanwhile")

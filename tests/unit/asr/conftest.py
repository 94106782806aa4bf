"""What tests of models share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.asr.models.model_site import Site


@pytest.fixture
def site() -> Iterator[Site]:
    """A web site of this test's own."""
    running = Site()
    yield running
    running.server.shutdown()
    running.server.server_close()

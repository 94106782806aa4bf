"""What `make test` leaves to `make test-long`: tests marked `long`, and most of the random examples.

`make test-long` sets HOTLINE_TESTS=long.
"""

from __future__ import annotations

import os

import pytest

LONG = os.environ.get("HOTLINE_TESTS") == "long"

_SHARE = 4

ON_POSTGRESQL_TOO_WHEN_LONG = pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)], indirect=True
)
"""For tests that take half a minute with each database, and whose SQL other tests run on both."""


def examples(number: int) -> int:
    """How many random examples to try: all of them in `make test-long`, else a quarter."""
    return number if LONG else max(10, number // _SHARE)

"""Hundreds of calls with failures at random points, and nothing is left of them: no port, dialog, file, task.

It is `python -m bench.soak`, which runs the same crowd for as long as one likes (make test-long).
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.long import LONG
from tests.support.paths import ROOT

CALLS = 2000 if LONG else 250


@pytest.mark.long
@pytest.mark.timeout(240)
def test_nothing_is_left_of_calls_that_went_wrong() -> None:
    command = [
        sys.executable,
        "-m",
        "bench.soak",
        "--calls",
        str(CALLS),
        "--seconds",
        "150",
        "--seed",
        "2000",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f" {CALLS} " in done.stdout, f"not all calls were made\n{done.stdout}"
    assert "fault" not in done.stdout.partition("answers:")[2]

"""Fault points kill the process that a test wants killed, when it wants that, and cost others nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

_PROGRAM = """
from journal.fault_points import fault_point
for number in range(5):
    print(number, flush=True)
    fault_point("somewhere")
    fault_point("elsewhere")
"""


def _run(fault: str | None) -> tuple[int, list[str]]:
    environment = {name: value for name, value in os.environ.items() if name != "HOTLINE_FAULT"}
    if fault is not None:
        environment["HOTLINE_FAULT"] = fault
    done = subprocess.run([sys.executable, "-c", _PROGRAM], env=environment, capture_output=True, timeout=30)
    return done.returncode, done.stdout.decode().split()


def test_without_the_variable_nothing_happens() -> None:
    assert _run(None) == (0, ["0", "1", "2", "3", "4"])


def test_the_process_dies_where_it_is_told_to() -> None:
    assert _run("somewhere") == (-signal.SIGKILL, ["0"])


def test_it_may_pass_a_point_before_it_dies_there() -> None:
    assert _run("elsewhere:3") == (-signal.SIGKILL, ["0", "1", "2"])


def test_a_point_that_nobody_passes_kills_nobody() -> None:
    assert _run("nowhere")[0] == 0

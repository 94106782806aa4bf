"""The whole story, as `make demo` and `make demo-zh` tell it: telephones, speech, records, exit code 0."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.softphone import HOTLINE

SECONDS = 400
MODELS_SECONDS = 600
"""The first test may have to fetch the speech models."""


@pytest.mark.peer("pyVoIP")
@pytest.mark.timeout(SECONDS + MODELS_SECONDS)
@pytest.mark.parametrize(("language", "understood"), [("en", "printer"), ("zh", "上网")])
def test_a_problem_is_left_called_back_and_counted(models: Path, language: str, understood: str) -> None:
    ran = subprocess.run(
        [HOTLINE, "demo", "--language", language],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
    shown = ran.stdout[ran.stdout.index("What was shown") :]
    assert shown.count("  yes  ") >= 15
    assert "  NO   " not in shown
    [words] = [line for line in shown.splitlines() if "the words were recognised" in line]
    assert understood in words

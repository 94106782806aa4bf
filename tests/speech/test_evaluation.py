"""The evaluation's callers are understood by a real server: one call from the script to the result."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.support.paths import ROOT

CALL = "ko-07"
"""It is spoken by espeak-ng, which needs nothing that is fetched with npm, and it is short."""


def test_a_scripted_caller_is_played_and_judged(models: Path, tmp_path: Path) -> None:
    out = tmp_path / "results.jsonl"
    cache = ["--calls", CALL, "--cache", tmp_path / "sounds"]
    for arguments in (["make", *cache, "--languages", "ko"], ["run", *cache, "--out", out]):
        command = [sys.executable, "-m", "bench.evaluation", *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=400)
        assert done.returncode == 0, done.stdout + done.stderr
    [result] = map(json.loads, out.read_text(encoding="utf-8").splitlines())
    assert (result["call"], result["language"], result["wish"], result["ticket"]) == (
        CALL,
        "ko",
        "problem",
        True,
    )
    assert result["engine"]
    assert result["talk"][0][:2] == ["problem", 1]
    assert result["talk"][0][2] == "상담원 연결해 주세요."
    printed = subprocess.run(
        [sys.executable, "-m", "bench.evaluation", "report", out],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    ).stdout  # fmt: skip
    assert "| wishes for a person honoured |" in printed

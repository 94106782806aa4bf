"""The shape of the code: who imports whom, and where imports stand."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.paths import ROOT

PACKAGES = (
    "alarms",
    "asr",
    "bench",
    "callback_queue",
    "cdr",
    "config",
    "console",
    "control",
    "hotline",
    "ivr_flows",
    "journal",
    "softphone",
    "supervision",
    "telephony",
    "tts",
)
SOURCES = sorted(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _where(path: Path, line: int = 1) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def test_imports_go_downward_only() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_the_check_of_imports_finds_an_import_that_goes_upward(tmp_path: Path) -> None:
    for path in SOURCES:  # the same modules, all empty
        empty = tmp_path / path.relative_to(ROOT)
        empty.parent.mkdir(parents=True, exist_ok=True)
        empty.touch()
    (tmp_path / "telephony/sip/bad.py").write_text("import telephony.net\nimport socket\n")
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "telephony.sip.bad -> telephony.net" in result.stdout
    assert "telephony.sip.bad -> socket" in result.stdout


@pytest.mark.parametrize("path", SOURCES, ids=_where)
def test_imports_stand_at_the_top_and_files_say_what_they_are_for(path: Path) -> None:
    inside = [
        _where(path, node.lineno)
        for function in _functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not inside, "imports inside functions"
    text = path.read_text(encoding="utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text)), f"{_where(path)} has no docstring"


def test_only_the_softphone_imports_pyvoip() -> None:
    importers = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.partition(".")[0] == "pyVoIP" for name in names):
                importers.add(path.relative_to(ROOT).parts[0])
    assert importers == {"softphone"}

"""docs/flows/tutorial.md, done as it says: its files written, its commands run, their output compared."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.cli import main
from tests.support.paths import ROOT

PAGE = ROOT / "docs" / "flows" / "tutorial.md"
BLOCK = re.compile(r"(?:<!-- (?P<note>.*?) -->\n)?```(?P<kind>\w+)\n(?P<body>.*?)```", re.DOTALL)


def blocks() -> Iterator[tuple[str, str, str]]:
    """Every block of the page: the note before it, its kind and what it holds."""
    for match in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        yield match["note"] or "", match["kind"], match["body"]


def write(note: str, body: str) -> None:
    """Do with a file what the note before a block of YAML says."""
    what, _, rest = note.partition(" ")
    if what == "file:":
        Path(rest).write_text(body, encoding="utf-8")
        return
    path, _, change = rest.removeprefix("in ").partition(": ")
    text = Path(path).read_text(encoding="utf-8")
    if what == "replace":
        before, _, after = change.partition(" -> ")
    else:
        before, after = f"\n{change}\n", f"\n{change}\n{body}"
    assert text.count(before) == 1, note
    text = text.replace(before, after)
    assert body in text
    Path(path).write_text(text, encoding="utf-8")


def test_the_tutorial_works_as_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "400")
    printed: list[str] = []
    commands = compared = 0
    for note, kind, body in blocks():
        if kind == "yaml":
            write(note, body)
        elif kind == "sh":
            (line,) = body.splitlines()
            program, *arguments = shlex.split(line)
            assert program == "hotline"
            with pytest.raises(SystemExit):
                main(arguments)
            commands += 1
            printed.append("".join(capsys.readouterr()))
        else:
            assert printed[-1] == body
            compared += 1
    assert (commands, compared) == (9, 8)

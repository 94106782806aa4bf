"""What goes to a terminal can do nothing there, and what goes to the disk is its owner's alone."""

from __future__ import annotations

import io
import json
import logging
from pathlib import Path

import pytest

from config import load_site
from config.new_site import write_starter_site
from config.private import make_private
from hotline.commands.reading import print_table
from hotline.logs import set_up_logs
from hotline.terminal import harmless, piped, say, say_json

EVIL = "0351\x1b[2J\x9b31m\u202e\u2066\x07\r\n\x7f\ue000\U000e0041"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Anna 您好 안녕 é ñ — “x”", "Anna 您好 안녕 é ñ — “x”"),
        ("a\\b", "a\\b"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\u202e", "\\u202e"),
        ("\u2028", "\\u2028"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("a\nb\tc", "a\\nb\\tc"),
    ],
)
def test_what_is_no_letter_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert harmless(text) == shown


def check(text: str) -> None:
    assert not {"\x1b", "\x9b", "\u202e", "\u2066", "\x07", "\r", "\x7f", "\ue000", "\U000e0041"} & set(text)


def test_every_way_to_the_terminal_is_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    say(EVIL)
    print_table((("caller"),), [(EVIL,)])
    say_json({"caller": EVIL})
    out = capsys.readouterr().out
    check(out)
    assert json.loads(out.splitlines()[-1]) == {"caller": EVIL}, "programs get it as it is"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_documents_are_harmless_on_a_terminal_and_whole_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, pipe = Terminal(), io.StringIO()
    for stream in (terminal, pipe):
        monkeypatch.setattr("sys.stdout", stream)
        piped().writelines([f"caller,{EVIL}\n"])
    check(terminal.getvalue())
    assert pipe.getvalue() == f"caller,{EVIL}\n"


def test_a_stranger_writes_no_line_of_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        set_up_logs("info", "console")
        logging.getLogger("x").warning("from %s", EVIL, extra={"peer": EVIL})
    finally:
        root.handlers[:], root.level = before
    check(stream.getvalue())
    assert len(stream.getvalue().splitlines()) == 1


def modes(folder: Path) -> set[int]:
    return {path.stat().st_mode & 0o777 for path in (folder, *folder.rglob("*"))}


def test_a_site_written_into_an_open_folder_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    folder.chmod(0o755)
    write_starter_site(folder)
    assert modes(folder) == {0o700, 0o600}


def test_what_an_older_version_left_open_is_closed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = tmp_path / "site"
    write_starter_site(folder)
    for name in ("journal", "recordings", "run"):
        (folder / name).mkdir()
        (folder / name).chmod(0o755)
    (folder / "hotline.db").touch()
    (folder / "hotline.db").chmod(0o644)
    (folder / "agents.yaml").chmod(0o644)
    make_private(load_site(folder, {}))
    assert modes(folder) == {0o700, 0o600, 0o644}
    assert "agents.yaml: chmod o-rwx" in caplog.text

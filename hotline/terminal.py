"""Output of the command line: plain sentences, problems and JSON, in colour only on a terminal.

Answers go to standard output, everything else to standard error, so that output can be piped.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable
from typing import TextIO, cast

from rich.console import Console
from rich.text import Text

from config import Problem, SiteError

# They hold scripts together (Persian, emoji) and turn nothing around.
_JOINERS = "\u200c\u200d"


def harmless(text: str, *, lines: bool = False) -> str:
    """A text of whatever origin, as it may go to a terminal.

    What moves the cursor, changes colours, asks the terminal to answer or turns the writing around (control
    characters, Unicode's directions, formats, private and unassigned code points) is shown as an escape.

    Args:
        text: what is to be shown.
        lines: whether line ends and tabs may stay: the text is ours, or a whole document.
    """
    return "".join(_escaped(each, lines=lines) for each in text)


def _escaped(character: str, *, lines: bool) -> str:
    if character.isprintable() or (lines and character in "\n\t"):
        return character
    if unicodedata.category(character) == "Zs" or character in _JOINERS:
        return character
    return character.encode(
        "unicode_escape" if ord(character) < 0xD800 else "ascii", "backslashreplace"
    ).decode()


def say(text: str = "") -> None:
    """Print one line of an answer; long lines are left to the terminal, never broken."""
    Console().print(Text(harmless(text, lines=True)), soft_wrap=True)


def complain(text: str) -> None:
    """Print one line about something that went wrong."""
    Console(stderr=True).print(Text(harmless(text, lines=True)), soft_wrap=True)


def cell_text(cell: str | Text) -> Text:
    """A cell of a table, harmless, in its style."""
    if isinstance(cell, str):
        return Text(harmless(cell))
    return cell if cell.plain.isprintable() else Text(harmless(cell.plain), style=cell.style)


def piped() -> TextIO:
    """Standard output for documents (CSV, drawings): as they are in a pipe, harmless on a terminal."""
    return cast(TextIO, _Careful(sys.stdout)) if sys.stdout.isatty() else sys.stdout


class _Careful:
    """The part of a text stream that writers of documents use."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(harmless(text.replace("\r\n", "\n"), lines=True))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)


def say_json(value: object) -> None:
    """Print one JSON value on one line, for programs."""
    text = json.dumps(value, ensure_ascii=False)
    # JSON escapes control characters itself; the others are escaped as JSON has it, and read back the same.
    sys.stdout.write("".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in text) + "\n")


def complain_about_site(error: SiteError, *, consequence: str = ": nothing was started") -> None:
    """List every mistake of a site, one line each, then their number and what that means."""
    console = Console(stderr=True)
    for problem in error.problems:
        console.print(_coloured(problem), soft_wrap=True)
    count = len(error.problems)
    console.print(Text(f"{count} mistake{'s' if count > 1 else ''}{consequence}."), soft_wrap=True)


def _coloured(problem: Problem) -> Text:
    """Colour `str(problem)`; the text itself stays the same for editors that read it."""
    line = Text(harmless(str(problem), lines=True))
    line.stylize("cyan", 0, len(problem.place))
    if problem.path:
        start = len(problem.place) + 2
        line.stylize("bold", start, start + len(problem.path))
    return line

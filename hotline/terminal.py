"""Output of the command line: plain sentences, problems and JSON, in colour only on a terminal.

Answers go to standard output, everything else to standard error, so that output can be piped.
"""

from __future__ import annotations

import json
import sys

from rich.console import Console
from rich.text import Text

from config import Problem, SiteError


def say(text: str = "") -> None:
    """Print one line of an answer; long lines are left to the terminal, never broken."""
    Console().print(Text(text), soft_wrap=True)


def complain(text: str) -> None:
    """Print one line about something that went wrong."""
    Console(stderr=True).print(Text(text), soft_wrap=True)


def say_json(value: object) -> None:
    """Print one JSON value on one line, for programs."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def complain_about_site(error: SiteError, *, consequence: str = ": nothing was started") -> None:
    """List every mistake of a site, one line each, then their number and what that means."""
    console = Console(stderr=True)
    for problem in error.problems:
        console.print(_coloured(problem), soft_wrap=True)
    count = len(error.problems)
    console.print(Text(f"{count} mistake{'s' if count > 1 else ''}{consequence}."), soft_wrap=True)


def _coloured(problem: Problem) -> Text:
    """Colour `str(problem)`; the text itself stays the same for editors that read it."""
    line = Text(str(problem))
    line.stylize("cyan", 0, len(problem.place))
    if problem.path:
        start = len(problem.place) + 2
        line.stylize("bold", start, start + len(problem.path))
    return line

"""What somebody at a terminal, or a script, does in place of a caller and of the world outside the flow.

One input a line: keys (`1`, `4711#`), words (`agent` or `"agent"`), `silence`, `noise`, `hangup`; after a
departure how it went (`busy`); at a lookup its answer (`http 200 {"state": "open"}` or `http none`).
What an input means depends on what the call waits for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from ivr_flows.steps.conversation import HttpAnswer

T = TypeVar("T")

HANG_UP = "hangup"
SILENCE = "silence"
NOISE = "noise"

_KEYS = re.compile(r"[0-9*#]+")
_HTTP = re.compile(r"http\s+(none|\d{3})\s*(.*)", re.DOTALL)


class Inputs(Protocol):
    """Where inputs come from."""

    def take(self, hint: str, accept: Callable[[str], T | None], *, needed: bool) -> T | None:
        """Take the next input.

        Args:
            hint: what is waited for, for people.
            accept: makes something of an input, or None when it is not for here.
            needed: whether the call waits until there is one.

        Returns:
            None when there is no more, or (not `needed`) none for here.
        """
        ...

    def put_back(self, text: str) -> None:
        """Give back what was too much of an input."""
        ...


class Script:
    """Inputs that are known beforehand, or come in a stream; each is read when it is needed.

    Args:
        lines: the inputs; empty lines and lines that begin with `# ` are skipped.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        stripped = (line.strip() for line in lines)
        self._lines = (line for line in stripped if line and not line.startswith("# "))
        self._next: str | None = None

    def take(self, hint: str, accept: Callable[[str], T | None], *, needed: bool) -> T | None:
        """See `Inputs`. An input that is needed here and not for here is skipped."""
        while True:
            line = self._next if self._next is not None else next(self._lines, None)
            self._next = None
            if line is None:
                return None
            found = accept(line)
            if found is not None:
                return found
            if not needed:
                self._next = line
                return None

    def put_back(self, text: str) -> None:
        """See `Inputs`."""
        self._next = text


class Terminal:
    """Inputs that somebody types.

    Args:
        read: shows a prompt and reads a line; raises EOFError at the end.
    """

    def __init__(self, read: Callable[[str], str] = input) -> None:
        self._read = read
        self._back = ""

    def take(self, hint: str, accept: Callable[[str], T | None], *, needed: bool) -> T | None:
        """See `Inputs`. An empty line stands for the usual result where none is needed."""
        while True:
            line, self._back = self._back, ""
            try:
                line = (line or self._read(f"({hint}) > ")).strip()
            except EOFError:
                return None
            if not line and not needed:
                return None
            found = accept(line) if line else None
            if found is not None:
                return found

    def put_back(self, text: str) -> None:
        """See `Inputs`."""
        self._back = text


def as_keys(text: str) -> str | None:
    """The keys that an input is, None when it is words."""
    return text if _KEYS.fullmatch(text) else None


def as_words(text: str) -> str:
    """The words of an input, without the quotes that tell them from keys."""
    return text[1:-1] if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'" else text


def as_answer(text: str) -> tuple[HttpAnswer | None] | None:
    """The answer to a lookup, in a tuple since it may be none; None when the input is no such answer."""
    match = _HTTP.fullmatch(text)
    if match is None:
        return None
    return (None,) if match[1] == "none" else (HttpAnswer(int(match[1]), match[2]),)

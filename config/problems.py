"""What is wrong with a site's files, one `Problem` each, and the error that carries them all.

A site is refused as a whole, with every mistake at once: nobody should have to start the server five
times to find five typing errors. Finding the mistakes is left to the other files of this package.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake, at one place.

    Args:
        file: the file as the user named it, or the variable or option that the value came from.
        line: 1-based line in the file, 0 when the mistake has no line (a missing file, a variable).
        column: 1-based column, 0 when there is none.
        path: the setting, as in `sip.listen[1]`; empty for the file itself.
        message: what was found and what was expected, without a full stop. Never holds a password.
    """

    file: str
    line: int
    column: int
    path: str
    message: str

    def __post_init__(self) -> None:
        # Both may quote the file, and a problem is one line whatever the file holds.
        object.__setattr__(self, "path", _printable(self.path))
        object.__setattr__(self, "message", _printable(self.message))

    @property
    def place(self) -> str:
        """`file:line:column`, in the form that editors and terminals turn into a link."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file

    def __str__(self) -> str:
        return f"{self.place}  {self.path}: {self.message}" if self.path else f"{self.place}  {self.message}"


class SiteError(Exception):
    """The site cannot be used; `problems` holds every mistake found, in file order.

    Args:
        problems: at least one mistake.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def path_text(path: Iterable[str | int]) -> str:
    """Write a path of keys and indexes as `trunks[0].addresses`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


def _printable(text: str) -> str:
    """Write line feeds and other control characters as their escapes."""
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)

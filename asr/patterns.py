"""Regular expressions over spoken words, compiled when they are first used.

There are hundreds of long ones: compiling them took a quarter of a server's start, also where it listens to
nobody. One that listens has them compiled before it takes calls (`compile_all`), so that no caller waits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property


class Pattern:
    """What `re.compile` returns, but not compiled before it is used.

    Args:
        pattern: the expression.
        flags: of `re`.
    """

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern = pattern
        self._flags = flags
        _made.append(self)

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The expression of `re`; compiling it raises `re.error` where it is none."""
        return re.compile(self.pattern, self._flags)

    def search(self, text: str, start: int = 0) -> re.Match[str] | None:
        return self.compiled.search(text, start)

    def match(self, text: str, start: int = 0) -> re.Match[str] | None:
        return self.compiled.match(text, start)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        return self.compiled.fullmatch(text)

    def finditer(self, text: str, start: int = 0) -> Iterator[re.Match[str]]:
        return self.compiled.finditer(text, start)

    def findall(self, text: str) -> list[str]:
        return self.compiled.findall(text)

    def split(self, text: str) -> list[str]:
        return self.compiled.split(text)

    def sub(self, by: str | Callable[[re.Match[str]], str], text: str, count: int = 0) -> str:
        return self.compiled.sub(by, text, count)


_made: list[Pattern] = []


def compile_all() -> None:
    """Compile every pattern that has been made so far."""
    for pattern in _made:
        pattern.compiled  # noqa: B018 - it is kept

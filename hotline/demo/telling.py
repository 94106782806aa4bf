"""The demo's terminal output: who says what and when, and what was shown."""

from __future__ import annotations

import time

from rich.console import Console
from rich.text import Text

from config.exit_codes import ExitCode

COLOURS = {"customer": "magenta", "agent": "green", "bot": "cyan", "server": "blue"}


class Teller:
    """Tells the story.

    Args:
        console: where.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self._began = time.monotonic()
        self._proofs: list[tuple[bool, str, str]] = []

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self._began

    def title(self, text: str) -> None:
        """A new act."""
        self.console.print()
        self.console.print(Text(text, style="bold"))

    def line(self, who: str, text: str, *, spoken: bool = False) -> None:
        """One line: what somebody says (`spoken`), does, or prints."""
        moment = Text(f"{self.seconds:6.1f} s  ", style="dim")
        name = Text(f"{who:<9} ", style=COLOURS.get(who, ""))
        words = Text(f'"{text}"') if spoken else Text(text, style="dim")
        self.console.print(moment + name + words, soft_wrap=True)

    def quote(self, text: str) -> None:
        """Output of a command, as it is."""
        for row in text.rstrip().splitlines():
            self.console.print(Text.from_ansi(f"          {row}"), soft_wrap=True)

    def prove(self, good: object, claim: str, found: str = "") -> None:
        """Note whether something really happened."""
        self._proofs.append((bool(good), claim, found))

    def verdict(self, failure: str | None) -> ExitCode:
        """Show all proofs; OK only when there are some and all are good."""
        self.title("What was shown")
        for good, claim, found in self._proofs:
            mark = Text("  yes  ", style="green") if good else Text("  NO   ", style="bold red")
            self.console.print(mark + Text(claim) + Text(f"  {found}", style="dim"), soft_wrap=True)
        if failure is not None:
            self.console.print(Text(f"  NO   {failure}", style="bold red"), soft_wrap=True)
        good = failure is None and bool(self._proofs) and all(good for good, _, _ in self._proofs)
        if not good:
            self.console.print()
            self.console.print("The demo did not succeed.")
        return ExitCode.OK if good else ExitCode.FAILED

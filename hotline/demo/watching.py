"""Follows the server's journal as it is written, for the demo to tell what happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hotline.demo.players import ActorFailed

Fact = dict[str, Any]
PAUSE = 0.05


class Watcher:
    """Reads events from the journal's folder.

    Args:
        folder: the journal's.
        tell: called with each event as it comes.
    """

    def __init__(self, folder: Path, tell: Callable[[Fact], None]) -> None:
        self._folder = folder
        self._tell = tell
        self._read: dict[Path, int] = {}
        self._changed = asyncio.Condition()
        self.events: list[Fact] = []

    async def watch(self) -> None:
        """Read for as long as nobody cancels it."""
        while True:
            new = [event for path in sorted(self._folder.glob("*.jsonl")) for event in self._lines(path)]
            if new:
                async with self._changed:
                    self.events += new
                    self._changed.notify_all()
                for event in new:
                    self._tell(event)
            await asyncio.sleep(PAUSE)

    def _lines(self, path: Path) -> list[Fact]:
        """The events that are new in a file; its first line only says whose it is."""
        try:
            with path.open("rb") as file:
                file.seek(self._read.get(path, 0))
                data = file.read()
        except FileNotFoundError:  # applied, and taken away between two looks
            return []
        whole = data[: data.rfind(b"\n") + 1]
        self._read[path] = self._read.get(path, 0) + len(whole)
        lines = [json.loads(line) for line in whole.splitlines()]
        return [line for line in lines if "event" in line]

    async def until(self, kind: str, seconds: float, **wanted: object) -> Fact:
        """Wait for an event of a kind whose fields are as wanted; one that was there before counts.

        Raises:
            ActorFailed: it did not come in time.
        """
        seen = 0
        try:
            async with asyncio.timeout(seconds), self._changed:
                while True:
                    for event in self.events[seen:]:
                        if event["event"] == kind and all(
                            event.get(name) == value for name, value in wanted.items()
                        ):
                            return event
                    seen = len(self.events)
                    await self._changed.wait()
        except TimeoutError:
            raise ActorFailed(f"the server wrote no {kind} within {seconds:g} s") from None

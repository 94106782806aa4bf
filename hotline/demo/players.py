"""The processes of the demo: the server and the phones."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

HOTLINE = (sys.executable, "-m", "hotline")


class ActorFailed(Exception):
    """A process did not do what the story needs; the text is for people."""


class Actor:
    """One process.

    Args:
        name: whom its lines come from.
        tell: called with (name, line) for each line worth showing.
    """

    def __init__(self, name: str, tell: Callable[[str, str], None]) -> None:
        self.name = name
        self._tell = tell
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._lines: list[str] = []
        self._changed = asyncio.Condition()

    async def start(self, arguments: Sequence[str], secret: str = "") -> None:
        """Start `hotline` with some arguments; `secret` is a phone's password."""
        environment = {**os.environ, "HOTLINE_PHONE_PASSWORD": secret}
        self._process = await asyncio.create_subprocess_exec(
            *HOTLINE,
            *arguments,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._reader = asyncio.create_task(self._read(self._process))

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for raw in process.stdout:
            line = raw.decode("utf-8", "replace").rstrip()
            self.show(line)
            async with self._changed:
                self._lines.append(line)
                self._changed.notify_all()
        await process.wait()
        async with self._changed:
            self._changed.notify_all()

    def show(self, line: str) -> None:
        """Pass one line of output on."""
        self._tell(self.name, line)

    async def until(self, wanted: Callable[[str], bool], seconds: float) -> str:
        """Wait for a line.

        Raises:
            ActorFailed: it did not come in time, or the process ended without it.
        """
        seen = 0
        try:
            async with asyncio.timeout(seconds), self._changed:
                while True:
                    for line in self._lines[seen:]:
                        if wanted(line):
                            return line
                    seen = len(self._lines)
                    if self._reader is None or self._reader.done() or self._ended:
                        raise ActorFailed(f"{self.name} ended early: {' / '.join(self._lines[-3:])}")
                    await self._changed.wait()
        except TimeoutError:
            raise ActorFailed(f"{self.name}: nothing happened for {seconds:g} s") from None

    @property
    def _ended(self) -> bool:
        return self._process is not None and self._process.returncode is not None

    async def finish(self, seconds: float) -> int:
        """Wait for the end of the process; returns its exit code.

        Raises:
            ActorFailed: it does not end in time.
        """
        assert self._process is not None
        assert self._reader is not None
        try:
            async with asyncio.timeout(seconds):
                await self._reader
                return await self._process.wait()
        except TimeoutError:
            raise ActorFailed(f"{self.name} did not finish within {seconds:g} s") from None

    async def stop(self) -> int | None:
        """Ask the process to end (SIGTERM) and wait; returns its exit code, None when it never ran."""
        if self._process is None:
            return None
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
            with contextlib.suppress(ActorFailed):
                return await self.finish(10)
            self._process.kill()
        return await self._process.wait()


class Telephone(Actor):
    """A softphone, whose lines are facts in JSON.

    Args:
        name, tell: as for `Actor`; for lines that are no facts.
        tell_fact: called with (name, fact) for each fact.
    """

    def __init__(
        self,
        name: str,
        tell: Callable[[str, str], None],
        tell_fact: Callable[[str, Mapping[str, Any]], None],
    ) -> None:
        super().__init__(name, tell)
        self._tell_fact = tell_fact

    def show(self, line: str) -> None:
        """Pass a fact on."""
        fact = _fact(line)
        if fact is None:
            self._tell(self.name, line)
        else:
            self._tell_fact(self.name, fact)

    async def until_fact(self, name: str, seconds: float) -> dict[str, Any]:
        """Wait for a fact of this name."""
        line = await self.until(lambda line: (_fact(line) or {}).get("fact") == name, seconds)
        return _fact(line) or {}


def _fact(line: str) -> dict[str, Any] | None:
    try:
        fact = json.loads(line)
    except ValueError:
        return None
    return fact if isinstance(fact, dict) and "fact" in fact else None

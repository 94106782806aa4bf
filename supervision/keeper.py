"""Keeps the processes beside the switch alive: the recorder and the console.

Each has a pipe to us as its standard input and ends when that closes, so none is left behind however we end.
One that dies comes back after a pause that grows while it keeps dying.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

# A process that lived so long and dies comes back at once, in seconds.
STEADY_SECONDS = 30.0
# Seconds before it is started again, by the number of short lives in a row.
PAUSES = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)
# Seconds from SIGTERM to SIGKILL.
TERM_SECONDS = 5.0

# The folder that holds the package `hotline`: a child finds it from any working directory.
_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Program:
    """One process to keep alive.

    Args:
        name: for logs and `hotline status`.
        arguments: of the command `hotline`.
        patience: seconds that it gets to end by itself once its standard input is closed, before SIGTERM.
    """

    name: str
    arguments: tuple[str, ...]
    patience: float = 0.0


class Supervisor:
    """Starts programs, starts them again when they die, and ends them.

    Args:
        programs: what to run.
        environment: variables for them beside our own.
    """

    def __init__(self, programs: Sequence[Program], environment: Mapping[str, str]) -> None:
        self._keepers = [_Keeper(program, environment) for program in programs]

    def start(self) -> None:
        """Start all of them; needs a running loop."""
        for keeper in self._keepers:
            keeper.start()

    async def stop(self) -> None:
        """End all of them, in good order if they can."""
        await asyncio.gather(*(keeper.stop() for keeper in self._keepers))

    def status(self) -> dict[str, dict[str, Any]]:
        """Process and number of starts of each, by name."""
        return {keeper.program.name: keeper.status() for keeper in self._keepers}


class _Keeper:
    """Keeps one program alive."""

    def __init__(self, program: Program, environment: Mapping[str, str]) -> None:
        self.program = program
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._starts = 0

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep(), name=self.program.name)

    def status(self) -> dict[str, Any]:
        process = self._process
        running = process is not None and process.returncode is None
        return {"pid": process.pid if process is not None and running else None, "starts": self._starts}

    async def stop(self) -> None:
        self._stopping = True
        process = self._process
        if process is not None and process.returncode is None:
            await _end(process, self.program)
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        short_lives = 0
        while not self._stopping:
            began = loop.time()
            code = await self._live()
            if self._stopping:
                return
            short_lives = 0 if loop.time() - began > STEADY_SECONDS else short_lives + 1
            pause = PAUSES[min(short_lives, len(PAUSES) - 1)]
            log.error("the %s ended (%s), again in %g s", self.program.name, code, pause)
            await asyncio.sleep(pause)

    async def _live(self) -> str:
        """Run it once; returns how it ended."""
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "hotline",
                *self.program.arguments,
                stdin=asyncio.subprocess.PIPE,
                # What it has to say goes to the log, on standard error; standard output is the server's.
                stdout=asyncio.subprocess.DEVNULL,
                # Ctrl-C at the terminal stops the server, and the server stops the others.
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": _python_path(), **self._environment},
            )
        except OSError as error:
            return str(error)
        self._starts += 1
        code = await self._process.wait()
        return f"code {code}" if code >= 0 else f"signal {-code}"


async def _end(process: asyncio.subprocess.Process, program: Program) -> None:
    if process.stdin is not None:
        process.stdin.close()
    for kill, seconds in ((None, program.patience), (process.terminate, TERM_SECONDS), (process.kill, None)):
        if kill is not None:
            with contextlib.suppress(ProcessLookupError):
                kill()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await process.wait()
                return
        log.warning("the %s does not end", program.name)


def _python_path() -> str:
    return os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH", ""))))

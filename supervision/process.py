"""Child processes of the server: how they are started, and how they end.

Each has a pipe from us as its standard input and ends when that closes (`supervision.child`), so none is left
behind, however we end. When to start one is left to `supervision.keeper`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from supervision.keeper import uninterrupted

log = logging.getLogger(__name__)

TERM_SECONDS = 5.0
"""Seconds from SIGTERM to SIGKILL."""

# The folder that holds our packages: a child finds them from any working directory.
_ROOT = Path(__file__).resolve().parents[1]


@asynccontextmanager
async def child_process(
    name: str,
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    patience: float | None = None,
    output: int = asyncio.subprocess.DEVNULL,
    errors: int | None = None,
    descriptors: Sequence[int] = (),
) -> AsyncIterator[Process]:
    """Run Python with some arguments for as long as the block lasts.

    Args:
        name: for logs.
        arguments: such as ("-m", "hotline", "recorder").
        environment: variables on top of our own.
        patience: seconds that it gets to end after its standard input is closed, before SIGTERM and SIGKILL.
            None: SIGKILL at once, for a process that holds nothing that could be lost and may hang.
        output: its standard output; ours is the server's and not for it.
        errors: its standard error; ours by default, where the logs go.
        descriptors: file descriptors that it inherits.

    Raises:
        OSError: it cannot be started.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=output,
        stderr=errors,
        pass_fds=descriptors,
        # Ctrl-C at the terminal stops the server, and the server stops the others.
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": _python_path(), **(environment or {})},
    )
    try:
        yield process
    finally:
        await uninterrupted(_end(process, name, patience))


async def _end(process: Process, name: str, patience: float | None) -> None:
    if patience is not None:
        if process.stdin is not None:
            process.stdin.close()
        if await _has_ended(process, patience):
            return
        log.warning("%s does not end: SIGTERM", name)
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        if await _has_ended(process, TERM_SECONDS):
            return
        log.warning("%s does not end: SIGKILL", name)
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


async def _has_ended(process: Process, seconds: float) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await process.wait()
    return process.returncode is not None


def _python_path() -> str:
    return os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH", ""))))

"""The worker process as the switch sees it: started when needed, asked one thing at a time, replaced.

Only the standard library, and nothing that waits for a signal: the end of the process shows as the end of its
socket, on any event loop. What to ask, in which order and how often is left to `tts.client`.
"""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from typing import Any

MODULE = "tts.worker"
LONGEST_LINE = 1 << 20


class WorkerDied(Exception):
    """The worker ended, or gave no answer in time and was ended, before it answered."""


class WorkerProcess:
    """One worker.

    Args:
        threads: cores that an engine may use.
    """

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self.started = 0
        """How many processes there have been."""

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return None if self._process is None else self._process.pid

    async def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Send a request and wait for its answer; not to be called again before.

        Raises:
            WorkerDied: no answer came; the next request starts a new process.
        """
        try:
            async with asyncio.timeout(seconds):
                return await self._ask(request)
        except (OSError, EOFError, ValueError) as error:
            await self.stop()
            raise WorkerDied(str(error) or "it gave no answer in time") from error
        except asyncio.CancelledError:
            await self.stop()
            raise

    async def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        if self._writer is None:
            await self._start()
        assert self._reader is not None
        assert self._writer is not None
        self._writer.write(json.dumps(request).encode() + b"\n")
        await self._writer.drain()
        line = await self._reader.readline()
        if not line:
            raise EOFError("the worker ended")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            # Making a process takes milliseconds, which the loop has not got.
            self._process = await asyncio.to_thread(self._spawn, theirs.fileno())
        self.started += 1
        self._reader, self._writer = await asyncio.open_unix_connection(sock=ours, limit=LONGEST_LINE)

    def _spawn(self, descriptor: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", MODULE, str(descriptor), str(self._threads)]
        return subprocess.Popen(command, pass_fds=(descriptor,), stdin=subprocess.DEVNULL)

    async def stop(self) -> None:
        """End the process, if there is one; it has nothing to save."""
        process, writer = self._process, self._writer
        self._process = self._reader = self._writer = None
        if writer is not None:
            writer.close()
        if process is not None:
            process.kill()
            await asyncio.to_thread(process.wait)

"""A worker process as the switch sees it: kept alive, asked one thing at a time, replaced when it hangs.

Requests and answers are lines of JSON over a socket; the worker's side is
`supervision.child.answer_requests`. When it is started again is left to `supervision.keeper`; what to ask, in
which order and how often to its client (`tts.client`, `asr.understanding.embedder`).
"""

from __future__ import annotations

import asyncio
import json
import socket
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from typing import Any

from supervision.keeper import Keeper, Lost
from supervision.process import child_process

LONGEST_LINE = 1 << 20


class WorkerDied(Exception):
    """The worker ended, or gave no answer in time and was ended, before it answered."""


class WorkerProcess:
    """One worker.

    Args:
        name: for logs.
        module: what it runs; its first argument is the descriptor of its end of the socket.
        arguments: those that follow.
        environment: variables on top of our own.
    """

    def __init__(
        self,
        name: str,
        module: str,
        arguments: Sequence[str] = (),
        *,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._module = module
        self._arguments = tuple(arguments)
        self._environment = environment
        self._keeper = Keeper(name, self._live)
        self._is_up = asyncio.Event()
        self._process: Process | None = None
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return None if self._process is None else self._process.pid

    @property
    def is_up(self) -> bool:
        """Whether the process is there; it may be loading its model."""
        return self._is_up.is_set()

    def start(self) -> None:
        """Start the process, and again whenever it dies; needs a running loop."""
        self._keeper.start()

    async def stop(self) -> None:
        """End the process; it has nothing to save."""
        await self._keeper.stop()

    async def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Send a request and wait for its answer; not to be called again before.

        Args:
            request: what the worker's module says.
            seconds: what the answer may take.

        Raises:
            WorkerDied: no answer came; the next request has a new process.
        """
        if not self._is_up.is_set():
            self._keeper.hurry()
        try:
            async with asyncio.timeout(seconds):
                await self._is_up.wait()
                return await self._exchange(request)
        except (OSError, EOFError, ValueError) as error:
            why = str(error) or "it did not answer in time"
            self._drop(why)
            raise WorkerDied(why) from error
        except asyncio.CancelledError:
            # Its answer would be taken for that to the next request.
            self._drop("its request was cancelled")
            raise

    async def _exchange(self, request: dict[str, Any]) -> dict[str, Any]:
        self._writer.write(json.dumps(request).encode() + b"\n")
        await self._writer.drain()
        line = await self._reader.readline()
        if not line:
            raise EOFError("it ended")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _drop(self, why: str) -> None:
        self._is_up.clear()
        self._keeper.replace(why)

    async def _live(self, keeper: Keeper) -> None:
        # A socket and not its standard output: native libraries print there.
        ours, theirs = socket.socketpair()
        with theirs:
            self._reader, self._writer = await asyncio.open_unix_connection(sock=ours, limit=LONGEST_LINE)
            try:
                arguments = ("-m", self._module, str(theirs.fileno()), *self._arguments)
                async with child_process(
                    keeper.name,
                    arguments,
                    environment=self._environment,
                    descriptors=(theirs.fileno(),),
                ) as process:
                    theirs.close()
                    self._process = process
                    self._is_up.set()
                    keeper.up()
                    raise Lost(f"it exited with {await process.wait()}")
            finally:
                self._is_up.clear()
                self._process = None
                self._writer.close()

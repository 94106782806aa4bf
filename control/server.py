"""The control server: the socket on which a running switch takes commands (`control.client` sends them).

Which commands there are, and the answers, come from the switch.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from filelock import Timeout

from config.locks import file_lock, owner_of
from control.protocol import LONGEST_REQUEST, decode, encode

log = logging.getLogger(__name__)

PATIENCE = 30.0
"""Seconds after which a connection that asks nothing is closed."""

Answer = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
"""Answers one request: an object with `command` and whatever else the command takes."""


class AlreadyRunning(Exception):
    """Another server has this site; the text says which process and where it answers."""


class ControlSocket:
    """Answers requests on a Unix socket.

    Args:
        path: the socket's file; its folder is made, and a file that a crash left is replaced.
        answers: what can be asked, by command.
    """

    def __init__(self, path: Path, answers: Mapping[str, Answer]) -> None:
        self._path = path
        self._lock = file_lock(path.with_suffix(".lock"))
        self._answers = answers
        self._server: asyncio.Server | None = None
        self._busy: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        """Listen.

        Raises:
            AlreadyRunning: another server has this site.
            OSError: the folder can't be written, or its path is too long for a socket.
        """
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._lock.acquire()
        except Timeout:
            owner = owner_of(Path(self._lock.lock_file))
            raise AlreadyRunning(f"{owner}, which answers on {self._path}") from None
        self._path.unlink(missing_ok=True)  # left by a crash
        self._server = await asyncio.start_unix_server(self._serve, str(self._path), limit=LONGEST_REQUEST)
        self._path.chmod(0o600)

    async def close(self) -> None:
        """Stop listening, and take the socket away."""
        if self._server is not None:
            self._server.close()
            for writer in self._busy:
                writer.close()
            self._server = None
            with contextlib.suppress(OSError):
                self._path.unlink()
        self._lock.release()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._busy.add(writer)
        try:
            while True:
                async with asyncio.timeout(PATIENCE):
                    line = await reader.readline()
                if not line:
                    break
                writer.write(await self._answer(line))
                await writer.drain()
        except (OSError, TimeoutError, ValueError):
            pass  # the other side is gone, silent, or said more than a line may hold
        finally:
            self._busy.discard(writer)
            writer.close()

    async def _answer(self, line: bytes) -> bytes:
        """The line to send back; an internal error is answered, too."""
        try:
            request = decode(line)
            command = request["command"]
        except (ValueError, KeyError):
            return encode({"error": 'expected one JSON object a line, such as {"command": "status"}'})
        answer = self._answers.get(command) if isinstance(command, str) else None
        if answer is None:
            return encode({"error": f"unknown command; there are: {', '.join(sorted(self._answers))}"})
        try:
            return encode(await answer(request))
        except Exception:
            log.exception("a request on the control socket failed", extra={"command": command})
            return encode({"error": "internal error"})

"""The control socket of a running switch: one JSON object a line, each way.

The command line (`control.client`) asks here. Which questions there are, and the answers, come from
the switch.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

LONGEST_QUESTION = 64 * 1024
PATIENCE = 30.0

Answer = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
"""Answers one question: an object with `command` and whatever else the command wants to know."""


class AlreadyRunning(Exception):
    """Another server answers on this site's control socket."""


class ControlSocket:
    """Answers questions on a Unix socket.

    Args:
        path: the socket's file; its folder is made, and a file that a crash left is replaced.
        answers: what can be asked, by command.
    """

    def __init__(self, path: Path, answers: Mapping[str, Answer]) -> None:
        self._path = path
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
        if self._path.exists():
            if _answers(self._path):
                raise AlreadyRunning(str(self._path))
            self._path.unlink()
        self._server = await asyncio.start_unix_server(self._serve, str(self._path), limit=LONGEST_QUESTION)
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

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._busy.add(writer)
        try:
            while True:
                async with asyncio.timeout(PATIENCE):
                    line = await reader.readline()
                if not line:
                    break
                answer = await self._answer(line)
                writer.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
                await writer.drain()
        except (OSError, TimeoutError, ValueError):
            pass  # the other side is gone, silent, or said more than a line may hold
        finally:
            self._busy.discard(writer)
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            question: dict[str, Any] = json.loads(line)
            command = question["command"]
        except (ValueError, TypeError, KeyError):
            return {"error": 'expected one JSON object a line, such as {"command": "status"}'}
        answer = self._answers.get(command) if isinstance(command, str) else None
        if answer is None:
            return {"error": f"unknown command; there are: {', '.join(sorted(self._answers))}"}
        try:
            return await answer(question)
        except Exception:
            log.exception("a question could not be answered", extra={"command": command})
            return {"error": "internal error"}


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True

"""Ask the running server of a site over its control socket: the command line and the console do.

The protocol is one JSON object on one line each way. The server's side is `control.server`'s matter;
what to make of an answer is left to whoever asks.
"""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path
from typing import Any

from config import control_socket

_LONGEST_ANSWER = 16 * 1024 * 1024


class NotRunning(Exception):
    """No server answers on the site's control socket; the text is a sentence for the user."""


class BadAnswer(Exception):
    """The server answered something that is no JSON object."""


class Refused(Exception):
    """The server will not do it; the text is its reason."""


def ask(site: Path, command: str, *, timeout: float = 5.0, **arguments: Any) -> dict[str, Any]:
    """Send one command to the server of the site in `site`, and return its answer.

    Args:
        site: the site's folder.
        command: what to ask for, such as "status".
        timeout: seconds to wait for the whole answer's next part.
        arguments: what the command wants to know.

    Raises:
        NotRunning: nothing listens there, or it does not answer in time.
        BadAnswer: the answer is not a JSON object.
    """
    path = control_socket(site)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout)
        try:
            connection.connect(str(path))
            connection.sendall(_question(command, arguments))
            line = _read_line(connection)
        except TimeoutError:
            raise NotRunning(f"The server of {site} does not answer ({timeout:g} s).") from None
        except OSError:
            raise NotRunning(f"No server runs for {site}: nothing listens on {path}.") from None
    return _answer(line, site)


class SwitchClient:
    """Asks the server of one site, from a process that has other things to do meanwhile.

    Args:
        site: the site's folder.
        timeout: seconds for a question and its answer.
    """

    def __init__(self, site: Path, *, timeout: float = 5.0) -> None:
        self._site = site
        self._timeout = timeout

    async def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Send one command, and return its answer.

        Raises:
            NotRunning: nothing listens there, or it does not answer in time.
            BadAnswer: the answer is not a JSON object.
            Refused: the server says no.
        """
        path = control_socket(self._site)
        try:
            async with asyncio.timeout(self._timeout):
                line = await self._exchange(path, _question(command, arguments))
        except TimeoutError:
            raise NotRunning(f"The switch does not answer ({self._timeout:g} s).") from None
        except (OSError, ValueError):
            raise NotRunning("The switch does not run.") from None
        answer = _answer(line, self._site)
        if isinstance(answer.get("error"), str):
            raise Refused(answer["error"])
        return answer

    async def _exchange(self, path: Path, question: bytes) -> bytes:
        reader, writer = await asyncio.open_unix_connection(str(path), limit=_LONGEST_ANSWER)
        try:
            writer.write(question)
            await writer.drain()
            return await reader.readline()
        finally:
            writer.close()


def _question(command: str, arguments: dict[str, Any]) -> bytes:
    return json.dumps({"command": command, **arguments}, ensure_ascii=False).encode() + b"\n"


def _answer(line: bytes, site: Path) -> dict[str, Any]:
    try:
        answer = json.loads(line)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise BadAnswer(f"The server of {site} gave an answer that cannot be read.")
    return answer


def _read_line(connection: socket.socket) -> bytes:
    """Read up to the first line feed, or to the end of the connection."""
    received = bytearray()
    while not received.endswith(b"\n") and len(received) < _LONGEST_ANSWER:
        part = connection.recv(65536)
        if not part:
            break
        received += part
    return bytes(received)

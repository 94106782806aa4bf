"""The control client: the command line and the console send commands to a site's running server with it.

What to make of an answer is left to those who ask.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from config import control_socket
from control.protocol import LONGEST_ANSWER, decode, encode


class NotRunning(Exception):
    """No server answers on the site's control socket; the text is a sentence for the user."""


class NoAnswer(NotRunning):
    """A server is there, but does not answer in time."""


class BadAnswer(Exception):
    """The server answered something that is no JSON object."""


class Refused(Exception):
    """The server will not do it; the text is its reason.

    Args:
        text: for people.
        fields: what is wrong with which argument, where that is the reason.
    """

    def __init__(self, text: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.fields = dict(fields or {})


class SwitchClient:
    """Asks the server of one site.

    Args:
        site: the site's folder.
        timeout: seconds for a request and its answer.
    """

    def __init__(self, site: Path, *, timeout: float = 5.0) -> None:
        self._site = site
        self._timeout = timeout

    async def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Send one command, and return its answer.

        Raises:
            NotRunning: nothing listens there.
            NoAnswer: it does not answer in time.
            BadAnswer: the answer is not a JSON object.
            Refused: the server says no.
        """
        try:
            async with asyncio.timeout(self._timeout):
                line = await self._exchange(encode({"command": command, **arguments}))
        except TimeoutError:
            raise NoAnswer(f"The switch did not answer within {self._timeout:g} s.") from None
        except (OSError, ValueError):
            raise NotRunning("The switch is not running.") from None
        try:
            answer = decode(line)
        except ValueError:
            raise BadAnswer(f"The server of {self._site} gave an answer that cannot be read.") from None
        if isinstance(answer.get("error"), str):
            fields = answer.get("refused")
            raise Refused(answer["error"], fields if isinstance(fields, dict) else None)
        return answer

    async def _exchange(self, request: bytes) -> bytes:
        path = control_socket(self._site)
        reader, writer = await asyncio.open_unix_connection(str(path), limit=LONGEST_ANSWER)
        try:
            writer.write(request)
            await writer.drain()
            return await reader.readline()
        finally:
            writer.close()


def ask(site: Path, command: str, *, timeout: float = 5.0, **arguments: Any) -> dict[str, Any]:
    """Send one command to the server of the site in `site`, and return its answer; for commands, which can
    wait.

    Args:
        site: the site's folder.
        command: what to ask for, such as "status".
        timeout: seconds for the request and its answer.
        arguments: what the command takes.

    Raises:
        NotRunning, BadAnswer, Refused: as `SwitchClient.ask`.
    """
    return asyncio.run(SwitchClient(site, timeout=timeout).ask(command, **arguments))

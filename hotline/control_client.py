"""Ask the running server of a site one question over its control socket.

The protocol is one JSON object on one line each way. The server's side is `hotline.control`'s matter;
printing the answer is the commands'.
"""

from __future__ import annotations

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


def ask(site: Path, command: str, *, timeout: float = 5.0) -> dict[str, Any]:
    """Send one command to the server of the site in `site`, and return its answer.

    Args:
        site: the site's folder.
        command: what to ask for, such as "status".
        timeout: seconds to wait for the whole answer's next part.

    Raises:
        NotRunning: nothing listens there, or it does not answer in time.
        BadAnswer: the answer is not a JSON object.
    """
    path = control_socket(site)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout)
        try:
            connection.connect(str(path))
            connection.sendall(json.dumps({"command": command}).encode() + b"\n")
            line = _read_line(connection)
        except TimeoutError:
            raise NotRunning(f"The server of {site} does not answer ({timeout:g} s).") from None
        except OSError:
            raise NotRunning(f"No server runs for {site}: nothing listens on {path}.") from None
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

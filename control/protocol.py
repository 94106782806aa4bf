"""The control protocol: one JSON object per line, in each direction. Pure.

A request has `command` and whatever else the command takes; an answer that has `error` is a refusal with its
reason. Who may ask is a matter of file permissions on the socket.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

LONGEST_REQUEST = 64 * 1024
LONGEST_ANSWER = 16 * 1024 * 1024
"""Bytes: an overview of a large site has some hundred kilobytes."""


def encode(message: Mapping[str, Any]) -> bytes:
    """Write one line.

    Raises:
        TypeError: something in it is no JSON.
    """
    return json.dumps(message, ensure_ascii=False).encode() + b"\n"


def decode(line: bytes) -> dict[str, Any]:
    """Read one line.

    Raises:
        ValueError: it holds no JSON object.
    """
    message = json.loads(line)
    if not isinstance(message, dict):
        raise ValueError("no JSON object")
    return message

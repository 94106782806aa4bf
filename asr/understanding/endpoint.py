"""One question to an OpenAI-compatible endpoint: Ollama, vLLM, llama.cpp, DeepSeek, Qwen, OpenAI.

A chat completion whose answer has to be JSON of a given form, in time and of bounded length. What is asked,
and whether the answer is true, is left to `asr.understanding.llm`. Neither what is sent nor what comes back
is ever logged, nor put into an error.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import httpx

Format: TypeAlias = Literal["json_schema", "json_object"]

MOST_BYTES = 64 * 1024
"""Of an answer with its envelope; more is an endpoint gone wrong."""

MOST_TOKENS = 500
"""Of an answer: a form filled in has a third of that."""

# Models that think aloud, and those that put code fences around what is no code.
_THOUGHTS = re.compile(r"^\s*<think>.*?</think>", re.DOTALL)
_FENCE = re.compile(r"^\s*```(?:json)?\s*(.*?)\s*```\s*$", re.DOTALL)


class EndpointError(Exception):
    """There is no answer that could be used; the text says why, and holds nothing of question or answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where and how to ask.

    Args:
        url: up to /v1.
        model: the model's name there.
        api_key: sent as a bearer token, "" for none.
        format: how the endpoint is told the form of the answer.
    """

    url: str
    model: str
    api_key: str = ""
    format: Format = "json_schema"


async def ask(
    http: httpx.AsyncClient,
    endpoint: Endpoint,
    *,
    system: str,
    user: str,
    schema: Mapping[str, Any],
    seconds: float,
) -> dict[str, Any]:
    """Ask for one JSON object.

    Args:
        http: a client without a timeout of its own; redirects are not followed, so nothing goes elsewhere.
        endpoint: whom.
        system, user: the two messages.
        schema: JSON schema of the answer. Whether it was kept is for the caller to check.
        seconds: for everything together, from connecting on.

    Raises:
        EndpointError: no answer in time, none at all, or none that is a JSON object.
    """
    if endpoint.format == "json_schema":
        form: dict[str, Any] = {"name": "answer", "strict": True, "schema": schema}
        response_format: dict[str, Any] = {"type": "json_schema", "json_schema": form}
    else:
        response_format = {"type": "json_object"}
        system = f"{system}\nAnswer with one JSON object of this schema: {json.dumps(schema)}"
    body = {
        "model": endpoint.model,
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}],
        "response_format": response_format,
        "temperature": 0,
        "max_tokens": MOST_TOKENS,
        "stream": False,
    }
    headers = {"Authorization": f"Bearer {endpoint.api_key}"} if endpoint.api_key else {}
    address = f"{endpoint.url.rstrip('/')}/chat/completions"
    try:
        async with asyncio.timeout(seconds):
            raw = await _post(http, address, headers, body)
    except TimeoutError:
        raise EndpointError("late") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise EndpointError(type(error).__name__) from None
    return _content(raw)


async def _post(
    http: httpx.AsyncClient, address: str, headers: dict[str, str], body: dict[str, Any]
) -> bytes:
    async with http.stream("POST", address, json=body, headers=headers) as answer:
        if answer.status_code != httpx.codes.OK:
            raise EndpointError(f"status {answer.status_code}")
        raw = bytearray()
        async for piece in answer.aiter_bytes():
            raw += piece
            if len(raw) > MOST_BYTES:
                raise EndpointError("its answer has no end")
    return bytes(raw)


def _content(raw: bytes) -> dict[str, Any]:
    """The object in the first choice of a chat completion."""
    try:
        content = json.loads(raw)["choices"][0]["message"]["content"]
        text = _THOUGHTS.sub("", content)
        fenced = _FENCE.match(text)
        found = json.loads(fenced[1] if fenced else text)
    except (ValueError, TypeError, LookupError, RecursionError):
        raise EndpointError("broken JSON") from None
    if not isinstance(found, dict):
        raise EndpointError("broken JSON")
    return found


class Breaker:
    """Whether to wait for an endpoint at all; pure.

    Callers should not wait out the deadline turn by turn for one that is down: after some failures in a row
    nobody asks for a while, then one asks again.
    """

    FAILURES = 3
    PAUSE = 20.0
    """Seconds."""

    def __init__(self) -> None:
        self._failures = 0
        self._until = 0.0

    def allows(self, now: float) -> bool:
        """Whether to ask; who may, and finds out, calls `succeed` or `fail`."""
        if self._failures < self.FAILURES:
            return True
        if now < self._until:
            return False
        self._until = now + self.PAUSE  # this one tries, the others do not wait for it
        return True

    def succeed(self) -> None:
        """It answered."""
        self._failures = 0

    def fail(self, now: float) -> None:
        """It did not, or not in time."""
        self._failures += 1
        self._until = now + self.PAUSE

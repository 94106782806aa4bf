"""Around every request: security headers, a size limit, and timing."""

from __future__ import annotations

import asyncio
import time

from prometheus_client import Histogram
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.problems import problem

LONGEST_BODY = 64 * 1024
BODY_SECONDS = 20.0
# Nothing comes from elsewhere, and no script or style stands in a page: a name that holds HTML stays a name.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not less: without a referrer browsers send a form of our own with the origin "null".
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Headers:
    """Puts the headers on every answer; what says nothing of how long it holds is not kept by anybody."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, with_headers)


class BodyLimit:
    """Answers 413 to who sends more than we ever want to read, and 408 to who takes too long over it.

    Args:
        app: who answers all others.
        most: bytes.
    """

    def __init__(self, app: ASGIApp, most: int = LONGEST_BODY) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = bytearray()
        until = asyncio.get_running_loop().time() + BODY_SECONDS
        # A body is read whole before anybody sees it: it is small, and then nobody has to count.
        while True:
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                late = problem(408, "The request took too long.", headers={"Connection": "close"})
                await late(scope, receive, send)
                return
            if message["type"] != "http.request":
                return
            body += message.get("body", b"")
            if len(body) > self._most:
                too_much = problem(413, f"More than {self._most} bytes.", headers={"Connection": "close"})
                await too_much(scope, receive, send)
                return
            if not message.get("more_body", False):
                break
        given = False

        async def replay() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        await self._app(scope, replay, send)


class Timing:
    """Measures how long answers of the API take, by route: the path's pattern, so that no number gets in.

    Args:
        app: who answers.
        histogram: with the labels method, route and status.
    """

    def __init__(self, app: ASGIApp, histogram: Histogram) -> None:
        self._app = app
        self._histogram = histogram

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = "500"

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            route = getattr(scope.get("route"), "path", "")
            if route.startswith("/api/"):
                took = time.perf_counter() - began
                self._histogram.labels(scope["method"], route, status).observe(took)

"""Serves the application on a socket until it is asked to stop; sends away who connects and says nothing."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any, cast

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from control.connection_limits import ConnectionCount, ConnectionLimits

# Live streams end with the server; nobody waits for them longer than this, in seconds.
GOODBYE_SECONDS = 2


class Server(uvicorn.Server):
    """uvicorn without its signal handlers: what a signal means is for the process to say.

    Args:
        app: what to serve.
        limits: of connections; `idle` is not used, since those that wait for a request are closed after
            uvicorn's own five seconds.
    """

    def __init__(self, app: FastAPI, limits: ConnectionLimits | None = None) -> None:
        self.door = ConnectionCount(limits or ConnectionLimits(), "console")
        super().__init__(
            uvicorn.Config(
                app,
                http=_guarded_by(self.door),
                # Access logs hold numbers that people searched for.
                access_log=False,
                log_config=None,
                server_header=False,
                timeout_graceful_shutdown=GOODBYE_SECONDS,
                # Nobody sends us more than a few bytes there.
                ws_max_size=4096,
                # Compression costs 300 kB for each stream, and time that reports can use.
                ws_per_message_deflate=False,
                ws_ping_interval=20,
                ws_ping_timeout=20,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield

    def stop(self) -> None:
        """End soon: answers under way are finished first."""
        self.should_exit = True


def listen(host: str, port: int) -> socket.socket:
    """Open the socket to serve on.

    Raises:
        OSError: the address is taken, or is not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
        opened.set_inheritable(False)
    except OSError:
        opened.close()
        raise
    return opened


def _guarded_by(door: ConnectionCount) -> type[asyncio.Protocol]:
    """uvicorn's HTTP, with limits that it has not: connections by host, and time for a request's headers."""

    class Guarded(H11Protocol):
        """One connection."""

        def __init__(self, *args: Any, **named: Any) -> None:
            super().__init__(*args, **named)
            self._host = ""
            self._overdue: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            host = self.client[0] if self.client else ""
            crowd = door.is_crowd(host)
            if crowd or door.is_full:
                limit = "too many from one address" if crowd else "too many in all"
                door.bites(limit, host, self.loop.time())
                transport.abort()
                return
            self._host = host
            door.enter(host)
            self._watch()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._watch()

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            self._stop_watching()
            if self._host:
                door.leave(self._host)
                self._host = ""

        def _watch(self) -> None:
            """Time the headers of a request: from the connection's beginning, or their own."""
            # uvicorn hands a WebSocket's connection to another protocol, and makes a cycle for a request.
            upgraded = self.transport.get_protocol() is not self
            answering = self.cycle is not None and not self.cycle.response_complete
            if upgraded or answering:
                self._stop_watching()
            elif self._overdue is None:
                self._overdue = self.loop.call_later(door.limits.first_message, self._send_away)

        def _stop_watching(self) -> None:
            if self._overdue is not None:
                self._overdue.cancel()
                self._overdue = None

        def _send_away(self) -> None:
            self._overdue = None
            if self.cycle is None or self.cycle.response_complete:
                door.bites("no whole request in time", self._host, self.loop.time())
                self.transport.abort()

    return cast(type[asyncio.Protocol], Guarded)

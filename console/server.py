"""Serves the application on a socket until it is asked to stop."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

# Live streams end with the server; nobody waits for them longer than this, in seconds.
GOODBYE_SECONDS = 2


class Server(uvicorn.Server):
    """uvicorn without its signal handlers: what a signal means is for the process to say.

    Args:
        app: what to serve.
    """

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(
                app,
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

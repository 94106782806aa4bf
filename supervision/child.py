"""What a child process of the server does on its side: it notices the server's end, however that came about.

The server holds the other end of the pipe that is our standard input, and so does nobody else.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import uvloop


def run_child(work: Coroutine[Any, Any, None], *, niceness: int) -> None:
    """Do a process's whole work on an event loop.

    Args:
        work: calls `watch_for_stop`, and returns when it was stopped.
        niceness: how much less urgent than the switch it is (nice(2)).
    """
    os.nice(niceness)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


async def watch_for_stop(stop: Callable[[], None], *, supervised: bool) -> None:
    """Have `stop` called when this process is to end; needs a running loop.

    Args:
        stop: ends the process's work, in good order.
        supervised: the server started us. Then we end with it, and signals that a terminal or a service
            manager sends to the whole group are the server's to act on.
    """
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, _ignore if supervised else stop)
    if not supervised:
        return

    class Ended(asyncio.Protocol):
        def connection_lost(self, error: Exception | None) -> None:
            stop()

    await loop.connect_read_pipe(Ended, sys.stdin)


def answer_requests(
    descriptor: int, answer: Callable[[dict[str, Any]], dict[str, Any]], *, niceness: int
) -> None:
    """Do a worker's whole work: answer the requests of `supervision.worker.WorkerProcess`, one by one.

    Args:
        descriptor: our end of the socket; when it closes, the work is done.
        answer: carries out a request; it does not raise.
        niceness: how much less urgent than the switch it is (nice(2)).
    """
    faulthandler.enable()
    # Control-C in a terminal reaches the whole group; when to end is the parent's decision.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(niceness)
    # Closing tries once more to tell what a parent that is gone will never hear.
    with (
        contextlib.suppress(OSError),
        socket.socket(fileno=descriptor) as connection,
        connection.makefile("rwb") as lines,
    ):
        for line in lines:
            lines.write(json.dumps(answer(json.loads(line))).encode() + b"\n")
            lines.flush()


def end_with_parent() -> None:
    """Leave at once when standard input closes, for a process that holds nothing that could be lost.

    By `os._exit` from a thread, because native code may let no tidy end through.
    """
    threading.Thread(target=_wait_and_leave, name="parent", daemon=True).start()


def _wait_and_leave() -> None:
    while os.read(0, 4096):
        pass
    os._exit(0)


def _ignore() -> None:
    """Leave a signal to the server that started us."""

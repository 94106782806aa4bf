"""Places where utterances are recognised, each kept alive: worker processes of ours and remote servers.

Both are watched the same way, over a connection that carries nothing but pings: it breaks when the process
dies, and a ping without an answer means that the process hangs. What is recognised meanwhile has a timer of
its own (`asr.workers.exchange`), after which `replace` is called. A place that is lost comes back after a
pause that grows while it keeps failing. Who gets which place is left to `asr.workers.pool`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from collections import deque
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect, unix_connect
from websockets.exceptions import WebSocketException

from asr.workers.protocol import READY, UNIX
from asr.workers.setup import Setup

log = logging.getLogger(__name__)

START_SECONDS = 120.0
"""How long a worker may take to load its model; large ones from a slow disk take a minute."""

CONNECT_SECONDS = 5.0
PING_SECONDS = 5.0
"""Seconds between pings."""

PONG_SECONDS = 10.0
"""How long the answer to a ping may take: a busy machine is no hung worker."""

STEADY_SECONDS = 20.0
"""A place that lived so long and is lost comes back at once."""

PAUSES = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before a place is tried again, by the number of short lives in a row."""

BROKEN_AFTER = 3
"""Starts in a row that came to nothing after which nobody should wait for the place any more."""

NICENESS = 5
"""Workers are less urgent than the switch: its sound must not wait for a transcription."""

# The folder that holds the package `asr`: a worker finds it from any working directory.
_ROOT = Path(__file__).resolve().parents[2]
_TICKS = os.sysconf("SC_CLK_TCK")
_OPTIONS: dict[str, Any] = {
    "compression": None,
    "max_size": None,
    "open_timeout": CONNECT_SECONDS,
    "close_timeout": 1.0,
}


class State(Enum):
    """What a place is good for."""

    STARTING = "starting"
    UP = "up"
    BROKEN = "broken"


class PlaceLost(Exception):
    """A place is gone; the text says how."""


async def connect_to(address: str, *, ping_seconds: float | None = None) -> ClientConnection:
    """Open a connection to a worker or server.

    Args:
        address: `unix:PATH` or `ws://HOST:PORT`, `wss://` as well.
        ping_seconds: how often to ping, None for never.

    Raises:
        OSError, TimeoutError, WebSocketException: nobody answers, or not as a WebSocket.
    """
    if address.startswith(UNIX):
        path = address.removeprefix(UNIX)
        return await unix_connect(
            path, uri="ws://worker/", ping_interval=ping_seconds, ping_timeout=PONG_SECONDS, **_OPTIONS
        )
    return await connect(
        address, proxy=None, ping_interval=ping_seconds, ping_timeout=PONG_SECONDS, **_OPTIONS
    )


class Place:
    """One worker or server, and how many utterances it has.

    Args:
        name: for logs, such as "ko worker 1".
        streams: utterances it takes at one time.
        changed: called when it comes up or goes down.
    """

    def __init__(self, name: str, streams: int, changed: Callable[[], None]) -> None:
        self.name = name
        self.streams = streams
        self.in_use = 0
        self.state = State.STARTING
        self.address = ""
        self.why = "it has not started yet"
        self.starts = 0
        # Seconds of audio that it was told are complete and has not answered yet.
        self.reading = 0.0
        self._short_lives = 0
        self._failed_starts = 0
        self._changed = changed
        self._lost: asyncio.Future[str] | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to live; needs a running loop."""
        self._task = asyncio.create_task(self._run(), name=self.name)

    async def close(self) -> None:
        """End for good."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def replace(self, why: str) -> None:
        """Give up this life: an answer is overdue, or made no sense."""
        if self._lost is not None and not self._lost.done():
            self._lost.set_result(why)
            self.state = State.STARTING  # at once: nobody else shall be sent there

    def processor_seconds(self) -> float | None:
        """Processor time that it has used so far; None where that cannot be known."""
        return None

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            self._lost = loop.create_future()
            self._failed_starts += 1
            try:
                await self._live()
            except PlaceLost as error:
                self.why = str(error)
            steady = loop.time() - began >= STEADY_SECONDS
            self._short_lives = 0 if steady else self._short_lives + 1
            self.state = State.BROKEN if self._failed_starts >= BROKEN_AFTER else State.STARTING
            pause = PAUSES[min(self._short_lives, len(PAUSES) - 1)]
            log.warning("recogniser lost", extra={"place": self.name, "why": self.why, "again_in": pause})
            self._changed()
            await asyncio.sleep(pause)

    async def _live(self) -> None:
        """Come up, and stay until lost; raises PlaceLost in any case."""
        raise NotImplementedError

    async def _watch(self, address: str) -> None:
        """Be up for as long as the watching connection holds and nobody gives this life up."""
        assert self._lost is not None
        try:
            connection = await connect_to(address, ping_seconds=PING_SECONDS)
        except (OSError, TimeoutError, WebSocketException) as error:
            raise PlaceLost(f"no answer from {address}: {_text(error)}") from None
        closed = asyncio.ensure_future(connection.wait_closed())
        try:
            self.address, self.state, self.starts = address, State.UP, self.starts + 1
            self._failed_starts = 0
            log.info("recogniser ready", extra={"place": self.name})
            self._changed()
            ends: set[asyncio.Future[Any]] = {closed, self._lost}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.state = State.STARTING
            closed.cancel()
            # Not a closing handshake: who hangs does not answer that either.
            connection.transport.abort()
        raise PlaceLost(self._lost.result() if self._lost.done() else "it died, or answers no ping")


class RemoteServer(Place):
    """A vosk-server somewhere else; we only notice whether it answers."""

    def __init__(self, name: str, url: str, streams: int, changed: Callable[[], None]) -> None:
        super().__init__(name, streams, changed)
        self._url = url

    async def _live(self) -> None:
        await self._watch(self._url)


class LocalWorker(Place):
    """A worker process of ours.

    Args:
        setup: what it recognises, and how.
        socket: where it shall listen.
    """

    def __init__(self, name: str, setup: Setup, socket: Path, changed: Callable[[], None]) -> None:
        super().__init__(name, setup.streams, changed)
        self._setup = setup
        self._socket = socket
        self._process: asyncio.subprocess.Process | None = None
        self._last_words: deque[str] = deque(maxlen=5)

    @property
    def pid(self) -> int | None:
        """The process, None when there is none."""
        return None if self._process is None else self._process.pid

    def processor_seconds(self) -> float | None:
        """User and system time of the process (proc(5), stat, fields 14 and 15); None outside Linux."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_bytes().rpartition(b")")[2].split()
            return (int(fields[11]) + int(fields[12])) / _TICKS
        except (OSError, IndexError, ValueError):
            return None

    async def _live(self) -> None:
        self._socket.unlink(missing_ok=True)
        self._process = process = await self._spawn()
        listening = asyncio.create_task(self._listen(process))
        try:
            await self._watch(await self._ready(process))
        finally:
            # SIGKILL: a worker holds nothing that could be lost, and a hung one hears nothing else.
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            listening.cancel()
            self._process = None

    async def _spawn(self) -> asyncio.subprocess.Process:
        setup = self._setup
        options = {
            "--engine": setup.engine,
            "--model": setup.model,
            "--language": setup.language,
            "--listen": f"{UNIX}{self._socket}",
            "--streams": setup.streams,
            "--threads": setup.threads,
            "--nice": NICENESS,
        }
        arguments = [str(part) for option in options.items() for part in option]
        # A session of its own, so that Ctrl-C at the terminal stops the switch, and the switch its workers.
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "asr.workers.worker", "--child", *arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            cwd=_ROOT,
            env={**os.environ, "OMP_NUM_THREADS": str(setup.threads)},
        )

    async def _ready(self, process: asyncio.subprocess.Process) -> str:
        assert process.stdout is not None
        try:
            async with asyncio.timeout(START_SECONDS):
                while line := (await process.stdout.readline()).decode(errors="replace"):
                    if line.startswith(READY):
                        return line.removeprefix(READY).strip()
                await process.wait()
        except TimeoutError:
            raise PlaceLost(f"it loads for more than {START_SECONDS:g} s") from None
        # What it wrote before it left may still be on its way to us.
        await asyncio.sleep(0.05)
        raise PlaceLost(self._last_words[-1] if self._last_words else f"it left with {process.returncode}")

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        """Keep what the worker complains about: its last words say why it could not start."""
        assert process.stderr is not None
        while line := await process.stderr.readline():
            self._last_words.append(line.decode(errors="replace").strip())
            log.debug("recogniser says", extra={"place": self.name, "line": self._last_words[-1]})


def _text(error: BaseException) -> str:
    return str(error) or type(error).__name__

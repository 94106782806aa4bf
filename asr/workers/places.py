"""Places where utterances are recognised: worker processes of ours and remote servers, each kept alive.

Both are watched the same way, over a connection that carries nothing but pings: it breaks when the process
dies, and a ping without an answer means that the process hangs. What is recognised meanwhile has a timer of
its own (`asr.workers.exchange`), after which `replace` is called. When a place that is lost is tried again is
left to `supervision.keeper`, who gets which place to `asr.workers.pool`.
"""

from __future__ import annotations

import asyncio
import logging
import os
from asyncio.subprocess import Process
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from websockets.asyncio.client import ClientConnection, connect, unix_connect
from websockets.exceptions import WebSocketException

from asr.protocol import READY, UNIX
from asr.workers.setup import Setup
from supervision.keeper import Keeper, Lost, Readiness
from supervision.process import child_process

log = logging.getLogger(__name__)

START_SECONDS = 120.0
"""How long a worker may take to load its model; large ones from a slow disk take a minute."""

CONNECT_SECONDS = 5.0
PING_SECONDS = 5.0
"""Seconds between pings."""

PONG_SECONDS = 10.0
"""How long the answer to a ping may take: a busy machine is no hung worker."""

NICENESS = 5
"""Workers are less urgent than the switch: its sound must not wait for a transcription."""

_TICKS = os.sysconf("SC_CLK_TCK")
_OPTIONS: dict[str, Any] = {
    "compression": None,
    "max_size": None,
    "open_timeout": CONNECT_SECONDS,
    "close_timeout": 1.0,
}


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


class Recogniser(Protocol):
    """Where a place's utterances are recognised."""

    def run(self) -> AbstractAsyncContextManager[str]:
        """Be there for as long as the block lasts; gives the address once it can be reached.

        Raises:
            Lost: it does not get that far; the text says why.
        """
        ...

    def processor_seconds(self) -> float | None:
        """Processor time that it has used so far; None where that cannot be known."""
        ...


class RecogniserPlace:
    """One worker or server, and how many utterances it has.

    Args:
        name: for logs, such as "ko worker 1".
        streams: utterances it takes at one time.
        recogniser: what is kept alive there.
        changed: called when it comes up or goes down.
    """

    def __init__(self, name: str, streams: int, recogniser: Recogniser, changed: Callable[[], None]) -> None:
        self.name = name
        self.streams = streams
        self.recogniser = recogniser
        self.in_use = 0
        self.reserved = False
        """Whether its one utterance is to have it alone."""
        self.address = ""
        self.keeper = Keeper(name, self._live, changed=changed)
        # Seconds of audio that it was told are complete and has not answered yet.
        self.reading = 0.0

    @property
    def state(self) -> Readiness:
        """What the place is good for now."""
        return self.keeper.state

    async def _live(self, keeper: Keeper) -> None:
        """Be up for as long as the watching connection holds."""
        async with self.recogniser.run() as address:
            try:
                connection = await connect_to(address, ping_seconds=PING_SECONDS)
            except (OSError, TimeoutError, WebSocketException) as error:
                raise Lost(f"no answer from {address}: {str(error) or type(error).__name__}") from None
            try:
                self.address = address
                keeper.up()
                await connection.wait_closed()
            finally:
                # Not a closing handshake: a process that hangs does not answer that either.
                connection.transport.abort()
            raise Lost("it died or does not answer pings")


class RemoteServer:
    """A vosk-server somewhere else; we only notice whether it answers.

    Args:
        url: where it is.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    @asynccontextmanager
    async def run(self) -> AsyncIterator[str]:
        """Its address."""
        yield self._url

    def processor_seconds(self) -> float | None:
        """Not known of another machine."""
        return None


class LocalWorker:
    """A worker process of ours.

    Args:
        name: for logs.
        setup: what it recognises, and how.
        socket: where it shall listen.
    """

    def __init__(self, name: str, setup: Setup, socket: Path) -> None:
        self._name = name
        self._setup = setup
        self._socket = socket
        self._process: Process | None = None
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

    @asynccontextmanager
    async def run(self) -> AsyncIterator[str]:
        """Start the process and wait until it listens; it is killed in the end.

        Raises:
            Lost: it ended, or was not ready in time.
        """
        self._socket.unlink(missing_ok=True)
        async with child_process(
            self._name,
            self._arguments(),
            environment={"OMP_NUM_THREADS": str(self._setup.threads)},
            output=asyncio.subprocess.PIPE,
            errors=asyncio.subprocess.PIPE,
        ) as process:
            self._process = process
            listening = asyncio.create_task(self._listen(process))
            try:
                yield await self._ready(process)
            finally:
                listening.cancel()
                self._process = None

    def _arguments(self) -> list[str]:
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
        pairs = [str(part) for option in options.items() for part in option]
        return ["-m", "asr.workers.worker", "--child", *pairs]

    async def _ready(self, process: Process) -> str:
        assert process.stdout is not None
        try:
            async with asyncio.timeout(START_SECONDS):
                while line := (await process.stdout.readline()).decode(errors="replace"):
                    if line.startswith(READY):
                        return line.removeprefix(READY).strip()
                await process.wait()
        except TimeoutError:
            raise Lost(f"loading took more than {START_SECONDS:g} s") from None
        # What it wrote before it left may still be on its way to us.
        await asyncio.sleep(0.05)
        raise Lost(self._last_words[-1] if self._last_words else f"it exited with {process.returncode}")

    async def _listen(self, process: Process) -> None:
        """Keep what the worker complains about: its last words say why it could not start."""
        assert process.stderr is not None
        while line := await process.stderr.readline():
            self._last_words.append(line.decode(errors="replace").strip())
            log.debug("recogniser says", extra={"place": self._name, "line": self._last_words[-1]})

"""A recogniser process: one model behind the vosk-server protocol.

    python -m asr.workers.worker --engine whisper --model DIR --language en --listen 127.0.0.1:2700

It loads the model, opens the socket, prints `ready ADDRESS` and serves until it is stopped; with --child it
also ends when its standard input closes, however its parent died. An engine that recognises while audio
comes (`streaming`) does so in threads, chunk by chunk; one that reads whole utterances reads one at a time,
and the others wait in line, where a long utterance stands again after each of its pieces. Past --streams
utterances a new one is refused with close code 1013. Starting, watching and replacing workers is left to
`asr.workers.places` and `supervision`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve, unix_serve
from websockets.exceptions import ConnectionClosed

from asr.engines import MODULES, Engine, EngineError, Loader, Stream
from asr.protocol import (
    READY,
    TRY_AGAIN_LATER,
    UNIX,
    End,
    Segment,
    StreamConfig,
    answer_message,
    merge,
    parse_request,
)
from asr.results import Partial
from supervision.child import end_with_parent

LONGEST_UTTERANCE = 600.0
"""Seconds of audio that one utterance may have; more is a client gone wrong."""

GOODBYE_SECONDS = 1.0
"""How long clients get to take note of the end."""

INVALID_DATA, TOO_BIG = 1007, 1009  # close codes (RFC 6455 7.4.1)


class Worker:
    """One engine for many connections.

    Args:
        engine: the loaded model.
        streams: utterances taken at one time.
    """

    def __init__(self, engine: Engine, streams: int) -> None:
        self._engine = engine
        self._streams = streams
        self._open = 0
        self._threads = ThreadPoolExecutor(engine.parallel, "recognise")

    async def handle(self, connection: ServerConnection) -> None:
        """Serve one connection: one utterance, or none (a connection that only watches us)."""
        try:
            first = await _first(connection)
            if first is None:
                return
            if self._open >= self._streams:
                await connection.close(TRY_AGAIN_LATER, "all streams are in use")
                return
            self._open += 1
            try:
                await self._utterance(connection, *first)
            finally:
                self._open -= 1
        except ConnectionClosed:
            pass  # the caller hung up
        except ValueError as error:
            await connection.close(INVALID_DATA, str(error)[:100])

    async def _utterance(
        self, connection: ServerConnection, config: StreamConfig, message: str | bytes
    ) -> None:
        stream = await self._work(self._engine.open, config)
        left = int(LONGEST_UTTERANCE * config.sample_rate) * 2
        while isinstance(message, bytes):
            left -= len(message)
            if len(message) % 2:
                raise ValueError("half a sample")
            if left < 0:
                await connection.close(TOO_BIG, "the utterance is too long")
                return
            await connection.send(answer_message(await self._feed(stream, message)))
            message = await connection.recv()
        if not isinstance(parse_request(message, config), End):
            raise ValueError("a config after audio")
        finishing = asyncio.ensure_future(self._finish(stream))
        leaving = asyncio.ensure_future(connection.wait_closed())
        await asyncio.wait({finishing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if leaving.done():
            finishing.cancel()  # out of the line, if it still stands there
            return
        leaving.cancel()
        await connection.send(answer_message(finishing.result()))

    async def _finish(self, stream: Stream) -> Segment:
        """Read what is left, going to the end of the line after each piece: a long one holds nobody up."""
        pieces = stream.finish()
        found: list[Segment] = []
        while (piece := await self._work(next, pieces, None)) is not None:
            found.append(piece)
        return merge(found)

    async def _feed(self, stream: Stream, pcm: bytes) -> Partial | Segment:
        # Audio that is only collected must not wait behind an utterance that is being read.
        return await self._work(stream.feed, pcm) if self._engine.streaming else stream.feed(pcm)

    def _work(self, function: Callable[..., Any], *arguments: object) -> asyncio.Future[Any]:
        return asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)


async def _first(connection: ServerConnection) -> tuple[StreamConfig, str | bytes] | None:
    """Read up to the first message that is no config; None when the client leaves without one."""
    config = StreamConfig()
    async for message in connection:
        request = End() if isinstance(message, bytes) else parse_request(message, config)
        if isinstance(request, End):
            return config, message
        config = request
    return None


async def _serve(worker: Worker, listen: str) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    server, address = await _listen(worker, listen)
    print(f"{READY}{address}", flush=True)
    await stop.wait()
    server.close()
    with suppress(TimeoutError):
        await asyncio.wait_for(server.wait_closed(), GOODBYE_SECONDS)


async def _listen(worker: Worker, listen: str) -> tuple[Server, str]:
    # No compression: sound does not shrink, and it would cost more than recognising it.
    if listen.startswith(UNIX):
        path = listen.removeprefix(UNIX)
        return await unix_serve(worker.handle, path, compression=None, ping_interval=None), listen
    host, _, port = listen.rpartition(":")
    server = await serve(worker.handle, host, int(port), compression=None, ping_interval=None)
    return server, f"ws://{host}:{next(iter(server.sockets)).getsockname()[1]}"


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m asr.workers.worker", description="One recogniser behind the vosk-server protocol."
    )
    parser.add_argument("--engine", required=True, help="vosk, whisper, sherpa, or a module with load()")
    parser.add_argument("--model", required=True, type=Path, help="folder of the model")
    parser.add_argument("--language", required=True, help="en, zh, ko")
    parser.add_argument("--listen", default="127.0.0.1:2700", help="HOST:PORT (port 0: any) or unix:PATH")
    parser.add_argument("--streams", type=int, default=4, help="simultaneous utterances")
    parser.add_argument("--threads", type=int, default=2, help="number of cores")
    parser.add_argument("--nice", type=int, default=0, help="niceness above the switch's")
    parser.add_argument("--child", action="store_true", help="exit when standard input closes")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Load the model and serve; returns the exit status."""
    options = _arguments(arguments)
    if options.child:
        end_with_parent()
    os.nice(options.nice)
    load: Loader = import_module(MODULES.get(options.engine, options.engine)).load
    try:
        engine = load(options.model, options.language, options.threads)
        asyncio.run(_serve(Worker(engine, options.streams), options.listen))
    except (EngineError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    # Not sys.exit: that would wait for a recognition that hangs.
    os._exit(status)

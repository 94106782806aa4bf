"""A server that behaves like the public vosk-server, down to its quirks, with the tiny engine's ears.

Like alphacep/vosk-server's websocket/asr_server.py: any text with "config" in it is a config and is not
answered; the end must be spelt `{"eof" : 1}`; every other message gets one answer; nothing is ever refused.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from asr.protocol import StreamConfig, answer_message, merge
from tests.unit.asr.workers.tiny_engine import load


class StockServer:
    """A vosk-server for tests, in the test's own loop."""

    def __init__(self, model: Path) -> None:
        self._engine = load(model, "en", 1)
        self._server: Server | None = None
        self.utterances = 0
        self.port = 0

    async def start(self) -> str:
        """Listen on any port, after a stop on the same; returns the address."""
        self._server = await serve(self._recognise, "127.0.0.1", self.port)
        self.port = next(iter(self._server.sockets)).getsockname()[1]
        return f"ws://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        """Close every connection."""
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _recognise(self, websocket: ServerConnection) -> None:
        stream = None
        phrases: tuple[str, ...] = ()
        with suppress(ConnectionClosed):
            async for message in websocket:
                if isinstance(message, str) and "config" in message:
                    phrases = tuple(json.loads(message)["config"].get("phrase_list", ()))
                    continue
                if stream is None:
                    self.utterances += 1
                    stream = self._engine.open(StreamConfig(phrases=phrases))
                if message == '{"eof" : 1}':
                    await websocket.send(answer_message(merge(stream.finish())))
                    return
                assert isinstance(message, bytes)
                await websocket.send(answer_message(stream.feed(message)))

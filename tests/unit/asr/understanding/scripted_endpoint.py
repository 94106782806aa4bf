"""An OpenAI-compatible endpoint that answers what a test says, however wrong, and keeps what it was sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class ScriptedEndpoint:
    """One endpoint.

    Args:
        content: the message's text; a dict is written as JSON.
        seconds: how long it thinks before; for ever when infinite.
        status: of the HTTP answer.
        raw: the body instead of a completion.
        flood: whether it never stops writing.
    """

    content: Any = ""
    seconds: float = 0.0
    status: str = "200 OK"
    raw: bytes | None = None
    flood: bool = False
    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next(
                int(line.split(":")[1])
                for line in head.splitlines()
                if line.lower().startswith("content-length")
            )
            self.headers.append(head)
            self.requests.append(json.loads(await reader.readexactly(length)))
            await asyncio.sleep(self.seconds)
            body = self.raw
            if body is None:
                text = json.dumps(self.content) if isinstance(self.content, dict) else self.content
                body = json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]}).encode()
            size = 1 << 40 if self.flood else len(body)
            writer.write(f"HTTP/1.1 {self.status}\r\nContent-Length: {size}\r\n\r\n".encode() + body)
            while self.flood:
                writer.write(b" " * 65536)
                await writer.drain()
            await writer.drain()
        writer.close()

    @property
    def sent(self) -> str:
        """All that the last request said."""
        return json.dumps(self.requests[-1], ensure_ascii=False)


@asynccontextmanager
async def endpoint(**script: Any) -> AsyncIterator[ScriptedEndpoint]:
    """Have an endpoint for as long as the block lasts."""
    scripted = ScriptedEndpoint(**script)
    server = await asyncio.start_server(scripted.serve, "127.0.0.1", 0)
    scripted.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield scripted
    finally:
        server.close()

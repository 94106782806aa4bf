"""The console's server on real sockets: who says too little, or connects too often, is sent away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI
from starlette.requests import Request

from console import middleware
from console.middleware import BodyLimit
from console.server import Server, listen
from control.connection_limits import ConnectionLimits

HOST = "127.0.0.1"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@asynccontextmanager
async def serving(**limits: float) -> AsyncIterator[tuple[Server, int]]:
    app = FastAPI()

    @app.get("/")
    async def hello() -> str:
        return "hello"

    @app.post("/")
    async def told(request: Request) -> int:
        return len(await request.body())

    app.add_middleware(BodyLimit)
    server = Server(app, ConnectionLimits(**limits))  # type: ignore[arg-type]
    listener = listen(HOST, 0)
    running = asyncio.create_task(server.serve([listener]))
    try:
        async with asyncio.timeout(15):
            while not server.started:  # noqa: ASYNC110 (nobody tells)
                await asyncio.sleep(0.01)
            yield server, listener.getsockname()[1]
    finally:
        server.stop()
        await running


async def ended(reader: asyncio.StreamReader) -> bytes:
    """All that comes until the other side closes."""
    try:
        return await reader.read()
    except ConnectionError:
        return b""


def test_half_a_header_is_cut_off_and_a_whole_one_is_not() -> None:
    async def story() -> None:
        async with serving(first_message=0.3) as (server, port):
            silent, _ = await asyncio.open_connection(HOST, port)
            half, half_writer = await asyncio.open_connection(HOST, port)
            half_writer.write(GET[:20])
            second, second_writer = await asyncio.open_connection(HOST, port)
            second_writer.write(GET)
            assert b"200 OK" in await second.readuntil(b'"hello"')
            second_writer.write(GET[:20])
            assert await ended(silent) == b""
            assert await ended(half) == b""
            assert await ended(second) == b""
            for _ in range(3):  # kept open between whole requests, within uvicorn's own time
                reader, writer = await asyncio.open_connection(HOST, port)
                writer.write(GET)
                assert b"200 OK" in await reader.readuntil(b'"hello"')
                writer.close()
            assert server.door.turned_away == {"no whole request in time": 3}

    asyncio.run(story())


def test_one_address_has_its_share_of_connections(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        async with serving(per_host=3) as (server, port):
            peers = [await asyncio.open_connection(HOST, port) for _ in range(3)]
            reader, _ = await asyncio.open_connection(HOST, port)
            assert await ended(reader) == b""
            elsewhere, writer = await asyncio.open_connection(HOST, port, local_addr=("127.0.0.2", 0))
            writer.write(GET)
            assert b"200 OK" in await elsewhere.readuntil(b'"hello"')
            writer.close()
            for _, peer in peers:
                peer.close()
            while len(server.door):  # noqa: ASYNC110 (nobody tells)
                await asyncio.sleep(0.01)
            again, writer = await asyncio.open_connection(HOST, port)
            writer.write(GET)
            assert b"200 OK" in await again.readuntil(b'"hello"')
            writer.close()

    asyncio.run(story())
    assert "console: connection closed, too many from one address: address 127.0.0.1" in caplog.text


def test_a_body_that_trickles_in_is_answered_408(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "BODY_SECONDS", 0.2)

    async def story() -> None:
        async with serving() as (_, port):
            reader, writer = await asyncio.open_connection(HOST, port)
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc")
            assert b"408" in await reader.readline()
            writer.close()

    asyncio.run(story())

"""The switch's own HTTP server: what it answers, also when our own code fails."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
import uvloop
from prometheus_client import CollectorRegistry, Gauge
from twisted.internet.asyncioreactor import AsyncioSelectorReactor
from twisted.logger import globalLogPublisher

from hotline.server.http import PER_HOST, HttpServer

HOST = "127.0.0.1"


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Twisted reports a failed page to its observers; here nobody listens."""
    observers = list(globalLogPublisher._observers)
    for observer in observers:
        globalLogPublisher.removeObserver(observer)
    yield
    for observer in observers:
        globalLogPublisher.addObserver(observer)


def get(
    path: str,
    *,
    health: Callable[[], dict[str, Any]] = lambda: {"status": "ok"},
    state_of: Callable[[str], Awaitable[str | None]],
) -> tuple[int, bytes]:
    """The answer to one request."""
    registry = CollectorRegistry()
    Gauge("hotline_calls", "Calls in progress.", registry=registry).set(3)

    async def play() -> tuple[int, bytes]:
        reactor = AsyncioSelectorReactor(asyncio.get_running_loop())
        server = HttpServer(health, registry, state_of)
        try:
            host, port = server.listen(reactor, HOST, 0)
            return await asyncio.to_thread(_fetch, f"http://{host}:{port}{path}")
        finally:
            server.close()
            reactor.removeAll()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(play())


def _fetch(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


async def solved(number: str) -> str | None:
    return "solved" if number == "100001" else None


async def broken(number: str) -> str | None:
    raise KeyError(number)


@pytest.mark.parametrize(("status", "code"), [("ok", 200), ("draining", 503)])
def test_health(status: str, code: int) -> None:
    answered, body = get("/healthz", health=lambda: {"status": status, "calls": 3}, state_of=solved)
    assert (answered, json.loads(body)) == (code, {"status": status, "calls": 3})


@pytest.mark.parametrize(("number", "code", "state"), [("100001", 200, "solved"), ("100002", 404, None)])
def test_the_state_of_a_ticket(number: str, code: int, state: str | None) -> None:
    answered, body = get(f"/tickets/{number}", state_of=solved)
    assert (answered, json.loads(body)) == (code, {"number": number, "state": state})


def test_metrics() -> None:
    answered, body = get("/metrics", state_of=solved)
    assert (answered, b"hotline_calls 3.0" in body) == (200, True)


def test_a_mistake_of_ours_is_an_answer(caplog: pytest.LogCaptureFixture) -> None:
    assert get("/tickets/100001", state_of=broken)[0] == 500
    assert [record.exc_info is not None for record in caplog.records if record.levelname == "ERROR"] == [True]

    def fails() -> dict[str, Any]:
        raise KeyError("oops")

    code, body = get("/healthz", health=fails, state_of=solved)
    assert (code, b"Traceback" in body, b"oops" in body) == (500, False, False)


def test_one_address_does_not_take_all_connections() -> None:
    async def play() -> None:
        reactor = AsyncioSelectorReactor(asyncio.get_running_loop())
        server = HttpServer(lambda: {"status": "ok"}, CollectorRegistry(), no_ticket)
        try:
            host, port = server.listen(reactor, HOST, 0)
            peers = [await asyncio.open_connection(host, port) for _ in range(PER_HOST)]
            reader, _ = await asyncio.open_connection(host, port)
            assert await reader.read() == b""
            other, writer = await asyncio.open_connection(host, port, local_addr=("127.0.0.2", 0))
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"200" in await other.readline()
            for _, one in [*peers, (None, writer)]:
                one.close()
            while len(server._door):  # noqa: ASYNC110 (nobody tells)
                await asyncio.sleep(0.01)
        finally:
            server.close()
            reactor.removeAll()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(asyncio.wait_for(play(), 10))


async def no_ticket(number: str) -> str | None:
    return None

"""The live stream: a snapshot of the overview, then every event as it is applied, over one WebSocket.

Messages are JSON objects:

    {"type": "snapshot", "overview": {...} or null}    first, and after it everything that happens
    {"type": "overview", "overview": {...} or null}       the overview has changed; null: no switch answers
    {"type": "event", "id": 7, "event": {...}}      one event of the journal

Closing codes: 4401 no token that works (any more), 4403 a page from elsewhere, 4408 read too slowly.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import orjson
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from sqlalchemy.exc import SQLAlchemyError

from console.live import LiveEvent, Message, Watcher
from console.masking import seen_event
from console.roles import Right
from console.security import COOKIE, identify, is_own_page
from console.services import Services, services_of
from console.tokens import Token

router = APIRouter(prefix="/api/v1")

LOGGED_OUT, FROM_ELSEWHERE, TOO_SLOW = 4401, 4403, 4408
# A token that was revoked stops working here too, after at most so many seconds.
CHECK_EVERY = 5.0
# Who takes no byte for so long is gone, or too slow.
SEND_SECONDS = 10.0


@router.websocket("/live")
async def live(socket: WebSocket, kinds: str = "") -> None:
    """Follow what happens; `kinds` are names of events with commas between them, left out for all."""
    services = services_of(socket)
    await socket.accept()
    if COOKIE in socket.cookies and "authorization" not in socket.headers and not is_own_page(socket):
        await socket.close(FROM_ELSEWHERE)
        return
    token = await _token(socket)
    if token is None or not token.may(Right.LOOK):
        await socket.close(LOGGED_OUT)
        return
    watcher = Watcher(frozenset(kind.strip() for kind in kinds.split(",") if kind.strip()))
    services.hub.add(watcher)
    services.metrics.watchers.inc()
    try:
        code = await _serve(socket, services, token, watcher)
    finally:
        services.hub.remove(watcher)
        services.metrics.watchers.dec()
    if code is not None:
        with contextlib.suppress(RuntimeError, TimeoutError, WebSocketDisconnect):
            async with asyncio.timeout(1):
                await socket.close(code)


async def _serve(socket: WebSocket, services: Services, token: Token, watcher: Watcher) -> int | None:
    """Tell until something ends it; returns the code to close with, None when the other side is gone."""
    tasks: dict[asyncio.Task[Any], int | None] = {
        asyncio.create_task(_tell(socket, services, token, watcher)): TOO_SLOW,
        asyncio.create_task(watcher.is_dropped.wait()): TOO_SLOW,
        asyncio.create_task(_until_revoked(socket)): LOGGED_OUT,
        asyncio.create_task(_until_gone(socket)): None,
    }
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        gone = any(isinstance(task.exception(), WebSocketDisconnect) for task in done)
        return None if gone else tasks[done.pop()]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _tell(socket: WebSocket, services: Services, token: Token, watcher: Watcher) -> None:
    """Send the snapshot, then whatever comes; ends when a message is not taken in time."""
    private = token.may(Right.SEE_PRIVATE)
    message: Message = await services.hub.overview()
    kind = "snapshot"
    try:
        while True:
            async with asyncio.timeout(SEND_SECONDS):
                await socket.send_text(_encoded(message, kind, private, services.shows_keys))
            # Neither sending nor taking from a full queue lets anybody else run.
            await asyncio.sleep(0)
            message, kind = await watcher.next(), "overview"
    except TimeoutError:
        return


async def _until_revoked(socket: WebSocket) -> None:
    while True:
        await asyncio.sleep(CHECK_EVERY)
        # A database that is away revokes nothing.
        with contextlib.suppress(SQLAlchemyError, OSError):
            if await _token(socket) is None:
                return


async def _until_gone(socket: WebSocket) -> None:
    """Read what is sent here, which means nothing, until the connection ends."""
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return


async def _token(socket: WebSocket) -> Token | None:
    return await identify(socket)


def _encoded(message: Message, kind: str, private: bool, keys: bool) -> str:
    """A message as it goes over the wire.

    Args:
        message: what to tell.
        kind: the type of a message that is no event.
        private: whether numbers and words may be seen.
        keys: whether keys that callers press may be.
    """
    if isinstance(message, LiveEvent):
        event = seen_event(message.kind, message.data, private=private, keys=keys)
        sent: dict[str, Any] = {"type": "event", "id": message.id, "event": event}
    elif message is None:
        sent = {"type": kind, "overview": None}
    else:
        sent = {"type": kind, "overview": (message if private else message.masked()).model_dump()}
    return orjson.dumps(sent).decode()

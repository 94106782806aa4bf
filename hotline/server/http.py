"""The switch's own small HTTP server: /healthz for load balancers, /metrics for Prometheus, and
/tickets/NUMBER for flows that tell callers how far their ticket is.

Pages and the API for people run in another process, so that none of them can be heard on the line.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias, cast

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from twisted.internet.base import DelayedCall
from twisted.internet.posixbase import PosixReactorBase
from twisted.internet.tcp import Port
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory
from twisted.web.resource import IResource, Resource
from twisted.web.server import NOT_DONE_YET, Request, Site

from control.connection_limits import ConnectionCount, ConnectionLimits, within_files

log = logging.getLogger(__name__)

PATIENCE = 10.0
"""Seconds of silence after which a connection is closed."""
LIFE_SECONDS = 60.0
"""Seconds after which it is closed in any case: answers are short, and who asks often can connect again."""
IN_ALL = 200
PER_HOST = 40

StateOf: TypeAlias = Callable[[str], Awaitable[str | None]]
"""The state of a ticket by its number, None when there is none; never raises, and is soon there."""


class _Health(Resource):
    isLeaf = True

    def __init__(self, health: Callable[[], dict[str, Any]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._health = health

    def render_GET(self, request: Request) -> bytes:
        """200 while calls are taken, 503 once the switch is shutting down."""
        facts = self._health()
        request.setResponseCode(200 if facts["status"] == "ok" else 503)
        request.setHeader(b"content-type", b"application/json")
        return json.dumps(facts).encode() + b"\n"


class _Metrics(Resource):
    isLeaf = True

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._registry = registry

    def render_GET(self, request: Request) -> bytes:
        """All metrics in the Prometheus text format."""
        request.setHeader(b"content-type", CONTENT_TYPE_PLAIN_0_0_4.encode())
        return generate_latest(self._registry)


class _Tickets(Resource):
    isLeaf = True

    def __init__(self, state_of: StateOf) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._state_of = state_of
        self._asking: set[asyncio.Task[None]] = set()

    def render_GET(self, request: Request) -> int:
        """The state of one ticket and nothing else of it; 404 when there is none of that number."""
        task = asyncio.get_running_loop().create_task(self._answer(request))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)
        request.notifyFinish().addErrback(lambda gone: task.cancel())
        return NOT_DONE_YET

    async def _answer(self, request: Request) -> None:
        number = b"/".join(request.postpath or []).decode("ascii", "replace")
        try:
            state = await self._state_of(number)
        except Exception:
            log.exception("the state of a ticket could not be read")
            request.setResponseCode(500)
            request.finish()
            return
        request.setResponseCode(404 if state is None else 200)
        request.setHeader(b"content-type", b"application/json")
        request.write(json.dumps({"number": number, "state": state}).encode() + b"\n")
        request.finish()


class _Door(WrappingFactory):
    """Lets in as many connections as there may be, for as long as they may take.

    Args:
        site: what is served.
        door: counts them.
        reactor: Twisted's reactor.
    """

    def __init__(self, site: Site, door: ConnectionCount, reactor: PosixReactorBase) -> None:
        super().__init__(site)  # type: ignore[no-untyped-call]
        self.noisy = False
        self._door = door
        self._reactor = reactor
        self._ends: dict[ProtocolWrapper, DelayedCall] = {}

    def buildProtocol(self, addr: Any) -> Any:
        """A connection's protocol, None to close it."""
        crowd = self._door.is_crowd(addr.host)
        if crowd or self._door.is_full:
            limit = "too many from one address" if crowd else "too many in all"
            self._door.bites(limit, addr.host, self._reactor.seconds())
            return None
        return super().buildProtocol(addr)

    def registerProtocol(self, p: ProtocolWrapper) -> None:
        """Twisted's callback: it is connected."""
        super().registerProtocol(p)  # type: ignore[no-untyped-call]
        self._door.enter(p.getPeer().host)
        self._ends[p] = self._reactor.callLater(LIFE_SECONDS, p.loseConnection)

    def unregisterProtocol(self, p: ProtocolWrapper) -> None:
        """Twisted's callback: it is closed."""
        super().unregisterProtocol(p)  # type: ignore[no-untyped-call]
        self._door.leave(p.getPeer().host)
        end = self._ends.pop(p)
        if end.active():
            end.cancel()


class HttpServer:
    """Serves /healthz, /metrics and /tickets/NUMBER.

    Args:
        health: the facts for /healthz, `status` among them.
        registry: the metrics.
        state_of: the state of a ticket by its number, None when there is none.
    """

    def __init__(
        self,
        health: Callable[[], dict[str, Any]],
        registry: CollectorRegistry,
        state_of: StateOf,
    ) -> None:
        root = Resource()
        # The type checker can't see that @implementer made these IResource.
        root.putChild(b"healthz", cast(IResource, _Health(health)))
        root.putChild(b"metrics", cast(IResource, _Metrics(registry)))
        root.putChild(b"tickets", cast(IResource, _Tickets(state_of)))
        self._site = Site(root, timeout=PATIENCE)
        self._site.noisy = False
        self._door = ConnectionCount(ConnectionLimits(in_all=within_files(IN_ALL), per_host=PER_HOST), "HTTP")
        self._port: Port | None = None

    def listen(self, reactor: PosixReactorBase, host: str, port: int) -> tuple[str, int]:
        """Bind; returns the bound address.

        Raises:
            twisted.internet.error.CannotListenError: the address is busy or not ours.
        """
        self._port = reactor.listenTCP(port, _Door(self._site, self._door, reactor), interface=host)
        address = self._port.getHost()
        return address.host, address.port

    def close(self) -> None:
        """Stop listening."""
        if self._port is not None:
            self._port.stopListening()
            self._port = None

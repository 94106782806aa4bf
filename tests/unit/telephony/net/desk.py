"""A user agent on real sockets with an application that does as it is told, and bare phones to talk to it."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import Any

import uvloop
from twisted.internet.asyncioreactor import AsyncioSelectorReactor

from telephony.net.signalling import Signalling
from telephony.net.transports import Transports
from telephony.sip.flow import Flow
from telephony.sip.message import Request, Response
from telephony.sip.session_events import Ended, SessionEvent
from telephony.sip.timers import Timers
from telephony.sip.user_agent import SipCall
from tests.support import wire
from tests.support.commanded import Commanded

HOST = "127.0.0.1"
SDP = wire.sdp(9)


class Desk:
    """Takes every call and does nothing with it; implements the user agent's `Application`.

    Attributes:
        udp, tcp: where it listens.
        refusal: what `admit` answers, a status or None to let the call in.
        told: what the calls said, in order.
        closed: flows that were closed.
    """

    def __init__(self, timers: Timers) -> None:
        self.loop = asyncio.get_running_loop()
        self.reactor = AsyncioSelectorReactor(self.loop)
        self.transports = Transports(self.reactor)
        self.signalling = Signalling(
            self.loop, timers=timers, application=self, transports=self.transports, server="test"
        )
        self.agent = self.signalling.agent
        self.udp = self.transports.listen("UDP", HOST, 0)
        self.tcp = self.transports.listen("TCP", HOST, 0)
        self.refusal: int | None = None
        self.told: list[SessionEvent] = []
        self.closed: asyncio.Queue[Flow] = asyncio.Queue()
        self.registered: list[Request] = []
        self._calls: asyncio.Queue[Commanded] = asyncio.Queue()
        self._ended: asyncio.Queue[Ended] = asyncio.Queue()
        self._lines: list[wire.Line] = []

    async def line(self, transport: str = "UDP") -> wire.Line:
        """The line of a bare phone."""
        opened = await (wire.open_udp(self.udp) if transport == "UDP" else wire.open_tcp(self.tcp))
        self._lines.append(opened)
        return opened

    async def called(self) -> Commanded:
        """The next call that comes in."""
        return await self._calls.get()

    async def ended(self) -> Ended:
        """The next end of a call."""
        return await self._ended.get()

    def call(self, invite: Request, flow: Flow) -> Commanded:
        """A call of ours, not started."""
        call = self.agent.call(invite, flow)
        self.listen(call)
        return Commanded(self.signalling, call)

    def listen(self, call: SipCall) -> None:
        """Take note of what a call says."""
        call.on_event = self._heard

    def _heard(self, event: SessionEvent) -> None:
        self.told.append(event)
        if isinstance(event, Ended):
            self._ended.put_nowait(event)

    # --- `Application` ---------------------------------------------------------------------------------

    def register(self, request: Request, flow: Flow) -> Response:
        self.registered.append(request)
        return request.response(200)

    def admit(self, request: Request, flow: Flow) -> str | Response:
        return "somebody" if self.refusal is None else request.response(self.refusal)

    def offered(self, call: SipCall, request: Request, source: str) -> None:
        self.listen(call)
        self._calls.put_nowait(Commanded(self.signalling, call))

    def flow_closed(self, flow: Flow) -> None:
        self.closed.put_nowait(flow)

    def ignores(self, flow: Flow) -> bool:
        return False

    def would_refuse(self, request: Request, flow: Flow) -> Response | None:
        return None

    def has_registered(self, flow: Flow) -> bool:
        return False

    def close(self) -> None:
        """Close every socket."""
        for line in self._lines:
            line.close()
        self.transports.close()
        self.reactor.removeAll()


def with_desk(test: Callable[[Desk], Awaitable[None]] | None = None, *, t1: float = 0.5) -> Any:
    """Run an async test with a desk, on a loop as `hotline serve` has it; no fault may happen.

    Args:
        test: the test.
        t1: round-trip time estimate of SIP, in seconds.
    """
    if test is None:
        return functools.partial(with_desk, t1=t1)
    story = test

    async def play() -> None:
        faults: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
        desk = Desk(Timers(t1, 8 * t1, 10 * t1))
        try:
            async with asyncio.timeout(10):
                await story(desk)
        finally:
            desk.close()
        assert not faults, faults

    def run() -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(play())

    return run

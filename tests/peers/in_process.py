"""The lower half of the switch inside the test's own process: SIP, calls, media, but no site and no router.

It runs on the loop and reactor of `hotline serve`, with real sockets. The test has the legs in hand, so it
can do at any moment what the router would do: hold, resume, hang up.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import uvloop
from twisted.internet.asyncioreactor import AsyncioSelectorReactor

from telephony.call import events
from telephony.call.leg import CallLeg
from telephony.call.leg_base import LegContext
from telephony.call.switchboard import Caller, Switchboard, Target
from telephony.media.engine import Engine
from telephony.net.rtp_ports import PortPool
from telephony.net.sip_call import SipCall
from telephony.net.transports import Transports
from telephony.net.user_agent import UserAgent
from telephony.sip.flow import Flow
from telephony.sip.message import Request, Response
from telephony.sip.timers import Timers
from telephony.sip.uri import SipUri
from tests.peers.ports import HOST, free_port

T = TypeVar("T")
E = TypeVar("E", bound=events.Event)
RTP_PORTS = 24


class SwitchHalf:
    """Takes and makes calls; implements the user agent's `Application` and the legs' `Journal`.

    Args:
        loop: the running loop.
        timers: of SIP.

    Attributes:
        address: where it listens, with UDP and TCP.
        events: what the legs told, in order.
        faults: what the loop's exception handler was given.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, timers: Timers) -> None:
        self.events: list[events.Event] = []
        self.faults: list[dict[str, Any]] = []
        self._news = asyncio.Event()
        self._offered: asyncio.Queue[CallLeg] = asyncio.Queue()
        loop.set_exception_handler(lambda _, fault: self.faults.append(fault))
        self._reactor = AsyncioSelectorReactor(loop)
        self._agent = UserAgent(loop, timers=timers, application=self)
        self._transports = Transports(self._reactor, self._agent)
        self._agent.use(self._transports)
        first = free_port(RTP_PORTS)
        self._engine = Engine(loop, [PortPool("0.0.0.0", first, first + RTP_PORTS - 1)])
        context = LegContext(loop, self, time.time)
        self._switchboard = Switchboard(context, self._agent, self._engine, dead_after=0)
        self.address = HOST, free_port()
        for transport in ("UDP", "TCP"):
            self._transports.listen(transport, *self.address)

    async def dial(self, address: tuple[str, int], transport: str = "UDP") -> CallLeg:
        """Call a peer and return the leg as soon as it answered."""
        host, port = address
        uri = SipUri("sip", "callee", host=host, port=port).with_params(transport=transport.lower())
        leg = await self._switchboard.dial("call", Target(uri, "peer"), Caller("4711"))
        leg.start()
        await leg.wait_answered(5)
        return leg

    async def next_call(self, seconds: float = 5) -> CallLeg:
        """The leg of the next call that comes in, not answered yet."""
        async with asyncio.timeout(seconds):
            return await self._offered.get()

    async def wait_idle(self, seconds: float = 5) -> None:
        """Wait until every call has said and heard its last."""
        await self._agent.wait_idle(seconds)
        assert self._agent.dialogs == 0, f"{self._agent.dialogs} dialogs are left"

    def told(self, kind: type[E]) -> list[E]:
        """Events of one kind, in order."""
        return [event for event in self.events if isinstance(event, kind)]

    async def wait_told(self, kind: type[E]) -> E:
        """The first event of a kind, as soon as there is one."""
        while not (found := self.told(kind)):
            self._news.clear()
            await self._news.wait()
        return found[0]

    def close(self) -> None:
        """Close every socket."""
        self._transports.close()
        self._engine.close()
        self._reactor.removeAll()

    # --- `Journal` ------------------------------------------------------------------------------------

    def append(self, event: events.Event) -> None:
        self.events.append(event)
        self._news.set()

    # --- `Application` --------------------------------------------------------------------------------

    def register(self, request: Request, flow: Flow) -> Response:
        return request.response(403)

    def admit(self, request: Request, flow: Flow) -> str:
        return "trunk:peer"

    def offered(self, call: SipCall, request: Request, source: str) -> None:
        leg = self._switchboard.take(call, request, source)
        leg.prepare(request.body)
        self._offered.put_nowait(leg)

    def flow_closed(self, flow: Flow) -> None:
        """Nobody is registered here."""


def with_half(story: Callable[[SwitchHalf], Awaitable[T]], *, t1: float = 0.1, t2: float = 0.4) -> T:
    """Run a test's coroutine beside a half of the switch, on a loop as `hotline serve` has it.

    Args:
        story: what happens; every call must be over at its end.
        t1, t2: timers of SIP, seconds.
    """

    async def run() -> T:
        half = SwitchHalf(asyncio.get_running_loop(), Timers(t1, t2, t2))
        try:
            # Above any peer's own limit. (pytest's SIGALRM does not get through to a coroutine on uvloop.)
            async with asyncio.timeout(30):
                told = await story(half)
                await half.wait_idle()
        finally:
            half.close()
        assert not half.faults, half.faults
        return told

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(run())

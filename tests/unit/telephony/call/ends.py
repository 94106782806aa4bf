"""Two ends of a call in one process: each a user agent, a switchboard and a media engine, over loopback.

Everything is the real thing: sockets, SIP, RTP. Tests wait for what happens (a call, an event, a tone), never
for time to pass. Afterwards nothing may be left of any call.
"""

from __future__ import annotations

import asyncio
import functools
import gc
import inspect
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import numpy as np
import uvloop
from twisted.internet.asyncioreactor import AsyncioSelectorReactor

from journal.event import Event
from telephony.call import events
from telephony.call.leg import CallLeg
from telephony.call.leg_lifetime import LegContext
from telephony.call.switchboard import CODECS, Caller, Switchboard, Target
from telephony.media.engine import Engine
from telephony.media.interface import Frame, TapSide
from telephony.net.rtp_ports import PortPool
from telephony.net.signalling import Signalling
from telephony.net.transports import Transports
from telephony.sip.flow import Flow
from telephony.sip.headers import Headers
from telephony.sip.message import Request, Response
from telephony.sip.timers import Timers
from telephony.sip.uri import SipUri
from telephony.sip.user_agent import SipCall
from tests.support import wire
from tests.support.commanded import Commanded
from tests.support.garbage import own_garbage

HOST = "127.0.0.1"
TIMEOUT = 15.0
# Of a frame that holds a tone, by root mean square.
LOUD = 300.0
E = TypeVar("E", bound=Event)


class End:
    """One end; implements the user agent's `Application` and the legs' `Journal`.

    Args:
        loop: the running loop.
        timers: of SIP.
        dead_after: seconds without a sign of life after which a leg ends, 0 for never.

    Attributes:
        address: where it listens, with UDP.
        events: what its legs told, in order.
        ports: for RTP.
        prepares: whether the offers of calls that come in are looked at before `next_call` gives them.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, timers: Timers, dead_after: float = 0.0) -> None:
        self.loop = loop
        self.events: list[Event] = []
        self.legs: list[CallLeg] = []
        self._lines: list[wire.Line] = []
        self.prepares = True
        self._came: asyncio.Queue[CallLeg] = asyncio.Queue()
        self._watchers: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []
        self.reactor = AsyncioSelectorReactor(loop)
        self.transports = Transports(self.reactor)
        self.signalling = Signalling(loop, timers=timers, application=self, transports=self.transports)
        self.agent = self.signalling.agent
        first = random.randrange(33_000, 60_000, 2)
        self.ports = PortPool(HOST, first, first + 99)
        self.engine = Engine(loop, [self.ports])
        self.context = LegContext(loop, self, time.time)
        self.switchboard = Switchboard(self.context, self.signalling, self.engine, dead_after=dead_after)
        self.address = self.transports.listen("UDP", HOST, 0)

    # --- calls -----------------------------------------------------------------------------------------

    async def dial(
        self, other: End | tuple[str, int], *, number: str = "1000", codecs: Sequence[str] = CODECS
    ) -> CallLeg:
        """A leg that will call the other end."""
        host, port = other.address if isinstance(other, End) else other
        uri = SipUri("sip", number, host=host, port=port)
        leg = await self.switchboard.dial("call", Target(uri, "other"), Caller("4711"), codecs=codecs)
        self.legs.append(leg)
        return leg

    async def next_call(self) -> CallLeg:
        """The leg of the next call that comes in, not answered yet."""
        return await self._came.get()

    def sip_call(self, other: End, body: bytes = b"") -> Commanded:
        """A call to the other end in signalling alone, not started."""
        uri = SipUri("sip", "1000", host=other.address[0], port=other.address[1])
        headers = [("From", f"<sip:x@{HOST}>;tag=x"), ("To", f"<{uri}>"), ("Call-ID", "bare")]
        headers += [("CSeq", "1 INVITE"), ("Max-Forwards", "70")]
        flow = self.transports.locate(uri)
        assert flow is not None
        call = self.agent.call(Request("INVITE", uri, Headers(headers), body), flow)
        return Commanded(self.signalling, call)

    async def line(self) -> wire.Line:
        """The line of a bare phone towards this end; it is closed when all is over."""
        self._lines.append(await wire.open_udp(self.address))
        return self._lines[-1]

    # --- `Journal` -------------------------------------------------------------------------------------

    def append(self, event: Event) -> None:
        self.events.append(event)
        for condition, future in self._watchers:
            if not future.done() and condition():
                future.set_result(None)

    def told(self, kind: type[E], leg: CallLeg | None = None) -> list[E]:
        """Events of one kind, of one leg if given."""
        found = [event for event in self.events if isinstance(event, kind)]
        return [each for each in found if leg is None or getattr(each, "leg", "") == leg.leg]

    async def until(self, kind: type[E], leg: CallLeg | None = None, count: int = 1) -> E:
        """Wait for an event (that many of them); the last one."""
        future: asyncio.Future[None] = self.loop.create_future()
        if len(self.told(kind, leg)) < count:
            self._watchers.append((lambda: len(self.told(kind, leg)) >= count, future))
            await future
        return self.told(kind, leg)[count - 1]

    # --- `Application` ---------------------------------------------------------------------------------

    def register(self, request: Request, flow: Flow) -> Response:
        return request.response(403)

    def admit(self, request: Request, flow: Flow) -> str:
        return "trunk:other"

    def offered(self, call: SipCall, request: Request, source: str) -> None:
        leg = self.switchboard.take(call, request, source)
        self.legs.append(leg)
        if self.prepares:
            leg.prepare(request.body)
        self._came.put_nowait(leg)

    def flow_closed(self, flow: Flow) -> None:
        """Nobody is registered here."""

    def ignores(self, flow: Flow) -> bool:
        return False

    def would_refuse(self, request: Request, flow: Flow) -> Response | None:
        return None

    def has_registered(self, flow: Flow) -> bool:
        return False

    # --- the end -----------------------------------------------------------------------------------------

    async def settle(self) -> None:
        """Hang up what is still up; then nothing may be left."""
        for leg in self.legs:
            leg.hang_up()
        await self.signalling.wait_idle(TIMEOUT)

    def command(self, leg: CallLeg) -> Commanded:
        """The signalling of a leg of this end, to be commanded past the leg."""
        return Commanded(self.signalling, leg._sip)

    def check_nothing_is_left(self) -> None:
        """No dialog, no media leg, no port, nobody who waits."""
        media = self.engine.counters()
        assert (self.agent.dialogs, media.legs, media.ports_in_use) == (0, 0, 0)
        for leg in self.legs:
            assert len(self.told(events.LegEnded, leg)) == 1
            assert not leg._life._waiting

    def close(self) -> None:
        """Close every socket."""
        for line in self._lines:
            line.close()
        self.transports.close()
        self.engine.close()
        self.reactor.removeAll()


Story = Callable[..., Awaitable[None]]


def with_ends(
    test: Story | None = None, *, t1: float = 0.5, session_expires: int = 0, dead_after: float = 0.0
) -> Any:
    """Run an async test with two ends as its first arguments, on a loop as `hotline serve` has it.

    Args:
        test: the test.
        t1: round-trip time estimate of SIP, in seconds; what takes 64*T1 takes 32 s by default.
        session_expires: the session timer that the ends ask for, in seconds.
        dead_after: seconds without a sign of life after which a leg ends.
    """
    if test is None:
        return functools.partial(with_ends, t1=t1, session_expires=session_expires, dead_after=dead_after)
    story = test
    timers = Timers(t1, 8 * t1, 10 * t1, session_expires)

    @functools.wraps(story)
    def run(**fixtures: Any) -> None:
        faults: list[dict[str, Any]] = []
        with own_garbage(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_play(story, timers, dead_after, fixtures, faults))
        assert not faults, faults

    # pytest must see the fixtures that the test asks for beside the ends, and a plain function.
    signature = inspect.signature(story)
    run.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=list(signature.parameters.values())[2:]
    )
    return run


async def _play(
    story: Story, timers: Timers, dead_after: float, fixtures: Any, faults: list[dict[str, Any]]
) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, fault: faults.append(fault))
    ends = End(loop, timers, dead_after), End(loop, timers, dead_after)
    try:
        async with asyncio.timeout(TIMEOUT):
            await story(*ends, **fixtures)
            for end in ends:
                await end.settle()
        for end in ends:
            end.check_nothing_is_left()
    finally:
        for end in ends:
            end.close()
    del ends
    gc.collect()  # an exception that nobody retrieved shows now
    await asyncio.sleep(0)


async def connect(a: End, b: End, *, codecs: Sequence[str] = CODECS) -> tuple[CallLeg, CallLeg]:
    """A call from one end to the other that was answered; the leg at each end."""
    calling = await a.dial(b, codecs=codecs)
    calling.start()
    called = await b.next_call()
    called.answer()
    await calling.wait_answered()
    return calling, called


class Ear:
    """Listens at a leg to what its far end sends, from now on.

    Args:
        leg: whose received sound is heard.
        direction: the other stream, if wanted.
    """

    def __init__(self, leg: CallLeg, direction: TapSide = TapSide.RECEIVED) -> None:
        self._leg = leg
        self._waits: list[tuple[float, int, asyncio.Future[None]]] = []
        self._run: tuple[float, int] = (-1.0, 0)
        self._tap = leg.audio.tap(self._hear, direction=direction)

    async def hears(self, hertz: float, frames: int = 5) -> None:
        """Wait until a tone (0: silence) was heard for so many frames of 20 ms without a break."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waits.append((hertz, frames, future))
        self._run = (-1.0, 0)
        await future

    def close(self) -> None:
        """Stop listening."""
        self._tap.close()

    def _hear(self, frame: Frame) -> None:
        pitch = pitch_of(frame)
        self._run = (pitch, self._run[1] + 1 if pitch == self._run[0] else 1)
        for hertz, frames, future in self._waits:
            if not future.done() and pitch == hertz and self._run[1] >= frames:
                future.set_result(None)


def pitch_of(frame: Frame) -> float:
    """The strongest frequency in a frame, to the next 50 Hz; 0 for silence."""
    samples = frame.astype(np.float64)
    if float(np.sqrt(np.mean(samples**2))) < LOUD:
        return 0.0
    return float(np.argmax(np.abs(np.fft.rfft(samples)))) * 50.0

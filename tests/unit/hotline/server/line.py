"""A switch in little: application and router on a real user agent and media engine.

The number plan and admission do what the test says; a bare phone calls over loopback. Nothing may be left of
a call at the end: no dialog, media leg, port, task or transaction.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import random
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import uvloop
from twisted.internet.asyncioreactor import AsyncioSelectorReactor

from config import load_site
from config.new_site import write_starter_site
from hotline.server.admission import Admission
from hotline.server.application import SwitchApplication
from hotline.server.router import Router
from journal.event import Event
from telephony.call.leg import CallLeg
from telephony.call.leg_lifetime import LegContext
from telephony.call.switchboard import Switchboard
from telephony.media.engine import Engine
from telephony.net.rtp_ports import PortPool
from telephony.net.signalling import Signalling
from telephony.net.transports import Transports
from telephony.sip.message import Request
from telephony.sip.timers import Timers
from tests.support import wire

HOST = "127.0.0.1"
T1 = 0.02
E = TypeVar("E", bound=Event)


class Plan:
    """Answers every number with `serving`; a fault is what a test puts in the place of a method."""

    def __init__(self) -> None:
        self.serving: Callable[[CallLeg], Coroutine[Any, Any, None]] = answer

    def accept(self, leg: CallLeg, request: Request) -> bool:
        leg.prepare(request.body)
        return True

    def answers(self, number: str, source: str) -> bool:
        return number == "4900"

    def serve(self, leg: CallLeg, request: Request) -> Coroutine[Any, Any, None]:
        return self.serving(leg)


async def answer(leg: CallLeg) -> None:
    """Answer, and wait until the caller hangs up."""
    leg.answer()
    await leg.wait_ended()


class LittleSwitch:
    """The parts of a switch between the socket and the application; also its journal.

    Args:
        folder: where the starter site is written, whose trunk is this machine.
    """

    def __init__(self, folder: Any) -> None:
        self.loop = loop = asyncio.get_running_loop()
        self.events: list[Event] = []
        write_starter_site(folder)
        site = load_site(folder, environ={})
        self.context = LegContext(loop, self, time.time)
        self.plan = Plan()
        self.admission = Admission(site, self, now=loop.time, clock=time.time)
        self.router = Router(self.context)
        self.router.plan = self.plan
        self.application = SwitchApplication(
            self.admission, self.router, site, self, loop=loop, clock=time.time
        )
        self.reactor = AsyncioSelectorReactor(loop)
        self.transports = Transports(self.reactor)
        self.signalling = self.application.signalling = Signalling(
            loop,
            timers=Timers(T1, 4 * T1, 4 * T1),
            application=self.application,
            transports=self.transports,
        )
        self.agent = self.signalling.agent
        first = random.randrange(33_000, 60_000, 2)
        self.engine = Engine(loop, [PortPool(HOST, first, first + 19)])
        self.switchboard = Switchboard(self.context, self.signalling, self.engine, dead_after=0)
        self.application.switchboard = self.switchboard
        self.address = self.transports.listen("UDP", HOST, 0)
        self._lines: list[wire.Line] = []

    def append(self, event: Event) -> None:
        self.events.append(event)

    def told(self, kind: type[E]) -> list[E]:
        """Events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    async def phone(self, number: str = "4900") -> wire.Call:
        """A phone that calls a number."""
        self._lines.append(await wire.open_udp(self.address))
        return wire.Call(self._lines[-1], number, wire.sdp(9))

    async def check_nothing_is_left(self) -> None:
        """Wait for the timers of the last transactions; then nothing may be left."""
        until = self.loop.time() + 64 * T1 + 2
        while self.agent.transactions and self.loop.time() < until:  # noqa: ASYNC110 - their timers tell nobody
            await asyncio.sleep(T1)
        media = self.engine.counters()
        left = (self.agent.dialogs, self.agent.transactions, media.legs, media.ports_in_use)
        assert (*left, self.router.tasks, len(self.router.legs)) == (0, 0, 0, 0, 0, 0)

    def close(self) -> None:
        for line in self._lines:
            line.close()
        self.application.close()
        self.transports.close()
        self.engine.close()
        self.reactor.removeAll()


def with_switch(story: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Run an async test with a little switch as its first argument; what is left of its calls fails it."""

    @functools.wraps(story)
    def run(tmp_path: Any, *args: Any, **fixtures: Any) -> None:
        async def play() -> None:
            faults: list[dict[str, Any]] = []
            asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
            switch = LittleSwitch(tmp_path / "site")
            try:
                async with asyncio.timeout(20):
                    await story(switch, *args, **fixtures)
                    await switch.check_nothing_is_left()
            finally:
                switch.close()
            assert not faults, faults

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(play())

    # pytest passes fixtures by name: the folder, and what the test asks for after the switch.
    names = story.__code__.co_varnames[1 : story.__code__.co_argcount]
    run.__signature__ = _signature(names)  # type: ignore[attr-defined]
    return run


def _signature(names: tuple[str, ...]) -> Any:
    keyword = inspect.Parameter.KEYWORD_ONLY
    return inspect.Signature([inspect.Parameter(name, keyword) for name in ("tmp_path", *names)])

"""A floor without telephones: hand-moved clock, a journal that can be read, agents and queues by the word."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar, cast

from callback_queue.acd.service import FloorService
from callback_queue.line.waiting_line import Entry
from config import Agent, Queue, Site
from config.models.settings import Settings
from journal.event import Event
from telephony.call import events
from telephony.call.leg_lifetime import LegContext

START = 1_700_000_000.0
E = TypeVar("E", bound=Event)


class Timer:
    """One timer of the clock."""

    def __init__(self, call: Callable[[], None]) -> None:
        self.call = call
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Clock:
    """Time that stands still until it is moved; in the place of the event loop's."""

    def __init__(self) -> None:
        self.now = START
        self._timers: list[tuple[float, int, Timer]] = []
        self._numbers = itertools.count()
        self._soon: list[Callable[[], None]] = []

    def call_later(self, delay: float, call: Callable[..., None], *args: Any) -> Timer:
        timer = Timer(lambda: call(*args))
        heapq.heappush(self._timers, (self.now + delay, next(self._numbers), timer))
        return timer

    def call_soon(self, call: Callable[..., None], *args: Any) -> None:
        self._soon.append(lambda: call(*args))

    def settle(self) -> None:
        """Do what is to be done at once."""
        while self._soon:
            self._soon.pop(0)()

    def advance(self, seconds: float) -> None:
        """Move on, from deadline to deadline."""
        self.settle()
        until = self.now + seconds
        while self._timers and self._timers[0][0] <= until:
            self.now, _, timer = heapq.heappop(self._timers)
            if not timer.cancelled:
                timer.call()
                self.settle()
        self.now = until


class Room:
    """A floor service with its clock and journal.

    Args:
        queues: as in queues.yaml.
        agents: their numbers.
        settings: as in hotline.yaml.
    """

    def __init__(
        self,
        queues: Iterable[dict[str, Any]],
        agents: Iterable[str] = ("1001", "1002", "1003"),
        settings: dict[str, Any] | None = None,
    ) -> None:
        self.clock = Clock()
        self.events: list[Event] = []
        self.phones: dict[str, list[str]] = {}
        self.calls: set[str] = set()
        self._numbers = itertools.count(1)
        loop = cast(asyncio.AbstractEventLoop, self.clock)
        context = LegContext(loop, self, lambda: self.clock.now)
        self.service = FloorService(
            context, lambda agent: self.phones.get(agent, []), self.calls.__contains__
        )
        self.floor, self.board = self.service.floor, self.service.board
        self.use(queues, agents, settings)

    def use(
        self,
        queues: Iterable[dict[str, Any]],
        agents: Iterable[str],
        settings: dict[str, Any] | None = None,
    ) -> None:
        """Take another version of the site."""
        people = tuple(
            Agent.model_validate({"number": n, "name": n, "phones": [{"password": "password"}]})
            for n in agents
        )
        lines = tuple(Queue.model_validate(queue) for queue in queues)
        self.service.use(Site(Path("/nowhere"), Settings.model_validate(settings or {}), people, lines))
        self.clock.settle()

    # --- `Journal`

    def append(self, event: Event) -> None:
        self.events.append(event)
        self.board.heard(event)

    def told(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    # --- what happens

    def register(self, *agents: str) -> None:
        """A phone of each registers."""
        for agent in agents:
            contact = f"sip:{agent}@phone"
            self.phones.setdefault(agent, []).append(contact)
            self.append(events.PhoneRegistered(self.clock.now, user=agent, contact=contact))
        self.clock.settle()

    def unregister(self, agent: str) -> None:
        """All phones of an agent go."""
        for contact in self.phones.pop(agent, []):
            self.append(events.PhoneUnregistered(self.clock.now, user=agent, contact=contact, why="expired"))
        self.clock.settle()

    def entry(self, queue: str, call: str, **facts: Any) -> Entry:
        """Somebody who waits."""
        now = self.clock.now
        self.calls.add(call)
        return Entry(f"e{next(self._numbers)}", "live", call, queue, facts.pop("arrival", now), now, **facts)

    def dial(self, agent: str, call: str, leg: str) -> None:
        """A phone of an agent is rung in a call."""
        self.calls.add(call)
        self.append(events.LegDialled(self.clock.now, call, leg, target=f"agent:{agent}", sip_call_id="id"))

    def answer(self, call: str, leg: str) -> None:
        """It answers."""
        self.append(events.LegAnswered(self.clock.now, call, leg, codec="PCMU"))

    def end(self, call: str, leg: str) -> None:
        """It is over."""
        self.append(
            events.LegEnded(self.clock.now, call, leg, by="remote", status=None, reason="BYE", quality={})
        )
        self.clock.settle()

    def state(self, agent: str) -> str:
        """What an agent does."""
        machine = self.board.machine(agent)
        assert machine is not None
        return machine.state

    async def turn(self) -> None:
        """Let everybody who waits hear what there is to hear."""
        for _ in range(5):
            await asyncio.sleep(0)
            self.clock.settle()

"""The agents of a generated day, and the clock that it runs by; `day.py` brings the calls."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from callback_queue.agents.events import AgentStateChanged
from journal.event import Event
from tests.unit.cdr.truth import Truth

MIDNIGHT = 1_795_276_800_000  # 2026-11-22 00:00 in Shanghai, Unix milliseconds
HOUR = 3_600_000
MINUTE = 60_000
SECOND = 1000


@dataclass(slots=True)
class Agent:
    """One agent."""

    number: str
    queues: tuple[str, ...]
    state: str = "offline"
    since: int = 0
    reason: str = ""
    contact: bool = False
    on_break_soon: str = ""
    wrapped: str = ""
    wrap_queue: str = ""


class Shift:
    """Agents who come, take breaks and go.

    Args:
        seed: another seed, another day.
    """

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.events: list[Event] = []
        self.truth = Truth()
        self.now = MIDNIGHT
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._order = 0
        self._names = 0
        self._agents = [
            Agent(str(1001 + n), queues)
            for n, queues in enumerate(
                [("sales",), ("sales", "support"), ("support",), ("support", "vip"), ("sales", "vip")]
            )
        ]

    def _distribute(self) -> None:
        """Somebody is free, or waits."""
        raise NotImplementedError

    # --- means ---------------------------------------------------------------------------------------------

    def after(self, wait: int, act: Callable[[], None]) -> None:
        """Do something later."""
        self._order += 1
        heapq.heappush(self._heap, (self.now + wait, self._order, act))

    def run(self) -> None:
        """Do everything that is to be done, in order."""
        while self._heap:
            self.now, _, act = heapq.heappop(self._heap)
            act()

    def tell(self, kind: type[Event], /, *where: str, **values: Any) -> None:
        """Write an event down."""
        self.events.append(kind(self.now / 1000, *where, **values))

    def name(self, prefix: str) -> str:
        """A new id."""
        self._names += 1
        return f"{prefix}{self._names:05d}"

    def _between(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    # --- agents ---------------------------------------------------------------------------------------------

    def _shift(self, agent: Agent) -> None:
        begins = self._between(7 * HOUR, 10 * HOUR)
        ends = self._between(16 * HOUR, 20 * HOUR)
        self.after(begins, lambda: self._set(agent, "available"))
        for _ in range(3):
            reason = self.random.choice(["lunch", "meeting", "training"])
            self.after(self._between(begins, ends), lambda reason=reason: self._wants_break(agent, reason))
        self.after(ends, lambda: self._goes_home(agent))

    def _wants_break(self, agent: Agent, reason: str) -> None:
        if agent.state == "available":
            self._set(agent, "break", reason)
            self.after(self._between(5 * MINUTE, 45 * MINUTE), lambda: self._ready(agent))
        elif agent.state != "offline":
            agent.on_break_soon = reason

    def _ready(self, agent: Agent) -> None:
        if agent.state == "break":
            self._set(agent, "available")

    def _goes_home(self, agent: Agent) -> None:
        if agent.state in ("available", "break"):
            self._set(agent, "offline")
        elif agent.state != "offline":
            self.after(MINUTE, lambda: self._goes_home(agent))

    def _name(self, agent: Agent) -> str:
        if agent.state == "on_call":
            return "contact" if agent.contact else "communicating"
        return agent.state

    def _set(self, agent: Agent, state: str, reason: str = "", call: str = "") -> None:
        was, since = agent.state, agent.since
        self.truth.states.append((agent.number, since, self.now, self._name(agent), agent.reason))
        if was == "wrap_up":
            self.truth.wraps.append((agent.number, agent.wrap_queue, since, self.now))
            call = call or agent.wrapped
        agent.state, agent.since, agent.reason = state, self.now, reason
        self.tell(
            AgentStateChanged,
            agent=agent.number,
            state=state,
            was=was,
            since=since / 1000,
            reason=reason,
            why="because",
            call=call,
        )
        if state == "available":
            self.after(0, self._distribute)

    def _released(self, agent: Agent, call: str, wrap_up: bool, queue: str = "") -> None:
        """The agent's call is over."""
        if wrap_up:
            agent.wrapped, agent.wrap_queue = call, queue
            self._set(agent, "wrap_up", call=call)
            self.after(self._between(2 * SECOND, 90 * SECOND), lambda: self._wrapped_up(agent))
        else:
            self._wrapped_up(agent)
        agent.contact = False

    def _wrapped_up(self, agent: Agent) -> None:
        if agent.on_break_soon:
            self._set(agent, "break", agent.on_break_soon)
            agent.on_break_soon = ""
            self.after(self._between(5 * MINUTE, 20 * MINUTE), lambda: self._ready(agent))
        else:
            self._set(agent, "available")

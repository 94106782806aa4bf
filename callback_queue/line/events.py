"""The events of the waiting line. Each says enough to be counted on its own; durations in milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from callback_queue.customers.events import Tier
from journal.event import CallEvent

LeftWhy: TypeAlias = Literal[
    "answered", "abandoned", "timeout", "key", "no_agents", "full", "overflow", "cut_off", "withdrawn"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEntered(CallEvent):
    """Somebody joined a queue.

    Args:
        queue: its name.
        entry: the id of this stay in the line.
        kind: "live" for a caller on the line, "callback" for one who is to be called.
        arrival: since when they wait, which decides the order: the first arrival of a callback's caller.
        tier: the customer's.
        priority: higher goes first, 0 is ordinary.
        position: place in the line on entering, 1 is the next.
        callback: the callback's id, "" for a live caller.
    """

    queue: str
    entry: str
    kind: Literal["live", "callback"]
    arrival: float
    tier: Tier
    priority: int
    position: int
    callback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLeft(CallEvent):
    """Somebody left a queue.

    Args:
        queue, entry, kind: as in `QueueEntered`.
        entered_at: when they joined.
        why: "answered" by an agent; "abandoned" is a hang-up; "key" left by key; "timeout", "overflow",
            "full", "no_agents" by the queue's rules; "cut_off" by a crash; "withdrawn" a callback taken back.
        wait_ms: from joining to leaving.
        position, original_position: place in the line now and on entering.
        agent: who answered, "" for nobody.
    """

    queue: str
    entry: str
    kind: Literal["live", "callback"]
    entered_at: float
    why: LeftWhy
    wait_ms: int
    position: int
    original_position: int
    agent: str = ""

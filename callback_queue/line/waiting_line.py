"""The waiting line: live callers and callbacks together, in the order in which they are to be served. Pure.

One line for the whole site, each entry in one queue of it. The order is by arrival: VIPs and entries with
priority count as having arrived earlier by a fixed time, so a call is passed only by calls that arrive less
than that later, and none starves (docs/decisions/014-waiting-line.md). Which agent serves an entry is left to
`callback_queue.line.distribution`.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from callback_queue.customers.events import Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A call's stay in the line; times are Unix seconds.

    Args:
        id: of this stay.
        kind: "live" for a caller on the line, "callback" for one who is to be called.
        call: the caller's call, "" for a callback.
        queue: the queue's name.
        arrival: since when the caller has waited, which decides the order; a callback keeps its caller's.
        entered_at: when the call joined this queue.
        tier: the customer's.
        priority: steps of head start, 0 is ordinary, fewer than 0 wait longer.
        skills: what the agent must know, "zh" or "billing:3" for level 3 at least; for the strategy skills.
        language: the caller's.
        callback: the callback's id, "" for a live caller.
    """

    id: str
    kind: Literal["live", "callback"]
    call: str
    queue: str
    arrival: float
    entered_at: float
    tier: Tier = "ordinary"
    priority: int = 0
    skills: frozenset[str] = frozenset()
    language: str = "en"
    callback: str = ""


@dataclass(frozen=True, slots=True, order=True)
class _Rank:
    """What an entry is sorted by; `number` counts the additions, so that two entries never compare equal."""

    score: float
    entered_at: float
    number: int


class WaitingLine:
    """All calls that wait.

    Args:
        head_start: seconds that each tier counts as having arrived earlier, 0 for one that is left out.
        priority_step: seconds for each step of priority.
    """

    __slots__ = ("_added", "_entries", "_head_start", "_order", "_priority_step", "_queues", "_ranks")

    def __init__(self, head_start: Mapping[Tier, float], priority_step: float) -> None:
        self._head_start = dict(head_start)
        self._priority_step = priority_step
        self._added = 0
        self._entries: dict[str, Entry] = {}
        self._ranks: dict[str, _Rank] = {}
        # The same ranks twice: of all entries, and of each queue, for its positions.
        self._order: list[tuple[_Rank, str]] = []
        self._queues: dict[str, list[tuple[_Rank, str]]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, entry_id: str) -> bool:
        return entry_id in self._entries

    def score(self, entry: Entry) -> float:
        """When an entry counts as having arrived, in Unix seconds: the earliest is served first."""
        return entry.arrival - self._head_start.get(entry.tier, 0.0) - entry.priority * self._priority_step

    def add(self, entry: Entry) -> int:
        """Put an entry into the line; one with the same id is replaced and keeps its turn among equals.

        Returns:
            the position in its queue, 1 is the next.
        """
        old = self._ranks.get(entry.id)
        self.remove(entry.id)
        if old is None:
            self._added += 1
        rank = _Rank(self.score(entry), entry.entered_at, self._added if old is None else old.number)
        self._entries[entry.id] = entry
        self._ranks[entry.id] = rank
        insort(self._order, (rank, entry.id))
        insort(self._queues.setdefault(entry.queue, []), (rank, entry.id))
        return self.position(entry.id)

    def remove(self, entry_id: str) -> Entry | None:
        """Take an entry out of the line; None when it is not in it."""
        entry = self._entries.pop(entry_id, None)
        if entry is None:
            return None
        key = (self._ranks.pop(entry_id), entry_id)
        queue = self._queues[entry.queue]
        del self._order[bisect_left(self._order, key)]
        del queue[bisect_left(queue, key)]
        if not queue:
            del self._queues[entry.queue]
        return entry

    def position(self, entry_id: str) -> int:
        """An entry's position in its queue, 1 is the next; 0 when it is not in the line."""
        entry = self._entries.get(entry_id)
        if entry is None:
            return 0
        return bisect_left(self._queues[entry.queue], (self._ranks[entry_id], entry_id)) + 1

    def ordered(self, queue: str | None = None) -> tuple[Entry, ...]:
        """The entries of a queue, or of all queues, the next one first."""
        keys = self._order if queue is None else self._queues.get(queue, ())
        return tuple(self._entries[entry_id] for _, entry_id in keys)

    def waiting(self, queue: str) -> int:
        """How many are in a queue."""
        return len(self._queues.get(queue, ()))

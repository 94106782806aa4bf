"""A heap of deadlines over many machines, each of which moves its own deadline at will.

Made for tens of thousands of mostly idle machines: each has at most one live entry, a deadline that moves
to later costs nothing, and entries that went stale are put right when they surface. What happens at a
deadline is left to the owner of the machines.
"""

from __future__ import annotations

from heapq import heappop, heappush
from math import inf
from typing import Generic, Protocol, TypeVar


class Timed(Protocol):
    """What can be put in the heap. `due` belongs to the heap: set it to infinity and then leave it alone."""

    due: float

    @property
    def deadline(self) -> float:
        """When it wants to be woken, in seconds; infinity for never."""


T = TypeVar("T", bound=Timed)


class DeadlineHeap(Generic[T]):
    """Tells which of its machines is due next."""

    __slots__ = ("_heap", "_pushed")

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, T]] = []
        self._pushed = 0  # makes entries differ, so that machines are never compared

    def arm(self, item: T) -> None:
        """Take note of a deadline that is new or may have become earlier."""
        deadline = item.deadline
        if deadline < item.due:
            item.due = deadline
            self._pushed += 1
            heappush(self._heap, (deadline, self._pushed, item))

    def next_deadline(self) -> float | None:
        """The earliest deadline, None when there is none."""
        heap = self._heap
        while heap:
            at, _, item = heap[0]
            if item.due == at and item.deadline == at:
                return at
            heappop(heap)
            if item.due == at:
                item.due = inf
                self.arm(item)
        return None

    def pop_due(self, now: float) -> T | None:
        """Take out a machine whose deadline has come; `arm` it again after it was served."""
        heap = self._heap
        while heap and heap[0][0] <= now:
            at, _, item = heappop(heap)
            if item.due == at:
                item.due = inf
                if item.deadline <= now:
                    return item
                self.arm(item)
        return None

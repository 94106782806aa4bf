"""The interface that all state machines of `telephony` share, and the two outputs of each step.

A machine is pure: what happens to it comes in by `receive` (and by its commands), time by `handle_timer`, and
it returns what it wants done. Carrying that out is left to the driver (`telephony.net.driver`).
"""

from __future__ import annotations

from typing import Generic, NamedTuple, Protocol, TypeVar

F = TypeVar("F")
E = TypeVar("E")


class Output(NamedTuple, Generic[F, E]):
    """The result of a step.

    Args:
        effects: to be done by the layer below, in this order, before the events are delivered.
        events: to be delivered to the layer above, in this order.
    """

    effects: list[F]
    events: list[E]


class Machine(Protocol[F, E]):
    """What can be run by a driver; every machine also has `receive`, with the inputs of its own."""

    def next_deadline(self) -> float | None:
        """When `handle_timer` is due, in seconds of the machine's clock; None while nothing waits."""

    def handle_timer(self, now: float) -> Output[F, E]:
        """Let everything that is due at `now` happen."""

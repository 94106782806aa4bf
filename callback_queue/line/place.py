"""A place in the line: what somebody who waits there, or carries one who does, can do with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from callback_queue.acd.events import OfferOutcome
from callback_queue.line.events import LeftWhy
from callback_queue.line.waiting_line import Entry


class Keeper(Protocol):
    """What a place needs of the floor that it belongs to."""

    def position_of(self, place: Place) -> int: ...

    def estimate_for(self, place: Place) -> float | None: ...

    def wants_agent(self, place: Place) -> None: ...

    def taken(self, place: Place, agent: str, leg: str) -> None: ...

    def give_back(self, place: Place, agent: str, outcome: OfferOutcome) -> None: ...

    def leave(self, place: Place, why: LeftWhy, agent: str) -> None: ...


class Place:
    """One stay in one queue. `Floor.enter` makes it.

    Args:
        keeper: the floor.
        entry: who waits, for whom, since when.
        leg: the caller's leg, "" for a callback.
        wrap_up: seconds that the agent has after the call: the queue's rule when this stay began.
        gave_up: told once when nobody is there who serves the queue, for a stay that does not wait then.
    """

    __slots__ = (
        "_keeper",
        "_news",
        "entry",
        "gave_up",
        "left",
        "leg",
        "offered",
        "original_position",
        "tried",
        "wrap_up",
    )

    def __init__(
        self,
        keeper: Keeper,
        entry: Entry,
        leg: str,
        wrap_up: float,
        original_position: int,
        gave_up: Callable[[], None] | None = None,
    ) -> None:
        self._keeper = keeper
        self.entry = entry
        """May be replaced by one that differs in its call: a callback's begins after the stay did."""
        self.leg = leg
        self.wrap_up = wrap_up
        self.original_position = original_position
        self.gave_up = gave_up
        self.offered: set[str] = set()
        """Agents who are reserved for this place, or are being rung."""
        self.tried: set[str] = set()
        """Agents who were rung and did not take the call: others go first."""
        self.left = False
        self._news: asyncio.Future[tuple[str, ...]] | None = None

    @property
    def call(self) -> str:
        """The call that agents are rung in."""
        return self.entry.call

    @property
    def position(self) -> int:
        """The place in the line now, 1 is the next; 0 for one who has left."""
        return self._keeper.position_of(self)

    @property
    def estimated_wait(self) -> float | None:
        """Seconds that it will probably take, None when nobody can tell."""
        return self._keeper.estimate_for(self)

    async def next_offer(self) -> tuple[str, ...]:
        """Wait until agents are reserved for this place. Who stops waiting wants none.

        Returns:
            whom to ring together; each is to be given back, or taken.
        """
        news: asyncio.Future[tuple[str, ...]] = asyncio.get_running_loop().create_future()
        self._news = news
        self._keeper.wants_agent(self)
        try:
            return await news
        finally:
            self._news = None

    @property
    def asking(self) -> bool:
        """Whether somebody waits in `next_offer`."""
        return self._news is not None and not self._news.done()

    def offer(self, agents: tuple[str, ...]) -> None:
        """Reserve agents for whoever waits in `next_offer`: the floor does, and only while that is so."""
        assert self._news is not None
        self.offered.update(agents)
        self._news.set_result(agents)

    def taken(self, agent: str, leg: str) -> None:
        """An agent answered on `leg`, and is on this call until that leg ends."""
        if agent in self.offered:
            self.offered.discard(agent)
            self._keeper.taken(self, agent, leg)

    def give_back(self, agent: str, outcome: OfferOutcome) -> None:
        """An agent did not take the call, and can be given to others."""
        if agent in self.offered:
            self.offered.discard(agent)
            self.tried.add(agent)
            self._keeper.give_back(self, agent, outcome)

    def leave(self, why: LeftWhy, agent: str = "") -> None:
        """Leave the line; agents who are still reserved are given back. A second time does nothing.

        Args:
            why: told to the journal.
            agent: who answered, "" for nobody.
        """
        if not self.left:
            self.left = True
            for each in tuple(self.offered):
                self.give_back(each, "caller_gone")
            self._keeper.leave(self, why, agent)

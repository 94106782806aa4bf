"""Distributes utterances: the recognisers of one language, and the queue for a free one.

The line is bounded in length and in time, first come first served; only an utterance whose worker was lost
goes to its head. What a place is, is left to `asr.workers.places`, talking to them to
`asr.workers.utterance`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asr.errors import RecogniserBusy, RecogniserUnavailable
from asr.workers.places import LocalWorker, RecogniserPlace, RemoteServer
from asr.workers.setup import Setup
from supervision.keeper import Readiness


class PlaceLease:
    """One stream on one place, for one utterance; `alone`: nobody else gets one there meanwhile."""

    __slots__ = ("_alone", "_pool", "place")

    def __init__(self, pool: Pool, place: RecogniserPlace, *, alone: bool) -> None:
        self._pool: Pool | None = pool
        self._alone = alone
        self.place = place
        place.in_use += 1
        place.reserved = alone

    def release(self) -> None:
        """Give the stream back; a second time does nothing."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            self.place.in_use -= 1
            if self._alone:
                self.place.reserved = False
            pool.serve_line()


@dataclass(frozen=True, slots=True, eq=False)
class _Turn:
    """One that waits in the line; `alone`: for a place to itself."""

    lease: asyncio.Future[PlaceLease]
    alone: bool


class Pool:
    """All places of one language.

    Args:
        setup: how the language is recognised.
        folder: where local workers have their sockets.
    """

    def __init__(self, setup: Setup, folder: Path) -> None:
        self.setup = setup
        self.places = _places(setup, folder, self.serve_line)
        self._line: deque[_Turn] = deque()

    def start(self) -> None:
        """Start every place."""
        for place in self.places:
            place.keeper.start()

    async def close(self) -> None:
        """End every place; callers that wait get an error."""
        await asyncio.gather(*(place.keeper.stop() for place in self.places))
        while self._line:
            _tell(self._line.popleft().lease, RecogniserUnavailable("The server is stopping."))

    async def ready(self) -> bool:
        """Wait until one place is up (True) or all are broken (False)."""
        while not any(place.state is Readiness.UP for place in self.places):
            if self._is_broken():
                return False
            await asyncio.sleep(0.05)
        return True

    async def acquire(self, *, again: bool = False, alone: bool = False) -> PlaceLease:
        """Take a stream on the least busy place, or wait in line for one.

        Args:
            again: it had a place and lost it, so it waits at the head, however long the line is.
            alone: it wants a place to itself.

        Raises:
            RecogniserBusy: the line is full, or nothing became free in time.
            RecogniserUnavailable: no place works.
        """
        setup = self.setup
        if not self._line or again:
            place = self._free_place(alone=alone)
            if place is not None:
                return PlaceLease(self, place, alone=alone)
        if self._is_broken():
            raise RecogniserUnavailable(self._why())
        if not again and len(self._line) >= setup.queue_limit:
            raise RecogniserBusy(f"All {setup.language} recognisers are busy, and {len(self._line)} wait.")
        turn = _Turn(asyncio.get_running_loop().create_future(), alone)
        if again:
            self._line.appendleft(turn)
        else:
            self._line.append(turn)
        try:
            return await self._turn(turn)
        except TimeoutError:
            if any(place.state is Readiness.UP for place in self.places):
                raise RecogniserBusy(
                    f"No {setup.language} recogniser became free within {setup.queue_seconds:g} s."
                ) from None
            raise RecogniserUnavailable(self._why()) from None

    def serve_line(self) -> None:
        """Give what is free to those who wait; called when a place has changed or a stream is given back."""
        while self._line and (place := self._free_place(alone=self._line[0].alone)) is not None:
            turn = self._line.popleft()
            if not turn.lease.done():
                turn.lease.set_result(PlaceLease(self, place, alone=turn.alone))
        if self._is_broken():
            while self._line:
                _tell(self._line.popleft().lease, RecogniserUnavailable(self._why()))

    def status(self) -> dict[str, Any]:
        """The figures of the moment, for `hotline status`."""
        return {
            "engine": self.setup.engine,
            "up": sum(place.state is Readiness.UP for place in self.places),
            "places": len(self.places),
            "streams": sum(place.in_use for place in self.places),
            "waiting": len(self._line),
            "restarts": sum(max(0, place.keeper.times_up - 1) for place in self.places),
            "failed_starts": sum(place.keeper.lives.failed for place in self.places),
        }

    async def _turn(self, turn: _Turn) -> PlaceLease:
        lease = turn.lease
        try:
            async with asyncio.timeout(self.setup.queue_seconds):
                return await lease
        except (asyncio.CancelledError, TimeoutError):
            if turn in self._line:
                self._line.remove(turn)
                self.serve_line()  # those behind it may want less
            elif lease.done() and not lease.cancelled() and lease.exception() is None:
                lease.result().release()  # it came in the same instant
            raise

    def _free_place(self, *, alone: bool) -> RecogniserPlace | None:
        free = [
            place
            for place in self.places
            if place.state is Readiness.UP
            and not place.reserved
            and place.in_use < (1 if alone else place.streams)
        ]
        return min(free, key=lambda place: place.in_use, default=None)

    def _is_broken(self) -> bool:
        return all(place.state is Readiness.BROKEN for place in self.places)

    def _why(self) -> str:
        return f"No {self.setup.language} recogniser works: {self.places[0].keeper.why}."


def _places(setup: Setup, folder: Path, changed: Callable[[], None]) -> list[RecogniserPlace]:
    if setup.urls:
        servers = [(f"{setup.language} {url}", RemoteServer(url)) for url in setup.urls]
        return [RecogniserPlace(name, setup.streams, server, changed) for name, server in servers]
    places = []
    for number in range(1, setup.workers + 1):
        name = f"{setup.language} worker {number}"
        worker = LocalWorker(name, setup, folder / f"{setup.language}-{number}.sock")
        places.append(RecogniserPlace(name, setup.streams, worker, changed))
    return places


def _tell(turn: asyncio.Future[PlaceLease], error: RecogniserUnavailable) -> None:
    if not turn.done():
        turn.set_exception(error)

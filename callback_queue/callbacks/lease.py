"""One callback's lease while an attempt lives: taken, renewed, and known to be ours, or not.

The database decides who has it (`callback_queue.callbacks.store`). It is renewed until the database says that
it is over: after the attempt's end that is when the recorder has written the end down, so that nobody takes
the callback in between.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from callback_queue.callbacks.store import CallbackStore
from callback_queue.database import DATABASE_ERRORS

log = logging.getLogger(__name__)

# Of the lease's time: it is renewed so often, and not trusted for its last part, since clocks differ.
RENEWED_AT, MARGIN = 0.25, 0.1
PATIENCE = 3.0

# The loop holds tasks weakly, and a lease may outlive its attempt.
_keepers: set[asyncio.Task[None]] = set()


Question: TypeAlias = Callable[[str, int, str, float, float], Awaitable[bool]]


class LeaseLost(Exception):
    """The callback is not ours any more, or nobody can tell; nobody may be dialled for it."""


class Lease:
    """A callback that is ours for one attempt.

    Args:
        store: where leases are.
        callback, attempt: which.
        switch: whose it is.
        seconds: how long it lasts without being renewed.
        clock: a steady one, in seconds.
    """

    def __init__(
        self,
        store: CallbackStore,
        callback: str,
        attempt: int,
        switch: str,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.callback = callback
        self.attempt = attempt
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the callback is not ours any more."""
        self._store = store
        self._switch = switch
        self._seconds = seconds
        self._clock = clock
        self._sure_until = 0.0
        self._keeper: asyncio.Task[None] | None = None

    @property
    def is_sure(self) -> bool:
        """Whether it is ours for certain at this moment: nobody else may have it, whatever is late."""
        return not self.lost.done() and self._clock() < self._sure_until

    async def take(self) -> bool:
        """Try to get it, and keep it from then on; False when somebody else has it, or nobody can tell."""
        if not await self._ask(self._store.lease):
            return False
        self._keeper = keeper = asyncio.get_running_loop().create_task(self._keep())
        _keepers.add(keeper)
        keeper.add_done_callback(_keepers.discard)
        return True

    async def begin_dialling(self) -> bool:
        """Say that the customer is about to be dialled; whether to do so."""
        return not self.lost.done() and await self._ask(self._store.dialling) is True

    def drop(self) -> None:
        """Renew it no more."""
        if self._keeper is not None:
            self._keeper.cancel()
        self._lose()

    async def _keep(self) -> None:
        while not self.lost.done():
            await asyncio.sleep(self._seconds * RENEWED_AT)
            if await self._ask(self._store.renew) is False:
                self._lose()

    def _lose(self) -> None:
        if not self.lost.done():
            self.lost.set_result(None)

    async def _ask(self, question: Question) -> bool | None:
        """Lease or renew; None when the database gave no answer."""
        asked = self._clock()
        try:
            async with asyncio.timeout(min(PATIENCE, self._seconds / 2)):
                ours = await question(self.callback, self.attempt, self._switch, time.time(), self._seconds)
        except DATABASE_ERRORS as error:
            log.warning("a callback's lease: the database gives no answer: %s", type(error).__name__)
            return None
        if ours:
            self._sure_until = asked + self._seconds * (1 - MARGIN)
        return ours

"""Keeps one thing alive: a process, or a connection to a server that others run.

`Lives` is the arithmetic, pure: when to start again, and when to stop expecting anything. `Keeper` runs it on
the event loop. How the thing starts, how it shows that it is ready, and what its death looks like is a
coroutine that the owner hands in (`live`); starting and ending child processes is left to
`supervision.process`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from enum import Enum
from typing import Any, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")

PAUSES = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before the next start, by the number of short lives in a row."""

STEADY_SECONDS = 20.0
"""What lived this long and dies is started again at once."""

BROKEN_AFTER = 3
"""Starts in a row that never became ready, after which nobody should wait for it."""


class Readiness(Enum):
    """What can be expected of something that is kept alive."""

    STARTING = "starting"
    UP = "up"
    BROKEN = "broken"
    """It has failed to start several times; it is still retried."""


class Lost(Exception):
    """A life is over; the text says why."""


class Lives:
    """Counts lives, and says how long to pause between them; pure.

    Args:
        pauses: seconds before the next start, by the number of short lives in a row; the last one for more.
    """

    def __init__(self, pauses: Sequence[float] = PAUSES) -> None:
        self._pauses = tuple(pauses)
        self._began = 0.0
        self._short_lives = 0
        self._failed_starts = 0
        self.state = Readiness.STARTING
        self.times_up = 0
        self.failed = 0
        """Lives that ended before it was ready."""

    def begin(self, now: float) -> None:
        """A life begins: from here on it is starting."""
        self._began = now
        self._failed_starts += 1

    def come_up(self) -> None:
        """It is ready."""
        self.state = Readiness.UP
        self.times_up += 1
        self._failed_starts = 0

    def end(self, now: float) -> float:
        """A life is over; returns the seconds until the next one may begin."""
        self.failed += self.state is not Readiness.UP
        self._short_lives = 0 if now - self._began >= STEADY_SECONDS else self._short_lives + 1
        self.state = Readiness.BROKEN if self._failed_starts >= BROKEN_AFTER else Readiness.STARTING
        return self._pauses[min(self._short_lives, len(self._pauses) - 1)]


class Keeper:
    """Keeps one thing alive.

    Args:
        name: for logs, such as "recorder" or "ko worker 1".
        live: one life: starts the thing, calls `up` once it is ready, waits until it is gone and raises
            `Lost` (or OSError). Cancelled when the thing is to end; it cleans up after itself in every case.
        changed: called whenever the state changes.
        pauses: as in `Lives`.
    """

    def __init__(
        self,
        name: str,
        live: Callable[[Keeper], Awaitable[None]],
        *,
        changed: Callable[[], None] = lambda: None,
        pauses: Sequence[float] | None = None,
    ) -> None:
        self.name = name
        self.why = "it has not started yet"
        """Why the last life ended."""
        self._live = live
        self._changed = changed
        self.lives = Lives(PAUSES if pauses is None else pauses)
        self._replaced: asyncio.Future[str] | None = None
        self._hurried = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def state(self) -> Readiness:
        """What can be expected of it now."""
        return self.lives.state

    @property
    def times_up(self) -> int:
        """How many times it has become ready."""
        return self.lives.times_up

    def start(self) -> None:
        """Begin the first life; needs a running loop."""
        self._task = asyncio.create_task(self._run(), name=self.name)

    async def stop(self) -> None:
        """End it for good, and wait until it has ended."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def up(self) -> None:
        """The thing is ready; called from `live`."""
        self.lives.come_up()
        log.info("%s is up", self.name)
        self._changed()

    def replace(self, why: str) -> None:
        """End this life and begin another: it hangs, or makes no sense."""
        if self._replaced is not None and not self._replaced.done():
            self._replaced.set_result(why)
            if self.lives.state is Readiness.UP:
                self.lives.state = Readiness.STARTING  # at once: nobody else must be sent there

    def hurry(self) -> None:
        """Skip the pause before the next start: somebody is waiting. Only called while it is not up."""
        self._hurried.set()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self.lives.begin(loop.time())
            self.why = await self._one_life()
            pause = self.lives.end(loop.time())
            log.warning("%s lost (%s), restarting in %g s", self.name, self.why, pause)
            self._changed()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._hurried.wait()
            self._hurried.clear()

    async def _one_life(self) -> str:
        """Live once; returns why it ended."""
        self._replaced = asyncio.get_running_loop().create_future()
        life = asyncio.ensure_future(self._live(self))
        ends: set[asyncio.Future[Any]] = {life, self._replaced}
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            life.cancel()
            # A process has ended, and was waited for, before another one takes its place.
            await uninterrupted(asyncio.wait({life}))
        try:
            life.result()
        except (asyncio.CancelledError, Lost, OSError) as error:
            return self._replaced.result() if self._replaced.done() else str(error) or type(error).__name__
        except Exception as error:
            log.exception("%s: a mistake in how it is kept alive", self.name)
            return f"{type(error).__name__}: {error}"
        return "it ended"


async def uninterrupted(work: Awaitable[T]) -> T:
    """Wait until something is done even if we are cancelled meanwhile; the cancellation comes after it."""
    doing = asyncio.ensure_future(work)
    cancelled = False
    while not doing.done():
        try:
            await asyncio.wait({doing})
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError
    return doing.result()

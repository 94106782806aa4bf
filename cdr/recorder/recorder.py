"""The recorder's loop: read the spool, store the events, wait while the database is down.

Exactly once: where a switch's events end in the database says where to go on, and a batch is one transaction.
After anything that leaves doubt (a connection lost while committing), that place is looked up again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from alembic.util import CommandError
from sqlalchemy.ext.asyncio import AsyncEngine
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential

from cdr.recorder.away import is_away
from cdr.recorder.projector import Projector
from cdr.recorder.status import StatusFile
from cdr.store import EventStore
from config.migrate import upgrade
from journal import spool
from journal.follower import Batch, Follower, SpoolPosition, end_of

log = logging.getLogger(__name__)

# A transaction takes no longer than so many seconds: others who write to SQLite wait for it, the switch among
# them. A batch has as many events as fit, and a busy transaction is followed by a gap (a share of its time).
TRANSACTION = 0.5
SMALLEST_BATCH, FIRST_BATCH, BATCH = 50, 200, 1000
GAP = 0.2
# Pauses between looks at the spool, in seconds: while events come, and when none came for a while.
LOOK, IDLE_LOOK = 0.02, 0.05
IDLE_AFTER = 2.0
# Pauses between tries while the database is away, in seconds.
PAUSES = wait_exponential(multiplier=0.1, max=5.0)
# Seconds between looks at what nobody did in time.
TICK = 5.0
# A transaction of one batch takes a fraction of a second; a connection that hangs for so long is given up.
TRANSACTION_SECONDS = 60.0
# So many segments stay after they were taken in, for people to look at.
KEPT_SEGMENTS = 8


class _NotNow(Exception):
    """The database takes nothing now; the text says why."""


class GaveUp(Exception):
    """Told to stop, and the rest takes too long."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How patient a recorder is.

    Args:
        drain: seconds that it continues after it was asked to stop, while the spool is not empty.
        kept_segments: segments that stay after they were taken in.
    """

    drain: float = 8.0
    kept_segments: int = KEPT_SEGMENTS


class Recorder:
    """Takes a spool into a database.

    Args:
        engine: of the database.
        folder: the spool.
        switch: whose recorder it is, for what follows from no event of the spool.
        projector: what is done with each event.
        status: where to say how far we are.
        limits: how patient to be.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        folder: Path,
        switch: str,
        projector: Projector,
        status: StatusFile,
        limits: Limits = Limits(),
    ) -> None:
        self._engine = engine
        self._store = EventStore(engine)
        self._folder = folder
        self._follower = Follower(folder)
        self._switch = switch
        self._projector = projector
        self._status = status
        self._limits = limits
        self._stop = asyncio.Event()
        self._give_up_at: float | None = None
        self._drain_to = SpoolPosition()
        self._applied: dict[str, int] = {}
        self._tick_at = 0.0
        self._limit = FIRST_BATCH

    def stop(self) -> None:
        """Take in what is in the spool, then end; what takes too long is left for the next start."""
        if not self._stop.is_set():
            self._give_up_at = asyncio.get_running_loop().time() + self._limits.drain
            self._drain_to = end_of(self._folder)
            self._stop.set()

    async def run(self) -> None:
        """Work until `stop`."""
        try:
            await self._insist(self._prepare)
            await self._follow()
        except GaveUp:
            log.warning("the recorder stops; the rest stays in the spool until the next start")
        finally:
            self._follower.close()
            self._status.write(self._follower.place)
            await self._engine.dispose()

    async def _follow(self) -> None:
        loop = asyncio.get_running_loop()
        busy_at = loop.time()
        number = 0
        while True:
            try:
                batch = self._follower.read(self._limit)
            except OSError as error:
                log.error("the spool can't be read: %s", error)
                batch = None
            if batch is None:
                if self._stop.is_set():
                    return
                self._status.write(self._follower.place)
                if loop.time() >= self._tick_at:
                    self._tick_at = loop.time() + TICK
                    await self._insist(self._tick)
                await asyncio.sleep(LOOK if loop.time() - busy_at < IDLE_AFTER else IDLE_LOOK)
                continue
            began = loop.time()
            await self._take(batch)
            busy_at = loop.time()
            self._status.note(batch.end, batch.lines[-1].seq if batch.lines else None)
            if batch.end.number != number:
                number = batch.end.number
                self._delete_before(number)
            if self._stop.is_set() and self._has_drained(batch.end):
                return
            await self._make_room(len(batch.lines), busy_at - began)

    def _has_drained(self, place: SpoolPosition) -> bool:
        """Whether all is taken in that was there when `stop` was called; a switch may go on writing.

        Raises:
            GaveUp: not yet, and it takes too long.
        """
        if place >= self._drain_to:
            return True
        assert self._give_up_at is not None
        if asyncio.get_running_loop().time() > self._give_up_at:
            raise GaveUp
        return False

    async def _make_room(self, lines: int, seconds: float) -> None:
        """Fit the next batch to what this one took, and let others write after a long one."""
        if seconds > TRANSACTION:
            self._limit = max(SMALLEST_BATCH, self._limit // 2)
        elif lines == self._limit and seconds < TRANSACTION / 2:
            self._limit = min(BATCH, 2 * self._limit)
        if seconds > TRANSACTION / 4 and self._engine.dialect.name == "sqlite":
            await asyncio.sleep(GAP * min(seconds, TRANSACTION))

    async def _prepare(self, careful: bool) -> None:
        await upgrade(self._engine)
        owners = {spool.owner(segment) for segment in spool.segments(self._folder)} - {None}
        async with self._engine.connect() as connection:
            for name in owners:
                assert name is not None
                self._applied[name] = await self._store.position(connection, name)
        self._follower.skip(self._applied)

    async def _take(self, batch: Batch) -> None:
        """Take one batch in, however long the database is away."""
        doubtful = batch.switch not in self._applied

        async def transaction(careful: bool) -> None:
            nonlocal doubtful
            async with self._engine.connect() as connection:
                if doubtful:
                    self._applied[batch.switch] = await self._store.position(connection, batch.switch)
                    await connection.rollback()
                doubtful = True
                last = self._applied[batch.switch]
                lines = [line for line in batch.lines if line.seq > last]
                if lines:
                    await self._projector.apply(connection, batch.switch, lines, careful=careful)
                    await connection.commit()
                    self._applied[batch.switch] = lines[-1].seq

        await self._insist(transaction)

    async def _tick(self, careful: bool) -> None:
        """Draw what follows from the time; what happened before is in the database by now."""
        async with self._engine.connect() as connection:
            await self._projector.tick(connection, self._switch, time.time(), careful=careful)
            await connection.commit()

    async def _insist(self, work: Callable[[bool], Awaitable[None]]) -> None:
        """Do some work on the database until it succeeds.

        Args:
            work: given whether to be careful, which it must be after an error of ours.

        Raises:
            GaveUp: `stop` was called, and it has not succeeded in time.
        """
        self._careful = False
        tries = AsyncRetrying(
            retry=retry_if_exception_type(_NotNow),
            wait=PAUSES,
            sleep=self._wait,
            before_sleep=self._complain,
        )
        await tries(self._try, work)
        self._all_well()

    async def _try(self, work: Callable[[bool], Awaitable[None]]) -> None:
        try:
            async with asyncio.timeout(TRANSACTION_SECONDS):
                await work(self._careful)
        except CommandError as error:
            raise _NotNow(f"the database has a different version: {error}") from None
        except Exception as error:
            if is_away(error):
                raise _NotNow(f"the database is away: {_reason(error)}") from None
            if self._careful:
                raise _NotNow(f"a batch failed again: {_reason(error)}") from None
            log.error("a batch failed and is stored event by event", exc_info=error)
            self._careful = True
            await self._try(work)

    async def _wait(self, pause: float) -> None:
        """Let a pause pass; being told to stop cuts it short."""
        loop = asyncio.get_running_loop()
        if self._give_up_at is None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), pause)
            return
        left = self._give_up_at - loop.time()
        if left <= 0:
            raise GaveUp
        await asyncio.sleep(min(pause, left))

    def _complain(self, state: RetryCallState) -> None:
        """Say what is wrong, once until it is well again."""
        assert state.outcome is not None
        why = str(state.outcome.exception())
        if self._status.problem is None:
            log.error("%s; events wait in the spool", why)
        self._status.problem = why
        self._status.write(self._follower.place)

    def _all_well(self) -> None:
        if self._status.problem is not None:
            log.warning("the database is back")
            self._status.problem = None

    def _delete_before(self, number: int) -> None:
        """Delete segments that were taken in, but for the last few."""
        done = [path for path in spool.segments(self._folder) if spool.number_of(path) < number]
        for segment in done[: max(0, len(done) - self._limits.kept_segments)]:
            with contextlib.suppress(OSError):
                segment.unlink()


def _reason(error: BaseException) -> str:
    """The first line of what an error says, without the statement and its values, which are private."""
    cause = getattr(error, "orig", None) or error
    text = str(cause).strip().splitlines()
    return text[0] if text else type(cause).__name__

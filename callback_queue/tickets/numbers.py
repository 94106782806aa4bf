"""Ticket numbers: unique, and there at once whatever the database and the disk do.

Numbers are taken from the database in blocks, and what is left of them stands in a file. Without a database
the file alone counts. A handful is always set aside there before any of it is given away, so that giving one
touches no disk; what a crash leaves of the handful is skipped. Where nothing is set aside and the database or
the disk fails, a long number made of the time does, and stays the ticket's: a caller may have heard it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy.exc import SQLAlchemyError

from callback_queue.tickets.store import FIRST_NUMBER

log = logging.getLogger(__name__)

BLOCK = 1000
"""Enough for a day without a database on most sites."""
LOW = 500
"""A new block is taken when so many are left."""
HANDFUL = 100
"""So many numbers are set aside at a time, and again when half of them are given away."""
PATIENCE = 2.0
"""Seconds for the database's answer."""
FIRST_PATIENCE = 1.0
"""Seconds that a number is waited for where nothing has failed yet: never again after a failure."""
_PAUSE = 3.0
_STRANGE_KEPT = 1000

Take: TypeAlias = Callable[[int, int], Awaitable[range]]
"""Takes a block of some size, with numbers above another one, for good (`TicketStore.next_block`)."""


class TicketNumbers:
    """Gives numbers away.

    Args:
        path: the file; its folder is made.
        take: takes a block from the database; None when there is none.
        used: numbers up to this one are taken already.
        clock: Unix seconds.
    """

    def __init__(
        self,
        path: Path,
        take: Take | None = None,
        *,
        used: int = FIRST_NUMBER - 1,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._path = path
        self._take = take
        self._clock = clock
        # One thread: writes never overtake each other.
        self._disk = ThreadPoolExecutor(1, "ticket-numbers")
        self._supplying: asyncio.Task[None] | None = None
        self._arrived = asyncio.Event()
        self._is_failing = False
        self._strange: dict[str, None] = {}
        self._ready: deque[int] = deque()
        self.highest = used
        """The highest number that this switch has given away or has in a block."""
        self._blocks = [block for block in self._read() if block]
        self.highest = max([self.highest, *(block.stop - 1 for block in self._blocks)])

    @property
    def next_number(self) -> int:
        """The number that will probably be given away next."""
        if self._ready:
            return self._ready[0]
        return self._blocks[0].start if self._blocks else self.highest + 1

    @property
    def left(self) -> int:
        """How many numbers are left before the database has to be asked."""
        return len(self._ready) + sum(map(len, self._blocks))

    def was_given(self, number: str) -> bool:
        """Whether this switch can have given a number; for sites without a database."""
        return FIRST_NUMBER <= int(number) < self.next_number or number in self._strange

    async def next(self) -> str:
        """A number that nobody has had; never raises.

        It waits, for a second at most, only while nothing is known to fail: for the first block after a
        start, and for a burst of callers.
        """
        self._supply_soon()
        if not self._ready and not self._is_failing:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FIRST_PATIENCE):
                    while not self._ready and not self._is_failing:
                        self._arrived.clear()
                        await self._arrived.wait()
            if not self._ready and not self._is_failing:
                self._fail("too slow")
        if not self._ready:
            return self._number_of_the_moment()
        return str(self._ready.popleft())

    async def close(self) -> None:
        """Put back what is set aside, and stop waiting for the database and for the disk."""
        if self._supplying is not None:
            self._supplying.cancel()
            await asyncio.gather(self._supplying, return_exceptions=True)
        if self._ready or self._strange:
            back = [range(number, number + 1) for number in self._ready]
            self._ready.clear()
            with contextlib.suppress(OSError):
                async with asyncio.timeout(FIRST_PATIENCE):
                    await self._put(_joined([*back, *self._blocks]))
        self._disk.shutdown(wait=False)

    async def prepare(self) -> None:
        """Set a first handful aside before callers come; what can't be had now is had later."""
        self._supply_soon()

    # --- supply -------------------------------------------------------------------------------------------

    def _supply_soon(self) -> None:
        if self._is_low() and (self._supplying is None or self._supplying.done()):
            self._supplying = asyncio.get_running_loop().create_task(self._supply())

    def _is_low(self) -> bool:
        return len(self._ready) <= HANDFUL // 2 or (self._take is not None and self.left < LOW)

    async def _supply(self) -> None:
        while self._is_low():
            try:
                if self._blocks and len(self._ready) <= HANDFUL // 2:
                    await self._set_aside()
                if self.left < (LOW if self._take is not None else HANDFUL):
                    self._blocks.append(await self._block())
                if len(self._ready) <= HANDFUL // 2:
                    await self._set_aside()
            except (SQLAlchemyError, OSError) as error:  # TimeoutError is an OSError
                self._fail(type(error).__name__)
                await asyncio.sleep(_PAUSE)
                continue
            if self._is_failing:
                log.info("there are ticket numbers again")
            self._is_failing = False
            self._arrived.set()

    def _fail(self, why: str) -> None:
        if not self._is_failing:
            log.warning("no new ticket numbers (%d left): %s", self.left, why)
        self._is_failing = True
        self._arrived.set()

    async def _block(self) -> range:
        if self._take is None:
            block = range(self.highest + 1, self.highest + 1 + BLOCK)
        else:
            async with asyncio.timeout(PATIENCE):
                block = await self._take(BLOCK, self.highest)
        self.highest = max(self.highest, block.stop - 1)
        return block

    async def _set_aside(self) -> None:
        """Move a handful out of the file."""
        first, *others = self._blocks
        await self._put([block for block in (first[HANDFUL:], *others) if block])
        self._ready.extend(first[:HANDFUL])
        self._arrived.set()

    async def _put(self, blocks: list[range]) -> None:
        written = self._disk.submit(self._write, blocks, list(self._strange)[-_STRANGE_KEPT:])
        await asyncio.shield(asyncio.wrap_future(written))
        self._blocks = blocks

    def _number_of_the_moment(self) -> str:
        """A number that no block can have: ten digits of the time and three of chance behind a 9."""
        while True:
            number = f"9{int(self._clock()):010}{secrets.randbelow(1000):03}"
            if number not in self._strange:
                self._strange[number] = None
                return number

    def _read(self) -> list[range]:
        try:
            data: Any = json.loads(self._path.read_bytes())
            blocks = [range(int(first), int(last) + 1) for first, last in data["blocks"]]
            self.highest = max(self.highest, int(data["highest"]))
            self._strange = dict.fromkeys(map(str, data.get("strange", ())))
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            if self._take is None:
                # To count from the start would give numbers twice: go on where nobody can have been.
                self.highest = max(self.highest, int(self._clock()))
            log.error("%s can't be read, new numbers are taken: %s", self._path, type(error).__name__)
            return []
        return [block for block in blocks if block]

    def _write(self, blocks: list[range], strange: list[str]) -> None:
        data = {
            "highest": self.highest,
            "blocks": [[block.start, block.stop - 1] for block in blocks],
            "strange": strange,
        }
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        half = self._path.with_suffix(".part")
        with half.open("w") as file:
            json.dump(data, file)
            file.flush()
            os.fsync(file.fileno())
        half.replace(self._path)


def _joined(blocks: list[range]) -> list[range]:
    """The same numbers in as few blocks as possible."""
    joined: list[range] = []
    for block in blocks:
        if joined and joined[-1].stop == block.start:
            joined[-1] = range(joined[-1].start, block.stop)
        elif block:
            joined.append(block)
    return joined

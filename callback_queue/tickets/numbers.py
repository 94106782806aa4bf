"""Ticket numbers: unique, and available at once even while the database is down.

Numbers are taken from the database in blocks, and what is left of a block stands in a file, which is on disk
before a number of it is given away: after a restart the next one follows. Without a database the file alone
counts. Where there is neither a block nor an answer, a long number made of the time does for the moment.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
import time
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
PATIENCE = 2.0
"""Seconds for the database's answer while a caller waits for a number."""
# Between tries: while numbers are left, and when callers would need some.
_PAUSE, _SHORT_PAUSE = 30.0, 3.0

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
        self._lock = asyncio.Lock()
        # One thread: what a caller who hung up left being written must not come after what follows.
        self._disk = ThreadPoolExecutor(1, "ticket-numbers")
        self._refilling: asyncio.Task[None] | None = None
        self._tried_at = float("-inf")
        self._strange: set[str] = set()
        self.highest = used
        """The highest number that this switch has given away or has in a block."""
        self._blocks = [block for block in self._read() if block]
        # Blocks that came while a number was being written down.
        self._fresh: list[range] = []
        self.highest = max([self.highest, *(block.stop - 1 for block in self._blocks)])

    @property
    def next_number(self) -> int:
        """The number that will probably be given away next."""
        return self._blocks[0].start if self._blocks else self.highest + 1

    @property
    def left(self) -> int:
        """How many numbers are left before the database has to be asked."""
        return sum(map(len, (*self._blocks, *self._fresh)))

    async def next(self) -> str:
        """A number that nobody has had.

        Raises:
            OSError: the disk failed.
        """
        async with self._lock:
            if self._take is not None and self.left < LOW:
                await self._refill()
            self._blocks, self._fresh = [*self._blocks, *self._fresh], []
            if self._take is None and not self._blocks:
                self._blocks = [range(self.highest + 1, self.highest + 1 + BLOCK)]
            if not self._blocks:
                return self._number_of_the_moment()
            first = self._blocks[0]
            rest = [block for block in (first[1:], *self._blocks[1:]) if block]
            self.highest = max(self.highest, first.start)
            await asyncio.get_running_loop().run_in_executor(self._disk, self._write, rest)
            self._blocks = rest
            return str(first.start)

    async def close(self) -> None:
        """Stop waiting for the database and for the disk."""
        if self._refilling is not None:
            self._refilling.cancel()
            await asyncio.gather(self._refilling, return_exceptions=True)
        self._disk.shutdown(wait=False)

    async def prepare(self) -> None:
        """Take a first block before callers come; one that can't be had now is taken later."""
        if self._take is not None and self.left < LOW:
            async with self._lock:
                await self._refill()

    async def _refill(self) -> None:
        """Have a new block taken; wait for it only when nothing is left."""
        if self._refilling is None or self._refilling.done():
            if self._clock() < self._tried_at + (_PAUSE if self.left else _SHORT_PAUSE):
                return
            self._tried_at = self._clock()
            self._refilling = asyncio.create_task(self._take_block())
        if not self.left:
            # Not for as long as the database takes: what is cancelled there can be slow to end.
            await asyncio.wait({self._refilling}, timeout=PATIENCE)

    async def _take_block(self) -> None:
        assert self._take is not None
        try:
            async with asyncio.timeout(PATIENCE):
                block = await self._take(BLOCK, self.highest)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("no new ticket numbers (%d left): %s", self.left, type(error).__name__)
            return
        # The file gets it with the next number; until then it would be lost with this process: no harm done.
        self._fresh.append(block)
        self.highest = max(self.highest, block.stop - 1)

    def _number_of_the_moment(self) -> str:
        """A number that no block can have: ten digits of the time and three of chance behind a 9."""
        log.error("there are no ticket numbers: neither a block nor an answer from the database")
        while True:
            number = f"9{int(self._clock()):010}{secrets.randbelow(1000):03}"
            if number not in self._strange:
                self._strange.add(number)
                return number

    def _read(self) -> list[range]:
        try:
            data: Any = json.loads(self._path.read_bytes())
            blocks = [range(int(first), int(last) + 1) for first, last in data["blocks"]]
            self.highest = max(self.highest, int(data["highest"]))
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, KeyError) as error:
            if self._take is None:
                # To count from the start would give numbers twice: go on where nobody can have been.
                self.highest = max(self.highest, int(self._clock()))
            log.error("%s can't be read, new numbers are taken: %s", self._path, type(error).__name__)
            return []
        return [block for block in blocks if block]

    def _write(self, blocks: list[range]) -> None:
        data = {"highest": self.highest, "blocks": [[block.start, block.stop - 1] for block in blocks]}
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        half = self._path.with_suffix(".part")
        with half.open("w") as file:
            json.dump(data, file)
            file.flush()
            os.fsync(file.fileno())
        half.replace(self._path)

"""The ticket service of one switch: tickets, numbers, customers and commands, wired together."""

from __future__ import annotations

import asyncio
import logging
import operator
import time
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine
from tenacity import AsyncRetrying, retry_if_result, wait_exponential

from callback_queue.customers.directory import Customers
from callback_queue.customers.store import CustomerStore
from callback_queue.tickets.book import DurableJournal, RequestCallback, TicketBook
from callback_queue.tickets.commands import CancelCallbacks, Known, TicketCommands
from callback_queue.tickets.numbers import TicketNumbers
from callback_queue.tickets.opening import OpeningRules
from callback_queue.tickets.store import FIRST_NUMBER, TicketStore
from config import Site
from control.server import Answer

log = logging.getLogger(__name__)

NUMBERS_FILE = "run/numbers.json"
NO_DATABASE = {"error": "the site has no database (`database:` in hotline.yaml)"}
"""The answer to requests that need one."""
OLD_FOLDER = "tickets"
"""Where earlier versions kept a file for each ticket; their numbers are not given again."""


# Seconds between tries.
_PAUSES = wait_exponential(multiplier=0.5, max=30.0)


class TicketService:
    """All that concerns tickets in one switch.

    Args:
        site: its settings; switch and database stay those to the end.
        journal: where tickets go.
        request: makes the request to call back from a new ticket.
        database: None without one.
        cancel_callbacks: cancels those of a ticket in the database, None without one.
    """

    def __init__(
        self,
        site: Site,
        journal: DurableJournal,
        request: RequestCallback,
        database: AsyncEngine | None,
        cancel_callbacks: CancelCallbacks | None,
    ) -> None:
        country = site.settings.country or ""
        self._rules = OpeningRules.of(site)
        self._known = Known.of(site)
        self._commands: TicketCommands | None = None
        store = customers = None
        if database is not None and cancel_callbacks is not None:
            store, customers = TicketStore(database, country), CustomerStore(database, country)
            self._commands = TicketCommands(
                journal, store, cancel_callbacks, lambda: self._rules.sla, lambda: self._known
            )
        self.customers = Customers(country, customers)
        self._numbers = _numbers(site, store)
        self.book = TicketBook(
            self._numbers, journal, site.recordings_folder, self._rules, self.customers, request, store
        )
        self._reading: asyncio.Task[None] | None = None

    async def start(self, site: Site) -> None:
        """Read the file of customers; the database's part comes when it comes."""
        await self.customers.read_file(site)
        if self._commands is None:
            await self._numbers.prepare()
        self._reading = asyncio.get_running_loop().create_task(self._from_database())

    async def use(self, site: Site) -> None:
        """Take what a reload brought."""
        self._rules = OpeningRules.of(site)
        self._known = Known.of(site)
        self.book.use(self._rules)
        await self.customers.read_file(site)
        if self._commands is not None and not await self.customers.read_table():
            log.warning("the table of customers can't be read; the previous one stays in use")

    async def close(self) -> None:
        """Stop waiting for the database."""
        if self._reading is not None:
            self._reading.cancel()
        await self._numbers.close()

    def answers(self) -> dict[str, Answer]:
        """What can be asked on the control socket."""
        return {"ticket": self._ticket, "customers": self._customers}

    async def _from_database(self) -> None:
        """Read the database's part as soon as there is one: its tables are the recorder's to make."""
        if self._commands is None:
            return
        until_read = AsyncRetrying(retry=retry_if_result(operator.not_), wait=_PAUSES)
        await until_read(self.customers.read_table)
        await self._numbers.prepare()

    async def _ticket(self, question: dict[str, Any]) -> dict[str, Any]:
        return NO_DATABASE if self._commands is None else await self._commands.answer(question)

    async def _customers(self, question: dict[str, Any]) -> dict[str, Any]:
        """Read the table of customers anew."""
        read = await self.customers.read_table()
        return {"customers": len(self.customers)} if read else {"error": "the table can't be read"}


def _numbers(site: Site, store: TicketStore | None) -> TicketNumbers:
    path = site.path(NUMBERS_FILE)
    used = _used(site.path(OLD_FOLDER))
    if store is None:
        return TicketNumbers(path, used=used)
    known, switch = store, site.settings.switch

    async def take(size: int, above: int) -> range:
        return await known.next_block(switch, size, time.time(), above)

    return TicketNumbers(path, take, used=used)


def _used(folder: Path) -> int:
    """The highest number of the files of earlier versions."""
    numbers = (int(path.stem) for path in folder.glob("*.json") if path.stem.isdecimal())
    return max(numbers, default=FIRST_NUMBER - 1)

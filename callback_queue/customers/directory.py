"""Caller identification: the site's customers file and the database table, both held in memory.

So callers are identified at once, even while the database is down. The table is read when the server starts,
when it reloads, and when `hotline customers import` says that it has changed.
"""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy.exc import SQLAlchemyError

from callback_queue.customers.book import Customer, CustomerBook, load_csv
from callback_queue.customers.store import CustomerStore
from config import Site

log = logging.getLogger(__name__)

READ_SECONDS = 10.0


def site_customers(site: Site) -> CustomerBook:
    """The customers of a site's file, those without mistakes; every mistake goes to the log with its line."""
    path = site.customers_file
    country = site.settings.country or ""
    if path is None:
        return CustomerBook(country=country)
    book, problems = load_csv(path, country)
    for problem in problems:
        log.warning("%s", problem)
    return book


class Customers:
    """Looks customers up: in the site's file, then in the database's table.

    Args:
        country: the country of numbers that are written without one, "".
        store: the table, None without a database.
    """

    def __init__(self, country: str = "", store: CustomerStore | None = None) -> None:
        self._country = country
        self._store = store
        self._file = CustomerBook(country=country)
        self._table = CustomerBook(country=country)

    def __len__(self) -> int:
        return len(self._file) + len(self._table)

    async def find(self, number: str) -> Customer | None:
        """Who has a number; None for nobody known. Never raises, and never waits."""
        return self._file.find(number) or self._table.find(number)

    async def read_file(self, site: Site) -> None:
        """Take the customers of a site's file in."""
        self._file = await asyncio.to_thread(site_customers, site)

    async def read_table(self) -> bool:
        """Take the database's customers in; whether that went well. Else, what was known stays known."""
        if self._store is None:
            return False
        try:
            async with asyncio.timeout(READ_SECONDS):
                found = await self._store.everybody()
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.debug("the table of customers can't be read: %s", type(error).__name__)
            return False
        self._table = await asyncio.to_thread(CustomerBook, found, self._country)
        return True

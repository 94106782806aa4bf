"""Customers in the database: imported from a file as a whole, found by number, listed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any, TypeAlias

from sqlalchemy import Row, delete, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from callback_queue.customers.book import Customer
from callback_queue.customers.tables import CustomerNumber, CustomerRow
from callback_queue.database import text
from config.telephone_numbers import NumberKeys, number_keys

# The class below has a method of the name `list`.
Customers: TypeAlias = list[Customer]

_BATCH = 500


class CustomerStore:
    """The table of customers.

    Args:
        engine: the database; every method may raise what it raises.
        country: the country whose national numbers are meant, "" where nobody said.
    """

    def __init__(self, engine: AsyncEngine, country: str = "") -> None:
        self._engine = engine
        self._country = country

    async def replace(self, customers: Sequence[Customer]) -> None:
        """Put these customers in the place of all that were there; whole or not at all."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(CustomerNumber))
            await connection.execute(delete(CustomerRow))
            for start in range(0, len(customers), _BATCH):
                await self._add(connection, customers[start : start + _BATCH])

    async def find(self, number: str) -> Customer | None:
        """Who has a number, in any spelling; None for nobody, and when it could be more than one."""
        async with self._engine.connect() as connection:
            return await find(connection, number, self._country)

    async def get(self, customer: str) -> Customer | None:
        """One customer by its id."""
        async with self._engine.connect() as connection:
            wanted = select(CustomerRow.__table__).where(CustomerRow.customer == text(customer, 64))
            row = (await connection.execute(wanted)).one_or_none()
        return None if row is None else _customer(row)

    async def everybody(self) -> Customers:
        """All of them."""
        async with self._engine.connect() as connection:
            wanted = select(CustomerRow.__table__).order_by(CustomerRow.customer)
            return [_customer(row) for row in (await connection.execute(wanted)).all()]

    async def list(self, words: str = "", limit: int = 100, offset: int = 0) -> Customers:
        """Customers by name; those with `words` in id, name or product."""
        wanted = select(CustomerRow.__table__).order_by(CustomerRow.name, CustomerRow.customer)
        if words:
            columns = (CustomerRow.customer, CustomerRow.name, CustomerRow.product)
            wanted = wanted.where(or_(*(column.icontains(words, autoescape=True) for column in columns)))
        async with self._engine.connect() as connection:
            rows = (await connection.execute(wanted.limit(limit).offset(offset))).all()
        return [_customer(row) for row in rows]

    async def _add(self, connection: AsyncConnection, customers: Iterable[Customer]) -> None:
        rows, numbers = [], []
        for customer in customers:
            identifier = text(customer.id, 64)
            rows.append(
                {
                    "customer": identifier,
                    "name": text(customer.name, 1000),
                    "tier": customer.tier,
                    "product": text(customer.product, 1000),
                    "language": customer.language,
                    "tags": [text(tag, 100) for tag in customer.tags],
                    "numbers": [text(number, 64) for number in customer.numbers],
                }
            )
            keys = {keys.full: keys for keys in self._keys(customer)}
            numbers += [
                {"key": full, "customer": identifier, "national": keys.national}
                for full, keys in keys.items()
            ]
        await connection.execute(insert(CustomerRow), rows)
        if numbers:
            await connection.execute(insert(CustomerNumber), numbers)

    def _keys(self, customer: Customer) -> Iterable[NumberKeys]:
        return (number_keys(number, self._country) for number in customer.numbers)


async def find(connection: AsyncConnection, number: str, country: str = "") -> Customer | None:
    """Who has a number, in the caller's transaction; as `callback_queue.customers.book.CustomerBook.find`."""
    if not number.strip():
        return None
    keys = number_keys(number, country)
    wanted = select(CustomerNumber.key, CustomerNumber.national, CustomerNumber.customer).where(
        or_(CustomerNumber.key == keys.full, CustomerNumber.national == keys.national)
    )
    wanted = wanted.order_by(CustomerNumber.customer)
    rows = (await connection.execute(wanted)).all()
    exact = [row.customer for row in rows if row.key == keys.full]
    # A number without its country is stored with one and the same key for both.
    alike = {
        row.customer
        for row in rows
        if NumberKeys(row.key, row.national, row.key != row.national).same_as(keys)
    }
    found = exact[0] if exact else next(iter(alike)) if len(alike) == 1 else None
    if found is None:
        return None
    row = (await connection.execute(select(CustomerRow.__table__).where(CustomerRow.customer == found))).one()
    return _customer(row)


def _customer(row: Row[Any]) -> Customer:
    values = dict(row._mapping)
    values["id"] = values.pop("customer")
    values["tags"], values["numbers"] = tuple(values["tags"]), tuple(values["numbers"])
    assert values.keys() == {field.name for field in fields(Customer)}
    return Customer(**values)

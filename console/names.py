"""Display names of agents (by number) and customers (by id)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from callback_queue.customers.tables import CustomerRow
from callback_queue.tickets.tables import Ticket
from config import Site


class Names:
    """Names of agents and customers.

    Args:
        site: has the agents.
        engine: the site's database, which has the customers.
    """

    def __init__(self, site: Site, engine: AsyncEngine) -> None:
        self._engine = engine
        self._agents: dict[str, str] = {}
        self.use(site)

    def use(self, site: Site) -> None:
        """Take agents' names from this version of the site."""
        self._agents = {agent.number: agent.name for agent in site.agents}

    def agent(self, number: str) -> str:
        """An agent's name; "" for somebody whom the site's files do not know."""
        return self._agents.get(number, "")

    async def customers(self, identifiers: Iterable[str]) -> dict[str, str]:
        """Customers' names by id, looked up together."""
        wanted = {identifier for identifier in identifiers if identifier}
        if not wanted:
            return {}
        query = select(CustomerRow.customer, CustomerRow.name).where(CustomerRow.customer.in_(wanted))
        async with self._engine.connect() as connection:
            return {row.customer: row.name for row in await connection.execute(query)}

    async def customers_of_tickets(self, tickets: Iterable[str]) -> dict[str, str]:
        """Customers' names by the numbers of their tickets."""
        wanted = set(tickets)
        if not wanted:
            return {}
        query = (
            select(Ticket.number, CustomerRow.name)
            .join(CustomerRow, CustomerRow.customer == Ticket.customer)
            .where(Ticket.number.in_(wanted))
        )
        async with self._engine.connect() as connection:
            return {row.number: row.name for row in await connection.execute(query)}

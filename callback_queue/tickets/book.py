"""Opens tickets: in the journal at once, and on disk before the caller hears the number.

Nothing that can fail comes before the journal. While its disk fails, ticket and callback wait in memory, in
their order: the caller still hears the number, which stays.

With everything that is known of it: customer, deadlines, what was said with its recordings. Where there is a
number to call, the request to call back follows it (`callback_queue.callbacks.request`). The recorder makes
rows of both; without a database the journal's files hold them.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeAlias

from sqlalchemy.exc import SQLAlchemyError

from asr.intake.values import OpenTicket
from asr.slots.values import CallWindow
from callback_queue.customers.directory import Customers
from callback_queue.tickets.events import TicketOpened
from callback_queue.tickets.numbers import TicketNumbers
from callback_queue.tickets.opening import OpeningRules, Origin, open_ticket
from callback_queue.tickets.store import TicketStore
from journal.event import Event

log = logging.getLogger(__name__)

DISK_SECONDS = 5.0
"""How long a caller waits for a slow disk."""
STORE_SECONDS = 1.0
_REMEMBERED = 10_000


RequestCallback: TypeAlias = Callable[[TicketOpened, CallWindow | None, float], Event | None]
"""Makes the request to call back; from the ticket, the time that its customer wishes, and the arrival."""


class DurableJournal(Protocol):
    """The journal (`journal.journal.Journal`)."""

    def append(self, event: Event) -> None:
        """Keep one event."""

    async def durable(self) -> None:
        """Wait until everything appended so far is on disk; raises OSError."""

    @property
    def is_failing(self) -> bool:
        """Whether the disk refuses what is written, so that events wait in memory."""


class TicketBook:
    """Writes tickets.

    Args:
        numbers: where their numbers come from.
        journal: where they go.
        recordings: the recordings folder; files in tickets are named from there.
        rules: what the site says about new tickets.
        customers: who calls.
        request: makes the request to call back, None for a ticket that needs none.
        store: the tickets in the database, None without one.
        clock: Unix seconds.
    """

    def __init__(
        self,
        numbers: TicketNumbers,
        journal: DurableJournal,
        recordings: Path,
        rules: OpeningRules,
        customers: Customers,
        request: RequestCallback,
        store: TicketStore | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._numbers = numbers
        self._journal = journal
        self._recordings = recordings
        self._rules = rules
        self._customers = customers
        self._request = request
        self._store = store
        self._clock = clock
        self._new: deque[str] = deque(maxlen=_REMEMBERED)

    def use(self, rules: OpeningRules) -> None:
        """Take what a reload brought."""
        self._rules = rules

    async def write(
        self,
        wanted: OpenTicket,
        call: str,
        leg: str,
        *,
        caller: str = "",
        arrival: float = 0.0,
        priority: int = 0,
        recording: str = "",
    ) -> str:
        """Write one ticket, with the wish to be called back; returns its number once both are on disk.

        Where the disk fails or is too slow, the number comes all the same: both are in the journal.

        Args:
            wanted: what the caller wants.
            call, leg: where it was said.
            caller: the number that calls, for a ticket that does not say it.
            arrival: since when the caller waits, 0 for since now.
            priority: as the flow gave it.
            recording: the whole conversation, inside the recordings folder, "".

        Raises:
            OSError: the journal is closed, or has no room in memory either.
        """
        customer = await self._customers.find(wanted.caller or caller or wanted.callback_number or "")
        number = await self._numbers.next()
        origin = Origin(
            at=self._clock(),
            call=call,
            leg=leg,
            caller=caller,
            arrival=arrival,
            priority=priority,
            recording=recording,
        )
        ticket = open_ticket(wanted, number, origin, customer, self._rules, self._recordings)
        self._journal.append(ticket)
        callback = self._request(ticket, wanted.when, arrival)
        if callback is not None:
            self._journal.append(callback)
        self._new.append(number)
        try:
            async with asyncio.timeout(0 if self._journal.is_failing else DISK_SECONDS):
                await self._journal.durable()
        except TimeoutError:
            log.warning("a ticket is not on disk yet", extra={"ticket": number})
        return number

    async def state_of(self, number: str) -> str | None:
        """How far a ticket is; None when there is none of that number. Never raises, and is soon there.

        The database knows; of a ticket that it has not got yet, and without a database, all that can be said
        is "open".
        """
        if not (number.isascii() and number.isdigit() and len(number) <= 20):
            return None
        if self._store is None:
            return "open" if self._numbers.was_given(number) else None
        known = None
        try:
            async with asyncio.timeout(STORE_SECONDS):
                known = await self._store.state_of(number)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("a ticket can't be looked up: %s", type(error).__name__)
        return known or ("open" if number in self._new else None)

"""The callback service of one switch; it outlives reloads of the site."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from callback_queue.acd.services import QueueServices
from callback_queue.callbacks.commands import CallbackCommands
from callback_queue.callbacks.dialler import Dialler
from callback_queue.callbacks.lease import LeaseTable
from callback_queue.callbacks.policy import CallbackRules
from callback_queue.callbacks.services import CallbackServices, CallbackStorage, CustomerPhones, Gate
from callback_queue.callbacks.store import CallbackStore
from callback_queue.tickets.store import TicketStore
from config import Site
from journal.journal import Journal
from telephony.call.errors import NotPermitted
from telephony.call.switchboard import Target

# What people write into numbers, and nobody dials.
_ORNAMENTS = re.compile(r"[\s()./-]+")


class CallbackService:
    """The dialler of one switch, and what people do with its callbacks.

    Args:
        site: its settings; switch and database stay those to the end.
        engine: the database.
        journal: where facts go.
        gate: opens when callbacks may be dialled.
    """

    def __init__(self, site: Site, engine: AsyncEngine, journal: Journal, gate: Gate) -> None:
        settings = site.settings
        country = settings.country or ""
        store = CallbackStore(engine, country)
        self.commands = CallbackCommands(
            journal,
            store,
            tickets=TicketStore(engine, country),
            rules=lambda: self._services.rules,
            refusal=lambda number: self._services.phones.refusal(number),
        )
        storage = CallbackStorage(
            callbacks=store,
            leases=LeaseTable(engine),
            tickets=TicketStore(engine, country),
            gate=gate,
            journal=journal,
            switch=settings.switch,
        )
        self._services: CallbackServices
        self.dialler = Dialler(storage, lambda: self._services)
        journal.listen(self.dialler.heard)

    def use(self, site: Site, acd: QueueServices, phones: CustomerPhones) -> None:
        """Work by this version of the site from the next attempt on.

        Args:
            site: its rules.
            acd: queues, agents, voices.
            phones: whom a number reaches.
        """
        settings = site.settings
        self._services = CallbackServices(
            acd=acd,
            settings=settings.callbacks,
            rules=CallbackRules.of(settings.callbacks, site.timezone, settings.country),
            name=settings.name,
            phones=_Plain(phones),
        )

    async def drain(self, seconds: float) -> None:
        """Begin nothing more, and wait for conversations, but not for ever."""
        self.dialler.stop()
        await self.dialler.wait_idle(seconds)


class _Plain:
    """Customers' phones, by numbers as people write them."""

    def __init__(self, phones: CustomerPhones) -> None:
        self._phones = phones

    def targets(self, number: str) -> Sequence[Target]:
        return tuple(self._phones.targets(_plain(number)))

    def refusal(self, number: str) -> NotPermitted | None:
        return self._phones.refusal(_plain(number))


def _plain(number: str) -> str:
    return number if "@" in number else _ORNAMENTS.sub("", number)

"""The callback service of one switch; it outlives reloads of the site."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Collection

from sqlalchemy.ext.asyncio import AsyncEngine

from asr.workers.client import Recognisers
from callback_queue.acd.services import QueueServices
from callback_queue.callbacks.dialler import Dialler
from callback_queue.callbacks.lease import LeaseTable
from callback_queue.callbacks.policy import CallbackRules
from callback_queue.callbacks.services import CallbackServices, CallbackStorage
from callback_queue.callbacks.store import CallbackStore
from callback_queue.recovery.gate import RecoveryGate, StoredEvents
from callback_queue.recovery.recordings import Recovery
from callback_queue.tickets.late_transcription import LateWords
from callback_queue.tickets.store import TicketStore
from config import Site
from journal.journal import Journal
from telephony.call.switchboard import Target

log = logging.getLogger(__name__)

# What people write into numbers, and nobody dials.
_ORNAMENTS = re.compile(r"[\s()./-]+")


class CallbackService:
    """Dialler and recovery of one switch.

    Args:
        site: its settings; switch and database stay those to the end.
        engine: the database.
        journal: where facts go.
        events: the journal's events in the database.
        recognisers: for recordings without words; None where nothing recognises speech.
    """

    def __init__(
        self,
        site: Site,
        engine: AsyncEngine,
        journal: Journal,
        events: StoredEvents,
        recognisers: Recognisers | None,
    ) -> None:
        settings = site.settings
        country = settings.country or ""
        self._journal = journal
        self._gate = RecoveryGate(engine, events, settings.switch)
        words = None
        if recognisers is not None:
            words = LateWords(engine, recognisers, site.recordings_folder, journal.append)
        self._recovery = Recovery(
            events, self._gate, settings.switch, site.recordings_folder, journal.append, words
        )
        storage = CallbackStorage(
            callbacks=CallbackStore(engine, country),
            leases=LeaseTable(engine),
            tickets=TicketStore(engine, country),
            gate=self._gate,
            journal=journal,
            switch=settings.switch,
        )
        self._services: CallbackServices
        self.dialler = Dialler(storage, lambda: self._services)
        journal.listen(self.dialler.heard)
        self._starting: asyncio.Task[None] | None = None

    def use(self, site: Site, acd: QueueServices, targets: Callable[[str], Collection[Target]]) -> None:
        """Work by this version of the site from the next attempt on.

        Args:
            site: its rules.
            acd: queues, agents, voices.
            targets: whom a number reaches.
        """
        settings = site.settings
        self._services = CallbackServices(
            acd=acd,
            settings=settings.callbacks,
            rules=CallbackRules.of(settings.callbacks, site.timezone, settings.country),
            name=settings.name,
            targets=lambda number: tuple(targets(number if "@" in number else _ORNAMENTS.sub("", number))),
        )

    def start(self, started: float) -> None:
        """Begin, once `SwitchStarted` was told, at `started` (Unix seconds)."""
        self._recovery.started = started
        self._starting = asyncio.get_running_loop().create_task(self._start())

    async def _start(self) -> None:
        try:
            await self._journal.durable()
        except OSError as error:
            log.error("no callbacks: the journal can't be written: %s", error)
            return
        self._gate.wait_for(self._journal.last_seq)
        self._recovery.start()
        self.dialler.start()

    async def drain(self, seconds: float) -> None:
        """Begin nothing more, and wait for conversations, but not for ever."""
        if self._starting is not None:
            self._starting.cancel()
        self.dialler.stop()
        await self.dialler.wait_idle(seconds)

    def close(self) -> None:
        """End everything at once."""
        if self._starting is not None:
            self._starting.cancel()
        self.dialler.stop()
        self._recovery.close()

"""Commands about tickets and callbacks over a real database, with what is recorded of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL

from callback_queue.callbacks.commands import CallbackCommands
from callback_queue.tickets.commands import Known, TicketCommands
from callback_queue.tickets.events import TicketOpened
from callback_queue.tickets.sla import SlaRules
from journal.journal import Journal
from tests.unit.callback_queue.records import CALLBACK_RULES, NOW, Records, records, requested, rules, ticket

ID = "100001.1"
LATER = NOW + 600
SITE = Known(
    agents={"1001", "1002", "1003"},
    queues={"support": ("1001", "1002"), "sales": ("1003",)},
    categories={"printing", "network"},
)


class Commands:
    """Commands over a real database; what they tell is taken in at once, as the recorder would."""

    def __init__(self, known: Records, journal: Journal, sla: SlaRules) -> None:
        self.known = known
        self.tickets, self.callbacks = known.tickets, known.callbacks
        self._journal = journal
        self._callback_commands = CallbackCommands(
            journal,
            known.callbacks,
            clock=lambda: self.now,
            tickets=known.tickets,
            rules=lambda: CALLBACK_RULES,
        )
        self._ticket_commands = TicketCommands(
            journal,
            known.tickets,
            self._callback_commands.cancel_of,
            lambda: sla,
            lambda: SITE,
            clock=lambda: self.now,
        )
        self.now = LATER

    async def ticket(self, **question: Any) -> dict[str, Any]:
        return await self._recorded(
            self._ticket_commands.answer({"ticket": "100001", "by": "agent:1001", **question})
        )

    async def callback(self, **question: Any) -> dict[str, Any]:
        return await self._recorded(
            self._callback_commands.answer({"callback": ID, "by": "agent:1001", **question})
        )

    async def _recorded(self, work: Awaitable[dict[str, Any]]) -> dict[str, Any]:
        before = len(self._journal.recent)
        answer = await work
        await self.known.tell(*list(self._journal.recent)[before:])
        return answer


def play(url: URL, folder: Path, scene: Callable[[Commands], Awaitable[None]], opened: TicketOpened) -> None:
    async def run() -> None:
        journal = Journal(folder / "journal")
        async with records(url) as known:
            await known.tell(opened, requested("100001"))
            await scene(Commands(known, journal, rules().sla))
        journal.close()

    asyncio.run(run())


OPENED = ticket("100001", severity=3, respond_by=NOW + 28800, resolve_by=NOW + 144000)

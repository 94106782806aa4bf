"""Changes to tickets, as the control command "ticket".

A change is checked against the database, then written to the journal, from where the recorder applies it: the
answer comes once it is on disk.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from sqlalchemy.exc import SQLAlchemyError

from callback_queue.tickets.book import DISK_SECONDS, DurableJournal
from callback_queue.tickets.events import TicketChanged
from callback_queue.tickets.sla import SlaRules, deadlines, resumed
from callback_queue.tickets.store import TicketStore, TicketView
from callback_queue.tickets.ticket import AT_WORK, Standing, TicketState, change

STORE_SECONDS = 3.0
LONGEST_NOTE = 4000

CancelCallbacks: TypeAlias = Callable[[str, str, float, str], Awaitable[None]]
"""Cancels the callbacks of a ticket: its number, who cancels them, when (Unix seconds), and a note."""


class Refusal(Exception):
    """It will not be done; the text says why."""


class TicketCommands:
    """Changes tickets.

    Args:
        journal: where changes go.
        tickets: the database.
        cancel_callbacks: for a ticket that is solved or closed.
        rules: the site's newest promises.
        clock: Unix seconds.
    """

    def __init__(
        self,
        journal: DurableJournal,
        tickets: TicketStore,
        cancel_callbacks: CancelCallbacks,
        rules: Callable[[], SlaRules],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._journal = journal
        self._tickets = tickets
        self._cancel_callbacks = cancel_callbacks
        self._rules = rules
        self._clock = clock

    async def answer(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """Change a ticket.

        Args:
            question: `ticket`, its number; `by`, who does it; `changes`, new values by field (those of
                `callback_queue.tickets.ticket.FIELDS`); `note`, what to write into its history.

        Returns:
            the ticket's number and what changes, or `error`. All changes of a question are made, or none.
        """
        return await answered(self._change(question))

    async def _change(self, question: Mapping[str, Any]) -> dict[str, Any]:
        number, by = text_in(question, "ticket"), text_in(question, "by")
        note = text_in(question, "note", needed=False)
        wished = question.get("changes") or {}
        if not isinstance(wished, dict) or len(note) > LONGEST_NOTE:
            raise Refusal(f"changes are a table of fields, a note has at most {LONGEST_NOTE} characters")
        if not wished and not note:
            raise Refusal("no changes and no note")
        async with asyncio.timeout(STORE_SECONDS):
            ticket = await self._tickets.get(number)
        if ticket is None:
            raise Refusal(f"there is no ticket {number}")
        outcome = change(Standing(TicketState(ticket.state), ticket.owner), wished)
        if outcome.refused:
            raise Refusal("; ".join(f"{name}: {why}" for name, why in outcome.refused.items()))
        now = self._clock()
        changes = {**wished, **_new_deadlines(ticket, outcome.values, now, self._rules())}
        self._journal.append(TicketChanged(now, ticket=number, by=by, changes=changes, note=note))
        state = outcome.values.get("state", ticket.state)
        if state not in AT_WORK and ticket.state in AT_WORK:
            await self._cancel_callbacks(number, by, now, f"ticket {state}")
        await on_disk(self._journal)
        return {"ticket": number, "changes": {**outcome.values, **changes}}


async def on_disk(journal: DurableJournal) -> None:
    """Wait until everything told so far is on disk."""
    async with asyncio.timeout(DISK_SECONDS):
        await journal.durable()


async def answered(work: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    """The answer to a request: that of the work, or `error`."""
    try:
        answer = await work
    except Refusal as refusal:
        return {"error": str(refusal)}
    except TimeoutError:
        return {"error": "the database or the disk is too slow; try again"}
    except (SQLAlchemyError, OSError) as error:
        return {"error": f"the database or the disk is unavailable: {type(error).__name__}"}
    return answer


def _new_deadlines(
    ticket: TicketView, values: Mapping[str, Any], now: float, rules: SlaRules
) -> dict[str, float]:
    """The deadlines that follow from a change: a new severity sets both, the end of waiting moves one."""
    if "respond_by" in values or "resolve_by" in values:
        return {}
    if values.get("severity", ticket.severity) != ticket.severity:
        due = deadlines(ticket.opened_at, ticket.tier, values["severity"], rules)
        return {"respond_by": due.respond_by, "resolve_by": due.resolve_by}
    goes_on = values.get("state") in (TicketState.OPEN, TicketState.ASSIGNED)
    if ticket.state == TicketState.WAITING and goes_on:
        moved = resumed(ticket.resolve_by, ticket.waiting_since, now, rules)
        return {"resolve_by": moved} if moved != ticket.resolve_by else {}
    return {}


def text_in(question: Mapping[str, Any], name: str, *, needed: bool = True) -> str:
    """A text of a request; raises `Refusal` when it is needed and missing."""
    value = question.get(name, "" if not needed else None)
    if not isinstance(value, str) or (needed and not value.strip()):
        raise Refusal(f"`{name}` is missing")
    return value.strip()

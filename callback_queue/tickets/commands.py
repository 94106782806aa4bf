"""Changes to tickets, as the control command "ticket".

A change is checked against the database, then written to the journal, from where the recorder applies it: the
answer comes once it is on disk.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy.exc import SQLAlchemyError

from callback_queue.tickets.book import DISK_SECONDS, DurableJournal
from callback_queue.tickets.events import TicketChanged
from callback_queue.tickets.sla import SlaRules, changed_deadlines, pauses
from callback_queue.tickets.store import TicketStore, TicketView
from callback_queue.tickets.ticket import AT_WORK, Standing, TicketState, change, over_note
from config import Site
from config.models.tickets import USUAL

STORE_SECONDS = 3.0
LONGEST_NOTE = 4000

CancelCallbacks: TypeAlias = Callable[[str, str, float, str], Awaitable[None]]
"""Cancels the callbacks of a ticket: its number, who cancels them, when (Unix seconds), and a note."""


class Refusal(Exception):
    """It will not be done; the text says why.

    Args:
        text: for people.
        fields: what is wrong with which value, for programs.
    """

    def __init__(self, text: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.fields = dict(fields or {})


@dataclass(frozen=True, slots=True)
class Known:
    """What a site has that tickets may refer to.

    Args:
        agents: their numbers.
        queues: the agents who serve each.
        categories: their names.
    """

    agents: Collection[str]
    queues: Mapping[str, Collection[str]]
    categories: Collection[str]

    @classmethod
    def of(cls, site: Site) -> Known:
        """What this version of a site has."""
        return cls(
            {agent.number for agent in site.agents},
            {queue.name: queue.agents for queue in site.queues},
            {category.name for category in site.settings.tickets.categories},
        )

    def refusals(self, wished: Mapping[str, Any]) -> dict[str, str]:
        """What does not exist of what a wish refers to, by field."""
        kinds = (("owner", "agent", self.agents), ("queue", "queue", self.queues))
        found = {}
        for field, what, names in (*kinds, ("category", "category", self.categories)):
            value = wished.get(field)
            if isinstance(value, str) and value and value not in names:
                found[field] = f"there is no {what} {value!r}"
        return found


class TicketCommands:
    """Changes tickets.

    Args:
        journal: where changes go.
        tickets: the database.
        cancel_callbacks: for a ticket that is solved or closed.
        rules: the site's newest promises.
        known: what the site has that tickets may refer to.
        clock: Unix seconds.
    """

    def __init__(
        self,
        journal: DurableJournal,
        tickets: TicketStore,
        cancel_callbacks: CancelCallbacks,
        rules: Callable[[], SlaRules],
        known: Callable[[], Known],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._journal = journal
        self._tickets = tickets
        self._cancel_callbacks = cancel_callbacks
        self._rules = rules
        self._known = known
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
            past = pauses(await self._tickets.states(number))
        if ticket is None:
            raise Refusal(f"there is no ticket {number}")
        known, rules = self._known(), self._rules()
        unknown = known.refusals(wished)
        if unknown:
            raise Refusal("; ".join(f"{name}: {why}" for name, why in unknown.items()), unknown)
        wished = _with_what_follows(ticket, wished, known, rules)
        outcome = change(Standing(TicketState(ticket.state), ticket.owner), wished)
        if outcome.refused:
            raise Refusal("; ".join(f"{name}: {why}" for name, why in outcome.refused.items()))
        now = self._clock()
        changes = {**wished, **changed_deadlines(ticket, outcome.values, past, now, rules)}
        self._journal.append(TicketChanged(now, ticket=number, by=by, changes=changes, note=note))
        state = outcome.values.get("state", ticket.state)
        if state not in AT_WORK and ticket.state in AT_WORK:
            await self._cancel_callbacks(number, by, now, over_note(state))
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
        return {"error": str(refusal), **({"refused": refusal.fields} if refusal.fields else {})}
    except TimeoutError:
        return {"error": "the database or the disk is too slow; try again"}
    except (SQLAlchemyError, OSError) as error:
        return {"error": f"the database or the disk is unavailable: {type(error).__name__}"}
    return answer


def _with_what_follows(
    ticket: TicketView, wished: Mapping[str, Any], known: Known, rules: SlaRules
) -> dict[str, Any]:
    """A wish with what goes along with it.

    Work given to somebody who does not serve its queue moves to a queue that they serve. A category brings
    its severity, unless somebody has given the ticket another one than the old category's.
    """
    full = dict(wished)
    owner = full.get("owner")
    if isinstance(owner, str) and owner and "queue" not in full:
        served = [queue for queue, members in known.queues.items() if owner in members]
        if served and ticket.queue not in served:
            full["queue"] = served[0]
    severities = {one.name: one.severity for one in rules.settings.categories}
    category = full.get("category")
    usual = severities.get(ticket.category, USUAL)
    changed = isinstance(category, str) and category in severities and category != ticket.category
    if changed and "severity" not in full and ticket.severity == usual:
        full["severity"] = severities[str(category)]
    return full


def text_in(question: Mapping[str, Any], name: str, *, needed: bool = True) -> str:
    """A text of a request; raises `Refusal` when it is needed and missing."""
    value = question.get(name, "" if not needed else None)
    if not isinstance(value, str) or (needed and not value.strip()):
        raise Refusal(f"`{name}` is missing")
    return value.strip()

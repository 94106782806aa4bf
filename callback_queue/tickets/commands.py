"""Changes to tickets and callbacks, as the control commands "ticket" and "callback".

A change is checked against the database, then written to the journal, from where the recorder applies
it: the answer comes once it is on disk. Callbacks are changed in the database at once as well, so that nobody
is dialled in the meantime.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from callback_queue.callbacks.events import CallbackClosed, CallbackRescheduled
from callback_queue.callbacks.store import CLOSED, DIALLING, LEASED, WAITING, CallbackStore, Due
from callback_queue.tickets.book import DISK_SECONDS, DurableJournal
from callback_queue.tickets.events import TicketChanged
from callback_queue.tickets.sla import SlaRules, deadlines, resumed
from callback_queue.tickets.store import TicketStore, TicketView
from callback_queue.tickets.ticket import AT_WORK, Standing, TicketState, change

STORE_SECONDS = 3.0
LONGEST_NOTE = 4000
ACTIONS = ("now", "cancel", "reschedule")


class Refusal(Exception):
    """It will not be done; the text says why."""


class TicketCommands:
    """Answers the two questions.

    Args:
        journal: where changes go.
        tickets, callbacks: the database.
        rules: the site's newest promises.
        clock: Unix seconds.
    """

    def __init__(
        self,
        journal: DurableJournal,
        tickets: TicketStore,
        callbacks: CallbackStore,
        rules: Callable[[], SlaRules],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._journal = journal
        self._tickets = tickets
        self._callbacks = callbacks
        self._rules = rules
        self._clock = clock

    async def ticket(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """Change a ticket.

        Args:
            question: `ticket`, its number; `by`, who does it; `changes`, new values by field (those of
                `callback_queue.tickets.ticket.FIELDS`); `note`, what to write into its history.

        Returns:
            the ticket's number and what changes, or `error`. All changes of a question are made, or none.
        """
        return await _answered(self._ticket(question))

    async def callback(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """Change a callback.

        Args:
            question: `callback`, its id; `action`, one of now, cancel, reschedule; `at`, Unix seconds, for
                the last; `by`, who does it.

        Returns:
            the callback's id, or `error`.
        """
        return await _answered(self._callback(question))

    async def _ticket(self, question: Mapping[str, Any]) -> dict[str, Any]:
        number, by = _text(question, "ticket"), _text(question, "by")
        note = _text(question, "note", needed=False)
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
            await self._close_callbacks(number, by, now, f"ticket {state}")
        await self._on_disk()
        return {"ticket": number, "changes": {**outcome.values, **changes}}

    async def _close_callbacks(self, ticket: str, by: str, now: float, note: str) -> None:
        """Nobody has to be called for what is done; a call in progress is closed after its end."""
        async with asyncio.timeout(STORE_SECONDS):
            for due in await self._callbacks.list(states=(WAITING, LEASED), ticket=ticket):
                await self._callbacks.cancel(due.callback)
                self._journal.append(
                    CallbackClosed(now, callback=due.callback, end="cancelled", by=by, note=note)
                )

    async def _callback(self, question: Mapping[str, Any]) -> dict[str, Any]:
        name, by = _text(question, "callback"), _text(question, "by")
        action = question.get("action")
        if action not in ACTIONS:
            raise Refusal(f"the action is one of {', '.join(ACTIONS)}")
        now = self._clock()
        at = _time(question.get("at"), now) if action == "reschedule" else now
        async with asyncio.timeout(STORE_SECONDS):
            due = await self._callbacks.get(name)
            if due is None:
                raise Refusal(f"there is no callback {name}")
            _refuse_late(due, str(action))
            if action == "cancel":
                await self._callbacks.cancel(name)
                self._journal.append(CallbackClosed(now, callback=name, end="cancelled", by=by))
            else:
                await self._callbacks.reschedule(name, at)
                self._journal.append(CallbackRescheduled(now, callback=name, due=at, by=by))
        await self._on_disk()
        return {"callback": name, "action": action, "at": at}

    async def _on_disk(self) -> None:
        async with asyncio.timeout(DISK_SECONDS):
            await self._journal.durable()


async def _answered(work: Any) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = await work
    except Refusal as refusal:
        return {"error": str(refusal)}
    except TimeoutError:
        return {"error": "the database or the disk is too slow; try again"}
    except (SQLAlchemyError, OSError) as error:
        return {"error": f"the database or the disk is unavailable: {type(error).__name__}"}
    return answer


def _refuse_late(due: Due, action: str) -> None:
    if due.state == CLOSED:
        raise Refusal(f"the callback is over: {due.end or 'closed'}")
    if due.state == DIALLING:
        raise Refusal("the customer is being called")
    if due.state != WAITING and action == "now":
        raise Refusal("an agent is being rung for it")


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


def _text(question: Mapping[str, Any], name: str, *, needed: bool = True) -> str:
    value = question.get(name, "" if not needed else None)
    if not isinstance(value, str) or (needed and not value.strip()):
        raise Refusal(f"`{name}` is missing")
    return value.strip()


def _time(value: object, now: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not now < value < now + 366 * 86400:
        raise Refusal("`at` is a time to come, within a year, in Unix seconds")
    return float(value)

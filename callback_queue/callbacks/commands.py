"""Changes to callbacks, as the control command "callback".

A callback is changed in the database at once, so that nobody is dialled in the meantime. The change goes to
the journal as well: the answer comes once it is on disk.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

from callback_queue.callbacks.events import CallbackClosed, CallbackRequested, CallbackRescheduled
from callback_queue.callbacks.policy import CallbackRules, due_at, expires_at
from callback_queue.callbacks.store import CLOSED, DIALLING, LEASED, WAITING, CallbackStore, CallbackView
from callback_queue.tickets.book import DurableJournal
from callback_queue.tickets.commands import STORE_SECONDS, Refusal, answered, on_disk, text_in
from callback_queue.tickets.store import TicketStore
from callback_queue.tickets.ticket import AT_WORK
from config.telephone_numbers import is_callable
from telephony.call.errors import NotPermitted

ACTIONS = ("now", "cancel", "reschedule")
REQUEST = "request"
_STATES = (WAITING, LEASED, DIALLING, CLOSED)
_MOST_OF_TICKET = 1000


class CallbackCommands:
    """Changes callbacks.

    Args:
        journal: where changes go.
        store: the database.
        clock: Unix seconds.
        tickets, rules: for new requests; without them there are none.
        refusal: why a number may not be called, None when it may.
    """

    def __init__(
        self,
        journal: DurableJournal,
        store: CallbackStore,
        clock: Callable[[], float] = time.time,
        *,
        tickets: TicketStore | None = None,
        rules: Callable[[], CallbackRules] | None = None,
        refusal: Callable[[str], NotPermitted | None] = lambda number: None,
    ) -> None:
        self._tickets = tickets
        self._rules = rules
        self._refusal = refusal
        self._journal = journal
        self._store = store
        self._clock = clock

    async def answer(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """Change a callback.

        Args:
            question: `callback`, its id; `action`, one of now, cancel, reschedule; `at`, Unix seconds, for
                the last; `by`, who does it. With the action request: `ticket`, the number of the ticket whose
                customer is to be called (again); `number` and `at` where they are not the ticket's and now.

        Returns:
            the callback's id, or `error`.
        """
        return await answered(self._change(question))

    async def cancel_of(self, ticket: str, by: str, now: float, note: str) -> None:
        """Cancel the callbacks of a ticket that is over; a call in progress is closed after its end.

        Args:
            ticket: its number.
            by: who closed it.
            now: Unix seconds.
            note: why they are cancelled.

        Raises:
            one of `callback_queue.database.DATABASE_ERRORS`.
        """
        async with asyncio.timeout(STORE_SECONDS):
            for due in await self._store.list(states=(WAITING, LEASED), ticket=ticket):
                await self._store.cancel(due.callback)
                self._journal.append(
                    CallbackClosed(now, callback=due.callback, end="cancelled", by=by, note=note)
                )

    async def _change(self, question: Mapping[str, Any]) -> dict[str, Any]:
        action = question.get("action")
        if action == REQUEST:
            return await self._request(question)
        name, by = text_in(question, "callback"), text_in(question, "by")
        if action not in ACTIONS:
            raise Refusal(f"the action is one of {', '.join(ACTIONS)}")
        now = self._clock()
        at = _time(question.get("at"), now) if action == "reschedule" else now
        async with asyncio.timeout(STORE_SECONDS):
            due = await self._store.get(name)
            if due is None:
                raise Refusal(f"there is no callback {name}")
            _refuse_late(due, str(action))
            if action == "cancel":
                await self._store.cancel(name)
                self._journal.append(CallbackClosed(now, callback=name, end="cancelled", by=by))
            else:
                await self._store.reschedule(name, at)
                self._journal.append(CallbackRescheduled(now, callback=name, due=at, by=by))
        await on_disk(self._journal)
        return {"callback": name, "action": action, "at": at}

    async def _request(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """Ask for a call to a ticket's customer anew."""
        number, by = text_in(question, "ticket"), text_in(question, "by")
        called = text_in(question, "number", needed=False)
        now = self._clock()
        at = _time(question["at"], now) if question.get("at") else 0.0
        if self._tickets is None or self._rules is None:
            raise Refusal("there is no database")
        async with asyncio.timeout(STORE_SECONDS):
            ticket = await self._tickets.get(number)
            if ticket is None:
                raise Refusal(f"there is no ticket {number}")
            if ticket.state not in AT_WORK:
                raise Refusal(f"the ticket is {ticket.state}: open it first")
            had = await self._store.list(states=_STATES, ticket=number, limit=_MOST_OF_TICKET)
        waiting = [due.callback for due in had if due.state != CLOSED]
        if waiting:
            raise Refusal(f"callback {waiting[0]} waits already")
        called = called or ticket.callback_number or ticket.caller
        if not is_callable(called):
            wrong = f"{called!r} is no number to call" if called else "the ticket has no number to call"
            raise Refusal(wrong, {"number": wrong})
        forbidden = self._refusal(called)
        if forbidden is not None:
            raise Refusal(f"the site does not allow that number: {forbidden}", {"number": str(forbidden)})
        rules = self._rules()
        due_time = due_at(now, called, rules, not_before=at)
        own = [due.callback for due in had if due.callback.partition(".")[0] == number]
        last = max((int(name.partition(".")[2] or 0) for name in own), default=0)
        asked = CallbackRequested(
            at=now,
            call="",
            leg="",
            callback=f"{number}.{last + 1}",
            ticket=number,
            number=called,
            queue=ticket.queue,
            language=ticket.language,
            tier=ticket.tier,
            priority=ticket.priority,
            arrival=now,
            why="agent",
            not_before=due_time if due_time > now else 0.0,
            expires=expires_at(due_time, rules),
        )
        self._journal.append(asked)
        await on_disk(self._journal)
        return {"callback": asked.callback, "action": REQUEST, "at": due_time, "by": by}


def _refuse_late(due: CallbackView, action: str) -> None:
    if due.state == CLOSED:
        raise Refusal(f"the callback is over: {due.end or 'closed'}")
    if due.state == DIALLING:
        raise Refusal("the customer is being called")
    if due.state != WAITING and action == "now":
        raise Refusal("an agent is being rung for it")


def _time(value: object, now: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not now < value < now + 366 * 86400:
        raise Refusal("`at` is a time to come, within a year, in Unix seconds")
    return float(value)

"""Changes to callbacks, as the control command "callback".

A callback is changed in the database at once, so that nobody is dialled in the meantime. The change goes to
the journal as well: the answer comes once it is on disk.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

from callback_queue.callbacks.events import CallbackClosed, CallbackRescheduled
from callback_queue.callbacks.store import CLOSED, DIALLING, LEASED, WAITING, CallbackStore, CallbackView
from callback_queue.tickets.book import DurableJournal
from callback_queue.tickets.commands import STORE_SECONDS, Refusal, answered, on_disk, text_in

ACTIONS = ("now", "cancel", "reschedule")


class CallbackCommands:
    """Changes callbacks.

    Args:
        journal: where changes go.
        store: the database.
        clock: Unix seconds.
    """

    def __init__(
        self, journal: DurableJournal, store: CallbackStore, clock: Callable[[], float] = time.time
    ) -> None:
        self._journal = journal
        self._store = store
        self._clock = clock

    async def answer(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """Change a callback.

        Args:
            question: `callback`, its id; `action`, one of now, cancel, reschedule; `at`, Unix seconds, for
                the last; `by`, who does it.

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
        name, by = text_in(question, "callback"), text_in(question, "by")
        action = question.get("action")
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

"""Tickets: what callers want, in the journal and on disk before they hear its number.

With everything that is known of it: customer, deadlines, what was said with its recordings. And with the
event that asks for a call back, wherever there is a number to call. The recorder makes rows of it; without a
database the journal's files hold it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Protocol

from sqlalchemy.exc import SQLAlchemyError

from asr.results import Word
from callback_queue.customers.directory import Customers
from callback_queue.tickets.numbers import TicketNumbers
from callback_queue.tickets.opening import Draft, OpeningRules, Where, open_ticket, request_callback
from callback_queue.tickets.store import FIRST_NUMBER, TicketStore
from ivr_flows.runtime.outcomes import Callback, OpenTicket, Slot, Turn
from journal.event import Event

log = logging.getLogger(__name__)

DISK_SECONDS = 5.0
"""How long a caller waits for the disk before they are told that it did not work."""
STORE_SECONDS = 1.0
_REMEMBERED = 10_000


class DurableJournal(Protocol):
    """The journal (`journal.journal.Journal`)."""

    def append(self, event: Event) -> None:
        """Keep one event."""

    async def durable(self) -> None:
        """Wait until everything appended so far is on disk; raises OSError."""


@dataclass(frozen=True, slots=True)
class Missed:
    """A caller whom nobody spoke with.

    Args:
        call, leg: of the caller.
        caller: the number, "" when withheld.
        language: what the caller speaks.
        queue: where they waited, "" for nowhere.
        arrival: since when they waited, 0 for since now.
        why: whether they hung up, or we cut them off.
        priority: as the flow gave it.
        slots: what they had told.
        so_far: what the intake bot had been told before it put them through; it is written down whole.
    """

    call: str
    leg: str
    caller: str
    language: str
    queue: str = ""
    arrival: float = 0.0
    why: Literal["abandoned", "cut_off"] = "abandoned"
    priority: int = 0
    slots: tuple[Slot, ...] = ()
    so_far: OpenTicket | None = None


class TicketBook:
    """Writes tickets.

    Args:
        numbers: where their numbers come from.
        journal: where they go.
        recordings: the recordings folder; files in tickets are named from there.
        rules: what the site says about new tickets.
        customers: who calls.
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
        store: TicketStore | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._numbers = numbers
        self._journal = journal
        self._recordings = recordings
        self._rules = rules
        self._customers = customers
        self._store = store
        self._clock = clock
        self._new: deque[str] = deque(maxlen=_REMEMBERED)

    def use(self, rules: OpeningRules) -> None:
        """Take what a reload brought."""
        self._rules = rules

    async def write(
        self,
        wanted: OpenTicket | Callback,
        call: str,
        leg: str,
        *,
        caller: str = "",
        arrival: float = 0.0,
        priority: int = 0,
        recording: str = "",
    ) -> str:
        """Write one ticket, with the wish to be called back; returns its number once both are on disk.

        Args:
            wanted: what the caller wants.
            call, leg: where it was said.
            caller: the number that calls, for a `Callback`, which does not say it.
            arrival: since when the caller waits, 0 for since now.
            priority: as the flow gave it.
            recording: the whole conversation, inside the recordings folder, "".

        Raises:
            OSError: the disk failed or was too slow; the ticket may come to be all the same.
        """
        draft = self._draft(wanted, caller)
        priority = draft.priority + priority
        return await self._write(
            replace(draft, arrival=arrival, priority=priority, recording=recording), call, leg
        )

    async def missed(self, gone: Missed) -> str:
        """Write a ticket for a caller who is gone and whom nobody spoke with; as `write`."""
        if gone.so_far is not None:
            draft = self._draft(gone.so_far, gone.caller)
            draft = replace(draft, state="hung_up", queue=draft.queue or gone.queue)
        else:
            draft = Draft(
                gone.why,
                caller=gone.caller,
                language=gone.language,
                queue=gone.queue,
                slots=self._slots(gone.slots),
            )
        return await self._write(
            replace(draft, arrival=gone.arrival, priority=gone.priority), gone.call, gone.leg
        )

    async def state_of(self, number: str) -> str | None:
        """How far a ticket is; None when there is none of that number. Never raises, and is soon there.

        The database knows; of a ticket that it has not got yet, and without a database, all that can be said
        is "open".
        """
        if not (number.isascii() and number.isdigit() and len(number) <= 20):
            return None
        if self._store is None:
            return "open" if FIRST_NUMBER <= int(number) < self._numbers.next_number else None
        known = None
        try:
            async with asyncio.timeout(STORE_SECONDS):
                known = await self._store.state_of(number)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("a ticket can't be looked up: %s", type(error).__name__)
        return known or ("open" if number in self._new else None)

    async def _write(self, draft: Draft, call: str, leg: str) -> str:
        customer = await self._customers.find(draft.caller or draft.callback_number)
        number = await self._numbers.next()
        where = Where(self._clock(), call, leg)
        ticket = open_ticket(draft, number, where, customer, self._rules)
        self._journal.append(ticket)
        callback = request_callback(ticket, draft, self._rules)
        if callback is not None:
            self._journal.append(callback)
        async with asyncio.timeout(DISK_SECONDS):
            await self._journal.durable()
        self._new.append(number)
        return number

    def _draft(self, wanted: OpenTicket | Callback, caller: str) -> Draft:
        when = wanted.when
        timed = when is not None and not when.as_soon_as_possible
        draft = Draft(
            "callback",
            caller=caller,
            language=wanted.language,
            queue=wanted.queue or "",
            not_before=when.start.timestamp() if when is not None and timed else 0.0,
            not_after=when.end.timestamp() if when is not None and timed else 0.0,
            slots=self._slots(wanted.slots),
        )
        if isinstance(wanted, Callback):
            return replace(draft, callback_number=wanted.number, caller=caller or wanted.number)
        return replace(
            draft,
            kind=wanted.kind,
            state=wanted.state,
            caller=wanted.caller or caller,
            callback_number=wanted.callback_number or "",
            history=[self._turn(turn) for turn in wanted.history],
            note=wanted.note,
        )

    def _slots(self, slots: Iterable[Slot]) -> list[dict[str, Any]]:
        return [
            {
                "name": slot.name,
                "value": slot.value,
                "text": slot.text,
                "words": _words(slot.words),
                "confidence": slot.confidence,
                "confirmed": slot.confirmed,
                "audio": [self._inside(path) for path in slot.audio],
            }
            for slot in slots
        ]

    def _turn(self, turn: Turn) -> dict[str, Any]:
        heard = turn.heard
        told = None
        if heard is not None:
            told = {
                "kind": heard.kind,
                "digits": heard.digits,
                "text": heard.text,
                "words": _words(heard.words),
                "confidence": heard.confidence,
                "audio": None if heard.audio is None else self._inside(heard.audio),
                "seconds": heard.seconds,
                "barged_in": heard.barged_in,
            }
        return {"question": turn.question, "attempt": turn.attempt, "heard": told, "meaning": turn.meaning}

    def _inside(self, path: Path) -> str:
        """A file's name from the recordings folder on."""
        return str(path.relative_to(self._recordings) if path.is_relative_to(self._recordings) else path)


def _words(words: Iterable[Word]) -> list[dict[str, Any]]:
    return [
        {"text": word.text, "start": word.start, "end": word.end, "confidence": word.confidence}
        for word in words
    ]

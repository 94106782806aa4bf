"""The customer's side of an attempt: asked for, told and safe on disk first, then dialled."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

from callback_queue.callbacks.events import AttemptOutcome, CallbackDialled
from callback_queue.callbacks.lease import Lease, LeaseLost
from callback_queue.callbacks.outcomes import outcome_of
from callback_queue.callbacks.services import Books, CallbackHouse
from callback_queue.callbacks.store import Due
from journal.fault_points import fault_point
from telephony.call.forking import NobodyAnswered, dial_reachable, ring_all
from telephony.call.leg import CallLeg
from telephony.call.switchboard import CODECS, Caller
from telephony.sip.errors import RemoteProtocolError

log = logging.getLogger(__name__)

# The disk may be slow; a customer is rather called later than dialled without anybody knowing.
DISK_SECONDS = 5.0

Progress: TypeAlias = Callable[[CallLeg, int, bool], None]


class NotReached(Exception):
    """The customer was not reached; `outcome` says why."""

    def __init__(self, outcome: AttemptOutcome) -> None:
        super().__init__(outcome)
        self.outcome: AttemptOutcome = outcome


class Customer:
    """The customer's phones in one attempt.

    Args:
        books: journal and switch.
        house: switchboard, rules, phones.
        due: the callback.
        lease: that it is ours.
        call: the attempt's call.
    """

    def __init__(self, books: Books, house: CallbackHouse, due: Due, lease: Lease, call: str) -> None:
        self.legs: list[CallLeg] = []
        self.dialled = False
        """Whether the customer's phone may have rung."""
        self.rang = False
        """Whether it did, as far as anybody said."""
        self._books = books
        self._house = house
        self._due = due
        self._lease = lease
        self._call = call

    async def dial(
        self,
        caller: Caller,
        beside: CallLeg | None,
        *,
        codecs: Sequence[str] = CODECS,
        on_progress: Progress | None = None,
    ) -> CallLeg:
        """Dial the customer, once.

        Args:
            caller: whom the customer's phone shows.
            beside: the agent who waits; when that leg ends, the customer's phone falls silent. None for
                nobody.
            codecs: what to offer, best first.
            on_progress: told each 1xx, and whether something can be heard before the answer.

        Returns:
            the leg that was answered.

        Raises:
            NotReached: why not.
            LeaseLost: the callback is not ours any more; nobody was dialled.
            CallEnded: the agent hung up first.
        """
        await self._make_legs(caller, codecs)
        for leg in self.legs:
            leg.on_progress = partial(self._progressed, leg, on_progress)
        try:
            await self._ask_leave()
            # Run by the loop as soon as the INVITEs have left.
            asyncio.get_running_loop().call_soon(fault_point, "invite_sent")
            return await ring_all(self.legs, self._house.settings.ring_seconds, beside)
        except NobodyAnswered:
            raise NotReached(outcome_of([leg.end for leg in self.legs])) from None
        finally:
            for leg in self.legs:
                leg.on_progress = None
                if not leg.answered:
                    leg.hang_up("given up")

    async def _make_legs(self, caller: Caller, codecs: Sequence[str]) -> None:
        house = self._house
        try:
            targets = house.targets(self._due.number)
        except RemoteProtocolError:
            raise NotReached("wrong_number") from None  # nothing that can be dialled
        switchboard = house.floor.switchboard
        try:
            self.legs = await dial_reachable(switchboard, self._call, targets, caller, codecs=codecs)
        except NobodyAnswered:
            raise NotReached("failed") from None

    async def _ask_leave(self) -> None:
        """Have it known, by the database and on disk, that the customer is dialled now.

        Nothing may be awaited between the last look at the lease and the INVITE.
        """
        if not await self._lease.begin_dialling():
            raise LeaseLost
        due, lease = self._due, self._lease
        now = self._house.floor.now()
        self._books.journal.append(
            CallbackDialled(now, self._call, "", callback=due.callback, attempt=lease.attempt)
        )
        try:
            async with asyncio.timeout(DISK_SECONDS):
                await self._books.journal.durable()
        except (OSError, TimeoutError) as error:
            log.error("nobody is dialled, because the journal can't be written: %s", error)
            raise NotReached("failed") from None
        fault_point("dialled_durable")
        if not lease.is_sure:
            raise LeaseLost
        self.dialled = True

    def _progressed(self, leg: CallLeg, heard: Progress | None, status: int, early: bool) -> None:
        self.rang = self.rang or status in (180, 183)
        if heard is not None:
            heard(leg, status, early)

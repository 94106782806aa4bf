"""The customer's leg of an attempt: confirmed by the database, written to the journal, then dialled."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

from callback_queue.callbacks.events import AttemptOutcome, CallbackDialled
from callback_queue.callbacks.lease import Lease, LeaseLost
from callback_queue.callbacks.outcomes import outcome_of
from callback_queue.callbacks.services import CallbackServices, CallbackStorage
from journal.fault_points import fault_point
from telephony.call.errors import NotPermitted
from telephony.call.forking import NobodyAnswered, dial_reachable, ring_all
from telephony.call.leg import CallLeg
from telephony.call.switchboard import CODECS, Caller
from telephony.sip.errors import RemoteProtocolError

log = logging.getLogger(__name__)

# The disk may be slow; a customer is rather called later than dialled without anybody knowing.
DISK_SECONDS = 5.0

# A limit, or a time of day, in which a number may not be called: asked again after so many seconds.
ASK_AGAIN = 900.0

Progress: TypeAlias = Callable[[CallLeg, int, bool], None]


class NotReached(Exception):
    """The customer was not reached.

    Args:
        outcome: why.
        note: the same in words, "" where the outcome says all.
    """

    def __init__(self, outcome: AttemptOutcome, note: str = "") -> None:
        super().__init__(outcome)
        self.outcome: AttemptOutcome = outcome
        self.note = note


class NotDialled(Exception):
    """Nobody was dialled, for a reason that has nothing to do with the customer's telephone.

    Args:
        reason: for the call's record.
        until: when the customer may be dialled, 0 where that is not known.
    """

    def __init__(self, reason: str, until: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.until = until


class CustomerDial:
    """The customer's phones in one attempt.

    Args:
        storage: journal and switch.
        services: switchboard, rules, phones.
        lease: that the callback is ours.
        call: the attempt's call.
    """

    def __init__(self, storage: CallbackStorage, services: CallbackServices, lease: Lease, call: str) -> None:
        self.legs: list[CallLeg] = []
        self.dialled = False
        """Whether the customer's phone may have rung."""
        self.number = ""
        """The number that was dialled, "" before."""
        self._storage = storage
        self._services = services
        self._lease = lease
        self._call = call

    async def dial(
        self,
        caller: Caller,
        agent_leg: CallLeg | None,
        *,
        codecs: Sequence[str] = CODECS,
        on_progress: Progress | None = None,
    ) -> CallLeg:
        """Dial the customer, once.

        Args:
            caller: whom the customer's phone shows.
            agent_leg: the agent who waits; when that leg ends, the customer's phone falls silent. None for
                nobody.
            codecs: what to offer, best first.
            on_progress: told each 1xx, and whether something can be heard before the answer.

        Returns:
            the leg that was answered.

        Raises:
            NotReached: why not.
            NotDialled: not now; nobody was dialled.
            LeaseLost: the callback is not ours any more, or it is over; nobody was dialled.
            LegClosed: the agent hung up first.
        """
        await self._lease.renew()  # the caller may have left another number since it was taken
        self._check_time()
        number = self._lease.callback.number
        await self._make_legs(number, caller, codecs)
        try:
            await self._claim()
            newest = self._lease.callback.number
            if newest != number:
                self._drop_legs()
                await self._make_legs(newest, caller, codecs)
            for leg in self.legs:
                leg.on_progress = None if on_progress is None else partial(on_progress, leg)
            # Nothing may be awaited between the last look at the lease and the INVITE.
            if not self._lease.is_sure:
                raise LeaseLost
            # Run by the loop as soon as the INVITEs have left.
            asyncio.get_running_loop().call_soon(fault_point, "invite_sent")
            return await ring_all(self.legs, self._services.settings.ring_seconds, agent_leg)
        except NobodyAnswered:
            raise NotReached(outcome_of([leg.end for leg in self.legs])) from None
        finally:
            for leg in self.legs:
                leg.on_progress = None
                if not leg.answered:
                    leg.hang_up("given up")

    async def _make_legs(self, number: str, caller: Caller, codecs: Sequence[str]) -> None:
        services = self._services
        try:
            targets = services.phones.targets(number)
        except RemoteProtocolError:
            raise NotReached("wrong_number") from None  # nothing that can be dialled
        except NotPermitted as refused:
            if refused.lasting:
                raise NotReached("not_permitted", refused.reason) from None
            raise NotDialled(refused.reason, services.acd.now() + ASK_AGAIN) from None
        switchboard = services.acd.switchboard
        try:
            self.legs = await dial_reachable(switchboard, self._call, targets, caller, codecs=codecs)
        except NobodyAnswered:
            raise NotReached("failed") from None

    def _drop_legs(self) -> None:
        for leg in self.legs:
            leg.hang_up("number changed")
        self.legs.clear()

    async def _claim(self) -> None:
        """Have it known, by the database and on disk, that the customer is dialled now."""
        if not await self._lease.begin_dialling():
            raise LeaseLost
        self.dialled = True
        self._check_time()
        own = self._lease.callback
        self.number = own.number
        self._storage.journal.append(
            CallbackDialled(
                self._services.acd.now(),
                self._call,
                "",
                callback=own.callback,
                attempt=own.attempt,
                number=own.number,
            )
        )
        try:
            async with asyncio.timeout(DISK_SECONDS):
                await self._storage.journal.durable()
        except (OSError, TimeoutError) as error:
            log.error("not dialled: the journal can't be written: %s", error)
            raise NotDialled("journal not writable") from None
        fault_point("dialled_durable")

    def _check_time(self) -> None:
        """The number and the customer's wish, as they are by now, have quiet hours of their own."""
        own, now = self._lease.callback, self._services.acd.now()
        at = self._services.may_dial(own, max(now, own.not_before))
        if at > now:
            raise NotDialled("not to be dialled yet", at)

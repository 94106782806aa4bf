"""The services that callbacks use: storage for the life of the switch, and one version of the site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from callback_queue.acd.services import QueueServices
from callback_queue.callbacks.events import AttemptOutcome
from callback_queue.callbacks.lease import LeaseTable
from callback_queue.callbacks.policy import CallbackRules, next_attempt, outside_quiet
from callback_queue.callbacks.store import CallbackStore, CallbackView
from callback_queue.tickets.book import DurableJournal
from callback_queue.tickets.store import TicketStore
from config.models.callbacks import CallbackSettings
from telephony.call.errors import NotPermitted
from telephony.call.switchboard import Target

# Who asked to be called at some time is meant to be called then, or soon after.
WISH_SECONDS = 3600.0


class Gate(Protocol):
    """Closed until the database knows how our run before ended (`callback_queue.recovery.gate`)."""

    async def look(self) -> bool:
        """Whether it is open; raises one of `callback_queue.database.DATABASE_ERRORS`."""


class CustomerPhones(Protocol):
    """Where customers are called: through a trunk, or on the phones of an extension."""

    def targets(self, number: str) -> Sequence[Target]:
        """A customer's phones, about to be dialled.

        Raises:
            telephony.sip.errors.RemoteProtocolError: nothing that can be dialled.
            telephony.call.errors.NotPermitted: the site does not allow it; that is written down.
        """

    def refusal(self, number: str) -> NotPermitted | None:
        """Why a number may not be called now, None when it may; nothing is written down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackStorage:
    """What lasts from one version of the site to the next.

    Args:
        callbacks, leases, tickets: the database.
        gate: whether we may call anybody yet.
        journal: where facts go.
        switch: our name in it.
    """

    callbacks: CallbackStore
    leases: LeaseTable
    tickets: TicketStore
    gate: Gate
    journal: DurableJournal
    switch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackServices:
    """What calling back works with, of one version of the site.

    Args:
        acd: queues, agents, voices.
        settings: `callbacks:` in hotline.yaml.
        rules: the same for the policy.
        name: the site's, as customers hear it.
        phones: where customers are called.
    """

    acd: QueueServices
    settings: CallbackSettings
    rules: CallbackRules
    name: str
    phones: CustomerPhones

    def may_dial(self, due: CallbackView, now: float) -> float:
        """When a callback may be dialled: `now`, or later, for the customer's quiet hours.

        A wish of the customer's holds in quiet hours as well, for a while.
        """
        if due.not_before <= now < max(due.not_after, due.not_before + WISH_SECONDS):
            return now
        return outside_quiet(now, due.number, self.rules)

    def next_at(self, due: CallbackView, outcome: AttemptOutcome, dialled: int, now: float) -> float:
        """When to try again, 0 for never; `dialled` counts the attempts in which the phone was dialled."""
        again = next_attempt(outcome, dialled, now, self.rules, due.number, expires=due.expires)
        return 0.0 if again is None else again

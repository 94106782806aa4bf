"""Which projections and consequences the recorder has, by the settings that the switch applied last."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from callback_queue.callbacks.policy import CallbackRules
from callback_queue.callbacks.projection import CallbackProjection
from callback_queue.callbacks.ticket_history import CallbackHistory
from callback_queue.consequences import QueueConsequences
from callback_queue.customers.directory import site_customers
from callback_queue.recovery.events import SettingsApplied
from callback_queue.tickets.opening import OpeningRules
from callback_queue.tickets.projection import TicketProjection
from cdr.calls.projection import CallProjection
from cdr.recorder.event_log import EventLog
from cdr.recorder.projector import Consequence, Parts, Projection
from cdr.settings import CallRulesByTime, SettingsHistory, site_as_applied
from config import Site


class SiteProjections:
    """The projections and consequences of a site, made anew whenever a switch has applied other settings.

    Args:
        site: as its files say; it holds until a switch has told its settings.
        engine: of the database.
    """

    def __init__(self, site: Site, engine: AsyncEngine) -> None:
        self._site = site
        self._engine = engine
        self._history = SettingsHistory()
        self._applied: SettingsApplied | None = None

    def now(self) -> Parts:
        """Those of the settings as they are known."""
        site = self._site if self._applied is None else site_as_applied(self._site, self._applied)
        return Parts(_projections(site, self._engine, self._history), _consequences(site))

    async def renewed(self, connection: AsyncConnection, switch: str) -> Parts | None:
        """Those of the settings that a switch has told last; None when they are the same as before."""
        await self._history.refresh(connection)
        applied = self._history.latest(switch)
        if applied == self._applied:
            return None
        self._applied = applied
        return self.now()


def _projections(site: Site, engine: AsyncEngine, history: SettingsHistory) -> Sequence[Projection]:
    """The projections of a site on its database, in the order in which they see an event."""
    country = site.settings.country or ""
    return (
        TicketProjection(country),
        CallbackHistory(),
        CallbackProjection(country),
        CallProjection(engine, CallRulesByTime(site, history)),
    )


def _consequences(site: Site) -> Sequence[Consequence]:
    """The consequences of a site."""
    settings = site.settings
    callbacks = CallbackRules.of(settings.callbacks, site.timezone, settings.country)
    return (QueueConsequences(OpeningRules.of(site), callbacks, EventLog(), site_customers(site)),)

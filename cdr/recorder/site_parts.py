"""Which projections and consequences the recorder has, in the order in which they see an event."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from callback_queue.consequences import QueueConsequences
from callback_queue.customers.directory import site_customers
from callback_queue.tickets.opening import OpeningRules
from callback_queue.tickets.projection import CallbackProjection, TicketProjection
from cdr.calls.fold import CallRules
from cdr.calls.projection import CallProjection
from cdr.recorder.event_log import EventLog
from cdr.recorder.projector import Consequence, Projection
from config import Site


def projections(site: Site, engine: AsyncEngine) -> Sequence[Projection]:
    """The projections of a site on its database."""
    country = site.settings.country or ""
    return (
        TicketProjection(country),
        CallbackProjection(country),
        CallProjection(engine, call_rules(site)),
    )


def call_rules(site: Site) -> CallRules:
    """What of a site's settings shapes call records."""
    short = {queue.name: round(queue.short_abandon * 1000) for queue in site.queues}
    return CallRules(site.settings.privacy.mask_digits, short)


def consequences(site: Site) -> Sequence[Consequence]:
    """The consequences of a site."""
    return (QueueConsequences(OpeningRules.of(site), EventLog(), site_customers(site)),)

"""Which projections and consequences the recorder has, in the order in which they see an event."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from callback_queue.consequences import QueueConsequences
from callback_queue.opening import OpeningRules
from callback_queue.projection import CallbackProjection, TicketProjection
from cdr.calls.fold import CallRules
from cdr.projection import CallProjection
from cdr.unfinished import EventLog
from config import Site
from hotline.customers import site_customers
from hotline.records.projector import Consequence, Projection


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

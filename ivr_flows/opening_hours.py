"""Opening hours as the intake bot needs them: when callers can be called back in the coming weeks.

The hours themselves are `config.business_hours`' matter, since deadlines are counted in them as well.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from asr.slots.values import BusinessHours
from config.business_hours import OpeningHours

_CALLBACK_DAYS = 60


def callback_hours(hours: OpeningHours, moment: datetime) -> BusinessHours:
    """An office's hours for the understanding of callback times: the coming weeks, without special times."""
    first = hours.here(moment).date()
    days = (first + timedelta(days=ahead) for ahead in range(_CALLBACK_DAYS))
    return BusinessHours(hours.weekly, frozenset(day for day in days if not hours.spans(day)))

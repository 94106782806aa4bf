"""The settings that shape records and figures, by time: a call keeps those with which it began.

A switch writes its settings to the journal at every start and reload (`SettingsApplied`), so records that are
rebuilt or counted later follow the rules of that time. Calls from before the first such event have those of
the first one; without any, those of the site as its files are now.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callback_queue.recovery.events import SettingsApplied
from cdr.calls.record_builder import CallRules
from cdr.events import decode
from cdr.tables import EventRow
from config import Site
from config.models.queues import Queue
from config.models.settings import Settings

_SECTIONS = ("country", "timezone", "customers", "callbacks", "tickets")


def settings_applied(site: Site, at: float) -> SettingsApplied:
    """What a switch tells of its settings.

    Args:
        site: as the switch works by it.
        at: Unix seconds.
    """
    settings = site.settings
    return SettingsApplied(
        at,
        switch=settings.switch,
        mask_digits=settings.privacy.mask_digits,
        short_abandon={queue.name: queue.short_abandon for queue in site.queues},
        service_level={queue.name: queue.service_level for queue in site.queues},
        points={category.name: category.points for category in settings.tickets.categories},
        queue=site.queues[0].name if site.queues else "",
        settings=settings.model_dump(mode="json", include=set(_SECTIONS)),
    )


def _call_rules(applied: SettingsApplied) -> CallRules:
    """What of the settings shapes call records."""
    short = {queue: round(seconds * 1000) for queue, seconds in applied.short_abandon.items()}
    return CallRules(applied.mask_digits, short)


def site_as_applied(site: Site, applied: SettingsApplied) -> Site:
    """The site by which the recorder concludes: as the switch applied it, whatever its files say by now.

    A section that this version of the program can't read stays as the files have it. Of the queues only the
    first one's name counts; one that the files had not when they were read stands first with its name alone.
    """
    values: dict[str, Any] = {}
    for name in _SECTIONS:
        if name in applied.settings:
            try:
                read = Settings.model_validate({name: applied.settings[name]})
            except ValidationError:
                continue
            values[name] = getattr(read, name)
    queues = site.queues
    if applied.queue:
        first = next((queue for queue in queues if queue.name == applied.queue), Queue(name=applied.queue))
        queues = (first, *(queue for queue in queues if queue is not first))
    return replace(site, settings=site.settings.model_copy(update=values), queues=queues)


@dataclass(slots=True)
class _Run:
    """The settings of one switch: ids of events, rising, and what each told."""

    ids: list[int] = field(default_factory=list)
    told: list[SettingsApplied] = field(default_factory=list)


class SettingsHistory:
    """All settings that switches have told. Empty until `refresh`."""

    def __init__(self) -> None:
        self._runs: dict[str, _Run] = {}
        self._newest: int | None = None

    async def refresh(self, connection: AsyncConnection) -> None:
        """Read what is new, or gone with a transaction that was undone: one question when nothing is."""
        kind = SettingsApplied.__name__
        query = select(func.max(EventRow.id)).where(EventRow.kind == kind)
        newest = (await connection.execute(query)).scalar()
        if newest == self._newest:
            return
        rows = select(EventRow.id, EventRow.switch, EventRow.body).where(EventRow.kind == kind)
        self._runs = {}
        for row in await connection.execute(rows.order_by(EventRow.id)):
            applied = decode(kind, row.body)
            if isinstance(applied, SettingsApplied):
                run = self._runs.setdefault(row.switch, _Run())
                run.ids.append(row.id)
                run.told.append(applied)
        self._newest = newest

    def latest(self, switch: str) -> SettingsApplied | None:
        """By what a switch works now; None when it never said."""
        run = self._runs.get(switch)
        return run.told[-1] if run is not None else None

    def at(self, switch: str, event_id: int) -> SettingsApplied | None:
        """By what a switch worked at one of its events; None when it never said.

        Args:
            switch: its name, or that of its recorder.
            event_id: the event's place in the order of all events.
        """
        run = self._runs.get(switch.partition("/")[0])
        if run is None:
            return None
        return run.told[max(0, bisect_right(run.ids, event_id) - 1)]

    def before(self, event_id: int) -> dict[str, SettingsApplied]:
        """By what every switch worked just before an event."""
        found = {switch: self.at(switch, event_id - 1) for switch in self._runs}
        return {switch: applied for switch, applied in found.items() if applied is not None}


class CallRulesByTime:
    """What shapes the record of a call (`cdr.calls.projection.RulesByTime`).

    Args:
        site: for calls of switches that never told their settings.
        history: of all settings.
    """

    def __init__(self, site: Site, history: SettingsHistory) -> None:
        self._usual = _call_rules(settings_applied(site, 0.0))
        self._history = history

    async def refresh(self, connection: AsyncConnection) -> None:
        """Read what switches have told since."""
        await self._history.refresh(connection)

    def at(self, switch: str, event_id: int) -> CallRules:
        """The rules for a call that began with this event of that switch."""
        applied = self._history.at(switch, event_id)
        return self._usual if applied is None else _call_rules(applied)

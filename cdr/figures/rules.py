"""The settings that affect figures: thresholds by queue, points by category."""

from __future__ import annotations

from collections.abc import Mapping

from callback_queue.recovery.events import SettingsApplied
from cdr.figures.interval_tallies import FigureRules, QueueThresholds
from cdr.settings import settings_applied
from config import Site


def figure_rules(
    site: Site, *, queue: str | None = None, agent: str | None = None, calls: bool = True
) -> FigureRules:
    """The rules of a site for times of which no switch has told its own; the rest as for `FigureRules`."""
    applied = settings_applied(site, 0.0)
    return FigureRules(thresholds(applied), applied.points, queue=queue, agent=agent, calls=calls)


def thresholds(applied: SettingsApplied) -> Mapping[str, QueueThresholds]:
    """The thresholds of queues by the settings of a switch."""
    usual = QueueThresholds()
    made = {}
    for queue in {**applied.service_level, **applied.short_abandon}:
        level, short = applied.service_level.get(queue), applied.short_abandon.get(queue)
        made[queue] = QueueThresholds(
            usual.service_level_ms if level is None else round(level * 1000),
            usual.short_abandon_ms if short is None else round(short * 1000),
        )
    return made

"""What of a site's settings shapes figures: thresholds by queue, points by category."""

from __future__ import annotations

from cdr.figures.book import FigureRules, QueueThresholds
from config import Site


def figure_rules(
    site: Site, *, queue: str | None = None, agent: str | None = None, calls: bool = True
) -> FigureRules:
    """The rules of a site; the other arguments as for `FigureRules`."""
    thresholds = {
        each.name: QueueThresholds(round(each.service_level * 1000), round(each.short_abandon * 1000))
        for each in site.queues
    }
    points = {category.name: category.points for category in site.settings.tickets.categories}
    return FigureRules(thresholds, points, queue=queue, agent=agent, calls=calls)

"""Prometheus metrics of the console: what the overview and the database say at the moment of the scrape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from prometheus_client import CollectorRegistry, Gauge, Histogram, Metric, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from console.models.agents import QueueModel
from console.overview import Overview

STATES = ("offline", "available", "reserved", "ringing", "on_call", "wrap_up", "break")

DEFINITIONS = ("asterisk", "2_asterisk", "connect", "genesys", "genesys_without_short")

# What a page waits for in seconds; reports over many events take longest.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """What the console measures of itself."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Histogram(
            "hotline_api_request_seconds",
            "Time to answer a request to the API.",
            ["method", "route", "status"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.watchers = Gauge("hotline_live_watchers", "Open live streams.", registry=self.registry)

    def text(self, families: Iterable[Metric]) -> bytes:
        """All metrics in the Prometheus text format.

        Args:
            families: those of the moment.
        """
        moment = CollectorRegistry()
        moment.register(_Ready(families))
        return generate_latest(moment) + generate_latest(self.registry)


class _Ready(Collector):
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = tuple(families)

    def collect(self) -> Iterable[Metric]:
        """Those that were given."""
        return self._families


def of_queues(queues: Sequence[QueueModel], now: float) -> Iterable[Metric]:
    """The metrics of all queues; what nobody knows is left out."""
    waiting = _by_queue("hotline_queue_waiting", "Callers waiting on the line.")
    longest = _by_queue("hotline_queue_longest_wait_seconds", "Longest current wait.")
    level = GaugeMetricFamily(
        "hotline_queue_service_level_ratio",
        "Service level since midnight, by definition (docs/records.md).",
        labels=["queue", "definition"],
    )
    open_ = _by_queue("hotline_callbacks_open", "Open callbacks.")
    due = _by_queue("hotline_callbacks_due", "Callbacks that are due.")
    tickets = _by_queue("hotline_tickets_open", "Open tickets.")
    for queue in queues:
        if queue.waiting is not None:
            waiting.add_metric([queue.name], queue.waiting)
            longest.add_metric([queue.name], now - queue.oldest_since if queue.oldest_since else 0.0)
        for definition in DEFINITIONS:
            reached = queue.today.get(f"service_level_{definition}")
            if reached is not None:
                level.add_metric([queue.name, definition], reached)
        open_.add_metric([queue.name], queue.callbacks_open)
        due.add_metric([queue.name], queue.callbacks_due)
        tickets.add_metric([queue.name], queue.tickets_open)
    return waiting, longest, level, open_, due, tickets


def of_overview(overview: Overview | None) -> Iterable[Metric]:
    """Whether a switch answers, and agents by state."""
    yield GaugeMetricFamily(
        "hotline_switch_up", "Whether the switch answers the console.", value=float(overview is not None)
    )
    agents = GaugeMetricFamily("hotline_agents", "Agents by state.", labels=["state"])
    if overview is not None:
        count = Counter(agent.state for agent in overview.agents)
        for state in STATES:
            agents.add_metric([state], count[state])
    yield agents


def of_recorder(lag: float | None) -> Iterable[Metric]:
    """How far the database is behind the journal."""
    if lag is not None:
        yield GaugeMetricFamily(
            "hotline_recorder_lag_events",
            "Events in the journal that are not in the database yet.",
            value=lag,
        )


def _by_queue(name: str, text: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, labels=["queue"])

"""Prometheus metrics of the switch, read when they are scraped: nothing is counted twice for them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Protocol

from prometheus_client import CollectorRegistry, Metric, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from telephony.media.interface import EngineCounters


class Measured(Protocol):
    """What can be measured at a switch."""

    def gauges(self) -> dict[str, float]: ...

    def events(self) -> dict[str, int]: ...

    def messages(self) -> dict[str, int]: ...

    def overload(self) -> tuple[int, int]: ...

    def turned_away(self) -> dict[str, int]: ...

    def guessing(self) -> dict[str, int]: ...

    def refusals(self) -> dict[int, int]: ...

    def outside_refusals(self) -> dict[tuple[str, str], int]: ...

    def media(self) -> EngineCounters: ...


_GAUGES = {
    "calls": "Calls in progress.",
    "dialogs": "INVITE sessions that have not ended.",
    "transactions": "SIP transactions, lingering ones included.",
    "registrations": "Users with at least one registered phone.",
    "tcp_connections": "Open SIP connections over TCP.",
    "banned_addresses": "Addresses that are banned for guessing.",
    "journal_waiting": "Events not yet on disk.",
    "journal_lost": "Events lost because the disk failed.",
    "loop_lag_seconds": "How late the event loop is.",
    "overloaded": "1 while new calls are limited because the switch falls behind.",
}


class SwitchCollector(Collector):
    """Reads a switch.

    Args:
        switch: what to read.
    """

    def __init__(self, switch: Measured) -> None:
        self._switch = switch

    def collect(self) -> Iterable[Metric]:
        """All metrics of the moment."""
        values = self._switch.gauges()
        for name, text in _GAUGES.items():
            yield GaugeMetricFamily(f"hotline_{name}", text, value=values[name])
        yield GaugeMetricFamily("hotline_tasks", "Asyncio tasks.", value=len(asyncio.all_tasks()))
        events = CounterMetricFamily("hotline_events", "Journal events by kind.", labels=["kind"])
        for kind, count in self._switch.events().items():
            events.add_metric([kind], count)
        yield events
        messages = CounterMetricFamily("hotline_sip_messages", "SIP messages received.", labels=["method"])
        for method, count in self._switch.messages().items():
            messages.add_metric([method], count)
        yield messages
        refused = CounterMetricFamily(
            "hotline_calls_refused",
            "INVITEs refused before anything answered them, challenges among them.",
            labels=["status"],
        )
        for status, count in self._switch.refusals().items():
            refused.add_metric([str(status)], count)
        yield refused
        closed = CounterMetricFamily(
            "hotline_tcp_connections_closed",
            "SIP connections over TCP that a limit closed.",
            labels=["limit"],
        )
        for limit, count in self._switch.turned_away().items():
            closed.add_metric([limit], count)
        yield closed
        guessing = CounterMetricFamily(
            "hotline_guessing",
            "Guessing of users and passwords: failures, those slowed, bans, requests ignored.",
            labels=["what"],
        )
        for what, count in self._switch.guessing().items():
            guessing.add_metric([what], count)
        yield guessing
        outside = CounterMetricFamily(
            "hotline_outside_calls_refused",
            "Calls to the outside that the site does not allow: how they came about, and why not.",
            labels=["way", "reason"],
        )
        for (way, reason), count in self._switch.outside_refusals().items():
            outside.add_metric([way, reason], count)
        yield outside
        episodes, turned_away = self._switch.overload()
        yield CounterMetricFamily("hotline_overloads", "Times that the switch fell behind.", value=episodes)
        yield CounterMetricFamily(
            "hotline_overload_refused", "INVITEs and OPTIONS refused for that.", value=turned_away
        )
        yield from _media(self._switch.media())


def _media(media: EngineCounters) -> Iterable[Metric]:
    yield GaugeMetricFamily("hotline_media_legs", "Open media legs.", value=media.legs)
    yield GaugeMetricFamily("hotline_rtp_ports_in_use", "RTP port pairs in use.", value=media.ports_in_use)
    yield GaugeMetricFamily("hotline_rtp_ports", "RTP port pairs in total.", value=media.ports_capacity)
    yield GaugeMetricFamily("hotline_recordings", "Recordings in progress.", value=media.recordings)
    counters = {
        "rtp_packets_received": ("RTP packets received.", media.packets_received),
        "rtp_packets_sent": ("RTP packets sent.", media.packets_sent),
        "rtp_strangers": ("RTP packets dropped because of their source address.", media.strangers),
        "media_late_ticks": ("Late ticks of the media clock.", media.late_ticks),
        "recording_dropped_chunks": (
            "Pieces of recordings dropped: slow disk.",
            media.dropped_chunks,
        ),
    }
    for name, (text, value) in counters.items():
        yield CounterMetricFamily(f"hotline_{name}", text, value=value)


def registry_of(switch: Measured) -> CollectorRegistry:
    """A registry with the switch's and the process's metrics."""
    registry = CollectorRegistry()
    registry.register(SwitchCollector(switch))
    ProcessCollector(registry=registry)
    return registry

"""Counts events into figures: each event counts in the interval in which it happens.

So what is offered in an interval need not be what is handled and abandoned in it: who comes at 9:59 may be
answered at 10:01. Pure; reading events is `reader.py`'s, definitions are `formulas.py`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from callback_queue.recovery.events import SettingsApplied
from cdr.figures.callbacks import Callbacks
from cdr.figures.contacts import Contacts
from cdr.figures.formulas import Figures, agent_figures, call_figures, queue_figures
from cdr.figures.interval_tallies import FigureRules, IntervalTallies
from cdr.figures.lines import Lines
from cdr.figures.presence import Presence
from cdr.figures.tallies import AgentTally, CallTally, QueueTally
from cdr.figures.tickets import Tickets
from cdr.figures.windows import Windows
from cdr.times import to_ms
from journal.event import Event


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one queue, agent or all calls in one interval.

    Args:
        name: whose; "" for all together.
        start, end: of the interval, Unix seconds.
        figures: by name, as `formulas.py` defines them.
        behind: ids of what they were counted from.
    """

    name: str
    start: float
    end: float
    figures: Figures
    behind: dict[str, list[str]]


class FigureCounter:
    """A report that is being counted.

    Events before its period are welcome: what is in progress at its start began there.

    Args:
        windows: the intervals.
        rules: what is counted.
    """

    def __init__(self, windows: Windows, rules: FigureRules) -> None:
        self._tallies = IntervalTallies(windows, rules)
        self._presence = Presence(self._tallies)
        self._switch = ""
        parts = (
            Lines(self._tallies),
            Contacts(self._tallies),
            Callbacks(self._tallies),
            Tickets(self._tallies),
            self._presence,
        )
        self._handlers: dict[type[Event], list[Callable[[Any], object]]] = {}
        for part in parts:
            for kind, handler in part.handlers.items():
                self._handlers.setdefault(kind, []).append(handler)

    @property
    def windows(self) -> Windows:
        """The intervals."""
        return self._tallies.windows

    @property
    def kinds(self) -> frozenset[type[Event]]:
        """The events that count; others may be left out."""
        return frozenset(self._handlers)

    def receive(self, event: Event, switch: str = "") -> None:
        """Take the next event.

        Args:
            event: in the order in which events are stored.
            switch: whose it is, as stored.
        """
        if switch != self._switch:
            self._switch = switch
            self._tallies.switch = switch.partition("/")[0]
        for handler in self._handlers.get(type(event), ()):
            handler(event)
        # Settings of the time before a report come first, whenever they were told.
        if not isinstance(event, SettingsApplied):
            self._presence.saw(event.at)

    def finish(self, until: float) -> None:
        """Count what is in progress (agents' states) as far as it went.

        Args:
            until: Unix seconds: now, or the report's end if that is earlier.
        """
        self._presence.finish(min(to_ms(until), self.windows.end))

    # --- what came out -------------------------------------------------------------------------------------

    def queues(self) -> list[Row]:
        """A row for each queue and interval in which something was counted, by interval, then name."""
        return self._rows(self._tallies.queues, queue_figures)

    def agents(self) -> list[Row]:
        """A row for each agent and interval, by interval, then number."""
        return self._rows(self._tallies.agents, agent_figures)

    def queue_totals(self) -> list[Row]:
        """A row for each queue over the whole time, and a last one for all."""
        return self._totals(self._tallies.queues, QueueTally, queue_figures)

    def agent_totals(self) -> list[Row]:
        """A row for each agent over the whole time, and a last one for all."""
        return self._totals(self._tallies.agents, AgentTally, agent_figures)

    def all_calls(self) -> Row:
        """All calls over the whole time."""
        total = CallTally()
        for tally in self._tallies.all_calls.values():
            total.add(tally)
        return self._whole("", call_figures(total), total.behind)

    def call_intervals(self) -> list[Row]:
        """All calls by interval."""
        rows = self._tallies.all_calls.items()
        return self._rows({("", index): tally for index, tally in rows}, call_figures)

    def _rows(self, tallies: dict[tuple[str, int], Any], figures: Callable[[Any], Figures]) -> list[Row]:
        rows = []
        for (name, index), tally in sorted(tallies.items(), key=lambda item: (item[0][1], item[0][0])):
            start, end = self.windows.bounds(index)
            rows.append(Row(name, start, end, figures(tally), tally.behind))
        return rows

    def _totals(
        self, tallies: dict[tuple[str, int], Any], kind: type[Any], figures: Callable[[Any], Figures]
    ) -> list[Row]:
        totals: dict[str, Any] = {}
        everything = kind()
        for (name, _), tally in sorted(tallies.items()):
            totals.setdefault(name, kind()).add(tally)
            everything.add(tally)
        rows = [self._whole(name, figures(total), total.behind) for name, total in totals.items()]
        return [*rows, self._whole("", figures(everything), everything.behind)]

    def _whole(self, name: str, figures: Figures, behind: dict[str, list[str]]) -> Row:
        windows = self.windows
        return Row(name, windows.bounds(0)[0], windows.bounds(len(windows) - 1)[1], figures, behind)

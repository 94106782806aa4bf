"""Figures for the API: counted as by `hotline report`, today's kept for a moment.

Counting a busy day takes seconds, so it is done in a thread with connections of its own: nobody who only
looks at a ticket waits for it.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sqlalchemy.engine import URL

from cdr.figures.counter import FigureCounter, Row
from cdr.figures.interval_tallies import FigureRules
from cdr.figures.reader import report
from cdr.figures.rules import figure_rules
from cdr.figures.windows import Interval, Windows, midnight
from config import Site
from config.database import create_engine

log = logging.getLogger(__name__)

By: TypeAlias = Literal["queues", "agents"]

# Today's figures are counted again after so many seconds, or after so many times what counting took.
KEPT_SECONDS = 5.0
KEPT_TIMES = 10.0
# Reports that are counted at the same time; others wait.
AT_A_TIME = 2

# What a figure is counted from, where that has another name than the figure.
_BEHIND = (
    (r"left_for_callback", "callback_left"),
    (r"left_otherwise", "left"),
    (r"abandon_rate_.*|average_abandon_time", "abandoned"),
    (r"service_level_.*|longest_wait", "offered"),
    (r"asa", "handled"),
    (r"(talk|hold|wrap_up)_time|aht.*|held|average_hold|on_contact_time", "conversations"),
    (r"non_response.*", "not_answered"),
    (r"transfers_out_.*", "transfers_out"),
    (r"csat_.*", "surveys_answered"),
    (r"callback_attempts|time_to_first_attempt", "callbacks_attempted"),
    (r"time_to_resolution", "callbacks_completed"),
    (r"points", "solved"),
)


@dataclass(frozen=True, slots=True)
class Today:
    """Today's figures of all queues.

    Args:
        midnight: when today began, Unix seconds.
        at: when they were counted, by a clock that never goes back.
        took: how many seconds that took.
        queues: by name.
    """

    midnight: float
    at: float
    took: float
    queues: Mapping[str, dict[str, Any]]


class FigureReports:
    """Reports of figures: those of any time, and today's as of a moment ago.

    Args:
        site: says what counts.
        database: where the events are.
        clock: Unix seconds.
    """

    def __init__(self, site: Site, database: URL, clock: Callable[[], float]) -> None:
        self._site = site
        self._database = database
        self._clock = clock
        self._today: Today | None = None
        self._lock = asyncio.Lock()
        self._counting: asyncio.Task[Today] | None = None
        self._places = asyncio.Semaphore(AT_A_TIME)

    def use(self, site: Site) -> None:
        """Count by this version of the site from now on."""
        self._site = site
        self._today = None

    def midnight(self, now: float) -> float:
        """When today began in the site's time zone, Unix seconds."""
        return midnight(now, self._site.timezone)

    async def today(self) -> Mapping[str, dict[str, Any]]:
        """Figures of each queue since midnight.

        They are seconds old, older where counting takes longer: whoever asks gets what is known, and has it
        counted anew for the next one.
        """
        midnight = self.midnight(self._clock())
        known = self._today
        if known is None or known.midnight != midnight:
            return (await self._count_today(midnight)).queues
        is_old = time.monotonic() > known.at + max(KEPT_SECONDS, KEPT_TIMES * known.took)
        if is_old and (self._counting is None or self._counting.done()):
            self._counting = asyncio.create_task(self._count_today(midnight))
            self._counting.add_done_callback(_note)
        return known.queues

    async def _count_today(self, midnight: float) -> Today:
        async with self._lock:
            known, began = self._today, time.monotonic()
            if known is not None and known.midnight == midnight and began < known.at + KEPT_SECONDS:
                return known  # somebody else had it counted while we waited
            rules = figure_rules(self._site, calls=False)
            counter = await self._count(midnight, self._clock() + 1, "whole", rules)
            rows = {row.name: row.figures for row in counter.queue_totals() if row.name}
            ended = time.monotonic()
            self._today = Today(midnight, ended, ended - began, rows)
            return self._today

    async def report(self, start: float, end: float, interval: Interval) -> FigureCounter:
        """All figures of a time.

        Args:
            start, end: Unix seconds.
            interval: how it is cut.

        Raises:
            ValueError: the end is not after the beginning, or there would be too many intervals.
        """
        async with self._places:
            return await self._count(start, end, interval, figure_rules(self._site, calls=False))

    async def behind(self, by: By, name: str, figure: str, start: float, end: float) -> list[str]:
        """The ids of what a figure was counted from: calls; callbacks for those, tickets for "solved".

        Args:
            by, name: of whom.
            figure: its name.
            start, end: Unix seconds.

        Raises:
            ValueError: the end is not after the beginning.
        """
        site = self._site
        rules = figure_rules(site, queue=name) if by == "queues" else figure_rules(site, agent=name)
        async with self._places:
            counter = await self._count(start, end, "whole", rules)
        rows: list[Row] = counter.queue_totals() if by == "queues" else counter.agent_totals()
        counted = next((to for pattern, to in _BEHIND if re.fullmatch(pattern, figure)), figure)
        found = [row.behind.get(counted, []) for row in rows if row.name == name]
        return list(dict.fromkeys(found[0])) if found else []

    async def _count(self, start: float, end: float, interval: Interval, rules: FigureRules) -> FigureCounter:
        windows = Windows.make(start, end, interval, self._site.timezone)
        return await asyncio.to_thread(asyncio.run, _in_thread(self._database, windows, rules, self._clock()))


async def _in_thread(database: URL, windows: Windows, rules: FigureRules, now: float) -> FigureCounter:
    engine = create_engine(database)
    try:
        return await report(engine, windows, rules, now)
    finally:
        await engine.dispose()


def _note(task: asyncio.Task[Today]) -> None:
    """Say why figures could not be counted; the old ones stay until they can."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.warning("today's figures could not be counted: %s", type(error).__name__)

"""The current state: the console's overview, and today's figures."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from cdr.calls.search import CallList
from cdr.figures.counter import FigureCounter, Row
from cdr.figures.reader import report
from cdr.figures.rules import figure_rules
from cdr.figures.windows import Windows, midnight
from config import Queue, Site
from console.overview import UNKNOWN, AgentNow, Overview, OverviewReader, QueueNow
from control.client import BadAnswer, NotRunning, Refused, SwitchClient
from hotline.commands.reading import from_database


@dataclass(frozen=True, slots=True)
class Now:
    """How things stand.

    Args:
        site: the site.
        at: Unix seconds.
        running: whether a switch answers.
        overview: who waits and what agents do.
        today: the figures since midnight.
    """

    site: Site
    at: float
    running: bool
    overview: Overview
    today: FigureCounter

    def queue(self, queue: Queue) -> QueueNow:
        """One queue; unknown while no switch answers."""
        return self.overview.queue(queue) if self.running else UNKNOWN

    @property
    def agents(self) -> dict[str, AgentNow]:
        """What every agent does, by number."""
        return {agent.number: agent for agent in self.overview.agents}

    @property
    def queues_today(self) -> dict[str, Row]:
        """Today's figures of queues by name; those in which nothing happened are absent."""
        return {row.name: row for row in self.today.queue_totals() if row.name}

    @property
    def agents_today(self) -> dict[str, Row]:
        """Today's figures of agents by number; those who were not there are absent."""
        return {row.name: row for row in self.today.agent_totals() if row.name}


def how_it_stands(path: Path) -> Now:
    """Ask the switch of the site in `path`, and count the day.

    Raises:
        SiteError: the site has mistakes.
        typer.Exit: the database can't be read; it was said why.
    """

    async def read(engine: AsyncEngine, site: Site) -> Now:
        now = time.time()
        windows = Windows.make(midnight(now, site.timezone), now + 1, "whole", site.timezone)
        today = await report(engine, windows, figure_rules(site, calls=False), now)
        reader = OverviewReader(SwitchClient(site.root), CallList(engine), site, time.time)
        try:
            overview, running = await reader.read(), True
        except (NotRunning, BadAnswer, Refused):
            overview, running = reader.unknown(), False
        return Now(site, now, running, overview, today)

    return from_database(path, read)

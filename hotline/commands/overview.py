"""How things stand at this moment: the floor of the running switch, and the figures of the day so far."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from cdr.figures.fold import FigureFold, Row
from cdr.figures.reader import report
from cdr.figures.rules import figure_rules
from cdr.figures.windows import Windows
from config import Site
from control.client import BadAnswer, NotRunning, Refused, ask
from hotline.commands.reading import from_database
from hotline.commands.times import read_time


@dataclass(frozen=True, slots=True)
class Now:
    """How things stand.

    Args:
        site: the site.
        at: Unix seconds.
        running: whether a switch answers; without one nobody waits and no agent does anything.
        waiting: who waits in each queue, in order, as the switch tells it.
        agents: what each agent does, by number, as the switch tells it.
        today: the figures since midnight.
    """

    site: Site
    at: float
    running: bool
    waiting: Mapping[str, list[dict[str, Any]]]
    agents: Mapping[str, dict[str, Any]]
    today: FigureFold

    @property
    def queues(self) -> dict[str, Row]:
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

    async def read(engine: AsyncEngine, site: Site) -> tuple[Site, FigureFold, float]:
        now = time.time()
        windows = Windows.make(read_time("today", now, site.timezone), now + 1, "whole", site.timezone)
        return site, await report(engine, windows, figure_rules(site, calls=False), now), now

    site, today, now = from_database(path, read)
    try:
        floor, running = ask(path, "floor"), True
    except (NotRunning, BadAnswer, Refused):
        floor, running = {}, False
    waiting = {queue["queue"]: list(queue["waiting"]) for queue in floor.get("queues", ())}
    agents = {agent["agent"]: agent for agent in floor.get("agents", ())}
    return Now(site, now, running, waiting, agents, today)

"""`hotline report`: queue and agent figures of any time, for people, programs and spreadsheets."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Annotated, Any, TypeAlias

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from cdr.export import figure_lines
from cdr.figures.counter import FigureCounter, Row
from cdr.figures.reader import report
from cdr.figures.rules import figure_rules
from cdr.figures.windows import INTERVALS, Interval, Windows
from config import Site
from config.exit_codes import ExitCode
from hotline.commands.options import JsonOption, SiteOption
from hotline.commands.reading import fail, from_database
from hotline.commands.report_text import (
    NOTE,
    print_agents,
    print_calls,
    print_definitions,
    print_queues,
)
from hotline.commands.times import FromOption, ToOption, read_times
from hotline.terminal import piped, say, say_json

EXAMPLE = "hotline report queues --from 9:00 --interval hour --site my-site"

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

IntervalOption: TypeAlias = Annotated[
    str, typer.Option("--interval", metavar="LENGTH", help=f"One of {', '.join(INTERVALS)}.")
]
QueueOption: TypeAlias = Annotated[
    str,
    typer.Option("--queue", metavar="NAME", help="Only this queue; for agents, only conversations from it."),
]
AgentOption: TypeAlias = Annotated[str, typer.Option("--agent", metavar="NUMBER", help="Only this agent.")]
CsvOption: TypeAlias = Annotated[
    str, typer.Option("--csv", metavar="FILE", help="Write CSV into a file, - for standard output.")
]


@app.callback()
def command() -> None:
    """Figures of queues and agents."""


@app.command(epilog="Example: hotline report queues --from yesterday --to today --interval 30min")
def queues(
    start: FromOption = "today",
    end: ToOption = "now",
    interval: IntervalOption = "whole",
    queue: QueueOption = "",
    csv: CsvOption = "",
    site: SiteOption = Path("."),
    json: JsonOption = False,
) -> None:
    """Report on queues: offered, handled, abandoned, service levels, waits, handling, callbacks, ratings."""
    counter, loaded = count(site, start, end, interval, queue=queue, calls=json)
    rows, totals = counter.queues(), _of(counter.queue_totals(), queue)
    if csv:
        with csv_file(csv) as file:
            file.writelines(figure_lines("queue", rows, loaded.timezone))
    elif json:
        say_json(_answer("queue", rows, totals, counter))
    elif not rows:
        say("No queue activity in that period.")
        print_calls(counter.all_calls())
    else:
        if len(counter.windows) > 1:
            print_queues(rows, loaded.timezone, by_interval=True)
        print_queues(totals, loaded.timezone, by_interval=False)
        print_definitions(totals)
        print_calls(counter.all_calls())
        say(NOTE)


@app.command(epilog="Example: hotline report agents --from 2026-11-01 --to 2026-12-01 --interval day")
def agents(
    start: FromOption = "today",
    end: ToOption = "now",
    interval: IntervalOption = "whole",
    queue: QueueOption = "",
    agent: AgentOption = "",
    csv: CsvOption = "",
    site: SiteOption = Path("."),
    json: JsonOption = False,
) -> None:
    """Report on agents: contacts, handling time in its parts, occupancy, breaks, ratings, points."""
    counter, loaded = count(site, start, end, interval, queue=queue, agent=agent, calls=json)
    rows, totals = counter.agents(), _of(counter.agent_totals(), agent)
    # The most points first: the ranking; all together last.
    totals.sort(key=lambda row: (not row.name, -row.figures["points"], row.name))
    names = {each.number: each.name for each in loaded.agents}
    if csv:
        with csv_file(csv) as file:
            file.writelines(figure_lines("agent", rows, loaded.timezone))
    elif json:
        say_json(_answer("agent", rows, totals, counter))
    elif not rows:
        say("No agent was logged in during that period.")
    else:
        if len(counter.windows) > 1:
            print_agents(rows, names, loaded.timezone, by_interval=True)
        print_agents(totals, names, loaded.timezone, by_interval=False)
        say(NOTE)


def count(
    path: Path, start: str, end: str, interval: str, *, queue: str = "", agent: str = "", calls: bool = False
) -> tuple[FigureCounter, Site]:
    """Count the events of a time, all arguments as on the command line."""
    if interval not in INTERVALS:
        fail(f"There is no interval {interval}; intervals are: {', '.join(INTERVALS)}.", ExitCode.USAGE)
    length: Interval = next(each for each in INTERVALS if each == interval)

    async def read(engine: AsyncEngine, site: Site) -> tuple[FigureCounter, Site]:
        now = time.time()
        first, last = read_times(start, end, now, site.timezone)
        rules = figure_rules(site, queue=queue or None, agent=agent or None, calls=calls)
        try:
            windows = Windows.make(first, last, length, site.timezone)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
        return await report(engine, windows, rules, now), site

    return from_database(path, read)


@contextmanager
def csv_file(target: str) -> Iterator[IO[str]]:
    """Where CSV goes: a file, or standard output for "-"."""
    if target == "-":
        yield piped()
        return
    try:
        # With a mark at its beginning, by which spreadsheets know that it is UTF-8; line ends as they are.
        with Path(target).open("w", encoding="utf-8-sig", newline="") as file:
            yield file
    except OSError as error:
        fail(f"{target} can't be written: {error.strerror}.")


def _of(totals: list[Row], name: str) -> list[Row]:
    """Without the last row for all when there is only one."""
    return [row for row in totals if row.name] if name or len(totals) <= 2 else totals


def _answer(kind: str, rows: list[Row], totals: list[Row], counter: FigureCounter) -> dict[str, Any]:
    def facts(row: Row) -> dict[str, Any]:
        made = asdict(row)
        return {kind: made.pop("name"), **made}

    windows = counter.windows
    return {
        "from": windows.bounds(0)[0],
        "to": windows.bounds(len(windows) - 1)[1],
        "rows": [facts(row) for row in rows],
        "totals": [facts(row) for row in totals],
        "calls": {name: value for name, value in asdict(counter.all_calls()).items() if name != "name"},
        "note": NOTE,
    }

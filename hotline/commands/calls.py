"""`hotline calls`: the records of calls, for people, programs and spreadsheets."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from cdr.calls.record import OUTCOMES
from cdr.calls.search import CallList, CallQuery, ListPosition
from cdr.export import CALL_COLUMNS, call_cells, line
from config import Site
from config.exit_codes import ExitCode
from hotline.commands.call_text import call_lines
from hotline.commands.options import JsonOption, SiteOption
from hotline.commands.reading import fail, from_database, moment, print_table
from hotline.commands.report import CsvOption, csv_file
from hotline.commands.report_text import clock
from hotline.commands.times import FORMS, read_time
from hotline.terminal import say, say_json

EXAMPLE = "hotline calls list --queue support --from today --site my-site"
PAGE = 500

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def command() -> None:
    """Show calls, and export them as CSV."""


@app.command(
    "list", epilog="Example: hotline calls list --from yesterday --outcome abandoned --csv calls.csv"
)
def list_(
    start: Annotated[str, typer.Option("--from", metavar="TIME", help=f"Begun since: {FORMS}.")] = "",
    end: Annotated[str, typer.Option("--to", metavar="TIME", help="Begun until, in the same forms.")] = "",
    queue: Annotated[str, typer.Option(metavar="NAME", help="Only calls that entered this queue.")] = "",
    agent: Annotated[str, typer.Option(metavar="NUMBER", help="Only calls that reached this agent.")] = "",
    number: Annotated[
        str, typer.Option(metavar="NUMBER", help="Only this customer's number, or its last digits.")
    ] = "",
    outcome: Annotated[str, typer.Option(metavar="WORD", help=f"One of {', '.join(OUTCOMES)}.")] = "",
    direction: Annotated[str, typer.Option(metavar="WORD", help="in, out, internal or callback.")] = "",
    ticket: Annotated[str, typer.Option(metavar="NUMBER", help="Only calls about this ticket.")] = "",
    limit: Annotated[
        int | None,
        typer.Option(metavar="COUNT", min=1, help="Maximum number of calls: by default 50, all in CSV."),
    ] = None,
    csv: CsvOption = "",
    site: SiteOption = Path("."),
    json: JsonOption = False,
) -> None:
    """List calls, newest first."""
    if outcome and outcome not in OUTCOMES:
        fail(f"There is no outcome {outcome}; outcomes are: {', '.join(OUTCOMES)}.", ExitCode.USAGE)
    names = {"queue": queue, "agent": agent, "number": number, "outcome": outcome, "direction": direction}

    async def read(engine: AsyncEngine, loaded: Site) -> tuple[list[dict[str, Any]], Site]:
        now, zone = time.time(), loaded.timezone
        times = [read_time(text, now, zone) if text else None for text in (start, end)]
        wanted = CallQuery(times[0], times[1], ticket=ticket, **names)
        pages = _pages(CallList(engine), wanted, limit if limit is not None or csv else 50)
        if not csv:
            return [row async for page in pages for row in page], loaded
        with csv_file(csv) as file:
            file.write(line(CALL_COLUMNS))
            async for page in pages:
                file.writelines(line(call_cells(row, zone)) for row in page)
        return [], loaded

    found, loaded = from_database(site, read)
    if csv:
        return
    if json:
        say_json(found)
    elif not found:
        say("No calls.")
    else:
        _print(found, loaded)


@app.command(epilog="Example: hotline calls show 5f0c2a9be1d34c77 --json")
def show(
    call: Annotated[str, typer.Argument(metavar="CALL", help="The call's id.")],
    site: SiteOption = Path("."),
    json: JsonOption = False,
) -> None:
    """Show one call: what happened when, agents, path, legs with their quality, recordings."""

    async def read(engine: AsyncEngine, loaded: Site) -> tuple[dict[str, Any] | None, Site]:
        row = await CallList(engine).get(call)
        return (None if row is None else dict(row._mapping)), loaded

    row, loaded = from_database(site, read)
    if row is None:
        fail(f"There is no call {call}.")
    if json:
        say_json(row)
        return
    for each in call_lines(row, loaded.timezone):
        say(each)


async def _pages(calls: CallList, wanted: CallQuery, most: int | None) -> AsyncIterator[list[dict[str, Any]]]:
    """Calls as rows of `cdr.tables.CallRow`, page by page, so many at most."""
    after: ListPosition | None = None
    while most is None or most > 0:
        room = PAGE if most is None else min(PAGE, most)
        page = await calls.list(wanted, after, room)
        yield [dict(row._mapping) for row in page]
        if len(page) < room:
            return
        after = ListPosition(page[-1].started, page[-1].call)
        most = None if most is None else most - len(page)


def _print(found: list[dict[str, Any]], site: Site) -> None:
    columns = ("call", "began", "direction", "number", "queue", "agent", "wait", "talk", "outcome", "ticket")
    rows = [
        (
            row["call"],
            moment(row["started"], site.timezone),
            row["direction"],
            row["number"] or "withheld",
            row["queues"].strip("|").replace("|", ", "),
            row["agents"].strip("|").replace("|", ", "),
            clock(row["wait_ms"] / 1000) if row["wait_ms"] else "",
            clock(row["talk_ms"] / 1000) if row["talk_ms"] else "",
            OUTCOMES.get(row["outcome"], row["outcome"]),
            row["ticket"],
        )
        for row in found
    ]
    print_table(columns, rows)

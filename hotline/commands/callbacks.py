"""`hotline callbacks`: list callbacks, and work on them."""

from __future__ import annotations

import re
import time
from dataclasses import asdict
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Annotated, TypeAlias

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from callback_queue.callbacks.store import CallbackStore, CallbackView
from cdr.calls.record import ATTEMPT_OUTCOMES
from config import Site, load_site
from config.exit_codes import ExitCode
from hotline.commands.options import JsonOption, SiteOption
from hotline.commands.reading import (
    ByOption,
    LimitOption,
    ago,
    fail,
    from_database,
    moment,
    order,
    print_table,
    who,
)
from hotline.terminal import say, say_json

EXAMPLE = "hotline callbacks list --queue support --site my-site"

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

CallbackArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="CALLBACK", help="The callback's id, such as 100001.1.")
]

_STATES = ("waiting", "leased", "dialling", "closed")
_SPAN = re.compile(r"\+(\d{1,4})\s*([mhd])")
_UNITS = {"m": 60, "h": 3600, "d": 86400}
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


@app.callback()
def command() -> None:
    """List callbacks, and work on them."""


@app.command("list", epilog="Example: hotline callbacks list --all --json")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="Include closed ones.")] = False,
    queue: Annotated[str, typer.Option(metavar="NAME", help="Only this queue.")] = "",
    number: Annotated[str, typer.Option(metavar="NUMBER", help="Only this number, in any format.")] = "",
    limit: LimitOption = 50,
    site: SiteOption = Path("."),
    json: JsonOption = False,
) -> None:
    """List callbacks, those due first."""

    async def read(engine: AsyncEngine, loaded: Site) -> tuple[list[CallbackView], Site]:
        store = CallbackStore(engine, loaded.settings.country or "")
        states = _STATES if everything else None
        return await store.list(states=states, queue=queue, number=number, limit=limit), loaded

    callbacks, loaded = from_database(site, read)
    if json:
        say_json([asdict(due) for due in callbacks])
        return
    if not callbacks:
        say("No callbacks.")
        return
    now = time.time()
    columns = ("callback", "state", "due", "number", "queue", "tier", "why", "waits since", "dialled", "last")
    rows = [
        (
            due.callback,
            due.end or due.state if due.state == "closed" else due.state,
            ago(due.due, now) if due.state == "waiting" else "",
            due.number,
            due.queue,
            due.tier.replace("_", " "),
            due.why.replace("_", " "),
            moment(due.arrival, loaded.timezone),
            str(due.dialled),
            ATTEMPT_OUTCOMES.get(due.outcome, due.outcome),
        )
        for due in callbacks
    ]
    print_table(columns, rows)


@app.command(epilog="Example: hotline callbacks show 100001.1")
def show(callback: CallbackArgument, site: SiteOption = Path("."), json: JsonOption = False) -> None:
    """Show one callback."""

    async def read(engine: AsyncEngine, loaded: Site) -> tuple[CallbackView | None, Site]:
        return await CallbackStore(engine).get(callback), loaded

    due, loaded = from_database(site, read)
    if due is None:
        fail(f"There is no callback {callback}.")
    if json:
        say_json(asdict(due))
        return
    say(f"Callback {due.callback}  {due.state}" + (f", {due.end} by {due.ended_by}" if due.end else ""))
    for name, value in asdict(due).items():
        is_time = isinstance(value, float)
        text = moment(value, loaded.timezone) if is_time else str(value)
        if text and name not in ("callback", "state", "end", "ended_by"):
            say(f"  {name.replace('_', ' '):<17} {text}")


@app.command(epilog="Example: hotline callbacks now 100001.1")
def now(
    callback: CallbackArgument, by: ByOption = "", site: SiteOption = Path("."), json: JsonOption = False
) -> None:
    """Make a callback due now; it keeps its place in line, and the next free agent of its queue gets it."""
    answer = order(site, "callback", callback=callback, action="now", by=who(by))
    _done(answer, json, f"Callback {callback} is due now.")


@app.command(epilog="Example: hotline callbacks request 100001 --at +2h")
def request(
    ticket: Annotated[str, typer.Argument(metavar="TICKET", help="The ticket's number.")],
    number: Annotated[str, typer.Option(metavar="NUMBER", help="Whom to call; default: the ticket's.")] = "",
    at: Annotated[
        str, typer.Option(metavar="WHEN", help="As for `reschedule`; default: as soon as possible.")
    ] = "",
    by: ByOption = "",
    site: SiteOption = Path("."),
    json: JsonOption = False,
) -> None:
    """Ask for a call to a ticket's customer anew."""
    zone = load_site(site).timezone
    when = read_time(at, time.time(), zone) if at else 0.0
    if when is None:
        fail(f"{at!r} is not a time in the future: write 2026-12-23 10:30, 10:30 or +30m.", ExitCode.USAGE)
    answer = order(
        site, "callback", action="request", ticket=ticket, number=number.strip(), at=when, by=who(by)
    )
    _done(answer, json, f"Callback {answer['callback']} is due {moment(answer['at'], zone)}.")


@app.command(epilog="Example: hotline callbacks cancel 100001.1")
def cancel(
    callback: CallbackArgument, by: ByOption = "", site: SiteOption = Path("."), json: JsonOption = False
) -> None:
    """Cancel a callback."""
    answer = order(site, "callback", callback=callback, action="cancel", by=who(by))
    _done(answer, json, f"Callback {callback} is cancelled.")


@app.command(epilog='Example: hotline callbacks reschedule 100001.1 "2026-12-23 10:30"')
def reschedule(
    callback: CallbackArgument,
    when: Annotated[
        str,
        typer.Argument(
            metavar="WHEN", help='"2026-12-23 10:30", 10:30 (the next one), or +30m, +2h, +1d; local time.'
        ),
    ],
    by: ByOption = "",
    site: SiteOption = Path("."),
    json: JsonOption = False,
) -> None:
    """Reschedule a callback."""
    zone = load_site(site).timezone
    at = read_time(when, time.time(), zone)
    if at is None:
        fail(f"{when!r} is not a time in the future: write 2026-12-23 10:30, 10:30 or +30m.", ExitCode.USAGE)
    answer = order(site, "callback", callback=callback, action="reschedule", at=at, by=who(by))
    _done(answer, json, f"Callback {callback} is due {moment(at, zone)}.")


def read_time(text: str, now: float, zone: tzinfo) -> float | None:
    """A time to come as people write it; None for what is none.

    Args:
        text: a date and time, a time of day, or +30m, +2h, +1d.
        now: Unix seconds.
        zone: whose local time.
    """
    text = text.strip()
    span = _SPAN.fullmatch(text)
    if span is not None:
        return now + int(span[1]) * _UNITS[span[2]] if int(span[1]) else None
    here = datetime.fromtimestamp(now, zone)
    clock = _CLOCK.fullmatch(text)
    if clock is not None:
        day = here.replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0)
        return (day if day > here else day + timedelta(days=1)).timestamp()
    try:
        moment_ = datetime.fromisoformat(text)
    except ValueError:
        return None
    at = (moment_ if moment_.tzinfo is not None else moment_.replace(tzinfo=zone)).timestamp()
    return at if at > now else None


def _done(answer: dict[str, object], json: bool, text: str) -> None:
    if json:
        say_json(answer)
    else:
        say(text)

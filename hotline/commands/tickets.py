"""`hotline tickets`: show tickets, and work on them."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from callback_queue.callbacks.store import CallbackStore
from callback_queue.customers.store import CustomerStore
from callback_queue.tickets.sla import SlaRules
from callback_queue.tickets.store import TicketStore
from callback_queue.tickets.ticket import FIELDS, STATES
from config import Site, load_site
from config.exit_codes import ExitCode
from hotline.commands.options import JsonOption, SiteOption
from hotline.commands.reading import (
    ByOption,
    LimitOption,
    fail,
    from_database,
    moment,
    order,
    print_table,
    who,
)
from hotline.commands.ticket_text import Shown, clock_text, clocks, ticket_lines
from hotline.terminal import say, say_json

EXAMPLE = "hotline tickets show 100001 --site my-site"

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

NumberArgument: TypeAlias = Annotated[str, typer.Argument(metavar="NUMBER", help="The ticket's number.")]

_ALL_CALLBACKS = ("waiting", "leased", "dialling", "closed")


@app.callback()
def command() -> None:
    """Show tickets, and work on them."""


@app.command("list", epilog="Example: hotline tickets list --state open --queue support")
def list_(
    state: Annotated[
        list[str] | None,
        typer.Option("--state", metavar="STATE", help=f"One of {', '.join(STATES)}; repeat it for several."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Include closed ones.")] = False,
    owner: Annotated[str, typer.Option(metavar="AGENT", help="Only this agent's tickets.")] = "",
    queue: Annotated[str, typer.Option(metavar="NAME", help="Only this queue.")] = "",
    category: Annotated[str, typer.Option(metavar="NAME", help="Only this category.")] = "",
    caller: Annotated[str, typer.Option(metavar="NUMBER", help="Only this caller, in any format.")] = "",
    words: Annotated[
        str, typer.Option(metavar="TEXT", help="Only those with these words in title or summary.")
    ] = "",
    limit: LimitOption = 50,
    site: SiteOption = Path("."),
    json: JsonOption = False,
) -> None:
    """List tickets: by default open ones, most severe and most urgent first."""
    wrong = [name for name in state or () if name not in STATES]
    if wrong:
        fail(f"There is no state {wrong[0]}; states are: {', '.join(STATES)}.", ExitCode.USAGE)
    states = state or (STATES if everything else None)

    async def read(engine: AsyncEngine, loaded: Site) -> tuple[list[Any], Site]:
        store = TicketStore(engine, loaded.settings.country or "")
        found = await store.list(
            states=states,
            owner=owner,
            queue=queue,
            category=category,
            caller=caller,
            words=words,
            limit=limit,
        )
        return found, loaded

    tickets, loaded = from_database(site, read)
    if json:
        say_json([asdict(ticket) for ticket in tickets])
        return
    if not tickets:
        say("No tickets.")
        return
    rules, now = SlaRules.of(loaded.settings.tickets, loaded.timezone), time.time()
    columns = (
        "number",
        "state",
        "sev",
        "tier",
        "caller",
        "title",
        "queue",
        "owner",
        "opened",
        "respond",
        "resolve",
    )
    rows = []
    for ticket in tickets:
        respond, resolve = clocks(ticket, now, rules)
        rows.append(
            (
                ticket.number,
                ticket.state,
                str(ticket.severity),
                ticket.tier.replace("_", " "),
                ticket.customer or ticket.caller,
                ticket.title or f"({ticket.kind.replace('_', ' ')})",
                ticket.queue,
                ticket.owner,
                moment(ticket.opened_at, loaded.timezone),
                clock_text(respond),
                clock_text(resolve),
            )
        )
    print_table(columns, rows, long="title")


@app.command(epilog="Example: hotline tickets show 100001 --json")
def show(number: NumberArgument, site: SiteOption = Path("."), json: JsonOption = False) -> None:
    """Show one ticket: who, what was said, recordings, clocks, callbacks, history."""

    async def read(engine: AsyncEngine, loaded: Site) -> Shown | None:
        country = loaded.settings.country or ""
        store = TicketStore(engine, country)
        ticket = await store.get(number)
        if ticket is None:
            return None
        callbacks = CallbackStore(engine, country)
        return Shown(
            loaded,
            ticket,
            await store.history(number),
            await store.joined(number),
            await callbacks.list(states=_ALL_CALLBACKS, ticket=number),
            await CustomerStore(engine, country).get(ticket.customer) if ticket.customer else None,
        )

    shown = from_database(site, read)
    if shown is None:
        fail(f"There is no ticket {number}.")
    if json:
        say_json(
            {
                **asdict(shown.ticket),
                "events": [asdict(entry) for entry in shown.history],
                "joined": [asdict(ticket) for ticket in shown.joined],
                "callbacks": [asdict(due) for due in shown.callbacks],
            }
        )
        return
    for line in ticket_lines(shown, time.time()):
        say(line)


@app.command("set", epilog="Example: hotline tickets set 100001 owner=1001 severity=2")
def set_(
    number: NumberArgument,
    changes: Annotated[
        list[str], typer.Argument(metavar="FIELD=VALUE...", help=f"Fields are {', '.join(FIELDS)}.")
    ],
    note: Annotated[str, typer.Option(metavar="TEXT", help="A note for its history.")] = "",
    by: ByOption = "",
    site: SiteOption = Path("."),
    json: JsonOption = False,
) -> None:
    """Change a ticket: assign it, solve it, reopen it, move it to another queue or category."""
    wished = dict(_change(text) for text in changes)
    answer = order(site, "ticket", ticket=number, by=who(by), changes=wished, note=note)
    if json:
        say_json(answer)
        return
    zone = load_site(site).timezone
    shown = ", ".join(f"{name} {_shown(name, value, zone)}" for name, value in answer["changes"].items())
    say(f"Ticket {number}: {shown}.")


@app.command(epilog='Example: hotline tickets note 100001 "Spare part ordered."')
def note(
    number: NumberArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to write.")],
    by: ByOption = "",
    site: SiteOption = Path("."),
    json: JsonOption = False,
) -> None:
    """Write a note into a ticket's history."""
    answer = order(site, "ticket", ticket=number, by=who(by), changes={}, note=text)
    if json:
        say_json(answer)
        return
    say(f"Ticket {number}: noted.")


def _shown(name: str, value: Any, zone: tzinfo) -> str:
    if name.endswith("_by"):
        return moment(value, zone) or "none"
    return " ".join(value) if isinstance(value, list) else str(value) or "none"


def _change(text: str) -> tuple[str, Any]:
    """One FIELD=VALUE."""
    name, sign, value = text.partition("=")
    if not sign or name not in FIELDS:
        fail(f"{text!r} is not FIELD=VALUE; fields are {', '.join(FIELDS)}.", ExitCode.USAGE)
    if name in ("severity", "priority", "respond_by", "resolve_by"):
        try:
            return name, int(value)
        except ValueError:
            fail(f"{name} must be a whole number.", ExitCode.USAGE)
    if name == "tags":
        return name, [tag for tag in value.replace(",", " ").split() if tag]
    return name, value

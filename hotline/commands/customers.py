"""`hotline customers`: the table of customers in the database."""

from __future__ import annotations

import contextlib
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from callback_queue.customers.book import Customer, load_csv
from callback_queue.customers.store import CustomerStore
from config import Site, SiteError, load_site
from config.exit_codes import ExitCode
from control.client import BadAnswer, NotRunning, Refused, ask
from hotline.commands.options import JsonOption, SiteOption
from hotline.commands.reading import LimitOption, from_database, print_table
from hotline.terminal import complain_about_site, say, say_json

EXAMPLE = "hotline customers import customers.csv --site my-site"

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def command() -> None:
    """Import and list customers."""


@app.command("import", epilog="Example: hotline customers import customers.csv")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Comma-separated values (docs/tickets.md).")],
    site: SiteOption = Path("."),
    json: JsonOption = False,
) -> None:
    """Replace all customers with those in a file; if it has mistakes, nothing changes."""
    country = load_site(site).settings.country or ""
    book, problems = load_csv(file, country)
    if problems:
        complain_about_site(SiteError(problems), consequence=": nothing was imported")
        raise typer.Exit(ExitCode.FAILED)

    async def write(engine: AsyncEngine, loaded: Site) -> None:
        await CustomerStore(engine, country).replace(book.customers)

    from_database(site, write)
    # A server that runs reads them at once; one that doesn't, when it starts.
    with contextlib.suppress(NotRunning, BadAnswer, Refused):
        ask(site, "customers")
    if json:
        say_json({"customers": len(book)})
        return
    say(f"{len(book)} customers.")


@app.command("list", epilog="Example: hotline customers list Lin")
def list_(
    words: Annotated[
        str, typer.Argument(metavar="[TEXT]", help="Only those with this in id, name or product.")
    ] = "",
    number: Annotated[
        str, typer.Option(metavar="NUMBER", help="Only the customer with this number, in any format.")
    ] = "",
    limit: LimitOption = 50,
    site: SiteOption = Path("."),
    json: JsonOption = False,
) -> None:
    """List customers."""

    async def read(engine: AsyncEngine, loaded: Site) -> list[Customer]:
        store = CustomerStore(engine, loaded.settings.country or "")
        if number:
            found = await store.find(number)
            return [] if found is None else [found]
        return await store.list(words, limit)

    customers = from_database(site, read)
    if json:
        say_json([asdict(customer) for customer in customers])
        return
    if not customers:
        say("No customers.")
        return
    print_table(
        ("id", "name", "tier", "numbers", "product", "language", "tags"),
        [
            (
                c.id,
                c.name,
                c.tier.replace("_", " "),
                ", ".join(c.numbers),
                c.product,
                c.language,
                ", ".join(c.tags),
            )
            for c in customers
        ],
    )

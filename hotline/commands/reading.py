"""Shared by commands that read a site's database or ask its server: error messages, tables, times."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Annotated, Any, TypeAlias, TypeVar

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from config import Site, load_site
from config.database import create_engine, site_database
from config.migrate import is_current
from hotline.commands.server import ask_server
from hotline.commands.server import fail as fail
from hotline.commands.status import duration
from hotline.terminal import cell_text

ResultT = TypeVar("ResultT")

_WIDEST = 1000

ByOption: TypeAlias = Annotated[
    str, typer.Option("--by", metavar="NAME", help="Your name in the history. Default: your user name.")
]
LimitOption: TypeAlias = Annotated[
    int, typer.Option("--limit", metavar="COUNT", min=1, max=10_000, help="Maximum number to show.")
]


def from_database(path: Path, work: Callable[[AsyncEngine, Site], Awaitable[ResultT]]) -> ResultT:
    """Let `work` read the database of the site in `path`.

    Raises:
        SiteError: the site has mistakes.
        typer.Exit: there is no database, or it can't be read; it was said why.
    """
    site = load_site(path)
    url = site_database(site)
    if url is None:
        fail("This site has no database: `database:` in hotline.yaml names one.")
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        fail("No records yet. Start the server: hotline serve")

    async def run() -> ResultT:
        engine = create_engine(url)
        try:
            if not await is_current(engine):
                fail(
                    "The database is empty or has a different version. Start the server first: hotline serve"
                )
            return await work(engine, site)
        finally:
            await engine.dispose()

    try:
        return asyncio.run(run())
    except (SQLAlchemyError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()
        fail(f"The database cannot be read: {reason[0] if reason else type(error).__name__}")


def order(path: Path, command: str, **arguments: Any) -> dict[str, Any]:
    """Have the running server do something; its refusal ends the command with its reason."""
    hint = "Changes go through the running server: start it first (hotline serve)."
    return ask_server(path, command, timeout=15.0, hint=hint, **arguments)


def who(by: str) -> str:
    """Whose name a change gets."""
    try:
        return by.strip() or getpass.getuser()
    except (OSError, KeyError):
        return "command line"


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str | Text]], *, long: str = "") -> None:
    """Print rows under their columns.

    Args:
        columns: their names.
        rows: a cell for each.
        long: the column that may be broken into lines when the terminal is too narrow. What is piped is not.
    """
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDEST)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column != long)
    for row in rows:
        table.add_row(*map(cell_text, row))
    console.print(table)


def moment(at: float, zone: tzinfo) -> str:
    """A time as people read it, "" for none."""
    return datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M") if at else ""


def ago(at: float, now: float) -> str:
    """How long ago, or how soon, a time is; "" for none."""
    if not at:
        return ""
    return f"{duration(now - at)} ago" if at <= now else f"in {duration(at - now)}"

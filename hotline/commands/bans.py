"""`hotline bans`: addresses that are banned because somebody guesses users and passwords there."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from hotline.commands.options import JsonOption, SiteOption
from hotline.commands.reading import ByOption, print_table, who
from hotline.commands.server import ask_server
from hotline.commands.status import duration
from hotline.terminal import say, say_json

EXAMPLE = "hotline bans list --site my-site"

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def command() -> None:
    """Addresses that are banned for guessing passwords."""


@app.command("list", epilog="Example: hotline bans list --json")
def list_(site: SiteOption = Path("."), json: JsonOption = False) -> None:
    """List the addresses whose requests are ignored, and for how long yet."""
    bans: list[dict[str, Any]] = ask_server(site, "bans")["bans"]
    if json:
        say_json(bans)
        return
    if not bans:
        say("No address is banned.")
        return
    now = time.time()
    rows = [
        (
            ban["address"],
            f"{duration(max(0.0, now - ban['since']))} ago",
            duration(max(0.0, ban["until"] - now)),
            str(ban["failures"]),
            str(ban["times"]),
        )
        for ban in bans
    ]
    print_table(("address", "banned", "time left", "failures", "bans so far"), rows)


@app.command(epilog="Example: hotline bans lift 192.0.2.7")
def lift(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="As `list` shows it.")],
    site: SiteOption = Path("."),
    by: ByOption = "",
) -> None:
    """Answer an address again, and forget its failures."""
    ask_server(site, "bans", lift=address, by=who(by))
    say(f"lifted: {address}")

"""`hotline records`: verify call records against the events, or rebuild them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from cdr.calls.verify import Difference, Verified
from cdr.calls.verify import verify as verify_rows
from cdr.settings import CallRulesByTime, SettingsHistory
from config import Site
from config.exit_codes import ExitCode
from hotline.commands.options import JsonOption, SiteOption
from hotline.commands.reading import from_database
from hotline.terminal import complain, say, say_json

EXAMPLE = "hotline records verify --site my-site"
SHOWN = 20

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def command() -> None:
    """Verify call records against the events, or rebuild them."""


@app.command(epilog="Example: hotline records verify --json")
def verify(site: SiteOption = Path("."), json: JsonOption = False) -> None:
    """Rebuild all call records from the events and compare them; nothing is changed."""
    found = _compare(site, repair=False)
    if json:
        say_json(_facts(found))
    else:
        _print(found)
        if found.differences:
            complain("`hotline records rebuild` puts them right.")
    if found.differences:
        raise typer.Exit(ExitCode.FAILED)


@app.command(epilog="Example: hotline records rebuild")
def rebuild(site: SiteOption = Path("."), json: JsonOption = False) -> None:
    """Rebuild all call records from the events, and replace those that differ."""
    found = _compare(site, repair=True)
    if json:
        say_json(_facts(found))
        return
    _print(found)
    if found.differences:
        say(f"{len(found.differences)} put right.")


def _compare(path: Path, *, repair: bool) -> Verified:
    async def work(engine: AsyncEngine, site: Site) -> Verified:
        return await verify_rows(engine, CallRulesByTime(site, SettingsHistory()), repair=repair)

    return from_database(path, work)


def _print(found: Verified) -> None:
    for difference in found.differences[:SHOWN]:
        say(f"{difference.call}: {_text(difference)}")
    if len(found.differences) > SHOWN:
        say(f"... and {len(found.differences) - SHOWN} more")
    wrong = len(found.differences)
    say(f"{found.calls} calls, " + (f"{wrong} with records that differ." if wrong else "all records agree."))


def _text(difference: Difference) -> str:
    if difference.missing:
        return f"it has no {difference.missing}"
    # Values stay out of it: a record may hold what its reader may not see.
    return f"differs in {', '.join(difference.fields)}"


def _facts(found: Verified) -> dict[str, Any]:
    return {
        "calls": found.calls,
        "differences": [{**asdict(each), "fields": list(each.fields)} for each in found.differences],
    }

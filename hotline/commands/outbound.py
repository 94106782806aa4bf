"""`hotline outbound`: whether a number may be dialled outside, and by which rule of the site."""

from __future__ import annotations

import asyncio
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from ruamel.yaml import YAML

from config import Site, load_site
from config.database import create_engine, site_database
from config.exit_codes import ExitCode
from hotline.commands.options import JsonOption, SiteOption
from hotline.server.history import events_since
from hotline.server.outside_calls import Asker, OutsideCalls
from hotline.server.permissions import Refused, country_of, read_number
from hotline.terminal import complain, say, say_json
from journal.journal import Journal
from telephony.call.events import OutsideCallAllowed

EXAMPLE = "hotline outbound check +4930123456 --from 1001"

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


class By(StrEnum):
    """How the call would come about."""

    PHONE = "phone"
    REFER = "refer"
    FLOW = "flow"
    NUMBER = "number"
    MOBILE = "mobile"
    CALLBACK = "callback"
    TRUNK = "trunk"


@app.callback()
def command() -> None:
    """Say whether a number outside may be dialled, and by which rule."""


@app.command(epilog="Example: hotline outbound check 13800138000 --by callback")
def check(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="As it would be dialled.")],
    site: SiteOption = Path("."),
    from_: Annotated[
        str, typer.Option("--from", metavar="AGENT", help="The agent who dials, passes on or is rung.")
    ] = "",
    by: Annotated[By, typer.Option(help="How the call comes about.")] = By.PHONE,
    json: JsonOption = False,
) -> None:
    """Say whether the site's rules, and the calls of today so far, let a number be dialled now.

    Nothing is dialled, counted or written down. Ends with 1 when it may not be dialled.
    """
    loaded = load_site(site)
    if from_ and all(agent.number != from_ for agent in loaded.agents):
        complain(f"There is no agent {from_}.")
        raise typer.Exit(ExitCode.USAGE)
    outside = OutsideCalls(loaded, Journal(None), time.time)
    outside.restore(asyncio.run(_today(loaded, outside.midnight())))
    decision = outside.decide(Asker(by.value, from_), number)
    allowed = not isinstance(decision, Refused)
    reason = decision.reason if isinstance(decision, Refused) else "emergency" if decision.always else ""
    place = _place(loaded.root / "hotline.yaml", decision.rule) if decision.rule is not None else ""
    dialled = read_number(number, country_of(loaded))
    if json:
        kinds = list(dialled.kinds)
        say_json(
            {"allowed": allowed, "reason": reason, "rule": place, "number": dialled.full, "types": kinds}
        )
    else:
        what = f"{number} ({' or '.join(dialled.kinds).replace('_', ' ')}"
        what += f", {dialled.full})" if dialled.full != number else ")"
        say(f"{'allowed' if allowed else 'refused'}: {what}")
        if place:
            say(f"by the rule at {place}")
        elif isinstance(decision, Refused):
            say(f"{decision.text} (no rule says otherwise)")
        else:
            say("people always reach emergency services" if decision.always else "by default")
    if not allowed:
        raise typer.Exit(ExitCode.FAILED)


async def _today(site: Site, midnight: float) -> list[OutsideCallAllowed]:
    """What went out today."""
    database = site_database(site) if site.settings.journal is not None else None
    engine = create_engine(database) if database is not None else None
    try:
        found = await events_since(
            midnight,
            (OutsideCallAllowed,),
            engine=engine,
            spool=site.journal_folder if site.settings.journal is not None else None,
            switch=site.settings.switch,
        )
    finally:
        if engine is not None:
            await engine.dispose()
    return [event for event in found if isinstance(event, OutsideCallAllowed)]


def _place(file: Path, rule: int) -> str:
    """File and line of a rule."""
    rules = YAML(typ="rt").load(file)["outbound"]["rules"]
    return f"{file.name}:{rules.lc.item(rule)[0] + 1}"

"""`hotline alarms`: what is wrong now, and whether telling it works."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import typer

from config import load_site
from config.exit_codes import ExitCode
from hotline.commands.options import JsonOption, SiteOption
from hotline.commands.reading import fail, moment, print_table
from hotline.commands.server import ask_server
from hotline.terminal import say, say_json

EXAMPLE = "hotline alarms list --site my-site"
_TEST_SECONDS = 20.0

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def command() -> None:
    """What is wrong, and whether telling it works."""


@app.command("list", epilog="Example: hotline alarms list --json")
def list_(site: SiteOption = Path("."), json: JsonOption = False) -> None:
    """List the alarms that go on, and how mails and webhooks get through."""
    answer = ask_server(site, "alarms", action="list")
    if json:
        say_json({"alarms": answer["alarms"], "ways": answer["ways"]})
        return
    zone = load_site(site).timezone
    rows = [
        (one["alarm"], one["subject"], moment(one["raised_at"], zone), one["text"])
        for one in answer["alarms"]
    ]
    if rows:
        print_table(("alarm", "of", "since", "what"), rows, long="what")
    else:
        say("No alarms.")
    for name, way in answer["ways"].items():
        say(f"{name}: {way['sent']} sent, {way['waiting']} waiting, {way['dropped']} dropped{_problem(way)}")
    if not answer["ways"]:
        say("Nobody is told: alarms.mail and alarms.webhook are not set (docs/alarms.md).")


@app.command("test", epilog="Example: hotline alarms test")
def try_(site: SiteOption = Path("."), json: JsonOption = False) -> None:
    """Send a test by every way that the site has, and say whether it got through."""
    before = ask_server(site, "alarms", action="list")["ways"]
    ways = ask_server(site, "alarms", action="test")["ways"]
    if not ways:
        fail("Nobody is told: alarms.mail and alarms.webhook are not set (docs/alarms.md).")
    until = time.monotonic() + _TEST_SECONDS
    now = before
    while time.monotonic() < until and not all(_is_decided(now[name], before[name]) for name in ways):
        time.sleep(0.2)
        now = ask_server(site, "alarms", action="list")["ways"]
    went = {name: now[name]["sent"] > before[name]["sent"] for name in ways}
    if json:
        say_json(went)
    else:
        for name, went_well in went.items():
            say(f"{name}: " + ("sent" if went_well else f"not yet{_problem(now[name])}"))
    if not all(went.values()):
        raise typer.Exit(ExitCode.FAILED)


def _is_decided(now: dict[str, Any], before: dict[str, Any]) -> bool:
    return bool(now["sent"] > before["sent"] or now["problem"])


def _problem(way: dict[str, Any]) -> str:
    return f" ({way['problem']})" if way["problem"] else ""

"""`hotline flows`: check a site's voice flows, try one without a telephone, draw them, describe them."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from config import Problem, Site, SiteError, load_site
from config.exit_codes import ExitCode
from hotline.commands.options import SiteOption
from hotline.server.permissions import may_ever_call_back
from hotline.terminal import complain, complain_about_site, piped, say, say_json
from ivr_flows.drawing import mermaid, svg
from ivr_flows.flow_set import FlowSet
from ivr_flows.loader import read_flows
from ivr_flows.runtime.engine import FlowRun
from ivr_flows.schema import json_schema
from ivr_flows.simulator import Inputs, Script, SimulatedConversation, Terminal, simulate

EXAMPLE = "hotline flows check --site my-site"

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


class Picture(StrEnum):
    """How to draw."""

    MERMAID = "mermaid"
    SVG = "svg"


@app.callback()
def command() -> None:
    """Check, try and draw the voice flows of a site."""


@app.command(epilog="Example: hotline flows check --site my-site")
def check(site: SiteOption = Path(".")) -> None:
    """Report every mistake in the site and its flows."""
    _, flows = _load(site)
    count = len(flows.flows)
    say(f"{count} flow{'' if count == 1 else 's'}: no mistakes.")


@app.command("try", epilog='Example: hotline flows try service-desk --at "2026-12-25 03:00" 2 silence hangup')
def try_(
    flow: Annotated[str, typer.Argument(metavar="FLOW", help="The flow to try.")],
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[INPUT]...",
            help="What the caller does: keys (1), words (agent), silence, noise, hangup; or how it went "
            "outside the flow (busy). Absent: asked for, or read from standard input.",
        ),
    ] = None,
    site: SiteOption = Path("."),
    at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help='When the call comes, in the site\'s time zone, such as "2026-12-25 03:00".'
        ),
    ] = None,
    caller: Annotated[str, typer.Option(metavar="NUMBER", help="Who calls.")] = "1001",
    called: Annotated[
        str | None,
        typer.Option(metavar="NUMBER", help="The number dialled. Default: a number of the flow."),
    ] = None,
    language: Annotated[
        str | None, typer.Option(metavar="en|zh|ko", help="Language of the call. Default: the number's.")
    ] = None,
    script: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Read the inputs from a file, one a line.")
    ] = None,
) -> None:
    """Simulate a call through a flow, step by step."""
    loaded, flows = _load(site)
    if flow not in flows.flows:
        raise typer.BadParameter(f"{flow}: the site has " + (", ".join(flows.flows) or "no flows"))
    spoken = flows.flows[flow].languages
    if language is not None and language not in spoken:
        raise typer.BadParameter(f"--language {language}: {flow} speaks {', '.join(spoken)}")
    number, its_language = _number_of(loaded, flow, called)
    source = _inputs(inputs, script)
    conversation = SimulatedConversation(
        source,
        say,
        caller=caller,
        called=number,
        now=_moment(at, loaded.timezone),
        country=loaded.settings.country or "",
        may_call_back=lambda wanted: may_ever_call_back(loaded, wanted, conversation.now().timestamp()),
    )
    run = FlowRun(flows, flow, conversation, language=language or its_language)
    end = asyncio.run(simulate(run, conversation, source))
    say(f"{conversation.now():%H:%M:%S}    end: {end.reason}")


@app.command(epilog="Example: hotline flows graph service-desk --as svg > service-desk.svg")
def graph(
    flow: Annotated[str | None, typer.Argument(metavar="[FLOW]", help="One flow. Default: all.")] = None,
    site: SiteOption = Path("."),
    picture: Annotated[Picture, typer.Option("--as", help="Mermaid text, or an SVG picture of one flow.")] = (
        Picture.MERMAID
    ),
) -> None:
    """Draw flows, on standard output."""
    _, flows = _load(site)
    if flow is not None and flow not in flows.flows:
        raise typer.BadParameter(f"{flow}: the site has " + (", ".join(flows.flows) or "no flows"))
    if picture is Picture.SVG:
        if flow is None:
            raise typer.BadParameter("--as svg draws one flow: name it")
        piped().write(svg(flows.flows[flow]))
        return
    piped().write(mermaid([flows.flows[flow]] if flow is not None else flows.flows.values()))


@app.command(epilog="Example: hotline flows schema > flow.schema.json")
def schema() -> None:
    """Print the JSON Schema of a flow's file, for editors."""
    say_json(json_schema())


def _load(root: Path) -> tuple[Site, FlowSet]:
    """Load a site and its flows, or say every mistake in both and leave."""
    problems: list[Problem] = []
    site: Site | None = None
    try:
        site = load_site(root)
    except SiteError as error:
        problems += error.problems
    loaded = read_flows(root, site, shown=root)
    problems += loaded.problems
    if site is None or loaded.flows is None:
        complain_about_site(SiteError(problems), consequence="")
        raise typer.Exit(ExitCode.SITE)
    return site, loaded.flows


def _number_of(site: Site, flow: str, called: str | None) -> tuple[str, str | None]:
    """The dialled number, and the language that it begins in."""
    targets = site.settings.numbers
    number = called or next((number for number, target in targets.items() if target.flow == flow), "")
    target = targets.get(number)
    return number, target.language if target is not None and target.flow == flow else None


def _inputs(given: list[str] | None, script: Path | None) -> Inputs:
    if script is not None:
        try:
            return Script(script.read_text(encoding="utf-8").splitlines())
        except (OSError, UnicodeDecodeError) as error:
            complain(f"{script} cannot be read: {error}.")
            raise typer.Exit(ExitCode.FAILED) from None
    if given:
        return Script(given)
    return Terminal() if sys.stdin.isatty() else Script(sys.stdin)


def _moment(text: str | None, zone: tzinfo) -> datetime:
    """The time of the call in the site's zone, which a time written without one means."""
    if text is None:
        return datetime.now(zone)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f'--at {text}: give a time such as "2026-12-25 03:00"') from None
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)

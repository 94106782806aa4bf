"""`hotline agents`: their current states, and today's figures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cdr.figures.formulas import agent_figures
from cdr.figures.tallies import AgentTally
from config import Agent
from hotline.commands.options import JsonOption, SiteOption
from hotline.commands.overview import Now, how_it_stands
from hotline.commands.reading import fail, print_table
from hotline.commands.report_text import clock, print_agents, share
from hotline.commands.status import duration
from hotline.terminal import say, say_json

EXAMPLE = "hotline agents list --site my-site"

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

NOT_RUNNING = "No switch answers: the agents' states are unknown."
_NOTHING = agent_figures(AgentTally())


@app.callback()
def command() -> None:
    """Agents: current states, and today's figures."""


@app.command("list", epilog="Example: hotline agents list --json")
def list_(site: SiteOption = Path("."), json: JsonOption = False) -> None:
    """List the agents: state, since when and why, the day so far."""
    now = how_it_stands(site)
    if json:
        say_json([_facts(agent, now) for agent in now.site.agents])
        return
    rows = []
    for agent in now.site.agents:
        facts = _facts(agent, now)
        figures = facts["today"]
        rows.append(
            (
                agent.number,
                agent.name,
                _state(facts),
                _since(facts, now),
                facts["why"],
                str(figures["handled"] + figures["callbacks"]),
                clock(figures["aht"]),
                share(figures["occupancy"], good=False),
                str(figures["points"]),
            )
        )
    columns = ("agent", "name", "state", "since", "why", "handled", "AHT", "occupancy", "points")
    print_table(columns, rows, long="why")
    if not now.running:
        say(NOT_RUNNING)


@app.command(epilog="Example: hotline agents show 1001")
def show(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="The agent's number.")],
    site: SiteOption = Path("."),
    json: JsonOption = False,
) -> None:
    """Show one agent: what it does and why, its queues, its figures of today."""
    now = how_it_stands(site)
    agent = next((agent for agent in now.site.agents if agent.number == number), None)
    if agent is None:
        fail(f"There is no agent {number}.")
    facts = _facts(agent, now)
    if json:
        say_json(facts)
        return
    since = _since(facts, now)
    say(f"{agent.number} {agent.name}: {_state(facts)}" + (f" for {since}" if since else ""))
    lines = {
        "why": facts["why"],
        "call": facts["call"],
        "queues": ", ".join(facts["queues"]),
        "languages": ", ".join(agent.languages),
        "phones": str(facts["phones"]) if now.running else "",
        "mobile": "calls go to the mobile" if facts["mobile"] else "",
    }
    for name, value in lines.items():
        if value:
            say(f"  {name:<10} {value}")
    row = now.agents_today.get(number)
    if row is not None:
        print_agents([row], {number: agent.name}, now.site.timezone, by_interval=False)
        breaks = ", ".join(
            f"{reason or 'break'} {clock(spent)}" for reason, spent in row.figures["breaks"].items()
        )
        if breaks:
            say(f"Breaks: {breaks}")
    if not now.running:
        say(NOT_RUNNING)


def _facts(agent: Agent, now: Now) -> dict[str, Any]:
    seen = now.agents[agent.number]
    row = now.agents_today.get(agent.number)
    return {
        "agent": agent.number,
        "name": agent.name,
        "state": seen.state,
        "since": seen.since,
        "reason": seen.reason,
        "why": seen.why,
        "call": seen.call,
        "phones": seen.phones,
        "mobile": seen.mobile,
        "queues": seen.queues,
        "today": row.figures if row is not None else _NOTHING,
    }


def _state(facts: dict[str, Any]) -> str:
    state = facts["state"].replace("_", " ")
    return f"{state} ({facts['reason'].replace('_', ' ')})" if facts["reason"] else state


def _since(facts: dict[str, Any], now: Now) -> str:
    return duration(max(0.0, now.at - facts["since"])) if facts["since"] else ""

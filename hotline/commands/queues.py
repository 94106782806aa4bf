"""`hotline queues`: who waits now, and the day so far."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cdr.figures.formulas import queue_figures
from cdr.figures.tallies import QueueTally
from config import Queue
from hotline.commands.options import JsonOption, SiteOption
from hotline.commands.overview import Now, how_it_stands
from hotline.commands.reading import fail, print_table
from hotline.commands.report_text import amount, clock, print_definitions, print_queues, score, share
from hotline.terminal import say, say_json

EXAMPLE = "hotline queues list --site my-site"

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

NOT_RUNNING = "No switch answers: nobody waits, as far as is known."
_NOTHING = queue_figures(QueueTally())
# An agent in one of these is there for the queue.
_AT_WORK = ("available", "reserved", "ringing", "on_call", "wrap_up")


@app.callback()
def command() -> None:
    """Who waits in the queues now, and figures of today."""


@app.command("list", epilog="Example: hotline queues list --json")
def list_(site: SiteOption = Path("."), json: JsonOption = False) -> None:
    """List the queues: who waits, who is free, the day so far."""
    now = how_it_stands(site)
    if json:
        say_json([_facts(queue, now) for queue in now.site.queues])
        return
    most = max((len(waiting) for waiting in now.waiting.values()), default=0)
    rows = []
    for queue in now.site.queues:
        facts = _facts(queue, now)
        figures = facts["today"]
        rows.append(
            (
                queue.name,
                amount(len(facts["waiting"]), most),
                clock(facts["oldest_wait"]) if facts["waiting"] else "-",
                f"{facts['free']} of {facts['staffed']}",
                str(figures["offered"]),
                str(figures["handled"]),
                str(figures["abandoned"]),
                share(figures["service_level_genesys_without_short"]),
                clock(figures["asa"]),
                clock(figures["aht"]),
                score(figures),
            )
        )
    columns = (
        "queue",
        "waiting",
        "oldest",
        "free",
        "offered",
        "handled",
        "abandoned",
        "service level",
        "ASA",
        "AHT",
    )
    print_table((*columns, "CSAT"), rows)
    if not now.running:
        say(NOT_RUNNING)


@app.command(epilog="Example: hotline queues show support")
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The queue's name.")],
    site: SiteOption = Path("."),
    json: JsonOption = False,
) -> None:
    """Show one queue: everybody who waits, its agents, its figures of today."""
    now = how_it_stands(site)
    queue = next((queue for queue in now.site.queues if queue.name == name), None)
    if queue is None:
        fail(f"There is no queue {name}.")
    facts = _facts(queue, now)
    if json:
        say_json(facts)
        return
    say(f"{queue.name}: {queue.strategy}, {len(facts['waiting'])} waiting, {facts['free']} agents free.")
    _print_waiting(facts["waiting"])
    rows = [
        (number, agent.get("name", ""), agent.get("state", "-").replace("_", " "), agent.get("why", ""))
        for number in queue.agents
        for agent in (now.agents.get(number, {}),)
    ]
    print_table(("agent", "name", "state", "why"), rows)
    if queue.name in now.queues:
        print_queues([now.queues[queue.name]], now.site.timezone, by_interval=False)
        print_definitions([now.queues[queue.name]])
    if not now.running:
        say(NOT_RUNNING)


def _facts(queue: Queue, now: Now) -> dict[str, Any]:
    states = [now.agents.get(number, {}).get("state") for number in queue.agents]
    waiting = now.waiting.get(queue.name, [])
    row = now.queues.get(queue.name)
    return {
        "queue": queue.name,
        "strategy": queue.strategy,
        "waiting": waiting,
        "oldest_wait": max((entry["wait_s"] for entry in waiting), default=0.0),
        "agents": list(queue.agents),
        "staffed": sum(state in _AT_WORK for state in states),
        "free": states.count("available"),
        "today": row.figures if row is not None else _NOTHING,
    }


def _print_waiting(waiting: list[dict[str, Any]]) -> None:
    if not waiting:
        return
    rows = [
        (
            str(entry["position"]),
            "to be called" if entry["kind"] == "callback" else "on the line",
            entry["call"] or entry["callback"],
            entry["tier"].replace("_", " "),
            clock(entry["wait_s"]),
            ", ".join(entry["offered"]),
        )
        for entry in waiting
    ]
    print_table(("place", "how", "call", "tier", "waits", "rings at"), rows)

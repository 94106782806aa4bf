"""`hotline queues`: who is waiting now, and today's figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from cdr.figures.formulas import queue_figures
from cdr.figures.tallies import QueueTally
from config import Queue
from console.overview import Waiting
from hotline.commands.options import JsonOption, SiteOption
from hotline.commands.overview import Now, how_it_stands
from hotline.commands.reading import fail, print_table
from hotline.commands.report_text import amount, clock, print_definitions, print_queues, score, share
from hotline.terminal import say, say_json

EXAMPLE = "hotline queues list --site my-site"

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

NOT_RUNNING = "No switch answers: who is waiting is unknown."
_NOTHING = queue_figures(QueueTally())


@app.callback()
def command() -> None:
    """Queues: who is waiting now, and today's figures."""


@app.command("list", epilog="Example: hotline queues list --json")
def list_(site: SiteOption = Path("."), json: JsonOption = False) -> None:
    """List the queues: who waits, who is free, the day so far."""
    now = how_it_stands(site)
    if json:
        say_json([_facts(queue, now) for queue in now.site.queues])
        return
    most = max((now.queue(queue).waiting or 0 for queue in now.site.queues), default=0)
    rows = []
    for queue in now.site.queues:
        facts = _facts(queue, now)
        figures = facts["today"]
        rows.append(
            (
                queue.name,
                amount(facts["waiting"], most) if now.running else "-",
                clock(facts["oldest_wait_s"]),
                str(facts["callbacks_waiting"]) if now.running else "-",
                f"{facts['free_agents']} of {facts['logged_in']}" if now.running else "-",
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
        "to call back",
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
    if now.running:
        say(
            f"{queue.name}: {queue.strategy}, {facts['waiting']} waiting on the line, "
            f"{facts['callbacks_waiting']} to be called back, {facts['free_agents']} agents free."
        )
    else:
        say(f"{queue.name}: {queue.strategy}.")
    _print_waiting(now.queue(queue).entries, now.at)
    agents = [now.agents[number] for number in queue.agents if number in now.agents]
    rows = [(agent.number, agent.name, agent.state.replace("_", " "), agent.why) for agent in agents]
    print_table(("agent", "name", "state", "why"), rows)
    if queue.name in now.queues_today:
        print_queues([now.queues_today[queue.name]], now.site.timezone, by_interval=False)
        print_definitions([now.queues_today[queue.name]])
    if not now.running:
        say(NOT_RUNNING)


def _facts(queue: Queue, now: Now) -> dict[str, Any]:
    """The same words as in the API, where that has them."""
    seen = now.queue(queue)
    row = now.queues_today.get(queue.name)
    return {
        "queue": queue.name,
        "strategy": queue.strategy,
        **seen.model_dump(),
        "oldest_wait_s": None if seen.oldest_since is None else max(0.0, now.at - seen.oldest_since),
        "members": list(queue.agents),
        "today": row.figures if row is not None else _NOTHING,
    }


def _print_waiting(waiting: Sequence[Waiting], now: float) -> None:
    if not waiting:
        return
    rows = [
        (
            str(entry.position),
            "to be called" if entry.kind == "callback" else "on the line",
            entry.call or entry.callback,
            entry.tier.replace("_", " "),
            clock(max(0.0, now - entry.entered_at)),
            ", ".join(entry.offered),
        )
        for entry in waiting
    ]
    print_table(("position", "how", "call", "tier", "waits", "rings at"), rows)

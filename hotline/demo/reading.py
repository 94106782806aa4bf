"""Reads the story back from the database, with the commands that a supervisor would type."""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

from config import Site
from hotline.demo.lines import AGENT, Story
from hotline.demo.players import HOTLINE, ActorFailed
from hotline.demo.telling import Teller

CALLS = 2
"""The customer's, and the callback."""
PATIENCE = 15.0
"""Seconds until what happened last must be in the database."""


async def read_back(site: Site, teller: Teller, story: Story, ticket: str) -> None:
    """Show what was written down and prove it.

    Args:
        site: whose database.
        teller: who tells it.
        story: what happened.
        ticket: the ticket's number.

    Raises:
        ActorFailed: a command failed.
    """
    desk = _Desk(site, teller)
    await desk.until_written()
    await _ticket(desk, story, ticket)
    await _calls(desk, ticket)
    await _figures(desk)
    teller.title("The records are recomputed from the journal and come out the same")
    said = await desk.shown("records", "verify")
    teller.prove(said, "call records match those recomputed from the events")


class _Desk:
    """The command line of one site."""

    def __init__(self, site: Site, teller: Teller) -> None:
        self._site = site
        self.teller = teller

    async def shown(self, *command: str) -> bool:
        """Run a command for people and show what it prints; whether it said that all is well."""
        self.teller.line("you", f"hotline {' '.join(command)}")
        code, output = await self._run(*command)
        self.teller.quote(output)
        return code == 0

    async def data(self, *command: str) -> Any:
        """What a command answers in JSON."""
        code, output = await self._run(*command, "--json")
        if code:
            raise ActorFailed(f"hotline {' '.join(command)}: {output.strip()}")
        return json.loads(output)

    async def until_written(self) -> None:
        """Wait until both calls have their rows."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while sum(call["ended"] is not None for call in await self.data("calls", "list")) < CALLS:
            if asyncio.get_running_loop().time() > deadline:
                raise ActorFailed(f"the calls were not in the database within {PATIENCE:g} s")
            await asyncio.sleep(0.3)

    async def _run(self, *command: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            *HOTLINE,
            *command,
            "--site",
            str(self._site.root),
            env={**os.environ, "COLUMNS": "110"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        return process.returncode or 0, output.decode("utf-8", "replace")


async def _ticket(desk: _Desk, story: Story, number: str) -> None:
    desk.teller.title("The ticket, with what the customer said")
    await desk.shown("tickets", "show", number)
    ticket = await desk.data("tickets", "show", number)
    right = ticket["number"] == number and story.keyword in ticket["summary"].lower()
    desk.teller.prove(right, "the ticket is in the database", f'{number}, "{ticket["title"]}"')
    desk.teller.prove(ticket["resolve_by"], "it has a deadline")


async def _calls(desk: _Desk, ticket: str) -> None:
    desk.teller.title("The callback and the call records")
    await desk.shown("callbacks", "list", "--all")
    await desk.shown("calls", "list")
    calls = await desk.data("calls", "list")
    kinds = sorted(call["direction"] for call in calls)
    desk.teller.prove(kinds == ["callback", "in"], "each call has its record", " and ".join(kinds))
    talked = next((call["talk_ms"] for call in calls if call["direction"] == "callback"), 0)
    desk.teller.prove(talked > 0, "the record knows how long they talked", f"{talked / 1000:.1f} s")


async def _figures(desk: _Desk) -> None:
    desk.teller.title("The figures of the queue and of the agent")
    # Of the last hour, because a story that is told at midnight has two days.
    await desk.shown("report", "queues", "--from=-1h")
    await desk.shown("report", "agents", "--from=-1h")
    [queue] = (await desk.data("report", "queues", "--from=-1h"))["rows"]
    figures = queue["figures"]
    done = (figures["callbacks_requested"], figures["callbacks_reached"], figures["callbacks_completed"])
    desk.teller.prove(done == (1, 1, 1), "the queue's figures count the callback", "1 asked, reached, done")
    agents = (await desk.data("report", "agents", "--from=-1h"))["rows"]
    mine: dict[str, Any] = next((row["figures"] for row in agents if row["agent"] == AGENT), {})
    talk = mine.get("talk_time", 0)
    desk.teller.prove(talk > 0, "the agent's figures count the talk", f"{talk:.1f} s")

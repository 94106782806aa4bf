"""One overview: the command line, the API and the metrics answer the same about the same moment."""

from __future__ import annotations

import json
import re
import subprocess
import time
from typing import Any

import pytest

from callback_queue.tickets.sla import SlaRules
from callback_queue.tickets.store import TicketView
from config import load_site
from hotline.commands.ticket_text import clocks
from tests.console import story
from tests.console.stage import HOTLINE, Stage

NOW = time.time()


@pytest.fixture(scope="module")
def busy(stage: Stage) -> Stage:
    """Two callers on the line, and a callback that has been in it longer than either."""
    stage.tell(
        *story.handled("c1", NOW - 300),
        *story.abandoned("c2", NOW - 200),
        *story.arrival("c3", NOW - 70),
        *story.arrival("c4", NOW - 30),
        story.ticket("100001", "c1", NOW - 250),
    )
    stage.when("/api/v1/tickets/100001", lambda ticket: ticket["number"], "the ticket to be there")
    entered = {"e0": NOW - 900, "e1": NOW - 60, "e2": NOW - 20}
    stage.switch.waiting["support"] = [
        story.waiting(
            "e0", "", 900.0, kind="callback", callback="100001.1", position=1, entered_at=entered["e0"]
        ),
        story.waiting("e1", "c3", 60.0, position=2, entered_at=entered["e1"]),
        story.waiting("e2", "c4", 20.0, position=3, entered_at=entered["e2"]),
    ]
    states = zip(stage.switch.agents.values(), ("available", "break", "offline"), strict=False)
    for agent, state in states:
        agent["state"] = state
    return stage


def command(stage: Stage, *arguments: str) -> Any:
    """What a command answers as JSON."""
    done = subprocess.run(
        [HOTLINE, *arguments, "--site", str(stage.site), "--json"],
        capture_output=True,
        timeout=60,
        check=True,
    )
    return json.loads(done.stdout)


def test_command_api_and_metrics_count_the_same_people_in_a_queue(busy: Stage) -> None:
    told = {queue["queue"]: queue for queue in command(busy, "queues", "list")}
    api = {queue["name"]: queue for queue in busy.get("/api/v1/queues").json["items"]}
    assert told.keys() == api.keys()
    for name, queue in api.items():
        for figure in ("waiting", "callbacks_waiting", "oldest_since", "free_agents", "logged_in", "members"):
            assert told[name][figure] == queue[figure], f"{figure} of {name}"
    support = told["support"]
    assert (support["waiting"], support["callbacks_waiting"]) == (2, 1)
    # Who waits on the line longest; the callback has been in it for a quarter of an hour.
    assert support["oldest_wait_s"] == pytest.approx(time.time() - NOW + 60, abs=5)
    metrics = busy.get("/metrics").body.decode()
    assert re.search(r'^hotline_queue_waiting\{queue="support"\} 2\.0$', metrics, re.MULTILINE)
    [longest] = re.findall(
        r'^hotline_queue_longest_wait_seconds\{queue="support"\} (.*)$', metrics, re.MULTILINE
    )
    assert float(longest) == pytest.approx(support["oldest_wait_s"], abs=5)


def test_command_api_and_report_count_the_same_day(busy: Stage) -> None:
    [told] = [queue["today"] for queue in command(busy, "queues", "list") if queue["queue"] == "support"]
    [api] = [
        queue["today"] for queue in busy.get("/api/v1/queues").json["items"] if queue["name"] == "support"
    ]
    assert told["offered"] >= 2
    assert told == api


def test_command_and_api_say_the_same_of_agents(busy: Stage) -> None:
    told = {agent["agent"]: agent for agent in command(busy, "agents", "list")}
    api = {agent["number"]: agent for agent in busy.get("/api/v1/agents").json["items"]}
    assert told.keys() == api.keys()
    for number, agent in api.items():
        for figure in ("state", "since", "reason", "why", "call", "queues", "phones", "mobile"):
            assert told[number][figure] == agent[figure], f"{figure} of {number}"


def test_a_deadline_is_warned_of_at_one_moment_everywhere(busy: Stage) -> None:
    ticket = busy.get("/api/v1/tickets/100001").json
    warning = ticket["respond_warning_at"]
    # The last fifth of its hour.
    assert warning == pytest.approx(ticket["opened_at"] + 0.8 * 3600, abs=0.01)
    site = load_site(busy.site)
    rules = SlaRules.of(site.settings.tickets, site.timezone)
    view = {**dict.fromkeys(TicketView.__dataclass_fields__, 0), **ticket}
    row = TicketView(**{name: view[name] for name in TicketView.__dataclass_fields__})
    assert [clocks(row, warning + late, rules)[0].state for late in (-1, 1)] == ["running", "warning"]

"""Tickets of a real server: after a crash, over HTTP for flows, on the command line, with its recorder."""

from __future__ import annotations

import http.client
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from journal.journal import Journal
from tests.support.switch import HOTLINE, Switch, without_flows
from tests.unit.callback_queue.records import flow, offered, queued, started

CALLERS = 5


def crashed(site: Path) -> None:
    """Leave behind what a server leaves that was killed while callers waited."""
    without_flows(site)
    journal = Journal(site / "journal", switch="switch-1")
    now = time.time() - 60
    journal.append(started(now - 600))
    for index in range(CALLERS):
        call = f"call-{index}"
        journal.append(offered(call, f"1380013800{index}", now + index))
        journal.append(flow(call, now + index, "zh"))
        # Who called last has waited longest.
        journal.append(queued(call, now + index, now - 10 * index))
    journal.close()


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    running = Switch(
        tmp_path_factory.mktemp("tickets"), {"callbacks": {"quiet": None}}, crashed, records=True
    )
    yield running
    running.stop()


def hotline(switch: Switch, *arguments: str) -> Any:
    """Run a command with --json; its answer."""
    run = subprocess.run(
        [HOTLINE, *arguments, "--json", "--site", switch.site], capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def state(switch: Switch, number: str) -> str | None:
    """What a flow would be told of a ticket."""
    client = http.client.HTTPConnection(*switch.http, timeout=10)
    client.request("GET", f"/tickets/{number}")
    answer = client.getresponse()
    found: dict[str, str | None] = json.load(answer)
    client.close()
    assert answer.status == (404 if found["state"] is None else 200)
    return found["state"]


def test_after_a_crash_everybody_is_called_back_in_the_order_of_their_arrival(switch: Switch) -> None:
    switch.wait_recorded()
    tickets = {row["number"]: row for row in hotline(switch, "tickets", "list")}
    callbacks = sorted(hotline(switch, "callbacks", "list"), key=lambda row: row["arrival"])
    assert [row["number"] for row in callbacks] == [f"1380013800{i}" for i in reversed(range(CALLERS))]
    assert {(row["kind"], row["language"]) for row in tickets.values()} == {("cut_off", "zh")}
    assert {row["ticket"] for row in callbacks} == set(tickets)
    assert sum(event["event"] == "CallEnded" for event in switch.journal()) == 0, "the recorder's own words"


def test_a_change_on_the_command_line_is_what_a_flow_is_told(switch: Switch) -> None:
    switch.wait_recorded()
    number = hotline(switch, "tickets", "list")[0]["number"]
    assert state(switch, number) == "open"
    hotline(switch, "tickets", "set", number, "owner=1001", "--by", "anna")
    switch.wait_recorded()
    assert state(switch, number) == "assigned"
    assert state(switch, "424242") is None
    assert state(switch, "../tickets") is None
    shown = hotline(switch, "tickets", "show", number)
    assert (shown["owner"], shown["events"][-1]["by"]) == ("1001", "anna")


def test_customers_that_are_imported_are_known_at_once(switch: Switch, tmp_path: Path) -> None:
    switch.wait_recorded()
    file = tmp_path / "customers.csv"
    file.write_text("id,name,numbers,tier\nC1,Lin,+8613900139000,vip\n")
    assert hotline(switch, "customers", "import", str(file)) == {"customers": 1}
    assert [row["id"] for row in hotline(switch, "customers", "list", "--number", "+86 139 0013 9000")] == [
        "C1"
    ]

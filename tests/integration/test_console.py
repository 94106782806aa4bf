"""The console beside a real switch: supervised, fed by the recorder, its wishes carried out by the switch."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.sync.client import connect

from tests.peers.ports import wait_for
from tests.peers.softphone import HOTLINE
from tests.peers.switch import Switch

pytestmark = pytest.mark.slow


class Console:
    """The console of a switch, asked with a supervisor's token."""

    def __init__(self, switch: Switch) -> None:
        self.switch = switch
        self.address = f"{switch.console[0]}:{switch.console[1]}"
        made = subprocess.run(
            [HOTLINE, "token", "create", "boss", "--role", "supervisor", "--site", switch.site],
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
        wait_for(self.is_up, f"the console to start\n{switch.log()}", timeout=30)

    def is_up(self) -> bool:
        """Whether it finds its database and its switch."""
        try:
            return bool(self.ask("/api/v1/health")["status"] == "ok")
        except OSError:
            return False

    def ask(self, path: str, body: object = None) -> Any:
        """GET, or POST when there is a body."""
        data = json.dumps(body).encode() if body is not None else None
        headers = {**self.headers, "Content-Type": "application/json"}
        request = urllib.request.Request(f"http://{self.address}{path}", data, headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def state(self, agent: str) -> str:
        """What an agent does."""
        return str(self.ask(f"/api/v1/agents/{agent}")["state"])


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A switch with everything beside it."""
    switch = Switch(tmp_path_factory.mktemp("console"), records=True)
    yield Console(switch)
    switch.stop()


def test_an_agents_state_is_set_by_the_switch_and_told_as_an_event(console: Console) -> None:
    with connect(
        f"ws://{console.address}/api/v1/live?kinds=AgentStateChanged", additional_headers=console.headers
    ) as stream:
        snapshot = json.loads(stream.recv(timeout=20))
        assert {agent["state"] for agent in snapshot["floor"]["agents"]} == {"offline"}
        # Somebody who has no phone registered is logged in for the callbacks to the mobile, or not at all.
        console.ask("/api/v1/agents/1001/break", {"reason": "lunch"})
        while (message := json.loads(stream.recv(timeout=20)))["type"] != "event":
            pass
    event = message["event"]
    assert (event["agent"], event["why"]) == ("1001", "break by boss")
    assert console.state("1001") == event["state"]


def test_the_queues_of_the_site_are_told(console: Console) -> None:
    [queue] = console.ask("/api/v1/queues")["items"]
    assert (queue["name"], queue["live"], queue["waiting"]) == ("support", True, 0)
    assert queue["today"] == {} or queue["today"]["offered"] == 0


def test_a_console_that_is_killed_comes_back_and_calls_do_not_notice(console: Console) -> None:
    before = process_of(console.switch, "console")
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: process_of(console.switch, "console") not in (0, before), "another console", timeout=20)
    wait_for(console.is_up, "the console to be back", timeout=30)
    assert console.switch.health()["status"] == "ok"


def process_of(switch: Switch, name: str) -> int:
    """The process id of one of the processes beside a switch; 0 while there is none."""
    found = subprocess.run(
        ["pgrep", "-f", f"hotline {name} --site {switch.site}"], capture_output=True, text=True, check=False
    )
    return int(found.stdout.split()[0]) if found.stdout.split() else 0

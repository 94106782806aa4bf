"""The console beside a real switch: fed by the recorder, its wishes carried out by the switch."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.support.ports import wait_for
from tests.support.queues import centre_of, with_queues
from tests.support.softphone import HOTLINE
from tests.support.switch import Switch

pytestmark = [pytest.mark.slow, pytest.mark.peer("sipp")]

QUEUES = [{"name": "support", "members": [1001], "record": True}]


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
    switch = Switch(tmp_path_factory.mktemp("console"), prepare=with_queues(QUEUES), records=True)
    yield Console(switch)
    switch.stop()


def test_a_call_is_seen_while_it_waits_when_it_is_taken_and_when_it_is_over(
    console: Console, tmp_path: Path
) -> None:
    kinds = "AgentStateChanged,QueueEntered,AgentConnected,CallEnded"
    address = f"ws://{console.address}/api/v1/live?kinds={kinds}"
    with (
        centre_of(console.switch, tmp_path) as centre,
        connect(address, additional_headers=console.headers) as stream,
    ):
        phone = centre.phone("1001", duration_ms=100)
        centre.await_state("1001", "available")
        console.ask("/api/v1/agents/1001/break", {"reason": "lunch"})
        agent = console.ask("/api/v1/agents/1001")
        assert (agent["state"], agent["reason"], agent["why"]) == ("break", "lunch", "break by boss")
        caller = centre.call("support", duration_ms=5000)
        hear(stream, "QueueEntered")
        queue = console.ask("/api/v1/queues/support")
        assert (queue["waiting"], queue["free_agents"], queue["logged_in"]) == (1, 0, 1)
        [call] = console.ask("/api/v1/calls?outcome=in_progress")["items"]
        assert queue["entries"][0]["call"] == call["call"]
        console.ask("/api/v1/agents/1001/ready", {})
        assert hear(stream, "AgentConnected")["agent"] == "1001"
        caller.check(calls=1)
        phone.check(calls=1)
        hear(stream, "CallEnded")
    done = console.ask(f"/api/v1/calls/{call['call']}")
    assert (done["outcome"], done["agents"], done["queues"]) == ("handled", ["1001"], ["support"])
    with urllib.request.urlopen(
        urllib.request.Request(f"http://{console.address}{done['audio'][0]['url']}", headers=console.headers)
    ) as sound:
        assert sound.read(4) == b"RIFF"
    report = console.ask(f"/api/v1/reports/queues?from={call['started'] - 1}")
    assert report["total"]["figures"]["handled"] == 1


def hear(stream: ClientConnection, kind: str) -> dict[str, Any]:
    """The next event of a kind."""
    while True:
        message = json.loads(stream.recv(timeout=20))
        if message["type"] == "event" and message["event"]["event"] == kind:
            event: dict[str, Any] = message["event"]
            return event

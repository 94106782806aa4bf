"""A console that runs for real: its process, a recorder, a database and a journal. Only the switch is played.

The played switch answers on a real control socket. What it is told to do it writes into the journal, as the
real one does, and the recorder takes it from there.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import wave
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML
from sqlalchemy.engine import URL

from callback_queue.callbacks.events import CallbackClosed, CallbackRescheduled
from callback_queue.tickets.events import TicketChanged
from config import load_site
from config.database import create_engine, site_database
from config.migrate import upgrade
from config.new_site import write_starter_site
from console.roles import Role
from console.tokens import TokenStore
from control.server import ControlSocket
from journal.event import Event
from journal.journal import Journal
from tests.support.ports import HOST, free_port, wait_for

HOTLINE = str(Path(sys.executable).with_name("hotline"))
RATE = 8000


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as data."""
        return json.loads(self.body)


@dataclass
class PlayedSwitch:
    """Answers what the console asks of a switch.

    Args:
        journal: where it writes what it was told to do.
        agents, waiting, calls: what it says in the overview.
        asked: every question, in order.
    """

    journal: Journal
    agents: dict[str, dict[str, Any]] = field(default_factory=dict)
    waiting: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    calls: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)

    def answers(self) -> dict[str, Any]:
        """By command, for a control socket."""
        return {
            "status": self._status,
            "overview": self._overview,
            "agent": self._agent,
            "ticket": self._ticket,
            "callback": self._callback,
            "hangup": self._hang_up,
        }

    async def _status(self, question: dict[str, Any]) -> dict[str, Any]:
        return {"version": "test", "recorder": {"lag": 3}}

    async def _overview(self, question: dict[str, Any]) -> dict[str, Any]:
        queues = [{"queue": name, "waiting": entries} for name, entries in self.waiting.items()]
        return {"queues": queues, "agents": list(self.agents.values()), "calls": self.calls}

    async def _agent(self, question: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(question)
        states = {"log_in": "available", "log_out": "offline", "break": "break", "ready": "available"}
        agent = self.agents[question["agent"]]
        agent |= {
            "state": states[question["action"]],
            "since": time.time(),
            "reason": question["reason"],
            "why": f"{question['action']} by {question['by']}",
        }
        return agent

    async def _ticket(self, question: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(question)
        changed = TicketChanged(
            time.time(),
            ticket=question["ticket"],
            by=question["by"],
            changes=question["changes"],
            note=question["note"],
        )
        self.journal.append(changed)
        return {"ticket": question["ticket"]}

    async def _callback(self, question: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(question)
        callback, by, now = question["callback"], question["by"], time.time()
        if question["action"] == "cancel":
            self.journal.append(CallbackClosed(now, callback=callback, end="cancelled", by=by))
        else:
            self.journal.append(CallbackRescheduled(now, callback=callback, due=question["at"] or now, by=by))
        return {"callback": callback}

    async def _hang_up(self, question: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(question)
        known = any(call["call"] == question["call"] for call in self.calls)
        return {"call": question["call"]} if known else {"error": "there is no such call"}


class Stage:
    """A site with a console that runs.

    Args:
        folder: where everything is made.
        database: None for SQLite inside the site.
    """

    def __init__(self, folder: Path, database: URL | None = None) -> None:
        self.site = folder / "site"
        write_starter_site(self.site)
        self.address = f"{HOST}:{free_port()}"
        _edit(self.site / "hotline.yaml", self.address, database)
        self.tokens = asyncio.run(self._make_tokens())
        self.journal = Journal(self.site / "journal", switch="switch-1")
        self.switch = PlayedSwitch(self.journal)
        numbers = [agent.number for agent in load_site(self.site).agents]
        for number in numbers:
            self.switch.agents[number] = {"agent": number, "state": "offline", "since": time.time() - 60}
        self.switch.waiting = {"support": []}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._socket = ControlSocket(self.site / "run" / "control.sock", self.switch.answers())
        self._log = (folder / "processes.log").open("wb")
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.start_switch()
        self.start("recorder")
        self.start("console")
        wait_for(self._is_up, f"the console to start\n{folder}", timeout=40)

    # --- its processes ---------------------------------------------------------------------------------

    def start(self, name: str) -> None:
        """Start the recorder or the console."""
        self._processes[name] = subprocess.Popen(
            [HOTLINE, name, "--site", str(self.site)],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def stop_process(self, name: str) -> None:
        """End the recorder or the console, in good order."""
        process = self._processes.pop(name)
        process.terminate()
        assert process.wait(20) == 0

    def start_switch(self) -> None:
        """Answer on the control socket."""
        asyncio.run_coroutine_threadsafe(self._socket.open(), self._loop).result(5)

    def stop_switch(self) -> None:
        """Answer no more."""
        asyncio.run_coroutine_threadsafe(self._socket.close(), self._loop).result(5)

    def close(self) -> None:
        """End everything, and see that nothing went wrong."""
        self.journal.close()
        for name in list(self._processes):
            self.stop_process(name)
        self.stop_switch()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._log.close()
        said = self.log()
        assert "Traceback" not in said, said
        # Whatever a token opens is worth a secret's care.
        assert not any(token in said for token in self.tokens.values())

    def log(self) -> str:
        """What the processes printed."""
        return Path(self._log.name).read_text(errors="replace")

    def _is_up(self) -> bool:
        for name, process in self._processes.items():
            assert process.poll() is None, f"the {name} ended: {self.log()}"
        try:
            return self.get("/api/v1/health", role=None).json["status"] == "ok"
        except OSError:
            return False

    async def _make_tokens(self) -> dict[str, str]:
        url = site_database(load_site(self.site))
        assert url is not None
        engine = create_engine(url)
        try:
            await upgrade(engine)
            store = TokenStore(engine)
            made = {}
            for role in Role:
                agent = "1001" if role is Role.AGENT else ""
                made[role.value], _ = await store.create(f"a {role}", role, time.time(), agent=agent)
            return made
        finally:
            await engine.dispose()

    # --- what happens ------------------------------------------------------------------------------------

    def tell(self, *events: Event) -> None:
        """Have it happen: into the journal, from where the recorder takes it."""
        for event in events:
            self.journal.append(event)

    def record(self, file: str, seconds: float, frequency: float = 440.0) -> None:
        """Put a recording into the recordings folder."""
        path = self.site / "recordings" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        times = np.arange(round(seconds * RATE)) / RATE
        sound = (8000 * np.sin(2 * np.pi * frequency * times)).astype("<i2")
        with wave.open(str(path), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes(sound.tobytes())

    # --- asking ------------------------------------------------------------------------------------------

    def get(self, path: str, role: str | None = "supervisor", **headers: str) -> Answer:
        """GET with the token of a role; None for none."""
        return self.ask("GET", path, role, None, headers)

    def post(self, path: str, body: object = None, role: str | None = "supervisor") -> Answer:
        """POST JSON."""
        return self.ask("POST", path, role, body if body is not None else {})

    def patch(self, path: str, body: object, role: str | None = "supervisor") -> Answer:
        """PATCH JSON."""
        return self.ask("PATCH", path, role, body)

    def ask(
        self,
        method: str,
        path: str,
        role: str | None = "supervisor",
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask, and take whatever is answered."""
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"http://{self.address}{path}", data, method=method)
        if data is not None:
            request.add_header("Content-Type", "application/json")
        if role is not None:
            request.add_header("Authorization", f"Bearer {self.tokens[role]}")
        return self._send(request, headers or {})

    def ask_form(self, path: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """Send a form, as a browser does."""
        data = urllib.parse.urlencode(fields).encode()
        return self._send(urllib.request.Request(f"http://{self.address}{path}", data), headers)

    @staticmethod
    def _send(request: urllib.request.Request, headers: Mapping[str, str]) -> Answer:
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        opener = urllib.request.build_opener(_NoRedirect)
        try:
            with opener.open(request, timeout=20) as answer:
                return Answer(answer.status, _lower(answer.headers), answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, _lower(error.headers), error.read())

    def when(self, path: str, wanted: Any, what: str) -> Any:
        """Ask until the answer is as `wanted` says; what the recorder does takes a moment."""
        found: list[Any] = []

        def look() -> bool:
            answer = self.get(path)
            found[:] = [answer.json]
            return answer.status == 200 and bool(wanted(found[0]))

        try:
            wait_for(look, what, timeout=20)
        except AssertionError as error:
            raise AssertionError(f"{error}; the last answer was {found}\n{self.log()[-3000:]}") from None
        return found[0]


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        """Leave it to the test."""


def _edit(path: Path, address: str, database: URL | None) -> None:
    yaml = YAML(typ="rt")
    data = yaml.load(path)
    data["console"] = {"listen": address}
    # Around noon there: today does not begin while a test runs.
    hours = datetime.now(UTC).hour - 12
    data["timezone"] = f"Etc/GMT{hours:+d}"
    data["log"] = {"level": "debug", "format": "console"}
    if database is not None:
        data["database"] = database.render_as_string(hide_password=False)
    yaml.dump(data, path)

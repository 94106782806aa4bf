"""Runs `hotline serve` on a fresh starter site with ports of its own, and sees that it ends well."""

from __future__ import annotations

import atexit
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from config.new_site import write_starter_site
from control.client import ask
from hotline.server.speech import VOICE_CACHE
from tests.support.ports import HOST, free_port, wait_for
from tests.support.softphone import HOTLINE

_RTP_PORTS = 240
# Speech that one server of a test run has synthesised: the next find it, as after a restart.
_SYNTHESISED = Path(tempfile.gettempdir()) / f"hotline-tests-voice-{os.getpid()}"
atexit.register(shutil.rmtree, _SYNTHESISED, ignore_errors=True)
_WRONG = re.compile(r"\[(error|critical) *\]|Traceback|Unhandled")
# What a kill takes with it in the last moments before the disk is named at the next start, and is no fault.
_LOST = re.compile(r"\[error *\] (\d+ facts of the run before never came to disk|alarm raised: facts_lost) ")


def without_flows(site: Path) -> None:
    """Take the voice flows out of a site, and with them the speech workers, which have tests of their own.

    They would cost each server that starts tens of seconds of CPU.
    """
    yaml = YAML(typ="rt")
    data = yaml.load(site / "hotline.yaml")
    for number in [number for number, target in data["numbers"].items() if "flow" in target]:
        del data["numbers"][number]
    yaml.dump(data, site / "hotline.yaml")


class Switch:
    """One server process.

    Args:
        folder: where the site is made.
        settings: values to put into the starter's hotline.yaml, as nested mappings.
        prepare: given the site's folder before the server starts, to change more of it; by default it takes
            the voice flows out.
        records: whether a recorder, a console and a database run beside it (SQLite in the site, unless
            `settings` name another `database`); the phone path needs none of them.
        environment: variables for the server, such as HOTLINE_FAULT.
        models: whether it hears and speaks with the models of this machine; without them it speaks with the
            robot that every machine has, and the tests are the same everywhere.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, Any] | None = None,
        prepare: Callable[[Path], None] = without_flows,
        *,
        records: bool = False,
        environment: Mapping[str, str] | None = None,
        models: bool = False,
    ) -> None:
        self.site = folder / "site"
        self._models = {} if models else {"HOTLINE_MODELS": str(folder / "no-models")}
        write_starter_site(self.site)
        self.sip = HOST, free_port()
        self.http = HOST, free_port()
        self.console = HOST, free_port()
        rtp = free_port(_RTP_PORTS)
        values: dict[str, Any] = {
            # Callers from this address need no password, and reach agents too.
            "trunks": [{"name": "this-machine", "addresses": [HOST], "numbers": ["*"]}],
            # A machine that is busy with other tests is no overload.
            "sip": {"listen": f"{HOST}:{self.sip[1]}", "max_lag": 0},
            "http": {"listen": f"{HOST}:{self.http[1]}"},
            "rtp": {"first_port": rtp, "last_port": rtp + _RTP_PORTS - 1},
            "shutdown_grace": 1,
            "log": {"level": "info"},
            "console": {"listen": f"{HOST}:{self.console[1]}"},
        }
        if not records:
            values["database"] = None
        _edit(self.site / "hotline.yaml", _merged(values, settings or {}))
        if not models and _SYNTHESISED.exists():
            shutil.copytree(_SYNTHESISED, self.site / VOICE_CACHE)
        prepare(self.site)
        self.passwords = _passwords(self.site / "agents.yaml")
        self._log = (folder / "switch.log").open("wb")
        self._log_path = folder / "switch.log"
        self._was_killed = False
        self.start(environment)

    def start(self, environment: Mapping[str, str] | None = None) -> None:
        """Start the server (again, after `kill`) and wait until it takes calls.

        Args:
            environment: variables for it, such as HOTLINE_FAULT.
        """
        self._is_told_to_stop = False
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
        self._process = subprocess.Popen(
            [HOTLINE, "serve", "--site", self.site],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env={**inherited, **self._models, **(environment or {})},
        )
        try:
            wait_for(self._is_ready, "the switch to answer /healthz", timeout=30)
        except AssertionError as error:
            self._process.kill()
            raise AssertionError(f"{error}\n{self.log()}") from None

    def kill(self) -> None:
        """End it as a power cut would: SIGKILL."""
        self._process.kill()
        self.wait_dead(5)

    def wait_dead(self, timeout: float = 30.0) -> int:
        """Wait until it has ended by itself, at a fault point for example; its exit status."""
        code = self._process.wait(timeout)
        self._was_killed |= code == -signal.SIGKILL
        return code

    def _is_ready(self) -> bool:
        assert self._process.poll() is None, (
            f"the switch ended with code {self._process.returncode}\n{self.log()}"
        )
        return self.health().get("status") == "ok"

    @property
    def pid(self) -> int:
        """The server's process."""
        return self._process.pid

    def health(self) -> dict[str, Any]:
        """The facts of /healthz; empty when nobody answers."""
        return self._health()[1]

    def health_status(self) -> int:
        """The HTTP status of /healthz; 0 when nobody answers."""
        return self._health()[0]

    def _health(self) -> tuple[int, dict[str, Any]]:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{self.http[1]}/healthz", timeout=2) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)
        except OSError:
            return 0, {}

    def status(self) -> dict[str, Any]:
        """The answer that `hotline status` shows."""
        return ask(self.site, "status", timeout=20)

    def journal(self) -> list[dict[str, Any]]:
        """Every event so far, from the spool; of earlier runs as long as their segments are kept."""
        segments = sorted((self.site / "journal").glob("*.jsonl"), key=lambda path: int(path.stem))
        text = "".join(path.read_text() for path in segments)
        lines = text.split("\n")[:-1]
        return [event for event in map(json.loads, lines) if "event" in event]

    def wait_recorded(self, timeout: float = 20.0) -> None:
        """Wait until the database has everything that has happened so far (with `records` only)."""

        def is_recorded() -> bool:
            status = self.status()
            return status["journal"]["waiting"] == 0 and status["recorder"] == {"lag": 0}

        wait_for(is_recorded, "the recorder to take everything in", timeout)

    def log(self) -> str:
        """What the switch printed, the last part of it."""
        return self._whole_log()[-8000:]

    def _whole_log(self) -> str:
        return self._log_path.read_text(errors="replace")

    def check_idle(self, timeout: float = 10.0) -> None:
        """Wait until no call is left; calls that stay are a leak."""
        wait_for(lambda: self.health().get("calls") == 0, f"calls to end; {self.health()}", timeout)

    def check_log(self) -> None:
        """Assert that nothing went wrong inside."""
        text = self._whole_log()
        told = _LOST.sub("", text) if self._was_killed else text
        assert not _WRONG.search(told), text[-8000:]

    def terminate(self) -> None:
        """Send SIGTERM and go on; `stop` waits for the end."""
        self._is_told_to_stop = True
        self._process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """SIGTERM, and assert a clean end: exit code 0, in time, with nothing wrong in the log."""
        self._keep_synthesised()
        if self._process.poll() is None:
            # A second signal may meet a Python that is going down, which SIGTERM ends at once (code -15).
            if not self._is_told_to_stop:
                self.terminate()
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(5)
                raise AssertionError(f"the switch did not stop within 15 s\n{self.log()}") from None
        self._log.close()
        assert self._process.returncode == 0, f"exit code {self._process.returncode}\n{self.log()}"
        self.check_log()

    def _keep_synthesised(self) -> None:
        if self._models and not _SYNTHESISED.exists() and "prompts are synthesised" in self._whole_log():
            shutil.copytree(self.site / VOICE_CACHE, _SYNTHESISED, ignore=shutil.ignore_patterns("passing"))


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` laid over `below`, mappings merged key by key."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = (
            _merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
        )
    return merged


def _edit(path: Path, values: Mapping[str, Any]) -> None:
    yaml = YAML(typ="rt")
    data = yaml.load(path)
    for key, value in values.items():
        data[key] = _merged(data[key], value) if isinstance(value, Mapping) and key in data else value
    yaml.dump(data, path)


def _passwords(path: Path) -> dict[str, str]:
    """Passwords of the agents' phones, by user name."""
    agents = YAML(typ="safe").load(path)["agents"]
    return {
        str(phone.get("user", agent["number"])): phone["password"]
        for agent in agents
        for phone in agent["phones"]
    }

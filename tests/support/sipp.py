"""Runs SIPp scenarios and tells, when one fails, what SIPp saw.

A run leaves three traces that the tests use: SIPp's exit code (0: every call went as the scenario says), its
counters, and every message with its time.
"""

from __future__ import annotations

import csv
import os
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.paths import ROOT
from tests.support.ports import HOST, free_port, is_bound, wait_for

SCENARIOS = ROOT / "tests" / "peers" / "scenarios"
BUILT_IN = ("uac", "uas")
_DEFAULT_KEYS = {"caller": "0955501234", "agent": "1001", "password": "", "expires": "60"}
_MESSAGE = re.compile(
    r"^-{20,} (?P<time>\S+ \S+?)\n\w+ message (?P<way>sent|received) .*?\n\n(?P<text>.*?)(?=^-{20,} |\Z)",
    re.M | re.S,
)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a run: `sent` by SIPp or received."""

    sent: bool
    text: str

    @property
    def start(self) -> str:
        return self.text.split("\r\n", 1)[0].split("\n", 1)[0]

    @property
    def status(self) -> int | None:
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0 ") else None

    @property
    def method(self) -> str:
        """Of a request, or of the request that a response answers."""
        return self.header("CSeq").split()[1]

    def header(self, name: str) -> str:
        """The header's first value; empty when it is not there."""
        found = re.search(rf"^{name}[ \t]*:[ \t]*(.*?)\r?$", self.text, re.M | re.I)
        return found[1] if found else ""


@dataclass(frozen=True, slots=True)
class Result:
    """What a finished run left behind."""

    name: str
    code: int
    stats: Mapping[str, str]
    messages: Sequence[Message]
    errors: str

    def check(self, calls: int | None = None) -> Result:
        """Assert that all calls went as the scenario says; `calls` of them when given."""
        assert self.code == 0, self.story()
        if calls is not None:
            assert self.count("SuccessfulCall") == calls, self.story()
        return self

    def count(self, name: str) -> int:
        """A cumulative counter of SIPp's statistics, such as SuccessfulCall or FailedCall."""
        return int(self.stats[f"{name}(C)"])

    def received(self, status: int | None = None, method: str | None = None) -> list[Message]:
        """Messages received with this status, and (of requests: only) this method."""
        return [
            message
            for message in self.messages
            if not message.sent and message.status == status and method in (None, message.method)
        ]

    def final_status(self) -> int:
        """The first final status that SIPp received for an INVITE."""
        finals = [
            m.status
            for m in self.messages
            if not m.sent and m.status and m.status >= 200 and m.method == "INVITE"
        ]
        assert finals, self.story()
        return finals[0]

    def story(self) -> str:
        """Everything one needs to see why a run failed."""
        sequence = "\n".join(
            f"  {'->' if m.sent else '<-'} {m.start}  [{m.header('CSeq')}]" for m in self.messages[-40:]
        )
        last = self.messages[-1].text if self.messages else "(no message at all)"
        return (
            f"sipp {self.name}: exit code {self.code}\n{self.errors}\n{sequence}\nthe last message:\n{last}"
        )


class Sipp:
    """One SIPp process. `keys` fill the scenarios' [name] fields, `rows` the [fieldN] ones (-inf).

    `replace` changes the scenario's text before the run: SIPp takes no variables where it wants a status.
    `remote` is the address to call (a caller) or absent (a callee). The run fails after `timeout` seconds.
    """

    def __init__(
        self,
        scenario: str,
        folder: Path,
        *,
        remote: tuple[str, int] | None = None,
        service: str = "4900",
        host: str = HOST,
        port: int = 0,
        calls: int = 1,
        duration_ms: int = 500,
        transport: str = "u1",
        keys: Mapping[str, str] | None = None,
        rows: Sequence[Sequence[str]] = (),
        replace: Mapping[str, str] | None = None,
        extra: Sequence[str] = (),
        timeout: float = 20.0,
    ) -> None:
        self.name = scenario
        self.host = host
        self.port = port or free_port(host=host)
        self._timeout = timeout
        self._folder = folder / f"sipp-{scenario}-{self.port}"
        self._folder.mkdir(parents=True)
        where = ["-sn", scenario] if scenario in BUILT_IN else ["-sf", self._scenario_file(replace or {})]
        command = [
            "sipp",
            *where,
            "-i",
            host,
            "-p",
            str(self.port),
            "-mi",
            host,
            "-mp",
            str(free_port(4, host)),
        ]
        command += ["-m", str(calls), "-d", str(duration_ms), "-t", transport, "-s", service, "-nostdin"]
        command += ["-timeout", f"{timeout:g}s", "-timeout_error"]
        values = {**_DEFAULT_KEYS, **(keys or {})}
        for name, value in values.items():
            command += ["-key", name, value]
        command += ["-au", values["agent"], "-ap", values["password"]]
        if rows:
            (self._folder / "rows.csv").write_text(
                "SEQUENTIAL\n" + "".join(";".join(row) + ";\n" for row in rows)
            )
            command += ["-inf", str(self._folder / "rows.csv")]
        for trace, option, file in (
            ("-trace_msg", "-message_file", "messages"),
            ("-trace_err", "-error_file", "errors"),
            ("-trace_stat", "-stf", "stats.csv"),
        ):
            command += [trace, option, str(self._folder / file)]
        command += [*extra, *([f"{remote[0]}:{remote[1]}"] if remote else [])]
        self._output = (self._folder / "output").open("wb")
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            cwd=self._folder,
            env={**os.environ, "TERM": "dumb"},
        )
        if remote is None:
            table = "tcp" if transport.startswith("t") else "udp"
            wait_for(
                lambda: is_bound(self.port, table) or self._process.poll() is not None,
                f"sipp {scenario} to listen",
            )

    def _scenario_file(self, replace: Mapping[str, str]) -> str:
        text = (SCENARIOS / f"{self.name}.xml").read_text()
        for old, new in replace.items():
            assert old in text, f"{self.name}.xml does not hold {old!r}"
            text = text.replace(old, new)
        path = self._folder / f"{self.name}.xml"
        path.write_text(text)
        return str(path)

    @property
    def address(self) -> tuple[str, int]:
        return self.host, self.port

    def wait(self) -> Result:
        """Wait for the end; a run that outlasts its own timeout is ended and comes back as failed."""
        try:
            code = self._process.wait(self._timeout + 5)
        except subprocess.TimeoutExpired:
            code = self.stop() or -1
        self._output.close()
        return Result(self.name, code, self._stats(), self._messages(), self._errors())

    def check(self, calls: int | None = None) -> Result:
        return self.wait().check(calls)

    def stop(self) -> int:
        """End the process now, if it still runs."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(2)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(5)
        return self._process.returncode

    def _stats(self) -> dict[str, str]:
        path = self._folder / "stats.csv"
        with path.open(newline="") if path.exists() else (self._folder / "output").open() as file:
            rows = list(csv.DictReader(file, delimiter=";"))
        return {str(k): str(v) for k, v in rows[-1].items()} if rows else {}

    def _messages(self) -> list[Message]:
        path = self._folder / "messages"
        if not path.exists():
            return []
        text = path.read_bytes().decode("utf8", "replace").replace("\r\n", "\n")
        return [
            Message(match["way"] == "sent", match["text"].rstrip("\n")) for match in _MESSAGE.finditer(text)
        ]

    def _errors(self) -> str:
        path = self._folder / "errors"
        if path.exists():
            return path.read_text(errors="replace")[:3000]
        return (self._folder / "output").read_text(errors="replace")[-1500:]


def run(scenario: str, folder: Path, **options: object) -> Result:
    """Run a scenario to its end."""
    return Sipp(scenario, folder, **options).wait()  # type: ignore[arg-type]

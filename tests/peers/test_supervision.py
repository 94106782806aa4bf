"""`hotline serve` keeps a recorder and a console beside the switch, and none of them outlives it."""

from __future__ import annotations

import os
import re
import secrets
import signal
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.ports import HOST, is_bound, wait_for
from tests.support.switch import Switch

# What a switch tells when it starts, before anybody calls.
STARTED = ["SwitchStarted", "SettingsApplied"]


def dial_nobody(switch: Switch) -> None:
    """Call a number that nobody has: a short call of three events, over when this returns."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((HOST, 0))
        sock.settimeout(10)
        port, serial, tag = sock.getsockname()[1], secrets.token_hex(8), ""
        for method in ("INVITE", "ACK"):
            lines = [
                f"{method} sip:nobody@{HOST}:{switch.sip[1]} SIP/2.0",
                f"Via: SIP/2.0/UDP {HOST}:{port};branch=z9hG4bK{serial}",
                f"From: <sip:passer-by@{HOST}>;tag={serial}",
                f"To: <sip:nobody@{HOST}>{tag}",
                f"Call-ID: {serial}",
                f"CSeq: 1 {method}",
                f"Contact: <sip:passer-by@{HOST}:{port}>",
                "Max-Forwards: 70",
                "Content-Length: 0",
            ]
            sock.sendto("\r\n".join([*lines, "", ""]).encode(), switch.sip)
            if method == "INVITE":
                answer = ""
                while not answer.startswith("SIP/2.0 404"):
                    answer = sock.recv(65536).decode()
                tag = re.findall(r"(?im)^to:.*(;tag=[^\s;]+)", answer)[0]


def beside(switch: Switch, command: str) -> int | None:
    """The process of `hotline COMMAND` of that site; None when there is none."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if command.encode() in words and str(switch.site.resolve()).encode() in words:
                return int(folder.name)
    return None


def query(switch: Switch, statement: str, database: str = "hotline.db") -> list[tuple[Any, ...]]:
    """What the site's database says; nothing as long as there is none."""
    try:
        with sqlite3.connect(f"file:{switch.site / database}?mode=ro", uri=True) as connection:
            return connection.execute(statement).fetchall()
    except sqlite3.OperationalError:
        return []


def kinds(switch: Switch, database: str = "hotline.db") -> list[str]:
    """The kinds of all events that the switch told, in order."""
    statement = "SELECT kind FROM events WHERE switch = 'switch-1' ORDER BY id"
    return [kind for (kind,) in query(switch, statement, database)]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Switch]:
    """A server with records; its end is checked unless the test ended it."""
    switch = Switch(tmp_path, records=True)
    yield switch
    switch.kill()


def test_what_the_switch_says_is_in_the_database_also_its_last_word(running: Switch) -> None:
    running.wait_recorded()
    assert kinds(running) == STARTED
    recorder = beside(running, "recorder")
    assert recorder is not None
    wait_for(lambda: is_bound(running.console[1], "tcp"), "the console to listen", timeout=20)
    running.stop()
    assert kinds(running) == [*STARTED, "SwitchStopped"]
    assert beside(running, "recorder") is None
    assert beside(running, "console") is None


@pytest.mark.parametrize("command", ["recorder", "console"])
def test_a_process_that_dies_comes_back(running: Switch, command: str) -> None:
    first = wait_for(lambda: beside(running, command), f"the {command}")
    os.kill(first, signal.SIGKILL)

    def another() -> bool:
        return beside(running, command) not in (None, first)

    wait_for(another, f"another {command}")
    running.wait_recorded()
    assert kinds(running) == STARTED
    assert running.health_status() == 200


def test_nobody_is_left_when_the_server_is_killed_and_what_it_said_is_recorded(running: Switch) -> None:
    wait_for(lambda: kinds(running), "the first event")
    recorder = wait_for(lambda: beside(running, "recorder"), "the recorder")
    wait_for(lambda: beside(running, "console"), "the console")
    # Stopped like this, it has something left to do when the server dies.
    os.kill(recorder, signal.SIGSTOP)
    dial_nobody(running)
    wait_for(lambda: running.journal()[-1]["event"] == "CallEnded", "the call's last event on disk")
    running.kill()
    os.kill(recorder, signal.SIGCONT)
    for command in ("recorder", "console"):
        wait_for(lambda command=command: beside(running, command) is None, f"the {command} to end")  # type: ignore[misc]
    assert kinds(running)[-1] == "CallEnded"
    running.start()
    running.wait_recorded()
    assert kinds(running).count("SwitchStarted") == 2
    running.stop()


def test_what_is_set_from_outside_reaches_the_others(tmp_path: Path) -> None:
    switch = Switch(tmp_path, records=True, environment={"HOTLINE_DATABASE": "other.db"})
    switch.wait_recorded()
    assert kinds(switch, "other.db") == STARTED
    assert not (switch.site / "hotline.db").exists()
    switch.stop()


def test_without_a_database_there_is_the_switch_alone(tmp_path: Path) -> None:
    switch = Switch(tmp_path)
    assert beside(switch, "recorder") is None
    assert beside(switch, "console") is None
    assert "recorder" not in switch.status()
    assert [event["event"] for event in switch.journal()] == STARTED
    switch.stop()
    assert [event["event"] for event in switch.journal()] == [*STARTED, "SwitchStopped"]


def test_status_counts_what_a_database_that_is_away_does_not_have(running: Switch) -> None:
    running.wait_recorded()
    other = sqlite3.connect(running.site / "hotline.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for _ in range(3):
        dial_nobody(running)
    assert running.status()["recorder"]["lag"] == 9
    other.execute("ROLLBACK")
    other.close()
    running.wait_recorded()
    assert len(kinds(running)) == len(STARTED) + 9

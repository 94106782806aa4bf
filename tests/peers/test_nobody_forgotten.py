"""The real server on a disk that is really full, and over a kill: nobody and nothing is forgotten."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.full_disk import FullDisk, mounted
from tests.support.ports import wait_for
from tests.support.queues import CallCentre, with_queues
from tests.support.sipp import Sipp
from tests.support.softphone import HOTLINE
from tests.support.switch import Switch

QUEUES = [{"name": "support", "members": [1001, 1002]}]
TRUNK = {"name": "this-machine", "addresses": ["127.0.0.1"], "numbers": ["*"], "host": "127.0.0.1:5999"}
AGENTS = [
    {
        "number": 1001,
        "name": "Agent 1001",
        "mobile": "0351555555",
        "phones": [{"password": "a password of phones"}],
    }
]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[FullDisk]:
    with mounted(tmp_path / "disk", kilobytes=96 * 1024) as disk:
        yield disk


def hotline(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([HOTLINE, *map(str, arguments)], capture_output=True, text=True, timeout=60)


def breaks_of(switch: Switch) -> list[str]:
    """The reasons of the breaks that the next start would restore."""
    with closing(sqlite3.connect(switch.site / "hotline.db")) as database:
        return [reason for (reason,) in database.execute("SELECT break_reason FROM agent_presence")]


def fill_the_last_page(centre: CallCentre) -> list[Sipp]:
    """Callers who hang up in the line, until the last page of the journal is full."""
    callers = []
    for _ in range(20):
        callers.append(centre.call("support", "call_until_bye"))
        wait_for(lambda: centre.ask("overview")["queues"][0]["waiting"], "the caller in the line")
        centre.hang_up_all()
        wait_for(lambda: not centre.ask("overview")["queues"][0]["waiting"], "the caller gone")
        time.sleep(0.2)
        if centre.ask("status")["journal"]["waiting"] > 0:
            return callers
    raise AssertionError("the disk is not full")


def test_breaks_and_mobiles_survive_a_kill_and_who_is_removed_is_gone(tmp_path: Path) -> None:
    switch = Switch(
        tmp_path, {"country": "DE", "trunks": [TRUNK]}, with_queues(QUEUES, agents=AGENTS), records=True
    )
    try:
        with closing(CallCentre(switch, tmp_path)) as centre:
            centre.ask("agent", agent="1001", action="log_in", mobile=True, by="test")
            centre.ask("agent", agent="1001", action="break", reason="lunch", by="test")
            before = centre.agent("1001")
            assert (before["state"], before["mobile"]) == ("break", True)
            switch.wait_recorded()  # the recorder has made the tables
            wait_for(lambda: "lunch" in breaks_of(switch), "the break in the database")
        switch.kill()
        switch.start()
        with closing(CallCentre(switch, tmp_path)) as centre:
            after = wait_for(
                lambda: centre.agent("1001") if centre.agent("1001")["state"] == "break" else None,
                "the break",
            )
            assert (after["reason"], after["mobile"]) == ("lunch", True)
            assert after["since"] == pytest.approx(before["since"], abs=0.01)
            refused = centre.ask("agent", agent="1001", action="ready", by="test")
            assert refused["state"] == "available"
    finally:
        switch.stop()


@pytest.mark.peer("sipp")
def test_who_hangs_up_while_the_disk_is_full_is_called_back_once_there_is_room(
    disk: FullDisk, tmp_path: Path
) -> None:
    settings = {"country": "DE", "outbound": {"countries": ["DE"]}}
    switch = Switch(disk.folder, settings, with_queues(QUEUES), records=True)
    try:
        with closing(CallCentre(switch, tmp_path)) as centre:
            wait_for(lambda: centre.ask("status")["recorder"]["lag"] == 0, "the recorder")
            disk.fill()
            callers = fill_the_last_page(centre)
            raised = wait_for(
                lambda: [a["alarm"] for a in centre.ask("alarms", action="list")["alarms"]],
                "alarms",
                timeout=40,
            )
            assert set(raised) & {"facts_not_on_disk", "disk_low"}
            disk.free()
            wait_for(lambda: centre.ask("status")["journal"]["waiting"] == 0, "the journal", timeout=20)
            for caller in callers:
                caller.stop()
        switch.wait_recorded()
        tickets = json.loads(hotline("tickets", "list", "--site", switch.site, "--json").stdout)
        callbacks = json.loads(hotline("callbacks", "list", "--site", switch.site, "--json").stdout)
        # Hung up by the server: that cuts them off. Later ones of the same caller are joined to the first.
        assert [ticket["kind"] for ticket in tickets] == ["cut_off"]
        assert [one["ticket"] for one in callbacks] == [tickets[0]["number"]]
    finally:
        switch.terminate()  # its log has errors, and should


@pytest.mark.peer("sipp")
def test_a_kill_on_a_full_disk_is_named_at_the_next_start(disk: FullDisk, tmp_path: Path) -> None:
    switch = Switch(disk.folder, None, with_queues(QUEUES), records=True)
    try:
        with closing(CallCentre(switch, tmp_path)) as centre:
            disk.fill()
            fill_the_last_page(centre)
            waiting = centre.ask("status")["journal"]["waiting"]
            switch.kill()
        disk.free()
        switch.start()
        switch.wait_recorded()
        lost = [event for event in switch.journal() if event["event"] == "FactsLost"]
        assert len(lost) == 1
        assert lost[0]["count"] >= waiting > 0
        assert "never came to disk" in switch.log()
        alarms = json.loads(hotline("alarms", "list", "--site", switch.site, "--json").stdout)["alarms"]
        assert "facts_lost" in {alarm["alarm"] for alarm in alarms}
    finally:
        switch.terminate()  # its log has errors, and should

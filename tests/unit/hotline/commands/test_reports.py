"""`hotline calls`, `queues`, `agents`, `report` and `records` on the records of a generated day."""

from __future__ import annotations

import asyncio
import csv
import json
import socket
import threading
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import typer
from sqlalchemy import update

from cdr.recorder.projector import Projector
from cdr.recorder.site_projections import SiteProjections
from cdr.store import EventStore
from cdr.tables import CallRow
from config import load_site
from config.database import create_engine, site_database
from config.exit_codes import ExitCode
from config.migrate import upgrade
from config.new_site import write_starter_site
from hotline.cli import main
from hotline.commands.times import read_time
from tests.unit.cdr.brute import agent_in
from tests.unit.cdr.calls.test_projection import lines
from tests.unit.cdr.day import Day
from tests.unit.cdr.shift import HOUR, MIDNIGHT

DAY = Day(21, calls=60)
ALL_DAY = ("--from", "2026-11-22T00:00+08:00", "--to", "2026-11-23T00:00+08:00")
FLOOR = {
    "queues": [
        {
            "queue": "support",
            "waiting": [
                {
                    "entry": "e1",
                    "kind": "live",
                    "call": "c9",
                    "callback": "",
                    "position": 1,
                    "tier": "super_vip",
                    "priority": 0,
                    "arrival": 1.0,
                    "wait_s": 65.0,
                    "offered": ["1001"],
                }
            ],
        }
    ],
    "agents": [
        {
            "agent": "1001",
            "name": "Agent One",
            "state": "break",
            "since": time.time() - 120,
            "reason": "lunch",
            "why": "dialled *731",
            "call": "",
            "phones": 1,
            "mobile": False,
            "no_answers": 0,
        }
    ],
    "calls": [],
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site whose recorder has taken a whole day in."""
    folder = tmp_path_factory.mktemp("site") / "s"
    write_starter_site(folder)
    loaded = load_site(folder, {})
    database = site_database(loaded)
    assert database is not None

    async def fill() -> None:
        engine = create_engine(database)
        await upgrade(engine)
        projector = Projector(EventStore(engine), SiteProjections(loaded, engine))
        async with engine.connect() as connection:
            await projector.apply(connection, "switch-1", lines(DAY.events))
            await connection.commit()
        await engine.dispose()

    asyncio.run(fill())
    return folder


@pytest.fixture
def switch(site: Path) -> Iterator[None]:
    """A switch that answers `floor` once."""
    (site / "run").mkdir(exist_ok=True)
    path = site / "run" / "control.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, connection.makefile("rwb") as stream:
                asked = json.loads(stream.readline())
                answer = FLOOR if asked["command"] == "overview" else {"error": "?"}
                stream.write(json.dumps(answer).encode() + b"\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield
        thread.join(timeout=5)
    path.unlink()


def run(*arguments: object) -> int:
    """Run the command line in this process and return its exit code."""
    with pytest.raises(SystemExit) as left:
        main([str(each) for each in arguments])
    return int(left.value.code or 0)


def answer(capsys: pytest.CaptureFixture[str], *arguments: object) -> Any:
    """What a command prints as JSON."""
    assert run(*arguments, "--json") == ExitCode.OK
    return json.loads(capsys.readouterr().out)


def shown(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """What a command prints for people."""
    assert run(*arguments) == ExitCode.OK
    return capsys.readouterr().out


def test_queues_are_reported_for_people_and_programs(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, "report", "queues", "--site", site, *ALL_DAY, "--interval", "hour")
    for word in ("sales", "support", "all", "Service level, by definition", "Google", "calls came in", "█"):
        assert word in text
    told = answer(capsys, "report", "queues", "--site", site, *ALL_DAY)
    by_name = {row["queue"]: row for row in told["totals"]}
    mine = [stay for stay in DAY.truth.stays if stay.queue == "sales"]
    assert by_name["sales"]["figures"]["offered"] == len(mine)
    assert sorted(by_name["sales"]["behind"]["offered"]) == sorted(stay.call for stay in mine)
    assert told["calls"]["figures"]["calls"] == len(DAY.truth.calls)


def test_agents_are_reported_with_the_most_points_first(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = shown(capsys, "report", "agents", "--site", site, *ALL_DAY)
    assert "Agent One" in text
    told = answer(capsys, "report", "agents", "--site", site, *ALL_DAY)
    points = [row["figures"]["points"] for row in told["totals"] if row["agent"]]
    assert points == sorted(points, reverse=True)
    one = answer(capsys, "report", "agents", "--site", site, *ALL_DAY, "--agent", "1002")
    [row] = one["totals"]
    expected = agent_in(DAY.truth, "1002", MIDNIGHT, MIDNIGHT + 24 * HOUR)
    assert row["figures"]["aht"] == expected["aht"]
    assert row["figures"]["breaks"] == expected["breaks"]


def test_a_report_as_csv(site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "report.csv"
    assert (
        shown(capsys, "report", "queues", "--site", site, *ALL_DAY, "--interval", "hour", "--csv", path) == ""
    )
    assert path.read_bytes().startswith(b"\xef\xbb\xbfqueue,start,end,offered")
    rows = list(csv.DictReader(StringIO(path.read_text(encoding="utf-8-sig"))))
    assert sum(int(row["offered"]) for row in rows) == len(DAY.truth.stays)
    printed = shown(capsys, "report", "agents", "--site", site, *ALL_DAY, "--csv", "-")
    assert printed.splitlines()[0].startswith("agent,start,end,handled")
    assert (
        run("report", "queues", "--site", site, *ALL_DAY, "--csv", tmp_path / "no" / "x") == ExitCode.FAILED
    )


def test_calls_are_listed_narrowed_and_exported(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newest = answer(capsys, "calls", "list", "--site", site, "--limit", 5)
    assert [call["started"] for call in newest] == sorted((call["started"] for call in newest), reverse=True)
    left = answer(capsys, "calls", "list", "--site", site, "--outcome", "abandoned", "--limit", 1000)
    gave_up = [stay for stay in DAY.truth.stays if stay.why == "abandoned"]
    assert {call["call"] for call in left} <= {stay.call for stay in gave_up}
    mine = answer(capsys, "calls", "list", "--site", site, "--agent", "1003", "--limit", 1000)
    assert {call["call"] for call in mine} >= {
        t.call for t in DAY.truth.talks if t.agent == "1003" and t.queue
    }
    path = tmp_path / "calls.csv"
    shown(capsys, "calls", "list", "--site", site, "--direction", "in", "--csv", path)
    rows = list(csv.DictReader(StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    assert len(rows) == sum(call.flow for call in DAY.truth.calls)
    assert all(set(row["digits"]) <= {"•"} for row in rows)
    assert "handled" in shown(capsys, "calls", "list", "--site", site)


def test_one_call_is_shown_with_all_that_happened(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    talk = next(talk for talk in DAY.truth.talks if len(talk.stretches) > 2)
    text = shown(capsys, "calls", "show", talk.call, "--site", site)
    for word in (f"talk {talk.agent}", f"hold {talk.agent}", "What happened", "Path", "welcome/menu", "•"):
        assert word in text
    assert answer(capsys, "calls", "show", talk.call, "--site", site)["call"] == talk.call
    assert run("calls", "show", "nonsense", "--site", site) == ExitCode.FAILED


@pytest.mark.usefixtures("switch")
def test_queues_show_who_waits_now(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, "queues", "show", "support", "--site", site)
    for word in ("1 waiting on the line", "super vip", "1:05", "c9", "dialled *731"):
        assert word in text


@pytest.mark.usefixtures("switch")
def test_agents_show_what_they_do_and_why(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = answer(capsys, "agents", "list", "--site", site)
    one = next(agent for agent in told if agent["agent"] == "1001")
    assert (one["state"], one["reason"], one["queues"]) == ("break", "lunch", ["support"])


def test_without_a_switch_lists_say_so(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "No switch answers" in shown(capsys, "agents", "list", "--site", site)
    assert "No switch answers" in shown(capsys, "queues", "list", "--site", site)
    assert run("queues", "show", "nonsense", "--site", site) == ExitCode.FAILED
    assert run("agents", "show", "nonsense", "--site", site) == ExitCode.FAILED


def test_records_are_verified_and_put_right(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "all records agree" in shown(capsys, "records", "verify", "--site", site)
    database = site_database(load_site(site, {}))
    assert database is not None

    async def spoil() -> None:
        engine = create_engine(database)
        async with engine.begin() as connection:
            await connection.execute(update(CallRow).values(talk_ms=CallRow.talk_ms + 1))
        await engine.dispose()

    asyncio.run(spoil())
    assert run("records", "verify", "--site", site) == ExitCode.FAILED
    assert "differs in talk_ms" in capsys.readouterr().out
    assert "put right" in shown(capsys, "records", "rebuild", "--site", site)
    assert answer(capsys, "records", "verify", "--site", site)["differences"] == []


@pytest.mark.parametrize(
    "arguments",
    [("--interval", "week"), ("--from", "now", "--to", "today"), ("--from", "soon"), ("--from", "25:00")],
)
def test_a_report_of_no_time_is_a_wrong_command_line(site: Path, arguments: tuple[str, ...]) -> None:
    assert run("report", "queues", "--site", site, *arguments) == ExitCode.USAGE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("today", "2026-03-29T00:00:00+01:00"),
        ("yesterday", "2026-03-28T00:00:00+01:00"),
        ("12:30", "2026-03-29T12:30:00+02:00"),
        ("-90m", "2026-03-29T13:30:00+02:00"),
        ("-1d", "2026-03-28T14:00:00+01:00"),
        ("2026-03-28", "2026-03-28T00:00:00+01:00"),
        ("2026-03-28 07:15", "2026-03-28T07:15:00+01:00"),
        ("2026-03-28T07:15+08:00", "2026-03-28T00:15:00+01:00"),
    ],
)
def test_times_as_people_write_them(text: str, expected: str) -> None:
    zone = ZoneInfo("Europe/Berlin")  # the clock was set forward in the night
    now = read_time("2026-03-29T15:00+02:00", 0.0, zone)
    assert read_time(text, now, zone) == read_time(expected, now, zone)


def test_what_is_no_time_is_refused() -> None:
    with pytest.raises(typer.BadParameter, match="no time"):
        read_time("tomorrow-ish", 0.0, ZoneInfo("UTC"))

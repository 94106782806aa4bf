"""The commands tickets, callbacks and customers: what they print, and what they do when nothing is there."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from callback_queue.customers.book import Customer
from callback_queue.customers.store import CustomerStore
from callback_queue.tickets.events import TicketChanged
from config.database import database_url as url_of
from config.exit_codes import ExitCode
from hotline.cli import main
from hotline.commands.callbacks import read_time
from tests.unit.callback_queue.records import NOW, records, requested, ticket

SETTINGS = "language: en\ntimezone: Asia/Shanghai\ncountry: CN\nsip: {listen: 127.0.0.1:5060}\n"


def run(*arguments: str) -> int:
    """Run the command line in this process and return its exit code."""
    with pytest.raises(SystemExit) as left:
        main(arguments)
    return int(left.value.code or 0)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site with a database of two tickets."""
    (tmp_path / "hotline.yaml").write_text(SETTINGS)

    async def fill() -> None:
        async with records(url_of("hotline.db", tmp_path)) as services:
            await CustomerStore(services.engine, "CN").replace(
                [Customer("C1", "Lin Wei", ("13800138000",), "vip", "printers")]
            )
            slot = {
                "name": "problem",
                "value": "打印机坏了",
                "text": "打印机坏了啊",
                "words": [{"text": "坏了", "start": 1.5, "end": 2.0, "confidence": 0.3}],
                "confidence": 0.7,
                "confirmed": True,
                "audio": ["clips/c/01.wav"],
            }
            turn = {
                "question": "problem",
                "attempt": 1,
                "heard": {"text": "打印机坏了啊"},
                "meaning": "problem",
            }
            await services.tell(
                ticket(
                    "100001",
                    title="打印机坏了",
                    customer="C1",
                    tier="vip",
                    slots=[slot],
                    history=[turn],
                    recording="c.wav",
                    respond_by=NOW + 3600,
                ),
                requested("100001"),
                TicketChanged(
                    NOW + 5, ticket="100001", by="agent:1001", changes={"owner": "1001"}, note="I take it"
                ),
                ticket("100002", NOW + 9, "13900139000", kind="abandoned", title="", severity=1),
            )

    asyncio.run(fill())
    return tmp_path


@contextmanager
def server(site: Path, answer: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """A server of the site that gives one answer to one question; the question is kept."""
    asked: list[dict[str, Any]] = []
    (site / "run").mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(site / "run" / "control.sock"))
        listener.listen()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, connection.makefile("rwb") as stream:
                asked.append(json.loads(stream.readline()))
                stream.write(json.dumps(answer).encode() + b"\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield asked
        thread.join(timeout=5)


def test_tickets_are_listed_the_worst_first(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("tickets", "list", "--site", str(site)) == ExitCode.OK
    lines = capsys.readouterr().out.splitlines()
    rows = [line for line in lines if "10000" in line]
    assert [row.split()[0] for row in rows] == ["100002", "100001"]
    assert "打印机坏了" in rows[1]
    assert "vip" in rows[1]
    assert "(abandoned)" in rows[0]


def test_a_list_can_be_narrowed(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def numbers(*options: str) -> list[str]:
        assert run("tickets", "list", "--json", "--site", str(site), *options) == ExitCode.OK
        return [row["number"] for row in json.loads(capsys.readouterr().out)]

    assert numbers("--state", "open") == ["100002"]
    assert numbers("--state", "open", "--state", "assigned") == ["100002", "100001"]
    assert numbers("--owner", "1001") == ["100001"]
    assert numbers("--caller", "+86 138-0013-8000") == ["100001"]
    assert numbers("--words", "打印机") == ["100001"]
    assert numbers("--queue", "nobody") == []
    assert run("tickets", "list", "--state", "lost", "--site", str(site)) == ExitCode.USAGE


def test_a_ticket_is_shown_with_everything(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("tickets", "show", "100001", "--site", str(site)) == ExitCode.OK
    text = capsys.readouterr().out
    for part in (
        "Ticket 100001  assigned, agent 1001",
        "Lin Wei (C1) vip printers",
        "problem: 打印机坏了  (confirmed 70%)",
        "heard: 打印机坏了啊",
        "unsure: 坏了 at 1.5 s",
        str(site / "recordings/clips/c/01.wav"),
        str(site / "recordings/c.wav"),
        "problem: 打印机坏了啊  -> problem",
        "100001.1  13800138000  intake: waiting",
        'changed by agent:1001: owner 1001, state assigned  "I take it"',
        "respond by",
    ):
        assert part in text, part


def test_a_ticket_for_programs_has_its_history_and_callbacks(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("tickets", "show", "100001", "--json", "--site", str(site)) == ExitCode.OK
    shown = json.loads(capsys.readouterr().out)
    assert [entry["what"] for entry in shown["events"]] == ["opened", "callback_requested", "changed"]
    assert shown["callbacks"][0]["callback"] == "100001.1"
    assert run("tickets", "show", "999999", "--site", str(site)) == ExitCode.FAILED
    assert "no ticket 999999" in capsys.readouterr().err


def test_a_change_goes_through_the_running_server(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = {"ticket": "100001", "changes": {"severity": 2, "resolve_by": NOW, "tags": ["a", "b"]}}
    words = ("severity=2", "tags=a,b", "title=Paper jam", "--by", "anna", "--note", "see above")
    with server(site, answer) as asked:
        assert run("tickets", "set", "100001", *words, "--site", str(site)) == ExitCode.OK
    assert asked == [
        {
            "command": "ticket",
            "ticket": "100001",
            "by": "anna",
            "changes": {"severity": 2, "tags": ["a", "b"], "title": "Paper jam"},
            "note": "see above",
        }
    ]
    assert capsys.readouterr().out == ("Ticket 100001: severity 2, resolve_by 2027-01-15 16:00, tags a b.\n")


def test_a_refusal_is_said_with_its_reason(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with server(site, {"error": "there is no ticket 7"}):
        assert run("tickets", "note", "7", "hello", "--site", str(site)) == ExitCode.FAILED
    assert capsys.readouterr().err == "Not done: there is no ticket 7.\n"


@pytest.mark.parametrize(
    "command",
    [
        ("tickets", "set", "100001", "owner=1001"),
        ("tickets", "note", "100001", "x"),
        ("callbacks", "now", "100001.1"),
        ("callbacks", "cancel", "100001.1"),
        ("callbacks", "reschedule", "100001.1", "+1h"),
    ],
)
def test_without_a_server_nothing_changes_and_it_says_so(
    site: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    assert run(*command, "--site", str(site)) == ExitCode.UNREACHABLE
    assert "Changes go through the running server" in capsys.readouterr().err


@pytest.mark.parametrize("change", ["colour=red", "owner", "severity=bad"])
def test_a_change_that_is_none_is_a_wrong_command_line(
    site: Path, capsys: pytest.CaptureFixture[str], change: str
) -> None:
    assert run("tickets", "set", "100001", change, "--site", str(site)) == ExitCode.USAGE


def test_callbacks_are_listed_and_shown(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("callbacks", "list", "--site", str(site)) == ExitCode.OK
    assert "100001.1   waiting" in capsys.readouterr().out
    assert run("callbacks", "show", "100001.1", "--site", str(site)) == ExitCode.OK
    text = capsys.readouterr().out
    assert "Callback 100001.1  waiting" in text
    assert "2027-01-15 16:00" in text
    assert (
        run("callbacks", "list", "--number", "+8613800138000", "--json", "--site", str(site)) == ExitCode.OK
    )
    assert [row["callback"] for row in json.loads(capsys.readouterr().out)] == ["100001.1"]
    assert run("callbacks", "show", "7.1", "--site", str(site)) == ExitCode.FAILED


def test_customers_are_imported_whole_or_not_at_all(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = site / "good.csv", site / "bad.csv"
    good.write_text("id,name,numbers\nC7,Kim,+82 10 1234 5678\n")
    bad.write_text("id,name,numbers\nC8,Ann,nobody\n")
    assert run("customers", "import", str(good), "--site", str(site)) == ExitCode.OK
    assert run("customers", "import", str(bad), "--site", str(site)) == ExitCode.FAILED
    err = capsys.readouterr().err
    assert f"{bad}:2:1  numbers: expected telephone numbers" in err
    assert "nothing was imported" in err
    assert run("customers", "list", "--json", "--site", str(site)) == ExitCode.OK
    assert [row["id"] for row in json.loads(capsys.readouterr().out)] == ["C7"]
    assert run("customers", "list", "--number", "00821012345678", "--site", str(site)) == ExitCode.OK
    assert "Kim" in capsys.readouterr().out


def test_a_site_without_records_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "hotline.yaml").write_text(SETTINGS)
    for command in (("tickets", "list"), ("callbacks", "list"), ("customers", "list")):
        assert run(*command, "--site", str(tmp_path)) == ExitCode.FAILED
        assert "No records yet" in capsys.readouterr().err
    assert not (tmp_path / "hotline.db").exists()
    (tmp_path / "hotline.yaml").write_text(f"{SETTINGS}database: null\n")
    assert run("tickets", "list", "--site", str(tmp_path)) == ExitCode.FAILED
    assert "no database" in capsys.readouterr().err
    (tmp_path / "hotline.yaml").write_text(SETTINGS)
    (tmp_path / "hotline.db").write_bytes(b"this is no database, but long enough to be looked at" * 100)
    assert run("tickets", "list", "--site", str(tmp_path)) == ExitCode.FAILED
    assert "cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+30m", "2026-03-28 12:30"),
        ("+2h", "2026-03-28 14:00"),
        ("+1d", "2026-03-29 13:00"),  # 24 hours: the clock jumps in that night
        ("13:15", "2026-03-28 13:15"),
        ("9:00", "2026-03-29 09:00"),
        ("2026-04-01 10:30", "2026-04-01 10:30"),
        ("2026-04-01T10:30", "2026-04-01 10:30"),
        ("2026-04-01T10:30+00:00", "2026-04-01 12:30"),
        ("2026-03-28 11:00", None),
        ("+0m", None),
        ("25:00", None),
        ("tomorrow", None),
        ("", None),
    ],
)
def test_times_as_people_write_them(text: str, expected: str | None) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    now = datetime(2026, 3, 28, 12, 0, tzinfo=berlin).astimezone(UTC).timestamp()
    at = read_time(text, now, berlin)
    found = None if at is None else datetime.fromtimestamp(at, berlin).strftime("%Y-%m-%d %H:%M")
    assert found == expected

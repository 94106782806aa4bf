"""The command line: what each command prints, and the exit codes that scripts rely on."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from config import load_site
from config.exit_codes import ExitCode
from hotline.cli import COMMANDS, main
from hotline.commands.status import duration, status_lines
from hotline.server.serve import ServeOptions
from hotline.version import VERSION

STATUS = {
    "status": "ok",
    "version": "0.1.0",
    "uptime_s": 3725.2,
    "calls": 2,
    "registrations": 3,
    "listening": ["udp:127.0.0.1:5060", "tcp:127.0.0.1:5060"],
    "media": {"ports_in_use": 8, "ports_total": 10000},
}


def run(*arguments: str) -> int:
    """Run the command line in this process and return its exit code."""
    with pytest.raises(SystemExit) as left:
        main(arguments)
    return int(left.value.code or 0)


@pytest.fixture
def status_server(tmp_path: Path) -> Iterator[Path]:
    """A site whose control socket answers every line with one status."""
    (tmp_path / "run").mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(tmp_path / "run" / "control.sock"))
        listener.listen()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, connection.makefile("rwb") as stream:
                question = json.loads(stream.readline())
                answer = json.dumps(STATUS if question == {"command": "status"} else {"asked": question})
                stream.write(answer.encode() + b"\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield tmp_path
        thread.join(timeout=5)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(name, "--help") == ExitCode.OK
    shown = " ".join(capsys.readouterr().out.split())
    assert COMMANDS[name] in shown
    assert f"Example: hotline {name}" in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_what_each_command_says(name: str) -> None:
    command = import_module(f"hotline.commands.{name}").command
    assert command.__doc__.splitlines()[0] == COMMANDS[name]


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == ExitCode.OK
    shown = capsys.readouterr().out
    assert all(name in shown for name in COMMANDS)


def test_a_wrong_command_line_is_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("statsu") == ExitCode.USAGE
    assert "Did you mean 'status'?" in capsys.readouterr().err
    assert run("init") == ExitCode.USAGE


def test_version_for_people_and_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("version") == ExitCode.OK
    assert capsys.readouterr().out.startswith(f"hotline {VERSION} (Python 3.")
    assert run("version", "--json") == ExitCode.OK
    assert json.loads(capsys.readouterr().out)["hotline"] == VERSION


def test_version_does_not_wait_for_the_server_and_its_libraries() -> None:
    script = "import sys; from hotline.cli import build; build('version'); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "hotline.commands.version" in loaded
    assert not {"twisted.internet", "numpy", "hotline.server.serve", "pyVoIP"}.intersection(loaded)


def test_init_writes_a_site_that_loads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "new"
    assert run("init", str(folder)) == ExitCode.OK
    assert f"Next: hotline serve --site {folder}" in capsys.readouterr().out
    assert len(load_site(folder, {}).agents) == 3


def test_init_leaves_a_folder_alone_that_is_not_empty(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert run("init", str(tmp_path)) == ExitCode.FAILED
    assert "is not empty" in capsys.readouterr().err
    assert run("init", str(tmp_path), "--force") == ExitCode.OK
    assert (tmp_path / "hotline.yaml").exists()


def test_init_says_why_a_folder_cannot_be_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert run("init", str(tmp_path / "file" / "site")) == ExitCode.FAILED
    assert "cannot be written: Not a directory." in capsys.readouterr().err


def test_status_for_people(status_server: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("status", "--site", str(status_server)) == ExitCode.OK
    assert capsys.readouterr().out.splitlines() == [
        "hotline 0.1.0, up 1 h 2 min",
        "  status         ok",
        "  calls          2",
        "  registrations  3",
        "  listening      udp:127.0.0.1:5060, tcp:127.0.0.1:5060",
        "  media          ports in use 8, ports total 10000",
    ]


def test_status_for_programs(status_server: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("status", "--json", "--site", str(status_server)) == ExitCode.OK
    assert json.loads(capsys.readouterr().out) == STATUS


def test_status_tells_that_no_server_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("status", "--site", str(tmp_path)) == ExitCode.UNREACHABLE
    assert capsys.readouterr().err == (
        f"No server runs for {tmp_path}: nothing listens on {tmp_path}/run/control.sock.\n"
    )


def test_serve_lists_every_mistake_of_the_site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "hotline.yaml").write_text("sip: {t1: fast}\nrtp: {first_port: 20001}\n")
    assert run("serve", "--site", str(tmp_path)) == ExitCode.SITE
    lines = capsys.readouterr().err.splitlines()
    assert [line.split("  ")[0] for line in lines[:2]] == [
        f"{tmp_path}/hotline.yaml:1:11",
        f"{tmp_path}/hotline.yaml:2:19",
    ]
    assert lines[2] == "2 mistakes: nothing was started."


def test_serve_options_replace_the_sites_settings(tmp_path: Path) -> None:
    (tmp_path / "hotline.yaml").write_text("sip: {listen: 0.0.0.0:5060}\n")
    options = ServeOptions(tmp_path, sip="127.0.0.1:5070", http="127.0.0.1:8490", verbose=True)
    settings = load_site(options.site, {}, options.overrides).settings
    assert {str(address) for address in settings.sip.listen} == {"udp:127.0.0.1:5070", "tcp:127.0.0.1:5070"}
    assert (settings.http.listen.port, settings.log.level) == (8490, "debug")
    # The processes beside the server load the site by themselves, and come to the same.
    assert load_site(options.site, options.environment).settings == settings


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min 0 s"),
        (3725, "1 h 2 min"),
        (90061, "1 d 1 h"),
        (86400 * 400, "400 d 0 h"),
    ],
)
def test_durations_show_their_two_largest_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_status_shows_facts_that_it_does_not_know() -> None:
    assert list(status_lines({"version": "9", "uptime_s": 1, "trunk_state": {}, "queues": []})) == [
        "hotline 9, up 1 s",
        "  trunk state    none",
        "  queues         none",
    ]

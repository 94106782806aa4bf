"""What docs/api.md and docs/console.md say is so: paths, metrics, roles, examples."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path

from console.routes.live import FROM_ELSEWHERE, LOGGED_OUT, TOO_SLOW
from tests.console import story
from tests.console.stage import Stage
from tests.support.paths import ROOT
from tests.support.ports import wait_for

DOCS = ROOT / "docs"
API = (DOCS / "api.md").read_text(encoding="utf-8")
CONSOLE = (DOCS / "console.md").read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    """The blocks of code in a language."""
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def documented() -> set[tuple[str, str]]:
    """Method and path of every row of the table of paths, as the description writes them."""
    found = set()
    for row in re.findall(r"^\| (`(?:GET|POST|PATCH|DELETE) /api.*?) \|", API, re.MULTILINE):
        method = path = ""
        for word in re.findall(r"`([^`]+)`", row):
            if " " in word:
                method, path = word.split()
            elif word.startswith("..."):
                base = re.sub(r"/(transcript|events)$", "", path)
                path = f"{base}{word.removeprefix('...')}"
            elif not word.startswith("{"):
                path = f"{path.rpartition('/')[0]}/{word}"
            found.add((method, path))
    return found


def test_every_path_is_documented_and_every_documented_path_is_there(stage: Stage) -> None:
    schema = stage.get("/api/v1/openapi.json", role=None).json
    patterns = {
        (method.upper(), re.compile(re.sub(r"\{\w+\}", "[^/]+", path)))
        for path, methods in schema["paths"].items()
        for method in methods
    }
    unknown = [
        (method, path)
        for method, path in documented()
        if not any(method == known and pattern.fullmatch(path) for known, pattern in patterns)
    ]
    missing = [
        (method, pattern.pattern)
        for method, pattern in patterns
        if not any(method == known and pattern.fullmatch(path) for known, path in documented())
    ]
    assert (unknown, missing) == ([], [])


def test_every_metric_is_documented(stage: Stage) -> None:
    stage.tell(*story.handled("d1", time.time() - 90))

    def emitted() -> set[str]:
        text = stage.get("/metrics").body.decode()
        return set(re.findall(r"^# TYPE (hotline_\w+?)(?:_created)? ", text, re.MULTILINE))

    said = set(re.findall(r"`(hotline_\w+)`", API))
    wait_for(lambda: emitted() == said, f"{emitted() ^ said} to be documented and emitted", timeout=20)


def test_the_examples_of_json_are_json() -> None:
    lines = [line for block in blocks(API, "json") for line in block.splitlines()]
    assert lines
    for line in lines:
        assert isinstance(json.loads(line), dict | list), line


def test_the_codes_of_the_stream_are_those_that_are_sent() -> None:
    for code in (LOGGED_OUT, FROM_ELSEWHERE, TOO_SLOW):
        assert str(code) in API


def test_the_commands_with_curl_work(stage: Stage) -> None:
    now = time.time()
    stage.tell(*story.arrival("d2", now), story.ticket("100001", "d2", now), *story.ended("d2", now))
    stage.when("/api/v1/tickets/100001", lambda ticket: ticket["number"], "the ticket")
    commands = [block for block in blocks(API, "sh") if "curl" in block]
    assert len(commands) == 2
    for command in commands:
        here = command.replace("127.0.0.1:8481", stage.address).replace(
            "--site my-site", f"--site {stage.site}"
        )
        environment = {
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "TOKEN": stage.tokens["agent"],
        }
        done = subprocess.run(
            ["sh", "-c", here], env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        answer = json.loads(done.stdout)
        assert "items" in answer or answer == {"accepted": True}, done


def test_the_program_that_follows_the_stream_works(stage: Stage, tmp_path: Path) -> None:
    [program] = blocks(API, "python")
    path = tmp_path / "watch.py"
    path.write_text(program.replace("127.0.0.1:8481", stage.address))
    with subprocess.Popen(
        [sys.executable, "-u", path],
        env={"TOKEN": stage.tokens["supervisor"]},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as watching:
        try:
            assert watching.stdout is not None
            assert "snapshot" in watching.stdout.readline()
            stage.tell(*story.abandoned("d3", time.time()))
            while "CallEnded" not in (line := watching.stdout.readline()):
                assert line, "the program ended"
        finally:
            watching.kill()


def test_the_roles_are_those_of_the_table() -> None:
    assert re.findall(r"^\| `(\w+)` \| ", CONSOLE, re.MULTILINE) == ["read", "agent", "supervisor", "admin"]

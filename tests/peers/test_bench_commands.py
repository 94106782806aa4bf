"""Every command of bench/ and scripts/ starts, works at a tiny size, and leaves nothing in the checkout.

The soak is started by tests/robustness/test_soak.py; what needs models is only asked what it can do.
"""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.robustness.rig import own_address
from tests.support.paths import ROOT

COMMANDS = sorted(
    path.relative_to(ROOT / "bench").with_suffix("").as_posix().removesuffix("/__main__")
    for path in (ROOT / "bench").rglob("*.py")
    if 'if __name__ == "__main__"' in path.read_text()
)
CACHES = (
    "__pycache__",
    ".hypothesis",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".import_linter_cache",
    ".venv",
)
SIZES = {
    "journal": ["--calls", "20"],
    "media_micro": ["--legs", "4", "--seconds", "0.2"],
    "report": ["--events", "2000"],
    "voices": ["--engines", "espeak", "--no-listening"],
}
NUMBER = r"([\d,]+(?:\.\d+)?)"
# What each measures, as it is printed: # is a number that is above zero.
MEASURED = {
    "journal": [
        "append .* # us an event",
        "append to disk .* # events/s",
        "calls of phones .* # events/s",
        "calls with ticket .* # events/s",
        "delay .* median # ms",
    ],
    "media_micro": [
        *(f"rounds +{what} +4 legs +# us a packet" for what in ("bare sockets", "bridge", "prompt")),
        *(f"whole +{what} .* in # out" for what in ("bridge", "prompt", "received only")),
    ],
    "report": [
        "# events in",
        "everything, by day +# s",
        "# offered, .* rows of agents",
        "records, built +# s",
        "# calls\n",
        "most memory: # MB",
    ],
    "voices": [rf"\| {language} \| espeak [a-z-]+ \| # s \|" for language in ("en", "zh", "ko")],
}


def run(*arguments: str | Path, seconds: float = 100) -> str:
    """Run a Python program in the checkout; what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=seconds
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def new_files() -> set[str]:
    """Files in the checkout that git does not know, but for caches; none outside a repository."""
    command = ["git", "status", "--porcelain", "--ignored", "--untracked-files=all"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    names = (line[3:] for line in done.stdout.splitlines() if line[:2] in ("??", "!!"))
    return {name for name in names if not any(cache in name for cache in CACHES)}


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """No command leaves a file in the checkout."""
    before = new_files()
    yield
    assert new_files() <= before


# They want speech models, or are run by other tests.
OTHERS = (
    *("__main__", "overload", "soak", "speech", "speech_latency", "evaluation"),
    *("hearing", "short_answers", "turns", "understanding"),
)


def test_every_command_of_bench_is_known_here() -> None:
    assert set(COMMANDS) == {*SIZES, *OTHERS}


# All in one process: what they import takes most of their time, and is much the same.
HELP = r"""
import runpy, sys
for name in sys.argv[1:]:
    sys.argv = [name, "--help"]
    try:
        runpy.run_module("bench." + name, run_name="__main__")
    except SystemExit as end:
        assert not end.code, (name, end.code)
    print("\f" + name)
"""


def test_every_command_says_what_it_can_do() -> None:
    names = [name.replace("/", ".") for name in COMMANDS if name != "__main__"]
    helps = run("-c", HELP, *names).split("\f")
    said = {after.split("\n")[0]: before for before, after in itertools.pairwise(helps)}
    assert said.keys() == set(names)
    assert [name for name in names if "usage: " not in said[name]] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", SIZES)
def test_a_command_measures_something(name: str, tmp_path: Path) -> None:
    where = ["--folder", tmp_path / "report"] if name == "report" else []
    printed = run("-m", f"bench.{name}", *SIZES[name], *where)
    assert MEASURED[name]
    for result in MEASURED[name]:
        found = re.findall(result.replace("#", NUMBER), printed)
        assert found, f"no {result!r} in:\n{printed}"
        # Among several results of a kind one may round to nothing, but not all.
        assert any(float(number.replace(",", "")) > 0 for number in found), printed


# Stands for `../shared/bench`: a load that is told where the server is, and writes what it was told.
LOAD = """
import json, socket, sys
options = dict(zip(sys.argv[1:7:2], sys.argv[2:7:2]))
host, _, port = options["--target"].partition(":")
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
    line.bind((host, 0)); line.settimeout(5); line.connect((host, int(port)))
    us = "%s:%d" % line.getsockname()
    line.send(f"OPTIONS sip:{host} SIP/2.0\\r\\nVia: SIP/2.0/UDP {us};branch=z9hG4bK1\\r\\n"
              "Max-Forwards: 70\\r\\n"
              f"From: <sip:l@{host}>;tag=1\\r\\nTo: <sip:{host}>\\r\\nCall-ID: 1\\r\\nCSeq: 1 OPTIONS\\r\\n"
              "Content-Length: 0\\r\\n\\r\\n".encode())
    answer = line.recv(65536).decode().splitlines()[0]
open(options["--out"], "w").write(json.dumps({"answer": answer, "more": sys.argv[7:]}))
"""


@pytest.mark.slow
def test_make_bench_serves_its_site_to_the_load(tmp_path: Path) -> None:
    (tmp_path / "bench.py").write_text(LOAD)
    (tmp_path / "show.py").write_text("")
    out = tmp_path / "out.jsonl"
    given = ["--load", tmp_path, "--out", out, "--host", own_address(), "cps", "--rate", "1"]
    printed = run("-m", "bench", *given)
    assert "100 phones of agents are registered" in printed
    assert json.loads(out.read_text()) == {"answer": "SIP/2.0 200 OK", "more": ["cps", "--rate", "1"]}


def test_the_diagrams_are_drawn_into_a_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"), encoding="utf-8")
    run("-m", "scripts.diagrams", page)
    assert page.read_text(encoding="utf-8").count("```mermaid") == 8


@pytest.mark.parametrize("path", sorted((ROOT / "scripts").glob("*.sh")), ids=lambda path: path.name)
def test_a_shell_script_is_one(path: Path) -> None:
    done = subprocess.run(["sh", "-n", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_is_installed_is_installed_again_only_when_versions_change(tmp_path: Path) -> None:
    # In a copy whose .venv says that it is complete. The Python that is named is none: nothing is installed.
    (tmp_path / "scripts").mkdir()
    for name in ("scripts/install.sh", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").symlink_to(sys.executable)
    both = (tmp_path / "pyproject.toml").read_bytes() + (tmp_path / "requirements.lock").read_bytes()
    done = subprocess.run(["cksum"], input=both, capture_output=True, check=True)
    (tmp_path / ".venv/installed").write_text(f"{done.stdout.decode().strip()} {tmp_path}\n")

    def install() -> tuple[int, str]:
        command = ["env", "PYTHON=/bin/false", "sh", "scripts/install.sh"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=20)
        return done.returncode, done.stdout + done.stderr

    assert install() == (0, "")
    with (tmp_path / "requirements.lock").open("a") as lock:
        lock.write("# another version\n")
    status, said = install()
    assert status == 1
    assert "Python 3.11 or newer is needed" in said


def test_the_evaluation_says_which_sounds_are_missing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.evaluation", "run", "--calls", "en-01", "--cache", tmp_path]
    done = subprocess.run(
        [*command, "--out", tmp_path / "out.jsonl"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert "python -m bench.evaluation make" in done.stderr
    assert not (tmp_path / "out.jsonl").exists()

"""Search for inputs that break what reads strangers' bytes, guided by coverage.

It wants atheris (`pip install atheris`), which is not among the locked packages: it comes for few versions
of Python. What is found goes to the folder of findings, with the input in a file; the corpus grows in a
folder of its own and is kept for the next time. `--keep` puts short inputs that run every line of it into
tests/fuzz/corpus, which `test_corpus` runs.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, TypeAlias

HERE = Path(__file__).resolve().parent
NAMES = ("sip", "stream", "headers", "numbers", "sdp", "rtp", "rtcp")
INSIDE = "--inside"
SLOWEST = 1.0
"""Seconds of CPU that no input of this length may take."""
LONGEST = 8192
MEGABYTES = 1024
LONGEST_KEPT = 1500
"""Bytes: nothing longer is kept in the repository."""
TraceFunction: TypeAlias = Callable[[FrameType, str, Any], Any]


def main() -> int:
    """Fuzz each target for its time, one after the other; 1 when anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"by default all: {', '.join(NAMES)}")
    parser.add_argument("--seconds", type=int, default=900, help="for each target")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir(), "hotline-fuzz"))
    parser.add_argument(
        "--keep", action="store_true", help="only write what was found into tests/fuzz/corpus"
    )
    if sys.argv[1:2] == [INSIDE]:
        return _fuzz(sys.argv[2], sys.argv[3:])
    options = parser.parse_args()
    unknown = sorted(set(options.targets) - set(NAMES))
    if unknown:
        parser.error(f"no such target: {', '.join(unknown)}")
    found = 0
    for name in options.targets or NAMES:
        folder = options.folder / name
        for each in ("corpus", "findings"):
            (folder / each).mkdir(parents=True, exist_ok=True)
        seeds = HERE / "corpus" / name
        seeds.mkdir(parents=True, exist_ok=True)
        inside = [sys.executable, "-m", "tests.fuzz", INSIDE, name]
        if options.keep:
            print(f"{name}: {_keep(name, folder, seeds)} inputs are kept")
            continue
        limits = [f"-max_len={LONGEST}", f"-rss_limit_mb={MEGABYTES}", "-timeout=30"]
        wanted = [f"-max_total_time={options.seconds}", f"-artifact_prefix={folder / 'findings'}/"]
        command = [*inside, *limits, *wanted, str(folder / "corpus"), str(seeds)]
        found += subprocess.run(command, check=False).returncode != 0
    return 1 if found else 0


def _keep(name: str, folder: Path, kept: Path) -> int:
    """Copy the shortest inputs that together run every line which the corpus runs; returns how many."""
    from tests.fuzz.targets import TARGETS  # noqa: PLC0415 - not before what is instrumented

    ran: set[tuple[str, int]] = set()

    def line(frame: FrameType, event: str, argument: object) -> TraceFunction:
        if event == "line":
            ran.add((frame.f_code.co_filename, frame.f_lineno))
        return line

    count = 0
    found = [path for each in (kept, folder / "findings", folder / "corpus") for path in each.iterdir()]
    for path in sorted(found, key=lambda path: (path.parent != kept, path.stat().st_size)):
        data = path.read_bytes()
        if len(data) > LONGEST_KEPT:
            continue
        before = len(ran)
        sys.settrace(line)
        try:
            TARGETS[name](data)
        finally:
            sys.settrace(None)
        if len(ran) > before:
            (kept / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
            count += 1
    return count


def _fuzz(name: str, arguments: list[str]) -> int:
    """Within the process that libFuzzer runs; it does not come back."""
    # Only here: what is imported under it counts its branches, and it is not installed for the tests.
    import atheris  # noqa: PLC0415

    with atheris.instrument_imports(
        include=["telephony", "config.telephone_numbers", "hotline.server.permissions"]
    ):
        from tests.fuzz.targets import TARGETS  # noqa: PLC0415
    target = TARGETS[name]

    def once(data: bytes) -> None:
        began = time.thread_time()
        target(data)
        seconds = time.thread_time() - began
        assert seconds < SLOWEST, f"{len(data)} bytes took {seconds:.1f} s"

    atheris.Setup([sys.argv[0], *arguments], once)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The most calls a second that the switch takes, and what happens at twice as many.

The limit is the highest rate at which no call is lost or refused and 99 of 100 answers come within 100 ms. 50
bridged calls with RTP run all the while, and the largest gap between two of their packets is measured: at the
limit, and through twice the limit for a while, five seconds of nothing, and a rate below the limit again. The
switch has one core and the load (sipp and rtpmesh of `../shared/bench`) another, so the machine needs two.
`--tree` serves another checkout, to compare with.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.__main__ import HERE, PORT, _wait_ready, make_site
from bench.phones import register_all

HOST = "127.0.0.1"
RUNNING = 50
SECONDS = 15
PAUSE = 5
PROBED = 6
"""Seconds of each rate while the limit is searched for."""
SLOWEST = 100.0
"""Milliseconds within which answers must come for a rate to be within the limit."""
RATES = (30, 40, 50, 60, 70, 80, 90, 100, 120, 140, 160, 180, 200)


def main() -> int:
    """Find the limit and go beyond it; prints a line a measurement."""
    parser = argparse.ArgumentParser(prog="python -m bench.overload", description=__doc__)
    parser.add_argument("--load", type=Path, default=HERE.parent.parent / "shared" / "bench")
    parser.add_argument("--tree", type=Path, default=HERE.parent, help="the checkout to serve")
    parser.add_argument("--limit", type=int, help="calls a second; by default it is searched for")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="of each rate")
    options = parser.parse_args()
    if not (options.load / "bench.py").exists():
        print(f"The load is not there: {options.load}. Name its folder with --load.", file=sys.stderr)
        return 1
    cores = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(prefix="hotline-overload-") as name:
        folder = Path(name)
        site = make_site(folder, HOST)
        os.sched_setaffinity(0, cores[:1])
        with serve(site, options.tree) as server:
            os.sched_setaffinity(0, cores[1:] or cores)
            with suppress(PermissionError):
                os.setpriority(os.PRIO_PROCESS, 0, -15)  # and so for all of the load
            register_all(site, (HOST, PORT))
            load = Load(folder, options.load, server.pid)
            limit = options.limit
            if not limit:
                with load.running_calls((PROBED + 1) * len(RATES)):
                    limit = _limit(load)
            print(f"limit: {limit} calls/s", flush=True)
            with load.running_calls(options.seconds + 3) as gaps:
                _tell(f"at the limit, {limit}/s", load.calls(limit, options.seconds))
            _tell("  running calls", gaps)
            with load.running_calls(2 * options.seconds + PAUSE + 10) as gaps:
                twice = load.calls(2 * limit, options.seconds)
                _tell(f"at twice the limit, {2 * limit}/s", twice)
                time.sleep(PAUSE)
                _tell(
                    "five seconds later, at 0.8 of the limit", load.calls(int(0.8 * limit), options.seconds)
                )
            _tell("  running calls", gaps)
            share = 100 * twice["completed"] / (limit * options.seconds)
            print(f"of the limit's calls completed at twice the limit: {share:.0f} %")
    return 0


def _tell(what: str, figures: dict[str, float]) -> None:
    print(f"{what}: " + ", ".join(f"{name} {value:g}" for name, value in figures.items()), flush=True)


def _limit(load: Load) -> int:
    best = RATES[0]
    for rate in RATES:
        found = load.calls(rate, PROBED)
        _tell(f"{rate}/s", found)
        if found["lost"] or found["refused"] or found["answer_p99_ms"] > SLOWEST:
            break
        best = rate
    return best


@contextmanager
def serve(site: Path, tree: Path) -> Iterator[subprocess.Popen[str]]:
    """The switch of a checkout, ready for calls."""
    command = [sys.executable, "-m", "hotline", "serve", "--site", str(site)]
    server = subprocess.Popen(
        command, cwd=tree, env={**os.environ, "PYTHONPATH": str(tree)}, stdout=subprocess.PIPE, text=True
    )
    try:
        with suppress(PermissionError):
            # As a switch runs on a machine of its own: before whatever else this machine has to do.
            os.setpriority(os.PRIO_PROCESS, server.pid, -10)
        _wait_ready(server)
        yield server
    finally:
        server.terminate()
        server.wait(60)


class Load:
    """What calls the switch.

    Args:
        folder: for files.
        shared: the folder of the load.
        pid: of the switch.
    """

    def __init__(self, folder: Path, shared: Path, pid: int) -> None:
        self._folder = folder
        self._shared = shared
        self._pid = pid
        self._number = 0
        self._answerer: subprocess.Popen[bytes] | None = None
        scenario = (shared / "sipp" / "uac.xml").read_text(encoding="utf-8")
        # As it is, but that a 503 is an answer like others, whose time is measured apart.
        for old, new in (
            ('<send retrans="500" start_rtd="1">', '<nop start_rtd="3"/>\n{}'),
            (
                '<recv response="100" optional="true"/>',
                '<recv response="503" optional="true" rtd="3" next="9"/>{}',
            ),
        ):
            scenario = scenario.replace(old, new.format(old), 1)
        scenario = scenario.replace("</scenario>", _TAIL + "</scenario>", 1)
        self._scenario = folder / "uac.xml"
        self._scenario.write_text(scenario, encoding="utf-8")

    def calls(self, rate: int, seconds: int) -> dict[str, float]:
        """Offer so many calls a second, which are hung up when they are answered."""
        self._number += 1
        folder = self._folder / f"calls{self._number}"
        folder.mkdir()
        answerer = None if self._answerer else self._answer(folder)
        total = rate * seconds
        command = [
            *("sipp", f"{HOST}:{PORT}", "-sf", str(self._scenario), "-s", "bridge", "-i", HOST, "-p", "5075"),
            *("-mi", HOST, "-mp", "9000", "-r", str(rate), "-m", str(total), "-l", str(20 * rate), "-d", "0"),
            *("-nostdin", "-skip_rlimit", "-cp", "8895", "-trace_stat", "-stf", "uac.csv", "-fd", "1"),
            *("-trace_rtt", "-rtt_freq", "1", "-timer_resol", "1", "-timeout", f"{seconds + 20}s"),
        ]
        began = _cpu(self._pid)
        subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        spent = _cpu(self._pid) - began
        if answerer is not None:
            answerer.terminate()
            answerer.wait()
        times: dict[str, list[float]] = {"1": [], "3": []}
        for path in folder.glob("*_rtt.csv"):
            for row in csv.reader(path.open(), delimiter=";"):
                if len(row) >= 3 and row[2].strip() in times:
                    times[row[2].strip()].append(float(row[1]))
        with (folder / "uac.csv").open() as lines:
            last = list(csv.DictReader(lines, delimiter=";"))[-1]
        answered, refused = sorted(times["1"]), sorted(times["3"])
        successful = int(last["SuccessfulCall(C)"])
        return {
            "offered": total,
            "completed": successful - len(refused),
            "refused": len(refused),
            "lost": total - successful,
            "answer_p50_ms": _part(answered, 0.5),
            "answer_p99_ms": _part(answered, 0.99),
            "answer_max_ms": _part(answered, 1.0),
            "503_p50_ms": _part(refused, 0.5),
            "503_p99_ms": _part(refused, 0.99),
            "cpu_s": spent,
        }

    @contextmanager
    def running_calls(self, seconds: int) -> Iterator[dict[str, float]]:
        """Hold bridged calls with RTP both ways for so long; afterwards their gaps are there."""
        out = self._folder / "density.jsonl"
        out.unlink(missing_ok=True)
        command = [
            *(sys.executable, str(self._shared / "bench.py"), "--target", f"{HOST}:{PORT}"),
            *("--pid", str(self._pid), "--out", str(out), "density", "--ext", "bridge", "--calls"),
            *(str(RUNNING), "--media", "both", "--secs", str(seconds), "--ramp", "50"),
        ]
        self._answerer = mesh = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        gaps: dict[str, float] = {}
        time.sleep(6)
        try:
            yield gaps
        finally:
            mesh.wait(180)
            self._answerer = None
        measured = json.loads(out.read_text().splitlines()[-1])
        rtp = measured["rtp"]
        gaps.update({"calls": measured["open_in_window"], **dict(_flat(rtp))})

    def _answer(self, folder: Path) -> subprocess.Popen[bytes]:
        scenario = str(self._shared / "sipp" / "uas.xml")
        command = ["sipp", "-sf", scenario, "-i", HOST, "-p", "5090", "-mi", HOST, "-mp", "15000", "-nostdin"]
        answerer = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.7)
        return answerer


_TAIL = """  <nop next="8"/>
  <label id="9"/>
  <send><![CDATA[
ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0
[last_Via:]
[last_From:]
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
  <label id="8"/>
"""


def _flat(figures: dict[str, object], within: str = "") -> Iterator[tuple[str, float]]:
    for name, value in figures.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{within}{name}_")
        elif isinstance(value, int | float) and ("gap" in name or "lost" in name or "late" in name):
            yield within + name, value


def _part(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def _cpu(pid: int) -> float:
    words = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())

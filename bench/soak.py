"""The crowd of `tests/robustness` for as long as one likes: is every call forgotten, does memory stay small?

    python -m bench.soak [--calls 100000] [--seconds 3600] [--at-once 50] [--seed 1] [--every 10]

It serves a fresh site with short timers, lets the crowd call in rounds, and prints one line a round: what is
going on, how much memory the switch has, and what a call costs it. At the end it waits until the switch is
idle; what is left then is printed, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.robustness import rig
from tests.robustness.crowd import Crowd, numbers
from tests.support.ports import free_port
from tests.support.switch import Switch

SETTLED = 45.0
HEAD = "    time    calls   per s  CPU/call  going on  ports  transactions  fds    RSS  faults"


def main() -> int:
    """Run until so many calls were made or the time is over."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000_000, help="stop after so many calls")
    parser.add_argument("--seconds", type=float, default=60.0, help="stop after so many seconds")
    parser.add_argument("--at-once", type=int, default=50, help="callers at a time")
    parser.add_argument("--seed", type=int, default=1, help="of the chance")
    parser.add_argument("--every", type=float, default=10.0, help="seconds from line to line")
    options = parser.parse_args()
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="hotline-soak-") as folder:
        more = {"numbers": numbers(port), "recordings": {"record_calls": True}, "log": {"level": "warning"}}
        switch = rig.start(Path(folder), more)
        try:
            return soak(switch, port, options)
        finally:
            switch.stop()


def soak(switch: Switch, port: int, options: argparse.Namespace) -> int:
    """Rounds of calls, a line for each, and what is left of them."""
    tidy = rig.Tidy(switch)
    before = rig.metrics(switch.http)
    crowd = Crowd(switch.sip, port, options.seed)
    begin = time.monotonic()
    made = 0
    outcomes: Counter[str] = crowd.outcomes
    print(HEAD)
    print(line(0.0, 0, before, before, 0))
    while made < options.calls and (passed := time.monotonic() - begin) < options.seconds:
        seconds = min(options.every, options.seconds - passed)
        made += asyncio.run(crowd.run(options.calls - made, options.at_once, seconds))
        now = rig.metrics(switch.http)
        print(line(time.monotonic() - begin, made, now, before, len(crowd.faults)), flush=True)
    print("answers: " + ", ".join(f"{status} {count}" for status, count in outcomes.most_common()))
    for fault in crowd.faults[:10]:
        print(f"fault: {fault}")
    try:
        tidy.check(SETTLED)
    except AssertionError as error:
        print(f"idle: {str(error)[-2000:]}")
        return 1
    idle = rig.metrics(switch.http)["process_resident_memory_bytes"]
    grown = idle - before["process_resident_memory_bytes"]
    print(f"idle: nothing is left; RSS {idle / 1e6:.1f} MB, {grown / 1e6:+.1f} MB since the start")
    return 1 if crowd.faults else 0


def line(passed: float, made: int, now: dict[str, float], before: dict[str, float], faults: int) -> str:
    """One row of figures."""
    cpu = now["process_cpu_seconds_total"] - before["process_cpu_seconds_total"]
    each = f"{1000 * cpu / made:.2f} ms" if made else "-"
    rate = f"{made / passed:.0f}" if passed else "-"
    rss = now["process_resident_memory_bytes"] / 1e6
    counts = (
        f"{now['hotline_calls']:>8.0f}{now['hotline_rtp_ports_in_use']:>7.0f}"
        f"{now['hotline_transactions']:>14.0f}{now['process_open_fds']:>5.0f}"
    )
    return f"{passed:>7.0f}s{made:>9}{rate:>8}{each:>10}{counts:>36}{rss:>6.1f}M{faults:>8}"


if __name__ == "__main__":
    sys.exit(main())

"""The crowd of `tests/robustness` for as long as one likes: is every call forgotten, does memory stay small?

    python -m bench.soak [--calls 100000] [--seconds 3600] [--at-once 50] [--seed 1] [--every 10]

It serves a fresh site with short timers, lets the crowd call in rounds, and prints one line a round: calls in
progress, the memory that the switch has, and what a call costs it. At the end it waits until the switch is
idle. The exit code is 1 when a call went wrong, something is left, the switch logged an internal error, or
an event that begins something has no event that ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.robustness import rig
from tests.robustness.crowd import Crowd, numbers
from tests.support.ports import free_port
from tests.support.switch import Switch

# Timer D of refused INVITEs over UDP (RFC 3261 17.1.1.2) is 32 s whatever T1 is, and lasts longest.
SETTLED = 45.0
PAIRS = (("CallOffered", "CallEnded"), ("RecordingStarted", "RecordingEnded"))
HEAD = "    time    calls   per s  CPU/call    calls  ports  transactions  fds    RSS  faults"


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
        switch = rig.start(Path(folder), {"numbers": numbers(port), "recordings": {"record_calls": True}})
        try:
            wrong = list(soak(switch, port, options))
        finally:
            try:
                switch.stop()
            except AssertionError as error:
                wrong.append(f"the switch: {error}")
    for fault in wrong:
        print(f"fault: {fault}")
    return 1 if wrong else 0


def soak(switch: Switch, port: int, options: argparse.Namespace) -> Iterator[str]:
    """Rounds of calls, and a line for each; yields what went wrong."""
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
    yield from crowd.faults
    if outcomes["200"] <= made // 3:
        yield f"only {outcomes['200']} of {made} calls were answered"
    try:
        tidy.check(SETTLED)
    except AssertionError as error:
        yield str(error)
    idle = rig.metrics(switch.http)["process_resident_memory_bytes"]
    grown = idle - before["process_resident_memory_bytes"]
    print(f"idle: RSS {idle / 1e6:.1f} MB, {grown / 1e6:+.1f} MB since the start")
    events = rig.events(switch.http)
    for first, last in PAIRS:
        if events[first] != events[last]:
            yield f"{events[first]} {first}, but {events[last]} {last}"


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

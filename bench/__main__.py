"""`make bench`: serve the bench site and run the load of `../shared/bench` against it.

It prints one line a measurement. The load (sipp and rtpmesh, see its README) is the one that other servers
were measured with. It takes about 20 minutes; the figures go to bench/out/ as JSON lines, and by hand into
bench/RESULTS.md.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from bench.phones import register_all

HERE = Path(__file__).resolve().parent
TARGET = "127.0.0.1:5080"
READY_SECONDS = 30.0


def main() -> int:
    """Run the series, or one measurement of bench.py when its arguments are given."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--load", type=Path, default=HERE.parent.parent / "shared" / "bench")
    parser.add_argument("--out", type=Path, default=HERE / "out" / time.strftime("%Y%m%d-%H%M%S.jsonl"))
    parser.add_argument(
        "one", nargs=argparse.REMAINDER, help="arguments for bench.py, such as: cps --ext bridge --rate 50"
    )
    options = parser.parse_args()
    if not (options.load / "bench.py").exists():
        print(f"The load is not there: {options.load}. Name its folder with --load.", file=sys.stderr)
        return 1
    options.out.parent.mkdir(parents=True, exist_ok=True)
    with serve() as server:
        pid = str(server.pid)
        host, _, port = TARGET.partition(":")
        print(f"{register_all(HERE / 'site', (host, int(port)))} phones of agents are registered")
        if options.one:
            bench = [sys.executable, str(options.load / "bench.py"), "--target", TARGET, "--pid", pid]
            command = [*bench, "--out", str(options.out), *options.one]
        else:
            command = ["bash", str(options.load / "series.sh"), TARGET, pid, str(options.out)]
        status = subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode
        server.terminate()
    subprocess.run([sys.executable, str(options.load / "show.py"), str(options.out)], check=False)
    print(f"figures: {options.out}")
    return status


def serve() -> subprocess.Popen[str]:
    """Start the switch on the bench site; returns when it is ready."""
    server = subprocess.Popen(
        [sys.executable, "-m", "hotline", "serve", "--site", str(HERE / "site")],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    until = time.monotonic() + READY_SECONDS
    for line in server.stdout:
        print(line, end="")
        if line.strip() == "ready":
            return server
        if time.monotonic() > until:
            break
    server.kill()
    sys.exit("the server did not become ready")


if __name__ == "__main__":
    sys.exit(main())

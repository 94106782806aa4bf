"""`make bench`: serve the bench site and run the load of `../shared/bench` against it.

It prints one line a measurement. The load (sipp and rtpmesh, see its README) is the one that other servers
were measured with. It takes about 20 minutes; the figures go to a file as JSON lines, and by hand into
bench/RESULTS.md. The server runs on a copy of the site in a temporary folder.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.phones import register_all

HERE = Path(__file__).resolve().parent
HOST = "127.0.0.1"
PORT = 5080
READY_SECONDS = 30.0
STOP_SECONDS = 30.0


def main() -> int:
    """Run the series, or one measurement of bench.py when its arguments are given."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--load", type=Path, default=HERE.parent.parent / "shared" / "bench")
    parser.add_argument("--out", type=Path, help="file for the figures; by default in the temporary folder")
    parser.add_argument("--host", default=HOST, help="loopback address of the server and the load")
    parser.add_argument(
        "one", nargs=argparse.REMAINDER, help="arguments for bench.py, such as: cps --ext bridge --rate 50"
    )
    options = parser.parse_args()
    if not (options.load / "bench.py").exists():
        print(f"The load is not there: {options.load}. Name its folder with --load.", file=sys.stderr)
        return 1
    out = options.out or Path(tempfile.gettempdir(), "hotline-bench", time.strftime("%Y%m%d-%H%M%S.jsonl"))
    out.parent.mkdir(parents=True, exist_ok=True)
    target = f"{options.host}:{PORT}"
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        site = make_site(Path(folder), options.host)
        with serve(site) as server:
            pid = str(server.pid)
            print(f"{register_all(site, (options.host, PORT))} phones of agents are registered")
            if options.one:
                bench = [sys.executable, str(options.load / "bench.py"), "--target", target, "--pid", pid]
                command = [*bench, "--out", str(out), *options.one]
            else:
                command = ["bash", str(options.load / "series.sh"), target, pid, str(out)]
            status = subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode
    subprocess.run([sys.executable, str(options.load / "show.py"), str(out)], check=False)
    print(f"figures: {out}")
    return status


def make_site(folder: Path, host: str) -> Path:
    """Copy the bench site, with `host` as its address; returns the copy."""
    site = shutil.copytree(HERE / "site", folder / "site")
    settings = site / "hotline.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace(HOST, host), encoding="utf-8")
    return site


@contextlib.contextmanager
def serve(site: Path) -> Iterator[subprocess.Popen[str]]:
    """A switch on a site, ready for calls; stopped at the end."""
    command = [sys.executable, "-m", "hotline", "serve", "--site", str(site)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        _wait_ready(server)
        yield server
    finally:
        server.terminate()
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_ready(server: subprocess.Popen[str]) -> None:
    assert server.stdout is not None
    until = time.monotonic() + READY_SECONDS
    for line in server.stdout:
        print(line, end="")
        if line.strip() == "ready":
            return
        if time.monotonic() > until:
            break
    sys.exit("the server did not become ready")


if __name__ == "__main__":
    sys.exit(main())

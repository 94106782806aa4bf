"""`python -m bench.evaluation make|run|report`: see the first lines of the package."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import bench.evaluation as package
from bench.evaluation.make import make
from bench.evaluation.phrases import cache_folder
from bench.evaluation.report import compared, read, table
from bench.evaluation.run import Run, run
from bench.evaluation.script import LANGUAGES, QUICK, Caller, load
from tests.support.softphone import HOTLINE


def main() -> int:
    """Do what is asked for; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.evaluation",
        description=package.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("make", help="have everything spoken that callers may say")
    running = commands.add_parser("run", help="play the calls")
    for command in (making, running):
        command.add_argument("--quick", action="store_true", help=f"{len(QUICK)} calls of all kinds")
        command.add_argument("--calls", nargs="+", default=[], metavar="ID", help="these alone")
        command.add_argument("--languages", nargs="+", default=LANGUAGES, choices=LANGUAGES)
        command.add_argument("--cache", type=Path, default=cache_folder(), help="where sounds are kept")
    running.add_argument(
        "--out", type=Path, required=True, help="file for the results, a line a call; added to"
    )
    running.add_argument("--at-once", type=int, default=2, help="callers at the same time")
    running.add_argument(
        "--flow", type=Path, help="a flow in place of the evaluation's own; its `problem` step"
    )
    running.add_argument(
        "--settings", type=Path, help="YAML laid over hotline.yaml, such as another provider"
    )
    running.add_argument("--provider", default="rules", help="noted in the results: who understands")
    running.add_argument("--engine", default="", help="noted in the results; what status says when left out")
    reporting = commands.add_parser("report", help="print tables in Markdown")
    reporting.add_argument("before", type=Path)
    reporting.add_argument("after", type=Path, nargs="?", help="a second run, to be compared with the first")
    options = parser.parse_args()
    if options.command == "report":
        print(table(read(options.before)) if options.after is None
              else compared(read(options.before), read(options.after)))  # fmt: skip
        return 0
    callers = _chosen(options.calls or (QUICK if options.quick else ()), options.languages)
    if options.command == "make":
        subprocess.run([HOTLINE, "models", "get", *options.languages], check=True)
        print(f"{make(callers, options.cache)} phrases were spoken; all are in {options.cache}")
        return 0
    settings = Run(
        cache=options.cache,
        out=options.out,
        at_once=options.at_once,
        flow=options.flow,
        settings=options.settings,
        provider=options.provider,
        engine=options.engine,
    )
    return run(callers, settings)


def _chosen(ids: Sequence[str], languages: Sequence[str]) -> list[Caller]:
    return [caller for caller in load(ids) if caller.language in languages]


if __name__ == "__main__":
    sys.exit(main())

"""Small sites with flows, and callers who do what a list says, for the tests of `ivr_flows`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

from config import Problem, load_site
from ivr_flows.flow_set import FlowSet
from ivr_flows.loader import load_flows, read_flows
from ivr_flows.runtime.engine import FlowRun
from ivr_flows.steps.outcomes import Departure, HangUp, Result
from tests.unit.ivr_flows.caller import Caller

AGENTS = """\
agents:
  - {number: 1001, name: Anna, phones: [{password: correct-horse}]}
  - {number: 1002, name: Boris, phones: [{password: battery-staple}]}
"""
QUEUES = "queues: [{name: support, members: [1001, 1002]}, {name: sales, members: [1001]}]\n"

# Others run this one: it comes back.
NOTICE = "steps:\n  notice: {say: This call may be recorded.}\n  end: {back: }\n"

PROMPTS = ("welcome", "jingle.zh", "jingle.ko")


def write_site(root: Path, flows: Mapping[str, str], settings: str = "") -> Path:
    """Write a site with these flows by name, the sub-flow `notice`, and a few sounds."""
    (root / "flows").mkdir(parents=True)
    (root / "prompts").mkdir()
    for prompt in PROMPTS:
        (root / "prompts" / f"{prompt}.wav").write_bytes(b"")
    (root / "hotline.yaml").write_text(dedent(settings), encoding="utf-8")
    (root / "agents.yaml").write_text(AGENTS, encoding="utf-8")
    (root / "queues.yaml").write_text(QUEUES, encoding="utf-8")
    for name, text in {"notice": NOTICE, **flows}.items():
        (root / "flows" / f"{name}.yaml").write_text(dedent(text), encoding="utf-8")
    return root


def load(root: Path) -> FlowSet:
    """Load the flows of a site that has no mistakes."""
    return load_flows(load_site(root, {}))


def problems(root: Path) -> list[Problem]:
    """The mistakes of a site's flows, files named from the site's folder."""
    return list(read_flows(root, load_site(root, {}), shown=Path()).problems)


def make(tmp_path: Path, steps: str, **others: str) -> FlowSet:
    """Load a flow `main`, and others."""
    return load(write_site(tmp_path / "site", {"main": steps, **others}))


def call(
    flows: FlowSet,
    *answers: object,
    flow: str = "main",
    results: Sequence[Result | str] = (),
    now: datetime = datetime(2026, 11, 25, 12, 0, tzinfo=UTC),
    language: str | None = None,
    **options: object,
) -> Call:
    """Call a flow; see `Caller` for the answers. Departures go as `results` say, then well."""
    caller = Caller(answers, now=now, **options)  # type: ignore[arg-type]
    run = FlowRun(flows, flow, caller, language=language)
    return Call(run, caller, [Result(r) if isinstance(r, str) else r for r in results])  # type: ignore[arg-type]


class Call:
    """One call from its beginning to its end.

    Attributes: `departures` in their order, without the end; `end`; `said` and `steps` in short.
    """

    def __init__(self, run: FlowRun, caller: Caller, results: Sequence[Result]) -> None:
        self.caller = caller
        self.run = run
        self.departures: list[Departure] = []
        self.end = asyncio.run(self._walk(list(results)))

    async def _walk(self, results: list[Result]) -> HangUp:
        departure = await self.run.start()
        while not isinstance(departure, HangUp):
            self.departures.append(departure)
            departure = await self.run.resume(results.pop(0) if results else Result("done"))
        return departure

    @property
    def said(self) -> list[str]:
        """Everything that the caller heard."""
        return self.caller.said

    @property
    def steps(self) -> list[str]:
        """The names of the steps that the call went through."""
        return self.caller.steps

    @property
    def variables(self) -> Mapping[str, object]:
        """The call's variables."""
        return self.run.context.variables

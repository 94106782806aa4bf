"""Write small sites for the tests of `config`."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from config import Problem, SiteError, load_site

AGENTS = """\
agents:
  - {number: 1001, name: Anna, phones: [{password: correct-horse}]}
  - {number: 1002, name: Boris, phones: [{password: battery-staple}]}
"""


def write_site(root: Path, settings: str = "", agents: str = AGENTS, queues: str = "queues: []\n") -> Path:
    """Write a site of these three files, with one prompt named welcome."""
    (root / "prompts").mkdir(parents=True)
    (root / "prompts" / "welcome.wav").write_bytes(b"")
    (root / "hotline.yaml").write_text(dedent(settings), encoding="utf-8")
    (root / "agents.yaml").write_text(dedent(agents), encoding="utf-8")
    (root / "queues.yaml").write_text(dedent(queues), encoding="utf-8")
    return root


def problems_of(root: Path, environ: dict[str, str] | None = None) -> list[Problem]:
    """Load a site that has mistakes, and return them with file names relative to the site."""
    with pytest.raises(SiteError) as caught:
        load_site(root, environ or {})
    prefix = f"{root}/"
    return [
        Problem(
            problem.file.removeprefix(prefix), problem.line, problem.column, problem.path, problem.message
        )
        for problem in caught.value.problems
    ]


def lines_of(root: Path, environ: dict[str, str] | None = None) -> list[str]:
    """Load a site that has mistakes, and return them as the lines that a user reads."""
    return [str(problem) for problem in problems_of(root, environ)]

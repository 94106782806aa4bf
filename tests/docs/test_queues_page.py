"""docs/queues.md: its examples load, and its tables say what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from callback_queue.agents.agent import TakeBreak
from callback_queue.agents.events import AgentState
from callback_queue.agents.feature_codes import read_code
from callback_queue.customers.book import load_csv
from config import AgentSettings, Site, load_site
from config.models.tickets import DEFAULT_SLA
from tests.support.paths import ROOT
from tests.unit.config.site_files import write_site

PAGE = (ROOT / "docs" / "queues.md").read_text(encoding="utf-8")
EXAMPLES: list[tuple[str, str]] = re.findall(
    r"^```(?:yaml|csv) (\S+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL
)
AGENTS = "agents:\n" + "".join(f"- {{number: {number}, name: A}}\n" for number in (1001, 1002, 1003))
TRUNK = "trunks: [{name: carrier, host: sip.example.org}]\n"


def _site(tmp_path: Path, file: str, text: str) -> Site:
    """A site of one example, and what it needs of others."""
    parts = {
        "hotline.yaml": TRUNK if file == "agents.yaml" else "",
        "agents.yaml": AGENTS,
        "queues.yaml": "queues: [{name: support, members: [1001]}]\n",
    }
    parts[file] = text
    root = write_site(tmp_path / "s", parts["hotline.yaml"], parts["agents.yaml"], parts["queues.yaml"])
    (root / "customers.csv").write_text("id,numbers\n", encoding="utf-8")
    if file == "agents.yaml":
        (root / "queues.yaml").unlink()
    return load_site(root, {})


def test_there_are_examples_of_every_file() -> None:
    assert {file for file, _ in EXAMPLES} == {"hotline.yaml", "queues.yaml", "agents.yaml", "customers.csv"}
    assert len(EXAMPLES) == PAGE.count("\n```yaml") + PAGE.count("\n```csv")


@pytest.mark.parametrize(
    ("file", "text"),
    [example for example in EXAMPLES if example[0].endswith(".yaml")],
    ids=lambda text: text[:40],
)
def test_an_example_loads(tmp_path: Path, file: str, text: str) -> None:
    site = _site(tmp_path, file, text)
    if file == "queues.yaml":
        names = re.findall(r"^  - name: (\w+)$", text, re.MULTILINE)
        assert [queue.name for queue in site.queues] == names


def test_the_customers_of_the_page_are_read(tmp_path: Path) -> None:
    (text,) = [text for file, text in EXAMPLES if file == "customers.csv"]
    path = tmp_path / "customers.csv"
    path.write_text(text, encoding="utf-8")
    book, problems = load_csv(path)
    assert problems == []
    found = book.find("+12025550146")
    assert found is not None
    assert (found.id, found.tier) == ("C-1002", "vip")


def test_the_codes_of_the_page_are_the_programs() -> None:
    codes = re.findall(r"^\| `(\*\d+)` \| `(\w+)` \|", PAGE, re.MULTILINE)
    settings = AgentSettings()
    assert {name: code for code, name in codes} == settings.feature_codes.model_dump()
    lunch, training = read_code("*731", settings), read_code("*733", settings)
    assert isinstance(lunch, TakeBreak)
    assert isinstance(training, TakeBreak)
    assert (lunch.reason, training.reason) == ("lunch", "training")


def test_the_states_of_the_page_are_the_programs() -> None:
    table = PAGE.partition("| state | means |")[2].partition("\n\n")[0]
    named = [
        state.replace(" ", "_").replace("-", "_")
        for state in re.findall(r"^\| ([a-z][\w -]*?) \|", table, re.M)
    ]
    assert sorted(named) == sorted(AgentState.__args__)  # type: ignore[attr-defined]


def test_the_deadlines_of_the_page_are_the_programs() -> None:
    rows = re.findall(r"^\| (ordinary|vip|super_vip) \| (.+) \|$", PAGE, re.MULTILINE)
    written = {
        tier: [tuple(float(hours) * 60 for hours in cell.split("/")) for cell in cells.split("|")]
        for tier, cells in rows
    }
    assert written == {
        tier: [(target.respond, target.resolve) for target in targets.values()]
        for tier, targets in DEFAULT_SLA.items()
    }

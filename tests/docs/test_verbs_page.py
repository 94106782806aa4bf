"""docs/flows/verbs.md tells every verb as the code knows it, and every example runs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from config.new_site import write_starter_site
from config.yaml_source import read_yaml
from ivr_flows.reference import documentation, renew
from ivr_flows.schema import json_schema
from ivr_flows.steps.outcomes import HangUp
from ivr_flows.verbs import VERBS
from tests.support.paths import ROOT
from tests.unit.ivr_flows.sites import call, load, problems, write_site

PAGE = ROOT / "docs" / "flows" / "verbs.md"
BROKEN = ROOT / "tests" / "unit" / "ivr_flows" / "broken"
OTHER_FLOWS = {
    "other": "steps: {end: {hangup: }}\n",
    "opening-hours": "languages: [en]\nsteps: {say: {say: 'Caller {caller}.'}, end: {back: }}\n",
}


def schema() -> Draft202012Validator:
    Draft202012Validator.check_schema(json_schema())
    return Draft202012Validator(json_schema())


def test_the_page_is_up_to_date() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert renew(page) == page, "run: .venv/bin/python -m ivr_flows.reference docs/flows/verbs.md"


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_is_documented(name: str) -> None:
    said = documentation(VERBS[name])
    assert said.text.splitlines()[0].endswith(".")
    assert f"  {name}:" in said.example
    fields = VERBS[name].model_fields.values()
    assert all(field.description and field.description.endswith((".", "].")) for field in fields)


@pytest.mark.parametrize("name", VERBS)
def test_every_example_passes_the_check_and_a_call_through_it_ends(name: str, tmp_path: Path) -> None:
    example = documentation(VERBS[name]).example
    root = write_site(tmp_path / "site", {"main": example, **OTHER_FLOWS})
    assert problems(root) == []
    assert list(schema().iter_errors(read_yaml(root / "flows" / "main.yaml", "main").data)) == []
    one = call(load(root), *[None] * 40, now=datetime(2026, 11, 25, 12, tzinfo=UTC))
    assert isinstance(one.end, HangUp)
    assert one.steps


def test_the_first_example_on_the_page_passes_the_check(tmp_path: Path) -> None:
    example = PAGE.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    assert problems(write_site(tmp_path / "site", {"main": example})) == []


def test_the_starter_flows_fit_the_schema(tmp_path: Path) -> None:
    write_starter_site(tmp_path / "site")
    paths = sorted((tmp_path / "site" / "flows").glob("*.yaml"))
    assert paths
    for path in paths:
        assert [error.message for error in schema().iter_errors(read_yaml(path, path.name).data)] == []


@pytest.mark.parametrize(
    "name",
    [
        "04-step-is-text",
        "06-steps-are-a-list",
        "07-unknown-top-setting",
        "08-unknown-setting-of-a-verb",
        "18-menu-without-otherwise",
        "20-choice-without-key",
        "28-numbers-out-of-range",
        "47-bad-names",
        "51-intake-slots",
    ],
)
def test_an_editor_sees_mistakes_of_form(name: str) -> None:
    data = read_yaml(BROKEN / f"{name}.yaml", name).data
    assert list(schema().iter_errors(data))

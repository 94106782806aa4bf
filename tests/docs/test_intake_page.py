"""docs/intake.md: its flows pass the check, a call through each ends, and its tables are complete."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from asr.intake.slots import WELL_KNOWN, WantedKind
from ivr_flows.steps.outcomes import HangUp, OpenTicket
from tests.support.paths import ROOT
from tests.unit.ivr_flows.caller import say
from tests.unit.ivr_flows.sites import call, load, problems, write_site

PAGE = (ROOT / "docs" / "intake.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_passes_the_check_and_a_call_through_it_ends(number: int, tmp_path: Path) -> None:
    root = write_site(tmp_path / "site", {"main": EXAMPLES[number]})
    assert problems(root) == []
    assert isinstance(call(load(root), *[None] * 40).end, HangUp)


def test_the_example_with_slots_files_what_its_rules_say(tmp_path: Path) -> None:
    flows = load(write_site(tmp_path / "site", {"main": EXAMPLES[1]}))
    told = "My router shows error 7 and twenty five people cannot work."
    tried = "I have switched it off and on."
    one = call(flows, say(told), "2105", say(tried), "1", "1", "1", language="en")
    (ticket,) = one.departures
    assert isinstance(ticket, OpenTicket)
    values = {slot.name: slot.value for slot in ticket.slots}
    assert (values["product"], values["error_code"], values["affected"]) == ("X200", "7", "25")
    assert values["tried"] == tried
    assert (ticket.title, ticket.severity, ticket.queue) == (f"X200 7: {told}".rstrip("."), 1, "support")


def test_every_well_known_name_and_every_kind_is_told() -> None:
    names = set(re.findall(r"`(\w+)`", PAGE))
    assert set(WELL_KNOWN) <= names
    assert set(get_args(WantedKind)) <= names

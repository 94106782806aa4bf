"""The diagrams in docs/architecture.md show the rooms and the tables that the code runs on."""

from __future__ import annotations

import re
from enum import Enum
from pathlib import Path

import pytest

from callback_queue.agents.agent import TABLE as AGENT
from callback_queue.tickets.ticket import TRANSITIONS
from scripts import diagrams
from telephony.sip.client_transactions import INVITE_CLIENT, NON_INVITE_CLIENT
from telephony.sip.server_transactions import INVITE_SERVER, NON_INVITE_SERVER
from telephony.sip.session import MOVES
from telephony.sip.transaction import Table, TransactionState, TransactionTrigger
from tests.support.paths import ROOT

PAGE = ROOT / "docs" / "architecture.md"
RUN = "run: .venv/bin/python scripts/diagrams.py docs/architecture.md"


def _drawn(title: str) -> list[tuple[str, str, str]]:
    """The arrows of the diagram under a heading of the page: from, to, label."""
    page = PAGE.read_text(encoding="utf-8")
    found = re.search(
        rf"^### {title}\n\n```mermaid\nstateDiagram-v2\n(.*?)```", page, re.MULTILINE | re.DOTALL
    )
    assert found, f"no diagram {title!r}; {RUN}"
    arrows = re.findall(r"^ +(\S+) --> (\S+)(?: : (.*))?$", found[1], re.MULTILINE)
    assert len(arrows) == found[1].count("\n"), "every line is an arrow"
    return arrows


def test_the_page_is_up_to_date() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert diagrams.renew(page) == page, RUN


def test_the_rooms_are_drawn_with_every_import_and_no_other() -> None:
    page = PAGE.read_text(encoding="utf-8")
    found = re.search(r"```mermaid\nflowchart TD\n(.*?)```", page, re.DOTALL)
    assert found, f"no picture of the rooms; {RUN}"
    drawn = set(re.findall(r"(\w+) --> (\w+)", found[1]))
    imported = diagrams.imports(ROOT)
    assert drawn <= {(room, other) for room, others in imported.items() for other in others}
    reached = {room: {room} for room in imported}
    for _ in imported:
        for room, other in drawn:
            reached[room] |= reached[other]
    for room, others in imported.items():
        assert others <= reached[room], f"{room} imports what it does not lead to"


def test_an_import_inside_a_room_is_not_drawn_and_one_between_rooms_is(tmp_path: Path) -> None:
    (tmp_path / "asr").mkdir()
    (tmp_path / "asr/a.py").write_text("import asr.b\nfrom config.site import Site\nimport json\n")
    imported = diagrams.imports(tmp_path)
    assert imported["asr"] == {"config"}
    picture = diagrams.rooms([["hotline"], ["asr"], ["config"]], {**imported, "hotline": {"asr", "config"}})
    assert re.findall(r"\w+ --> \w+", picture) == ["hotline --> asr", "asr --> config"]


def test_the_page_has_a_row_for_every_room() -> None:
    rows = re.findall(r"^\| `(\w+)/` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(room for floor in diagrams.floors() for room in floor)


def test_the_session_is_drawn_with_every_move_that_it_may_make() -> None:
    drawn = {
        (start, end, label) for start, end, labels in _drawn("INVITE session") for label in labels.split(", ")
    }
    moves = {(state.value, after.value, trigger.value) for (state, trigger), (after, _) in MOVES.items()}
    assert drawn - moves == {("[*]", "initial", ""), ("[*]", "offered", ""), ("done", "[*]", "")}
    assert moves <= drawn


@pytest.mark.parametrize(
    ("title", "table"),
    [
        ("INVITE client transaction", INVITE_CLIENT),
        ("Non-INVITE client transaction", NON_INVITE_CLIENT),
        ("INVITE server transaction", INVITE_SERVER),
        ("Non-INVITE server transaction", NON_INVITE_SERVER),
    ],
)
def test_a_transaction_is_drawn_with_every_row_of_its_table(title: str, table: Table) -> None:
    drawn = [
        (start, end)
        for start, end, labels in _drawn(title)
        for _ in labels.split(", ")
        if "[*]" not in (start, end)
    ]
    rows = [(state.name.capitalize(), after.name.capitalize()) for (state, _), (after, _) in table.items()]
    assert sorted(drawn) == sorted(rows)


def test_the_agent_is_drawn_with_every_change_of_state_of_its_table() -> None:
    drawn = [
        (start, end, label)
        for start, end, labels in _drawn("Agent")
        for label in labels.split(", ")
        if start != "[*]"
    ]
    rows = [
        (state, after, diagrams.AGENT_EVENTS[event])
        for (state, event), candidates in AGENT.items()
        for after in candidates
        if after != state
    ]
    assert sorted(drawn) == sorted(rows)


def test_the_ticket_is_drawn_with_every_move_that_it_may_make() -> None:
    arrows = {(start, end) for start, end, _ in _drawn("Ticket")}
    allowed = {(state.value, after.value) for state, afters in TRANSITIONS.items() for after in afters}
    assert arrows == allowed | {("[*]", "open")}


def test_a_move_that_the_page_does_not_show_is_noticed() -> None:
    class Lamp(Enum):
        OFF = "off"
        ON = "on"

    dark = {Lamp.OFF: frozenset({Lamp.ON}), Lamp.ON: frozenset()}
    assert diagrams.moves(dark).splitlines()[1:] == ["    [*] --> off", "    off --> on", "    on --> [*]"]
    blinking = {Lamp.OFF: frozenset({Lamp.ON}), Lamp.ON: frozenset({Lamp.OFF})}
    assert diagrams.moves(blinking) != diagrams.moves(dark)


def test_an_event_without_a_name_is_not_drawn_without_one() -> None:
    table: Table = {(TransactionState.CALLING, TransactionTrigger.ACK): (TransactionState.TERMINATED, ())}
    with pytest.raises(KeyError):
        diagrams.transitions(table, TransactionState.CALLING, diagrams.CLIENT_EVENTS, {})

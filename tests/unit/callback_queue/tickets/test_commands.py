"""What people do with tickets: checked, on disk, and then in the database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import URL

from tests.unit.callback_queue.commands import ID, LATER, OPENED, Commands, play
from tests.unit.callback_queue.records import NOW


def test_a_ticket_is_given_to_an_agent_solved_and_its_callback_is_not_made(
    tmp_path: Path, database_url: URL
) -> None:
    async def scene(rig: Commands) -> None:
        answer = await rig.ticket(changes={"owner": "1001"}, note="mine")
        assert answer == {"ticket": "100001", "changes": {"owner": "1001", "state": "assigned"}}
        assert "error" not in await rig.ticket(changes={"state": "solved"})
        known, due = await rig.tickets.get("100001"), await rig.callbacks.get(ID)
        assert known is not None
        assert due is not None
        assert (known.state, known.owner, known.resolved_at) == ("solved", "1001", LATER)
        assert (due.state, due.end, due.ended_by) == ("closed", "cancelled", "agent:1001")

    play(database_url, tmp_path, scene, OPENED)


def test_a_new_severity_sets_the_clocks_anew(tmp_path: Path, database_url: URL) -> None:
    async def scene(rig: Commands) -> None:
        await rig.ticket(changes={"severity": 1})
        known = await rig.tickets.get("100001")
        assert known is not None
        # One hour and eight of them, from the opening on.
        assert (known.respond_by, known.resolve_by) == (NOW + 3600, NOW + 28800)

    play(database_url, tmp_path, scene, OPENED)


def test_the_clock_of_the_solution_stands_still_while_the_customer_is_waited_for(
    tmp_path: Path, database_url: URL
) -> None:
    async def scene(rig: Commands) -> None:
        await rig.ticket(changes={"state": "waiting"})
        rig.now = LATER + 5000
        answer = await rig.ticket(changes={"state": "assigned", "owner": "1001"})
        assert answer["changes"]["resolve_by"] == OPENED.resolve_by + 5000
        known = await rig.tickets.get("100001")
        assert known is not None
        assert (known.resolve_by, known.waiting_since, known.responded_at) == (
            OPENED.resolve_by + 5000,
            0,
            LATER,
        )

    play(database_url, tmp_path, scene, OPENED)


@pytest.mark.parametrize(
    ("question", "error"),
    [
        ({"ticket": "999999", "changes": {"severity": 1}}, "there is no ticket 999999"),
        ({"changes": {"severity": 9}}, "severity: expected a whole number 1..4"),
        ({"changes": {"severity": 1, "state": "joined"}}, "state: expected one of open, assigned"),
        ({"changes": {"colour": "red"}}, "colour: not a field that can be changed"),
        ({}, "no changes and no note"),
        ({"changes": "state=open"}, "changes are a table"),
        ({"by": " ", "note": "x"}, "`by` is missing"),
        ({"ticket": 100001, "note": "x"}, "`ticket` is missing"),
    ],
)
def test_what_can_not_be_is_refused_whole(
    tmp_path: Path, database_url: URL, question: dict[str, Any], error: str
) -> None:
    async def scene(rig: Commands) -> None:
        assert error in (await rig.ticket(**question))["error"]
        known = await rig.tickets.get("100001")
        assert known is not None
        assert (known.severity, known.changed_at) == (3, NOW)

    play(database_url, tmp_path, scene, OPENED)


def test_a_database_that_is_away_is_said(tmp_path: Path, database_url: URL) -> None:
    async def scene(rig: Commands) -> None:
        async with rig.known.engine.begin() as connection:
            await connection.exec_driver_sql("DROP TABLE ticket_history")
            await connection.exec_driver_sql("DROP TABLE tickets")
        assert "is unavailable" in (await rig.ticket(note="x"))["error"]

    play(database_url, tmp_path, scene, OPENED)

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


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"owner": "9999"}, "owner"), ({"queue": "nope"}, "queue"), ({"category": "nope"}, "category")],
)
def test_what_does_not_exist_is_refused_by_its_name(
    tmp_path: Path, database_url: URL, changes: dict[str, Any], field: str
) -> None:
    async def scene(rig: Commands) -> None:
        answer = await rig.ticket(changes={"severity": 1, **changes})
        assert list(answer["refused"]) == [field]
        assert "there is no" in answer["refused"][field]
        known = await rig.tickets.get("100001")
        assert known is not None
        assert known.severity == 3, "all of it, or nothing"

    play(database_url, tmp_path, scene, OPENED)


def test_a_ticket_takes_its_callback_along_to_another_queue_and_to_an_owner_who_serves_one(
    tmp_path: Path, database_url: URL
) -> None:
    async def queues(rig: Commands) -> tuple[str, str]:
        known, due = await rig.tickets.get("100001"), await rig.callbacks.get(ID)
        assert known is not None
        assert due is not None
        return known.queue, due.queue

    async def scene(rig: Commands) -> None:
        await rig.ticket(changes={"queue": "sales"})
        assert await queues(rig) == ("sales", "sales")
        await rig.ticket(changes={"owner": "1001"})
        assert await queues(rig) == ("support", "support")
        await rig.ticket(changes={"owner": "1002"})
        assert await queues(rig) == ("support", "support")

    play(database_url, tmp_path, scene, OPENED)


def test_a_ticket_opened_again_has_its_callback_again(tmp_path: Path, database_url: URL) -> None:
    async def scene(rig: Commands) -> None:
        await rig.ticket(changes={"state": "solved"})
        assert await rig.callbacks.due(LATER + 10) == []
        rig.now = LATER + 100
        await rig.ticket(changes={"state": "open"})
        (due,) = await rig.callbacks.due(LATER + 200)
        assert (due.callback, due.end, due.dialled) == (ID, "", 0)

    play(database_url, tmp_path, scene, OPENED)


def test_a_callback_that_somebody_cancelled_stays_so_until_one_is_asked_for(
    tmp_path: Path, database_url: URL
) -> None:
    async def scene(rig: Commands) -> None:
        waits = await rig.callback(action="request", ticket="100001")
        assert waits["error"] == f"callback {ID} waits already"
        await rig.callback(action="cancel")
        await rig.ticket(changes={"state": "solved"})
        over = await rig.callback(action="request", ticket="100001")
        assert over["error"] == "the ticket is solved: open it first"
        await rig.ticket(changes={"state": "open"})
        assert await rig.callbacks.due(LATER + 10) == []
        wrong = await rig.callback(action="request", ticket="100001", number="anna")
        assert list(wrong["refused"]) == ["number"]
        asked = await rig.callback(action="request", ticket="100001")
        assert asked["callback"] == "100001.2"
        (due,) = await rig.callbacks.due(LATER + 10)
        assert (due.callback, due.number, due.queue) == ("100001.2", OPENED.callback_number, OPENED.queue)

    play(database_url, tmp_path, scene, OPENED)


def test_a_severity_changed_after_a_pause_counts_the_pause(tmp_path: Path, database_url: URL) -> None:
    async def scene(rig: Commands) -> None:
        for wait in (1100, 700):
            await rig.ticket(changes={"state": "waiting"})
            rig.now += wait
            await rig.ticket(changes={"state": "open"})
            rig.now += 60
        await rig.ticket(changes={"state": "solved"})
        rig.now += 500
        await rig.ticket(changes={"state": "open"})
        await rig.ticket(changes={"severity": 1})
        known = await rig.tickets.get("100001")
        assert known is not None
        assert known.resolve_by == NOW + 28800 + 1100 + 700 + 500
        await rig.ticket(changes={"tier": "super_vip"})
        known = await rig.tickets.get("100001")
        assert known is not None
        assert known.resolve_by == NOW + 7200 + 1100 + 700 + 500

    play(database_url, tmp_path, scene, OPENED)

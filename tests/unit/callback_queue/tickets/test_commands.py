"""What people do with tickets and callbacks: checked, on disk, and then in the database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import URL

from callback_queue.tickets.commands import TicketCommands
from callback_queue.tickets.events import TicketOpened
from callback_queue.tickets.sla import SlaRules
from journal.journal import Journal
from tests.unit.callback_queue.records import NOW, SWITCH, Records, records, requested, rules, ticket

ID = "100001.1"
LATER = NOW + 600


class Rig:
    """Commands over a real database; what they tell is taken in at once, as the recorder would."""

    def __init__(self, known: Records, journal: Journal, sla: SlaRules) -> None:
        self.known = known
        self.tickets, self.callbacks = known.tickets, known.callbacks
        self._journal = journal
        self._commands = TicketCommands(
            journal, known.tickets, known.callbacks, lambda: sla, clock=lambda: self.now
        )
        self.now = LATER

    async def ticket(self, **question: Any) -> dict[str, Any]:
        return await self._recorded(
            self._commands.ticket({"ticket": "100001", "by": "agent:1001", **question})
        )

    async def callback(self, **question: Any) -> dict[str, Any]:
        return await self._recorded(self._commands.callback({"callback": ID, "by": "agent:1001", **question}))

    async def _recorded(self, work: Awaitable[dict[str, Any]]) -> dict[str, Any]:
        before = len(self._journal.recent)
        answer = await work
        await self.known.tell(*list(self._journal.recent)[before:])
        return answer


def play(url: URL, folder: Path, scene: Callable[[Rig], Awaitable[None]], opened: TicketOpened) -> None:
    async def run() -> None:
        journal = Journal(folder / "journal")
        async with records(url) as known:
            await known.tell(opened, requested("100001"))
            await scene(Rig(known, journal, rules().sla))
        journal.close()

    asyncio.run(run())


OPENED = ticket("100001", severity=3, respond_by=NOW + 28800, resolve_by=NOW + 144000)


def test_a_ticket_is_given_to_an_agent_solved_and_its_callback_is_not_made(
    tmp_path: Path, database_url: URL
) -> None:
    async def scene(rig: Rig) -> None:
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
    async def scene(rig: Rig) -> None:
        await rig.ticket(changes={"severity": 1})
        known = await rig.tickets.get("100001")
        assert known is not None
        # One hour and eight of them, from the opening on.
        assert (known.respond_by, known.resolve_by) == (NOW + 3600, NOW + 28800)

    play(database_url, tmp_path, scene, OPENED)


def test_the_clock_of_the_solution_stands_still_while_the_customer_is_waited_for(
    tmp_path: Path, database_url: URL
) -> None:
    async def scene(rig: Rig) -> None:
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
    async def scene(rig: Rig) -> None:
        assert error in (await rig.ticket(**question))["error"]
        known = await rig.tickets.get("100001")
        assert known is not None
        assert (known.severity, known.changed_at) == (3, NOW)

    play(database_url, tmp_path, scene, OPENED)


def test_callbacks_are_moved_made_due_and_cancelled_at_once(tmp_path: Path, database_url: URL) -> None:
    async def scene(rig: Rig) -> None:
        at = LATER + 7200
        assert await rig.callback(action="reschedule", at=at) == {
            "callback": ID,
            "action": "reschedule",
            "at": at,
        }
        assert await rig.callbacks.due(at - 1) == []
        assert "error" not in await rig.callback(action="now")
        assert len(await rig.callbacks.due(LATER)) == 1
        assert "error" not in await rig.callback(action="cancel")
        due = await rig.callbacks.get(ID)
        assert due is not None
        assert (due.state, due.end, due.ended_by) == ("closed", "cancelled", "agent:1001")
        assert (await rig.callback(action="now"))["error"] == "the callback is over: cancelled"

    play(database_url, tmp_path, scene, OPENED)


def test_a_callback_that_is_under_way_is_left_alone(tmp_path: Path, database_url: URL) -> None:
    async def scene(rig: Rig) -> None:
        assert await rig.known.leases.take(ID, SWITCH, LATER, 60)
        assert "rung" in (await rig.callback(action="now"))["error"]
        assert await rig.known.leases.begin_dialling(ID, 1, SWITCH, LATER, 60)
        for action in ("now", "cancel"):
            assert "being called" in (await rig.callback(action=action))["error"]

    play(database_url, tmp_path, scene, OPENED)


@pytest.mark.parametrize(
    ("question", "error"),
    [
        ({"callback": "7.1", "action": "now"}, "there is no callback 7.1"),
        ({"action": "explode"}, "the action is one of now, cancel, reschedule"),
        ({"action": "reschedule"}, "`at` is a time to come"),
        ({"action": "reschedule", "at": NOW}, "`at` is a time to come"),
        ({"action": "reschedule", "at": float("nan")}, "`at` is a time to come"),
        ({"action": "reschedule", "at": NOW * 2}, "`at` is a time to come"),
    ],
)
def test_wrong_questions_about_callbacks_are_refused(
    tmp_path: Path, database_url: URL, question: dict[str, Any], error: str
) -> None:
    async def scene(rig: Rig) -> None:
        assert error in (await rig.callback(**question))["error"]

    play(database_url, tmp_path, scene, OPENED)


def test_a_database_that_is_away_is_said(tmp_path: Path, database_url: URL) -> None:
    async def scene(rig: Rig) -> None:
        async with rig.known.engine.begin() as connection:
            await connection.exec_driver_sql("DROP TABLE ticket_history")
            await connection.exec_driver_sql("DROP TABLE tickets")
        assert "is unavailable" in (await rig.ticket(note="x"))["error"]

    play(database_url, tmp_path, scene, OPENED)

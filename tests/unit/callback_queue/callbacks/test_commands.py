"""What people do with callbacks: in the database at once, and on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import URL

from tests.unit.callback_queue.commands import ID, LATER, OPENED, Commands, play
from tests.unit.callback_queue.records import NOW, SWITCH


def test_callbacks_are_moved_made_due_and_cancelled_at_once(tmp_path: Path, database_url: URL) -> None:
    async def scene(rig: Commands) -> None:
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
    async def scene(rig: Commands) -> None:
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
    async def scene(rig: Commands) -> None:
        assert error in (await rig.callback(**question))["error"]

    play(database_url, tmp_path, scene, OPENED)

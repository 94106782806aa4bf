"""The switch is killed at every step of a callback.

Nobody's phone is dialled twice for one attempt, nor twice at a time, nor after they were reached; and
everybody is reached in the end. On SQLite and on PostgreSQL.
"""

from __future__ import annotations

import math
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import URL

from tests.support.callbacks import CallbackCentre
from tests.support.long import LONG, ON_POSTGRESQL_TOO_WHEN_LONG
from tests.support.office import Office, overlapping
from tests.support.ports import wait_for
from tests.support.softphone import HOTLINE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

POINTS = (
    "leased",
    "lease_durable",
    "agent_ringing",
    "agent_answered",
    "summary",
    "key",
    "dialled_durable",
    "invite_sent",
    "customer_ringing",
    "customer_answered",
    "bridged",
    "hung_up",
    "before_attempt_ended",
    "attempt_ended_durable",
)


@pytest.fixture
def office() -> Iterator[Office]:
    phones = Office()
    yield phones
    phones.close()


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


@ON_POSTGRESQL_TOO_WHEN_LONG
def test_killed_at_every_step_a_customer_is_reached_once_and_never_dialled_twice(
    office: Office, tmp_path: Path, database_url: URL
) -> None:
    """One callback after the other lives through the crashes, until all points (every third) were passed."""
    centre = CallbackCentre(
        tmp_path / "centre",
        office,
        callbacks={"attempts": 100, "crashes": 100},
        settings={"database": _text(database_url)},
        environment={"HOTLINE_FAULT": POINTS[0]},
    )
    story = _Story(centre)
    # One that outlives the server, so that nobody waits for the next one to start each time.
    recorder = subprocess.Popen([HOTLINE, "recorder", "--site", centre.site], stderr=subprocess.DEVNULL)
    centre.agent()
    asked = [centre.ask("0955502000", waiting=60)]
    points = POINTS if LONG else POINTS[::3]
    for number, point in enumerate(points):
        if number:
            centre.start_again({"HOTLINE_FAULT": point})
            wait_for(lambda n=number: _starts(centre) > n, "the start to be recorded", 20, every=0.1)
        if not any(due.callback == asked[-1] for due in centre.open_callbacks()):
            asked.append(centre.ask(f"095550200{len(asked)}", waiting=60))
        try:
            assert centre.switch.wait_dead(30) == -signal.SIGKILL, point
        except subprocess.TimeoutExpired:
            raise AssertionError(f"never came to {point}\n{centre.switch.log()}") from None
        office.cut()
        story.check()
    centre.start_again()
    for callback in asked:
        centre.wait_closed(callback)
    story.check()
    reached = [e for e in centre.events("CallbackAttemptEnded") if e.body["outcome"] == "reached"]
    assert Counter(e.body["callback"] for e in reached) == dict.fromkeys(asked, 1)
    recorder.terminate()
    assert recorder.wait(15) == 0
    centre.close()


def _starts(centre: CallbackCentre) -> int:
    return len(centre.events("SwitchStarted"))


class _Story:
    """What the journal has told so far; it forgets what is in the database."""

    def __init__(self, centre: CallbackCentre) -> None:
        self._centre = centre
        self._told: dict[int, dict[str, Any]] = {}

    def check(self) -> None:
        """What must hold at any time; seen from the disk alone, for the database may be behind."""
        self._told |= {event["seq"]: event for event in self._centre.switch.journal()}
        calls: dict[str, tuple[str, int]] = {}
        dialled: set[str] = set()
        call_of: dict[str, str] = {}
        reached: dict[str, float] = {}
        for event in self._told.values():
            match event["event"]:
                case "CallbackStarted":
                    calls[event["call"]] = event["callback"], event["attempt"]
                case "CallbackDialled":
                    dialled.add(event["call"])
                case "LegDialled":
                    call_of[event["sip_call_id"]] = event["call"]
                case "CallbackAttemptEnded" if event["outcome"] == "reached":
                    reached[event["callback"]] = event["at"]
        rings = self._centre.customers.rings
        assert all(call_of.get(ring.call_id) in dialled for ring in rings), "dialled before it was on disk"
        each = Counter(calls[call_of[ring.call_id]] for ring in rings)
        assert all(count == 1 for count in each.values()), f"dialled twice for one attempt: {each}"
        assert not overlapping(rings)
        for ring in rings:
            callback, _ = calls[call_of[ring.call_id]]
            assert ring.at < reached.get(callback, math.inf), "dialled after they were reached"

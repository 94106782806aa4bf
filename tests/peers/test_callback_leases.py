"""Several switches on one database: each callback is dialled by exactly one of them.

On SQLite (switches on one machine) and on PostgreSQL.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from tests.support.callbacks import CallbackCentre
from tests.support.long import ON_POSTGRESQL_TOO_WHEN_LONG
from tests.support.office import Office
from tests.support.ports import wait_for
from tests.support.postgres import Postgres

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture
def office() -> Iterator[Office]:
    phones = Office()
    yield phones
    phones.close()


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


@ON_POSTGRESQL_TOO_WHEN_LONG
def test_of_two_switches_on_one_database_exactly_one_dials(
    office: Office, tmp_path: Path, database_url: URL
) -> None:
    customers = office.phone(("127.0.0.1", 9), talk=0.3)
    centres = [
        CallbackCentre(
            tmp_path / name,
            office,
            settings={"database": _text(database_url), "switch": name},
            customers=customers,
        )
        for name in ("left", "right")
    ]
    for centre in centres:
        for agent in ("1001", "1002"):
            centre.agent(agent)
    asked = [centres[0].ask(f"09555030{number:02}") for number in range(12)]
    for callback in asked:
        assert centres[0].wait_closed(callback, timeout=30).attempt == 1
    rings = Counter(ring.number for ring in customers.rings)
    assert rings == {f"09555030{number:02}": 1 for number in range(12)}
    holders = Counter(stored.switch for stored in centres[0].events("CallbackDialled"))
    assert sum(holders.values()) == 12
    for centre in centres:
        centre.close()


@ON_POSTGRESQL_TOO_WHEN_LONG
def test_a_switch_that_was_paused_too_long_does_not_dial_what_another_one_has_taken(
    office: Office, tmp_path: Path, database_url: URL
) -> None:
    customers = office.phone(("127.0.0.1", 9), talk=0.3)
    settings = {"database": _text(database_url)}
    lease = {"lease_seconds": 10}
    slow = CallbackCentre(
        tmp_path / "slow",
        office,
        callbacks=lease,
        settings={**settings, "switch": "slow"},
        customers=customers,
    )
    quick = CallbackCentre(
        tmp_path / "quick",
        office,
        callbacks=lease,
        settings={**settings, "switch": "quick"},
        customers=customers,
    )
    desk = slow.agent()
    callback = slow.ask("0955504000")
    wait_for(lambda: [ring for ring in desk.rings if ring.answered], "the agent to answer")
    os.kill(slow.switch.pid, signal.SIGSTOP)  # before the key, which waits in its socket then
    try:
        quick.agent()
        quick.wait_closed(callback, timeout=30)
    finally:
        os.kill(slow.switch.pid, signal.SIGCONT)
    slow.switch.check_idle()
    assert [ring.number for ring in customers.rings] == ["0955504000"]
    assert {stored.switch for stored in quick.events("CallbackDialled")} == {"quick"}
    for centre in (slow, quick):
        centre.close()


def test_while_the_database_is_away_nobody_is_dialled_and_afterwards_once(
    office: Office, tmp_path: Path, postgresql: Postgres
) -> None:
    url = postgresql.create()
    centre = CallbackCentre(
        tmp_path / "centre",
        office,
        callbacks={"lease_seconds": 10},
        settings={"database": _text(url), "agents": {"confirm_seconds": 30}},
    )
    desk = centre.agent(key_after=5)
    callback = centre.ask("0955504100")
    wait_for(lambda: [ring for ring in desk.rings if ring.answered], "the agent to answer")
    postgresql.stop()
    try:
        wait_for(lambda: desk.rings[0].over, "the agent's call to end", 20)
        assert not centre.customers.rings
    finally:
        postgresql.start()
    desk.key_after = 0.25
    centre.wait_closed(callback, timeout=40)
    assert [ring.number for ring in centre.customers.rings] == ["0955504100"]
    centre.switch.terminate()  # what was away is in the log, as it should be
    assert centre.switch.wait_dead(15) == 0
    postgresql.drop(url)

"""Phones that are registered when the server is killed can be called as soon as it is there again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import sipp
from tests.support.baresip import Baresip
from tests.support.ports import free_port, wait_for
from tests.support.sipp import Sipp
from tests.support.switch import Switch

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture
def switch(tmp_path: Path) -> Iterator[Switch]:
    running = Switch(tmp_path, records=True)
    running.wait_recorded()  # there are tables now
    yield running
    running.stop()


def kept(switch: Switch, count: int) -> None:
    """Wait until so many registrations are there, and in the database."""
    wait_for(lambda: switch.status()["registrations"] == count, "the registrations")
    database = switch.site / "hotline.db"
    wait_for(lambda: rows(database) == count, "the registrations to be written")


def rows(database: Path) -> int:
    with sqlite3.connect(database) as connection:
        return int(connection.execute("SELECT count(*) FROM registrations").fetchone()[0])


@pytest.mark.peer("sipp")
@pytest.mark.parametrize("gently", [False, True])
def test_a_phone_over_udp(switch: Switch, tmp_path: Path, gently: bool) -> None:
    port = free_port()
    keys = {"agent": "1001", "password": switch.passwords["1001"], "expires": "120"}
    sipp.run("register", tmp_path, remote=switch.sip, port=port, keys=keys).check(calls=1)
    phone = Sipp("answer", tmp_path, port=port)
    kept(switch, 1)
    if gently:
        switch.terminate()
        switch.wait_dead()
    else:
        switch.kill()
    switch.start()
    assert switch.status()["registrations"] == 1
    sipp.run("call", tmp_path, remote=switch.sip, service="1001").check(calls=1)
    phone.check(calls=1)
    (was,) = [e for e in switch.journal()[-40:] if e["event"] == "PhoneRegistered"][-1:]
    assert was["contact"] == f"sip:1001@{phone.host}:{port};transport=UDP"


@pytest.mark.peer("baresip")
@pytest.mark.peer("sipp")
def test_a_phone_over_tcp_is_reached_where_it_listens(switch: Switch, tmp_path: Path) -> None:
    phone = Baresip(
        tmp_path / "phone", "1002", switch.passwords["1002"], switch.sip, transport="tcp", answers="auto"
    )
    try:
        phone.await_registered()
        kept(switch, 1)
        switch.kill()
        switch.start()
        assert switch.status()["registrations"] == 1
        sipp.run("call", tmp_path, remote=switch.sip, service="1002").check(calls=1)
        phone.await_event("CALL_ESTABLISHED")
    finally:
        phone.stop()

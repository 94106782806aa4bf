"""What the switch looks at for alarms: trunks that take up no call, recognisers that keep dying."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import load_site
from hotline.server.alarms import RestartWatch, TrunkWatch
from telephony.call.events import LegDialled, LegEnded, LegRinging
from tests.unit.config.site_files import write_site

TRUNKS = """country: DE
trunks:
  - {name: carrier, host: "sip.example.org:5070"}
  - {name: six, host: "[2001:db8::5]:5060"}
"""


@pytest.fixture
def watch(tmp_path: Path) -> TrunkWatch:
    return TrunkWatch(load_site(write_site(tmp_path / "s", TRUNKS), {}))


def ended(
    watch: TrunkWatch, target: str, status: int | None = None, by: str = "remote", *, rang: bool = False
) -> None:
    watch.heard(LegDialled(1.0, call="c", leg="l", target=target, sip_call_id="x"))
    if rang:
        watch.heard(LegRinging(1.0, call="c", leg="l", status=180))
    watch.heard(LegEnded(2.0, call="c", leg="l", by=by, status=status, reason="", quality={}))


def failed(watch: TrunkWatch) -> dict[str, float]:
    return {reading.subject: reading.value for reading in watch.readings()}


@pytest.mark.parametrize(
    ("target", "trunk"),
    [
        ("sip:+4930123456@sip.example.org:5070", "carrier"),
        ("sip:+4930123456@SIP.Example.org;user=phone", "carrier"),
        ("sip:+4930123456@[2001:db8::5]:5060", "six"),
    ],
)
@pytest.mark.parametrize(("status", "by"), [(503, "remote"), (408, "network"), (None, "network")])
def test_calls_in_a_row_that_a_trunk_did_not_take_up(
    watch: TrunkWatch, target: str, trunk: str, status: int | None, by: str
) -> None:
    for _ in range(3):
        ended(watch, target, status, by)
    assert failed(watch) == {trunk: 3}


@pytest.mark.parametrize(("status", "rang"), [(486, False), (404, False), (503, True)])
def test_a_trunk_that_answers_anything_else_is_there(watch: TrunkWatch, status: int, rang: bool) -> None:
    ended(watch, "sip:1@sip.example.org", 503)
    ended(watch, "sip:1@sip.example.org", status, rang=rang)
    assert failed(watch) == {}


@pytest.mark.parametrize("target", ["agent:1001", "sip:1001@192.0.2.7:5060", "nothing at all"])
def test_who_is_no_trunk_is_not_watched(watch: TrunkWatch, target: str) -> None:
    ended(watch, target, 503)
    assert failed(watch) == {}


def test_restarts_count_within_the_window_and_those_before_the_first_look_do_not() -> None:
    watch = RestartWatch(window=600.0)
    assert watch.receive({"en": 7}, 0.0) == []
    assert [found.value for found in watch.receive({"en": 9}, 10.0)] == [2]
    assert [found.value for found in watch.receive({"en": 10}, 500.0)] == [3]
    assert [found.value for found in watch.receive({"en": 10}, 610.0)] == [1]
    assert watch.receive({"en": 10}, 1100.0) == []

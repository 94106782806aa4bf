"""What may not be dialled never reaches the trunk: a real phone, a real switch, SIPp as the carrier."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.ports import HOST, free_port
from tests.support.sipp import Sipp
from tests.support.softphone import Softphone
from tests.support.switch import Switch

pytestmark = pytest.mark.peer("sipp")

REFUSED = {
    "+19005551234": "Premium rate numbers are not allowed",
    "0019005551234": "Premium rate numbers are not allowed",
    "16812345": "Premium rate numbers are not allowed",
    "12306": "Short numbers are not allowed",
    "+881612345678": "Calls to this country are not allowed",
    "1009": "No such telephone number",
}


@pytest.fixture
def carrier() -> int:
    return free_port()


@pytest.fixture
def switch(tmp_path: Path, carrier: int) -> Iterator[Switch]:
    trunk = {"name": "carrier", "host": f"{HOST}:{carrier}", "from_number": "+862161234567"}
    running = Switch(tmp_path / "site", {"country": "CN", "trunks": [trunk]})
    yield running
    running.stop()


def test_a_refused_number_never_reaches_the_trunk(tmp_path: Path, switch: Switch, carrier: int) -> None:
    trunk = Sipp("refuse", tmp_path, port=carrier, calls=2, timeout=90)
    password = switch.passwords["1001"]
    for number, why in REFUSED.items():
        phone = Softphone(switch.sip, "1001", password, call=number)
        assert phone.wait() == 1, phone.story()
        assert phone.fact("failed")["why"] == why
    for number in ("13800138000", "110"):
        phone = Softphone(switch.sip, "1001", password, call=number)
        assert phone.wait() == 1, phone.story()
        assert phone.fact("failed")["why"] == "Busy Here"
    invites = trunk.check(calls=2).received(method="INVITE")
    assert [invite.start.split()[1].split("@")[0] for invite in invites] == ["sip:13800138000", "sip:110"]
    told = [event["number"] for event in switch.journal() if event["event"] == "OutsideCallRefused"]
    assert told == list(REFUSED)
    with urllib.request.urlopen(f"http://{HOST}:{switch.http[1]}/metrics") as answer:
        text = answer.read().decode()
    assert 'hotline_outside_calls_refused_total{reason="premium_rate",way="phone"} 3.0' in text
    assert "9005551234" not in switch.log()

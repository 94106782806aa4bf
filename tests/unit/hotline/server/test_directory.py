"""Whom a site can reach: what a call to the outside takes along."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from config import load_site
from hotline.server.directory import Directory
from hotline.server.outside_calls import Asker, OutsideCalls
from journal.journal import Journal
from telephony.call.errors import NotPermitted
from telephony.call.switchboard import Target
from tests.unit.config.site_files import write_site


def outside(folder: Path, trunk: str) -> Target:
    """The target of a call to 0301234 through a trunk."""
    (target,) = directory(folder, f"country: DE\ntrunks: [{trunk}]\n").targets(
        "0301234", Asker("phone", "1001")
    )
    return target


def directory(folder: Path, settings: str) -> Directory:
    site = load_site(write_site(folder, settings), {})
    outside = OutsideCalls(site, Journal(None), time.time)
    return Directory(site, lambda agent: (), lambda agent: False, outside)


def test_a_trunk_gives_its_calls_the_number_to_show_and_the_password(tmp_path: Path) -> None:
    trunk = "{name: carrier, host: 'sip.example.org:5080', from_number: 4900, "
    trunk += "username: us, password: open-sesame}"
    target = outside(tmp_path / "s", trunk)
    assert (str(target.uri), target.label) == ("sip:0301234@sip.example.org:5080", "trunk:carrier")
    assert target.shown == "4900"
    assert target.credentials is not None
    assert (target.credentials.username, target.credentials.password) == ("us", "open-sesame")
    assert "open-sesame" not in repr(target)


def test_a_trunk_without_password_gives_none(tmp_path: Path) -> None:
    assert outside(tmp_path / "s", "{name: carrier, host: sip.example.org}").credentials is None


AT_A_TRUNK = """\
country: DE
trunks:
  - {name: carrier, host: sip.example.org, addresses: [192.0.2.0/28]}
"""


@pytest.mark.parametrize(
    "address",
    [
        "sip:+19005551234@sip.example.org",
        "sip:+19005551234@SIP.EXAMPLE.ORG:5080",
        "sip:09001234567@192.0.2.4",
        "sip:+1-900-555-1234@elsewhere.example;user=phone",
        "sip:110@sip.example.org",
        "sips:+19005551234@sip.example.org",
        "tel:+19005551234",
    ],
)
def test_an_address_at_a_trunk_is_a_number_outside(tmp_path: Path, address: str) -> None:
    with pytest.raises(NotPermitted):
        directory(tmp_path / "s", AT_A_TRUNK).targets(address, Asker("flow"))


@pytest.mark.parametrize(
    "address",
    ["sip:anna@sip.example.org", "sip:+4930123456@sip.example.org", "sip:09001234567@elsewhere.example"],
)
def test_a_name_a_number_that_may_be_dialled_and_another_host_are_reached(
    tmp_path: Path, address: str
) -> None:
    (target,) = directory(tmp_path / "s", AT_A_TRUNK).targets(address, Asker("flow"))
    assert str(target.uri) == address

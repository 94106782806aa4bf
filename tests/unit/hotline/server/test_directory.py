"""Whom a site can reach: what a call to the outside takes along."""

from __future__ import annotations

from pathlib import Path

from config import load_site
from hotline.server.directory import Directory
from telephony.call.switchboard import Target
from tests.unit.config.site_files import write_site


def outside(folder: Path, trunk: str) -> Target:
    """The target of a call to 0301234 through a trunk."""
    site = load_site(write_site(folder, f"trunks: [{trunk}]\n"), {})
    (target,) = Directory(site, lambda agent: (), lambda agent: False).targets("0301234")
    return target


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

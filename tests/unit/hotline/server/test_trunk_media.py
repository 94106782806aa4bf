"""What a trunk's settings say of its media reaches the calls that come from it and go to it."""

from __future__ import annotations

from ipaddress import ip_network

from config import Trunk
from hotline.server.directory import media_of
from telephony.media.interface import KeysAs, PeerMedia


def test_a_trunk_without_such_settings_is_as_any_peer() -> None:
    assert media_of(Trunk.model_validate({"name": "carrier", "host": "sip.example.org"})) == PeerMedia()


def test_all_that_is_set_is_known() -> None:
    settings = {
        "name": "carrier",
        "host": "sip.example.org",
        "media_addresses": ["198.51.100.0/28", "2001:db8::7"],
        "media_before_ack": True,
        "dtmf": "inband",
    }
    assert media_of(Trunk.model_validate(settings)) == PeerMedia(
        networks=(ip_network("198.51.100.0/28"), ip_network("2001:db8::7/128")),
        keys=KeysAs.INBAND,
        proved=True,
    )

"""Whether a host that a peer names can be where the peer is."""

from __future__ import annotations

import pytest

from telephony.sip.reach import is_out_of_reach, same_host


@pytest.mark.parametrize(
    ("host", "source", "out"),
    [
        ("10.0.0.5", "198.51.100.7", True),
        ("172.31.0.5", "198.51.100.7", True),
        ("192.168.1.5", "10.0.0.7", True),
        ("100.64.3.4", "198.51.100.7", True),
        ("127.0.0.1", "198.51.100.7", True),
        ("0.0.0.0", "198.51.100.7", True),
        ("::1", "2001:db8::7", True),
        ("fd00::5", "2001:db8::7", True),
        ("10.0.0.5", "2001:db8::7", True),
        ("localhost", "198.51.100.7", True),
        ("df7jal23ls0d.invalid", "198.51.100.7", True),
        ("198.51.100.8", "198.51.100.7", False),
        ("198.51.100.8", "10.0.0.7", False),
        ("10.0.0.5", "10.200.0.7", False),
        ("127.0.0.2", "127.0.0.1", False),
        ("phone.example", "198.51.100.7", False),
        ("2001:DB8::7", "2001:db8::7", False),
    ],
)
def test_an_address_of_another_private_network_is_out_of_reach(host: str, source: str, out: bool) -> None:
    assert is_out_of_reach(host, source) is out


def test_hosts_are_the_same_in_any_spelling() -> None:
    assert same_host("2001:DB8:0::1", "2001:db8::1")
    assert same_host("Phone.Example", "phone.example")
    assert not same_host("192.0.2.1", "192.0.2.2")

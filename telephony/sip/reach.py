"""Whether a host that a peer names can be where the peer is, seen from here.

A phone behind a NAT writes its private address into Via and Contact. Pure; names are not looked up.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# Addresses that mean something inside one network only (RFC 1918, 6598, 3927, 4193, 4291, 6890).
_LOCAL = tuple(
    map(
        ip_network,
        (
            *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"),
            *("127.0.0.0/8", "0.0.0.0/8", "fc00::/7", "fe80::/10", "::1/128", "::/128"),
        ),
    )
)


# No address is longer, with the name of an interface; longer names are not remembered.
_LONGEST = 64


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """What a host means as an address; None for a name."""
    return _read(host) if len(host) <= _LONGEST else None


@lru_cache(maxsize=4096)
def _read(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def same_host(one: str, other: str) -> bool:
    """Whether two hosts are the same address (in any spelling) or the same name."""
    if one == other:
        return True
    address, another = _address(one), _address(other)
    if address is None or another is None:
        return one.lower() == other.lower()
    return address == another


def spelt(host: str) -> str:
    """A host as it is compared: an address as RFC 5952 spells it, any other text as it is."""
    address = _address(host)
    return host if address is None else str(address)


def is_address(host: str) -> bool:
    """Whether a host is an address and no name."""
    return _address(host) is not None


def is_out_of_reach(host: str, source: str) -> bool:
    """Whether a host that a peer names can't be reached, but by the way that the peer's messages came.

    So are addresses of a private network (or none at all) where the peer's messages come from another one,
    and names that nobody has (RFC 6761).

    Args:
        host: of the peer's Contact or Route.
        source: the address that the peer's messages come from.
    """
    if same_host(host, source):
        return False
    address, there = _address(host), _address(source)
    if address is None or there is None:
        name = host.lower().rstrip(".")
        return name == "localhost" or name.endswith(".invalid")
    network = next((each for each in _LOCAL if address in each), None)
    return network is not None and there not in network

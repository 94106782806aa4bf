"""How many connections strangers may have: never so many that calls lack files.

Sums over connections of one kind; closing them, and the clock, are left to those who have them.
"""

from __future__ import annotations

import logging
import resource
from collections import Counter
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

log = logging.getLogger(__name__)

# Of all files that the process may open, strangers' connections of one kind get this part; the rest is kept
# for sound, files, the control socket and connections of our own.
_SHARE = 4
_LEAST = 8
# A limit that bites again and again is told once in so many seconds.
QUIET_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """Limits of connections that peers open.

    Args:
        in_all: at most so many; see `within_files`.
        per_host: at most so many from one address (IPv6: from one /64).
        first_message: seconds in which a message must be whole, the first one after connecting included.
        idle: seconds after which a connection that nobody has a use for is closed.
    """

    in_all: int = 4096
    per_host: int = 100
    first_message: float = 10.0
    idle: float = 600.0


def within_files(wanted: int, files: int | None = None) -> int:
    """So many of the connections wanted that three quarters of the process's files are kept for calls.

    Args:
        wanted: the most there should be.
        files: the process's limit of open files, None to ask the system.
    """
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0] if files is None else files
    if most == resource.RLIM_INFINITY:
        return wanted
    return max(_LEAST, min(wanted, most // _SHARE))


def network_of(host: str) -> str:
    """What addresses are counted by where somebody has many: an IPv4 address, or the /64 of an IPv6 one."""
    address = ip_address(host.partition("%")[0])
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return f"{IPv6Address(int(address) >> 64 << 64)}/64"


class ConnectionCount:
    """Counts connections by host, and tells when a limit bites.

    Args:
        limits: the limits.
        what: what is connected, for the log, such as "SIP over TCP".
    """

    def __init__(self, limits: ConnectionLimits, what: str) -> None:
        self.limits = limits
        self._what = what
        self._hosts: Counter[str] = Counter()
        self._told: dict[str, tuple[float, int]] = {}
        self.turned_away: Counter[str] = Counter()
        """Connections closed since the start, by limit."""

    def __len__(self) -> int:
        return self._hosts.total()

    @property
    def is_full(self) -> bool:
        """Whether there are as many connections as there may be."""
        return len(self) >= self.limits.in_all

    def is_crowd(self, host: str) -> bool:
        """Whether there are as many connections from one address as there may be."""
        return self._hosts[network_of(host)] >= self.limits.per_host

    def enter(self, host: str) -> None:
        """Count a connection."""
        self._hosts[network_of(host)] += 1

    def leave(self, host: str) -> None:
        """A connection that was counted is gone."""
        key = network_of(host)
        self._hosts[key] -= 1
        if self._hosts[key] <= 0:
            del self._hosts[key]

    def bites(self, limit: str, host: str, now: float) -> None:
        """Note that a limit closed a connection; the log has one line in `QUIET_SECONDS` for each limit."""
        self.turned_away[limit] += 1
        last, untold = self._told.get(limit, (float("-inf"), 0))
        if now - last < QUIET_SECONDS:
            self._told[limit] = last, untold + 1
            return
        self._told[limit] = now, 0
        more = f", and {untold} more since the last line" if untold else ""
        log.warning("%s: connection closed, %s: address %s%s", self._what, limit, host, more)

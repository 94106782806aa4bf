"""Where a SIP message came from or goes to: the flow of RFC 5626.

A flow names one way to a peer (transport, our address, its address, and for streams the connection).
Opening sockets and choosing a flow for a URI is left to `telephony.net`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Address: TypeAlias = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Flow:
    """One way to one peer.

    Args:
        transport: "UDP" or "TCP", as spelt in a Via.
        local: our own host (no IPv6 brackets) and port.
        remote: the peer's host (no IPv6 brackets) and port.
        connection: number of the TCP connection, 0 for datagrams.
    """

    transport: str
    local: Address
    remote: Address
    connection: int = 0

    @property
    def reliable(self) -> bool:
        """True when the transport retransmits by itself (RFC 3261 17.1.1.2)."""
        return self.transport != "UDP"

"""The timers of RFC 3261 (table 4, page 265) with those that RFC 6026 and 4028 added.

Only the durations are here, in seconds; arming them is left to the transactions.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timers:
    """Durations in seconds.

    Args:
        t1: round-trip time estimate.
        t2: longest gap between retransmissions of a non-INVITE request or an INVITE response.
        t4: longest time a message stays in the network.
        session_expires: how long a session is to last without a refresh (RFC 4028), in whole seconds; 0 when
            we ask for no such limit.
    """

    t1: float = 0.5
    t2: float = 4.0
    t4: float = 5.0
    session_expires: int = 0

    @property
    def timeout(self) -> float:
        """64*T1: timers B (INVITE unanswered), F (other requests unanswered), H (no ACK), L and M.

        L and M (RFC 6026, the Accepted states) are never zero: copies of a 2xx come end to end, over
        whatever transports lie behind ours.
        """
        return 64 * self.t1

    def d(self, reliable: bool) -> float:
        """How long an INVITE client answers repeated non-2xx finals with ACK: at least 32 s."""
        return 0.0 if reliable else max(32.0, self.timeout)

    def i(self, reliable: bool) -> float:
        """How long an INVITE server absorbs repeated ACKs."""
        return 0.0 if reliable else self.t4

    def j(self, reliable: bool) -> float:
        """How long a non-INVITE server answers repeated requests."""
        return 0.0 if reliable else self.timeout

    def k(self, reliable: bool) -> float:
        """How long a non-INVITE client absorbs repeated finals."""
        return 0.0 if reliable else self.t4

"""Keys that the far end presses may come by RTP (RFC 4733), by SIP INFO, or by both: each press counts once.

Pure. Reading the packets is left to `telephony.rtp.dtmf`, reading SIP INFO to `telephony.call`.
"""

from __future__ import annotations

# The same key by both ways within this time was pressed once.
SAME_PRESS_SECONDS = 0.5


class KeyPresses:
    """Which presses of one far end count."""

    __slots__ = ("_by_rtp", "_signalled")

    def __init__(self) -> None:
        self._by_rtp = False
        self._signalled: tuple[str, float] | None = None

    def by_rtp(self, digit: str, now: float) -> bool:
        """A key came as a telephone event; True when it counts. From now on SIP INFO does not."""
        self._by_rtp = True
        signalled, self._signalled = self._signalled, None
        return signalled is None or signalled[0] != digit or now - signalled[1] >= SAME_PRESS_SECONDS

    def by_signalling(self, digit: str, now: float) -> bool:
        """A key came by SIP INFO; True when it counts: not from far ends that send events as well."""
        if self._by_rtp:
            return False
        self._signalled = (digit, now)
        return True

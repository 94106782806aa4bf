"""Two legs that hear each other: a relay each way. More than two are connected by `mixer`."""

from __future__ import annotations

from telephony.media.keys import KeyWay
from telephony.media.leg import Leg


class LegBridge:
    """`interface.Bridge`.

    Raises:
        MediaError: one of the legs is connected already, or closed.
    """

    __slots__ = ("_legs",)

    def __init__(self, a: Leg, b: Leg) -> None:
        self._legs = (a, b)
        a.connect(self)
        try:
            b.connect(self)
        except Exception:
            a.disconnect(self)
            raise
        a.relay_to(b)
        b.relay_to(a)

    def close(self) -> None:
        """Part the legs; a second time does nothing."""
        for leg in self._legs:
            leg.disconnect(self)

    def leave(self, leg: Leg) -> None:
        """One of the legs is closed: the other is alone."""
        self.close()

    def pass_key(self, leg: Leg, digit: str, way: KeyWay) -> None:
        """Pass a key on to the other."""
        one, other = self._legs
        (other if leg is one else one).take_key(digit, way, relayed=True)

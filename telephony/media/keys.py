"""Which presses of one far end count: a key may come as a telephone event (RFC 4733), by SIP INFO, as a tone
within the sound, or in several of these ways at once, and is pressed once.

Pure. Reading them is left to `telephony.rtp.dtmf`, `telephony.sip.info_keys` and `telephony.rtp.tone_keys`.
"""

from __future__ import annotations

from enum import Enum

# The same key in two ways within this time was pressed once: INFO may come only when the key is up again, and
# may have to be sent twice.
SAME_PRESS_SECONDS = 2.0


class KeyWay(Enum):
    """How a key came."""

    EVENT = "event"
    INFO = "info"
    TONE = "tone"


class KeyPresses:
    """The presses of one far end.

    Attributes:
        signalled: it has pressed a key by SIP INFO.
    """

    __slots__ = ("_held", "_recent", "signalled")

    def __init__(self) -> None:
        self._recent: list[tuple[str, float, set[KeyWay]]] = []
        self._held: str | None = None
        self.signalled = False

    def press(self, digit: str, way: KeyWay, now: float) -> bool:
        """A key came; True when it counts, because it is not one that came in another way just before.

        Args:
            digit: the key.
            way: how it came.
            now: seconds.
        """
        self.signalled = self.signalled or way is KeyWay.INFO
        self._recent = [press for press in self._recent if now - press[1] < SAME_PRESS_SECONDS]
        for known, _, ways in self._recent:
            if known == digit and way not in ways:
                ways.add(way)
                return False
        self._recent.append((digit, now, {way}))
        return True

    def hold(self, digit: str, held: bool, now: float) -> bool:
        """INFO tells that a key is down, still down, or up again; True when this is a press that counts."""
        known, self._held = self._held == digit, digit if held else None
        return not known and self.press(digit, KeyWay.INFO, now)

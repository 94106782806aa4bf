"""Conferences: three legs or more, each of which hears the sum of those it may hear, never itself.

Each member's packets go through its jitter buffer (`tap.FrameStream`), the room adds them up once a tick and
sends every member its own mix. Two legs are cheaper bridged (`bridge`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from telephony.media.interface import FRAME_SAMPLES, Frame, MediaError, MediaLeg, TapSide
from telephony.media.keys import KeyWay
from telephony.media.leg import Leg
from telephony.media.tap import SILENCE
from telephony.media.tick import Ticker


def mix(frames: NDArray[np.int32], hears: NDArray[np.int32]) -> NDArray[np.int16]:
    """Add up what each member hears, limited to the range of the samples.

    Args:
        frames: shape (members, samples), what each says.
        hears: shape (members, members), row i has 1 for each member that i hears and 0 for the others.

    Returns:
        Shape (members, samples).
    """
    return np.asarray(np.clip(hears @ frames, -32768, 32767), np.int16)


class _Member:
    """A leg in the room and the last 20 ms it said."""

    __slots__ = ("frame", "hears", "leg")

    def __init__(self, leg: Leg) -> None:
        self.leg = leg
        self.frame: Frame = SILENCE
        self.hears: frozenset[Leg] | None = None

    def receive(self, frame: Frame) -> None:
        self.frame = frame


class LegConference:
    """`interface.Conference`.

    Args:
        ticker: of the engine.
    """

    __slots__ = ("__weakref__", "_matrix", "_members", "_ticker")

    def __init__(self, ticker: Ticker) -> None:
        self._ticker = ticker
        self._members: dict[Leg, _Member] = {}
        self._matrix: NDArray[np.int32] = np.zeros((0, 0), np.int32)

    @property
    def members(self) -> Collection[MediaLeg]:
        """In the order they came."""
        return tuple(self._members)

    def add(self, leg: MediaLeg) -> None:
        """Let a leg in. Raises `MediaError` when it is connected already, or not one of this engine."""
        own = _own(leg)
        own.connect(self)
        member = _Member(own)
        self._members[own] = member
        own.listen(member.receive, TapSide.RECEIVED)
        self._rebuild()
        if len(self._members) == 1:
            self._ticker.add(self)

    def remove(self, leg: MediaLeg) -> None:
        """Let a leg go; unknown ones are ignored."""
        own = _own(leg)
        member = self._members.pop(own, None)
        if member is None:
            return
        own.unlisten(member.receive, TapSide.RECEIVED)
        own.disconnect(self)
        self._rebuild()
        if not self._members:
            self._ticker.remove(self)

    def leave(self, leg: Leg) -> None:
        """A member is closed."""
        self.remove(leg)

    def pass_key(self, leg: Leg, digit: str, way: KeyWay) -> None:
        """Pass a key on to all who hear its member."""
        pressed = self._members[leg]
        for member in list(self._members.values()):
            if _hears(member, pressed):
                member.leg.take_key(digit, way, relayed=False)

    def set_hears(self, member: MediaLeg, whom: Collection[MediaLeg] | None) -> None:
        """Restrict what a member hears to some others; None lifts it. Raises `MediaError` for no member."""
        found = self._members.get(_own(member))
        if found is None:
            raise MediaError("the leg is not in this conference")
        found.hears = None if whom is None else frozenset(_own(leg) for leg in whom)
        self._rebuild()

    def close(self) -> None:
        """Part all."""
        for leg in list(self._members):
            self.remove(leg)

    def tick(self, now: float) -> None:
        """Mix and send 20 ms."""
        members = list(self._members.values())
        frames = np.empty((len(members), FRAME_SAMPLES), np.int32)
        for row, member in enumerate(members):
            frames[row] = member.frame
            # A leg that ticks no more is silent, it does not hum its last 20 ms.
            member.frame = SILENCE
        mixed = mix(frames, self._matrix)
        for row, member in enumerate(members):
            sender = member.leg.sender
            if sender.speaker is self or sender.hand_over(self, now):
                sender.send_frame(sender.codec.encode(mixed[row]), now)

    def _rebuild(self) -> None:
        members = self._members.values()
        self._matrix = np.array([[_hears(one, other) for other in members] for one in members], np.int32)


def _hears(one: _Member, other: _Member) -> bool:
    return one is not other and (one.hears is None or other.leg in one.hears)


def _own(leg: MediaLeg) -> Leg:
    if not isinstance(leg, Leg):
        raise MediaError("a leg of another engine")
    return leg


def open_conference(ticker: Ticker, legs: Sequence[MediaLeg]) -> LegConference:
    """A conference of these legs; if one cannot join, none does."""
    room = LegConference(ticker)
    try:
        for leg in legs:
            room.add(leg)
    except MediaError:
        room.close()
        raise
    return room

"""Checks by OPTIONS in the dialog whether a peer whose media is on hold is still there.

Here it is decided when to ask and when silence means that the peer is gone; `session.py` sends and ends.
"""

from __future__ import annotations

from math import inf


class Liveness:
    """The check of one peer. Any message of the peer counts as a sign of life.

    Attributes:
        due: when the peer must be asked (or given up, once it was), in seconds; infinity for never.
        asked: the peer was asked and has not been heard since.
    """

    __slots__ = ("_every", "asked", "due")

    def __init__(self) -> None:
        self._every = 0.0
        self.asked = False
        self.due = inf

    def watch(self, every: float, now: float) -> None:
        """Ask after `every` seconds of silence; 0 stops asking. The peer has as long again to answer."""
        self._every = every
        self.heard(now)

    def heard(self, now: float) -> None:
        """The peer gave a sign of life."""
        self.asked = False
        self.due = now + self._every if self._every else inf

    def ask(self, now: float) -> None:
        """The peer is being asked."""
        self.asked = True
        self.due = now + self._every

    def stop(self) -> None:
        """Never ask again."""
        self.watch(0.0, 0.0)

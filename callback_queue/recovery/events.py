"""The events of a switch's own life: they tell what a crash cut off."""

from __future__ import annotations

from dataclasses import dataclass

from journal.event import Event

RECORDER = "/recorder"
"""The recorder's own events are those of "SWITCH/recorder"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchStarted(Event):
    """A switch began to take calls: whatever it had going on before was cut off.

    Args:
        switch: its name, the same from one start to the next.
        version: the program's.
    """

    switch: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchStopped(Event):
    """A switch ended in good order."""

    switch: str

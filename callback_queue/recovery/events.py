"""Events of the switch itself: they show which calls a crash cut off."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from journal.event import Event

RECORDER = "/recorder"
"""The recorder's own events are those of "SWITCH/recorder"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchStarted(Event):
    """A switch began to take calls: what it had in progress before was cut off.

    Args:
        switch: its name, the same from one start to the next.
        version: the program's.
    """

    switch: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsLost(Event):
    """Events of the run before never came to disk: it ended while its disk was full or failed.

    Args:
        switch: whose.
        count: how many; a ticket that its caller has heard of may be among them.
    """

    switch: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchStopped(Event):
    """A switch ended in good order."""

    switch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsApplied(Event):
    """A switch works by these settings from now on: told at every start and every reload.

    Only what shapes records, figures and what the recorder concludes. A call keeps the settings with which it
    began.

    Args:
        switch: whose they are.
        mask_digits: whether records show a dot for each key that was pressed.
        short_abandon, service_level: seconds, by queue.
        points: of a solved ticket, by category.
        queue: the first one, which works on tickets that name none, "".
        settings: what follows from events depends on: `country`, `timezone`, `customers`, `callbacks` and
            `tickets`, as hotline.yaml has them.
    """

    switch: str
    mask_digits: bool = True
    short_abandon: dict[str, float] = field(default_factory=dict)
    service_level: dict[str, float] = field(default_factory=dict)
    points: dict[str, int] = field(default_factory=dict)
    queue: str = ""
    settings: dict[str, Any] = field(default_factory=dict)

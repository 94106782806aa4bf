"""What a fact is: the base of all events, as they stand in the journal.

An event says what happened, to which call and leg, and when (`at`, Unix seconds). Everything that is
reported later (records, figures) is computed from these and from nothing else. Each room defines its own
events on this base: `at`, `call` and `leg` come first, all else is given by name. Numbers and digits in
events are private and never belong in a log.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events.

    Args:
        at: Unix time in seconds.
    """

    at: float


@dataclass(frozen=True, slots=True)
class CallEvent(Event):
    """Something that happened in a call.

    Args:
        call: the call's id, shared by all its legs.
        leg: the leg's id, "" for facts about the call as a whole.
    """

    call: str
    leg: str


def to_dict(event: Event) -> dict[str, Any]:
    """An event as plain data for JSON: `event` is its class name, the rest its fields."""
    data: dict[str, Any] = {"event": type(event).__name__}
    for field in fields(event):
        data[field.name] = getattr(event, field.name)
    return data

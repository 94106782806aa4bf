"""The events of alarms, as they stand in the journal."""

from __future__ import annotations

from dataclasses import dataclass

from journal.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRaised(Event):
    """Something is wrong.

    Args:
        alarm: what (`config.models.alarms.AlarmName`), or "test".
        subject: which trunk, ticket, folder ..., "" where there is only one.
        value: how bad, in the alarm's unit.
        text: in a few words, for people; no numbers of people outside.
    """

    alarm: str
    subject: str
    value: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmEnded(Event):
    """It is over; `raised_at` is when it was raised, the rest as in `AlarmRaised`."""

    alarm: str
    subject: str
    value: float
    text: str
    raised_at: float

"""When alarms are raised, repeated and ended. Pure.

A reading says how bad one thing is. At a rule's `above` or worse for `lasting` seconds its alarm is raised,
once; better than `ends_below` for `calm` seconds, it ends, once. What is no more among the readings of an
alarm is well. Who is told is left to `outbox.py`, what is looked at to the switch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from alarms.events import AlarmEnded, AlarmRaised
from config.models.alarms import AlarmName, AlarmRule

FALLING: frozenset[AlarmName] = frozenset({"certificate_ends"})
"""Alarms whose value is what is left: less is worse, and `ends_below` is what it ends above."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How bad one thing is.

    Args:
        subject: which, "" where there is only one.
        value: in the alarm's unit.
        text: for people.
    """

    subject: str
    value: float
    text: str


@dataclass(frozen=True, slots=True)
class Readings:
    """All readings of one alarm at one moment."""

    alarm: AlarmName
    found: tuple[Reading, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Active:
    """An alarm that goes on."""

    alarm: str
    subject: str
    value: float
    text: str
    raised_at: float


@dataclass(frozen=True, slots=True)
class AlarmOutput:
    """What comes of an input: facts for the journal, and alarms that are to be told again."""

    events: list[AlarmRaised | AlarmEnded] = field(default_factory=list)
    again: list[Active] = field(default_factory=list)


_Key: TypeAlias = tuple[AlarmName, str]


@dataclass(slots=True)
class _Watched:
    """One thing that is, or was, bad.

    Args:
        reading: the last one.
        bad_since: at `above` or worse without a break, None otherwise.
        well_since: better than `ends_below` without a break, None otherwise.
        raised_at: None while no alarm is raised.
        told_at: when it was last told.
    """

    reading: Reading
    bad_since: float | None = None
    well_since: float | None = None
    raised_at: float | None = None
    told_at: float = 0.0


class AlarmMachine:
    """All alarms of one switch.

    Args:
        rule: the rule of an alarm, as the site has it now.
    """

    def __init__(self, rule: Callable[[AlarmName], AlarmRule]) -> None:
        self._rule = rule
        self._watched: dict[_Key, _Watched] = {}

    def restore(self, active: Iterable[Active], names: Iterable[AlarmName]) -> None:
        """Go on with what an earlier run had raised: it is not raised again, and has its end."""
        known = {str(name): name for name in names}
        for one in active:
            name = known.get(one.alarm)
            if name is not None:
                reading = Reading(one.subject, one.value, one.text)
                self._watched[name, one.subject] = _Watched(
                    reading, raised_at=one.raised_at, told_at=one.raised_at
                )

    def active(self) -> list[Active]:
        """The alarms that go on, oldest first."""
        found = [
            _active(key, watched, watched.raised_at)
            for key, watched in self._watched.items()
            if watched.raised_at is not None
        ]
        return sorted(found, key=lambda one: one.raised_at)

    def receive(self, event: Readings, now: float) -> AlarmOutput:
        """Take in all readings of one alarm."""
        output = AlarmOutput()
        found = {reading.subject: reading for reading in event.found}
        rule = self._rule(event.alarm)
        if rule.off:
            found = {}
        gone = [subject for alarm, subject in self._watched if alarm == event.alarm and subject not in found]
        for subject, reading in found.items():
            watched = self._watched.setdefault((event.alarm, subject), _Watched(reading))
            watched.reading = reading
            self._note(event.alarm, watched, reading.value, rule, now)
        for subject in gone:
            watched = self._watched[event.alarm, subject]
            watched.bad_since = None
            watched.well_since = now if watched.well_since is None else watched.well_since
        self._settle(event.alarm, now, output)
        return output

    def next_deadline(self) -> float | None:
        """When `handle_timer` is to be called: something is bad or well for long enough, or told again."""
        times = [
            at
            for (alarm, _), watched in self._watched.items()
            for at in self._deadlines(watched, self._rule(alarm))
        ]
        return min(times, default=None)

    def handle_timer(self, now: float) -> AlarmOutput:
        """Raise, end and repeat what is due."""
        output = AlarmOutput()
        for alarm in {alarm for alarm, _ in self._watched}:
            self._settle(alarm, now, output)
        return output

    def _note(self, alarm: AlarmName, watched: _Watched, value: float, rule: AlarmRule, now: float) -> None:
        above, below = rule.above or 0.0, rule.ends_below or 0.0
        bad = value <= above if alarm in FALLING else value >= above
        well = value > below if alarm in FALLING else value < below
        watched.bad_since = (now if watched.bad_since is None else watched.bad_since) if bad else None
        watched.well_since = (now if watched.well_since is None else watched.well_since) if well else None

    def _settle(self, alarm: AlarmName, now: float, output: AlarmOutput) -> None:
        rule = self._rule(alarm)
        for key in [key for key in self._watched if key[0] == alarm]:
            watched = self._watched[key]
            reading = watched.reading
            subject, value, text = reading.subject, reading.value, reading.text
            if watched.raised_at is None:
                if watched.bad_since is not None and watched.bad_since + (rule.lasting or 0.0) <= now:
                    watched.raised_at = watched.told_at = now
                    output.events.append(
                        AlarmRaised(now, alarm=alarm, subject=subject, value=value, text=text)
                    )
                elif watched.bad_since is None:
                    del self._watched[key]
            elif watched.well_since is not None and watched.well_since + (rule.calm or 0.0) <= now:
                ended = AlarmEnded(
                    now, alarm=alarm, subject=subject, value=value, text=text, raised_at=watched.raised_at
                )
                output.events.append(ended)
                del self._watched[key]
            elif rule.repeat and watched.told_at + rule.repeat <= now:
                watched.told_at = now
                output.again.append(_active(key, watched, watched.raised_at))

    @staticmethod
    def _deadlines(watched: _Watched, rule: AlarmRule) -> Iterable[float]:
        if watched.raised_at is None:
            if watched.bad_since is not None:
                yield watched.bad_since + (rule.lasting or 0.0)
            return
        if watched.well_since is not None:
            yield watched.well_since + (rule.calm or 0.0)
        if rule.repeat:
            yield watched.told_at + rule.repeat


def _active(key: _Key, watched: _Watched, raised_at: float) -> Active:
    reading = watched.reading
    return Active(
        alarm=key[0], subject=reading.subject, value=reading.value, text=reading.text, raised_at=raised_at
    )

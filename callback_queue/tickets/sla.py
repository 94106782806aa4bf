"""A ticket's SLA deadlines: when the customer must have been spoken with, and when it must be solved.

Both count in business hours, by tier and severity; the clock of the solution stands still while the ticket
waits for the customer. Pure; warnings are drawn by `callback_queue.consequences`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Literal, TypeAlias

from callback_queue.customers.events import Tier
from config.business_hours import OpeningHours, always_open
from config.models.tickets import TicketSettings

ClockState: TypeAlias = Literal["none", "running", "warning", "breached", "stopped", "met", "missed"]

WARNING_SHARE = 0.2
"""A warning comes when so much of a clock's time is left."""


@dataclass(frozen=True, slots=True)
class SlaRules:
    """A site's promises.

    Args:
        settings: deadlines by tier and severity.
        hours: in which their minutes count.
    """

    settings: TicketSettings
    hours: OpeningHours

    @classmethod
    def of(cls, settings: TicketSettings, zone: tzinfo | None = None) -> SlaRules:
        """The rules of a site; `zone` is the site's, for business hours that name none of their own."""
        weekly = settings.business_hours
        return cls(settings, always_open(UTC) if weekly is None else weekly.times_in(zone or UTC))


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Unix seconds, 0 for none."""

    respond_by: float
    resolve_by: float


@dataclass(frozen=True, slots=True)
class Clock:
    """How a clock stands.

    Args:
        state: none; running; warning (little is left); breached; stopped (waits for the customer); met and
            missed for one that is over.
        left: seconds of business hours until the deadline, negative ones since; 0 for a clock that is over.
    """

    state: ClockState
    left: float = 0.0


def deadlines(opened: float, tier: Tier, severity: int, rules: SlaRules) -> Deadlines:
    """When a ticket has to be responded to and solved.

    Args:
        opened: Unix seconds.
        tier, severity: the customer's and the ticket's.
        rules: the site's promises.
    """
    target = rules.settings.target(tier, severity)
    return Deadlines(
        _after(opened, (target.respond or 0) * 60, rules.hours),
        _after(opened, (target.resolve or 0) * 60, rules.hours),
    )


def resumed(resolve_by: float, waiting_since: float, now: float, rules: SlaRules) -> float:
    """The new deadline of a ticket that waited for the customer: later by the time it waited."""
    if not resolve_by or not waiting_since:
        return resolve_by
    # A deadline that was over when the waiting began is no later for it.
    left = _open_seconds(waiting_since, resolve_by, rules.hours)
    return _after(now, left, rules.hours) if left > 0 else resolve_by


def clock(
    opened: float, due: float, done: float, now: float, hours: OpeningHours, *, stopped_since: float = 0.0
) -> Clock:
    """How a clock stands.

    Args:
        opened: when it began.
        due: its deadline, 0 for none.
        done: when it was met or missed, 0 while it runs.
        now: Unix seconds.
        hours: in which it runs.
        stopped_since: when it was stopped, 0 for a clock that runs.
    """
    if not due:
        return Clock("none")
    if done:
        return Clock("met" if done <= due else "missed")
    at = stopped_since or now
    left = _open_seconds(at, due, hours) if at <= due else -_open_seconds(due, at, hours)
    if at > due:
        return Clock("breached", left)
    if stopped_since:
        return Clock("stopped", left)
    return Clock("warning" if now >= warning_at(opened, due) else "running", left)


def warning_at(opened: float, due: float) -> float:
    """When to warn of a deadline: simple enough to be asked of a database as well, so by the clock."""
    return due - WARNING_SHARE * (due - opened)


def _after(start: float, seconds: float, hours: OpeningHours) -> float:
    if seconds <= 0:
        return 0.0
    end = hours.after(datetime.fromtimestamp(start, UTC), seconds)
    return 0.0 if end is None else end.timestamp()


def _open_seconds(start: float, end: float, hours: OpeningHours) -> float:
    return hours.open_seconds(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))

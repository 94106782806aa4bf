"""A ticket's SLA deadlines: when the customer must have been spoken with, and when it must be solved.

Both count in business hours, by tier and severity; the clock of the solution stands still while the ticket
waits for the customer. Pure; warnings are drawn by `callback_queue.consequences`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, Literal, Protocol, TypeAlias

from callback_queue.customers.events import Tier
from callback_queue.tickets.ticket import TicketState
from config.business_hours import OpeningHours, always_open
from config.models.tickets import TicketSettings

ClockState: TypeAlias = Literal["none", "running", "warning", "breached", "stopped", "met", "missed"]

WARNING_SHARE = 0.2
"""A warning comes when so much of a clock's time is left."""


_RUNNING = frozenset({TicketState.OPEN, TicketState.ASSIGNED})


class SlaTicket(Protocol):
    """What the clocks need to know of a ticket (`callback_queue.tickets.store.TicketView`)."""

    @property
    def state(self) -> str: ...
    @property
    def tier(self) -> Tier: ...
    @property
    def severity(self) -> int: ...
    @property
    def opened_at(self) -> float: ...
    @property
    def resolve_by(self) -> float: ...
    @property
    def waiting_since(self) -> float: ...
    @property
    def resolved_at(self) -> float: ...


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


def clock(
    opened: float,
    due: float,
    done: float,
    now: float,
    hours: OpeningHours,
    *,
    stopped_since: float = 0.0,
    target: float = 0.0,
) -> Clock:
    """How a clock stands.

    Args:
        opened: when it began.
        due: its deadline, 0 for none.
        done: when it was met or missed, 0 while it runs.
        now: Unix seconds.
        hours: in which it runs.
        stopped_since: when it was stopped, 0 for a clock that runs.
        target: seconds that were promised, for the warning (`warning_at`).
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
    return Clock("warning" if now >= warning_at(opened, due, hours, target) else "running", left)


def warning_at(opened: float, due: float, hours: OpeningHours, target: float = 0.0) -> float:
    """When to warn of a deadline: when `WARNING_SHARE` of its time is left, in business hours.

    Args:
        opened: when the clock began.
        due: its deadline.
        hours: in which it runs.
        target: seconds that were promised, 0 for those between the two.
    """
    whole = _open_seconds(opened, due, hours)
    before = whole - WARNING_SHARE * min(target or whole, whole)
    return _after(opened, before, hours) or due


def warnings(
    opened: float, respond_by: float, resolve_by: float, tier: Tier, severity: int, rules: SlaRules
) -> Deadlines:
    """When to warn of a ticket's two deadlines, 0 for those that it has not; arguments as of the ticket."""
    target = rules.settings.target(tier, severity)
    hours = rules.hours
    return Deadlines(
        warning_at(opened, respond_by, hours, (target.respond or 0) * 60) if respond_by else 0.0,
        warning_at(opened, resolve_by, hours, (target.resolve or 0) * 60) if resolve_by else 0.0,
    )


Pause: TypeAlias = tuple[float, float]
"""From when to when a ticket was not ours to work on, Unix seconds."""


def pauses(states: Iterable[tuple[float, object]]) -> list[Pause]:
    """The pauses that are over, of a ticket's states with the times of their beginning, in order.

    It pauses while it waits for the customer, and while it was over before it was opened again.
    """
    found: list[Pause] = []
    since = 0.0
    for at, state in states:
        works = state in (TicketState.OPEN, TicketState.ASSIGNED)
        if works and since:
            found.append((since, at))
            since = 0.0
        elif not works and not since:
            since = at
    return found


def with_pauses(due: float, gaps: Iterable[Pause], rules: SlaRules) -> float:
    """A deadline later by the pauses: they count in business hours, and those after its end not at all."""
    for start, end in gaps:
        if due and start < due:
            due = _after(due, _open_seconds(start, end, rules.hours), rules.hours) or due
    return due


def changed_deadlines(
    ticket: SlaTicket, values: Mapping[str, Any], gaps: Iterable[Pause], now: float, rules: SlaRules
) -> dict[str, float]:
    """The deadlines that follow from a change: each is its target and all pauses so far.

    Args:
        ticket: before the change.
        values: new values by field; deadlines that somebody has set by hand stay.
        gaps: the pauses that are over.
        now: Unix seconds.
        rules: the site's.
    """
    if "respond_by" in values or "resolve_by" in values:
        return {}
    goes_on = values.get("state") in (TicketState.OPEN, TicketState.ASSIGNED)
    since = ticket.waiting_since or ticket.resolved_at
    open_gap = [(since, now)] if goes_on and since and ticket.state not in _RUNNING else []
    severity, tier = values.get("severity", ticket.severity), values.get("tier", ticket.tier)
    if (severity, tier) != (ticket.severity, ticket.tier):
        due = deadlines(ticket.opened_at, tier, severity, rules)
        resolve_by = with_pauses(due.resolve_by, [*gaps, *open_gap], rules)
        return {"respond_by": due.respond_by, "resolve_by": resolve_by}
    moved = with_pauses(ticket.resolve_by, open_gap, rules)
    return {"resolve_by": moved} if moved != ticket.resolve_by else {}


def _after(start: float, seconds: float, hours: OpeningHours) -> float:
    if seconds <= 0:
        return 0.0
    end = hours.after(datetime.fromtimestamp(start, UTC), seconds)
    return 0.0 if end is None else end.timestamp()


def _open_seconds(start: float, end: float, hours: OpeningHours) -> float:
    return hours.open_seconds(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))

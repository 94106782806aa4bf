"""The states of a ticket, the allowed transitions, and the effects of changing a field. Pure.

The table `TRANSITIONS` is all there is to it. A change that it does not know is refused before it is written;
one that got into the journal all the same (two people at once) changes nothing and stays in the ticket's
history. Deadlines are in `sla.py`, rows in `projection.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

# What is wrong with a value, None for nothing.
Check: TypeAlias = Callable[[object], str | None]

TIERS: tuple[str, ...] = ("ordinary", "vip", "super_vip")
TITLE_LENGTH = 200
SUMMARY_LENGTH = 4000
MOST_TAGS = 20


class TicketState(StrEnum):
    """How far the work on a ticket is."""

    OPEN = "open"
    """Nobody works on it."""
    ASSIGNED = "assigned"
    """Its owner does."""
    WAITING = "waiting"
    """The customer has to do or say something first; the clock of the solution stands still."""
    SOLVED = "solved"
    """The owner says so; the customer may say otherwise."""
    CLOSED = "closed"
    """Over."""
    JOINED = "joined"
    """Merged into an older ticket of the same caller."""


STATES = tuple(state.value for state in TicketState)
SETTABLE = tuple(state.value for state in TicketState if state is not TicketState.JOINED)
"""The states that can be wished for: joining has its own event (`TicketJoined`)."""
AT_WORK = frozenset({TicketState.OPEN, TicketState.ASSIGNED, TicketState.WAITING})
"""The states in which something is still to be done."""

_REOPENED = frozenset({TicketState.OPEN, TicketState.ASSIGNED})

TRANSITIONS: Mapping[TicketState, frozenset[TicketState]] = {
    TicketState.OPEN: frozenset(
        {
            TicketState.ASSIGNED,
            TicketState.WAITING,
            TicketState.SOLVED,
            TicketState.CLOSED,
            TicketState.JOINED,
        }
    ),
    TicketState.ASSIGNED: frozenset(
        {TicketState.OPEN, TicketState.WAITING, TicketState.SOLVED, TicketState.CLOSED, TicketState.JOINED}
    ),
    TicketState.WAITING: frozenset(
        {TicketState.OPEN, TicketState.ASSIGNED, TicketState.SOLVED, TicketState.CLOSED, TicketState.JOINED}
    ),
    TicketState.SOLVED: frozenset({*_REOPENED, TicketState.CLOSED}),
    TicketState.CLOSED: _REOPENED,
    TicketState.JOINED: _REOPENED,
}
"""What may follow on each state. To stay as it is, is always allowed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules need to know of a ticket.

    Args:
        state: of `STATES`.
        owner: the number of the agent who works on it, "" for nobody.
    """

    state: TicketState
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What comes of wished changes.

    Args:
        values: fields with their new values, those that follow from others included.
        refused: fields that cannot be so, each with the reason in a few words.
        reopened: whether work on it begins again.
    """

    values: Mapping[str, Any]
    refused: Mapping[str, str]
    reopened: bool = False


def change(ticket: Standing, wished: Mapping[str, Any]) -> Change:
    """What a wish changes; never raises.

    Giving a ticket to somebody assigns it, taking it away opens it, and a ticket that was over is reopened
    by either; a state in the same wish goes before that.

    Args:
        ticket: as it is.
        wished: new values by field: state, owner, category, severity, priority, title, summary, tags,
            queue, tier, respond_by, resolve_by. Other fields are refused.
    """
    values: dict[str, Any] = {}
    refused: dict[str, str] = {}
    for name, value in wished.items():
        check = _CHECKS.get(name)
        if check is None:
            refused[name] = "not a field that can be changed"
        elif (why := check(value)) is not None:
            refused[name] = why
        else:
            values[name] = value
    state = None if "state" in refused else _next_state(ticket, values)
    if state is not None and state is not ticket.state and state not in TRANSITIONS[ticket.state]:
        refused["state"] = f"{state.value} cannot follow {ticket.state.value}"
        state = None
    if "state" in refused:  # who has it goes with how far it is
        values.pop("state", None)
        values.pop("owner", None)
    if state is not None:
        values["state"] = state.value
        if state is TicketState.OPEN:  # an open ticket has no owner
            values["owner"] = ""
            refused.pop("owner", None)
    reopened = state in _REOPENED and ticket.state not in AT_WORK
    return Change(values, refused, reopened)


def over_note(state: str) -> str:
    """The note on callbacks that a ticket's end has cancelled: they come back with it."""
    return f"ticket {state}"


ENDED_WITH_TICKET = tuple(over_note(state) for state in (TicketState.SOLVED, TicketState.CLOSED))
"""Notes of callbacks that ended because their ticket did."""


def _next_state(ticket: Standing, values: Mapping[str, Any]) -> TicketState | None:
    """The state that a wish comes to; None for one that says nothing about it."""
    if "state" in values:
        return TicketState(values["state"])
    if "owner" not in values or values["owner"] == ticket.owner:
        return None
    if not values["owner"]:
        return TicketState.OPEN
    return ticket.state if ticket.state is TicketState.WAITING else TicketState.ASSIGNED


def _is_state(value: object) -> str | None:
    return None if value in SETTABLE else f"expected one of {', '.join(SETTABLE)}"


def _is_text(longest: int) -> Check:
    def check(value: object) -> str | None:
        right = isinstance(value, str) and len(value) <= longest
        return None if right else f"expected text of at most {longest} characters"

    return check


def _is_whole(low: int, high: int) -> Check:
    def check(value: object) -> str | None:
        right = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        return None if right else f"expected a whole number {low}..{high}"

    return check


def _is_time(value: object) -> str | None:
    right = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e11
    return None if right else "expected Unix seconds, 0 for none"


def _is_tier(value: object) -> str | None:
    return None if value in TIERS else f"expected one of {', '.join(TIERS)}"


def _is_tags(value: object) -> str | None:
    right = (
        isinstance(value, list)
        and len(value) <= MOST_TAGS
        and all(isinstance(tag, str) and 0 < len(tag) <= 64 for tag in value)
    )
    return None if right else f"expected a list of at most {MOST_TAGS} words"


_CHECKS: Mapping[str, Check] = {
    "state": _is_state,
    "owner": _is_text(64),
    "queue": _is_text(64),
    "category": _is_text(64),
    "severity": _is_whole(1, 4),
    "tier": _is_tier,
    "priority": _is_whole(-100, 100),
    "title": _is_text(TITLE_LENGTH),
    "summary": _is_text(SUMMARY_LENGTH),
    "tags": _is_tags,
    "respond_by": _is_time,
    "resolve_by": _is_time,
}
FIELDS = tuple(_CHECKS)
"""The fields that can be changed."""

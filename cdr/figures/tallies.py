"""Tallies: whole numbers by queue, by agent and for all calls, with the calls behind each count.

Numbers of intervals add up to those of a day, and those of queues to those of all calls. What is computed
from them has its definition in `formulas.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TypeVar

TallyT = TypeVar("TallyT", bound="Tally")

# Of these the larger one is kept when two intervals are put together.
_LARGEST = {"longest_wait_ms"}


@dataclass(slots=True)
class Tally:
    """The base: counts that can be added, and what they were counted from."""

    behind: dict[str, list[str]] = field(default_factory=dict)
    """Ids of the calls behind a count, by its name; of tickets behind "solved", of callbacks behind those."""

    def note(self, name: str, what: str) -> None:
        """Remember what was counted."""
        self.behind.setdefault(name, []).append(what)

    def add(self, other: Tally) -> None:
        """Add another one's counts."""
        for each in fields(other):
            value = getattr(other, each.name)
            if each.name in _LARGEST:
                setattr(self, each.name, max(getattr(self, each.name), value))
            elif isinstance(value, int):
                setattr(self, each.name, getattr(self, each.name) + value)
            elif each.name == "behind":
                for name, calls in value.items():
                    self.behind.setdefault(name, []).extend(calls)
            else:
                own = getattr(self, each.name)
                for name, amount in value.items():
                    own[name] = own.get(name, 0) + amount


@dataclass(slots=True)
class ContactTally(Tally):
    """Conversations, surveys, transfers and solved tickets: the same for queues and for agents.

    Args:
        conversations: agents' parts in calls that came through a queue, booked where each ended.
        talk_ms, hold_ms, held: of those: milliseconds, and how many were held at all.
        wrap_ups, wrap_up_ms: wrap-ups, booked where each ended.
        offers: agents whose phones began to ring.
        not_answered, customer_gone: offers that ended without an answer, by the agent's doing or the
            customer's.
        transfers_out_internal, transfers_out_external, transfers_in: that came about.
        surveys_offered, surveys_answered, score_sum, top_scores: the customers' ratings.
        solved, points: tickets.
    """

    conversations: int = 0
    talk_ms: int = 0
    hold_ms: int = 0
    held: int = 0
    wrap_ups: int = 0
    wrap_up_ms: int = 0
    offers: int = 0
    not_answered: int = 0
    customer_gone: int = 0
    transfers_out_internal: int = 0
    transfers_out_external: int = 0
    transfers_in: int = 0
    surveys_offered: int = 0
    surveys_answered: int = 0
    score_sum: int = 0
    top_scores: int = 0
    solved: int = 0
    points: int = 0


@dataclass(slots=True)
class QueueTally(ContactTally):
    """One queue.

    Args:
        offered: live callers placed in it.
        handled, abandoned: of those, how they left; `short_abandoned` and `answered_in_time`,
            `abandoned_in_time`, `callback_in_time` are parts of them.
        callback_left: left without an agent and asked for a callback, by the queue's choice, the bot's or a
            message.
        left: by any other reason, by name.
        handled_wait_ms, abandoned_wait_ms, longest_wait_ms: how long they had waited.
        callbacks_*: requested, attempted (their first dial), attempts (all dials), reached, completed,
            expired, closed otherwise.
        first_attempt_ms, resolution_ms: from request to first dial, and to completion, over those of which
            the request is known (`first_attempts_timed`, `resolutions_timed`).
    """

    offered: int = 0
    handled: int = 0
    abandoned: int = 0
    short_abandoned: int = 0
    answered_in_time: int = 0
    abandoned_in_time: int = 0
    callback_in_time: int = 0
    callback_left: int = 0
    left: dict[str, int] = field(default_factory=dict)
    handled_wait_ms: int = 0
    abandoned_wait_ms: int = 0
    longest_wait_ms: int = 0
    callbacks_requested: int = 0
    callbacks_attempted: int = 0
    callback_attempts: int = 0
    callbacks_reached: int = 0
    callbacks_completed: int = 0
    callbacks_expired: int = 0
    callbacks_closed_otherwise: int = 0
    first_attempts_timed: int = 0
    first_attempt_ms: int = 0
    resolutions_timed: int = 0
    resolution_ms: int = 0


@dataclass(slots=True)
class AgentTally(ContactTally):
    """One agent.

    Args:
        handled: live callers from queues whom the agent answered.
        callbacks: customers called back whom the agent spoke with.
        state_ms: time in each state, clipped to the interval; "on_call" in two parts: "contact" for calls
            that came through a queue, "communicating" for all others. "wrap_up" is state time; the
            `wrap_up_ms` of contacts is booked where each ends.
        break_ms: time on breaks by reason.
    """

    handled: int = 0
    callbacks: int = 0
    state_ms: dict[str, int] = field(default_factory=dict)
    break_ms: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class CallTally(Tally):
    """All calls of the site.

    Args:
        calls, callbacks_made: calls that came in, calls that the hotline made to call back.
        refused: calls that were refused before they became any.
        flow_calls: calls answered by a flow, booked where each ended.
        flow_only: of those, without a queue and without an agent.
        repeated: of those, whose caller called again within the time for repeats.
        left_work: of those that nobody repeated, which left a ticket or a callback behind.
    """

    calls: int = 0
    callbacks_made: int = 0
    refused: int = 0
    flow_calls: int = 0
    flow_only: int = 0
    repeated: int = 0
    left_work: int = 0

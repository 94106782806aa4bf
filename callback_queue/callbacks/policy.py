"""Callback policy: when and how often customers are called back, and who is rung first. Pure.

Nobody is dialled in the quiet hours of their own time zone, which their number tells as far as it can.
Callbacks are kept by `store.py` and dialled by `dialler.py`. Times are Unix seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from phonenumbers import NumberParseException, parse
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number

from callback_queue.callbacks.events import AttemptOutcome, CallbackEnd
from config.models.callbacks import CallbackSettings
from config.models.queues import CallbackModeName
from config.time_kinds import DailyHours

CallbackMode: TypeAlias = Literal["agent_first", "customer_first"]

FINAL: frozenset[AttemptOutcome] = frozenset({"reached", "wrong_number", "not_permitted"})
"""Outcomes after which nobody is dialled again."""

OURS: frozenset[AttemptOutcome] = frozenset({"no_agent", "cut_off", "withdrawn", "failed"})
"""Outcomes that say nothing about the customer: they count as no attempt, and end no callback.

"failed" is a trunk without an answer or a route, or a mistake of ours.
"""

_MODES: Mapping[CallbackModeName, CallbackMode] = {
    "agent-first": "agent_first",
    "customer-first": "customer_first",
}

PHONE_ANSWERED: frozenset[AttemptOutcome] = frozenset(
    {"reached", "busy", "no_answer", "refused", "wrong_number"}
)
"""Outcomes that the customer's telephone or its network gave: after these, crashes are no more in a row."""


@dataclass(frozen=True, slots=True)
class CallbackRules:
    """A site's rules.

    Args:
        attempts: how often a customer is dialled at most.
        delays: seconds until the next attempt, by outcome.
        quiet: hours in the customer's zone in which nobody is dialled, None for no such hours.
        expires_after: seconds until a callback is given up.
        zone: the site's time zone, for numbers that tell none.
        country: of numbers without a country code, "" where nobody said.
        mode: whom it rings first where a queue does not say.
        crashes: after so many crashes of the switch in a row a callback is closed.
    """

    attempts: int
    delays: Mapping[AttemptOutcome, float]
    quiet: DailyHours | None
    expires_after: float
    zone: tzinfo
    country: str = ""
    mode: CallbackMode = "agent_first"
    crashes: int = 3

    @classmethod
    def of(cls, settings: CallbackSettings, zone: tzinfo, country: str | None = None) -> CallbackRules:
        """The rules of a site; `zone` and `country` are the site's."""
        delays = settings.delays
        by_outcome: dict[AttemptOutcome, float] = {
            "busy": delays.busy,
            "no_answer": delays.no_answer,
            "refused": delays.refused,
            "failed": delays.failed,
            "no_agent": delays.no_agent,
            "cut_off": delays.cut_off,
            "withdrawn": delays.cut_off,
        }
        return cls(
            settings.attempts,
            by_outcome,
            settings.quiet,
            settings.expires_after,
            zone,
            country or "",
            _MODES[settings.mode],
            settings.crashes,
        )


def mode_of(queue_mode: CallbackModeName | None, rules: CallbackRules) -> CallbackMode:
    """Whom a callback rings first: the queue's own way, else the site's."""
    return rules.mode if queue_mode is None else _MODES[queue_mode]


def expires_at(requested: float, rules: CallbackRules) -> float:
    """When a callback that was requested at `requested` expires."""
    return requested + rules.expires_after


def due_at(now: float, number: str, rules: CallbackRules, *, not_before: float = 0.0) -> float:
    """When to dial first.

    Args:
        now: when it was requested.
        number: whom to call.
        rules: the site's.
        not_before: the customer's own wish, 0 for none; it holds in quiet hours as well.
    """
    if not_before > now:
        return not_before
    return outside_quiet(now, number, rules)


def next_attempt(
    outcome: AttemptOutcome,
    attempt: int,
    now: float,
    rules: CallbackRules,
    number: str,
    *,
    expires: float = 0.0,
) -> float | None:
    """When to try again after an attempt.

    Args:
        outcome: of the attempt.
        attempt: how often the customer's phone was dialled so far, this time included if it counts.
        now: when the attempt ended.
        rules: the site's.
        number: whom to call.
        expires: when the callback is given up, 0 for never.

    Returns:
        the time, outside the quiet hours; None when it is over for good.
    """
    if outcome in FINAL or (attempt >= rules.attempts and outcome not in OURS):
        return None
    at = outside_quiet(now + rules.delays[outcome], number, rules)
    return None if expires and at >= expires else at


def end_after(outcome: AttemptOutcome, attempt: int, rules: CallbackRules) -> CallbackEnd:
    """How a callback ends that `next_attempt` does not try again; arguments as there."""
    if outcome == "reached":
        return "completed"
    if outcome in ("wrong_number", "not_permitted"):
        return outcome
    return "not_reached" if outcome not in OURS and attempt >= rules.attempts else "expired"


def outside_quiet(moment: float, number: str, rules: CallbackRules) -> float:
    """The moment itself, or the end of the quiet hours that it is in."""
    quiet = rules.quiet
    if quiet is None:
        return moment
    here = datetime.fromtimestamp(moment, zone_of(number, rules))
    if here.time() not in quiet:
        return moment
    end = datetime.combine(here.date(), quiet.end, here.tzinfo)
    if quiet.end <= here.time():
        end = datetime.combine(here.date() + timedelta(days=1), quiet.end, here.tzinfo)
    return max(moment, end.timestamp())


def zone_of(number: str, rules: CallbackRules) -> tzinfo:
    """The time zone of a number's owner.

    A number of a country with several zones that tells none of them has the site's, when that is among them,
    else the one in their middle; a number that tells nothing has the site's.
    """
    names = _zone_names(number, rules.country)
    if not names or getattr(rules.zone, "key", None) in names:
        return rules.zone
    return _middle(names)


# Any moment would do to put zones in their order; this one has no summer time in the north.
_NEW_YEAR = datetime(2024, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=4096)
def _zone_names(number: str, country: str) -> tuple[str, ...]:
    try:
        found = time_zones_for_number(parse(number, country or None))
    except NumberParseException:
        return ()
    return tuple(name for name in found if name != UNKNOWN_TIMEZONE)


@lru_cache(maxsize=256)
def _middle(names: tuple[str, ...]) -> tzinfo:
    """The zone in the middle, from west to east."""
    zones: list[ZoneInfo] = []
    for name in names:
        try:
            zones.append(ZoneInfo(name))
        except (ZoneInfoNotFoundError, ValueError):
            continue  # a name that this machine's list does not have (yet, or any more)
    if not zones:
        return UTC
    zones.sort(key=lambda zone: (_NEW_YEAR.astimezone(zone).utcoffset(), zone.key))
    return zones[len(zones) // 2]

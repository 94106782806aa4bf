"""Figures by brute force: from the truth of a generated day, straight from the field's definitions.

Nothing here is shared with `cdr.figures`: for every interval all that happened is looked through again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.unit.cdr.truth import POINTS, Talk, Truth

NEVER = 10**15


def div(a: int, b: int) -> float | None:
    return a / b if b else None


def secs(a: int, b: int) -> float | None:
    return a / (1000 * b) if b else None


def overlap(a: int, b: int, start: int, end: int) -> int:
    return max(0, min(b, end) - max(a, start))


def queue_in(
    truth: Truth,
    queue: str,
    start: int,
    end: int,
    level: Mapping[str, int],
    short: Mapping[str, int],
    until: int = NEVER,
) -> dict[str, Any]:
    """The figures of a queue between two moments.

    Args:
        truth: of the day.
        queue: its name.
        start, end: Unix milliseconds.
        until: the end of the whole report: what was solved and reopened by then was not solved, and a
            callback that is asked for later is not known.
        level, short: thresholds of each queue in milliseconds.
    """

    def mine(name: str) -> bool:
        return name == queue

    def now(at: int) -> bool:
        return start <= at < end

    stays = [stay for stay in truth.stays if mine(stay.queue)]
    left = [stay for stay in stays if now(stay.left)]
    answered = [stay for stay in left if stay.why == "answered"]
    abandoned = [stay for stay in left if stay.why == "abandoned"]
    called_back = [stay for stay in left if stay.callback_at is not None and stay.callback_at < until]
    offered = sum(now(stay.entered) for stay in stays)
    a, b = len(answered), len(abandoned)

    def in_time(some: list[Any]) -> int:
        return sum(stay.left - stay.entered <= level[stay.queue] for stay in some)

    shorts = sum(stay.left - stay.entered < short[stay.queue] for stay in abandoned)
    others: dict[str, int] = {}
    for stay in left:
        if stay.why not in ("answered", "abandoned"):
            others[stay.why] = others.get(stay.why, 0) + 1
    return {
        "offered": offered,
        "handled": a,
        "abandoned": b,
        "short_abandoned": shorts,
        "left_for_callback": len(called_back),
        "left_otherwise": dict(sorted(others.items())),
        "abandon_rate_connect": div(b, offered),
        "abandon_rate_genesys": div(b, offered),
        "abandon_rate_google": div(b - shorts, a + b - shorts),
        "service_level_asterisk": div(in_time(answered), a),
        "service_level_2_asterisk": div(in_time(answered) + in_time(abandoned), a + b),
        "service_level_connect": div(in_time(answered) + in_time(abandoned) + in_time(called_back), offered),
        "service_level_genesys": div(in_time(answered), a + b),
        "service_level_genesys_with_flow_outs": div(in_time(answered), a + b + sum(others.values())),
        "service_level_genesys_without_short": div(in_time(answered), a + b - shorts),
        "service_level_genesys_with_flow_outs_without_short": div(
            in_time(answered), a + b + sum(others.values()) - shorts
        ),
        "asa": secs(sum(stay.left - stay.entered for stay in answered), a),
        "average_abandon_time": secs(sum(stay.left - stay.entered for stay in abandoned), b),
        "longest_wait": secs(max((stay.left - stay.entered for stay in left), default=0), bool(left)),
        **_contacts(truth, queue, None, start, end, until),
        **_callbacks(truth, queue, start, end),
    }


def _callbacks(truth: Truth, queue: str, start: int, end: int) -> dict[str, Any]:
    """A queue's callbacks."""

    def now(at: int) -> bool:
        return start <= at < end

    callbacks = [callback for callback in truth.callbacks if callback.queue == queue]
    dials = [(callback, n, at) for callback in callbacks for n, at in enumerate(callback.dials) if now(at)]
    first = [at - callback.requested for callback, n, at in dials if n == 0]
    closed = [callback for callback in callbacks if callback.closed is not None and now(callback.closed)]
    completed = [callback.closed - callback.requested for callback in closed if callback.end == "completed"]
    return {
        "callbacks_requested": sum(now(callback.requested) for callback in callbacks),
        "callbacks_attempted": len(first),
        "callback_attempts": len(dials),
        "callbacks_reached": sum(
            callback.reached is not None and now(callback.reached) for callback in callbacks
        ),
        "callbacks_completed": len(completed),
        "callbacks_expired": sum(callback.end == "expired" for callback in closed),
        "callbacks_closed_otherwise": 0,
        "time_to_first_attempt": secs(sum(first), len(first)),
        "time_to_resolution": secs(sum(completed), len(completed)),
    }


def agent_in(truth: Truth, agent: str, start: int, end: int, until: int = NEVER) -> dict[str, Any]:
    """The figures of an agent between two moments; arguments as for `queue_in`."""
    states: dict[str, int] = {}
    breaks: dict[str, int] = {}
    for who, since, over, state, reason in truth.states:
        spent = overlap(since, over, start, end)
        if agent == who and spent:
            states[state] = states.get(state, 0) + spent
            if state == "break":
                breaks[reason] = breaks.get(reason, 0) + spent
    contact = states.get("contact", 0) + states.get("wrap_up", 0)
    idle, other = states.get("available", 0), states.get("communicating", 0)
    rings = states.get("reserved", 0) + states.get("ringing", 0)
    pause = states.get("break", 0)
    staffed = contact + idle + other + rings
    return {
        "handled": sum(
            stay.why == "answered" and agent == stay.agent and start <= stay.left < end
            for stay in truth.stays
        ),
        "callbacks": sum(
            talk.callback and agent == talk.agent and start <= talk.began < end for talk in truth.talks
        ),
        **_contacts(truth, None, agent, start, end, until),
        "online_time": (staffed + pause) / 1000,
        "staffed_time": staffed / 1000,
        "available_time": idle / 1000,
        "offered_time": rings / 1000,
        "on_contact_time": contact / 1000,
        "communicating_time": other / 1000,
        "non_productive_time": pause / 1000,
        "breaks": {reason: spent / 1000 for reason, spent in sorted(breaks.items())},
        "occupancy": div(contact, contact + idle),
        "occupancy_genesys": div(contact, contact + other + idle),
        "utilisation": div(contact, staffed),
    }


def _contacts(
    truth: Truth, queue: str | None, agent: str | None, start: int, end: int, until: int
) -> dict[str, Any]:
    """What queues and agents have in common: those of an agent when there is one, else of a queue."""
    by_agent = agent is not None

    def mine(who: str, name: str) -> bool:
        return who == agent if by_agent else name == queue

    talks = [talk for talk in truth.talks if start <= talk.ended < end and mine(talk.agent, talk.queue)]
    talk_ms = sum(_spent(talk, "talk") for talk in talks)
    hold_ms = sum(_spent(talk, "hold") for talk in talks)
    held = sum(_spent(talk, "hold") > 0 for talk in talks)
    wrap_ms = sum(b - a for who, name, a, b in truth.wraps if mine(who, name) and start <= b < end)
    missed = [what for at, name, who, what in truth.missed if mine(who, name) and start <= at < end]
    gone = missed.count("caller_gone")
    out = [to for at, who, name, to, into in truth.transfers if mine(who, name) and start <= at < end]
    outside = out.count("outside")
    into = sum(start <= at < end and mine(to, into) for at, _, _, to, into in truth.transfers)
    surveys = sum(start <= at < end and mine(who, name) for at, name, who, _ in truth.surveys)
    scores = [score for at, name, who, score in truth.answers if mine(who, name) and start <= at < end]
    solved = [
        each.category
        for each in truth.solved
        if mine(each.agent, each.queue)
        and start <= each.at < end
        and (each.reopened is None or each.reopened >= until)
    ]
    return {
        "conversations": len(talks),
        "talk_time": talk_ms / 1000,
        "hold_time": hold_ms / 1000,
        "wrap_up_time": wrap_ms / 1000,
        "aht": secs(talk_ms + hold_ms + wrap_ms, len(talks)),
        "aht_talk": secs(talk_ms, len(talks)),
        "aht_hold": secs(hold_ms, len(talks)),
        "aht_wrap_up": secs(wrap_ms, len(talks)),
        "held": held,
        "average_hold": secs(hold_ms, held),
        "offers": sum(start <= at < end and mine(who, name) for at, name, who in truth.offers),
        "non_response": len(missed),
        "non_response_without_abandons": len(missed) - gone,
        "transfers_out_internal": len(out) - outside,
        "transfers_out_external": outside,
        "transfers_in": into,
        "surveys_offered": surveys,
        "surveys_answered": len(scores),
        "csat_mean": div(sum(scores), len(scores)),
        "csat_top_box": div(scores.count(5), len(scores)),
        "csat_response_rate": div(len(scores), surveys),
        "solved": len(solved),
        "points": sum(POINTS.get(category, 0) for category in solved),
    }


def _spent(talk: Talk, kind: str) -> int:
    return sum(b - a for what, a, b in talk.stretches if what == kind)


def house_in(truth: Truth, start: int, end: int, repeat: int) -> dict[str, Any]:
    """The figures of all calls between two moments; `repeat` milliseconds make a call a repeat."""
    ended = [call for call in truth.calls if call.flow and start <= call.ended < end]
    stayed = [call for call in ended if not call.queued and not call.met]
    contained = [
        call
        for call in stayed
        if not call.number
        or not any(
            other.number == call.number and call.ended <= other.offered <= call.ended + repeat
            for other in truth.calls
            if other is not call
        )
    ]
    served = [call for call in contained if not call.work]
    return {
        "calls": sum(start <= call.offered < end for call in truth.calls),
        "flow_calls": len(ended),
        "contained": len(contained),
        "containment": div(len(contained), len(ended)),
        "self_served": len(served),
        "self_service": div(len(served), len(ended)),
    }

"""The outcome of a call and who ended it, derived from its facts."""

from __future__ import annotations

from collections.abc import Mapping

from cdr.calls.facts import Facts
from cdr.calls.record import Direction, EndedBy, LegRecord, Outcome, StayRecord

CUT_OFF = "cut off"
"""The reason of a call that a crash ended, as `callback_queue.recovery.cut_off` concludes it."""

_REFUSALS: Mapping[int, Outcome] = {
    486: "busy",
    600: "busy",
    408: "no_answer",
    480: "no_answer",
    487: "no_answer",
}
_ATTEMPTS: Mapping[str, Outcome] = {
    "reached": "handled",
    "busy": "busy",
    "no_answer": "no_answer",
    "refused": "refused",
    "wrong_number": "wrong_number",
    "failed": "failed",
    "no_agent": "no_agent",
    "cut_off": "cut_off",
    "withdrawn": "cut_off",
    "not_permitted": "failed",
}


def judge(
    facts: Facts, direction: Direction, *, talked: bool, with_agent: bool, short_abandon_ms: int
) -> Outcome:
    """What a call came to.

    Args:
        facts: of the call so far.
        direction: whose call it was.
        talked: whether the caller spoke with anybody.
        with_agent: whether that was an agent.
        short_abandon_ms: who hangs up in less than this did not really wait.
    """
    if facts.end is None:
        return "in_progress"
    live = [stay for stay in facts.stays.values() if stay.kind == "live"]
    if live and live[-1].why == "abandoned":  # also when the switch went down before the call's end
        return "short_abandoned" if live[-1].wait_ms < short_abandon_ms else "abandoned"
    if _was_cut_off(facts):
        return "cut_off"
    if direction == "callback":
        return _of_callback(facts, talked)
    if talked:
        served = with_agent and (direction == "in" or _by_queue(live))
        return "handled" if served else "connected"
    return _without_talk(facts)


def _by_queue(stays: list[StayRecord]) -> bool:
    return any(stay.why == "answered" for stay in stays)


def _was_cut_off(facts: Facts) -> bool:
    end = facts.end
    return (
        (end is not None and end.reason == CUT_OFF)
        or any(stay.why == "cut_off" for stay in facts.stays.values())
        or any(ticket.kind == "cut_off" for ticket in facts.tickets)
        or any(request.why == "cut_off" for request in facts.requests)
    )


def _of_callback(facts: Facts, talked: bool) -> Outcome:
    if facts.attempt_end is not None:
        return _ATTEMPTS.get(facts.attempt_end.outcome, "failed")
    if talked:
        return "handled"
    return "failed" if facts.customer_dialled else "no_agent"


def _without_talk(facts: Facts) -> Outcome:
    """Nobody was spoken with: what was left behind, or how far the caller came."""
    reasons = {request.why for request in facts.requests}
    kinds = {ticket.kind for ticket in facts.tickets}
    if "requested" in reasons or "callback" in kinds:
        return "callback_requested"
    if reasons & {"intake", "voicemail"} or kinds & {"problem", "voicemail"}:
        return "message_taken"
    if reasons or kinds:
        return "failed" if kinds == {"failure"} else "hung_up"
    if facts.sent_away:
        return "transferred"
    if any(stay.kind == "live" for stay in facts.stays.values()):
        return "unserved"
    caller = facts.legs.get(facts.offered.leg) if facts.offered is not None else None
    if caller is not None and caller.answered is None:
        return _unanswered(facts, caller)
    return "self_served"


def _unanswered(facts: Facts, caller: LegRecord) -> Outcome:
    if caller.by == "local" and caller.status is not None:
        word = _REFUSALS.get(caller.status)
        if word is not None:
            return word
        return "failed" if 500 <= caller.status < 600 else "refused"
    rang = any(leg is not caller for leg in facts.legs.values())
    return "no_answer" if rang else "hung_up"


def who_ended(facts: Facts, direction: Direction, primary: str) -> EndedBy:
    """Who ended a call: the first whose hang-up was bound to end it; "" while it is in progress.

    Args:
        facts: of the call so far.
        direction: whose call it was.
        primary: the leg that the call is seen from.
    """
    if facts.end is None:
        return ""
    leg = facts.legs.get(primary)
    if leg is None:
        gone = next((leg for leg in facts.legs.values() if leg.by == "remote" and leg.agent), None)
        return "agent" if gone is not None else _plain(facts.end.by)
    if leg.by == "remote":
        return "customer" if direction in ("in", "callback") else "caller"
    partner = facts.legs.get(_partner(facts, primary))
    # The other side hung up first, and no flow took the caller back.
    if (
        leg.by == "local"
        and partner is not None
        and partner.by in ("remote", "network")
        and partner.ended is not None
        and not any(step.at > partner.ended for step in facts.steps)
        and facts.survey is None
    ):
        if partner.by == "network":
            return "network"
        return "agent" if partner.leg in facts.agents else "party"
    return _plain(leg.by or facts.end.by)


def _partner(facts: Facts, primary: str) -> str:
    return facts.partner[1] if facts.partner[0] == primary else facts.partner[0]


def _plain(by: str) -> EndedBy:
    return "network" if by == "network" else "switch"

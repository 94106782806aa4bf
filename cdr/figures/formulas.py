"""The definitions: from what was counted to the figures, under the field's names.

Where two systems define a figure differently both are here, each with its system's name. A figure over
nothing (an average of no calls) is None, never 0. Durations are seconds. Each value comes from whole numbers
by one division, so it is as exact as a float can be. docs/records.md says the same for people.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from cdr.figures.tallies import AgentTally, CallTally, ContactTally, QueueTally
from cdr.times import to_seconds

Figure: TypeAlias = int | float | None
Figures: TypeAlias = dict[str, Any]

# Left the queue for somewhere else in the call centre; "cut_off" and "withdrawn" are no ways out of it.
FLOW_OUTS = ("timeout", "key", "no_agents", "full", "overflow")


def ratio(part: int, whole: int) -> float | None:
    """A part of a whole, None of nothing."""
    return part / whole if whole else None


def mean_seconds(ms: int, count: int) -> float | None:
    """A mean of milliseconds as seconds, None of nothing."""
    return ms / (count * 1000) if count else None


def queue_figures(tally: QueueTally) -> Figures:
    """The figures of a queue.

    Live callers only, except for those of callbacks, conversations, surveys and tickets.
    """
    return {
        "offered": tally.offered,
        "handled": tally.handled,
        "abandoned": tally.abandoned,
        "short_abandoned": tally.short_abandoned,
        "left_for_callback": tally.callback_left,
        "left_otherwise": dict(sorted(tally.left.items())),
        **_abandon_rates(tally),
        **_service_levels(tally),
        "asa": mean_seconds(tally.handled_wait_ms, tally.handled),
        "average_abandon_time": mean_seconds(tally.abandoned_wait_ms, tally.abandoned),
        "longest_wait": _longest_wait(tally),
        **_contact_figures(tally),
        "callbacks_requested": tally.callbacks_requested,
        "callbacks_attempted": tally.callbacks_attempted,
        "callback_attempts": tally.callback_attempts,
        "callbacks_reached": tally.callbacks_reached,
        "callbacks_completed": tally.callbacks_completed,
        "callbacks_expired": tally.callbacks_expired,
        "callbacks_closed_otherwise": tally.callbacks_closed_otherwise,
        "time_to_first_attempt": mean_seconds(tally.first_attempt_ms, tally.first_attempts_timed),
        "time_to_resolution": mean_seconds(tally.resolution_ms, tally.resolutions_timed),
    }


def _longest_wait(tally: QueueTally) -> float | None:
    """Over all who left, the abandoned included; None when nobody did."""
    left = tally.handled + tally.abandoned + sum(tally.left.values()) - tally.left.get("cut_off", 0)
    return to_seconds(tally.longest_wait_ms) if left else None


def _abandon_rates(tally: QueueTally) -> Figures:
    waited = tally.abandoned - tally.short_abandoned
    return {
        # Abandoned / queued, and abandoned / offered: with us every contact that is queued is offered.
        "abandon_rate_connect": ratio(tally.abandoned, tally.offered),
        "abandon_rate_genesys": ratio(tally.abandoned, tally.offered),
        # Abandoned / (handled + abandoned), short ones in neither.
        "abandon_rate_google": ratio(waited, tally.handled + waited),
    }


def _service_levels(tally: QueueTally) -> Figures:
    answered, late = tally.handled, tally.handled - tally.answered_in_time
    both = answered + tally.abandoned
    outs = sum(tally.left.get(why, 0) for why in FLOW_OUTS)
    removed = tally.answered_in_time + tally.abandoned_in_time + tally.callback_in_time
    return {
        # Answered within T / answered.
        "service_level_asterisk": ratio(tally.answered_in_time, answered),
        # (Answered within T + abandoned within T) / (answered + abandoned).
        "service_level_2_asterisk": ratio(tally.answered_in_time + tally.abandoned_in_time, both),
        # Removed from the queue within T (answered, abandoned, callback) / queued.
        "service_level_connect": ratio(removed, tally.offered),
        # (Answered - answered late) / (answered + abandoned [+ flow-outs] [- short abandons]).
        "service_level_genesys": ratio(answered - late, both),
        "service_level_genesys_with_flow_outs": ratio(answered - late, both + outs),
        "service_level_genesys_without_short": ratio(answered - late, both - tally.short_abandoned),
        "service_level_genesys_with_flow_outs_without_short": ratio(
            answered - late, both + outs - tally.short_abandoned
        ),
    }


def _contact_figures(tally: ContactTally) -> Figures:
    count = tally.conversations
    work = tally.talk_ms + tally.hold_ms + tally.wrap_up_ms
    return {
        "conversations": count,
        "talk_time": to_seconds(tally.talk_ms),
        "hold_time": to_seconds(tally.hold_ms),
        "wrap_up_time": to_seconds(tally.wrap_up_ms),
        # Mean of talk + hold + wrap-up, and its three parts, which add up to it.
        "aht": mean_seconds(work, count),
        "aht_talk": mean_seconds(tally.talk_ms, count),
        "aht_hold": mean_seconds(tally.hold_ms, count),
        "aht_wrap_up": mean_seconds(tally.wrap_up_ms, count),
        # Over the contacts that were held at all.
        "held": tally.held,
        "average_hold": mean_seconds(tally.hold_ms, tally.held),
        "offers": tally.offers,
        # Offers that were not answered; with the customer's hanging up counted, and without.
        "non_response": tally.not_answered + tally.customer_gone,
        "non_response_without_abandons": tally.not_answered,
        "transfers_out_internal": tally.transfers_out_internal,
        "transfers_out_external": tally.transfers_out_external,
        "transfers_in": tally.transfers_in,
        "surveys_offered": tally.surveys_offered,
        "surveys_answered": tally.surveys_answered,
        "csat_mean": ratio(tally.score_sum, tally.surveys_answered),
        "csat_top_box": ratio(tally.top_scores, tally.surveys_answered),
        "csat_response_rate": ratio(tally.surveys_answered, tally.surveys_offered),
        "solved": tally.solved,
        "points": tally.points,
    }


def agent_figures(tally: AgentTally) -> Figures:
    """The figures of an agent."""
    states = tally.state_ms
    idle = states.get("available", 0)
    communicating = states.get("communicating", 0)
    on_contact = states.get("contact", 0) + states.get("wrap_up", 0)
    offline, on_break = states.get("offline", 0), states.get("break", 0)
    online = sum(states.values()) - offline
    return {
        "handled": tally.handled,
        "callbacks": tally.callbacks,
        **_contact_figures(tally),
        # Not offline; of that, not on a break; of that, free for a call.
        "online_time": to_seconds(online),
        "staffed_time": to_seconds(online - on_break),
        "available_time": to_seconds(idle),
        "offered_time": to_seconds(states.get("reserved", 0) + states.get("ringing", 0)),
        # On contact: in calls that came through a queue, with hold and wrap-up.
        "on_contact_time": to_seconds(on_contact),
        "communicating_time": to_seconds(communicating),
        "non_productive_time": to_seconds(on_break),
        "breaks": {reason: to_seconds(ms) for reason, ms in sorted(tally.break_ms.items())},
        # On contact / (on contact + idle).
        "occupancy": ratio(on_contact, on_contact + idle),
        # Interacting / (interacting + communicating + idle).
        "occupancy_genesys": ratio(on_contact, on_contact + communicating + idle),
        # On contact / staffed.
        "utilisation": ratio(on_contact, online - on_break),
    }


def call_figures(tally: CallTally) -> Figures:
    """The figures of all calls together."""
    contained = tally.flow_only - tally.repeated
    self_served = contained - tally.left_work
    return {
        "calls": tally.calls,
        "callbacks_made": tally.callbacks_made,
        "refused": tally.refused,
        "flow_calls": tally.flow_calls,
        # Ended in the flow without an agent and without a repeat call.
        "contained": contained,
        "containment": ratio(contained, tally.flow_calls),
        # And without a ticket or callback that somebody has to work on.
        "self_served": self_served,
        "self_service": ratio(self_served, tally.flow_calls),
    }

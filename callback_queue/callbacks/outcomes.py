"""The outcome of an attempt, from how the customer's leg ended. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from callback_queue.callbacks.events import AttemptOutcome
from telephony.call.errors import LegClosed
from telephony.call.refusals import Refusal, refusal_of_all

_OUTCOMES: Mapping[Refusal, AttemptOutcome] = {
    "refused": "refused",
    "busy": "busy",
    "no_answer": "no_answer",
    "wrong_number": "wrong_number",
    "unreachable": "failed",
}


def outcome_of(ends: Sequence[LegClosed | None]) -> AttemptOutcome:
    """Why a customer was not reached.

    Args:
        ends: how the legs to the customer's phones ended, before any was answered.
    """
    return _OUTCOMES[refusal_of_all(ends)]

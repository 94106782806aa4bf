"""What the end of a customer's leg says of the attempt. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from callback_queue.callbacks.events import AttemptOutcome
from telephony.call.errors import CallEnded

# Final SIP statuses (RFC 3261 21); what is not here says that the call could not be put through.
_SAID: Mapping[int, AttemptOutcome] = {
    486: "busy",
    600: "busy",
    408: "no_answer",
    480: "no_answer",
    403: "refused",
    603: "refused",
    607: "refused",  # Unwanted, RFC 8197
    404: "wrong_number",
    410: "wrong_number",
    484: "wrong_number",
    604: "wrong_number",
}
# Of several phones with one number, the one that says most about its owner counts.
_TELLING: tuple[AttemptOutcome, ...] = ("refused", "busy", "no_answer", "wrong_number", "failed")


def outcome_of(ends: Sequence[CallEnded | None]) -> AttemptOutcome:
    """Why a customer was not reached.

    Args:
        ends: how the legs to the customer's phones ended, before any was answered.
    """
    said = {_of(end) for end in ends if end is not None}
    return next((outcome for outcome in _TELLING if outcome in said), "failed")


def _of(end: CallEnded) -> AttemptOutcome:
    # A network that says nothing at all is told as 408 as well: nobody's phone rang then.
    if end.by == "network" or end.status is None:
        return "failed"
    return _SAID.get(end.status, "failed")

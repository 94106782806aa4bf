"""What a final SIP status says about the person called: one table for all dialling code. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

from telephony.call.errors import LegClosed

Refusal: TypeAlias = Literal["refused", "busy", "no_answer", "wrong_number", "unreachable"]
"""In the order of how much each says about the person: of several phones, the first found here counts."""

_BY_STATUS: Mapping[int, Refusal] = {
    403: "refused",
    603: "refused",
    607: "refused",  # Unwanted (RFC 8197)
    486: "busy",
    600: "busy",
    408: "no_answer",
    480: "no_answer",
    404: "wrong_number",
    410: "wrong_number",
    484: "wrong_number",
    604: "wrong_number",
}
_ORDER: tuple[Refusal, ...] = ("refused", "busy", "no_answer", "wrong_number", "unreachable")


def refusal_of(status: int) -> Refusal:
    """What a final status (RFC 3261 21) says; every status not known here: nobody was reached."""
    return _BY_STATUS.get(status, "unreachable")


def refusal_of_all(ends: Sequence[LegClosed | None]) -> Refusal:
    """Why nobody was reached at several phones of one person.

    Args:
        ends: how the legs to the phones ended, before any was answered; None for one that did not.
    """
    said = {_refusal_of_end(end) for end in ends if end is not None}
    return next((refusal for refusal in _ORDER if refusal in said), "unreachable")


def _refusal_of_end(end: LegClosed) -> Refusal:
    # A network that does not respond at all ends as 408 too: no phone rang then.
    if end.by == "network" or end.status is None:
        return "unreachable"
    return refusal_of(end.status)

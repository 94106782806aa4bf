"""The states of an INVITE session and the moves between them, as one table.

What makes a session move is in `session_core.py`, `session.py` and its two sides.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

SDP = "application/sdp"
ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, NOTIFY, REFER, UPDATE"
# Option tags: session timers (RFC 4028), REFER without reports (RFC 4488).
SUPPORTED = "timer, norefersub"


class State(Enum):
    """Where a call stands in signalling."""

    INITIAL = "initial"  # our INVITE was not sent yet
    CALLING = "calling"  # we sent INVITE, nothing heard
    PROCEEDING = "proceeding"  # a provisional response was heard
    CANCELLING = "cancelling"  # we gave up before an answer and wait for the final response
    OFFERED = "offered"  # the peer's INVITE has no final answer yet
    ACCEPTED = "accepted"  # we sent 2xx and wait for its ACK
    CONFIRMED = "confirmed"
    ENDING = "ending"  # somebody said BYE, and an answer that we are owed is still missing
    DONE = "done"


# Every move a session may make; anything else is a bug of ours. The diagram in the documentation shows these.
MOVES: Mapping[State, frozenset[State]] = {
    State.INITIAL: frozenset({State.CALLING, State.DONE}),
    State.CALLING: frozenset({State.PROCEEDING, State.CANCELLING, State.CONFIRMED, State.DONE}),
    # Back to CALLING with a new INVITE that carries credentials.
    State.PROCEEDING: frozenset({State.CALLING, State.CANCELLING, State.CONFIRMED, State.DONE}),
    State.CANCELLING: frozenset({State.CONFIRMED, State.DONE}),
    State.OFFERED: frozenset({State.ACCEPTED, State.DONE}),
    State.ACCEPTED: frozenset({State.CONFIRMED, State.ENDING, State.DONE}),
    State.CONFIRMED: frozenset({State.ENDING, State.DONE}),
    State.ENDING: frozenset({State.DONE}),
    State.DONE: frozenset(),
}

"""The states of an INVITE session and the moves between them, as one table.

What makes a session move is in `session.py` and its two sides.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

SDP = "application/sdp"
ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, NOTIFY"


class State(Enum):
    """Where a call stands in signalling."""

    CALLING = "calling"  # we sent INVITE, nothing heard
    PROCEEDING = "proceeding"  # a provisional response was heard
    CANCELLING = "cancelling"  # we gave up before an answer and wait for the final response
    OFFERED = "offered"  # the peer's INVITE has no final answer yet
    ACCEPTED = "accepted"  # we sent 2xx and wait for its ACK
    CONFIRMED = "confirmed"
    ENDING = "ending"  # our BYE waits for its answer
    DONE = "done"


# Every move a session may make; anything else is a bug of ours. docs/design draws its diagram from here.
MOVES: Mapping[State, frozenset[State]] = {
    State.CALLING: frozenset({State.PROCEEDING, State.CANCELLING, State.CONFIRMED, State.DONE}),
    State.PROCEEDING: frozenset({State.CANCELLING, State.CONFIRMED, State.DONE}),
    State.CANCELLING: frozenset({State.CONFIRMED, State.DONE}),
    State.OFFERED: frozenset({State.ACCEPTED, State.DONE}),
    State.ACCEPTED: frozenset({State.CONFIRMED, State.ENDING, State.DONE}),
    State.CONFIRMED: frozenset({State.ENDING, State.DONE}),
    State.ENDING: frozenset({State.DONE}),
    State.DONE: frozenset(),
}

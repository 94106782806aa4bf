"""What each role may do. Tokens are in `console.tokens`; the routes check permissions here.

read         look, with telephone numbers masked; no recordings, no words of callers
agent        look at everything, work on tickets and callbacks, set their own state
supervisor   the same, and set every agent's state, hang calls up
admin        the same, and see and revoke tokens
"""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A token's role."""

    READ = "read"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class Right(StrEnum):
    """One thing that a role may allow; the value completes "may not ..."."""

    LOOK = "look at figures"
    SEE_PRIVATE = "see numbers and hear recordings"
    WORK = "work on tickets and callbacks"
    OWN_STATE = "set an agent's state"
    ALL_STATES = "set another agent's state"
    HANG_UP = "hang up calls"
    TOKENS = "see and revoke tokens"


_READ = frozenset({Right.LOOK})
_AGENT = _READ | {Right.SEE_PRIVATE, Right.WORK, Right.OWN_STATE}
_SUPERVISOR = _AGENT | {Right.ALL_STATES, Right.HANG_UP}

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.READ: _READ,
    Role.AGENT: _AGENT,
    Role.SUPERVISOR: _SUPERVISOR,
    Role.ADMIN: _SUPERVISOR | {Right.TOKENS},
}

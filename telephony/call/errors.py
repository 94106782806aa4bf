"""Exceptions in the coroutine that runs a call.

`LegClosed` is not an error: it ends whatever a coroutine was doing with a call that is over.
"""

from __future__ import annotations


class LegClosed(Exception):
    """The leg is over: the far end hung up, we did, or the network failed.

    Args:
        by: "local", "remote" or "network".
        status: the final SIP status of a leg that never came about, else None.
        reason: a short text.
    """

    def __init__(self, by: str, status: int | None, reason: str) -> None:
        super().__init__(f"call ended by {by}: {reason}" + (f" ({status})" if status else ""))
        self.by = by
        self.status = status
        self.reason = reason


class CallStateError(Exception):
    """Our own mistake: the leg is not in a state for what was asked (answering twice ...)."""


class NotPermitted(Exception):
    """A number outside that may not be dialled.

    Args:
        status: the SIP status for who wants the call.
        reason: a short text for people.
        lasting: whether it will be the same tomorrow; False for limits and times of day.
    """

    def __init__(self, status: int, reason: str, *, lasting: bool = True) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.lasting = lasting

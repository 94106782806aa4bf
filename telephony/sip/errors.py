"""Errors of the SIP layers: ours and the peer's.

`LocalProtocolError` is a bug or misuse on our side and is never put on the wire;
`RemoteProtocolError` is the peer's mistake and carries the status that RFC 3261 asks us to answer.
"""

from __future__ import annotations


class ProtocolError(Exception):
    """Base of everything that goes wrong with the protocol itself."""


class LocalProtocolError(ProtocolError):
    """We asked a machine for something that its state does not allow."""


class RemoteProtocolError(ProtocolError):
    """The peer broke the protocol.

    Args:
        status: the SIP status to answer with (400..699), if an answer is possible at all.
        reason: one short clause for the reason phrase; must hold nothing private.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status
        self.reason = reason

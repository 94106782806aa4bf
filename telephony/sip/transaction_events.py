"""The outputs of the transaction layer: data for the transport below, events for the transaction user above.

Plain frozen values only. Making them is left to `telephony.sip.transactions`, acting on the events to the
user agent (`telephony.sip.user_agent`), sending to `telephony.net`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType, TypeAlias

from telephony.sip.flow import Flow
from telephony.sip.machine import Output
from telephony.sip.message import Request, Response

# Names one transaction for as long as it lives; opaque to all but the transaction layer, unique over
# client and server transactions. A string, because strings cache their hash and are no work for the
# garbage collector, and there can be 50,000 of them.
TransactionKey = NewType("TransactionKey", str)


@dataclass(frozen=True, slots=True)
class SendData:
    """Put one whole message on the wire, over `flow`."""

    flow: Flow
    data: bytes


@dataclass(frozen=True, slots=True)
class RequestReceived:
    """A new server transaction was made for a request; the user must answer it with `send_response`.

    Args:
        key: the server transaction.
        request: its top Via already carries `received` and `rport` (RFC 3261 18.2.1, RFC 3581 section 4).
        flow: the flow on which the request came.
        invite_key: for a CANCEL, the INVITE server transaction it is aimed at (RFC 3261 9.2), None when
            there is none (answer 481) and for every other method.
        merged: the same request already came along another path (RFC 3261 8.2.2.2: answer 482).
    """

    key: TransactionKey
    request: Request
    flow: Flow
    invite_key: TransactionKey | None = None
    merged: bool = False


@dataclass(frozen=True, slots=True)
class AckReceived:
    """An ACK that ended no transaction: it acknowledges a 2xx, or is a stray; it can't be answered.

    Args:
        request: the ACK.
        flow: the way to its sender.
    """

    request: Request
    flow: Flow


@dataclass(frozen=True, slots=True)
class ResponseReceived:
    """A response to a request of ours: each 1xx, the final one, and every repetition of a 2xx to INVITE."""

    key: TransactionKey
    response: Response


@dataclass(frozen=True, slots=True)
class TransactionTimedOut:
    """No answer within 64*T1 (client: act as on a 408), or no ACK for our final response (server)."""

    key: TransactionKey


@dataclass(frozen=True, slots=True)
class TransactionFailed:
    """The transport gave up on the flow (client: act as on a 503, RFC 3261 8.1.3.1)."""

    key: TransactionKey


@dataclass(frozen=True, slots=True)
class TransactionEnded:
    """The transaction is gone. Told exactly once for each, and the last event about it."""

    key: TransactionKey


TransactionEvent: TypeAlias = (
    RequestReceived
    | AckReceived
    | ResponseReceived
    | TransactionTimedOut
    | TransactionFailed
    | TransactionEnded
)

TransactionOutput: TypeAlias = Output[SendData, TransactionEvent]

"""Inputs and outputs of an INVITE session: effects for the user agent, events for the call.

Plain frozen values only; `session.py` takes and makes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from telephony.sip.dialog import Dialog
from telephony.sip.info_keys import InfoKeys
from telephony.sip.machine import Output
from telephony.sip.message import Request, Response
from telephony.sip.referral import Referral
from telephony.sip.transaction_events import AckReceived, RequestReceived, ResponseReceived, TransactionKey

# --- inputs, beside the messages that the transaction layer passes up -----------------------------------


@dataclass(frozen=True, slots=True)
class RequestFailed:
    """A request of ours got no answer.

    Args:
        method: the request's method.
        cseq: its CSeq number.
        status: 408 for a timeout, 503 for a transport failure (RFC 3261 8.1.3.1).
    """

    method: str
    cseq: int
    status: int


@dataclass(frozen=True, slots=True)
class InviteCancelled:
    """The peer's CANCEL came and was answered; once the call is answered it has no effect (RFC 3261 9.2)."""


@dataclass(frozen=True, slots=True)
class InviteUnreachable:
    """The transaction of the peer's INVITE failed: no response of ours reaches the caller any more."""


SessionInput: TypeAlias = (
    RequestReceived | AckReceived | ResponseReceived | RequestFailed | InviteCancelled | InviteUnreachable
)

# --- effects for the user agent -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SendRequest:
    """Send through a new client transaction.

    Args:
        request: complete but for its Via.
        dialog: the one that it belongs to and that knows its next hop (a fork has its own); None for the
            INVITE that begins the call.
    """

    request: Request
    dialog: Dialog | None


@dataclass(frozen=True, slots=True)
class SendAck:
    """Send the ACK of a 2xx: straight to the transport, it has no transaction (RFC 3261 13.2.2.4).

    The same effect is repeated when the 2xx comes again: the ACK is then sent as it was, Via and all.
    """

    request: Request
    dialog: Dialog


@dataclass(frozen=True, slots=True)
class Respond:
    """Answer through the server transaction `key`."""

    key: TransactionKey
    response: Response


@dataclass(frozen=True, slots=True)
class CancelInvite:
    """CANCEL the client transaction of the INVITE that was sent last (RFC 3261 9.1).

    Args:
        reason: a Reason header value (RFC 3326), or None.
    """

    reason: str | None


SessionEffect: TypeAlias = SendRequest | SendAck | Respond | CancelInvite

# --- events for the call --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Progressed:
    """The callee sent a 1xx above 100 (180 ringing, 183 with early media ...)."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Accepted:
    """The callee answered; `body` is its answer (or its offer when our INVITE had none)."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The caller acknowledged our 2xx; `body` is its answer when the INVITE had no offer."""

    body: bytes


@dataclass(frozen=True, slots=True)
class ReinviteReceived:
    """The peer wants to change the session: answer with `accept_reinvite` or `refuse_reinvite`.

    An empty `body` asks us to make the offer.
    """

    body: bytes


@dataclass(frozen=True, slots=True)
class ReinviteConfirmed:
    """The ACK of an offerless re-INVITE came; `body` is the answer to our offer."""

    body: bytes


@dataclass(frozen=True, slots=True)
class ReinviteAnswered:
    """The peer accepted our re-INVITE; `body` is its answer."""

    body: bytes


@dataclass(frozen=True, slots=True)
class ReinviteRefused:
    """The peer refused our re-INVITE: the session stays as it was (RFC 3261 14.1)."""

    status: int


@dataclass(frozen=True, slots=True)
class ReinviteDue:
    """The turn that `want_reinvite` requested: send the offer now with `reinvite`."""


@dataclass(frozen=True, slots=True)
class Replied:
    """The final status of a REFER or INFO of ours (408 and 503 also for silence and failure)."""

    method: str
    status: int


@dataclass(frozen=True, slots=True)
class ReferProgressed:
    """A NOTIFY reports on the transfer that we requested (RFC 3515 2.4.4).

    Args:
        status: of the far end's call to the target, 100 when the report has no usable one.
        over: no further report will come.
    """

    status: int
    over: bool


@dataclass(frozen=True, slots=True)
class ReferReceived:
    """The peer asks us to connect it elsewhere (REFER): answer with `answer_transfer`.

    Args:
        referral: to whom, and in whose place.
    """

    referral: Referral


@dataclass(frozen=True, slots=True)
class InfoReceived:
    """Keys that came by INFO (RFC 2976), already answered with 200."""

    keys: InfoKeys


@dataclass(frozen=True, slots=True)
class Ended:
    """The call is over: told exactly once, and the last event; our BYE may still wait for its answer.

    Args:
        by: "local", "remote", or "network" (timeout, transport failure, protocol breach).
        status: the final status of a call that was never answered, else None.
        reason: a short text for records: a reason phrase or our own words.
    """

    by: str
    status: int | None
    reason: str


SessionEvent: TypeAlias = (
    Progressed
    | Accepted
    | Confirmed
    | ReinviteReceived
    | ReinviteConfirmed
    | ReinviteAnswered
    | ReinviteRefused
    | ReinviteDue
    | Replied
    | ReferProgressed
    | ReferReceived
    | InfoReceived
    | Ended
)

SessionOutput: TypeAlias = Output[SessionEffect, SessionEvent]

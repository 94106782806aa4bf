"""What an INVITE session says: effects for the user agent below, events for the call above.

Plain frozen values only; `session_core.py`, `session.py` and its two sides produce them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from telephony.sip.dialog import Dialog
from telephony.sip.transaction_events import TransactionKey
from telephony.sip.message import Request, Response
from telephony.sip.referral import Referral

# --- effects for the user agent -------------------------------------------------------------------


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

    The same effect is said again when the 2xx comes again: the ACK is then sent as it was, Via and all.
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


@dataclass(frozen=True, slots=True)
class SessionDone:
    """Nothing will be said or expected any more; said exactly once."""


# --- events for the call ----------------------------------------------------------------------------


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
class Reoffered:
    """The peer wants to change the session: answer with `accept_reoffer` or `refuse_reoffer`.

    An empty `body` asks us to make the offer.
    """

    body: bytes


@dataclass(frozen=True, slots=True)
class ReofferConfirmed:
    """The ACK of an offerless re-INVITE came; `body` is the answer to our offer."""

    body: bytes


@dataclass(frozen=True, slots=True)
class ReofferAnswered:
    """The peer accepted our re-INVITE; `body` is its answer."""

    body: bytes


@dataclass(frozen=True, slots=True)
class ReofferRefused:
    """The peer refused our re-INVITE: the session goes on as it was (RFC 3261 14.1)."""

    status: int


@dataclass(frozen=True, slots=True)
class ReofferDue:
    """The turn that `want_reoffer` asked for: send the offer now with `reoffer`."""


@dataclass(frozen=True, slots=True)
class Replied:
    """The final status of a REFER or INFO of ours (408 and 503 also for silence and failure)."""

    method: str
    status: int


@dataclass(frozen=True, slots=True)
class ReferProgressed:
    """A NOTIFY tells how the transfer that we asked for goes (RFC 3515 2.4.4).

    Args:
        status: what the far end reports of its call to the target, 100 when it says nothing of use.
        over: no further report will come.
    """

    status: int
    over: bool


@dataclass(frozen=True, slots=True)
class TransferRequested:
    """The peer asks us to connect it elsewhere (REFER): answer with `answer_transfer`.

    Args:
        referral: to whom, and in whose place.
    """

    referral: Referral


@dataclass(frozen=True, slots=True)
class InfoReceived:
    """An INFO inside the dialog (RFC 2976/6086), already answered with 200."""

    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Ended:
    """The call is over, said exactly once; the peer's good-bye may still be on its way.

    Args:
        by: "local", "remote", or "network" (timeout, transport failure, protocol breach).
        status: the final status of a call that never came about, else None.
        reason: a short text for records: a reason phrase or our own words.
    """

    by: str
    status: int | None
    reason: str


SessionEffect: TypeAlias = (
    SendRequest
    | SendAck
    | Respond
    | CancelInvite
    | SessionDone
    | Progressed
    | Accepted
    | Confirmed
    | Reoffered
    | ReofferConfirmed
    | ReofferAnswered
    | ReofferRefused
    | ReofferDue
    | Replied
    | ReferProgressed
    | TransferRequested
    | InfoReceived
    | Ended
)

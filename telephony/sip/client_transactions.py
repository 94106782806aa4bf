"""Client transactions: RFC 3261 section 17.1 with the Accepted state of RFC 6026 section 8.4.

Here are the two tables, their actions, and the requests that a transaction makes by itself: the ACK for a
non-2xx final response (17.1.1.3) and the CANCEL (9.1). The INVITE client has no timer in Proceeding: how
long to let it ring is left to its user. The ACK for a 2xx belongs to the INVITE session. Matching
responses and keeping deadlines are left to `transactions.py`.
"""

from __future__ import annotations

from typing import ClassVar

from telephony.sip.flow import Flow
from telephony.sip.headers import Headers
from telephony.sip.machine import Output
from telephony.sip.message import Message, Request, Response
from telephony.sip.timers import Timers
from telephony.sip.transaction import Table, Transaction, TransactionState, TransactionTrigger, send_again
from telephony.sip.transaction_events import (
    ResponseReceived,
    SendData,
    TransactionFailed,
    TransactionKey,
    TransactionOutput,
    TransactionTimedOut,
)


class ClientTransaction(Transaction):
    """What both client machines share.

    Args:
        key: its name.
        flow: where the request goes.
        timers: durations.
        request: complete with the Via of this transaction; must not be changed while the transaction lives.
    """

    __slots__ = ("request",)

    first_state: ClassVar[TransactionState]

    def __init__(self, key: TransactionKey, flow: Flow, timers: Timers, request: Request) -> None:
        super().__init__(key, flow, timers, self.first_state)
        self.request: Request | None = request  # until the final response

    def start(self, now: float) -> TransactionOutput:
        """Send the request; arm timers A and B, or E and F."""
        assert self.request is not None
        data = self.request.to_bytes()
        if not self.flow.reliable:
            self.data = data
            self.resend_at = now + self.interval
        self.expire_at = now + self.timers.timeout
        return Output([SendData(self.flow, data)], [])


def _pass_up(tx: ClientTransaction, message: Message | None, now: float, out: TransactionOutput) -> None:
    assert isinstance(message, Response)
    out.events.append(ResponseReceived(tx.key, message))


def _forget(tx: ClientTransaction, message: Message | None, now: float, out: TransactionOutput) -> None:
    tx.request = None
    tx.data = b""


def _stop_timers(tx: ClientTransaction, message: Message | None, now: float, out: TransactionOutput) -> None:
    tx.stop_timers()
    tx.data = b""


def _send_ack(tx: ClientTransaction, message: Message | None, now: float, out: TransactionOutput) -> None:
    assert isinstance(message, Response)
    assert tx.request is not None
    tx.data = build_ack(tx.request, message).to_bytes()
    tx.request = None
    out.effects.append(SendData(tx.flow, tx.data))


def _resend_invite(
    tx: ClientTransaction, message: Message | None, now: float, out: TransactionOutput
) -> None:
    """Timer A doubles without limit: 0.5, 1, 2 ... 16 s."""
    send_again(tx, message, now, out)
    tx.interval *= 2
    tx.resend_at = now + tx.interval


def _resend(tx: ClientTransaction, message: Message | None, now: float, out: TransactionOutput) -> None:
    """Timer E doubles up to T2."""
    send_again(tx, message, now, out)
    tx.interval = min(2 * tx.interval, tx.timers.t2)
    tx.resend_at = now + tx.interval


def _resend_slowly(
    tx: ClientTransaction, message: Message | None, now: float, out: TransactionOutput
) -> None:
    """Timer E is T2 once a 1xx came."""
    tx.interval = tx.timers.t2
    _resend(tx, message, now, out)


def _start_cancel_timer(
    tx: ClientTransaction, message: Message | None, now: float, out: TransactionOutput
) -> None:
    """A server of RFC 2543 may never send the 487: give up 64*T1 after the CANCEL (9.1)."""
    tx.expire_at = now + tx.timers.timeout


def _start_d(tx: ClientTransaction, message: Message | None, now: float, out: TransactionOutput) -> None:
    tx.linger(tx.timers.d(tx.flow.reliable), now)


def _start_k(tx: ClientTransaction, message: Message | None, now: float, out: TransactionOutput) -> None:
    tx.linger(tx.timers.k(tx.flow.reliable), now)


def _start_m(tx: ClientTransaction, message: Message | None, now: float, out: TransactionOutput) -> None:
    tx.linger(tx.timers.timeout, now)


def _time_out(tx: ClientTransaction, message: Message | None, now: float, out: TransactionOutput) -> None:
    out.events.append(TransactionTimedOut(tx.key))


def _fail(tx: ClientTransaction, message: Message | None, now: float, out: TransactionOutput) -> None:
    out.events.append(TransactionFailed(tx.key))


_CALLING, _TRYING, _PROCEEDING = (
    TransactionState.CALLING,
    TransactionState.TRYING,
    TransactionState.PROCEEDING,
)
_COMPLETED, _ACCEPTED, _TERMINATED = (
    TransactionState.COMPLETED,
    TransactionState.ACCEPTED,
    TransactionState.TERMINATED,
)

# RFC 3261 figure 5, RFC 6026 figure 5.
# Deviation: a lost connection also ends Proceeding. A peer could answer over a new connection to our
# sent-by (18.2.2), but a user who waits for that hears dead air; better that the next trunk is tried.
INVITE_CLIENT: Table = {
    (_CALLING, TransactionTrigger.RESEND): (_CALLING, (_resend_invite,)),  # A
    (_CALLING, TransactionTrigger.EXPIRE): (_TERMINATED, (_time_out,)),  # B
    (_CALLING, TransactionTrigger.TRANSPORT_ERROR): (_TERMINATED, (_fail,)),
    (_CALLING, TransactionTrigger.PROVISIONAL): (_PROCEEDING, (_stop_timers, _pass_up)),
    (_CALLING, TransactionTrigger.SUCCESS): (_ACCEPTED, (_forget, _pass_up, _start_m)),
    (_CALLING, TransactionTrigger.FAILURE): (_COMPLETED, (_send_ack, _pass_up, _start_d)),
    (_PROCEEDING, TransactionTrigger.PROVISIONAL): (_PROCEEDING, (_pass_up,)),
    (_PROCEEDING, TransactionTrigger.SUCCESS): (_ACCEPTED, (_forget, _pass_up, _start_m)),
    (_PROCEEDING, TransactionTrigger.FAILURE): (_COMPLETED, (_send_ack, _pass_up, _start_d)),
    (_PROCEEDING, TransactionTrigger.CANCELLED): (_PROCEEDING, (_start_cancel_timer,)),
    (_PROCEEDING, TransactionTrigger.EXPIRE): (_TERMINATED, (_time_out,)),  # 64*T1 after a CANCEL
    (_PROCEEDING, TransactionTrigger.TRANSPORT_ERROR): (_TERMINATED, (_fail,)),
    (_COMPLETED, TransactionTrigger.FAILURE): (_COMPLETED, (send_again,)),
    (_COMPLETED, TransactionTrigger.EXPIRE): (_TERMINATED, ()),  # D
    (_COMPLETED, TransactionTrigger.TRANSPORT_ERROR): (_TERMINATED, (_fail,)),
    (_ACCEPTED, TransactionTrigger.SUCCESS): (_ACCEPTED, (_pass_up,)),
    (_ACCEPTED, TransactionTrigger.EXPIRE): (_TERMINATED, ()),  # M
}

# RFC 3261 figure 6.
NON_INVITE_CLIENT: Table = {
    (_TRYING, TransactionTrigger.RESEND): (_TRYING, (_resend,)),  # E
    (_TRYING, TransactionTrigger.EXPIRE): (_TERMINATED, (_time_out,)),  # F
    (_TRYING, TransactionTrigger.TRANSPORT_ERROR): (_TERMINATED, (_fail,)),
    (_TRYING, TransactionTrigger.PROVISIONAL): (_PROCEEDING, (_pass_up,)),
    (_TRYING, TransactionTrigger.SUCCESS): (_COMPLETED, (_forget, _pass_up, _start_k)),
    (_TRYING, TransactionTrigger.FAILURE): (_COMPLETED, (_forget, _pass_up, _start_k)),
    (_PROCEEDING, TransactionTrigger.RESEND): (_PROCEEDING, (_resend_slowly,)),  # E
    (_PROCEEDING, TransactionTrigger.EXPIRE): (_TERMINATED, (_time_out,)),  # F
    (_PROCEEDING, TransactionTrigger.TRANSPORT_ERROR): (_TERMINATED, (_fail,)),
    (_PROCEEDING, TransactionTrigger.PROVISIONAL): (_PROCEEDING, (_pass_up,)),
    (_PROCEEDING, TransactionTrigger.SUCCESS): (_COMPLETED, (_forget, _pass_up, _start_k)),
    (_PROCEEDING, TransactionTrigger.FAILURE): (_COMPLETED, (_forget, _pass_up, _start_k)),
    (_COMPLETED, TransactionTrigger.EXPIRE): (_TERMINATED, ()),  # K
}


class InviteClientTransaction(ClientTransaction):
    """An INVITE of ours (17.1.1)."""

    __slots__ = ()

    table = INVITE_CLIENT
    first_state = TransactionState.CALLING


class NonInviteClientTransaction(ClientTransaction):
    """Any other request of ours, CANCEL included (17.1.2)."""

    __slots__ = ()

    table = NON_INVITE_CLIENT
    first_state = TransactionState.TRYING


def build_ack(invite: Request, response: Response) -> Request:
    """The ACK for a non-2xx final response, hop by hop (17.1.1.3): To is that of the response."""
    return _companion(invite, "ACK", response.headers.get("To"))


def build_cancel(invite: Request, reason: str | None = None) -> Request:
    """The CANCEL of an INVITE of ours, with the same branch, To and Route (9.1).

    Args:
        invite: as it was sent.
        reason: a Reason header value (RFC 3326), or None.
    """
    cancel = _companion(invite, "CANCEL", invite.headers.get("To"))
    if reason is not None:
        cancel.headers.add("Reason", reason)
    return cancel


def _companion(invite: Request, method: str, to: str | None) -> Request:
    source = invite.headers
    headers = Headers([("Via", source.get("Via") or "")])
    for route in source.get_all("Route"):
        headers.add("Route", route)
    headers.add("Max-Forwards", "70")
    headers.add("From", source.get("From") or "")
    headers.add("To", to or "")
    headers.add("Call-ID", invite.call_id)
    headers.add("CSeq", f"{invite.cseq.number} {method}")
    return Request(method, invite.uri, headers)

"""Server transactions: RFC 3261 section 17.2 with the Accepted state of RFC 6026 section 8.7.

Here are the two tables and their actions. They never answer by themselves: 100 Trying is the user's
(it answers at once, so the 200 ms rule of 17.2.1 has nothing to do), and a 2xx to INVITE is repeated by
the INVITE session. Matching requests and keeping deadlines are left to `transactions.py`.
"""

from __future__ import annotations

from typing import ClassVar

from telephony.sip.flow import Flow
from telephony.sip.message import Message, Request, Response
from telephony.sip.timers import Timers
from telephony.sip.transaction import Table, Transaction, TransactionState, TransactionTrigger, send_again
from telephony.sip.transaction_events import (
    AckReceived,
    SendData,
    TransactionFailed,
    TransactionKey,
    TransactionOutput,
    TransactionTimedOut,
)


class ServerTransaction(Transaction):
    """What both server machines share. The request itself is not kept: only its last answer is.

    Args:
        key: its name.
        flow: where responses go.
        timers: durations.
        merge_key: what finds a copy of the request that came another way (8.2.2.2), None if not wanted.
        spare: where responses go once that flow is gone (`matching.spare_flow`), None for nowhere.
    """

    __slots__ = ("merge_key", "spare")

    first_state: ClassVar[TransactionState]

    def __init__(
        self,
        key: TransactionKey,
        flow: Flow,
        timers: Timers,
        merge_key: str | None,
        spare: Flow | None = None,
    ) -> None:
        super().__init__(key, flow, timers, self.first_state)
        self.merge_key = merge_key
        self.spare = spare


def _send(tx: ServerTransaction, message: Message | None, now: float, out: TransactionOutput) -> None:
    assert isinstance(message, Response)
    tx.data = message.to_bytes()
    out.effects.append(SendData(tx.flow, tx.data))


def _resend(tx: ServerTransaction, message: Message | None, now: float, out: TransactionOutput) -> None:
    """Timer G doubles up to T2."""
    send_again(tx, message, now, out)
    tx.interval = min(2 * tx.interval, tx.timers.t2)
    tx.resend_at = now + tx.interval


def _forget(tx: ServerTransaction, message: Message | None, now: float, out: TransactionOutput) -> None:
    tx.data = b""


def _pass_ack_up(tx: ServerTransaction, message: Message | None, now: float, out: TransactionOutput) -> None:
    assert isinstance(message, Request)
    out.events.append(AckReceived(message, tx.flow))


def _start_g_and_h(
    tx: ServerTransaction, message: Message | None, now: float, out: TransactionOutput
) -> None:
    if not tx.flow.reliable:
        tx.resend_at = now + tx.interval
    tx.expire_at = now + tx.timers.timeout


def _start_i(tx: ServerTransaction, message: Message | None, now: float, out: TransactionOutput) -> None:
    tx.linger(tx.timers.i(tx.flow.reliable), now)


def _start_j(tx: ServerTransaction, message: Message | None, now: float, out: TransactionOutput) -> None:
    tx.linger(tx.timers.j(tx.flow.reliable), now)


def _start_l(tx: ServerTransaction, message: Message | None, now: float, out: TransactionOutput) -> None:
    tx.linger(tx.timers.timeout, now)


def _time_out(tx: ServerTransaction, message: Message | None, now: float, out: TransactionOutput) -> None:
    out.events.append(TransactionTimedOut(tx.key))


def _fail(tx: ServerTransaction, message: Message | None, now: float, out: TransactionOutput) -> None:
    out.events.append(TransactionFailed(tx.key))


_TRYING, _PROCEEDING, _COMPLETED = (
    TransactionState.TRYING,
    TransactionState.PROCEEDING,
    TransactionState.COMPLETED,
)
_CONFIRMED, _ACCEPTED, _TERMINATED = (
    TransactionState.CONFIRMED,
    TransactionState.ACCEPTED,
    TransactionState.TERMINATED,
)

# A lost connection ends the transaction where there is no other way to the peer, or where that failed too.

# RFC 3261 figure 7, RFC 6026 figure 6. A transport error leaves Accepted alone (RFC 6026 8.7).
INVITE_SERVER: Table = {
    (_PROCEEDING, TransactionTrigger.REQUEST): (_PROCEEDING, (send_again,)),
    (_PROCEEDING, TransactionTrigger.PROVISIONAL): (_PROCEEDING, (_send,)),
    (_PROCEEDING, TransactionTrigger.SUCCESS): (_ACCEPTED, (_send, _forget, _start_l)),
    (_PROCEEDING, TransactionTrigger.FAILURE): (_COMPLETED, (_send, _start_g_and_h)),
    (_PROCEEDING, TransactionTrigger.TRANSPORT_ERROR): (_TERMINATED, (_fail,)),
    (_COMPLETED, TransactionTrigger.REQUEST): (_COMPLETED, (send_again,)),
    (_COMPLETED, TransactionTrigger.RESEND): (_COMPLETED, (_resend,)),  # G
    (_COMPLETED, TransactionTrigger.ACK): (_CONFIRMED, (_forget, _start_i)),
    (_COMPLETED, TransactionTrigger.EXPIRE): (_TERMINATED, (_time_out,)),  # H
    (_COMPLETED, TransactionTrigger.TRANSPORT_ERROR): (_TERMINATED, (_fail,)),
    (_CONFIRMED, TransactionTrigger.EXPIRE): (_TERMINATED, ()),  # I
    (_ACCEPTED, TransactionTrigger.SUCCESS): (_ACCEPTED, (_send, _forget)),
    (_ACCEPTED, TransactionTrigger.ACK): (_ACCEPTED, (_pass_ack_up,)),
    (_ACCEPTED, TransactionTrigger.EXPIRE): (_TERMINATED, ()),  # L
}

# RFC 3261 figure 8.
NON_INVITE_SERVER: Table = {
    (_TRYING, TransactionTrigger.PROVISIONAL): (_PROCEEDING, (_send,)),
    (_TRYING, TransactionTrigger.SUCCESS): (_COMPLETED, (_send, _start_j)),
    (_TRYING, TransactionTrigger.FAILURE): (_COMPLETED, (_send, _start_j)),
    (_TRYING, TransactionTrigger.TRANSPORT_ERROR): (_TERMINATED, (_fail,)),
    (_PROCEEDING, TransactionTrigger.REQUEST): (_PROCEEDING, (send_again,)),
    (_PROCEEDING, TransactionTrigger.PROVISIONAL): (_PROCEEDING, (_send,)),
    (_PROCEEDING, TransactionTrigger.SUCCESS): (_COMPLETED, (_send, _start_j)),
    (_PROCEEDING, TransactionTrigger.FAILURE): (_COMPLETED, (_send, _start_j)),
    (_PROCEEDING, TransactionTrigger.TRANSPORT_ERROR): (_TERMINATED, (_fail,)),
    (_COMPLETED, TransactionTrigger.REQUEST): (_COMPLETED, (send_again,)),
    (_COMPLETED, TransactionTrigger.EXPIRE): (_TERMINATED, ()),  # J
    (_COMPLETED, TransactionTrigger.TRANSPORT_ERROR): (_TERMINATED, (_fail,)),
}


class InviteServerTransaction(ServerTransaction):
    """A peer's INVITE (17.2.1)."""

    __slots__ = ()

    table = INVITE_SERVER
    first_state = TransactionState.PROCEEDING


class NonInviteServerTransaction(ServerTransaction):
    """Any other request of a peer but ACK (17.2.2)."""

    __slots__ = ()

    table = NON_INVITE_SERVER
    first_state = TransactionState.TRYING

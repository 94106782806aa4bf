"""The transaction layer: every live transaction, found by message or by key, with one heap of deadlines.

Messages and user commands go in; effects for the transport and events for the transaction user come out. The
machines themselves are in `client_transactions.py` and `server_transactions.py`, names of transactions in
`matching.py`.

Most transactions are only lingering (32 s in J, L, M or D), so the layer must be cheap with 50,000 of them:
slotted objects that keep the last bytes and no message, and one heap entry each, moved lazily.
"""

from __future__ import annotations

from collections.abc import Callable

from telephony.sip.client_transactions import (
    ClientTransaction,
    InviteClientTransaction,
    NonInviteClientTransaction,
    build_cancel,
)
from telephony.sip.deadlines import DeadlineHeap
from telephony.sip.errors import LocalProtocolError
from telephony.sip.flow import Flow
from telephony.sip.machine import Output
from telephony.sip.matching import (
    client_key,
    merge_key,
    reply_flow,
    response_key,
    server_key,
    spare_flow,
    stamp_source,
)
from telephony.sip.message import Request, Response
from telephony.sip.server_transactions import (
    InviteServerTransaction,
    NonInviteServerTransaction,
    ServerTransaction,
)
from telephony.sip.timers import Timers
from telephony.sip.transaction import Transaction, TransactionState, TransactionTrigger
from telephony.sip.transaction_events import (
    AckReceived,
    RequestReceived,
    SendData,
    TransactionKey,
    TransactionOutput,
)


class TransactionLayer:
    """All transactions of one switch.

    Args:
        timers: T1, T2, T4 and what follows from them, in seconds.
        new_branch: makes a fresh Via branch, beginning with "z9hG4bK".
        sent_by: our own "host:port" (IPv6 in brackets) to write into the Via of a request on this flow.
    """

    def __init__(
        self, timers: Timers, *, new_branch: Callable[[], str], sent_by: Callable[[Flow], str]
    ) -> None:
        self._timers = timers
        self._new_branch = new_branch
        self._sent_by = sent_by
        self._live: dict[TransactionKey, Transaction] = {}
        self._merged: dict[str, TransactionKey] = {}
        # Only of reliable flows, so that a closed connection costs nothing to the other 50,000.
        self._on_connection: dict[Flow, set[TransactionKey]] = {}
        self._deadlines: DeadlineHeap[Transaction] = DeadlineHeap()

    def __len__(self) -> int:
        return len(self._live)

    def receive(self, message: Request | Response, flow: Flow, now: float) -> TransactionOutput:
        """A parsed message from the wire.

        Responses that answer nothing of ours are dropped (RFC 6026 section 8.9).

        Raises:
            RemoteProtocolError: the Via, From, To, CSeq or Call-ID can't be read.
        """
        if isinstance(message, Response):
            return self._receive_response(message, now)
        if message.method == "ACK":
            return self._receive_ack(message, flow, now)
        key = server_key(message, message.method)
        transaction = self._live.get(key)
        if transaction is not None:
            if flow.reliable and flow != transaction.flow:
                self._move(transaction, flow)  # repeated over a connection that is there
            return self._apply(transaction, TransactionTrigger.REQUEST, now, message)
        return Output([], [self._new_server(key, message, flow)])

    def send_request(
        self, request: Request, flow: Flow, now: float
    ) -> tuple[TransactionKey, TransactionOutput]:
        """Send a request of ours (not an ACK) as a new client transaction.

        Args:
            request: gets our Via on top, in place; must not be changed before its final response.
            flow: where to send it.
            now: seconds.
        """
        if request.method == "ACK":
            raise LocalProtocolError("an ACK makes no transaction: use send_ack")
        branch = self._push_via(request, flow)
        return self._start_client(request, branch, flow, now)

    def send_ack(self, request: Request, flow: Flow) -> SendData:
        """The ACK of a 2xx, with a Via of its own (13.2.2.4); keep what is returned to repeat it."""
        self._push_via(request, flow)
        return SendData(flow, request.to_bytes())

    def send_response(self, key: TransactionKey, response: Response, now: float) -> TransactionOutput:
        """Answer a request; also each repetition of a 2xx to INVITE.

        A response that comes too late (after a final one, or after the transaction ended) does nothing,
        as 17.2.1 and 17.2.2 have it.
        """
        transaction = self._live.get(key)
        if transaction is None:
            return Output([], [])
        if not isinstance(transaction, ServerTransaction):
            raise LocalProtocolError("a response to a request of our own")
        return self._apply(transaction, _trigger_of(response), now, response)

    def answer_once(self, key: TransactionKey, response: Response) -> SendData | None:
        """Refuse a request without keeping anything of it, as a stateless server does (RFC 3261 8.2.7).

        A client that loses the response sends its request again. None when the transaction is gone already.
        """
        transaction = self._live.get(key)
        if transaction is None:
            return None
        self._remove(transaction)
        return SendData(transaction.flow, response.to_bytes())

    def cancel(
        self, key: TransactionKey, now: float, reason: str | None = None
    ) -> tuple[TransactionKey, TransactionOutput]:
        """Send the CANCEL of an INVITE of ours (9.1); 64*T1 later the INVITE times out by itself.

        Args:
            key: the INVITE.
            now: seconds.
            reason: a Reason header value (RFC 3326), or None.

        Raises:
            LocalProtocolError: no provisional response came yet, or a final one did.
        """
        invite = self._live.get(key)
        if (
            not isinstance(invite, InviteClientTransaction)
            or invite.state is not TransactionState.PROCEEDING
            or invite.request is None
        ):
            raise LocalProtocolError("only an INVITE in Proceeding can be cancelled")
        cancel = build_cancel(invite.request, reason)
        self._apply(invite, TransactionTrigger.CANCELLED, now)
        return self._start_client(cancel, cancel.via.branch or "", invite.flow, now)

    def transport_failed(self, flow: Flow, now: float) -> TransactionOutput:
        """A connection closed, or datagrams to this peer can't be sent.

        Requests of the peer that came over it are answered over another one where the peer takes it. What was
        said last is said there again: it may be lost, and it shows whether that way leads anywhere.
        """
        if flow.reliable:
            hit = [self._live[key] for key in self._on_connection.get(flow, ())]
        else:
            hit = [each for each in self._live.values() if each.flow.remote == flow.remote]
            hit = [each for each in hit if each.flow.transport == flow.transport]
        out: TransactionOutput = Output([], [])
        for transaction in hit:
            if isinstance(transaction, ServerTransaction) and transaction.spare is not None:
                self._move(transaction, transaction.spare)
                transaction.spare = None
                if transaction.data:
                    out.effects.append(SendData(transaction.flow, transaction.data))
                continue
            _extend(out, self._apply(transaction, TransactionTrigger.TRANSPORT_ERROR, now))
        return out

    def flow_moved(self, old: Flow, new: Flow) -> None:
        """Requests that wait for an answer at a datagram flow are repeated to another one."""
        if old.reliable or new.reliable:
            return
        for transaction in self._live.values():
            if transaction.flow == old and isinstance(transaction, ClientTransaction):
                transaction.flow = new

    def next_deadline(self) -> float | None:
        """When `handle_timer` must be called next, in seconds; None when nothing waits."""
        return self._deadlines.next_deadline()

    def handle_timer(self, now: float) -> TransactionOutput:
        """Fire everything that is due at `now`."""
        out: TransactionOutput = Output([], [])
        while (transaction := self._deadlines.pop_due(now)) is not None:
            _extend(out, self._settle(transaction, transaction.handle_timer(now)))
        return out

    def _receive_response(self, response: Response, now: float) -> TransactionOutput:
        transaction = self._live.get(response_key(response))
        if transaction is None:
            return Output([], [])
        return self._apply(transaction, _trigger_of(response), now, response)

    def _receive_ack(self, request: Request, flow: Flow, now: float) -> TransactionOutput:
        transaction = self._live.get(server_key(request, "INVITE"))
        if transaction is None:
            return Output([], [AckReceived(request, flow)])
        return self._apply(transaction, TransactionTrigger.ACK, now, request)

    def _new_server(self, key: TransactionKey, request: Request, flow: Flow) -> RequestReceived:
        invite_key = None
        if request.method == "CANCEL":
            invite_key = server_key(request, "INVITE")
            if invite_key not in self._live:
                invite_key = None
        shared = merge_key(request)
        merged = shared is not None and self._merged.setdefault(shared, key) != key
        kind = InviteServerTransaction if request.method == "INVITE" else NonInviteServerTransaction
        back = reply_flow(request.via, flow)
        spare = spare_flow(request.via, flow)
        self._add(kind(key, back, self._timers, None if merged else shared, spare))
        stamp_source(request, flow)
        return RequestReceived(key, request, flow, invite_key, merged)

    def _push_via(self, request: Request, flow: Flow) -> str:
        branch = self._new_branch()
        via = f"SIP/2.0/{flow.transport} {self._sent_by(flow)};branch={branch};rport"
        request.headers.insert_first("Via", via)
        return branch

    def _start_client(
        self, request: Request, branch: str, flow: Flow, now: float
    ) -> tuple[TransactionKey, TransactionOutput]:
        key = client_key(branch, request.method)
        if key in self._live:
            raise LocalProtocolError("this branch is in use")
        kind = InviteClientTransaction if request.method == "INVITE" else NonInviteClientTransaction
        transaction: ClientTransaction = kind(key, flow, self._timers, request)
        out = transaction.start(now)
        self._add(transaction)
        return key, self._settle(transaction, out)

    def _add(self, transaction: Transaction) -> None:
        self._live[transaction.key] = transaction
        self._note_connection(transaction)

    def _move(self, transaction: Transaction, flow: Flow) -> None:
        self._forget_connection(transaction)
        transaction.flow = flow
        self._note_connection(transaction)

    def _note_connection(self, transaction: Transaction) -> None:
        if transaction.flow.reliable:
            self._on_connection.setdefault(transaction.flow, set()).add(transaction.key)

    def _forget_connection(self, transaction: Transaction) -> None:
        if transaction.flow.reliable:
            siblings = self._on_connection[transaction.flow]
            siblings.discard(transaction.key)
            if not siblings:
                del self._on_connection[transaction.flow]

    def _remove(self, transaction: Transaction) -> None:
        key = transaction.key
        del self._live[key]
        transaction.stop_timers()
        if isinstance(transaction, ServerTransaction) and transaction.merge_key is not None:
            del self._merged[transaction.merge_key]
        self._forget_connection(transaction)

    def _apply(
        self,
        transaction: Transaction,
        trigger: TransactionTrigger,
        now: float,
        message: Request | Response | None = None,
    ) -> TransactionOutput:
        return self._settle(transaction, transaction.receive(trigger, now, message))

    def _settle(self, transaction: Transaction, out: TransactionOutput) -> TransactionOutput:
        """Note what a transaction's step changed: its end, or its deadline."""
        if transaction.state is TransactionState.TERMINATED:
            self._remove(transaction)
        else:
            self._deadlines.arm(transaction)
        return out


def _extend(out: TransactionOutput, more: TransactionOutput) -> None:
    out.effects.extend(more.effects)
    out.events.extend(more.events)


def _trigger_of(response: Response) -> TransactionTrigger:
    if response.status < 200:
        return TransactionTrigger.PROVISIONAL
    return TransactionTrigger.SUCCESS if response.status < 300 else TransactionTrigger.FAILURE

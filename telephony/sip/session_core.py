"""The core of an INVITE session: the way of messages, 2xx and ACK, BYE; the base of `session_requests.py`.

The session is the user of the transactions: it repeats its 2xx until the ACK comes (RFC 3261 13.3.1.4), says
the ACK of the peer's 2xx again whenever that comes again (13.2.2.4), and ends with BYE from either side (15).
How a session is changed while it lasts is in `session.py`, how it begins in `session_uas.py` and
`session_uac.py`. What the bodies mean is left to `telephony.sdp`, sockets and transactions to
`telephony.sip.user_agent`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from telephony.sip.dialog import Dialog
from telephony.sip.transaction_events import AckReceived, RequestReceived, ResponseReceived, TransactionKey
from telephony.sip.errors import LocalProtocolError
from telephony.sip.message import Request, Response
from telephony.sip.session_events import (
    Confirmed,
    Ended,
    ReofferConfirmed,
    Replied,
    Respond,
    SendAck,
    SendRequest,
    SessionDone,
    SessionEffect,
)
from telephony.sip.session_states import ALLOW, MOVES, SDP, State
from telephony.sip.timers import Timers


@dataclass(frozen=True, slots=True)
class Unacked:
    """A 2xx of ours whose ACK has not come yet.

    Args:
        key: the INVITE's server transaction.
        response: the 2xx, to repeat it.
        offers: its body is an offer, so the ACK must bring the answer (RFC 3261 13.2.1).
    """

    key: TransactionKey
    response: Response
    offers: bool


class SessionCore:
    """What all INVITE sessions share; never made bare.

    Args:
        state: the first state.
        invite: the INVITE that begins the call.
        local_tag: our tag, unique in this process.
        timers: T1, T2 and what follows from them, in seconds.
        contact: our Contact header value.
        random: uniform in [0, 1), for the delays of RFC 3261 14.
    """

    __slots__ = (
        "_acks",
        "_bye_open",
        "_bye_reason",
        "_bye_wanted",
        "_deadlines",
        "_ended",
        "_interval",
        "_out",
        "_random",
        "_unacked",
        "contact",
        "dialog",
        "invite",
        "local_tag",
        "state",
        "timers",
    )

    def __init__(
        self,
        state: State,
        invite: Request,
        local_tag: str,
        *,
        timers: Timers,
        contact: str,
        random: Callable[[], float],
    ) -> None:
        self.state = state
        self.invite = invite
        self.local_tag = local_tag
        self.timers = timers
        self.contact = contact
        self.dialog: Dialog | None = None
        self._random = random
        self._out: list[SessionEffect] = []
        self._deadlines: dict[str, float] = {}
        self._interval = timers.t1
        self._unacked: Unacked | None = None
        self._acks: dict[int, SendAck] = {}  # by CSeq, said again to each 2xx that comes again
        self._bye_wanted = False  # as soon as the ACK of our 2xx came
        self._bye_open = False  # our BYE has no final response yet
        self._bye_reason: str | None = None
        self._ended = False

    # --- the face of a machine ------------------------------------------------------------------------

    def receive(
        self, event: RequestReceived | AckReceived | ResponseReceived, now: float
    ) -> list[SessionEffect]:
        """Take one message that belongs to this session.

        Args:
            event: what the transaction layer passed up.
            now: seconds, any steady clock.
        """
        if isinstance(event, RequestReceived):
            self._request(event.key, event.request, now)
        elif isinstance(event, AckReceived):
            self._ack_arrived(event.request)
        else:
            self._response(event.response, now)
        return self._drain()

    def request_failed(self, method: str, cseq: int, status: int) -> list[SessionEffect]:
        """A request of ours got no answer.

        Args:
            method: the request's method.
            cseq: its CSeq number.
            status: 408 for a timeout, 503 for a transport failure (RFC 3261 8.1.3.1).
        """
        if method == "INVITE":
            self._invite_failed(cseq, status)
        else:
            self._replied(method, status)
        return self._drain()

    def next_deadline(self) -> float | None:
        """When `handle_timer` is due, in seconds of the same clock."""
        return min(self._deadlines.values()) if self._deadlines else None

    def handle_timer(self, now: float) -> list[SessionEffect]:
        """Let every deadline that has passed act."""
        for name in [name for name, at in self._deadlines.items() if at <= now]:
            if self._deadlines.pop(name, None) is not None:
                self._timer(name, now)
        return self._drain()

    # --- commands -------------------------------------------------------------------------------------

    def hang_up(self, reason: str | None = None) -> list[SessionEffect]:
        """End the call whatever its state; harmless when it is over already.

        Args:
            reason: a Reason header value (RFC 3326) for the peer.
        """
        self._hang_up(reason)
        return self._drain()

    # --- requests of the peer -------------------------------------------------------------------------

    def _request(self, key: TransactionKey, request: Request, now: float) -> None:
        dialog = self.dialog
        if dialog is None or self.state is State.DONE:
            self._out.append(Respond(key, request.response(481)))
        elif not dialog.accepts(request):
            self._out.append(Respond(key, request.response(500, "CSeq Out Of Order")))
        elif request.method == "BYE":
            self._bye_arrived(key, request)
        elif self._ended:
            # RFC 3261 15.1.1: with our BYE the session is over; only the peer's BYE still means something.
            self._out.append(Respond(key, request.response(481)))
        elif request.method == "INVITE":
            self._reinvite_arrived(key, request)
        elif request.method == "UPDATE":
            self._update_arrived(key, request, now)
        else:
            self._other_arrived(key, request)

    def _bye_arrived(self, key: TransactionKey, request: Request) -> None:
        self._out.append(Respond(key, request.response(200)))
        self._end("remote", None, "BYE")
        if self.state is not State.ENDING:  # else two BYEs crossed: ours still waits for its own answer
            self._stop_retransmitting()
            self._drop_offers()
            self._go(State.ENDING)
        self._finish_if_quiet()

    def _reinvite_arrived(self, key: TransactionKey, request: Request) -> None:
        """The peer wants to change the session."""
        raise NotImplementedError

    def _update_arrived(self, key: TransactionKey, request: Request, now: float) -> None:
        """The peer refreshes or changes the session by UPDATE."""
        raise NotImplementedError

    def _other_arrived(self, key: TransactionKey, request: Request) -> None:
        """Any other request."""
        raise NotImplementedError

    # --- our 2xx, until its ACK -----------------------------------------------------------------------

    def _accept(self, key: TransactionKey, request: Request, body: bytes, now: float) -> None:
        response = request.response(200, to_tag=self.local_tag)
        self._dress(response, body)
        self._grant_time(request, response, now)
        self._out.append(Respond(key, response))
        self._unacked = Unacked(key, response, offers=not request.body)
        self._interval = self.timers.t1
        self._deadlines["retransmit"] = now + self._interval
        self._deadlines["ack"] = now + self.timers.timeout

    def _ack_arrived(self, request: Request) -> None:
        unacked = self._unacked
        if unacked is None or unacked.response.cseq.number != request.cseq.number:
            return  # the ACK of a retransmission, or of a 2xx that was acknowledged before
        self._acknowledged(unacked, request.body)
        if self._bye_wanted:
            self._send_bye()
        else:
            self._take_turn()

    def _acknowledged(self, unacked: Unacked, body: bytes) -> None:
        self._stop_retransmitting()
        event: SessionEffect | None = None
        if self.state is State.ACCEPTED:
            self._go(State.CONFIRMED)
            event = Confirmed(body)
        elif unacked.offers:
            event = ReofferConfirmed(body)
        if event is not None and not self._ended:
            self._out.append(event)

    def _stop_retransmitting(self) -> None:
        self._unacked = None
        self._deadlines.pop("retransmit", None)
        self._deadlines.pop("ack", None)

    def _timer(self, name: str, now: float) -> None:
        if name == "retransmit" and self._unacked is not None:
            # T1, doubling up to T2, over any transport: hops beyond ours may be unreliable (13.3.1.4).
            self._out.append(Respond(self._unacked.key, self._unacked.response))
            self._interval = min(2 * self._interval, self.timers.t2)
            self._deadlines["retransmit"] = now + self._interval
        elif name == "ack":
            # RFC 3261 13.3.1.4, 14.2: no ACK within 64*T1 ends the session with a BYE.
            self._end("network", None, "no ACK")
            self._send_bye()

    # --- responses of the peer ------------------------------------------------------------------------

    def _response(self, response: Response, now: float) -> None:
        if response.cseq.method == "INVITE":
            self._invite_response(response, now)
        elif response.status >= 200 and self.dialog is not None:
            if self._is_of_fork(response):
                return  # to the BYE that dismissed a fork of the call
            again = self._with_credentials(response)
            if again is not None:
                self._send(again)
            else:
                self._replied(response.cseq.method, response.status)

    def _replied(self, method: str, status: int) -> None:
        if method == "BYE":
            self._bye_open = False  # whatever the answer is, the session is over (15.1.1)
            self._finish_if_quiet()
        elif self._ended:
            return
        elif status in (408, 481):
            self._dialog_lost()
        else:
            self._out.append(Replied(method, status))

    def _invite_response(self, response: Response, now: float) -> None:
        """A response to an INVITE of ours."""
        raise NotImplementedError

    def _invite_failed(self, cseq: int, status: int) -> None:
        """An INVITE of ours got no answer."""
        raise NotImplementedError

    def _is_of_fork(self, response: Response) -> bool:
        """Whether it comes from a phone that was dismissed. A To tag that nobody knows is our peer's mistake:
        were it not taken for the peer's, the call would wait for ever for the end of its BYE."""
        return False

    def _with_credentials(self, response: Response) -> Request | None:
        """The request to send again if the response is a challenge that can be met."""
        return None

    def _credentials(self, cseq: int) -> Iterable[tuple[str, str]]:
        """The credentials of an INVITE of ours; its ACK carries the same (RFC 3261 13.2.2.4)."""
        return ()

    # --- our own requests -----------------------------------------------------------------------------

    def _send(self, request: Request) -> None:
        self._out.append(SendRequest(request, self.dialog))

    def _ack_in(self, dialog: Dialog, cseq: int, body: bytes = b"") -> SendAck:
        ack = dialog.request("ACK", cseq=cseq)
        for name, value in self._credentials(cseq):
            ack.headers.add(name, value)
        if body:
            ack.headers.set("Content-Type", SDP)
            ack.body = body
        return SendAck(ack, dialog)

    def _acknowledge(self, cseq: int, body: bytes = b"") -> None:
        assert self.dialog is not None
        self._acks[cseq] = self._ack_in(self.dialog, cseq, body)
        self._out.append(self._acks[cseq])

    def _dress(self, message: Request | Response, body: bytes) -> None:
        message.headers.set("Contact", self.contact)
        message.headers.set("Allow", ALLOW)
        if body:
            message.headers.set("Content-Type", SDP)
            message.body = body

    def _grant_time(self, request: Request, response: Response, now: float) -> None:
        """Say in our 2xx how long the session lasts without a refresh."""
        raise NotImplementedError

    def _take_turn(self) -> None:
        """The line may be free for a change that the call waits to make."""

    def _drop_offers(self) -> None:
        """Changes under way are over with the call."""

    # --- the end --------------------------------------------------------------------------------------

    def _hang_up(self, reason: str | None, *, by: str = "local", text: str = "hung up") -> None:
        """End a call that was answered; the sides extend this to calls that were not."""
        if self.state is State.ACCEPTED:
            # RFC 3261 15: the callee must not send BYE before the ACK came or its wait timed out.
            self._bye_wanted, self._bye_reason = True, reason
            self._end(by, None, text)
        elif self.state is State.CONFIRMED:
            self._bye_reason = reason
            self._end(by, None, text)
            self._send_bye()

    def _dialog_lost(self) -> None:
        # RFC 3261 12.2.1.2: after 408, 481 or silence the peer no longer knows the dialog.
        self._hang_up(None, by="network", text="dialog lost")

    def _send_bye(self) -> None:
        assert self.dialog is not None
        self._stop_retransmitting()
        self._drop_offers()
        bye = self.dialog.request("BYE")
        if self._bye_reason is not None:
            bye.headers.add("Reason", self._bye_reason)
        self._go(State.ENDING)
        self._bye_open = True
        self._send(bye)

    def _go(self, state: State) -> None:
        if state not in MOVES[self.state]:
            raise LocalProtocolError(f"session may not go from {self.state.value} to {state.value}")
        self.state = state

    def _end(self, by: str, status: int | None, reason: str) -> None:
        if not self._ended:
            self._ended = True
            self._out.append(Ended(by, status, reason))

    def _finish_if_quiet(self) -> None:
        """Finish once nothing is owed to us any more."""
        if self.state is State.ENDING and not self._bye_open:
            self._finish()

    def _finish(self) -> None:
        self._go(State.DONE)
        self._deadlines.clear()
        self._out.append(SessionDone())

    def _drain(self) -> list[SessionEffect]:
        out, self._out = self._out, []
        return out

"""The INVITE session: one call in signalling, from its INVITE to the answer to its BYE (RFC 3261 12 to 15).

It is the user of the transactions: it repeats its 2xx until the ACK comes (13.3.1.4), repeats the ACK of the
peer's 2xx whenever that comes again (13.2.2.4), changes the session by re-INVITE and UPDATE (14, RFC 3311),
keeps it up by refreshes (RFC 4028), transfers it by REFER (RFC 3515), and ends it with BYE from either side
(15).

What the session does is decided by its state and the table of moves at the end of this file. What has a state
of its own is a part: `Negotiation` (who may change the session), `SessionTimer`, `Transfers`, `Liveness`,
`DigestClient`. The INVITE client has no timer once a 1xx came, so the user who waits for an answer owns the
no-answer timer and calls `hang_up`. What bodies mean is left to `telephony.sdp`, the way of messages to
`user_agent.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from math import inf
from typing import Any, TypeAlias

from telephony.sip.auth_client import DigestClient
from telephony.sip.capabilities import ALLOW, SDP, body_refusal, with_capabilities
from telephony.sip.dialog import Dialog, needs_tls
from telephony.sip.errors import LocalProtocolError, RemoteProtocolError
from telephony.sip.grammar import parse_number
from telephony.sip.info_keys import KEY_TYPES, read_keys
from telephony.sip.liveness import Liveness
from telephony.sip.machine import Output
from telephony.sip.message import Request, Response
from telephony.sip.negotiation import AwaitedAck, Negotiation
from telephony.sip.referral import Transfers
from telephony.sip.session_events import (
    Accepted,
    CancelInvite,
    Confirmed,
    Ended,
    InfoReceived,
    InviteCancelled,
    Progressed,
    ReferProgressed,
    ReferReceived,
    ReinviteAnswered,
    ReinviteConfirmed,
    ReinviteDue,
    ReinviteReceived,
    ReinviteRefused,
    Replied,
    RequestFailed,
    Respond,
    SendAck,
    SendRequest,
    SessionEffect,
    SessionEvent,
    SessionInput,
    SessionOutput,
)
from telephony.sip.session_timer import SessionTimer
from telephony.sip.timers import Timers
from telephony.sip.transaction_events import AckReceived, RequestReceived, ResponseReceived, TransactionKey

# RFC 3261 13.3.1.1: a proxy cancels after three silent minutes, so the last 1xx is repeated every minute.
PROGRESS_INTERVAL = 60.0
# Expires = "Expires" HCOLON delta-seconds, at most 2**32-1 (20.19).
MAX_EXPIRES = 2**32 - 1


class SessionState(Enum):
    """Where a call stands in signalling."""

    INITIAL = "initial"  # our INVITE was not sent yet
    CALLING = "calling"  # we sent INVITE, nothing heard
    PROCEEDING = "proceeding"  # a provisional response was heard
    ABANDONED = "abandoned"  # we hung up before anything was heard: CANCEL must wait for a 1xx (RFC 3261 9.1)
    CANCELLING = "cancelling"  # we sent CANCEL and wait for the final response
    ANSWERED = "answered"  # the peer's 2xx brings an offer: our ACK waits for the answer to it
    OFFERED = "offered"  # the peer's INVITE has no final answer yet
    ACCEPTED = "accepted"  # we sent 2xx and wait for its ACK
    CLOSING = "closing"  # we hung up before that ACK: BYE must wait for it (RFC 3261 15)
    CONFIRMED = "confirmed"
    ENDING = "ending"  # a BYE was sent or received, and an answer that we are owed is still missing
    DONE = "done"


class SessionTrigger(Enum):
    """What can move a session. Values are the labels in the documentation's diagram."""

    START = "INVITE sent"
    PROVISIONAL = "1xx"
    SUCCESS = "2xx"
    SUCCESS_WITH_OFFER = "2xx with an offer"
    SUCCESS_WITHOUT_WAY = "2xx for TLS alone"
    RETRY = "INVITE resent"
    FAILURE = "300-699"
    NO_RESPONSE = "timeout or transport error"
    ANSWER_OFFER = "ACK sent"
    PROGRESS = "1xx sent"
    ACCEPT = "2xx sent"
    REFUSE = "300-699 sent"
    CANCEL = "CANCEL"
    EXPIRE = "Expires"
    UNREACHABLE = "transport error"
    ACK = "ACK"
    NO_ACK = "no ACK"
    HANG_UP = "hang up"
    BYE = "BYE"
    QUIET = "all answered"


# In these `Ended` was told already.
_OVER = frozenset(
    {
        SessionState.ABANDONED,
        SessionState.CANCELLING,
        SessionState.CLOSING,
        SessionState.ENDING,
        SessionState.DONE,
    }
)
# In these a request in the dialog may be requested; before CONFIRMED it waits for the ACK.
_UP = frozenset({SessionState.ACCEPTED, SessionState.ANSWERED, SessionState.CONFIRMED})


@dataclass(frozen=True, slots=True)
class _HangUp:
    """Why we end a call: for the `Ended` event, and a Reason header value (RFC 3326) for the peer."""

    by: str
    text: str
    reason: str | None


class InviteSession:
    """One call; made by `outgoing` or `incoming`.

    Args:
        state: the first state.
        invite: the INVITE that begins the call.
        local_tag: our tag, unique in this process.
        key: the server transaction of the peer's INVITE, None for a call that we make.
        timers: T1, T2 and what follows from them, in seconds.
        contact: our Contact header value.
        random: uniform in [0, 1), for the delays of RFC 3261 14.
        digest: our credentials, None when we have none.

    Attributes:
        dialog: None before there is one.
    """

    __slots__ = (
        "_acks",
        "_bye_open",
        "_digest",
        "_effects",
        "_events",
        "_expires_at",
        "_forks",
        "_liveness",
        "_negotiation",
        "_progress",
        "_progress_at",
        "_random",
        "_reason",
        "_timer",
        "_timers",
        "_transfers",
        "_waiting",
        "contact",
        "dialog",
        "invite",
        "key",
        "local_tag",
        "state",
    )

    def __init__(
        self,
        state: SessionState,
        invite: Request,
        local_tag: str,
        *,
        key: TransactionKey | None,
        timers: Timers,
        contact: str,
        random: Callable[[], float],
        digest: DigestClient | None = None,
    ) -> None:
        self.state = state
        self.invite = invite
        self.local_tag = local_tag
        self.key = key
        self.contact = contact
        self.dialog: Dialog | None = None
        self._timers = timers
        self._random = random
        self._digest = digest
        self._negotiation = Negotiation(owns_call_id=key is None, random=random)
        self._timer = SessionTimer(timers.session_expires)
        self._transfers = Transfers()
        self._liveness = Liveness()
        self._progress: Response | None = None  # our last 1xx, until the call is answered
        self._progress_at = inf
        self._expires_at = inf
        self._reason: str | None = None  # of our CANCEL or BYE
        self._bye_open = False  # our BYE has no final response yet
        self._acks: dict[int, SendAck] = {}  # by CSeq, repeated for each 2xx that comes again
        self._forks: dict[str, SendAck] = {}  # by To tag: phones that answered too late and were hung up
        self._waiting: list[tuple[str, tuple[tuple[str, str], ...], bytes]] = []  # for the ACK
        self._effects: list[SessionEffect] = []
        self._events: list[SessionEvent] = []

    @classmethod
    def outgoing(
        cls,
        request: Request,
        *,
        timers: Timers,
        contact: str,
        random: Callable[[], float],
        digest: DigestClient | None = None,
    ) -> InviteSession:
        """A call that we make; `start` it.

        Args:
            request: the INVITE without Via, with our From tag and (usually) an SDP offer, which may be added
                until `start`.
            timers, contact, random, digest: as for the class.
        """
        return cls(
            SessionState.INITIAL,
            request,
            request.from_.tag or "",
            key=None,
            timers=timers,
            contact=contact,
            random=random,
            digest=digest,
        )

    @classmethod
    def incoming(
        cls,
        key: TransactionKey,
        request: Request,
        *,
        local_tag: str,
        timers: Timers,
        contact: str,
        random: Callable[[], float],
        now: float,
    ) -> InviteSession:
        """A call that the peer offers to us.

        Args:
            key: the INVITE's server transaction.
            request: the INVITE.
            local_tag, timers, contact, random: as for the class.
            now: seconds.

        Raises:
            RemoteProtocolError: when the INVITE cannot begin a dialog.
        """
        session = cls(
            SessionState.OFFERED, request, local_tag, key=key, timers=timers, contact=contact, random=random
        )
        session.dialog = Dialog.from_request(request, local_tag)
        expires = parse_number(request.headers.get("Expires") or "", MAX_EXPIRES)
        if expires is not None:
            session._expires_at = now + expires
        return session

    @property
    def ended(self) -> bool:
        """True once the call is over for its users, though signalling may go on for a moment."""
        return self.state in _OVER

    # --- the face of a machine ------------------------------------------------------------------------

    def receive(self, event: SessionInput, now: float) -> SessionOutput:
        """Take what happened to this session.

        Args:
            event: a message that belongs to it, or what became of a transaction of its.
            now: seconds, any steady clock.
        """
        if isinstance(event, RequestReceived):
            self._liveness.heard(now)
            self._request(event, now)
        elif isinstance(event, ResponseReceived):
            self._liveness.heard(now)
            self._response(event.response, now)
        elif isinstance(event, AckReceived):
            self._liveness.heard(now)
            self._ack(event.request, now)
        elif isinstance(event, RequestFailed):
            self._request_failed(event, now)
        elif isinstance(event, InviteCancelled):
            self._fire(SessionTrigger.CANCEL, now)
        else:
            self._fire(SessionTrigger.UNREACHABLE, now)
        return self._output()

    def next_deadline(self) -> float | None:
        """When `handle_timer` is due, in seconds of the same clock."""
        at = self.deadline
        return None if at == inf else at

    @property
    def deadline(self) -> float:
        """As `next_deadline`, infinity for never."""
        unacked = self._negotiation.unacked
        return min(
            self._progress_at,
            self._expires_at,
            inf if unacked is None else unacked.due,
            self._negotiation.due,
            self._transfers.due,
            self._liveness.due,
            self._timer.due,
        )

    def handle_timer(self, now: float) -> SessionOutput:
        """Let every deadline that has passed act."""
        if self._expires_at <= now:
            self._fire(SessionTrigger.EXPIRE, now)
        elif self._progress_at <= now and self._progress is not None:
            self._fire(SessionTrigger.PROGRESS, now, self._progress)
        unacked = self._negotiation.unacked
        if unacked is not None and unacked.lost_at <= now:
            # RFC 3261 13.3.1.4, 14.2: no ACK within 64*T1 ends the session with a BYE.
            self._fire(SessionTrigger.NO_ACK, now)
        elif unacked is not None and unacked.due <= now:
            self._effects.append(Respond(unacked.key, unacked.response))
            unacked.resent(now)
        if self._negotiation.due <= now and self._negotiation.handle_timer(now):
            self._cancel_reinvite()
        if self._transfers.due <= now:
            self._transfers.time_out()
            self._send_notify()
        if self._liveness.due <= now:
            self._check_liveness(now)
        if self._timer.expires_at <= now:
            # RFC 4028 10: the side that sees no refresh ends the session, the refresher included.
            self._end_call(_HangUp("network", "session expired", 'SIP;cause=408;text="Session expired"'), now)
        elif self._timer.refresh_at <= now:
            self._timer.retry(now)
            self._refresh()
        return self._output()

    def _fire(self, trigger: SessionTrigger, now: float, subject: Any = None) -> bool:
        """Make the move that the table has for this; False, and nothing happens, when it has none."""
        move = MOVES.get((self.state, trigger))
        if move is None:
            return False
        self.state, action = move
        if self.ended:
            self._liveness.stop()  # also one that was set before the call was up
        if action is not None:
            action(self, subject, now)
        return True

    def _command(self, trigger: SessionTrigger, now: float, subject: Any = None) -> SessionOutput:
        state = self.state
        if not self._fire(trigger, now, subject):
            raise LocalProtocolError(f"{trigger.value} in state {state.value}")
        return self._output()

    def _output(self) -> SessionOutput:
        """What the step comes to, once what it made possible has happened too."""
        if self.state is SessionState.CONFIRMED:
            waiting, self._waiting = self._waiting, []
            for method, headers, body in waiting:
                self._request_in_dialog(method, headers, body)
            if self._negotiation.take_turn():
                self._events.append(ReinviteDue())
        elif self.state is SessionState.ENDING and not self._bye_open and self._negotiation.ours is None:
            # A re-INVITE of ours gets its final response after the BYE too, and a 2xx its ACK (RFC 5407 3.2).
            self._fire(SessionTrigger.QUIET, 0.0)
        output = Output(self._effects, self._events)
        self._effects, self._events = [], []
        return output

    # --- commands of the call -------------------------------------------------------------------------

    def start(self) -> SessionOutput:
        """Send the INVITE of a call that we make.

        Raises:
            LocalProtocolError: when it was sent, or given up.
        """
        return self._command(SessionTrigger.START, 0.0)

    def acknowledge(self, body: bytes, now: float) -> SessionOutput:
        """Answer the offer that a 2xx brought, when our INVITE had none.

        Raises:
            LocalProtocolError: when no such offer waits.
        """
        return self._command(SessionTrigger.ANSWER_OFFER, now, body)

    def progress(self, status: int, now: float, body: bytes = b"") -> SessionOutput:
        """Send a provisional response to the peer's INVITE; it is repeated every minute.

        Args:
            status: 180 (ringing), 183 (session progress) or another 101..199.
            now: seconds.
            body: an SDP answer for early media, or empty.

        Raises:
            LocalProtocolError: when the call has a final answer.
        """
        response = self.invite.response(status, to_tag=self.local_tag)
        self._describe(response, body)
        return self._command(SessionTrigger.PROGRESS, now, response)

    def accept(self, body: bytes, now: float) -> SessionOutput:
        """Answer the peer's call with 200.

        Args:
            body: the SDP answer, or our offer when the INVITE had none.
            now: seconds.

        Raises:
            LocalProtocolError: when the call has a final answer.
        """
        return self._command(SessionTrigger.ACCEPT, now, body)

    def refuse(
        self, status: int, reason: str | None = None, headers: tuple[tuple[str, str], ...] = ()
    ) -> SessionOutput:
        """Refuse the peer's call.

        Args:
            status: 300..699.
            reason: the reason phrase, the standard one when None.
            headers: more headers for the response (Retry-After, Reason ...).

        Raises:
            LocalProtocolError: when the call has a final answer.
        """
        response = self.invite.response(status, reason, to_tag=self.local_tag)
        for name, value in headers:
            response.headers.add(name, value)
        return self._command(SessionTrigger.REFUSE, 0.0, response)

    def hang_up(self, now: float, reason: str | None = None) -> SessionOutput:
        """End the call whatever its state; harmless when it is over already.

        Args:
            now: seconds.
            reason: a Reason header value (RFC 3326) for the peer.
        """
        self._end_call(_HangUp("local", "hung up", reason), now)
        return self._output()

    def request(
        self, method: str, headers: tuple[tuple[str, str], ...] = (), body: bytes = b""
    ) -> SessionOutput:
        """Send a REFER or INFO in the dialog; `Replied` brings its final status.

        After an answer of ours the request waits for the ACK (RFC 3261 13.3.1.4): before it the peer may not
        have the dialog yet. When the call ends meanwhile, the request is not sent.

        Raises:
            LocalProtocolError: when the call is not up.
        """
        if self.state not in _UP:
            raise LocalProtocolError(f"{method} in state {self.state.value}")
        self._waiting.append((method, headers, body))
        return self._output()

    def want_reinvite(self) -> SessionOutput:
        """Ask for a turn to change the session: `ReinviteDue` tells when the line is free.

        Raises:
            LocalProtocolError: when the call is not up.
        """
        if self.state not in _UP:
            raise LocalProtocolError(f"re-INVITE in state {self.state.value}")
        self._negotiation.wanted = True
        return self._output()

    def reinvite(self, body: bytes) -> SessionOutput:
        """Offer a changed session by re-INVITE; the answer to `ReinviteDue`.

        Raises:
            LocalProtocolError: when the line is not free.
        """
        if self.state is not SessionState.CONFIRMED or not self._negotiation.free or self.dialog is None:
            raise LocalProtocolError("the line is not free for an offer")
        request = self.dialog.request("INVITE")
        self._describe(request, body)
        self._timer.ask(request, first=False)
        self._negotiation.sent(request)
        self._send(request)
        return self._output()

    def accept_reinvite(self, body: bytes, now: float) -> SessionOutput:
        """Answer the peer's re-INVITE (or UPDATE) with 200.

        Args:
            body: the answer, or our offer when the re-INVITE had none.
            now: seconds.

        Raises:
            LocalProtocolError: when none waits.
        """
        waiting = self._take_their_offer()
        if waiting.request.method == "UPDATE":
            self._answer_update(waiting, body, now)
        else:
            self._send_2xx(waiting.key, waiting.request, body, now)
        return self._output()

    def refuse_reinvite(self, status: int) -> SessionOutput:
        """Refuse the peer's re-INVITE (or UPDATE); the session stays as it was.

        Raises:
            LocalProtocolError: when none waits.
        """
        waiting = self._take_their_offer()
        self._respond(waiting, status)
        return self._output()

    def _take_their_offer(self) -> RequestReceived:
        waiting = self._negotiation.take_theirs()
        if waiting is None:
            raise LocalProtocolError("no re-INVITE waits for an answer")
        return waiting

    def watch(self, every: float, now: float) -> SessionOutput:
        """Ask the peer for a sign of life (OPTIONS) whenever it was silent for so long.

        It has as long again to answer; then the call is over. Any message of its counts.

        Args:
            every: seconds; 0 stops asking.
            now: seconds.
        """
        if not self.ended:
            self._liveness.watch(every, now)
        return self._output()

    def answer_transfer(self, status: int, now: float, reason: str | None = None) -> SessionOutput:
        """Answer the peer's REFER; nothing happens when none waits for that (the call may be over).

        Args:
            status: 202 to take it: 100 is reported at once. 300..699 to refuse it (603).
            now: seconds.
            reason: the reason phrase of a refusal, None for the usual one.
        """
        refer = self._transfers.unanswered
        if refer is not None and status < 300:
            self._accept_transfer(refer, now)
        elif refer is not None:
            self._effects.append(Respond(refer.key, self._transfers.refuse(status, reason)))
        return self._output()

    def report_transfer(self, status: int, now: float) -> SessionOutput:
        """Report to the peer on the transfer that it requested; nothing happens when there is none.

        Args:
            status: of our call to the target; 200..699 ends the transfer. Accepts it if nobody did before.
            now: seconds.
        """
        if self._transfers.running:
            refer = self._transfers.unanswered
            if refer is not None:
                self._accept_transfer(refer, now)
            self._transfers.report(status, now)
            self._send_notify()
        return self._output()

    # --- calling: our INVITE and what comes of it (RFC 3261 13.2) ------------------------------------

    def _send_invite(self, _: None, now: float) -> None:
        self._describe(self.invite, self.invite.body)
        self._timer.ask(self.invite, first=True)
        self._send(self.invite)

    def _send_invite_again(self, invite: Request, now: float) -> None:
        self.invite = invite
        self._effects.append(SendRequest(invite, None))

    def _first_invite_response(self, response: Response, now: float) -> None:
        if response.status < 200:
            self._fire(SessionTrigger.PROVISIONAL, now, response)
        elif response.status >= 300:
            again = self._another_try(self.invite, response)
            if again is not None:
                self._fire(SessionTrigger.RETRY, now, again)
            else:
                self._fire(SessionTrigger.FAILURE, now, response)
        elif self.dialog is None and needs_tls(response):
            self._fire(SessionTrigger.SUCCESS_WITHOUT_WAY, now, response)
        elif self.dialog is None:
            offer = not self.invite.body
            trigger = SessionTrigger.SUCCESS_WITH_OFFER if offer else SessionTrigger.SUCCESS
            self._fire(trigger, now, response)
        elif self.state is SessionState.DONE:
            # Deviation: once the call is over nobody remembers it, and a phone that answers only then waits
            # for its ACK in vain until it gives up (13.3.1.4).
            return
        elif (response.to.tag or "") == self.dialog.remote_tag:
            self._repeat_ack(response.cseq.number)
        else:
            self._dismiss_fork(response)

    def _progressed(self, response: Response, now: float) -> None:
        if response.status > 100:
            self._events.append(Progressed(response.status, response.body))

    def _answered(self, response: Response, now: float) -> None:
        self._answered_with_offer(response, now)
        self._acknowledge(response.cseq.number)

    def _answered_with_offer(self, response: Response, now: float) -> None:
        self.dialog = Dialog.from_response(self.invite, response)
        self._time_granted(response, now)
        self._events.append(Accepted(response.body))

    def _answered_too_late(self, response: Response, now: float) -> None:
        """The 2xx crossed our CANCEL (RFC 3261 9.1): the call is up, so it is ended as such."""
        self.dialog = Dialog.from_response(self.invite, response)
        self._acknowledge(response.cseq.number)
        self._send_bye()

    def _answered_for_tls(self, response: Response, now: float) -> None:
        """It would be sent to in the clear as long as the call lasts: so it doesn't."""
        self._events.append(Ended("network", 503, "answered for TLS alone"))
        self._answered_too_late(response, now)

    def _acknowledge_offer(self, body: bytes, now: float) -> None:
        self._acknowledge(self.invite.cseq.number, body)

    def _refused(self, response: Response, now: float) -> None:
        self._events.append(Ended("remote", response.status, response.reason))
        self._stop()

    def _no_response(self, status: int, now: float) -> None:
        self._events.append(Ended("network", status, "no response" if status == 408 else "transport failed"))
        self._stop()

    def _give_up(self, end: _HangUp, now: float) -> None:
        self._reason = end.reason
        self._events.append(Ended(end.by, 487, "cancelled"))

    def _give_up_and_cancel(self, end: _HangUp, now: float) -> None:
        self._give_up(end, now)
        self._cancel(None, now)

    def _cancel(self, _: Response | None, now: float) -> None:
        # The transaction ends when no final response follows within 64*T1 (RFC 3261 9.1).
        self._effects.append(CancelInvite(self._reason))

    def _dismiss_fork(self, response: Response) -> None:
        """A second phone answered: acknowledge each of its 2xx, and hang it up once (13.2.2.4)."""
        tag = response.to.tag or ""
        known = self._forks.get(tag)
        if known is not None:
            self._effects.append(known)
            return
        fork = Dialog.from_response(self.invite, response)
        ack = self._ack_in(fork, response.cseq.number, b"")
        bye = fork.request("BYE")
        if self._digest is not None:
            self._digest.prove(bye)
        self._forks[tag] = ack
        self._effects += (ack, SendRequest(bye, fork))

    # --- being called: our answer to the peer's INVITE (RFC 3261 13.3) -------------------------------

    def _send_progress(self, response: Response, now: float) -> None:
        assert self.key is not None
        self._progress = response
        self._progress_at = now + PROGRESS_INTERVAL
        self._effects.append(Respond(self.key, response))

    def _send_answer(self, body: bytes, now: float) -> None:
        assert self.key is not None
        self._progress, self._progress_at, self._expires_at = None, inf, inf
        self._send_2xx(self.key, self.invite, body, now)

    def _send_2xx(self, key: TransactionKey, request: Request, body: bytes, now: float) -> None:
        response = request.response(200, to_tag=self.local_tag)
        self._describe(response, body)
        self._grant_time(request, response, now)
        self._effects.append(Respond(key, response))
        self._negotiation.unacked = AwaitedAck(
            key, response, offers=not request.body, timers=self._timers, now=now
        )

    def _ack(self, request: Request, now: float) -> None:
        unacked = self._negotiation.unacked
        if unacked is not None and unacked.response.cseq.number == request.cseq.number:
            self._acknowledged(unacked, request.body, now)
        # else it is the ACK of a retransmission, or of a 2xx that was acknowledged before

    def _acknowledged(self, unacked: AwaitedAck, body: bytes, now: float) -> None:
        self._negotiation.unacked = None
        if not self._fire(SessionTrigger.ACK, now, body) and unacked.offers and not self.ended:
            self._events.append(ReinviteConfirmed(body))

    def _confirmed(self, body: bytes, now: float) -> None:
        self._events.append(Confirmed(body))

    def _refuse(self, response: Response, now: float, by: str = "local") -> None:
        assert self.key is not None
        self._effects.append(Respond(self.key, response))
        self._events.append(Ended(by, response.status, response.reason))
        self._stop()

    def _terminate_request(self, _: None, now: float) -> None:
        """CANCEL (9.2), or the INVITE's Expires ran out (13.3.1 step 1)."""
        self._refuse(self.invite.response(487, to_tag=self.local_tag), now, "remote")

    def _refuse_and_hang_up(self, end: _HangUp, now: float) -> None:
        response = self.invite.response(480, to_tag=self.local_tag)
        if end.reason is not None:
            response.headers.add("Reason", end.reason)
        self._refuse(response, now, end.by)

    def _bye_before_answer(self, bye: RequestReceived, now: float) -> None:
        # RFC 3261 15: a caller may end an early dialog by BYE; the INVITE still wants its answer.
        self._respond(bye, 200)
        self._terminate_request(None, now)

    def _unreachable(self, _: None, now: float) -> None:
        self._events.append(Ended("network", None, "transport failed"))
        self._stop()

    # --- the end --------------------------------------------------------------------------------------

    def _end_call(self, end: _HangUp, now: float) -> None:
        self._fire(SessionTrigger.HANG_UP, now, end)

    def _dialog_lost(self, now: float) -> None:
        # RFC 3261 12.2.1.2: after 408, 481 or silence the peer no longer knows the dialog.
        self._end_call(_HangUp("network", "dialog lost", None), now)

    def _end_unsent(self, end: _HangUp, now: float) -> None:
        self._events.append(Ended(end.by, 487, "cancelled"))
        self._stop()

    def _end_answered(self, end: _HangUp, now: float) -> None:
        self._reason = end.reason
        self._events.append(Ended(end.by, None, end.text))

    def _end_with_bye(self, end: _HangUp, now: float) -> None:
        self._end_answered(end, now)
        self._send_bye()

    def _end_with_ack_and_bye(self, end: _HangUp, now: float) -> None:
        # Deviation: an offer in the 2xx wants an answer in the ACK (13.2.2.4); the BYE that follows is one.
        self._acknowledge(self.invite.cseq.number)
        self._end_with_bye(end, now)

    def _end_unacked(self, _: None, now: float) -> None:
        self._events.append(Ended("network", None, "no ACK"))
        self._send_bye()

    def _bye_after_ack(self, _: object, now: float) -> None:
        self._send_bye()

    def _send_bye(self) -> None:
        assert self.dialog is not None
        # What is known must be reported now: after the BYE nobody listens.
        self._send_notify(at_once=True)
        self._stop()
        bye = self.dialog.request("BYE")
        if self._reason is not None:
            bye.headers.add("Reason", self._reason)
        self._bye_open = True
        self._send(bye)

    def _bye_received(self, bye: RequestReceived, now: float) -> None:
        self._bye_after_end(bye, now)
        self._events.append(Ended("remote", None, "BYE"))

    def _bye_after_end(self, bye: RequestReceived, now: float) -> None:
        self._respond(bye, 200)
        self._stop()

    def _bye_crossed(self, bye: RequestReceived, now: float) -> None:
        self._respond(bye, 200)

    def _stop(self) -> None:
        """No timer runs any more, no change is waited for, and no request of the peer stays unanswered."""
        self._progress, self._progress_at, self._expires_at = None, inf, inf
        self._waiting.clear()
        self._timer.stop()
        # RFC 3261 15.1.2: pending requests of the dialog are answered with 487.
        for pending in (self._transfers.unanswered, self._negotiation.take_theirs()):
            if pending is not None:
                self._respond(pending, 487)
        self._transfers.stop()
        self._negotiation.stop()
        self._cancel_reinvite()

    # --- requests of the peer in the dialog (RFC 3261 12.2.2) ----------------------------------------

    def _request(self, event: RequestReceived, now: float) -> None:
        dialog, request = self.dialog, event.request
        if dialog is None and self.state is SessionState.PROCEEDING:
            self._early_request(event)
        elif dialog is None or self.state is SessionState.DONE:
            self._respond(event, 481)
        elif not dialog.accepts(request):
            self._effects.append(Respond(event.key, request.response(500, "CSeq Out Of Order")))
        elif request.method == "BYE":
            self._fire(SessionTrigger.BYE, now, event)
        elif self.ended:
            # RFC 3261 15.1.1: with our BYE the session is over; only the peer's BYE still means something.
            self._respond(event, 481)
        elif request.method == "INVITE":
            self._reinvite_received(event, dialog, now)
        elif request.method == "UPDATE":
            self._update_received(event, dialog, now)
        elif request.method == "REFER":
            self._refer_received(event)
        elif request.method == "NOTIFY":
            self._notify_received(event)
        elif request.method == "INFO":
            self._info_received(event)
        else:
            status = 200 if request.method == "OPTIONS" else 405
            self._effects.append(Respond(event.key, with_capabilities(request.response(status))))

    def _early_request(self, event: RequestReceived) -> None:
        """A request in an early dialog of our INVITE, of which nothing is kept before the 2xx.

        481 would end the call there. Our offer is open until the 2xx (RFC 3311 5.2): what comes before, in a
        response that is not reliable, only tells the answer in advance (RFC 3261 13.2.1).
        """
        request = event.request
        if request.method == "INFO":
            self._info_received(event)
        elif request.method in ("UPDATE", "INVITE", "REFER") and (request.body or request.method != "UPDATE"):
            self._respond(event, 491)
        elif request.method in ("UPDATE", "OPTIONS"):
            response = with_capabilities(request.response(200))
            response.headers.add("Contact", self.contact)
            self._effects.append(Respond(event.key, response))
        else:
            self._respond(event, 481)

    def _respond(self, event: RequestReceived, status: int) -> None:
        self._effects.append(Respond(event.key, event.request.response(status)))

    def _info_received(self, event: RequestReceived) -> None:
        request = event.request
        if "Info-Package" in request.headers:  # RFC 6086 4.2.2: we announced none
            response = request.response(469, "Bad Info Package")
            response.headers.add("Recv-Info", "")
            self._effects.append(Respond(event.key, response))
            return
        keys = read_keys(request)
        if request.body and keys is None:
            # RFC 2976 2.2: what is not understood is refused; a key that got 200 must not be lost.
            response = request.response(415)
            response.headers.add("Accept", ", ".join(KEY_TYPES))
            self._effects.append(Respond(event.key, response))
            return
        self._respond(event, 200)
        if keys is not None:
            self._events.append(InfoReceived(keys))

    # --- changing the session: the peer's re-INVITE and UPDATE ---------------------------------------

    @property
    def _offer_open(self) -> bool:
        # The peer's offer in its 2xx counts: nobody may make another before it is answered.
        return self.state is SessionState.ANSWERED or self._negotiation.offer_open

    def _retry_later(self, event: RequestReceived) -> None:
        """RFC 3261 14.2, RFC 3311 5.2: a second offer before the first one's final answer."""
        response = event.request.response(500)
        response.headers.add("Retry-After", str(int(self._random() * 10)))
        self._effects.append(Respond(event.key, response))

    def _reinvite_received(self, event: RequestReceived, dialog: Dialog, now: float) -> None:
        negotiation, request = self._negotiation, event.request
        refusal = self._timer.refusal(request)
        if refusal is not None:
            self._effects.append(Respond(event.key, refusal))
            return
        if self.state is SessionState.OFFERED or negotiation.theirs is not None:
            self._retry_later(event)
            return
        unacked = negotiation.unacked
        if unacked is not None and not unacked.offers:
            # RFC 5407 3.1.4: only a peer that has our 2xx sends this, so the ACK is lost or late.
            self._acknowledged(unacked, b"", now)
        if negotiation.busy or self._offer_open:
            # RFC 3261 14.2; RFC 5407 3.1.5 when the missing ACK must bring the answer to an offer of ours.
            self._respond(event, 491)
            return
        dialog.refresh_target(request)
        negotiation.theirs = event
        self._respond(event, 100)
        self._events.append(ReinviteReceived(request.body))

    def _update_received(self, event: RequestReceived, dialog: Dialog, now: float) -> None:
        request = event.request
        refusal = self._timer.refusal(request) or (body_refusal(request) if request.body else None)
        if refusal is not None:
            self._effects.append(Respond(event.key, refusal))
        elif request.body and (self.state is SessionState.OFFERED or self._negotiation.theirs is not None):
            self._retry_later(event)
        elif request.body and self._offer_open:
            self._respond(event, 491)
        elif request.body:
            dialog.refresh_target(request)
            self._negotiation.theirs = event
            self._events.append(ReinviteReceived(request.body))
        else:
            dialog.refresh_target(request)
            self._answer_update(event, b"", now)

    def _answer_update(self, event: RequestReceived, body: bytes, now: float) -> None:
        response = event.request.response(200)
        self._describe(response, body)
        if self.state is not SessionState.OFFERED:
            self._grant_time(event.request, response, now)
        self._effects.append(Respond(event.key, response))

    # --- changing the session: our re-INVITE ----------------------------------------------------------

    def _reinvite_response(self, response: Response, now: float) -> None:
        number, status, ours = response.cseq.number, response.status, self._negotiation.ours
        if 200 <= status < 300 and number in self._acks:
            if self.state is not SessionState.DONE:
                self._repeat_ack(number)
        elif ours is None or ours.request.cseq.number != number:
            return
        elif status < 200:
            ours.heard = True
            if self.ended:
                self._cancel_reinvite()
            else:
                self._negotiation.progressed(now + self._timers.timeout)
        else:
            again = self._another_try(ours.request, response) if status >= 300 else None
            self._negotiation.finished()
            if again is not None:
                self._negotiation.sent(again)
                self._effects.append(SendRequest(again, self.dialog))
            else:
                self._reinvite_answered(response, now)

    def _reinvite_answered(self, response: Response, now: float) -> None:
        status = response.status
        if status < 300:
            if self.dialog is not None:
                self.dialog.refresh_target(response)
            self._acknowledge(response.cseq.number)
        if self.ended:
            return
        if status < 300:
            self._time_granted(response, now)
            self._events.append(ReinviteAnswered(response.body))
            return
        self._events.append(ReinviteRefused(status))
        if status == 491:
            self._negotiation.glare(now)
        elif status in (408, 481):
            self._dialog_lost(now)

    def _cancel_reinvite(self) -> None:
        if self._negotiation.may_cancel():
            self._effects.append(CancelInvite(None))

    # --- keeping the session up (RFC 4028) ------------------------------------------------------------

    def _time_granted(self, response: Response, now: float) -> None:
        self._timer.note_methods(response)
        self._timer.agreed(response)
        self._timer.restart(now)

    def _grant_time(self, request: Request, response: Response, now: float) -> None:
        self._timer.note_methods(request)
        self._timer.grant(request, response)
        self._timer.restart(now)

    def _refresh(self) -> None:
        if (
            self.state is not SessionState.CONFIRMED
            or self._timer.updating
            or self._negotiation.ours is not None
        ):
            return  # the ACK is missing still, or a refresh is on its way
        if self._timer.peer_updates:
            self._update()
        else:
            self._negotiation.wanted = True

    def _update(self) -> None:
        assert self.dialog is not None
        request = self.dialog.request("UPDATE")
        self._describe(request, b"")
        self._timer.ask(request, first=False)
        self._timer.updating = True
        self._send(request)

    def _update_answered(self, response: Response, now: float) -> None:
        self._timer.updating = False
        if response.status < 300:
            assert self.dialog is not None
            self.dialog.refresh_target(response)
            self._time_granted(response, now)
        elif response.status in (405, 420, 501):
            self._timer.peer_updates = False  # it says so only now
            self._refresh()
        elif response.status == 422 and self._timer.lengthen(response):
            self._update()
        else:
            self._replied("UPDATE", response.status, now)

    # --- transfers ------------------------------------------------------------------------------------

    def _refer_received(self, event: RequestReceived) -> None:
        if self.state is not SessionState.CONFIRMED:
            self._respond(event, 491)
            return
        try:
            referral = self._transfers.receive(event)
        except RemoteProtocolError as error:
            self._effects.append(Respond(event.key, event.request.response(error.status, error.reason)))
            return
        self._events.append(ReferReceived(referral))

    def _accept_transfer(self, refer: RequestReceived, now: float) -> None:
        self._effects.append(Respond(refer.key, self._transfers.accept(self.contact, now)))
        self._send_notify()

    def _send_notify(self, *, at_once: bool = False) -> None:
        notify = self._transfers.next_notify(at_once=at_once)
        if notify is not None:
            self._request_in_dialog("NOTIFY", *notify)

    def _notify_received(self, event: RequestReceived) -> None:
        reported = self._transfers.notified(event.request)
        if reported is None:
            self._respond(event, 481)
            return
        self._respond(event, 200)
        self._events.append(ReferProgressed(*reported))

    # --- whether the peer is still there --------------------------------------------------------------

    def _check_liveness(self, now: float) -> None:
        if self._liveness.asked:
            self._dialog_lost(now)
        elif self.state is SessionState.CONFIRMED:
            self._request_in_dialog("OPTIONS", (("Accept", SDP),), b"")
            self._liveness.ask(now)
        else:
            self._liveness.heard(now)  # before the ACK other timers watch

    # --- responses of the peer ------------------------------------------------------------------------

    def _response(self, response: Response, now: float) -> None:
        method = response.cseq.method
        if response.status in range(200, 300) and self._digest is not None:
            self._digest.answered(response)
        if method == "INVITE":
            if self.key is None and response.cseq.number == self.invite.cseq.number:
                self._first_invite_response(response, now)
            else:
                self._reinvite_response(response, now)
        elif response.status < 200 or self.dialog is None or (response.to.tag or "") in self._forks:
            # A To tag that nobody knows is the peer's mistake: were the response not taken for the peer's,
            # the call would wait for ever for the answer to its BYE.
            return
        else:
            again = self._with_credentials(method, response)
            if again is not None:
                self._effects.append(SendRequest(again, self.dialog))
            elif method == "UPDATE" and not self.ended:
                self._update_answered(response, now)
            else:
                self._replied(method, response.status, now)

    def _request_failed(self, event: RequestFailed, now: float) -> None:
        if event.method != "INVITE":
            self._replied(event.method, event.status, now)
            return
        if self.key is None and event.cseq == self.invite.cseq.number:
            self._fire(SessionTrigger.NO_RESPONSE, now, event.status)
            return
        ours = self._negotiation.ours
        if ours is not None and ours.request.cseq.number == event.cseq:
            self._negotiation.finished()
            self._dialog_lost(now)

    def _replied(self, method: str, status: int, now: float) -> None:
        """A request of ours (no INVITE) has its final status, or none came (408, 503)."""
        if method == "BYE":
            self._bye_open = False  # whatever the answer is, the session is over (15.1.1)
        elif self.ended:
            return
        elif method == "NOTIFY":
            # RFC 5057 5.1: 481 and silence are about the subscription here, not about the call.
            self._transfers.notify_answered(status)
            self._send_notify()
        elif status in (408, 481):
            self._dialog_lost(now)
        elif method == "UPDATE":
            self._timer.updating = False  # it is tried again in its time
        elif method != "OPTIONS":  # any answer to that is a sign of life
            self._events.append(Replied(method, status))

    # --- our own requests -----------------------------------------------------------------------------

    def _send(self, request: Request) -> None:
        if self._digest is not None:
            self._digest.prove(request)
            self._digest.sent(request)
        self._effects.append(SendRequest(request, self.dialog))

    def _request_in_dialog(self, method: str, headers: tuple[tuple[str, str], ...], body: bytes) -> None:
        assert self.dialog is not None
        request = self.dialog.request(method, contact=self.contact)
        for name, value in headers:
            request.headers.add(name, value)
        request.body = body
        if method == "REFER":
            self._transfers.refer_sent()
        self._send(request)

    def _describe(self, message: Request | Response, body: bytes) -> None:
        message.headers.set("Contact", self.contact)
        message.headers.set("Allow", ALLOW)
        if body:
            message.headers.set("Content-Type", SDP)
            message.body = body

    def _another_try(self, invite: Request, response: Response) -> Request | None:
        """The INVITE to send after a refusal that can be met: a challenge, or a 422 (RFC 4028 7.3)."""
        again = self._with_credentials("INVITE", response)
        if again is not None or response.status != 422 or self.ended or not self._timer.lengthen(response):
            return again
        headers = invite.headers.copy()
        headers.remove("Via")
        headers.set("CSeq", f"{self._next_cseq(response)} INVITE")
        again = Request("INVITE", invite.uri, headers, invite.body)
        self._timer.ask(again, first=self.dialog is None)
        if self._digest is not None:
            self._digest.prove(again)
            self._digest.sent(again)
        self._take_cseq(again)
        return again

    def _with_credentials(self, method: str, response: Response) -> Request | None:
        """The request to send again when the response is a challenge that we can answer."""
        if self._digest is None or (self.ended and method != "BYE"):
            return None
        again = self._digest.again(response, self._next_cseq(response))
        if again is not None:
            self._take_cseq(again)
        return again

    def _next_cseq(self, response: Response) -> int:
        # In a dialog another request may have taken the next number meanwhile.
        return (response.cseq.number if self.dialog is None else self.dialog.local_cseq) + 1

    def _take_cseq(self, request: Request) -> None:
        if self.dialog is not None:
            self.dialog.local_cseq = request.cseq.number

    def _acknowledge(self, cseq: int, body: bytes = b"") -> None:
        assert self.dialog is not None
        self._acks[cseq] = self._ack_in(self.dialog, cseq, body)
        self._repeat_ack(cseq)

    def _repeat_ack(self, cseq: int) -> None:
        ack = self._acks.get(cseq)
        if ack is not None:
            self._effects.append(ack)

    def _ack_in(self, dialog: Dialog, cseq: int, body: bytes) -> SendAck:
        ack = dialog.request("ACK", cseq=cseq)
        if self._digest is not None:
            for name, value in self._digest.credentials_of(cseq):
                ack.headers.add(name, value)
        if body:
            ack.headers.set("Content-Type", SDP)
            ack.body = body
        return SendAck(ack, dialog)


# (session, what the trigger brings, now)
Action: TypeAlias = Callable[[InviteSession, Any, float], None]
_S, _T, _I = SessionState, SessionTrigger, InviteSession

# Every move of a session. A move that is not in the table is dropped if the peer caused it, and raises if our
# side did, except for hanging up, which is harmless in every state.
MOVES: Mapping[tuple[SessionState, SessionTrigger], tuple[SessionState, Action | None]] = {
    # We call.
    (_S.INITIAL, _T.START): (_S.CALLING, _I._send_invite),
    (_S.INITIAL, _T.HANG_UP): (_S.DONE, _I._end_unsent),
    (_S.CALLING, _T.PROVISIONAL): (_S.PROCEEDING, _I._progressed),
    (_S.CALLING, _T.RETRY): (_S.CALLING, _I._send_invite_again),
    (_S.CALLING, _T.SUCCESS): (_S.CONFIRMED, _I._answered),
    (_S.CALLING, _T.SUCCESS_WITH_OFFER): (_S.ANSWERED, _I._answered_with_offer),
    (_S.CALLING, _T.SUCCESS_WITHOUT_WAY): (_S.ENDING, _I._answered_for_tls),
    (_S.CALLING, _T.FAILURE): (_S.DONE, _I._refused),
    (_S.CALLING, _T.NO_RESPONSE): (_S.DONE, _I._no_response),
    (_S.CALLING, _T.HANG_UP): (_S.ABANDONED, _I._give_up),
    (_S.PROCEEDING, _T.PROVISIONAL): (_S.PROCEEDING, _I._progressed),
    # A CANCEL must wait for a 1xx to the new INVITE.
    (_S.PROCEEDING, _T.RETRY): (_S.CALLING, _I._send_invite_again),
    (_S.PROCEEDING, _T.SUCCESS): (_S.CONFIRMED, _I._answered),
    (_S.PROCEEDING, _T.SUCCESS_WITH_OFFER): (_S.ANSWERED, _I._answered_with_offer),
    (_S.PROCEEDING, _T.SUCCESS_WITHOUT_WAY): (_S.ENDING, _I._answered_for_tls),
    (_S.PROCEEDING, _T.FAILURE): (_S.DONE, _I._refused),
    (_S.PROCEEDING, _T.NO_RESPONSE): (_S.DONE, _I._no_response),
    (_S.PROCEEDING, _T.HANG_UP): (_S.CANCELLING, _I._give_up_and_cancel),
    (_S.ABANDONED, _T.PROVISIONAL): (_S.CANCELLING, _I._cancel),
    (_S.ABANDONED, _T.SUCCESS): (_S.ENDING, _I._answered_too_late),
    (_S.ABANDONED, _T.SUCCESS_WITH_OFFER): (_S.ENDING, _I._answered_too_late),
    (_S.ABANDONED, _T.SUCCESS_WITHOUT_WAY): (_S.ENDING, _I._answered_too_late),
    (_S.ABANDONED, _T.FAILURE): (_S.DONE, None),
    (_S.ABANDONED, _T.NO_RESPONSE): (_S.DONE, None),
    (_S.CANCELLING, _T.SUCCESS): (_S.ENDING, _I._answered_too_late),
    (_S.CANCELLING, _T.SUCCESS_WITH_OFFER): (_S.ENDING, _I._answered_too_late),
    (_S.CANCELLING, _T.SUCCESS_WITHOUT_WAY): (_S.ENDING, _I._answered_too_late),
    (_S.CANCELLING, _T.FAILURE): (_S.DONE, None),
    (_S.CANCELLING, _T.NO_RESPONSE): (_S.DONE, None),
    (_S.ANSWERED, _T.ANSWER_OFFER): (_S.CONFIRMED, _I._acknowledge_offer),
    (_S.ANSWERED, _T.HANG_UP): (_S.ENDING, _I._end_with_ack_and_bye),
    (_S.ANSWERED, _T.BYE): (_S.ENDING, _I._bye_received),
    # We are called.
    (_S.OFFERED, _T.PROGRESS): (_S.OFFERED, _I._send_progress),
    (_S.OFFERED, _T.ACCEPT): (_S.ACCEPTED, _I._send_answer),
    (_S.OFFERED, _T.REFUSE): (_S.DONE, _I._refuse),
    (_S.OFFERED, _T.CANCEL): (_S.DONE, _I._terminate_request),
    (_S.OFFERED, _T.EXPIRE): (_S.DONE, _I._terminate_request),
    (_S.OFFERED, _T.UNREACHABLE): (_S.DONE, _I._unreachable),
    (_S.OFFERED, _T.HANG_UP): (_S.DONE, _I._refuse_and_hang_up),
    (_S.OFFERED, _T.BYE): (_S.DONE, _I._bye_before_answer),
    (_S.ACCEPTED, _T.ACK): (_S.CONFIRMED, _I._confirmed),
    (_S.ACCEPTED, _T.NO_ACK): (_S.ENDING, _I._end_unacked),
    (_S.ACCEPTED, _T.HANG_UP): (_S.CLOSING, _I._end_answered),
    (_S.ACCEPTED, _T.BYE): (_S.ENDING, _I._bye_received),
    (_S.CLOSING, _T.ACK): (_S.ENDING, _I._bye_after_ack),
    (_S.CLOSING, _T.NO_ACK): (_S.ENDING, _I._bye_after_ack),
    (_S.CLOSING, _T.BYE): (_S.ENDING, _I._bye_after_end),
    # The call is up.
    (_S.CONFIRMED, _T.NO_ACK): (_S.ENDING, _I._end_unacked),
    (_S.CONFIRMED, _T.HANG_UP): (_S.ENDING, _I._end_with_bye),
    (_S.CONFIRMED, _T.BYE): (_S.ENDING, _I._bye_received),
    (_S.ENDING, _T.BYE): (_S.ENDING, _I._bye_crossed),
    (_S.ENDING, _T.QUIET): (_S.DONE, None),
}

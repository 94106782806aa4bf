"""A user agent without sockets: one session on one transaction layer, for property tests of sessions.

It does what `telephony.sip.user_agent` does for one call, checks what must hold of everything the session
says, and keeps a small account of the call as the layers above would see it.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from random import Random

from telephony.sip.flow import Flow
from telephony.sip.message import Request, Response
from telephony.sip.parser import parse_message
from telephony.sip.session import InviteSession, SessionState
from telephony.sip.session_events import (
    Accepted,
    CancelInvite,
    Ended,
    InviteCancelled,
    InviteUnreachable,
    ReferReceived,
    ReinviteAnswered,
    ReinviteConfirmed,
    ReinviteDue,
    ReinviteReceived,
    RequestFailed,
    Respond,
    SendAck,
    SendRequest,
    SessionEffect,
    SessionEvent,
    SessionOutput,
)
from telephony.sip.timers import Timers
from telephony.sip.transaction import Transaction
from telephony.sip.transaction_events import (
    AckReceived,
    RequestReceived,
    ResponseReceived,
    SendData,
    TransactionEnded,
    TransactionFailed,
    TransactionKey,
    TransactionOutput,
    TransactionTimedOut,
)
from telephony.sip.transactions import TransactionLayer
from tests.unit.telephony.sip.exchange import outgoing

Send = Callable[[bytes], None]
TIMERS = Timers()


class Endpoint:
    """One side of a call.

    Args:
        name: its tag, and part of its branches and contact.
        send: puts a datagram on the wire.
        seed: for the delays after 491.
        timers: of SIP.
    """

    def __init__(self, name: str, send: Send, seed: int = 0, timers: Timers = TIMERS) -> None:
        self.name = name
        self.flow = Flow("UDP", (name, 5060), ("peer", 5060))
        self.now = 0.0
        self.session: InviteSession | None = None
        numbers = count(1)
        self.timers = timers
        self.layer = TransactionLayer(
            timers,
            new_branch=lambda: f"z9hG4bK-{name}-{next(numbers)}",
            sent_by=lambda flow: f"{name}.example.com:5060",
        )
        self._send = send
        self._random = Random(seed)
        self._asked: dict[TransactionKey, tuple[str, int]] = {}
        self._invite_key: TransactionKey | None = None
        self.answered: set[TransactionKey] = set()
        self.open: dict[TransactionKey, Request] = {}
        """Requests of the peer without final response."""
        self.agreed = b""
        """What the last offer and answer were about."""
        self._offers = count(1)
        self.ended: Ended | None = None
        self.done = False
        self.wants_decision = False
        """A re-INVITE waits for `decide`."""
        self.wants_transfer = False
        """A REFER waits for `answer_transfer`."""

    @property
    def state(self) -> SessionState | None:
        """Where the session stands, None when there is none yet."""
        return self.session.state if self.session is not None else None

    # --- commands --------------------------------------------------------------------------------------

    def call(self, offer: bytes) -> None:
        """Make the call."""
        invite = outgoing("INVITE")
        invite.body = offer
        invite.headers.set("From", f"<sip:{self.name}@example.com>;tag={self.name}")
        session = InviteSession.outgoing(
            invite,
            timers=self.timers,
            contact=f"<sip:{self.name}@{self.name}.example.com>",
            random=self._random.random,
        )
        self.session = session
        self.agreed = offer
        self.carry_out(session.start())

    def carry_out(self, output: SessionOutput) -> None:
        """Do what the session wants, and note what it tells."""
        session = self.session
        assert session is not None
        assert not self.done or not (output.effects or output.events), f"{output} after the end"
        over = session.state is SessionState.DONE
        for effect in output.effects:
            self._carry_out(effect)
        for event in output.events:
            self._told(session, event)
        if over:
            assert self.ended is not None, "an end before the last message"
            assert session.next_deadline() is None
            self.done = True

    def decide(self, accept: bool) -> None:
        """Answer the peer's re-INVITE."""
        assert self.session is not None
        self.wants_decision = False
        if self.session._negotiation.theirs is None:
            return  # it went with the call
        if not accept:
            self.carry_out(self.session.refuse_reinvite(488))
            return
        offer = self.session._negotiation.theirs.request.body
        self.agreed = offer or self._next_offer()
        self.carry_out(self.session.accept_reinvite(self.agreed, self.now))

    def answer_transfer(self, accept: bool) -> None:
        """Answer the peer's REFER."""
        assert self.session is not None
        self.wants_transfer = False
        self.carry_out(self.session.answer_transfer(202 if accept else 603, self.now))

    def report_transfer(self, status: int) -> None:
        """Report how the peer's transfer goes, if one does."""
        assert self.session is not None
        self.wants_transfer = False
        self.carry_out(self.session.report_transfer(status, self.now))

    def _next_offer(self) -> bytes:
        return f"{self.name} {next(self._offers)}".encode()

    def _carry_out(self, effect: SessionEffect) -> None:
        if isinstance(effect, Respond):
            self._respond(effect.key, effect.response)
        elif isinstance(effect, SendRequest):
            self._request(effect.request)
        elif isinstance(effect, SendAck):
            if "Via" in effect.request.headers:
                self._send(effect.request.to_bytes())
            else:
                self._send(self.layer.send_ack(effect.request, self.flow).data)
        else:
            assert isinstance(effect, CancelInvite)
            assert self._invite_key is not None
            _, output = self.layer.cancel(self._invite_key, self.now, effect.reason)
            self._perform(output)

    def _told(self, session: InviteSession, effect: SessionEvent) -> None:
        assert self.ended is None, f"{effect} after Ended"
        if isinstance(effect, Ended):
            self.ended = effect
        elif isinstance(effect, ReinviteDue):
            self._offered = self._next_offer()
            self.carry_out(session.reinvite(self._offered))
        elif isinstance(effect, ReinviteAnswered):
            self.agreed = self._offered
        elif isinstance(effect, ReinviteConfirmed):
            pass  # `agreed` is our own offer already
        elif isinstance(effect, ReinviteReceived):
            self.wants_decision = True
        elif isinstance(effect, ReferReceived):
            self.wants_transfer = True
        elif isinstance(effect, Accepted) and not session.invite.body:
            self.agreed = effect.body
            self.carry_out(session.acknowledge(b"answer", self.now))

    def _request(self, request: Request) -> None:
        key, effects = self.layer.send_request(request, self.flow, self.now)
        self._asked[key] = (request.method, request.cseq.number)
        if request.method == "INVITE":
            self._invite_key = key
        self._perform(effects)

    def _respond(self, key: TransactionKey, response: Response) -> None:
        if response.status >= 200:
            self.open.pop(key, None)
        self._perform(self.layer.send_response(key, response, self.now))

    # --- the wire and the clock ------------------------------------------------------------------------

    def receive(self, data: bytes) -> None:
        """A datagram came."""
        self._perform(self.layer.receive(parse_message(data), self.flow, self.now))

    def next_deadline(self) -> float | None:
        """The next instant at which something is due here."""
        found = [self.layer.next_deadline(), self.session.next_deadline() if self.session else None]
        return min((at for at in found if at is not None), default=None)

    def handle_timer(self) -> None:
        """Serve what is due."""
        self._perform(self.layer.handle_timer(self.now))
        if self.session is not None:
            self.carry_out(self.session.handle_timer(self.now))

    def holds_only(self, kind: type[Transaction]) -> bool:
        """Whether all live transactions are of one kind."""
        return all(isinstance(each, kind) for each in self.layer._live.values())

    def fail(self) -> None:
        """The transport gives up on the peer."""
        self._perform(self.layer.transport_failed(self.flow, self.now))

    def _perform(self, output: TransactionOutput) -> None:
        for sending in output.effects:
            assert isinstance(sending, SendData)
            self._send(sending.data)
        for effect in output.events:
            if isinstance(effect, RequestReceived):
                self.open[effect.key] = effect.request
                self._requested(effect)
            elif isinstance(effect, AckReceived):
                if self.session is not None and self._is_mine(effect.request):
                    self.carry_out(self.session.receive(effect, self.now))
            elif isinstance(effect, ResponseReceived):
                if effect.key in self._asked and self.session is not None and not self.done:
                    self.carry_out(self.session.receive(effect, self.now))
            elif isinstance(effect, TransactionEnded):
                self._asked.pop(effect.key, None)
                self.open.pop(effect.key, None)
            else:
                self._failed(effect)

    def _failed(self, effect: TransactionTimedOut | TransactionFailed) -> None:
        session = self.session
        if session is None or self.done:
            return
        if effect.key in self._asked:
            method, cseq = self._asked[effect.key]
            status = 408 if isinstance(effect, TransactionTimedOut) else 503
            self.carry_out(session.receive(RequestFailed(method, cseq, status), self.now))
        elif effect.key == session.key:
            self.carry_out(session.receive(InviteUnreachable(), self.now))

    def _is_mine(self, request: Request) -> bool:
        dialog = self.session.dialog if self.session is not None else None
        return (
            dialog is not None
            and request.to.tag == dialog.local_tag
            and (request.from_.tag or "") == dialog.remote_tag
        )

    def _requested(self, event: RequestReceived) -> None:
        request, session = event.request, self.session
        if request.method == "CANCEL":
            self._respond(event.key, request.response(200 if event.invite_key else 481, to_tag=self.name))
            if session is not None and event.invite_key is not None and event.invite_key == session.key:
                self.carry_out(session.receive(InviteCancelled(), self.now))
        elif request.to.tag is None and request.method == "INVITE" and session is None:
            self._offered_to_us(event)
        elif session is not None and not self.done and self._is_mine(request):
            self.carry_out(session.receive(event, self.now))
        else:
            self._respond(event.key, request.response(481, to_tag=self.name))

    def _offered_to_us(self, event: RequestReceived) -> None:
        self._respond(event.key, event.request.response(100))
        self.session = InviteSession.incoming(
            event.key,
            event.request,
            local_tag=self.name,
            timers=self.timers,
            contact=f"<sip:{self.name}@{self.name}.example.com>",
            random=self._random.random,
            now=self.now,
        )

    def answer(self) -> None:
        """Answer the call that was offered."""
        session = self.session
        assert session is not None
        self.agreed = session.invite.body or self._next_offer()
        self.carry_out(session.accept(self.agreed, self.now))

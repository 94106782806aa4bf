"""The user-agent core: handles incoming messages and sends ours (RFC 3261 8, 12, 13).

It screens requests (8.2), finds the call that a message belongs to (12.2), answers what belongs to none, and
joins the INVITE sessions to the transaction layer. Pure: messages and time go in; data for the transports and
events for the calls come out. It asks an `Application` what it can't know: who may register and who may call.
Sockets, the clock and look-ups of host names are left to `telephony.net`.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Protocol, TypeAlias

from telephony.sip.auth_client import DigestClient
from telephony.sip.bodies import take_description
from telephony.sip.capabilities import ALLOW_OUTSIDE, with_capabilities
from telephony.sip.deadlines import DeadlineHeap
from telephony.sip.dialog import Dialog
from telephony.sip.errors import RemoteProtocolError
from telephony.sip.flow import Address, Flow
from telephony.sip.grammar import join_host_port
from telephony.sip.machine import Output
from telephony.sip.message import MessageError, Request, Response
from telephony.sip.reach import is_out_of_reach, same_host
from telephony.sip.screening import OWN_METHODS, screen
from telephony.sip.session import InviteSession, SessionState
from telephony.sip.session_events import (
    CancelInvite,
    InviteCancelled,
    InviteUnreachable,
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
from telephony.sip.transaction_events import (
    AckReceived,
    RequestReceived,
    ResponseReceived,
    SendData,
    TransactionEnded,
    TransactionEvent,
    TransactionKey,
    TransactionOutput,
    TransactionTimedOut,
)
from telephony.sip.transactions import TransactionLayer
from telephony.sip.uri import SipUri, Uri
from telephony.sip.validate import validate_request, validate_response

log = logging.getLogger(__name__)

MAX_DATAGRAM_REQUEST = 1300
"""Bytes; longer requests go over connections where the peer takes them (RFC 3261 18.1.1)."""
_VIA_BYTES = 90  # what the Via adds, which names a host and a branch


class Application(Protocol):
    """Who decides what the user agent can't know."""

    def register(self, request: Request, flow: Flow) -> Response:
        """Answer a REGISTER."""

    def admit(self, request: Request, flow: Flow) -> str | Response:
        """Who brings a new INVITE, or the response that refuses it (a challenge, 403, 503 ...)."""

    def ignores(self, flow: Flow) -> bool:
        """Whether requests that belong to no call get no answer, because of where they come from."""

    def would_refuse(self, request: Request, flow: Flow) -> Response | None:
        """How a call like this OPTIONS would be refused (RFC 3261 11.2), None if it would be taken."""

    def has_registered(self, flow: Flow) -> bool:
        """Whether a registration is reached over this connection."""


class Network(Protocol):
    """What the user agent must know of the sockets."""

    def advertised(self, flow: Flow) -> Address:
        """The host and port under which the far end of a flow can reach us."""

    def way_to(self, uri: Uri, otherwise: Flow) -> Flow | None:
        """The flow to a URI, from our end of `otherwise` where that is possible.

        `otherwise` when nothing leads there; None when the URI's host must be looked up.
        """

    def is_up(self, flow: Flow) -> bool:
        """Whether something can be sent on a flow: its connection is there, or we can open it."""

    def stream_to(self, flow: Flow) -> Flow | None:
        """The flow over a connection to the far end of a datagram flow; None where it takes none."""


class SipCall:
    """One call of the user agent: its session, and the way to its peer.

    Args:
        session: its signalling.
        flow: the flow on which the peer is reached.
        stay_on_flow: the peer is behind NAT (or on a connection), so its Contact is not believed.
        host: our own address as the peer sees it, for SDP.

    Attributes:
        on_event: gets the session's events.
    """

    __slots__ = ("_keys", "due", "flow", "host", "invite_key", "on_event", "session", "stay_on_flow")

    def __init__(self, session: InviteSession, flow: Flow, *, stay_on_flow: bool, host: str) -> None:
        self.session = session
        self.flow = flow
        self.stay_on_flow = stay_on_flow
        self.host = host
        self.on_event: Callable[[SessionEvent], None] | None = None
        self.invite_key: TransactionKey | None = None  # of the INVITE that we sent last
        self._keys: list[TransactionKey] = []  # transactions by which the user agent finds this call
        self.due = inf  # see `deadlines`

    @property
    def deadline(self) -> float:
        """When its session wants to be woken, in seconds; infinity for never."""
        return self.session.deadline

    @property
    def local_tag(self) -> str:
        """Our tag, by which messages find the call."""
        return self.session.local_tag

    @property
    def dialog_id(self) -> tuple[str, str, str] | None:
        """Call-ID, our tag and the peer's tag; None before there is a dialog."""
        dialog = self.session.dialog
        return None if dialog is None else (dialog.call_id, dialog.local_tag, dialog.remote_tag)


# --- effects and events ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LookUp:
    """Find the flow to a host name, then send by `UserAgent.send_on`.

    Args:
        call: the call.
        message: what is to be sent.
        uri: where to.
    """

    call: SipCall
    message: SendRequest | SendAck
    uri: Uri


@dataclass(frozen=True, slots=True)
class CallReceived:
    """A new call was admitted as coming from `source`; 100 was sent already."""

    call: SipCall
    request: Request
    source: str


@dataclass(frozen=True, slots=True)
class CallUpdate:
    """The session of a call told an event."""

    call: SipCall
    event: SessionEvent


@dataclass(frozen=True, slots=True)
class CallClosed:
    """Nothing more will be sent or received for a call; the last event about it."""

    call: SipCall


AgentEffect: TypeAlias = SendData | LookUp
AgentEvent: TypeAlias = CallReceived | CallUpdate | CallClosed
AgentOutput: TypeAlias = Output[AgentEffect, AgentEvent]


class UserAgent:
    """All SIP of the switch.

    Args:
        timers: T1, T2, T4 in seconds.
        application: who decides.
        network: the sockets.
        new_branch: makes a fresh Via branch, beginning with "z9hG4bK" (8.1.1.7).
        new_tag: makes a fresh From or To tag, of 32 random bits at least (19.3).
        random: uniform in [0, 1).
        server: the Server header's value, or None for silence.

    Attributes:
        counters: messages received, by method (RESPONSE, OTHER and MALFORMED among them).
    """

    def __init__(
        self,
        *,
        timers: Timers,
        application: Application,
        network: Network,
        new_branch: Callable[[], str],
        new_tag: Callable[[], str],
        random: Callable[[], float],
        server: str | None = None,
    ) -> None:
        self._timers = timers
        self._application = application
        self._network = network
        self._new_tag = new_tag
        self._random = random
        self._server = server
        self._layer = TransactionLayer(timers, new_branch=new_branch, sent_by=self._sent_by)
        self._calls: dict[str, SipCall] = {}  # by our tag
        self._by_invite: dict[TransactionKey, SipCall] = {}  # by the transaction of the peer's INVITE
        self._asked: dict[
            TransactionKey, tuple[SipCall, str, int]
        ] = {}  # method and CSeq of a request of ours
        # Requests too long for a datagram that were sent over a connection and wait for their first response.
        self._long: dict[TransactionKey, tuple[SipCall, SendRequest, Flow]] = {}
        self._deadlines: DeadlineHeap[SipCall] = DeadlineHeap()
        self._effects: list[AgentEffect] = []
        self._events: list[AgentEvent] = []
        self.counters: Counter[str] = Counter()

    # --- what the switch asks -------------------------------------------------------------------------

    @property
    def dialogs(self) -> int:
        """Calls that still have something to send or receive."""
        return len(self._calls)

    @property
    def transactions(self) -> int:
        """Live transactions, those that only linger included."""
        return len(self._layer)

    def contact(self, flow: Flow) -> str:
        """Our Contact on a flow."""
        suffix = "" if flow.transport == "UDP" else f";transport={flow.transport.lower()}"
        return f"<sip:hotline@{self._sent_by(flow)}{suffix}>"

    def call(
        self,
        request: Request,
        flow: Flow,
        *,
        stay_on_flow: bool = False,
        digest: DigestClient | None = None,
    ) -> SipCall:
        """Make a call of ours; set its `on_event`, then carry out its session's `start`.

        Args:
            request: the INVITE with From tag, Call-ID and CSeq; Via and Contact are added here.
            flow: where to send it.
            stay_on_flow: send everything of this call there, whatever the peer's Contact says.
            digest: our credentials there, None when we have none.
        """
        session = InviteSession.outgoing(
            request,
            timers=self._timers,
            contact=self.contact(flow),
            random=self._random,
            digest=digest,
        )
        return self._add(session, flow, stay_on_flow)

    def flow_in_use(self, flow: Flow) -> bool:
        """Whether a call or a registration needs a connection."""
        if self._application.has_registered(flow):
            return True
        calls = self._calls.values()
        return any(call.flow.reliable and call.flow.remote == flow.remote for call in calls)

    def flow_moved(self, old: Flow, new: Flow) -> None:
        """A phone is reached on another flow from now on (it registered again): its calls follow."""
        for call in self._calls.values():
            if call.flow == old:
                call.flow = new
        self._layer.flow_moved(old, new)

    # --- the face of a machine ------------------------------------------------------------------------

    def receive(self, message: Request | Response, flow: Flow, now: float) -> AgentOutput:
        """Take one parsed message from any transport."""
        try:
            take_description(message)
            if isinstance(message, Request):
                self.counters[message.method if message.method in OWN_METHODS else "OTHER"] += 1
                validate_request(message)
                # ACK and CANCEL end what was begun before.
                if (
                    message.method not in ("ACK", "CANCEL")
                    and self._find(message) is None
                    and self._application.ignores(flow)
                ):
                    return self._output()
            else:
                self.counters["RESPONSE"] += 1
                validate_response(message)
            output = self._layer.receive(message, flow, now)
        except MessageError as error:
            return self.receive_malformed(error, flow)
        self._follow(output, now)
        return self._output()

    def receive_malformed(self, error: MessageError, flow: Flow) -> AgentOutput:
        """Take what is no proper message: it is answered without state where that is possible."""
        self.counters["MALFORMED"] += 1
        request = error.request
        log.debug("malformed message", extra={"peer": flow.remote[0], "why": error.reason})
        if request is not None and request.method != "ACK" and not self._application.ignores(flow):
            try:
                response = request.response(error.status, error.reason, to_tag=self._new_tag())
                self._effects.append(SendData(flow, response.to_bytes()))
            except RemoteProtocolError:
                pass  # not even its From or Via can be read back
        return self._output()

    def flow_closed(self, flow: Flow, now: float) -> AgentOutput:
        """A connection closed: its transactions fail."""
        self._follow(self._layer.transport_failed(flow, now), now)
        return self._output()

    def next_deadline(self) -> float | None:
        """When `handle_timer` is due, in seconds."""
        first, second = self._layer.next_deadline(), self._deadlines.next_deadline()
        if first is None or second is None:
            return second if first is None else first
        return min(first, second)

    def handle_timer(self, now: float) -> AgentOutput:
        """Let everything that is due at `now` happen."""
        self._follow(self._layer.handle_timer(now), now)
        while (call := self._deadlines.pop_due(now)) is not None:
            self._carry_out(call, call.session.handle_timer(now), now)
        return self._output()

    def carry_out(self, call: SipCall, output: SessionOutput, now: float) -> AgentOutput:
        """Do what came of a command to a call's session."""
        self._carry_out(call, output, now)
        return self._output()

    def send_on(self, call: SipCall, message: SendRequest | SendAck, flow: Flow, now: float) -> AgentOutput:
        """Send a message of a call on a flow, once `LookUp` found it."""
        self._send_on(call, message, flow, now)
        return self._output()

    def _output(self) -> AgentOutput:
        output = Output(self._effects, self._events)
        self._effects, self._events = [], []
        return output

    # --- from the transactions to the calls -----------------------------------------------------------

    def _follow(self, output: TransactionOutput, now: float) -> None:
        self._effects += output.effects
        for event in output.events:
            self._take(event, now)

    def _take(self, event: TransactionEvent, now: float) -> None:
        if isinstance(event, RequestReceived):
            self._request(event, now)
        elif isinstance(event, ResponseReceived):
            self._long.pop(event.key, None)
            asked = self._asked.get(event.key)
            if asked is not None:
                self._pass_up(asked[0], event, now)
        elif isinstance(event, AckReceived):
            call = self._find(event.request)
            if call is not None:
                self._follow_peer(call, event)
                self._pass_up(call, event, now)
        elif isinstance(event, TransactionEnded):
            self._long.pop(event.key, None)
            self._asked.pop(event.key, None)
            self._by_invite.pop(event.key, None)
        elif event.key in self._long and not isinstance(event, TransactionTimedOut):
            self._send_long_by_datagram(event.key, now)
        elif event.key in self._asked:
            call, method, cseq = self._asked[event.key]
            status = 408 if isinstance(event, TransactionTimedOut) else 503
            self._pass_up(call, RequestFailed(method, cseq, status), now)
        elif event.key in self._by_invite and not isinstance(event, TransactionTimedOut):
            self._pass_up(self._by_invite[event.key], InviteUnreachable(), now)

    def _pass_up(self, call: SipCall, event: SessionInput, now: float) -> None:
        self._carry_out(call, call.session.receive(event, now), now)

    def _request(self, event: RequestReceived, now: float) -> None:
        request = event.request
        try:
            refusal = screen(request)
            if refusal is not None:
                self._refuse(event, refusal, now)
            elif request.method == "CANCEL":
                self._cancel_received(event, now)
            elif request.to.tag is not None:
                self._in_dialog(event, now)
            elif event.merged:
                self._refuse(event, request.response(482), now)
            else:
                self._out_of_dialog(event, now)
        except RemoteProtocolError as error:
            self._refuse(event, request.response(error.status, error.reason), now)
        except Exception:
            # Our own mistake: the peer gets an answer, and no transaction is left behind.
            log.exception("a request failed", extra={"method": request.method})
            self._respond(event.key, request.response(500), now)

    def _cancel_received(self, event: RequestReceived, now: float) -> None:
        if event.invite_key is None:
            self._respond(event.key, event.request.response(481), now)
            return
        call = self._by_invite.get(event.invite_key)
        tag = call.local_tag if call is not None else None
        self._respond(event.key, event.request.response(200, to_tag=tag), now)
        if call is not None:
            self._pass_up(call, InviteCancelled(), now)

    def _in_dialog(self, event: RequestReceived, now: float) -> None:
        call = self._find(event.request)
        if call is not None:
            self._follow_peer(call, event)
            self._pass_up(call, event, now)
        else:
            self._refuse(event, event.request.response(481), now)

    def _find(self, request: Request) -> SipCall | None:
        """The call that a request in a dialog, or in an early dialog of a call of ours, belongs to."""
        call = self._calls.get(request.to.tag or "")
        if call is None or call.session.invite.call_id != request.call_id:
            return None
        dialog = call.session.dialog
        if dialog is not None and dialog.remote_tag != (request.from_.tag or ""):
            return None
        return call

    def _follow_peer(self, call: SipCall, event: RequestReceived | AckReceived) -> None:
        """The peer is where its latest request came from: its NAT, or its connection, may be another one."""
        dialog, request, flow = call.session.dialog, event.request, event.flow
        if flow == call.flow or dialog is None or request.cseq.number < (dialog.remote_cseq or 0):
            return
        call.flow = flow
        call.stay_on_flow = call.stay_on_flow or flow.reliable or _is_translated(request, flow)

    def _out_of_dialog(self, event: RequestReceived, now: float) -> None:
        request = event.request
        if request.method == "INVITE":
            self._invite_received(event, now)
        elif request.method == "REGISTER":
            self._answer(event, self._application.register(request, event.flow), now)
        elif request.method == "OPTIONS":
            refusal = self._application.would_refuse(request, event.flow)
            response = refusal or with_capabilities(request.response(200), allow=ALLOW_OUTSIDE)
            self._answer(event, response, now)
        else:
            # RFC 3515 2.4.2: nobody is sent anywhere but by a phone in a call.
            self._respond(event.key, request.response(603 if request.method == "REFER" else 481), now)

    def _invite_received(self, event: RequestReceived, now: float) -> None:
        request, flow = event.request, event.flow
        source = self._application.admit(request, flow)
        if isinstance(source, Response):
            self._refuse(event, source, now)
            return
        refusal = SessionTimer(self._timers.session_expires).refusal(request)
        if refusal is not None:
            self._refuse(event, refusal, now)
            return
        session = InviteSession.incoming(
            event.key,
            request,
            local_tag=self._new_tag(),
            timers=self._timers,
            contact=self.contact(flow),
            random=self._random,
            now=now,
        )
        # 100 at once: it stops the peer's retransmissions however long the routing of the call takes.
        self._respond(event.key, request.response(100), now)
        call = self._add(session, flow, flow.reliable or _is_translated(request, flow))
        self._by_invite[event.key] = call
        call._keys.append(event.key)
        self._deadlines.arm(call)
        self._events.append(CallReceived(call, request, source))

    # --- from the calls to the transactions -----------------------------------------------------------

    def _add(self, session: InviteSession, flow: Flow, stay_on_flow: bool) -> SipCall:
        call = SipCall(session, flow, stay_on_flow=stay_on_flow, host=self._network.advertised(flow)[0])
        self._calls[call.local_tag] = call
        return call

    def _carry_out(self, call: SipCall, output: SessionOutput, now: float) -> None:
        for effect in output.effects:
            self._do(call, effect, now)
        self._events += [CallUpdate(call, event) for event in output.events]
        if call.session.state is not SessionState.DONE:
            self._deadlines.arm(call)
        elif self._calls.pop(call.local_tag, None) is not None:
            # The transactions linger for 32 s more, which must not keep a call's legs and descriptions.
            for key in call._keys:
                self._asked.pop(key, None)
                self._by_invite.pop(key, None)
            self._events.append(CallClosed(call))

    def _do(self, call: SipCall, effect: SessionEffect, now: float) -> None:
        if isinstance(effect, Respond):
            self._respond(effect.key, effect.response, now)
        elif isinstance(effect, CancelInvite):
            if call.invite_key is not None:
                _, output = self._layer.cancel(call.invite_key, now, effect.reason)
                self._follow(output, now)
        else:
            self._send(call, effect, now)

    def _send(self, call: SipCall, message: SendRequest | SendAck, now: float) -> None:
        """Send along the dialog's route: the flow of the call, or where its next hop points."""
        dialog = message.dialog  # a fork of the call has its own
        flow: Flow | None = call.flow
        if dialog is not None and not (self._stays_on_flow(call, dialog) and self._network.is_up(call.flow)):
            # A Contact that can't be reached: the way the peer came is the best guess.
            flow = self._network.way_to(dialog.next_hop, call.flow)
            if flow is None:
                self._effects.append(LookUp(call, message, dialog.next_hop))
                return
        assert flow is not None
        self._send_on(call, message, flow, now)

    def _stays_on_flow(self, call: SipCall, dialog: Dialog) -> bool:
        hop = dialog.next_hop
        if isinstance(hop, SipUri) and is_out_of_reach(hop.host, call.flow.remote[0]):
            return True
        return call.stay_on_flow and not dialog.route_set

    def _send_on(self, call: SipCall, message: SendRequest | SendAck, flow: Flow, now: float) -> None:
        request = message.request
        if isinstance(message, SendRequest):
            stream = self._stream_for(call, request, flow)
            key, output = self._layer.send_request(request, stream or flow, now)
            if stream is not None:
                self._long[key] = (call, message, flow)
            self._asked[key] = (call, request.method, request.cseq.number)
            call._keys.append(key)
            if request.method == "INVITE":
                call.invite_key = key
            self._follow(output, now)
        elif "Via" in request.headers:  # repeated for a retransmitted 2xx
            self._effects.append(SendData(flow, request.to_bytes()))
        else:
            self._effects.append(self._layer.send_ack(request, flow))

    def _stream_for(self, call: SipCall, request: Request, flow: Flow) -> Flow | None:
        """The connection for a request that is too long for a datagram (RFC 3261 18.1.1), else None.

        Deviation: a phone behind a NAT has no other way than its flow.
        """
        if flow.reliable or call.stay_on_flow or len(request.to_bytes()) + _VIA_BYTES <= MAX_DATAGRAM_REQUEST:
            return None
        return self._network.stream_to(flow)

    def _send_long_by_datagram(self, key: TransactionKey, now: float) -> None:
        """The peer takes no connections, so it gets the long request as a datagram (18.1.1)."""
        call, message, flow = self._long.pop(key)
        self._asked.pop(key, None)
        message.request.headers.remove("Via")
        output_key, output = self._layer.send_request(message.request, flow, now)
        self._asked[output_key] = (call, message.request.method, message.request.cseq.number)
        call._keys.append(output_key)
        if call.invite_key == key:
            call.invite_key = output_key
        self._follow(output, now)

    def _answer(self, event: RequestReceived, response: Response, now: float) -> None:
        """Answer what has been judged; strangers are told once."""
        if response.status in (401, 403, 407, 503):
            self._refuse(event, response, now)
        else:
            self._respond(event.key, response, now)

    def _refuse(self, event: RequestReceived, response: Response, now: float) -> None:
        """Refuse a request that belongs to no call of ours.

        Once, keeping nothing and saying nothing about us (26.3.2.4): for a stranger's address, which may be
        somebody else's, would otherwise get the same response eleven times.
        """
        if response.status > 100 and response.to.tag is None:
            response.headers.set("To", str(response.to.with_param("tag", self._new_tag())))
        sent = self._layer.answer_once(event.key, response)
        if sent is not None:
            self._effects.append(sent)

    def _respond(self, key: TransactionKey, response: Response, now: float) -> None:
        if self._server is not None:
            response.headers.set("Server", self._server)
        if response.status > 100 and response.to.tag is None:
            response.headers.set("To", str(response.to.with_param("tag", self._new_tag())))
        self._follow(self._layer.send_response(key, response, now), now)

    def _sent_by(self, flow: Flow) -> str:
        return join_host_port(*self._network.advertised(flow))


def _is_translated(request: Request, flow: Flow) -> bool:
    """Whether there is a NAT between us and who sent a request: its Via names another address than it has."""
    via = request.via
    return not same_host(via.host, flow.remote[0]) or (via.port or 5060) != flow.remote[1]

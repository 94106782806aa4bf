"""The user agent: from datagrams to calls, and back (RFC 3261 8, 12, 13).

It joins the transports, the transaction layer and the INVITE sessions, and asks an `Application` what it
can't know: who may register, who may call, and what a call is for. Digest checks and routing live there.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from random import SystemRandom

from telephony.net.application import Application, Authorize
from telephony.net.driver import Driver
from telephony.net.identifiers import new_branch, new_tag
from telephony.sip.screening import OWN_METHODS, screen
from telephony.net.sip_call import SipCall
from telephony.net.transports import Transports, Unreachable
from telephony.sip.transaction_events import (
    AckReceived,
    Effect,
    RequestReceived,
    ResponseReceived,
    SendData,
    TransactionEnded,
    TransactionFailed,
    TransactionKey,
    TransactionTimedOut,
)
from telephony.sip.errors import RemoteProtocolError
from telephony.sip.flow import Flow
from telephony.sip.grammar import join_host_port
from telephony.sip.in_dialog import answer_early
from telephony.sip.message import Request, Response
from telephony.sip.parser import ParseError, parse_message, validate_request, validate_response
from telephony.sip.session import InviteSession
from telephony.sip.session_events import CancelInvite, Respond, SendAck, SendRequest, SessionEffect
from telephony.sip.session_states import ALLOW, SDP, SUPPORTED
from telephony.sip.session_timer import SessionTimer
from telephony.sip.session_uac import ClientSession
from telephony.sip.session_uas import ServerSession
from telephony.sip.timers import Timers
from telephony.sip.transactions import TransactionLayer
from telephony.sip.uri import Uri

log = logging.getLogger(__name__)


class UserAgent:
    """All SIP of the switch.

    Args:
        loop: the running event loop; its clock is everybody's.
        timers: T1, T2, T4 in seconds.
        application: who decides.
        server: the Server header's value, or None for silence.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        timers: Timers,
        application: Application,
        server: str | None = None,
    ) -> None:
        self._loop = loop
        self._timers = timers
        self._application = application
        self._server = server
        self._random = SystemRandom()
        self.transports: Transports
        self._layer = TransactionLayer(timers, new_branch=new_branch, sent_by=self._sent_by)
        self._driver: Driver[Effect] = Driver(self._layer, self._perform, loop)
        self._calls: dict[str, SipCall] = {}
        self._by_invite: dict[TransactionKey, SipCall] = {}
        self._asked: dict[TransactionKey, tuple[SipCall, str, int]] = {}
        self._lookups: set[asyncio.Task[None]] = set()
        self._idle: asyncio.Future[None] | None = None
        self.counters: Counter[str] = Counter()

    def use(self, transports: Transports) -> None:
        """Give the user agent its sockets; before anything else."""
        self.transports = transports

    # --- what the switch asks -----------------------------------------------------------------------

    def now(self) -> float:
        """The loop's clock, in seconds."""
        return self._loop.time()

    @property
    def dialogs(self) -> int:
        """Calls that still have something to say in signalling."""
        return len(self._calls)

    @property
    def transactions(self) -> int:
        """Live transactions, those that only linger included."""
        return len(self._layer)

    async def wait_idle(self, seconds: float) -> None:
        """Wait until every call has said and heard its last, or the time is over."""
        if self._calls:
            self._idle = self._loop.create_future()
            await asyncio.wait([self._idle], timeout=seconds)

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
        authorize: Authorize | None = None,
    ) -> SipCall:
        """Make the session of an outbound call; set its `on_event`, then `start` it.

        Args:
            request: the INVITE with From tag, Call-ID and CSeq; Via and Contact are added here.
            flow: where to send it.
            stay_on_flow: send everything of this call there, whatever the peer's Contact says.
            authorize: answers a 401 or 407 with the request to send instead.
        """
        session = ClientSession(
            request,
            timers=self._timers,
            contact=self.contact(flow),
            random=self._random.random,
            authorize=authorize,
        )
        return self._adopt(session, flow, stay_on_flow)

    # --- what the transports say ----------------------------------------------------------------------

    def datagram_received(self, data: bytes, flow: Flow) -> None:
        """One UDP datagram."""
        if len(data) <= 4 and not data.strip(b"\r\n\0"):
            return  # keep-alives (RFC 5626 3.5.1, and the zero bytes that some phones send)
        try:
            message = parse_message(data)
        except RemoteProtocolError as error:
            self.malformed_received(ParseError(error), flow)
            return
        self.message_received(message, flow)

    def message_received(self, message: Request | Response, flow: Flow) -> None:
        """One parsed message from any transport."""
        try:
            if isinstance(message, Request):
                self.counters[message.method if message.method in OWN_METHODS else "OTHER"] += 1
                validate_request(message)
            else:
                self.counters["RESPONSE"] += 1
                validate_response(message)
            effects = self._layer.receive(message, flow, self._loop.time())
        except RemoteProtocolError as error:
            self.malformed_received(ParseError(error), flow)
            return
        self._driver.run(effects)

    def malformed_received(self, failure: ParseError, flow: Flow) -> None:
        """Something that is no proper message: answered without state where that is possible."""
        self.counters["MALFORMED"] += 1
        error = failure.error
        request = error.request
        log.debug("malformed message", extra={"peer": flow.remote[0], "why": error.reason})
        if request is None or request.method == "ACK":
            return
        try:
            response = request.response(error.status, error.reason, to_tag=new_tag())
            self.transports.send(flow, response.to_bytes())
        except RemoteProtocolError:
            return  # not even its From or Via can be read back

    def flow_closed(self, flow: Flow) -> None:
        """A connection closed: its transactions fail, its registrations go."""
        self._driver.run(self._layer.transport_failed(flow, self._loop.time()))
        self._application.flow_closed(flow)

    def flow_in_use(self, flow: Flow) -> bool:
        """Whether a call or a registration needs a connection."""
        calls = self._calls.values()
        return any(call.flow.reliable and call.flow.remote == flow.remote for call in calls) or (
            self._application.has_registered(flow)
        )

    # --- what the transaction layer says ----------------------------------------------------------------

    def _perform(self, effect: Effect) -> None:
        if isinstance(effect, SendData):
            self.transports.send(effect.flow, effect.data)
        elif isinstance(effect, RequestReceived):
            self._request(effect)
        elif isinstance(effect, ResponseReceived):
            asked = self._asked.get(effect.key)
            if asked is not None:
                asked[0].receive(effect)
        elif isinstance(effect, AckReceived):
            call = self._find(effect.request)
            if call is not None:
                call.receive(effect)
        elif isinstance(effect, TransactionEnded):
            self._asked.pop(effect.key, None)
            self._by_invite.pop(effect.key, None)
        else:
            self._unanswered(effect)

    def _unanswered(self, effect: TransactionTimedOut | TransactionFailed) -> None:
        asked = self._asked.get(effect.key)
        if asked is not None:
            call, method, cseq = asked
            call.request_failed(method, cseq, 408 if isinstance(effect, TransactionTimedOut) else 503)
        elif isinstance(effect, TransactionFailed) and effect.key in self._by_invite:
            self._by_invite[effect.key].unreachable()

    def _request(self, event: RequestReceived) -> None:
        request = event.request
        try:
            refusal = screen(request)
            if refusal is not None:
                self._respond(event.key, refusal)
            elif request.method == "CANCEL":
                self._cancel(event)
            elif request.to.tag is not None:
                self._in_dialog(event)
            elif event.merged:
                self._respond(event.key, request.response(482, to_tag=new_tag()))
            else:
                self._out_of_dialog(event)
        except RemoteProtocolError as error:
            self._respond(event.key, request.response(error.status, error.reason, to_tag=new_tag()))

    def _cancel(self, event: RequestReceived) -> None:
        call = self._by_invite.get(event.invite_key) if event.invite_key is not None else None
        if event.invite_key is None:
            self._respond(event.key, event.request.response(481, to_tag=new_tag()))
            return
        tag = call.local_tag if call is not None else new_tag()
        self._respond(event.key, event.request.response(200, to_tag=tag))
        if call is not None:
            call.cancelled()

    def _in_dialog(self, event: RequestReceived) -> None:
        call = self._find(event.request)
        if call is not None:
            call.receive(event)
        else:
            self._respond(event.key, self._answer_early(event.request) or event.request.response(481))

    def _answer_early(self, request: Request) -> Response | None:
        """The response in the early dialog of a call that we make, which no session keeps yet."""
        call = self._calls.get(request.to.tag or "")
        if call is None or call.session.dialog is not None or call.sip_call_id != request.call_id:
            return None
        return answer_early(request, call.session.contact)

    def _out_of_dialog(self, event: RequestReceived) -> None:
        request = event.request
        if request.method == "INVITE":
            self._invite(event)
        elif request.method == "REGISTER":
            self._respond(event.key, self._application.register(request, event.flow))
        elif request.method == "OPTIONS":
            response = request.response(200, to_tag=new_tag())
            response.headers.add("Allow", f"{ALLOW}, REGISTER")
            response.headers.add("Accept", SDP)
            response.headers.add("Supported", SUPPORTED)
            self._respond(event.key, response)
        else:
            # RFC 3515 2.4.2: nobody is sent anywhere but by a phone in a call.
            status = 603 if request.method == "REFER" else 481
            self._respond(event.key, request.response(status, to_tag=new_tag()))

    def _invite(self, event: RequestReceived) -> None:
        request, flow = event.request, event.flow
        source = self._application.admit(request, flow)
        if isinstance(source, Response):
            self._respond(event.key, source)
            return
        refusal = SessionTimer(self._timers.session_expires).refusal(request)
        if refusal is not None:
            self._respond(event.key, refusal)
            return
        # 100 at once: it stops the peer's retransmissions whatever the call's way may take.
        self._respond(event.key, request.response(100))
        session = ServerSession(
            event.key,
            request,
            local_tag=new_tag(),
            timers=self._timers,
            contact=self.contact(flow),
            random=self._random.random,
            now=self._loop.time(),
        )
        via = request.via
        translated = flow.remote != (via.host, via.port or 5060)
        call = self._adopt(session, flow, flow.reliable or translated)
        self._by_invite[event.key] = call
        call.keys.append(event.key)
        self._application.offered(call, request, source)

    def _find(self, request: Request) -> SipCall | None:
        call = self._calls.get(request.to.tag or "")
        if call is None or call.session.dialog is None:
            return None
        dialog = call.session.dialog
        if dialog.call_id != request.call_id or dialog.remote_tag != (request.from_.tag or ""):
            return None
        return call

    # --- what the sessions say ------------------------------------------------------------------------

    def drive(self, call: SipCall) -> Driver[SessionEffect]:
        """A driver for a new call's session."""
        return Driver(call.session, call.perform, self._loop)

    def perform(self, call: SipCall, effect: SendRequest | SendAck | Respond | CancelInvite) -> None:
        """Carry out what a call wants on the wire."""
        if isinstance(effect, Respond):
            self._respond(effect.key, effect.response)
        elif isinstance(effect, CancelInvite):
            if call.invite_key is not None:
                _, effects = self._layer.cancel(call.invite_key, self._loop.time(), effect.reason)
                self._driver.run(effects)
        else:
            self._send(call, effect)

    def call_done(self, call: SipCall) -> None:
        """A call has nothing more to say."""
        self._calls.pop(call.local_tag, None)
        # The transactions linger for 32 s more, which must not keep a call's legs and descriptions.
        for key in call.keys:
            self._asked.pop(key, None)
            self._by_invite.pop(key, None)
        if not self._calls and self._idle is not None and not self._idle.done():
            self._idle.set_result(None)

    def _adopt(self, session: InviteSession, flow: Flow, stay_on_flow: bool) -> SipCall:
        call = SipCall(
            self, session, flow, stay_on_flow=stay_on_flow, host=self.transports.advertised(flow)[0]
        )
        self._calls[call.local_tag] = call
        return call

    def _send(self, call: SipCall, effect: SendRequest | SendAck) -> None:
        """Send along the dialog's route: the flow of the call, or where its next hop points."""
        dialog = effect.dialog  # a fork of the call has its own
        if dialog is None or (call.stay_on_flow and not dialog.route_set):
            self._send_on(call, effect, call.flow)
            return
        hop = dialog.next_hop
        try:
            flow = self.transports.locate(hop)
        except Unreachable:
            flow = call.flow  # a Contact that can't be reached: the way the peer came is the best guess
        if flow is not None:
            self._send_on(call, effect, flow)
        else:
            task = self._loop.create_task(self._look_up_and_send(call, effect, hop))
            self._lookups.add(task)
            task.add_done_callback(self._lookups.discard)

    async def _look_up_and_send(self, call: SipCall, effect: SendRequest | SendAck, hop: Uri) -> None:
        try:
            flow = await self.transports.resolve(hop)
        except Unreachable:
            flow = call.flow
        self._send_on(call, effect, flow)

    def _send_on(self, call: SipCall, effect: SendRequest | SendAck, flow: Flow) -> None:
        request = effect.request
        if isinstance(effect, SendAck):
            if "Via" in request.headers:  # said again to a retransmitted 2xx
                self.transports.send(flow, request.to_bytes())
            else:
                self._perform(self._layer.send_ack(request, flow))
            return
        key, effects = self._layer.send_request(request, flow, self._loop.time())
        self._asked[key] = (call, request.method, request.cseq.number)
        call.keys.append(key)
        if request.method == "INVITE":
            call.invite_key = key
        self._driver.run(effects)

    def _respond(self, key: TransactionKey, response: Response) -> None:
        if self._server is not None:
            response.headers.set("Server", self._server)
        if response.status > 100 and response.to.tag is None:
            response.headers.set("To", str(response.to.with_param("tag", new_tag())))
        self._driver.run(self._layer.send_response(key, response, self._loop.time()))

    def _sent_by(self, flow: Flow) -> str:
        return join_host_port(*self.transports.advertised(flow))

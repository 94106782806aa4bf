"""SIP on the event loop: the user-agent core with its sockets, its clock and its look-ups of host names.

What a message means is decided by `telephony.sip.user_agent`; who may call and what a call is for by the
`Application`.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Protocol

from telephony.net.driver import Driver
from telephony.net.randomness import BLOCK_RANDOM, token_hex
from telephony.net.transports import Transports, Unreachable
from telephony.sip import user_agent
from telephony.sip.errors import LocalProtocolError
from telephony.sip.flow import Flow
from telephony.sip.message import MessageError, Request, Response
from telephony.sip.parser import parse_message
from telephony.sip.session import SessionState
from telephony.sip.session_events import SessionOutput
from telephony.sip.timers import Timers
from telephony.sip.trace import MessageRing
from telephony.sip.transaction_events import SendData
from telephony.sip.user_agent import (
    AgentEffect,
    AgentEvent,
    CallReceived,
    CallUpdate,
    LookUp,
    SipCall,
    UserAgent,
)

log = logging.getLogger(__name__)


class Application(user_agent.Application, Protocol):
    """The switch above."""

    def offered(self, call: SipCall, request: Request, source: str) -> None:
        """Take a call that was admitted as coming from `source`; when this raises, the caller gets 500."""

    def flow_closed(self, flow: Flow) -> None:
        """A connection is gone, and with it what was registered over it."""


class Signalling:
    """All SIP of the switch, running.

    Args:
        loop: the running event loop; its clock is that of all calls.
        timers: T1, T2, T4 in seconds.
        application: the switch above.
        transports: the sockets; they hand what arrives to this object.
        server: the Server header's value, or None for silence.
        trace: keeps the messages that come and go; None to keep none.

    Attributes:
        agent: the user-agent core.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        timers: Timers,
        application: Application,
        transports: Transports,
        server: str | None = None,
        trace: MessageRing | None = None,
    ) -> None:
        self._loop = loop
        self._trace = trace
        self._application = application
        self.transports = transports
        self.agent = UserAgent(
            timers=timers,
            application=application,
            network=transports,
            # Unguessable, so that nobody else can end or answer for a call of ours.
            new_branch=lambda: f"z9hG4bK{token_hex(8)}",
            new_tag=lambda: token_hex(6),
            random=BLOCK_RANDOM.random,
            server=server,
        )
        self._driver: Driver[AgentEffect, AgentEvent] = Driver(
            self.agent, perform=self._perform, tell=self._tell, loop=loop
        )
        self._lookups: set[asyncio.Task[None]] = set()
        self._idle: asyncio.Future[None] | None = None
        transports.serve(self)

    # --- what the calls want --------------------------------------------------------------------------

    def now(self) -> float:
        """The clock of all sessions, in seconds."""
        return self._loop.time()

    def run(self, call: SipCall, output: SessionOutput) -> None:
        """Do what came of a command to a call's session, down to the socket."""
        self._driver.run(self.agent.carry_out(call, output, self._loop.time()))

    async def wait_idle(self, seconds: float) -> None:
        """Wait until every call has sent and received its last message, or the time is over."""
        if self.agent.dialogs:
            self._idle = self._loop.create_future()
            await asyncio.wait([self._idle], timeout=seconds)

    # --- what the transports receive ------------------------------------------------------------------

    def datagram_received(self, data: bytes, flow: Flow) -> None:
        """One UDP datagram."""
        if len(data) <= 4 and not data.strip(b"\r\n\0"):
            return  # keep-alives (RFC 5626 3.5.1, and the zero bytes that some phones send)
        try:
            message = parse_message(data)
        except MessageError as error:
            self.malformed_received(error, flow)
            return
        if self._trace is not None:
            self._trace.add(self._loop.time(), False, flow, data, message.headers.get("Call-ID"))
        self._driver.run(self.agent.receive(message, flow, self._loop.time()))

    def message_received(self, message: Request | Response, flow: Flow) -> None:
        """One parsed message from a connection."""
        if self._trace is not None:
            with suppress(LocalProtocolError):
                self._trace.add(self._loop.time(), False, flow, message.to_bytes())
        self._driver.run(self.agent.receive(message, flow, self._loop.time()))

    def malformed_received(self, error: MessageError, flow: Flow) -> None:
        """Something that is no proper message."""
        self._driver.run(self.agent.receive_malformed(error, flow))

    def flow_closed(self, flow: Flow) -> None:
        """A connection closed: its transactions fail, its registrations go."""
        self._driver.run(self.agent.flow_closed(flow, self._loop.time()))
        self._application.flow_closed(flow)

    def flow_in_use(self, flow: Flow) -> bool:
        """Whether a call or a registration needs a connection."""
        return self.agent.flow_in_use(flow)

    # --- what the user agent puts out -----------------------------------------------------------------

    def _perform(self, effect: AgentEffect) -> None:
        if isinstance(effect, SendData):
            if self._trace is not None:
                self._trace.add(self._loop.time(), True, effect.flow, effect.data)
            self.transports.send(effect.flow, effect.data)
        else:
            task = self._loop.create_task(self._look_up(effect))
            self._lookups.add(task)
            task.add_done_callback(self._lookups.discard)

    async def _look_up(self, wanted: LookUp) -> None:
        try:
            flow = await self.transports.resolve(wanted.uri, wanted.call.flow)
        except Unreachable:
            flow = wanted.call.flow
        self._driver.run(self.agent.send_on(wanted.call, wanted.message, flow, self._loop.time()))

    def _tell(self, event: AgentEvent) -> None:
        call = event.call
        if isinstance(event, CallUpdate):
            self._update(event)
        elif isinstance(event, CallReceived):
            self._offer(event)
        else:
            call.on_event = None  # breaks the cycle of call and leg, so that both go without the collector
            if self._idle is not None and not self._idle.done() and not self.agent.dialogs:
                self._idle.set_result(None)

    def _update(self, event: CallUpdate) -> None:
        call = event.call
        if call.on_event is None:
            return
        try:
            call.on_event(event.event)
        except Exception:
            # Our own mistake in what the call is for: it must not leave the peer without an answer.
            log.exception("a call failed at %s", type(event.event).__name__)
            self.run(call, call.session.hang_up(self.now()))

    def _offer(self, event: CallReceived) -> None:
        call = event.call
        try:
            self._application.offered(call, event.request, event.source)
        except Exception:
            log.exception("a call could not be accepted")
            if call.session.state is SessionState.OFFERED:
                self.run(call, call.session.refuse(500))
            else:
                self.run(call, call.session.hang_up(self.now()))

"""One call on the wire: an INVITE session with its driver and the way to its peer.

The user agent makes these; the call layer commands them and listens to `on_event`. Media and meaning
are left to the layers above.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from telephony.net.driver import Driver
from telephony.sip.transaction_events import AckReceived, RequestReceived, ResponseReceived, TransactionKey
from telephony.sip.flow import Flow
from telephony.sip.session import InviteSession
from telephony.sip.session_events import (
    Accepted,
    CancelInvite,
    Confirmed,
    Ended,
    InfoReceived,
    Progressed,
    ReferProgressed,
    ReofferAnswered,
    ReofferConfirmed,
    ReofferDue,
    Reoffered,
    ReofferRefused,
    Replied,
    Respond,
    SendAck,
    SendRequest,
    SessionDone,
    SessionEffect,
    TransferRequested,
)
from telephony.sip.session_states import State
from telephony.sip.session_uac import ClientSession
from telephony.sip.session_uas import ServerSession

CallEvent: TypeAlias = (
    Progressed
    | Accepted
    | Confirmed
    | Reoffered
    | ReofferAnswered
    | ReofferConfirmed
    | ReofferRefused
    | ReofferDue
    | Replied
    | ReferProgressed
    | TransferRequested
    | InfoReceived
    | Ended
)


class CallWire(Protocol):
    """What a call needs of the user agent that made it."""

    def now(self) -> float: ...

    def drive(self, call: SipCall) -> Driver[SessionEffect]: ...

    def perform(self, call: SipCall, effect: SendRequest | SendAck | Respond | CancelInvite) -> None: ...

    def call_done(self, call: SipCall) -> None: ...


class SipCall:
    """A call in signalling.

    Args:
        wire: the user agent.
        session: its pure half.
        flow: the flow on which the peer is reached.
        stay_on_flow: the peer is behind NAT (or on a connection), so its Contact is not believed.
        host: our own address as the peer sees it, for SDP.
    """

    __slots__ = (
        "_driver",
        "_wire",
        "flow",
        "host",
        "invite_key",
        "keys",
        "on_event",
        "session",
        "stay_on_flow",
    )

    def __init__(
        self, wire: CallWire, session: InviteSession, flow: Flow, *, stay_on_flow: bool, host: str
    ) -> None:
        self._wire = wire
        self.session = session
        self.flow = flow
        self.stay_on_flow = stay_on_flow
        self.host = host
        self.invite_key: TransactionKey | None = None
        self.keys: list[TransactionKey] = []
        """Transactions by which the user agent finds this call, to be forgotten with it."""
        self.on_event: Callable[[CallEvent], None] | None = None
        self._driver = wire.drive(self)

    @property
    def local_tag(self) -> str:
        """Our tag, by which messages find the call."""
        return self.session.local_tag

    @property
    def sip_call_id(self) -> str:
        """The Call-ID header's value, the same that a trace of the wire shows."""
        return self.session.invite.call_id

    @property
    def dialog_id(self) -> tuple[str, str, str] | None:
        """Call-ID, our tag and the peer's tag; None before there is a dialog."""
        dialog = self.session.dialog
        return None if dialog is None else (dialog.call_id, dialog.local_tag, dialog.remote_tag)

    @property
    def over(self) -> bool:
        """True once nothing more will be said."""
        return self.session.state is State.DONE

    # --- messages of the peer, from the user agent -------------------------------------------------

    def receive(self, event: RequestReceived | AckReceived | ResponseReceived) -> None:
        """A message that belongs to this call."""
        self._driver.run(self.session.receive(event, self._wire.now()))

    def request_failed(self, method: str, cseq: int, status: int) -> None:
        """A request of ours got no answer (408) or could not be sent (503)."""
        self._driver.run(self.session.request_failed(method, cseq, status))

    def cancelled(self) -> None:
        """The peer's CANCEL for our INVITE came."""
        if isinstance(self.session, ServerSession):
            self._driver.run(self.session.cancelled())

    def unreachable(self) -> None:
        """The transaction of the peer's INVITE failed: nobody hears what we would answer."""
        if isinstance(self.session, ServerSession):
            self._driver.run(self.session.unreachable())

    # --- commands of the call layer -------------------------------------------------------------------

    def start(self) -> None:
        """Send the INVITE of a call of ours."""
        self._driver.run(self._client().start())

    def acknowledge(self, body: bytes) -> None:
        """Answer the offer that a 2xx to our offerless INVITE brought."""
        self._driver.run(self._client().acknowledge(body))

    def progress(self, status: int, body: bytes = b"") -> None:
        """Send a 1xx, with an SDP answer for early media or without."""
        self._driver.run(self._server().progress(status, self._wire.now(), body))

    def accept(self, body: bytes) -> None:
        """Answer with 200 and an SDP body."""
        self._driver.run(self._server().accept(body, self._wire.now()))

    def refuse(
        self, status: int, reason: str | None = None, headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        """Refuse with a final status."""
        self._driver.run(self._server().refuse(status, reason, headers))

    def hang_up(self, reason: str | None = None) -> None:
        """End the call, whatever its state; `reason` is a Reason header value."""
        self._driver.run(self.session.hang_up(reason))

    def want_reoffer(self) -> None:
        """Ask for a turn to change the session; `ReofferDue` comes when the line is free."""
        self._driver.run(self.session.want_reoffer())

    def request(self, method: str, headers: tuple[tuple[str, str], ...] = (), body: bytes = b"") -> None:
        """Send a REFER or INFO in the dialog; `Replied` comes back."""
        self._driver.run(self.session.request(method, headers, body))

    def watch(self, every: float) -> None:
        """Ask the peer for a sign of life after so many seconds of silence; 0 stops that."""
        self._driver.run(self.session.watch(every, self._wire.now()))

    def answer_transfer(self, status: int) -> None:
        """Take (202) or refuse the peer's REFER, on `TransferRequested`."""
        self._driver.run(self.session.answer_transfer(status, self._wire.now()))

    def report_transfer(self, status: int) -> None:
        """Tell the peer how the transfer goes that it asked for."""
        self._driver.run(self.session.report_transfer(status, self._wire.now()))

    def reoffer(self, body: bytes) -> None:
        """Change the session by re-INVITE, on `ReofferDue`."""
        self._driver.run(self.session.reoffer(body))

    def accept_reoffer(self, body: bytes) -> None:
        """Accept the peer's re-INVITE."""
        self._driver.run(self.session.accept_reoffer(body, self._wire.now()))

    def refuse_reoffer(self, status: int) -> None:
        """Refuse the peer's re-INVITE."""
        self._driver.run(self.session.refuse_reoffer(status))

    def perform(self, effect: SessionEffect) -> None:
        """Carry out one effect of the session: the driver calls this."""
        if isinstance(effect, SendRequest | SendAck | Respond | CancelInvite):
            self._wire.perform(self, effect)
        elif isinstance(effect, SessionDone):
            self._driver.stop()
            self._wire.call_done(self)
            self.on_event = None  # parts the ring of call and leg, so that both go without the collector
        elif self.on_event is not None:
            self.on_event(effect)

    def _client(self) -> ClientSession:
        assert isinstance(self.session, ClientSession), "a call that the peer made"
        return self.session

    def _server(self) -> ServerSession:
        assert isinstance(self.session, ServerSession), "a call that we made"
        return self.session

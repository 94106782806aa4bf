"""The calling side of an INVITE session (RFC 3261 13.2): ring, answer, fork, give up.

The INVITE client has no timer once a 1xx came, so whoever waits for an answer owns the no-answer timer
and calls `hang_up`. Everything after the answer is in `session.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from telephony.sip.dialog import Dialog
from telephony.sip.errors import LocalProtocolError, RemoteProtocolError
from telephony.sip.message import Request, Response
from telephony.sip.session import InviteSession
from telephony.sip.session_events import (
    Accepted,
    CancelInvite,
    Progressed,
    SendAck,
    SendRequest,
    SessionEffect,
)
from telephony.sip.session_states import State
from telephony.sip.timers import Timers


class ClientSession(InviteSession):
    """A call that we make.

    Args:
        request: the INVITE without Via, with our From tag, Contact and (usually) an SDP offer.
        authorize: builds the request to send again after a 401 or 407, or returns None to give up.
    """

    __slots__ = ("_authorize", "_authorized", "_cancel_reason", "_cancelled", "_late_offer", "invite")
    owns_call_id: ClassVar[bool] = True

    def __init__(
        self,
        request: Request,
        *,
        timers: Timers,
        contact: str,
        random: Callable[[], float],
        authorize: Callable[[Request, Response], Request | None] | None = None,
    ) -> None:
        super().__init__(State.CALLING, timers=timers, contact=contact, random=random)
        self.invite = request
        self._authorize = authorize
        self._authorized = False
        self._cancel_reason: str | None = None
        self._cancelled = False
        self._late_offer = False

    @property
    def local_tag(self) -> str:
        """Our From tag, by which the user agent finds this session."""
        return self.invite.from_.tag or ""

    def start(self) -> list[SessionEffect]:
        """Send the INVITE."""
        self._late_offer = not self.invite.body
        self._dress(self.invite, self.invite.body)
        self._out.append(SendRequest(self.invite))
        return self._drain()

    def acknowledge(self, body: bytes) -> list[SessionEffect]:
        """Answer the offer that a 2xx brought, when our INVITE had none.

        Raises:
            LocalProtocolError: when no such offer waits.
        """
        if self.state is not State.CONFIRMED or self._ack is not None or not self._late_offer:
            raise LocalProtocolError("no offer of a 2xx waits for an answer")
        self._acknowledge(self.invite.cseq.number, body)
        return self._drain()

    # --- responses to the INVITE ----------------------------------------------------------------

    def _invite_response(self, response: Response, now: float) -> None:
        if response.cseq.number != self.invite.cseq.number:
            return  # of the INVITE before the one that carries credentials
        if response.status < 200:
            self._provisional(response, now)
        elif response.status < 300:
            self._success(response, now)
        else:
            self._failure(response)

    def _provisional(self, response: Response, now: float) -> None:
        if self.state is State.CANCELLING:
            self._cancel_once()
            return
        if self.state is State.CALLING:
            self._go(State.PROCEEDING)
        if response.status > 100 and self.state is State.PROCEEDING:
            self._out.append(Progressed(response.status, response.body))

    def _success(self, response: Response, now: float) -> None:
        if self.state is State.DONE or self.dialog is not None:
            self._dismiss_fork(response)
            return
        try:
            self.dialog = Dialog.from_response(self.invite, response)
        except RemoteProtocolError:
            # Without a Contact neither ACK nor BYE has an address: the To URI is the best guess left.
            response.headers.set("Contact", f"<{response.to.uri}>")
            self.dialog = Dialog.from_response(self.invite, response)
        given_up = self.state is State.CANCELLING
        self._deadlines.clear()
        self._go(State.CONFIRMED)
        if given_up:
            # The 2xx crossed our CANCEL (RFC 3261 9.1): the call is up, so it is ended as such.
            self._acknowledge(response.cseq.number, b"")
            self._send_bye()
            return
        if not self._late_offer:
            self._acknowledge(response.cseq.number, b"")
        self._out.append(Accepted(response.body))

    def _dismiss_fork(self, response: Response) -> None:
        """A second phone answered, or one after we gave up: acknowledge, then hang it up (13.2.2.4)."""
        try:
            fork = Dialog.from_response(self.invite, response)
        except RemoteProtocolError:
            return
        self._out.append(SendAck(fork.request("ACK", cseq=response.cseq.number)))
        self._out.append(SendRequest(fork.request("BYE")))

    def _failure(self, response: Response) -> None:
        if response.status in (401, 407) and self._retry_with_credentials(response):
            return
        if self.state in (State.CALLING, State.PROCEEDING, State.CANCELLING):
            self._end("remote", response.status, response.reason)
            self._finish()

    def _retry_with_credentials(self, response: Response) -> bool:
        if self._authorize is None or self._authorized or self.state is State.CANCELLING:
            return False
        again = self._authorize(self.invite, response)
        if again is None:
            return False
        self._authorized = True
        self.invite = again
        self._out.append(SendRequest(again))
        return True

    def _invite_failed(self, cseq: int, status: int, now: float) -> None:
        if self.dialog is not None:
            super()._invite_failed(cseq, status, now)
        elif self.state is not State.DONE:
            self._end("network", status, "no response" if status == 408 else "transport failed")
            self._finish()

    # --- giving up ----------------------------------------------------------------------------------

    def _hang_up(self, now: float, reason: str | None, *, by: str = "local", text: str = "hung up") -> None:
        if self.state in (State.CALLING, State.PROCEEDING):
            heard = self.state is State.PROCEEDING
            self._cancel_reason = reason
            self._end(by, 487, "cancelled")
            self._go(State.CANCELLING)
            if heard:
                self._cancel_once()
            # else RFC 3261 9.1: CANCEL must wait for the first provisional response
        elif self.state is State.CONFIRMED and self._ack is None:
            self._acknowledge(self.invite.cseq.number, b"")
            super()._hang_up(now, reason, by=by, text=text)
        else:
            super()._hang_up(now, reason, by=by, text=text)

    def _cancel_once(self) -> None:
        # The transaction ends by itself when no final response follows within 64*T1 (RFC 3261 9.1).
        if not self._cancelled:
            self._cancelled = True
            self._out.append(CancelInvite(self._cancel_reason))

    def _acknowledge_again(self, response: Response) -> None:
        if self.dialog is not None and response.to.tag != self.dialog.remote_tag:
            self._dismiss_fork(response)
        else:
            super()._acknowledge_again(response)

"""The calling side of an INVITE session (RFC 3261 13.2): ring, answer, fork, credentials, give up.

The INVITE client has no timer once a 1xx came, so whoever waits for an answer owns the no-answer timer
and calls `hang_up`. Everything after the answer is in `session_refresh.py` and the modules below it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from telephony.sip.dialog import Dialog
from telephony.sip.errors import LocalProtocolError
from telephony.sip.message import Request, Response
from telephony.sip.session_events import (
    Accepted,
    CancelInvite,
    Progressed,
    SendAck,
    SendRequest,
    SessionEffect,
)
from telephony.sip.session_refresh import RefreshedSession
from telephony.sip.session_states import State
from telephony.sip.timers import Timers

# What a request that answered a 401 or a 407 carries.
CREDENTIALS = {401: "Authorization", 407: "Proxy-Authorization"}
UNANSWERED = (State.CALLING, State.PROCEEDING, State.CANCELLING)


class ClientSession(RefreshedSession):
    """A call that we make.

    Args:
        request: the INVITE without Via, with our From tag and (usually) an SDP offer, which may be added
            until `start`.
        authorize: builds the request to send again after a 401 or 407, or returns None to give up. It is
            asked once for each of the two and each request; in a dialog, CSeq is set here.
    """

    __slots__ = ("_authorize", "_cancelled", "_forks", "_offer_unanswered", "_sent")
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
        tag = request.from_.tag or ""
        super().__init__(State.INITIAL, request, tag, timers=timers, contact=contact, random=random)
        self._authorize = authorize
        self._cancelled = False
        self._offer_unanswered = False  # the 2xx brings an offer, its ACK must bring our answer
        self._forks: dict[str, SendAck] = {}  # by To tag
        self._sent: dict[int, Request] = {}  # by CSeq: what a challenge may ask for again

    # --- commands -------------------------------------------------------------------------------------

    def start(self) -> list[SessionEffect]:
        """Send the INVITE.

        Raises:
            LocalProtocolError: when it was sent, or given up.
        """
        self._go(State.CALLING)
        self._offer_unanswered = not self.invite.body
        self._dress(self.invite, self.invite.body)
        self._ask_for_time(self.invite)
        self._send(self.invite)
        return self._drain()

    def acknowledge(self, body: bytes) -> list[SessionEffect]:
        """Answer the offer that a 2xx brought, when our INVITE had none.

        Raises:
            LocalProtocolError: when no such offer waits.
        """
        if self.state is not State.CONFIRMED or not self._offer_unanswered:
            raise LocalProtocolError("no offer of a 2xx waits for an answer")
        self._answer_offer(body)
        self._take_turn()
        return self._drain()

    def _answer_offer(self, body: bytes) -> None:
        self._offer_unanswered = False
        self._acknowledge(self.invite.cseq.number, body)

    @property
    def _offer_open(self) -> bool:
        # The peer's offer in its 2xx: nobody may make another before it is answered.
        return self._offer_unanswered or super()._offer_open

    # --- responses to the INVITE ----------------------------------------------------------------------

    def _invite_response(self, response: Response, now: float) -> None:
        if response.cseq.number != self.invite.cseq.number:
            super()._invite_response(response, now)
        elif response.status < 200:
            self._provisional(response)
        elif response.status < 300:
            self._success(response, now)
        else:
            self._failure(response)

    def _provisional(self, response: Response) -> None:
        if self.state is State.CANCELLING:
            self._cancel()
            return
        if self.state is State.CALLING:
            self._go(State.PROCEEDING)
        if response.status > 100 and self.state is State.PROCEEDING:
            self._out.append(Progressed(response.status, response.body))

    def _success(self, response: Response, now: float) -> None:
        dialog = self.dialog
        if dialog is not None and (response.to.tag or "") == dialog.remote_tag:
            super()._invite_response(response, now)  # the same one again
            return
        if self.state not in UNANSWERED:
            # Deviation: once the call is over nobody remembers it, and a phone that answers only then waits
            # for its ACK in vain until it gives up by itself (13.3.1.4).
            if self.state is not State.DONE:
                self._dismiss_fork(response)
            return
        given_up = self.state is State.CANCELLING
        self.dialog = Dialog.from_response(self.invite, response)
        self._go(State.CONFIRMED)
        if given_up:
            # The 2xx crossed our CANCEL (RFC 3261 9.1): the call is up, so it is ended as such.
            self._acknowledge_without_answer()
            self._send_bye()
            return
        self._time_granted(response, now)
        if not self._offer_unanswered:
            self._acknowledge(response.cseq.number)
        self._out.append(Accepted(response.body))

    def _acknowledge_without_answer(self) -> None:
        # Deviation: an offer in the 2xx wants an answer in the ACK (13.2.2.4); the BYE that follows is one.
        self._answer_offer(b"")

    def _dismiss_fork(self, response: Response) -> None:
        """A second phone answered: acknowledge each of its 2xx, and hang it up once (13.2.2.4)."""
        tag = response.to.tag or ""
        known = self._forks.get(tag)
        if known is not None:
            self._out.append(known)
            return
        fork = Dialog.from_response(self.invite, response)
        self._forks[tag] = ack = self._ack_in(fork, response.cseq.number)
        self._out += (ack, SendRequest(fork.request("BYE"), fork))

    def _is_of_fork(self, response: Response) -> bool:
        return (response.to.tag or "") in self._forks

    def _failure(self, response: Response) -> None:
        again = self._with_credentials(response) or self._with_more_time(self.invite, response)
        if again is not None:
            self.invite = again
            if self.state is State.PROCEEDING:
                self._go(State.CALLING)  # a CANCEL waits for a 1xx to the new INVITE
            self._send(again)
        elif self.state in UNANSWERED:
            self._end("remote", response.status, response.reason)
            self._finish()

    def _invite_failed(self, cseq: int, status: int) -> None:
        if cseq != self.invite.cseq.number:
            super()._invite_failed(cseq, status)
        elif self.state in UNANSWERED:
            self._end("network", status, "no response" if status == 408 else "transport failed")
            self._finish()

    # --- credentials ----------------------------------------------------------------------------------

    def _send(self, request: Request) -> None:
        if self._authorize is not None:
            self._sent[request.cseq.number] = request
        super()._send(request)

    def _with_credentials(self, response: Response) -> Request | None:
        request = self._sent.pop(response.cseq.number, None)
        header = CREDENTIALS.get(response.status)
        if self._authorize is None or request is None or header is None or header in request.headers:
            return None
        if self._ended and request.method != "BYE":
            return None
        again = self._authorize(request, response)
        if again is not None and self.dialog is not None:
            # Another request may have taken the next number meanwhile.
            self.dialog.local_cseq += 1
            again.headers.set("CSeq", f"{self.dialog.local_cseq} {again.method}")
        return again

    def _credentials(self, cseq: int) -> Iterable[tuple[str, str]]:
        if self._authorize is None:
            return ()
        request = self._sent.pop(cseq, self.invite)
        found = [(name, request.headers.get_all(name)) for name in CREDENTIALS.values()]
        return [(name, value) for name, values in found for value in values]

    # --- giving up ------------------------------------------------------------------------------------

    def _hang_up(self, reason: str | None, *, by: str = "local", text: str = "hung up") -> None:
        if self.state is State.INITIAL:
            self._end(by, 487, "cancelled")
            self._finish()
        elif self.state in (State.CALLING, State.PROCEEDING):
            heard = self.state is State.PROCEEDING
            self._bye_reason = reason
            self._end(by, 487, "cancelled")
            self._go(State.CANCELLING)
            if heard:
                self._cancel()
            # else RFC 3261 9.1: CANCEL must wait for the first provisional response
        else:
            if self.state is State.CONFIRMED and self._offer_unanswered:
                self._acknowledge_without_answer()
            super()._hang_up(reason, by=by, text=text)

    def _cancel(self) -> None:
        # The transaction ends by itself when no final response follows within 64*T1 (RFC 3261 9.1).
        if not self._cancelled:
            self._cancelled = True
            self._out.append(CancelInvite(self._bye_reason))

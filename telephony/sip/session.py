"""INVITE session: what both sides of a call share once (and while) a dialog exists.

The session is the user of the transactions: it retransmits its 2xx until the ACK comes (RFC 3261
13.3.1.4), acknowledges the peer's, ends with BYE from either side (15), and carries re-INVITEs both
ways with glare (14). Its two sides add how a call begins: `session_uas.py` (called by the peer) and
`session_uac.py` (calling the peer). What the bodies mean is left to `telephony.sdp`, sockets and
transactions to `telephony.net.user_agent`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from telephony.sip.dialog import Dialog
from telephony.sip.effects import AckReceived, RequestReceived, ResponseReceived, TransactionKey
from telephony.sip.errors import LocalProtocolError
from telephony.sip.message import Request, Response
from telephony.sip.session_events import (
    Ended,
    InfoReceived,
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
)
from telephony.sip.session_states import ALLOW, MOVES, SDP, State
from telephony.sip.timers import Timers


class InviteSession:
    """The shared part of both sides; use `ServerSession` or `ClientSession`.

    Args:
        timers: T1, T2 and what follows from them, in seconds.
        contact: our Contact header value.
        random: uniform in [0, 1), for the glare delay of RFC 3261 14.1.
    """

    __slots__ = (
        "_ack",
        "_ack_cseq",
        "_bye_reason",
        "_bye_wanted",
        "_deadlines",
        "_ended",
        "_interval",
        "_offer_wanted",
        "_our_offer_cseq",
        "_our_offer_open",
        "_out",
        "_random",
        "_their_offer",
        "_unacked",
        "contact",
        "dialog",
        "state",
        "timers",
    )
    owns_call_id: ClassVar[bool] = False

    def __init__(self, state: State, *, timers: Timers, contact: str, random: Callable[[], float]) -> None:
        self.state = state
        self.timers = timers
        self.contact = contact
        self.dialog: Dialog | None = None
        self._random = random
        self._out: list[SessionEffect] = []
        self._deadlines: dict[str, float] = {}
        self._interval = timers.t1
        self._unacked: tuple[TransactionKey, Response, bool] | None = None  # the bool: of a re-INVITE
        self._ack: Request | None = None  # the last ACK, said again to each retransmitted 2xx
        self._ack_cseq = -1
        self._bye_wanted = False
        self._bye_reason: str | None = None
        self._ended = False
        self._our_offer_open = False  # a re-INVITE of ours has no final response yet
        self._our_offer_cseq = -1
        self._offer_wanted = False  # the call wants a re-INVITE once the line is free
        self._their_offer: tuple[TransactionKey, Request] | None = None

    # --- the face of a machine ------------------------------------------------------------------

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
            self._ack_arrived(event.request, now)
        else:
            self._response(event.response, now)
        return self._drain()

    def request_failed(self, method: str, cseq: int, status: int, now: float) -> list[SessionEffect]:
        """A request of ours got no answer.

        Args:
            method: the request's method.
            cseq: its CSeq number.
            status: 408 for a timeout, 503 for a transport failure (RFC 3261 8.1.3.1).
            now: seconds.
        """
        if method == "BYE" and self.state is State.ENDING:
            self._finish()
        elif method == "INVITE":
            self._invite_failed(cseq, status, now)
        elif method != "BYE":
            self._out.append(Replied(method, status))
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

    # --- commands ---------------------------------------------------------------------------------

    def hang_up(self, now: float, *, reason: str | None = None) -> list[SessionEffect]:
        """End the call whatever its state; harmless when it is over already.

        Args:
            now: seconds.
            reason: a Reason header value (RFC 3326) for the peer.
        """
        self._hang_up(now, reason)
        return self._drain()

    def want_reoffer(self, now: float) -> list[SessionEffect]:
        """Ask for a turn to change the session: `ReofferDue` says when the line is free.

        Raises:
            LocalProtocolError: when the call is not up.
        """
        if self.state not in (State.CONFIRMED, State.ACCEPTED):
            raise LocalProtocolError(f"re-INVITE in state {self.state.value}")
        self._offer_wanted = True
        self._take_turn()
        return self._drain()

    def reoffer(self, body: bytes, now: float) -> list[SessionEffect]:
        """Offer a changed session by re-INVITE; the answer to `ReofferDue`.

        Raises:
            LocalProtocolError: when another offer is under way.
        """
        if not self._free_to_offer:
            raise LocalProtocolError("another offer is under way")
        assert self.dialog is not None
        request = self.dialog.request("INVITE")
        self._dress(request, body)
        self._our_offer_cseq, self._our_offer_open = request.cseq.number, True
        self._out.append(SendRequest(request))
        return self._drain()

    def request(
        self, method: str, headers: tuple[tuple[str, str], ...] = (), body: bytes = b""
    ) -> list[SessionEffect]:
        """Send another request in the dialog (REFER, INFO); `Replied` brings its final status.

        Raises:
            LocalProtocolError: when the call is not up.
        """
        if self.state is not State.CONFIRMED:
            raise LocalProtocolError(f"{method} in state {self.state.value}")
        assert self.dialog is not None
        request = self.dialog.request(method, contact=self.contact)
        for name, value in headers:
            request.headers.add(name, value)
        request.body = body
        self._out.append(SendRequest(request))
        return self._drain()

    def accept_reoffer(self, body: bytes, now: float) -> list[SessionEffect]:
        """Answer the peer's re-INVITE with 200 and `body`."""
        key, request = self._take_their_offer()
        self._accept(key, request, body, now, again=True)
        return self._drain()

    def refuse_reoffer(self, status: int, now: float) -> list[SessionEffect]:
        """Refuse the peer's re-INVITE; the session stays as it was."""
        key, request = self._take_their_offer()
        self._out.append(Respond(key, request.response(status)))
        self._take_turn()
        return self._drain()

    def _take_their_offer(self) -> tuple[TransactionKey, Request]:
        if self._their_offer is None:
            raise LocalProtocolError("no re-INVITE waits for an answer")
        waiting, self._their_offer = self._their_offer, None
        return waiting

    # --- requests of the peer -----------------------------------------------------------------------

    def _request(self, key: TransactionKey, request: Request, now: float) -> None:
        dialog = self.dialog
        if dialog is None or self.state is State.DONE:
            self._out.append(Respond(key, request.response(481)))
        elif not dialog.accepts(request):
            self._out.append(Respond(key, request.response(500, "CSeq Out Of Order")))
        elif request.method == "BYE":
            self._bye_arrived(key, request, now)
        elif request.method == "INVITE":
            self._reinvite_arrived(key, request)
        else:
            self._out.append(Respond(key, self._plain_answer(request)))

    def _plain_answer(self, request: Request) -> Response:
        """Answer a request that changes nothing in the session."""
        if request.method == "INFO":
            self._out.append(InfoReceived(request.content_type or "", request.body))
            return request.response(200)
        if request.method == "NOTIFY" and (request.headers.get("Event") or "").startswith("refer"):
            self._out.append(ReferProgressed(_sipfrag_status(request.body)))
            return request.response(200)
        response = request.response(200 if request.method == "OPTIONS" else 405)
        response.headers.add("Allow", ALLOW)
        response.headers.add("Accept", SDP)
        return response

    def _bye_arrived(self, key: TransactionKey, request: Request, now: float) -> None:
        self._out.append(Respond(key, request.response(200)))
        # RFC 3261 15.1.2: pending requests of the dialog are answered with 487.
        if self._their_offer is not None:
            offer_key, offer = self._take_their_offer()
            self._out.append(Respond(offer_key, offer.response(487)))
        if self.state is State.ENDING:
            return  # two BYEs crossed: ours still waits for its own answer
        self._end("remote", None, "BYE")
        self._finish()

    def _reinvite_arrived(self, key: TransactionKey, request: Request) -> None:
        if self.state not in (State.CONFIRMED, State.ACCEPTED):
            self._out.append(Respond(key, request.response(481)))
        elif self._their_offer is not None:
            # RFC 3261 14.2: a second INVITE before the first one's final answer.
            response = request.response(500)
            response.headers.add("Retry-After", str(int(self._random() * 10)))
            self._out.append(Respond(key, response))
        elif self._our_offer_open or self._unacked is not None:
            # RFC 3261 14.2; RFC 5407 3.1.5 for the case that the ACK of our 2xx is still on its way.
            self._out.append(Respond(key, request.response(491)))
        else:
            if self.dialog is not None:
                self.dialog.refresh_target(request)
            self._their_offer = (key, request)
            self._out.append(Respond(key, request.response(100)))
            self._out.append(Reoffered(request.body))

    def _ack_arrived(self, request: Request, now: float) -> None:
        if self._unacked is None or self._unacked[1].cseq.number != request.cseq.number:
            return  # the ACK of a retransmission, or of a 2xx that was acknowledged before
        again = self._unacked[2]
        self._stop_retransmitting()
        if again:
            if request.body:
                self._out.append(ReofferConfirmed(request.body))
        else:
            self._initial_acked(request)
        if self._bye_wanted and self.state is State.CONFIRMED:
            self._send_bye()
        else:
            self._take_turn()

    def _initial_acked(self, request: Request) -> None:
        """The side that answered the call says `Confirmed` here."""

    # --- our 2xx, until its ACK ---------------------------------------------------------------------

    def _accept(self, key: TransactionKey, request: Request, body: bytes, now: float, *, again: bool) -> None:
        dialog = self.dialog
        response = request.response(200, to_tag=dialog.local_tag if dialog else None)
        self._dress(response, body)
        self._out.append(Respond(key, response))
        self._unacked = (key, response, again)
        self._interval = self.timers.t1
        self._deadlines["retransmit"] = now + self._interval
        self._deadlines["ack"] = now + 64 * self.timers.t1

    def _dress(self, message: Request | Response, body: bytes) -> None:
        message.headers.set("Contact", self.contact)
        message.headers.set("Allow", ALLOW)
        if body:
            message.headers.set("Content-Type", SDP)
            message.body = body

    def _stop_retransmitting(self) -> None:
        self._unacked = None
        self._deadlines.pop("retransmit", None)
        self._deadlines.pop("ack", None)

    def _timer(self, name: str, now: float) -> None:
        if name == "retransmit" and self._unacked is not None:
            key, response, _ = self._unacked
            self._out.append(Respond(key, response))
            self._interval = min(2 * self._interval, self.timers.t2)
            self._deadlines["retransmit"] = now + self._interval
        elif name == "ack":
            # RFC 3261 13.3.1.4: no ACK within 64*T1 ends the session with a BYE.
            self._stop_retransmitting()
            self._end("network", None, "no ACK")
            self._send_bye()
        elif name == "glare":
            self._take_turn()

    # --- responses of the peer ----------------------------------------------------------------------

    def _response(self, response: Response, now: float) -> None:
        method, number = response.cseq.method, response.cseq.number
        if method == "BYE":
            # In any other state it is the BYE that dismissed a fork of the call.
            if response.status >= 200 and self.state is State.ENDING:
                self._finish()
        elif method == "INVITE":
            if 200 <= response.status < 300 and number == self._ack_cseq and self._ack is not None:
                self._acknowledge_again(response)
            elif number == self._our_offer_cseq:
                self._reoffer_answered(response, now)
            else:
                self._invite_response(response, now)
        elif response.status >= 200:
            self._out.append(Replied(method, response.status))

    def _acknowledge_again(self, response: Response) -> None:
        assert self._ack is not None
        self._out.append(SendAck(self._ack))

    def _invite_response(self, response: Response, now: float) -> None:
        """A response to the INVITE that began the call: only the calling side has one."""

    def _invite_failed(self, cseq: int, status: int, now: float) -> None:
        if cseq == self._our_offer_cseq:
            self._our_offer_open = False
            self._hang_up(now, None, by="network", text="re-INVITE unanswered")

    def _reoffer_answered(self, response: Response, now: float) -> None:
        if response.status < 200 or not self._our_offer_open:
            return
        self._our_offer_open = False
        if response.status < 300:
            if self.dialog is not None:
                self.dialog.refresh_target(response)
            self._acknowledge(response.cseq.number, b"")
            self._out.append(ReofferAnswered(response.body))
        else:
            self._out.append(ReofferRefused(response.status))
        if response.status == 491:
            self._offer_wanted = True
            self._deadlines["glare"] = now + self._glare_delay()
        elif response.status in (408, 481):
            # RFC 3261 12.2.1.2: the peer no longer knows the dialog.
            self._hang_up(now, None, by="network", text="dialog lost")
        self._take_turn()

    def _glare_delay(self) -> float:
        """Seconds to wait after 491, in steps of 10 ms (RFC 3261 14.1)."""
        if self.owns_call_id:
            return 2.1 + round(self._random() * 190) / 100
        return round(self._random() * 200) / 100

    def _acknowledge(self, cseq: int, body: bytes) -> None:
        assert self.dialog is not None
        ack = self.dialog.request("ACK", cseq=cseq)
        if body:
            ack.headers.set("Content-Type", SDP)
            ack.body = body
        self._ack, self._ack_cseq = ack, cseq
        self._out.append(SendAck(ack))

    # --- our own requests -----------------------------------------------------------------------------

    @property
    def _free_to_offer(self) -> bool:
        busy = self._our_offer_open or self._their_offer is not None or self._unacked is not None
        return self.state is State.CONFIRMED and not busy and "glare" not in self._deadlines

    def _take_turn(self) -> None:
        if self._offer_wanted and self._free_to_offer:
            self._offer_wanted = False
            self._out.append(ReofferDue())

    def _hang_up(self, now: float, reason: str | None, *, by: str = "local", text: str = "hung up") -> None:
        """End a call that is up; the sides extend this to calls that are not up yet."""
        if self.state is State.ACCEPTED:
            # RFC 3261 15: the callee must not send BYE before the ACK came or its wait timed out.
            self._bye_wanted, self._bye_reason = True, reason
            self._end(by, None, text)
        elif self.state is State.CONFIRMED:
            self._bye_reason = reason
            self._end(by, None, text)
            self._send_bye()

    def _send_bye(self) -> None:
        assert self.dialog is not None
        if self._their_offer is not None:
            key, request = self._take_their_offer()
            self._out.append(Respond(key, request.response(487)))
        self._stop_retransmitting()
        self._deadlines.clear()
        bye = self.dialog.request("BYE")
        if self._bye_reason is not None:
            bye.headers.add("Reason", self._bye_reason)
        self._go(State.ENDING)
        self._out.append(SendRequest(bye))

    # --- the end ----------------------------------------------------------------------------------------

    def _go(self, state: State) -> None:
        if state not in MOVES[self.state]:
            raise LocalProtocolError(f"session may not go from {self.state.value} to {state.value}")
        self.state = state

    def _end(self, by: str, status: int | None, reason: str) -> None:
        if not self._ended:
            self._ended = True
            self._out.append(Ended(by, status, reason))

    def _finish(self) -> None:
        if self.state is not State.DONE:
            self._go(State.DONE)
            self._deadlines.clear()
            self._unacked = None
            self._out.append(SessionDone())

    def _drain(self) -> list[SessionEffect]:
        out, self._out = self._out, []
        return out


def _sipfrag_status(body: bytes) -> int:
    """The status in a message/sipfrag (RFC 3420), 100 when it holds none."""
    first = body.split(b"\n", 1)[0].split()
    if len(first) >= 2 and first[0].upper().startswith(b"SIP/") and first[1].isdigit():
        return int(first[1])
    return 100

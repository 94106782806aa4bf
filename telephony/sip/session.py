"""INVITE session: how a call is changed while it is up, by re-INVITE from either side (RFC 3261 14).

One offer at a time: the peer's re-INVITE that crosses ours is answered 491, ours that meets a 491 is said
again after a delay. How the call begins is in `session_uas.py` (called by the peer) and `session_uac.py`
(calling the peer), refreshes and UPDATE are in `session_refresh.py`, transfers and other requests in
`session_requests.py`, the rest is in `session_core.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from telephony.sip.transaction_events import TransactionKey
from telephony.sip.errors import LocalProtocolError
from telephony.sip.message import Request, Response
from telephony.sip.session_events import (
    CancelInvite,
    ReofferAnswered,
    ReofferDue,
    Reoffered,
    ReofferRefused,
    Respond,
    SessionEffect,
)
from telephony.sip.session_requests import SideRequests
from telephony.sip.session_states import State
from telephony.sip.timers import Timers


@dataclass(slots=True)
class OpenReinvite:
    """A re-INVITE of ours without a final response.

    Args:
        request: the re-INVITE.
        heard: a provisional response came, so it can be cancelled (RFC 3261 9.1).
        cancelled: it was.
    """

    request: Request
    heard: bool = False
    cancelled: bool = False

    @property
    def cseq(self) -> int:
        """Its CSeq number."""
        return self.request.cseq.number


class InviteSession(SideRequests):
    """A session that can be changed; the base of `session_refresh.py`. Arguments as for `SessionCore`."""

    __slots__ = ("_offer_wanted", "_our_offer", "_their_offer")
    owns_call_id: ClassVar[bool] = False

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
        super().__init__(state, invite, local_tag, timers=timers, contact=contact, random=random)
        self._offer_wanted = False  # the call waits for its turn
        self._our_offer: OpenReinvite | None = None
        self._their_offer: tuple[TransactionKey, Request] | None = None

    # --- commands -------------------------------------------------------------------------------------

    def want_reoffer(self) -> list[SessionEffect]:
        """Ask for a turn to change the session: `ReofferDue` says when the line is free.

        Raises:
            LocalProtocolError: when the call is not up.
        """
        if self._ended or self.state not in (State.ACCEPTED, State.CONFIRMED):
            raise LocalProtocolError(f"re-INVITE in state {self.state.value}")
        self._offer_wanted = True
        self._take_turn()
        return self._drain()

    def reoffer(self, body: bytes) -> list[SessionEffect]:
        """Offer a changed session by re-INVITE; the answer to `ReofferDue`.

        Raises:
            LocalProtocolError: when the line is not free.
        """
        if not self._may_offer or self.dialog is None:
            raise LocalProtocolError("the line is not free for an offer")
        request = self.dialog.request("INVITE")
        self._dress(request, body)
        self._ask_for_time(request)
        self._send_reinvite(request)
        return self._drain()

    def accept_reoffer(self, body: bytes, now: float) -> list[SessionEffect]:
        """Answer the peer's re-INVITE (or UPDATE) with 200.

        Args:
            body: the answer, or our offer when the re-INVITE had none.
            now: seconds.
        """
        key, request = self._take_their_offer()
        if request.method == "UPDATE":
            self._answer_update(key, request, body, now)
            self._take_turn()
        else:
            self._accept(key, request, body, now)
        return self._drain()

    def refuse_reoffer(self, status: int) -> list[SessionEffect]:
        """Refuse the peer's re-INVITE (or UPDATE); the session stays as it was."""
        key, request = self._take_their_offer()
        self._out.append(Respond(key, request.response(status)))
        self._take_turn()
        return self._drain()

    def _take_their_offer(self) -> tuple[TransactionKey, Request]:
        if self._their_offer is None:
            raise LocalProtocolError("no re-INVITE waits for an answer")
        waiting, self._their_offer = self._their_offer, None
        return waiting

    # --- the peer's re-INVITE -------------------------------------------------------------------------

    def _reinvite_arrived(self, key: TransactionKey, request: Request) -> None:
        if self.state is State.OFFERED or self._their_offer is not None:
            # RFC 3261 14.2: a second INVITE before the first one's final answer.
            response = request.response(500)
            response.headers.add("Retry-After", str(int(self._random() * 10)))
            self._out.append(Respond(key, response))
            return
        if self._unacked is not None and not self._unacked.offers:
            # RFC 5407 3.1.4: only a peer that has our 2xx sends this, so the ACK is lost or late.
            self._acknowledged(self._unacked, b"")
        if self._busy:
            # RFC 3261 14.2; RFC 5407 3.1.5 when the missing ACK must bring the answer to an offer of ours.
            self._out.append(Respond(key, request.response(491)))
            return
        if self.dialog is not None:
            self.dialog.refresh_target(request)
        self._their_offer = (key, request)
        self._out += (Respond(key, request.response(100)), Reoffered(request.body))

    # --- our re-INVITE --------------------------------------------------------------------------------

    @property
    def _offer_open(self) -> bool:
        """Whether an offer of ours waits for its answer."""
        return self._our_offer is not None or (self._unacked is not None and self._unacked.offers)

    @property
    def _busy(self) -> bool:
        """Whether an offer of either side is open, or an ACK missing."""
        return self._offer_open or self._their_offer is not None or self._unacked is not None

    @property
    def _may_offer(self) -> bool:
        waiting = "glare" in self._deadlines
        return self.state is State.CONFIRMED and not self._ended and not self._busy and not waiting

    def _take_turn(self) -> None:
        if self._offer_wanted and self._may_offer:
            self._offer_wanted = False
            self._out.append(ReofferDue())

    def _send_reinvite(self, request: Request) -> None:
        self._our_offer = OpenReinvite(request)
        self._send(request)

    def _invite_response(self, response: Response, now: float) -> None:
        number, offer = response.cseq.number, self._our_offer
        if 200 <= response.status < 300 and number in self._acks:
            if self.state is not State.DONE:
                self._out.append(self._acks[number])  # it came again (RFC 3261 13.2.2.4)
        elif offer is None or offer.cseq != number:
            return
        elif response.status < 200:
            self._reoffer_progressed(offer, now)
        else:
            again = None
            if response.status >= 300:
                again = self._with_credentials(response) or self._with_more_time(offer.request, response)
            self._our_offer = None
            self._deadlines.pop("reoffer", None)
            if again is not None:
                self._send_reinvite(again)
            else:
                self._reoffer_answered(response, now)

    def _with_more_time(self, request: Request, response: Response) -> Request | None:
        """The request to send after a 422 that can be met (RFC 4028 7.3)."""
        raise NotImplementedError

    def _ask_for_time(self, request: Request) -> None:
        """Say in a request of ours how long the session is to last without a refresh."""
        raise NotImplementedError

    def _time_granted(self, response: Response, now: float) -> None:
        """Take what the peer's 2xx says about that."""
        raise NotImplementedError

    def _answer_update(self, key: TransactionKey, request: Request, body: bytes, now: float) -> None:
        """Say 200 to an UPDATE."""
        raise NotImplementedError

    def _reoffer_progressed(self, offer: OpenReinvite, now: float) -> None:
        offer.heard = True
        if self._ended:
            self._cancel_reoffer()
        elif not offer.cancelled:
            # The client transaction waits for ever once it has heard a 1xx; nobody wants to, for a change.
            self._deadlines.setdefault("reoffer", now + self.timers.timeout)

    def _reoffer_answered(self, response: Response, now: float) -> None:
        status = response.status
        event: SessionEffect = ReofferRefused(status)
        if status < 300:
            if self.dialog is not None:
                self.dialog.refresh_target(response)
            self._acknowledge(response.cseq.number)
            self._time_granted(response, now)
            event = ReofferAnswered(response.body)
        if self._ended:
            self._finish_if_quiet()
            return
        self._out.append(event)
        if status == 491:
            self._offer_wanted = True
            self._deadlines["glare"] = now + self._glare_delay()
        elif status in (408, 481):
            self._dialog_lost()
        self._take_turn()

    def _glare_delay(self) -> float:
        """Seconds to wait after 491, in steps of 10 ms (RFC 3261 14.1)."""
        if self.owns_call_id:
            return 2.1 + round(self._random() * 190) / 100
        return round(self._random() * 200) / 100

    def _invite_failed(self, cseq: int, status: int) -> None:
        if self._our_offer is None or self._our_offer.cseq != cseq:
            return
        self._our_offer = None
        self._deadlines.pop("reoffer", None)
        if self._ended:
            self._finish_if_quiet()
        else:
            self._dialog_lost()

    def _timer(self, name: str, now: float) -> None:
        if name == "glare":
            self._take_turn()
        elif name == "reoffer":
            self._cancel_reoffer()
        else:
            super()._timer(name, now)

    def _cancel_reoffer(self) -> None:
        offer = self._our_offer
        if offer is not None and offer.heard and not offer.cancelled:
            offer.cancelled = True
            self._out.append(CancelInvite(None))

    # --- the end --------------------------------------------------------------------------------------

    def _drop_offers(self) -> None:
        super()._drop_offers()
        self._deadlines.pop("glare", None)
        self._deadlines.pop("reoffer", None)
        if self._their_offer is not None:
            # RFC 3261 15.1.2: pending requests of the dialog are answered with 487.
            key, request = self._take_their_offer()
            self._out.append(Respond(key, request.response(487)))
        self._cancel_reoffer()

    def _finish_if_quiet(self) -> None:
        # A re-INVITE of ours gets its final response even now, and a 2xx its ACK (RFC 5407 3.2).
        if self._our_offer is None:
            super()._finish_if_quiet()

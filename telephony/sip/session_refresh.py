"""INVITE session: kept up by refreshes (RFC 4028) and changed by UPDATE (RFC 3311), while it lasts.

We refresh by UPDATE where the peer knows it, else by a re-INVITE that changes nothing, and end a session that
nobody refreshed. What was agreed about that is kept by `session_timer.py`; re-INVITE is in `session.py`.
"""

from __future__ import annotations

from collections.abc import Callable

from telephony.sip.transaction_events import TransactionKey
from telephony.sip.message import Request, Response
from telephony.sip.session import InviteSession
from telephony.sip.session_events import Reoffered, Respond
from telephony.sip.session_states import SDP, State
from telephony.sip.session_timer import SessionTimer
from telephony.sip.timers import Timers


class RefreshedSession(InviteSession):
    """An INVITE session with a session timer; the base of both sides. Arguments as for `SessionCore`."""

    __slots__ = ("_peer_updates", "_timer_of_session", "_updating")

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
        self._timer_of_session = SessionTimer(timers.session_expires)
        self._peer_updates = False  # its last Allow named UPDATE
        self._updating = False  # an UPDATE of ours has no final response

    # --- what is agreed -------------------------------------------------------------------------------

    def _ask_for_time(self, request: Request) -> None:
        self._timer_of_session.ask(request, first=request is self.invite)

    def _time_granted(self, response: Response, now: float) -> None:
        self._note_methods(response)
        self._timer_of_session.agreed(response)
        self._wind_up(now)

    def _grant_time(self, request: Request, response: Response, now: float) -> None:
        self._note_methods(request)
        self._timer_of_session.grant(request, response)
        self._wind_up(now)

    def _with_more_time(self, request: Request, response: Response) -> Request | None:
        if response.status != 422 or self._ended or not self._timer_of_session.lengthen(response):
            return None
        headers = request.headers.copy()
        headers.remove("Via")
        number = request.cseq.number + 1
        if self.dialog is not None:
            self.dialog.local_cseq = number = self.dialog.local_cseq + 1
        headers.set("CSeq", f"{number} {request.method}")
        again = Request(request.method, request.uri, headers, request.body)
        self._timer_of_session.ask(again, first=self.dialog is None)
        return again

    def _note_methods(self, message: Request | Response) -> None:
        if "Allow" in message.headers:
            self._peer_updates = "UPDATE" in message.headers.values("Allow")

    def _wind_up(self, now: float) -> None:
        timer = self._timer_of_session
        self._stop_clock()
        if timer.interval:
            self._deadlines["session"] = now + timer.end_after
            if timer.ours:
                self._deadlines["refresh"] = now + timer.refresh_after

    def _stop_clock(self) -> None:
        self._deadlines.pop("session", None)
        self._deadlines.pop("refresh", None)

    # --- our refresh ----------------------------------------------------------------------------------

    def _timer(self, name: str, now: float) -> None:
        if name == "session":
            # RFC 4028 10: whoever sees no refresh ends the session, the refresher included.
            self._hang_up('SIP;cause=408;text="Session expired"', by="network", text="session expired")
        elif name == "refresh":
            self._deadlines["refresh"] = now + self._timer_of_session.retry_after
            self._refresh()
        else:
            super()._timer(name, now)

    def _refresh(self) -> None:
        if self.state is not State.CONFIRMED or self._updating or self._our_offer is not None:
            return  # the ACK is missing still, or a refresh is on its way
        if self._peer_updates:
            self._update()
        else:
            self._offer_wanted = True
            self._take_turn()

    def _update(self) -> None:
        assert self.dialog is not None
        request = self.dialog.request("UPDATE")
        self._dress(request, b"")
        self._ask_for_time(request)
        self._updating = True
        self._send(request)

    def _response(self, response: Response, now: float) -> None:
        ours = response.cseq.method == "UPDATE" and response.status >= 200
        if ours and not self._ended and response.status not in (401, 407):
            self._updating = False
            self._update_answered(response, now)
        else:
            super()._response(response, now)

    def _update_answered(self, response: Response, now: float) -> None:
        if response.status < 300:
            assert self.dialog is not None
            self.dialog.refresh_target(response)
            self._time_granted(response, now)
        elif response.status in (405, 420, 501):
            self._peer_updates = False  # it says so only now
            self._refresh()
        elif response.status == 422 and self._timer_of_session.lengthen(response):
            self._update()
        else:
            self._replied("UPDATE", response.status)

    def _replied(self, method: str, status: int) -> None:
        if method == "UPDATE" and status not in (408, 481):
            self._updating = False  # it is tried again in its time
        else:
            super()._replied(method, status)

    # --- the peer's refreshes and changes -------------------------------------------------------------

    def _reinvite_arrived(self, key: TransactionKey, request: Request) -> None:
        refusal = self._timer_of_session.refusal(request)
        if refusal is not None:
            self._out.append(Respond(key, refusal))
        else:
            super()._reinvite_arrived(key, request)

    def _update_arrived(self, key: TransactionKey, request: Request, now: float) -> None:
        refusal = self._timer_of_session.refusal(request) or self._update_refusal(request)
        if refusal is not None:
            self._out.append(Respond(key, refusal))
            return
        assert self.dialog is not None
        self.dialog.refresh_target(request)
        if request.body:
            self._their_offer = (key, request)
            self._out.append(Reoffered(request.body))
        else:
            self._answer_update(key, request, b"", now)

    def _update_refusal(self, request: Request) -> Response | None:
        """The response to an UPDATE whose offer can't be taken now (RFC 3311 5.2), else None."""
        if not request.body:
            return None
        if request.content_type != SDP:
            response = request.response(415)
            response.headers.add("Accept", SDP)
            return response
        if self.state is State.OFFERED or self._their_offer is not None:
            response = request.response(500)
            response.headers.add("Retry-After", str(int(self._random() * 10)))
            return response
        return request.response(491) if self._offer_open else None

    def _answer_update(self, key: TransactionKey, request: Request, body: bytes, now: float) -> None:
        response = request.response(200)
        self._dress(response, body)
        if self.state is not State.OFFERED:
            self._grant_time(request, response, now)
        self._out.append(Respond(key, response))

    # --- the end --------------------------------------------------------------------------------------

    def _drop_offers(self) -> None:
        super()._drop_offers()
        self._stop_clock()

"""The called side of an INVITE session (RFC 3261 13.3): ring, answer, refuse, and the CANCEL race.

Everything after the answer is in `session.py`.
"""

from __future__ import annotations

from collections.abc import Callable

from telephony.sip.dialog import Dialog
from telephony.sip.effects import TransactionKey
from telephony.sip.errors import LocalProtocolError
from telephony.sip.message import Request, Response
from telephony.sip.session import InviteSession
from telephony.sip.session_events import Confirmed, Respond, SessionEffect
from telephony.sip.session_states import State
from telephony.sip.timers import Timers

# RFC 3261 13.3.1.1: a proxy cancels after three silent minutes, so the last 1xx is said every minute.
PROGRESS_INTERVAL = 60.0


class ServerSession(InviteSession):
    """A call that the peer offers to us.

    Args:
        key: the INVITE's server transaction.
        request: the INVITE.
        local_tag: our tag, unique in this process.
        now: seconds.

    Raises:
        RemoteProtocolError: when the INVITE cannot begin a dialog.
    """

    __slots__ = ("_progress", "invite", "key")

    def __init__(
        self,
        key: TransactionKey,
        request: Request,
        *,
        local_tag: str,
        timers: Timers,
        contact: str,
        random: Callable[[], float],
        now: float,
    ) -> None:
        super().__init__(State.OFFERED, timers=timers, contact=contact, random=random)
        self.key = key
        self.invite = request
        self.dialog = Dialog.from_request(request, local_tag)
        self._progress: Response | None = None
        expires = request.headers.get("Expires")
        if expires is not None and expires.strip().isdecimal():
            self._deadlines["expires"] = now + int(expires)

    def progress(self, status: int, now: float, body: bytes = b"") -> list[SessionEffect]:
        """Send a provisional response.

        Args:
            status: 180 (ringing), 183 (session progress) or another 101..199.
            now: seconds.
            body: an SDP answer for early media, or empty.
        """
        self._need(State.OFFERED)
        response = self.invite.response(status, to_tag=self.dialog.local_tag if self.dialog else None)
        self._dress(response, body)
        self._progress = response
        self._deadlines["progress"] = now + PROGRESS_INTERVAL
        self._out.append(Respond(self.key, response))
        return self._drain()

    def accept(self, body: bytes, now: float) -> list[SessionEffect]:
        """Answer the call with 200.

        Args:
            body: the SDP answer, or our offer when the INVITE had none.
            now: seconds.
        """
        self._need(State.OFFERED)
        self._deadlines.clear()
        self._go(State.ACCEPTED)
        self._accept(self.key, self.invite, body, now, again=False)
        return self._drain()

    def refuse(
        self, status: int, reason: str | None = None, headers: tuple[tuple[str, str], ...] = ()
    ) -> list[SessionEffect]:
        """Refuse the call.

        Args:
            status: 300..699.
            reason: the reason phrase, the standard one when None.
            headers: more headers for the response (Retry-After, Reason ...).
        """
        self._need(State.OFFERED)
        self._refuse("local", status, reason, headers)
        return self._drain()

    def cancelled(self, now: float) -> list[SessionEffect]:
        """The peer's CANCEL came (and was answered); after an answer it has no effect (9.2)."""
        if self.state is State.OFFERED:
            self._refuse("remote", 487, None)
        return self._drain()

    def transaction_failed(self, now: float) -> list[SessionEffect]:
        """Our response could not be delivered: the transport failed or no ACK came for a non-2xx."""
        if self.state is State.OFFERED:
            self._end("network", None, "transport failed")
            self._finish()
        return self._drain()

    def _refuse(
        self, by: str, status: int, reason: str | None, headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        response = self.invite.response(status, reason, to_tag=self.dialog.local_tag if self.dialog else None)
        for name, value in headers:
            response.headers.add(name, value)
        self._out.append(Respond(self.key, response))
        self._end(by, status, response.reason)
        self._finish()

    def _need(self, state: State) -> None:
        if self.state is not state:
            raise LocalProtocolError(f"call is {self.state.value}, not {state.value}")

    def _initial_acked(self, request: Request) -> None:
        self._go(State.CONFIRMED)
        self._out.append(Confirmed(request.body))

    def _bye_arrived(self, key: TransactionKey, request: Request, now: float) -> None:
        if self.state is State.OFFERED:
            # RFC 3261 15: a caller may end an early dialog by BYE; the INVITE still wants its answer.
            self._out.append(Respond(key, request.response(200)))
            self._refuse("remote", 487, None)
        else:
            super()._bye_arrived(key, request, now)

    def _timer(self, name: str, now: float) -> None:
        if name == "progress" and self._progress is not None:
            self._out.append(Respond(self.key, self._progress))
            self._deadlines["progress"] = now + PROGRESS_INTERVAL
        elif name == "expires":
            self._refuse("remote", 487, None)
        else:
            super()._timer(name, now)

    def _hang_up(self, now: float, reason: str | None, *, by: str = "local", text: str = "hung up") -> None:
        if self.state is State.OFFERED:
            self._refuse(by, 480, None)
        else:
            super()._hang_up(now, reason, by=by, text=text)

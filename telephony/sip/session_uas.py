"""The called side of an INVITE session (RFC 3261 13.3): ring, answer, refuse, and the CANCEL race.

Everything after the answer is in `session_refresh.py` and the modules below it.
"""

from __future__ import annotations

from collections.abc import Callable

from telephony.sip.dialog import Dialog
from telephony.sip.transaction_events import TransactionKey
from telephony.sip.errors import LocalProtocolError
from telephony.sip.grammar import parse_number
from telephony.sip.message import Request, Response
from telephony.sip.session_events import Respond, SessionEffect
from telephony.sip.session_refresh import RefreshedSession
from telephony.sip.session_states import State
from telephony.sip.timers import Timers

# RFC 3261 13.3.1.1: a proxy cancels after three silent minutes, so the last 1xx is said every minute.
PROGRESS_INTERVAL = 60.0
# Expires = "Expires" HCOLON delta-seconds, at most 2**32-1 (20.19).
MAX_EXPIRES = 2**32 - 1


class ServerSession(RefreshedSession):
    """A call that the peer offers to us.

    Args:
        key: the INVITE's server transaction.
        request: the INVITE.
        local_tag: our tag, unique in this process.
        now: seconds.

    Raises:
        RemoteProtocolError: when the INVITE cannot begin a dialog.
    """

    __slots__ = ("_progress", "key")

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
        super().__init__(State.OFFERED, request, local_tag, timers=timers, contact=contact, random=random)
        self.key = key
        self.dialog = Dialog.from_request(request, local_tag)
        self._progress: Response | None = None
        expires = parse_number(request.headers.get("Expires") or "", MAX_EXPIRES)
        if expires is not None:
            self._deadlines["expires"] = now + expires

    # --- commands -------------------------------------------------------------------------------------

    def progress(self, status: int, now: float, body: bytes = b"") -> list[SessionEffect]:
        """Send a provisional response.

        Args:
            status: 180 (ringing), 183 (session progress) or another 101..199.
            now: seconds.
            body: an SDP answer for early media, or empty.

        Raises:
            LocalProtocolError: when the call has a final answer.
        """
        self._need_offered()
        response = self.invite.response(status, to_tag=self.local_tag)
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

        Raises:
            LocalProtocolError: when the call has a final answer.
        """
        self._need_offered()
        self._deadlines.clear()
        self._go(State.ACCEPTED)
        self._accept(self.key, self.invite, body, now)
        return self._drain()

    def refuse(
        self, status: int, reason: str | None = None, headers: tuple[tuple[str, str], ...] = ()
    ) -> list[SessionEffect]:
        """Refuse the call.

        Args:
            status: 300..699.
            reason: the reason phrase, the standard one when None.
            headers: more headers for the response (Retry-After, Reason ...).

        Raises:
            LocalProtocolError: when the call has a final answer.
        """
        self._need_offered()
        self._refuse("local", status, reason, headers)
        return self._drain()

    def _need_offered(self) -> None:
        if self.state is not State.OFFERED:
            raise LocalProtocolError(f"call is {self.state.value}, not offered")

    # --- what ends an offer ---------------------------------------------------------------------------

    def cancelled(self) -> list[SessionEffect]:
        """The peer's CANCEL came (and was answered); after an answer it has no effect (RFC 3261 9.2)."""
        if self.state is State.OFFERED:
            self._refuse("remote", 487)
        return self._drain()

    def unreachable(self) -> list[SessionEffect]:
        """The INVITE's transaction failed: nothing that we answer gets to the caller any more."""
        if self.state is State.OFFERED:
            self._end("network", None, "transport failed")
            self._finish()
        return self._drain()

    def _bye_arrived(self, key: TransactionKey, request: Request) -> None:
        if self.state is State.OFFERED:
            # RFC 3261 15: a caller may end an early dialog by BYE; the INVITE still wants its answer.
            self._out.append(Respond(key, request.response(200)))
            self._refuse("remote", 487)
        else:
            super()._bye_arrived(key, request)

    def _hang_up(self, reason: str | None, *, by: str = "local", text: str = "hung up") -> None:
        if self.state is State.OFFERED:
            self._refuse(by, 480, headers=() if reason is None else (("Reason", reason),))
        else:
            super()._hang_up(reason, by=by, text=text)

    def _refuse(
        self,
        by: str,
        status: int,
        phrase: str | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        response = self.invite.response(status, phrase, to_tag=self.local_tag)
        for name, value in headers:
            response.headers.add(name, value)
        self._out.append(Respond(self.key, response))
        self._end(by, status, response.reason)
        self._finish()

    def _timer(self, name: str, now: float) -> None:
        if name == "progress" and self._progress is not None:
            self._out.append(Respond(self.key, self._progress))
            self._deadlines["progress"] = now + PROGRESS_INTERVAL
        elif name == "expires":
            self._refuse("remote", 487)  # RFC 3261 13.3.1, step 1
        else:
            super()._timer(name, now)

"""INVITE session: requests in the dialog that leave the session as it is, of either side.

A transfer that the peer asks for (REFER, RFC 3515) and its reports, one that we ask for, INFO, and OPTIONS,
by which we learn whether a peer whose media is silent by agreement is still there.
BYE and ACK are in `session_core.py`, re-INVITE in `session.py`; what a REFER says is read in `referral.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from telephony.sip.transaction_events import AckReceived, RequestReceived, ResponseReceived, TransactionKey
from telephony.sip.errors import LocalProtocolError, RemoteProtocolError
from telephony.sip.in_dialog import answer_plainly
from telephony.sip.message import Request
from telephony.sip.referral import SUBSCRIPTION_SECONDS, Referral, Reports, read_refer
from telephony.sip.session_core import SessionCore
from telephony.sip.session_events import ReferProgressed, Respond, SessionEffect, TransferRequested
from telephony.sip.session_states import SDP, State
from telephony.sip.timers import Timers


@dataclass(slots=True)
class OpenTransfer:
    """A REFER of the peer, until its last report has been heard.

    Args:
        key: the REFER's server transaction.
        request: the REFER.
        referral: what it asks for.
        reports: its NOTIFYs.
        until: when its subscription ends, in seconds; None while nobody has decided.
        done: its final status was reported by the call.
    """

    key: TransactionKey
    request: Request
    referral: Referral
    reports: Reports
    until: float | None = None
    done: bool = False


class SideRequests(SessionCore):
    """A session with all that is not about the session itself. Arguments as for `SessionCore`."""

    __slots__ = ("_referred", "_refers", "_transfer", "_watch_every")

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
        self._referred = False  # a REFER of ours may bring NOTIFYs
        self._refers = 0  # of the peer
        self._transfer: OpenTransfer | None = None
        self._watch_every = 0.0

    # --- commands -------------------------------------------------------------------------------------

    def request(
        self, method: str, headers: tuple[tuple[str, str], ...] = (), body: bytes = b""
    ) -> list[SessionEffect]:
        """Send another request in the dialog (REFER, INFO); `Replied` brings its final status.

        Raises:
            LocalProtocolError: when the call is not up.
        """
        if self.state is not State.CONFIRMED:
            raise LocalProtocolError(f"{method} in state {self.state.value}")
        self._referred = self._referred or method == "REFER"
        self._request_in_dialog(method, headers, body)
        return self._drain()

    def watch(self, every: float, now: float) -> list[SessionEffect]:
        """Ask the peer for a sign of life (OPTIONS) whenever it was silent for so long.

        It has as long again to answer; then the call is over. Anything that it says in signalling counts.

        Args:
            every: seconds; 0 stops asking.
            now: seconds.
        """
        if not self._ended:
            self._watch_every = every
            self._heard(now)
        return []

    def answer_transfer(self, status: int, now: float) -> list[SessionEffect]:
        """Answer the peer's REFER; nothing happens when none waits for that (the call may be over).

        Args:
            status: 202 to take it: the peer is told 100 at once. 300..699 to refuse it (603).
            now: seconds.
        """
        transfer = self._transfer
        if transfer is not None and transfer.until is None:
            if status < 300:
                self._accept_transfer(transfer, now)
            else:
                self._transfer = None
                self._out.append(Respond(transfer.key, transfer.request.response(status)))
        return self._drain()

    def report_transfer(self, status: int, now: float) -> list[SessionEffect]:
        """Tell the peer how the transfer goes that it asked for; nothing happens when none goes on.

        Args:
            status: of our call to the target; 200..699 ends the transfer. Accepts it if nobody did before.
            now: seconds.
        """
        transfer = self._transfer
        if transfer is None or transfer.done:
            return []
        if transfer.until is None:
            self._accept_transfer(transfer, now)
        transfer.done = status >= 200
        self._report(transfer, status, now)
        return self._drain()

    # --- signs of life --------------------------------------------------------------------------------

    def receive(
        self, event: RequestReceived | AckReceived | ResponseReceived, now: float
    ) -> list[SessionEffect]:
        """As `SessionCore.receive`."""
        if self._watch_every:
            self._heard(now)
        return super().receive(event, now)

    def _heard(self, now: float) -> None:
        self._stop_watching()
        if self._watch_every:
            self._deadlines["watch"] = now + self._watch_every

    def _stop_watching(self) -> None:
        self._deadlines.pop("watch", None)
        self._deadlines.pop("silence", None)

    def _ask_for_a_sign(self, now: float) -> None:
        if self.state is State.CONFIRMED:
            self._request_in_dialog("OPTIONS", (("Accept", SDP),), b"")
            self._deadlines["silence"] = now + self._watch_every
        else:
            self._heard(now)  # before the ACK other timers watch

    # --- requests of the peer -------------------------------------------------------------------------

    def _other_arrived(self, key: TransactionKey, request: Request) -> None:
        if request.method == "REFER":
            self._refer_arrived(key, request)
            return
        response, event = answer_plainly(request, referred=self._referred)
        self._out.append(Respond(key, response))
        if event is not None:
            self._out.append(event)
            self._referred = self._referred and not (isinstance(event, ReferProgressed) and event.over)

    def _refer_arrived(self, key: TransactionKey, request: Request) -> None:
        if self.state is not State.CONFIRMED or self._transfer is not None:
            # Deviation: RFC 3515 2.4.6 lets several run at once; a person on a phone has one in mind.
            self._out.append(Respond(key, request.response(491)))
            return
        try:
            referral = read_refer(request)
        except RemoteProtocolError as error:
            self._out.append(Respond(key, request.response(error.status, error.reason)))
            return
        # RFC 3515 2.4.6: all but the first REFER of a dialog are told apart by their CSeq.
        event = f"refer;id={request.cseq.number}" if self._refers else "refer"
        self._refers += 1
        self._transfer = OpenTransfer(key, request, referral, Reports(event))
        self._out.append(TransferRequested(referral))

    # --- the peer's transfer --------------------------------------------------------------------------

    def _accept_transfer(self, transfer: OpenTransfer, now: float) -> None:
        response = transfer.request.response(202)
        response.headers.set("Contact", self.contact)
        transfer.until = now + SUBSCRIPTION_SECONDS
        if not transfer.referral.reports:
            response.headers.add("Refer-Sub", "false")  # RFC 4488 4: so no NOTIFY follows
            transfer.reports.over = True
        self._out.append(Respond(transfer.key, response))
        self._deadlines["transfer"] = transfer.until
        self._report(transfer, 100, now)

    def _report(self, transfer: OpenTransfer, status: int, now: float) -> None:
        left = 0 if transfer.until is None else max(0, round(transfer.until - now))
        transfer.reports.put(status, left)
        self._go_on_reporting(transfer)

    def _go_on_reporting(self, transfer: OpenTransfer, *, at_once: bool = False) -> None:
        notify = transfer.reports.take(now=at_once)
        if notify is not None:
            self._request_in_dialog("NOTIFY", *notify)
        if transfer.reports.over:
            self._deadlines.pop("transfer", None)
        if transfer.done and transfer.reports.idle:
            self._transfer = None

    def _replied(self, method: str, status: int) -> None:
        if method == "OPTIONS" and status not in (408, 481):
            return  # any answer is a sign of life; without one the silence goes on
        if method != "NOTIFY":
            super()._replied(method, status)
        elif self._transfer is not None and not self._ended:
            # RFC 5057 5.1: 481 and silence are about the subscription here, not about the call.
            self._transfer.reports.answered(status)
            self._go_on_reporting(self._transfer)

    def _timer(self, name: str, now: float) -> None:
        if name == "watch":
            self._ask_for_a_sign(now)
        elif name == "silence":
            self._dialog_lost()
        elif name != "transfer":
            super()._timer(name, now)
        elif self._transfer is not None:
            self._transfer.reports.time_out()
            self._go_on_reporting(self._transfer)

    # --- our own requests, and the end ----------------------------------------------------------------

    def _request_in_dialog(self, method: str, headers: tuple[tuple[str, str], ...], body: bytes) -> None:
        assert self.dialog is not None
        request = self.dialog.request(method, contact=self.contact)
        for name, value in headers:
            request.headers.add(name, value)
        request.body = body
        self._send(request)

    def _send_bye(self) -> None:
        if self._transfer is not None:
            # What is known must be said now: after the BYE nobody listens.
            self._go_on_reporting(self._transfer, at_once=True)
        super()._send_bye()

    def _drop_offers(self) -> None:
        # Deviation: a subscription may outlive the call in its dialog (RFC 5057 3.1); ours never does.
        super()._drop_offers()
        self._watch_every = 0.0
        self._stop_watching()
        self._deadlines.pop("transfer", None)
        transfer, self._transfer = self._transfer, None
        if transfer is not None and transfer.until is None:
            # RFC 3261 15.1.2: pending requests of the dialog are answered with 487.
            self._out.append(Respond(transfer.key, transfer.request.response(487)))

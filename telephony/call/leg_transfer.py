"""Transfers of a leg's call, asked for by us or by the far end (REFER, RFC 3515).

Here it is said, heard and written down that somebody is to be connected elsewhere. Making the new call and
connecting whom it concerns is left to the layers above.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from telephony.call import events
from telephony.call.errors import CallEnded, CallStateError
from telephony.call.leg_lifetime import LegContext
from telephony.call.leg_session import SessionLeg
from telephony.media.interface import MediaLeg
from telephony.net.sip_call import SipCall
from telephony.sdp.offer_answer import MediaNegotiator
from telephony.sip.errors import LocalProtocolError, RemoteProtocolError
from telephony.sip.referral import Referral, Replaces
from telephony.sip.session_events import ReferProgressed, Replied, TransferRequested
from telephony.sip.uri import SipUri, Uri, parse_uri

TRANSFER_TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """The phone at a leg wants whoever it talks to connected with somebody else.

    Args:
        target: with whom. In an attended transfer only a name for it: `replaces` says which call.
        replaces: the phone's other call, whose far end is the target (attended transfer): give it to
            `Switchboard.leg_of_dialog`. None for a blind transfer.
        referred_by: who says so, a SIP header value; not proved by anything.
    """

    target: Uri
    replaces: Replaces | None
    referred_by: str | None

    @property
    def number(self) -> str:
        """The number in the target, "" when it has none."""
        return number_of(self.target)


@dataclass(slots=True)
class _Transfer:
    """A REFER of ours: whether the far end took it, and how its call to the target went."""

    outcome: asyncio.Future[int]
    accepted: bool = False


class TransferLeg(SessionLeg):
    """A leg that can be transferred. Arguments as for `SessionLeg`."""

    __slots__ = ("_transfer", "on_transfer_requested")

    def __init__(
        self,
        context: LegContext,
        call: str,
        leg: str,
        media: MediaLeg,
        sip: SipCall,
        negotiator: MediaNegotiator,
    ) -> None:
        super().__init__(context, call, leg, media, sip, negotiator)
        self._transfer: _Transfer | None = None
        self.on_transfer_requested: Callable[[TransferRequest], bool] | None = None
        """Called when the phone at this leg asks for a transfer: True takes it, False refuses it (603), and
        without a listener it is refused. It must not block; start a task for the rest:

        * Take what the phone talks to out of its bridge (`CallBridge.close`: both legs stay up).
        * Find the target: for an attended transfer `Switchboard.leg_of_dialog(request.replaces)` and whoever
          that leg is bridged to, for a blind one call `request.target`.
        * `report_transfer` as it goes, with a final status at last, whatever happens; then connect the two.
          A phone that hears 200 usually hangs up by itself; give it a few seconds, then hang up this leg.
        * The phone may hang up as soon as it was taken at its word: the leg ends, and the transfer goes on.

        Only one transfer runs at a time: until its final status was reported, others are refused (491)."""

    def _finish(self, by: str, status: int | None, reason: str) -> None:
        super()._finish(by, status, reason)
        self.on_transfer_requested = None  # parts the ring of leg and listener

    # --- asked for by the far end -----------------------------------------------------------------------

    def report_transfer(self, status: int) -> None:
        """Tell the far end how the transfer goes that it asked for; harmless when none runs any more.

        Args:
            status: of the call to the target: 180 while it rings; 200 when it was answered, 300..699 when it
                was not, which ends the transfer.
        """
        if not 100 <= status <= 699:
            raise ValueError("no SIP status")
        self._sip.report_transfer(status)

    def _transfer_requested(self, referral: Referral) -> None:
        asked = TransferRequest(referral.target, referral.replaces, referral.referred_by)
        taken = False
        try:
            taken = self.on_transfer_requested is not None and self.on_transfer_requested(asked)
            if taken:
                self._tell(events.TransferRequested(self._now(), self.call, self.leg, str(asked.target)))
        finally:
            self._sip.answer_transfer(202 if taken else 603)

    # --- asked for by us --------------------------------------------------------------------------------

    async def transfer(self, target: str) -> int:
        """Send the far end elsewhere (REFER, RFC 3515) and wait how that goes.

        Args:
            target: a SIP or tel URI.

        Returns:
            The status that the far end reports: 200 when the new call is up; the caller hangs up then.
            408 when it reports none.

        Raises:
            CallEnded: the leg ended meanwhile (some phones hang up at once).
            CallStateError: the call is not up, or is being transferred already.
            ValueError: no URI.
        """
        refer = _refer_headers(target, self._sip.host)
        if self._transfer is not None:
            raise CallStateError("the leg is being transferred already")
        self._transfer = transfer = _Transfer(self.future())
        try:
            self._sip.request("REFER", refer)
            async with asyncio.timeout(TRANSFER_TIMEOUT):
                status = await transfer.outcome
        except TimeoutError:
            status = 408
        except LocalProtocolError as error:
            transfer.outcome.cancel()
            raise CallStateError(str(error)) from error
        except CallEnded:
            if transfer.accepted:  # it went where it was sent, and how that ended it told nobody
                self._tell(events.TransferDone(self._now(), self.call, self.leg, target, 202))
            raise
        finally:
            self._transfer = None
        self._tell(events.TransferDone(self._now(), self.call, self.leg, target, status))
        return status

    def _transfer_event(self, event: Replied | ReferProgressed | TransferRequested) -> None:
        if isinstance(event, TransferRequested):
            self._transfer_requested(event.referral)
            return
        transfer = self._transfer
        if transfer is None or transfer.outcome.done():
            return
        if isinstance(event, ReferProgressed):
            if event.over:
                transfer.outcome.set_result(event.status if event.status >= 200 else 408)
        elif event.method == "REFER":
            transfer.accepted = event.status < 300
            if not transfer.accepted:
                transfer.outcome.set_result(event.status)


def number_of(uri: Uri) -> str:
    """The number in a URI: the user part, or all of a tel: URI without its parameters."""
    if isinstance(uri, SipUri):
        return uri.user or ""
    return uri.rest.partition(";")[0]


def _refer_headers(target: str, host: str) -> tuple[tuple[str, str], ...]:
    """Refer-To and Referred-By of a transfer (RFC 3515 2.1).

    Raises:
        ValueError: the target is no URI.
    """
    try:
        uri = parse_uri(target)
    except RemoteProtocolError as error:
        raise ValueError(f"not a URI: {error.reason}") from error
    return ("Refer-To", f"<{uri}>"), ("Referred-By", f"<{SipUri('sip', None, host=host)}>")

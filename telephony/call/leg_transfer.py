"""Transfers of a leg's call, requested by us or by the far end (REFER, RFC 3515).

Here a transfer is requested, answered, reported and written down. Making the new call and connecting the
parties is left to the layers above.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from telephony.call import events
from telephony.call.errors import CallStateError, LegClosed, NotPermitted
from telephony.call.leg_lifetime import LegLifetime
from telephony.net.signalling import Signalling
from telephony.sip.errors import LocalProtocolError, RemoteProtocolError
from telephony.sip.referral import Referral, Replaces
from telephony.sip.session_events import ReferProgressed, ReferReceived, Replied
from telephony.sip.uri import SipUri, Uri, parse_uri
from telephony.sip.user_agent import SipCall

TRANSFER_TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """The phone at a leg wants its partner connected with somebody else.

    Args:
        target: with whom. In an attended transfer only a name for it: `replaces` says which call.
        replaces: the phone's other call, whose far end is the target (attended transfer): give it to
            `Switchboard.leg_of_dialog`. None for a blind transfer.
        referred_by: who says so, a SIP header value; not proved by anything.
    """

    target: Uri
    replaces: Replaces | None
    referred_by: str | None


@dataclass(slots=True)
class _Refer:
    """A REFER of ours: whether the far end accepted it, and the final status of its call to the target."""

    final: asyncio.Future[int]
    accepted: bool = False


class LegTransfer:
    """Transfers of one leg, either way.

    Args:
        life: the leg's.
        sip: its call in signalling.
        signalling: what runs that.
    """

    __slots__ = ("_life", "_refer", "_signalling", "_sip", "on_requested")

    def __init__(self, life: LegLifetime, sip: SipCall, signalling: Signalling) -> None:
        self._life = life
        self._sip = sip
        self._signalling = signalling
        self._refer: _Refer | None = None
        self.on_requested: Callable[[TransferRequest], bool] | None = None
        """Called when the phone at this leg asks for a transfer: True accepts it, False refuses it (603), and
        without a listener it is refused; it raises `NotPermitted` to refuse it as that says. It must not
        block; start a task for the rest:

        * Take the phone's partner out of the bridge (`CallBridge.close`: both legs stay up).
        * Find the target: for an attended transfer `Switchboard.leg_of_dialog(request.replaces)` and the leg
          that one is bridged to, for a blind one call `request.target`.
        * `report` progress, and in the end a final status, whatever happens; then connect the two.
          A phone that hears 200 usually hangs up; give it a few seconds, then hang up this leg.
        * The phone may hang up as soon as its request was accepted: the leg ends, the transfer continues.

        Only one transfer runs at a time: until its final status was reported, others are refused (491)."""

    def close(self) -> None:
        """The leg is over: nothing is requested any more."""
        self.on_requested = None  # and the reference cycle of leg and listener is broken

    # --- requested by the far end -----------------------------------------------------------------------

    def report(self, status: int) -> None:
        """Report on the transfer that the far end requested; harmless when none is in progress.

        Args:
            status: of the call to the target: 180 while it rings; 200 when it was answered, 300..699 when it
                was not, which ends the transfer.

        Raises:
            ValueError: no SIP status.
        """
        if not 100 <= status <= 699:
            raise ValueError("no SIP status")
        now = self._signalling.now()
        self._signalling.run(self._sip, self._sip.session.report_transfer(status, now))

    def _requested(self, referral: Referral) -> None:
        request = TransferRequest(referral.target, referral.replaces, referral.referred_by)
        status, reason = 603, None
        try:
            if self.on_requested is not None and self.on_requested(request):
                self._life.tell(events.TransferRequested, target=str(request.target))
                status = 202
        except NotPermitted as refused:
            status, reason = refused.status, refused.reason
        finally:
            output = self._sip.session.answer_transfer(status, self._signalling.now(), reason)
            self._signalling.run(self._sip, output)

    # --- requested by us --------------------------------------------------------------------------------

    async def refer(self, target: str) -> int:
        """Send the far end elsewhere (REFER, RFC 3515) and wait for the result.

        Args:
            target: a SIP or tel URI.

        Returns:
            The status that the far end reports: 200 when the new call is up; the caller hangs up then.
            408 when it reports none.

        Raises:
            LegClosed: the leg ended meanwhile (some phones hang up at once).
            CallStateError: the call is not up, or is being transferred already.
            ValueError: no URI.
        """
        headers = _refer_headers(target, self._sip.host)
        if self._refer is not None:
            raise CallStateError("the leg is being transferred already")
        self._refer = refer = _Refer(self._life.future())
        try:
            self._signalling.run(self._sip, self._sip.session.request("REFER", headers))
            async with asyncio.timeout(TRANSFER_TIMEOUT):
                status = await refer.final
        except TimeoutError:
            status = 408
        except LocalProtocolError as error:
            refer.final.cancel()
            raise CallStateError(str(error)) from error
        except LegClosed:
            if refer.accepted:  # the far end left for the target and did not report how that went
                self._life.tell(events.TransferDone, target=target, status=202)
            raise
        finally:
            self._refer = None
        self._life.tell(events.TransferDone, target=target, status=status)
        return status

    def receive(self, event: Replied | ReferProgressed | ReferReceived) -> None:
        """Take what signalling says of transfers."""
        if isinstance(event, ReferReceived):
            self._requested(event.referral)
            return
        refer = self._refer
        if refer is None or refer.final.done():
            return
        if isinstance(event, ReferProgressed):
            if event.over:
                refer.final.set_result(event.status if event.status >= 200 else 408)
        elif event.method == "REFER":
            refer.accepted = event.status < 300
            if not refer.accepted:
                refer.final.set_result(event.status)


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

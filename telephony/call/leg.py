"""A call leg: one phone call as the layers above see it.

It joins a call in signalling (`telephony.net.sip_call`), one audio stream's negotiation
(`telephony.sdp`) and a media leg. Coroutines raise `CallEnded` when the leg goes away. Here is how a call
begins and ends; what is done while it lasts is in `leg_transfer.py`, `leg_session.py` and `leg_audio.py`.
Making legs is `switchboard.py`'s business, who is connected to whom the router's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from telephony.call import events
from telephony.call.errors import CallStateError
from telephony.call.info_digits import digit_of
from telephony.call.leg_lifetime import LegContext
from telephony.call.leg_transfer import TransferLeg
from telephony.media.interface import MediaLeg
from telephony.net.sip_call import CallEvent, SipCall
from telephony.sdp.offer_answer import MediaNegotiator
from telephony.sip.session_events import (
    Accepted,
    Confirmed,
    Ended,
    InfoReceived,
    Progressed,
    ReferProgressed,
    Replied,
    TransferRequested,
)


class CallLeg(TransferLeg):
    """One leg.

    Args:
        context: what all legs share.
        call: the call's id.
        leg: the leg's id.
        sip: its signalling.
        media: its RTP session.
        negotiator: its SDP side.
        inbound: the peer calls us.
        caller, called: numbers, for whoever routes the call.
        source: who brought an inbound call, "agent:1001" or "trunk:NAME".
    """

    __slots__ = (
        "_accepted",
        "_offer",
        "called",
        "caller",
        "inbound",
        "on_progress",
        "source",
    )

    def __init__(
        self,
        context: LegContext,
        call: str,
        leg: str,
        *,
        sip: SipCall,
        media: MediaLeg,
        negotiator: MediaNegotiator,
        inbound: bool,
        caller: str,
        called: str,
        source: str = "",
    ) -> None:
        super().__init__(context, call, leg, media, sip, negotiator)
        self.inbound = inbound
        self.caller = caller
        self.called = called
        self.source = source
        self.on_progress: Callable[[int, bool], None] | None = None
        """Called for each 1xx of a leg we dialled: status, and whether early media can be heard now."""
        self._offer = b""  # what we say with 183 and 200: our answer, or our offer
        self._accepted: asyncio.Future[None] | None = None
        media.on_dead = self._media_dead
        sip.on_event = self._event

    @property
    def accepted(self) -> asyncio.Future[None]:
        """Done when the far end of a leg that we dialled answers; fails with `CallEnded`."""
        if self._accepted is None:
            raise CallStateError("not dialled")
        return self._accepted

    # --- being called ---------------------------------------------------------------------------------

    def prepare(self, offer: bytes) -> None:
        """Take the caller's offer, so that a call which cannot work is refused before anybody is rung.

        Args:
            offer: the body of the INVITE; empty when we are to make the offer.

        Raises:
            SdpError: malformed (answer 400) or nothing in common (answer 488, `NotAcceptable`).
            CallEnded: the caller gave up.
        """
        self.check_open()
        if offer:
            self._offer, negotiated = self._negotiator.receive_offer(offer)
            self._apply(negotiated)
        else:
            self._offer = self._negotiator.create_offer()

    def ring(self) -> None:
        """Tell the caller that it rings (180)."""
        self._need_unanswered()
        self._sip.progress(180)
        self._tell(events.LegRinging(self._now(), self.call, self.leg, 180))

    def open_early_media(self) -> None:
        """Let the caller hear us before the answer (183 with our SDP answer)."""
        self._need_unanswered()
        # An unreliable response may not bring an offer (RFC 3261 13.2.1): then the caller only learns that
        # something goes on.
        early = self._offer if self._negotiator.current is not None else b""
        self._sip.progress(183, early)
        self._tell(events.LegRinging(self._now(), self.call, self.leg, 183))

    def answer(self) -> None:
        """Answer the caller; sound flows from now on.

        Raises:
            CallEnded: the caller gave up.
            CallStateError: answered before, not prepared, or a leg that we dialled.
        """
        self._need_unanswered()
        if not self._offer:
            raise CallStateError("answer a call that was prepared")
        self.answered = True
        self._sip.accept(self._offer)
        self._tell(events.CallAnswered(self._now(), self.call, self.leg, self.codec))
        self._note_far_hold()

    def reject(self, status: int, reason: str | None = None) -> None:
        """Refuse the caller with a final status (300..699).

        Args:
            status: what the caller's phone acts on.
            reason: the phrase that the caller may see, None for the usual one.

        Raises:
            CallEnded: the caller gave up.
            CallStateError: answered before, or a leg that we dialled.
        """
        self._need_unanswered()
        self._sip.refuse(status, reason)

    def _need_unanswered(self) -> None:
        self.check_open()
        if not self.inbound or self.answered:
            raise CallStateError("only a call that was not answered yet")

    # --- calling ----------------------------------------------------------------------------------------

    def make_offer(self) -> bytes:
        """The SDP offer for the INVITE of a leg that we dial."""
        return self._negotiator.create_offer()

    def start(self) -> None:
        """Send the INVITE of a leg that we dial.

        Raises:
            CallEnded: the leg was hung up already.
            CallStateError: started before, or a leg that the peer made.
        """
        if self.inbound or self._accepted is not None:
            raise CallStateError("only a leg that we dial, and once")
        self._accepted = self.future()
        self._sip.start()

    async def wait_answered(self, ring_seconds: float | None = None) -> None:
        """Wait until the far end answers. Who stops waiting gives the call up.

        Args:
            ring_seconds: how long to ring; when it is over the call is cancelled.

        Raises:
            CallEnded: refused, unreachable, or not answered in time.
        """
        if self.answered:
            self.check_open()
            return
        accepted = self.accepted
        timer = None
        if ring_seconds is not None:
            timer = self._context.loop.call_later(ring_seconds, self.give_up)
        try:
            await accepted
        except asyncio.CancelledError:
            self.hang_up("given up")
            raise
        finally:
            if timer is not None:
                timer.cancel()

    def give_up(self) -> None:
        """Stop ringing: nobody answered in time. Nothing happens to a call that was answered, or is over."""
        # The answer may have come in the very turn of the loop in which the ringing time is over.
        if not self.answered and not self.is_over:
            self._finish("local", 408, "no answer")
            self._sip.hang_up('SIP;cause=408;text="No answer"')

    # --- ending --------------------------------------------------------------------------

    def hang_up(self, reason: str = "hung up", *, header: str | None = None) -> None:
        """End the leg, whatever its state; harmless when it is over.

        Args:
            reason: a short text for the journal.
            header: a Reason header value for the far end (RFC 3326).
        """
        if not self.is_over:
            status = None
            if not self.answered:
                status = 480 if self.inbound else 487
            self._finish("local", status, reason)
            self._sip.hang_up(header)

    # --- what signalling and media say ------------------------------------------------------------------

    def _event(self, event: CallEvent) -> None:
        if isinstance(event, Ended):
            self._finish(event.by, event.status, event.reason)
        elif self.is_over:
            return
        elif isinstance(event, Progressed):
            self._progressed(event)
        elif isinstance(event, Accepted):
            self._was_accepted(event)
        elif isinstance(event, Confirmed):
            if self._negotiator.pending and not self._take_answer(event.body):
                self._broken("no usable SDP answer")
        elif isinstance(event, InfoReceived):
            digit = digit_of(event.content_type, event.body)
            if digit is not None:
                self.media.digit_from_signalling(digit)
        elif isinstance(event, Replied | ReferProgressed | TransferRequested):
            self._transfer_event(event)
        else:
            self._reoffer_event(event)

    def _progressed(self, event: Progressed) -> None:
        early = bool(event.body) and self._take_answer(event.body)
        self._tell(events.LegRinging(self._now(), self.call, self.leg, event.status))
        if self.on_progress is not None:
            self.on_progress(event.status, early)

    def _was_accepted(self, event: Accepted) -> None:
        # The answer may have come with a 1xx, and then need not come again (RFC 3261 13.2.1).
        if (event.body or self._negotiator.current is None) and not self._take_answer(event.body):
            self._broken("no usable SDP answer")
            return
        self.answered = True
        self._tell(events.LegAnswered(self._now(), self.call, self.leg, self.codec))
        self._note_far_hold()
        if self._accepted is not None and not self._accepted.done():
            self._accepted.set_result(None)

    def _media_dead(self) -> None:
        self._finish("network", None, "media timeout")
        self._sip.hang_up('SIP;cause=408;text="Media timeout"')

    def _broken(self, reason: str) -> None:
        self._finish("network", 488, reason)
        self._sip.hang_up(f'SIP;cause=488;text="{reason}"')

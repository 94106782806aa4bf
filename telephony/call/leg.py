"""A call leg: one phone call as the layers above see it.

It joins a call in signalling (`telephony.net.sip_call`), one audio stream's negotiation
(`telephony.sdp`) and a media leg. Coroutines raise `CallEnded` when the leg goes away. Making legs is
`switchboard.py`'s business, who is connected to whom the router's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from telephony.call import events
from telephony.call.errors import CallStateError
from telephony.call.info_digits import digit_of
from telephony.call.leg_audio import AudioLeg
from telephony.call.leg_base import LegContext
from telephony.media.interface import AudioSource, MediaLeg
from telephony.net.sip_call import CallEvent, SipCall
from telephony.sdp.offer_answer import (
    Direction,
    Glare,
    MediaNegotiator,
    Negotiated,
    NotAcceptable,
    SdpError,
)
from telephony.sip.errors import LocalProtocolError
from telephony.sip.session_events import (
    Accepted,
    Confirmed,
    Ended,
    InfoReceived,
    Progressed,
    ReferProgressed,
    ReofferAnswered,
    ReofferConfirmed,
    ReofferDue,
    Reoffered,
    ReofferRefused,
    Replied,
)

TRANSFER_TIMEOUT = 60.0


class CallLeg(AudioLeg):
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
        "_held_by_them",
        "_held_by_us",
        "_negotiator",
        "_offer",
        "_refer_status",
        "_reoffer",
        "_reply",
        "_sip",
        "answered",
        "called",
        "caller",
        "inbound",
        "on_far_hold",
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
        super().__init__(context, call, leg, media)
        self._sip = sip
        self._negotiator = negotiator
        self.inbound = inbound
        self.caller = caller
        self.called = called
        self.source = source
        self.answered = False
        self.on_progress: Callable[[int, bool], None] | None = None
        """Called for each 1xx of a leg we dialled: status, and whether early media can be heard now."""
        self.on_far_hold: Callable[[bool], None] | None = None
        """Called when the far end holds or resumes."""
        self._offer = b""
        self._accepted: asyncio.Future[None] | None = None
        self._reoffer: asyncio.Future[bool] | None = None
        self._reply: asyncio.Future[int] | None = None
        self._refer_status: asyncio.Future[int] | None = None
        self._held_by_us = False
        self._held_by_them = False
        media.on_dead = self._media_dead
        sip.on_event = self._event

    @property
    def accepted(self) -> asyncio.Future[None]:
        """Done when the far end of a leg that we dialled answers; fails with `CallEnded`."""
        if self._accepted is None:
            raise CallStateError("not dialled")
        return self._accepted

    @property
    def codec(self) -> str:
        """Name of the codec that we send, "" before negotiation."""
        current = self._negotiator.current
        return current.codec.name if current is not None else ""

    # --- being called ---------------------------------------------------------------------------------

    def prepare(self, offer: bytes) -> None:
        """Take the caller's offer, so that a call which cannot work is refused before anybody is rung.

        Args:
            offer: the body of the INVITE; empty when we are to make the offer.

        Raises:
            SdpError: malformed (answer 400) or nothing in common (answer 488, `NotAcceptable`).
        """
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
        early = self._offer if self._negotiator.current is not None else b""
        self._sip.progress(183, early)
        self._tell(events.LegRinging(self._now(), self.call, self.leg, 183))

    def answer(self) -> None:
        """Answer the caller; sound flows from now on."""
        self._need_unanswered()
        self.answered = True
        self._sip.accept(self._offer)
        self._tell(events.CallAnswered(self._now(), self.call, self.leg, self.codec))

    def reject(self, status: int, reason: str | None = None) -> None:
        """Refuse the caller with a final status (300..699)."""
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
        """Send the INVITE of a leg that we dial."""
        self._accepted = self.future()
        self._sip.start()

    async def wait_answered(self, ring_seconds: float | None = None) -> None:
        """Wait until the far end answers.

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
        finally:
            if timer is not None:
                timer.cancel()

    def give_up(self) -> None:
        """Stop ringing: nobody answered in time."""
        self._finish("local", 408, "no answer")
        self._sip.hang_up('SIP;cause=408;text="No answer"')

    # --- while the call is up ---------------------------------------------------------------------------

    async def hold(self, music: AudioSource | None = None) -> bool:
        """Put the far end on hold: it hears music and is not heard.

        Returns:
            False when the far end refused; the call then goes on as before.
        """
        if self._held_by_us:
            return True
        self._held_by_us = True
        if not await self._change():
            self._held_by_us = False
            return False
        self.media.hold_music(music)
        self._tell(events.HoldStarted(self._now(), self.call, self.leg, "local"))
        return True

    async def resume(self) -> bool:
        """Take the far end back from hold; False when it refused."""
        if not self._held_by_us:
            return True
        self._held_by_us = False
        if not await self._change():
            self._held_by_us = True
            return False
        self.media.hold_music(None)
        self._tell(events.HoldEnded(self._now(), self.call, self.leg, "local"))
        return True

    async def transfer(self, target: str) -> int:
        """Send the far end elsewhere (REFER, RFC 3515) and wait how that goes.

        Args:
            target: a SIP URI.

        Returns:
            The status that the far end reports: 200 when the new call is up; the caller hangs up then.

        Raises:
            CallEnded: the leg ended meanwhile (some phones hang up at once).
        """
        self._reply, self._refer_status = self.future(), self.future()
        self._sip.request("REFER", (("Refer-To", f"<{target}>"), ("Referred-By", f"<sip:{self._sip.host}>")))
        try:
            async with asyncio.timeout(TRANSFER_TIMEOUT):
                status = await self._reply
                if status < 300:
                    status = await self._refer_status
        except TimeoutError:
            status = 408
        self._tell(events.TransferDone(self._now(), self.call, self.leg, target, status))
        return status

    def hang_up(self, reason: str = "hung up", *, header: str | None = None) -> None:
        """End the leg, whatever its state; harmless when it is over.

        Args:
            reason: a short text for the journal.
            header: a Reason header value for the far end (RFC 3326).
        """
        if not self.is_over:
            self._finish("local", None, reason)
            self._sip.hang_up(header)

    async def _change(self) -> bool:
        """Offer the session anew by re-INVITE; True when the far end accepted."""
        if self._reoffer is not None and not self._reoffer.done():
            raise CallStateError("a change of the session is under way")
        self._reoffer = self.future()
        try:
            self._sip.want_reoffer()
        except LocalProtocolError as error:
            self._reoffer.cancel()
            raise CallStateError(str(error)) from error
        return await self._reoffer

    # --- what signalling says ---------------------------------------------------------------------------

    def _event(self, event: CallEvent) -> None:
        if isinstance(event, Ended):
            self._finish(event.by, event.status, event.reason)
        elif self.is_over:
            return
        elif isinstance(event, Progressed):
            self._progressed(event)
        elif isinstance(event, Accepted):
            self._was_accepted(event)
        elif isinstance(event, Confirmed | ReofferConfirmed):
            if event.body and not self._take_answer(event.body):
                self._broken("unusable SDP answer")
        elif isinstance(event, InfoReceived):
            digit = digit_of(event.content_type, event.body)
            if digit is not None:
                self.media.digit_from_signalling(digit)
        elif isinstance(event, Replied | ReferProgressed):
            self._transfer_progressed(event)
        else:
            self._reoffer_event(event)

    def _progressed(self, event: Progressed) -> None:
        early = bool(event.body) and self._take_answer(event.body)
        self._tell(events.LegRinging(self._now(), self.call, self.leg, event.status))
        if self.on_progress is not None:
            self.on_progress(event.status, early)

    def _was_accepted(self, event: Accepted) -> None:
        if not event.body and self._negotiator.current is None:
            self._broken("answer without SDP")
        elif event.body and not self._take_answer(event.body):
            self._broken("unusable SDP answer")
        else:
            self.answered = True
            self._tell(events.LegAnswered(self._now(), self.call, self.leg, self.codec))
            if self._accepted is not None and not self._accepted.done():
                self._accepted.set_result(None)

    def _reoffer_event(self, event: Reoffered | ReofferAnswered | ReofferRefused | ReofferDue) -> None:
        if isinstance(event, Reoffered):
            self._far_reoffer(event.body)
        elif isinstance(event, ReofferDue):
            direction = Direction.SENDONLY if self._held_by_us else Direction.SENDRECV
            self._sip.reoffer(self._negotiator.create_offer(direction))
        elif isinstance(event, ReofferAnswered):
            self._settle_reoffer(self._take_answer(event.body))
        else:
            self._negotiator.rollback()
            if event.status != 491:  # glare: another turn comes by itself (RFC 3261 14.1)
                self._settle_reoffer(False)

    def _settle_reoffer(self, accepted: bool) -> None:
        if self._reoffer is not None and not self._reoffer.done():
            self._reoffer.set_result(accepted)

    def _far_reoffer(self, body: bytes) -> None:
        direction = Direction.SENDONLY if self._held_by_us else Direction.SENDRECV
        try:
            if not body:
                self._sip.accept_reoffer(self._negotiator.create_offer(direction))
                return
            answer, negotiated = self._negotiator.receive_offer(body, direction=direction)
        except NotAcceptable:
            self._sip.refuse_reoffer(488)
        except Glare:
            self._sip.refuse_reoffer(491)
        except SdpError:
            self._sip.refuse_reoffer(400)
        else:
            self._sip.accept_reoffer(answer)
            self._apply(negotiated)

    def _take_answer(self, body: bytes) -> bool:
        try:
            self._apply(self._negotiator.receive_answer(body))
        except (SdpError, NotAcceptable):
            self._negotiator.rollback()
            return False
        return True

    def _apply(self, negotiated: Negotiated) -> None:
        self.media.apply(negotiated)
        # Before an answer nobody can be on hold: one-way early offers are no fact worth telling.
        held = negotiated.remote_hold and self.answered
        if held != self._held_by_them:
            self._held_by_them = held
            kind = events.HoldStarted if held else events.HoldEnded
            self._tell(kind(self._now(), self.call, self.leg, "remote"))
            if self.on_far_hold is not None:
                self.on_far_hold(held)

    def _transfer_progressed(self, event: Replied | ReferProgressed) -> None:
        future = self._reply if isinstance(event, Replied) else self._refer_status
        if future is not None and not future.done() and (isinstance(event, Replied) or event.status >= 200):
            future.set_result(event.status)

    def _media_dead(self) -> None:
        self._finish("network", None, "media timeout")
        self._sip.hang_up('SIP;cause=408;text="Media timeout"')

    def _broken(self, reason: str) -> None:
        self._finish("network", 488, reason)
        self._sip.hang_up(f'SIP;cause=488;text="{reason}"')

"""A call leg: one phone call as the layers above see it.

The leg runs the call's signalling (`telephony.sip.session`) with the offers and answers that it carries
(`telephony.sdp`): beginning, answer, hold and re-INVITE, end. It owns its audio (`leg_audio.py`) and its
transfers (`leg_transfer.py`). Coroutines raise `LegClosed` when the leg goes away. Legs are made by
`switchboard.py`; who is connected to whom is decided by the router.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

from telephony.call import events
from telephony.call.errors import CallStateError, LegClosed
from telephony.call.leg_audio import LegAudio
from telephony.call.leg_lifetime import LegContext, LegLifetime
from telephony.call.leg_transfer import LegTransfer
from telephony.media.interface import AudioSource, MediaLeg
from telephony.media.latching import MediaHosts, Network
from telephony.net.signalling import Signalling
from telephony.sdp.offer_answer import (
    Glare,
    MediaDirection,
    MediaNegotiator,
    Negotiated,
    NotAcceptable,
    SdpError,
)
from telephony.sip.errors import LocalProtocolError
from telephony.sip.info_keys import DTMF_RELAY, relay_body
from telephony.sip.session_events import (
    Accepted,
    Confirmed,
    Ended,
    InfoReceived,
    Progressed,
    ReferProgressed,
    ReferReceived,
    ReinviteAnswered,
    ReinviteConfirmed,
    ReinviteDue,
    ReinviteReceived,
    ReinviteRefused,
    Replied,
    SessionEvent,
    SessionOutput,
)
from telephony.sip.user_agent import SipCall

T = TypeVar("T")


@dataclass(slots=True)
class _Change:
    """A hold or resume of ours that is not decided yet; `offered` once its re-INVITE was sent."""

    hold: bool
    music: AudioSource | None
    decided: asyncio.Future[bool]
    offered: bool = False


class CallLeg:
    """One leg.

    Args:
        context: what all legs share.
        call: the call's id.
        leg: the leg's id, unique in the call.
        sip: its call in signalling.
        signalling: what runs that.
        media: its RTP session.
        negotiator: its SDP side.
        inbound: the peer calls us.
        networks: from where its sound may come, beside SDP's address and the host that signals.
        caller, called: numbers, for the router; no caller for one who is withheld.
        source: who brought an inbound call, "agent:1001" or "trunk:NAME".

    Attributes:
        audio: what it hears and says.
        transfer: its transfers.
        answered: whether the call was answered, by either side.
    """

    __slots__ = (
        "__weakref__",
        "_accepted",
        "_change",
        "_held_by_them",
        "_held_by_us",
        "_info_keys",
        "_life",
        "_negotiator",
        "_networks",
        "_offer",
        "_session",
        "_signalling",
        "_sip",
        "_takes_info",
        "answered",
        "audio",
        "call",
        "called",
        "caller",
        "caller_name",
        "inbound",
        "leg",
        "media",
        "on_end",
        "on_far_hold",
        "on_progress",
        "original_called",
        "source",
        "transfer",
    )

    def __init__(
        self,
        context: LegContext,
        call: str,
        leg: str,
        *,
        sip: SipCall,
        signalling: Signalling,
        media: MediaLeg,
        negotiator: MediaNegotiator,
        inbound: bool,
        caller: str,
        called: str,
        source: str = "",
        networks: Sequence[Network] = (),
    ) -> None:
        self._life = LegLifetime(context, call, leg)
        self.call = call
        self.leg = leg
        self.media = media
        self.audio = LegAudio(self._life, media)
        self.transfer = LegTransfer(self._life, sip, signalling)
        self._sip = sip
        self._session = sip.session
        self._signalling = signalling
        self._negotiator = negotiator
        self._networks = networks
        self.inbound = inbound
        self.caller = caller
        self.caller_name: str | None = None
        """What the caller is called, None when nobody says."""
        self.called = called
        self.original_called = ""
        """The number that was dialled before the call was diverted to `called`, "" for none."""
        self.source = source
        self.answered = False
        self.on_end = self._life.on_end
        """Called once each, in order, when the leg is over."""
        self.on_far_hold: Callable[[bool], None] | None = None
        """Called when the far end holds or resumes."""
        self.on_progress: Callable[[int, bool], None] | None = None
        """Called for each 1xx of a leg we dialled: status, and whether early media can be heard now."""
        self._offer = b""  # the body of our 183 and 200: our answer, or our offer
        self._accepted: asyncio.Future[None] | None = None
        self._change: _Change | None = None
        self._held_by_us = False
        self._held_by_them = False
        self._info_keys: deque[str] = deque()  # sent by INFO and not answered yet
        self._takes_info = True
        media.on_dead = self._media_dead
        media.send_info = self._send_info
        sip.on_event = self._event

    @property
    def is_over(self) -> bool:
        """True once the leg has ended."""
        return self._life.end is not None

    @property
    def end(self) -> LegClosed | None:
        """How the leg ended, None until then."""
        return self._life.end

    @property
    def dialog_id(self) -> tuple[str, str, str] | None:
        """Call-ID, our tag and the far end's tag; None before there is a dialog."""
        return self._sip.dialog_id

    @property
    def codec(self) -> str:
        """Name of the codec that we send, "" before negotiation."""
        current = self._negotiator.current
        return current.codec.name if current is not None else ""

    @property
    def held(self) -> bool:
        """Whether we have put the far end on hold."""
        return self._held_by_us

    @property
    def far_holds(self) -> bool:
        """Whether the far end has put us on hold."""
        return self._held_by_them

    @property
    def accepted(self) -> asyncio.Future[None]:
        """Done when the far end of a leg that we dialled answers; fails with `LegClosed`."""
        if self._accepted is None:
            raise CallStateError("not dialled")
        return self._accepted

    def _run(self, output: SessionOutput) -> None:
        self._signalling.run(self._sip, output)

    def check_open(self) -> None:
        """Raise `LegClosed` when the leg is over already."""
        self._life.check_open()

    def future(self) -> asyncio.Future[T]:
        """A future that fails with `LegClosed` when the leg ends before it has a result."""
        return self._life.future()

    async def wait_ended(self) -> LegClosed:
        """Wait until the leg is over, however it ends; how it ended."""
        return await self._life.wait_ended()

    def tell_said(self, text: str, language: str) -> None:
        """Note in the journal what is said to the far end in words."""
        self._life.tell(events.PromptSaid, text=text, language=language)

    # --- being called ---------------------------------------------------------------------------------

    def prepare(self, offer: bytes) -> None:
        """Take the caller's offer, so that a call which cannot work is refused before anybody is rung.

        Args:
            offer: the body of the INVITE; empty when we are to make the offer.

        Raises:
            SdpError: malformed (answer 400) or nothing in common (answer 488, `NotAcceptable`).
            LegClosed: the caller gave up.
        """
        self.check_open()
        if offer:
            self._offer, negotiated = self._negotiator.receive_offer(offer)
            self._apply(negotiated)
        else:
            self._offer = self._negotiator.create_offer()

    def ring(self) -> None:
        """Tell the caller that it rings (180)."""
        self.progress(180)

    def open_early_media(self) -> None:
        """Let the caller hear us before the answer (183 with our SDP answer)."""
        self.progress(183, early=True)

    def progress(self, status: int, *, early: bool = False) -> None:
        """Tell the caller how far the call has come.

        Args:
            status: 101..199.
            early: with our SDP answer, so that the caller hears us before the call is answered.

        Raises:
            LegClosed: the caller gave up.
            CallStateError: answered before, or a leg that we dialled.
        """
        self._need_unanswered()
        # An unreliable response may not bring an offer (RFC 3261 13.2.1): then the caller only learns that
        # something goes on.
        body = self._offer if early and self._negotiator.current is not None else b""
        self._run(self._session.progress(status, self._signalling.now(), body))
        self._life.tell(events.LegRinging, status=status)

    def answer(self) -> None:
        """Answer the caller; sound flows from now on.

        Raises:
            LegClosed: the caller gave up.
            CallStateError: answered before, not prepared, or a leg that we dialled.
        """
        self._need_unanswered()
        if not self._offer:
            raise CallStateError("answer a call that was prepared")
        self.answered = True
        self.media.answered()
        self._run(self._session.accept(self._offer, self._signalling.now()))
        self._life.tell(events.CallAnswered, codec=self.codec)
        self._note_far_hold()

    def reject(self, status: int, reason: str | None = None) -> None:
        """Refuse the caller with a final status (300..699).

        Args:
            status: what the caller's phone acts on.
            reason: the phrase that the caller may see, None for the usual one.

        Raises:
            LegClosed: the caller gave up.
            CallStateError: answered before, or a leg that we dialled.
        """
        self._need_unanswered()
        self._run(self._session.refuse(status, reason))

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
            LegClosed: the leg was hung up already.
            CallStateError: started before, or a leg that the peer made.
        """
        if self.inbound or self._accepted is not None:
            raise CallStateError("only a leg that we dial, and once")
        self._accepted = self.future()
        self._run(self._session.start())

    async def wait_answered(self, ring_seconds: float | None = None) -> None:
        """Wait until the far end answers. Cancelling the wait cancels the call.

        Args:
            ring_seconds: how long to ring; when it is over the call is cancelled.

        Raises:
            LegClosed: refused, unreachable, or not answered in time.
        """
        if self.answered:
            self.check_open()
            return
        accepted = self.accepted
        timer = None
        if ring_seconds is not None:
            timer = self._life.call_later(ring_seconds, self.give_up)
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
            self._run(self._session.hang_up(self._signalling.now(), 'SIP;cause=408;text="No answer"'))

    # --- hold -----------------------------------------------------------------------------------------

    async def hold(self, music: AudioSource | None = None) -> bool:
        """Put the far end on hold: it hears music and is not heard.

        A change of the session that is under way is waited for. Cancelling the wait does not stop the change.

        Args:
            music: what it hears, None for silence.

        Returns:
            False when the far end refused; the call then continues as before.

        Raises:
            LegClosed: the leg ended meanwhile.
            CallStateError: the call is not up.
        """
        return await self._change_to(True, music)

    async def resume(self) -> bool:
        """Take the far end back from hold; as `hold`."""
        return await self._change_to(False, None)

    async def _change_to(self, hold: bool, music: AudioSource | None) -> bool:
        self.check_open()
        while self._change is not None:
            await asyncio.shield(self._change.decided)
        if hold == self._held_by_us:
            if hold:
                self.audio.hold_with(music)
            return True
        self._change = change = _Change(hold, music, self.future())
        try:
            self._run(self._session.want_reinvite())
        except LocalProtocolError as error:
            self._change = None
            change.decided.cancel()
            raise CallStateError(str(error)) from error
        return await asyncio.shield(change.decided)

    def _decide(self, accepted: bool) -> None:
        change = self._change
        if change is None or not change.offered:
            return  # what was decided is a mere refresh, sent before the change was requested (RFC 4028)
        self._change = None
        if self.is_over:
            return
        if accepted:
            self._held_by_us = change.hold
            if change.hold:
                self.audio.hold_with(change.music)
            else:
                self.audio.end_hold()
            kind = events.HoldStarted if change.hold else events.HoldEnded
            self._life.tell(kind, by="local")
        change.decided.set_result(accepted)

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
            self._run(self._session.hang_up(self._signalling.now(), header))

    def _finish(self, by: str, status: int | None, reason: str) -> None:
        """End the leg: return its media, write the fact, wake everybody who waits."""
        if self.is_over:
            return
        self._life.end = LegClosed(by, status, reason)
        stats = self.media.close()
        quality = asdict(stats) if stats.packets_received or stats.packets_sent else {}
        self._life.tell(events.LegEnded, by=by, status=status, reason=reason, quality=quality)
        self._life.finish()
        # Breaks the reference cycle of leg and media, so that both go without waiting for the collector.
        self.media.on_dead = self.media.send_info = None
        self.audio.close()
        self.transfer.close()

    # --- what signalling and media say ------------------------------------------------------------------

    def _event(self, event: SessionEvent) -> None:
        if isinstance(event, Ended):
            self._finish(event.by, event.status, event.reason)
        elif self.is_over:
            return
        elif isinstance(event, Progressed):
            self._progressed(event)
        elif isinstance(event, Accepted):
            self._was_accepted(event)
        elif isinstance(event, Confirmed):
            # Who acknowledges has had our answer: the call was not made in somebody else's name.
            self.media.peer_proved()
            if self._negotiator.pending and not self._take_answer(event.body):
                self._broken("no usable SDP answer")
        elif isinstance(event, InfoReceived):
            self.audio.info_received(event.keys)
        elif isinstance(event, Replied) and event.method == "INFO":
            self._info_answered(event.status)
        elif isinstance(event, Replied | ReferProgressed | ReferReceived):
            self.transfer.receive(event)
        else:
            self._reinvite_event(event)

    def _progressed(self, event: Progressed) -> None:
        early = bool(event.body) and self._take_answer(event.body)
        self._life.tell(events.LegRinging, status=event.status)
        if self.on_progress is not None:
            self.on_progress(event.status, early)

    def _was_accepted(self, event: Accepted) -> None:
        # The answer may have come with a 1xx, and then need not come again (RFC 3261 13.2.1).
        if (event.body or self._negotiator.current is None) and not self._take_answer(event.body):
            self._broken("no usable SDP answer")
            return
        self.answered = True
        self.media.answered()
        self._life.tell(events.LegAnswered, codec=self.codec)
        self._note_far_hold()
        if self._accepted is not None and not self._accepted.done():
            self._accepted.set_result(None)

    def _send_info(self, key: str, duration_ms: int) -> bool:
        if not self.answered or self.is_over or not self._takes_info:
            return False
        self._info_keys.append(key)
        headers = (("Content-Type", DTMF_RELAY),)
        self._run(self._session.request("INFO", headers, relay_body(key, duration_ms)))
        return True

    def _info_answered(self, status: int) -> None:
        if not self._info_keys:
            return
        key = self._info_keys.popleft()
        if status >= 300:
            # The far end does not take keys in this way: it gets this one, and all others, as tones.
            self._takes_info = False
            self.media.send_digits(key)

    def _media_dead(self) -> None:
        self._finish("network", None, "media timeout")
        self._run(self._session.hang_up(self._signalling.now(), 'SIP;cause=408;text="Media timeout"'))

    def _broken(self, reason: str) -> None:
        self._finish("network", 488, reason)
        self._run(self._session.hang_up(self._signalling.now(), f'SIP;cause=488;text="{reason}"'))

    # --- offers and answers while the call is up ----------------------------------------------------

    def _reinvite_event(
        self, event: ReinviteReceived | ReinviteAnswered | ReinviteConfirmed | ReinviteRefused | ReinviteDue
    ) -> None:
        if isinstance(event, ReinviteReceived):
            self._far_reinvite(event.body)
        elif isinstance(event, ReinviteDue):
            hold = self._held_by_us
            if self._change is not None:
                hold, self._change.offered = self._change.hold, True
            self._run(self._session.reinvite(self._negotiator.create_offer(_direction(hold))))
        elif isinstance(event, ReinviteAnswered):
            # An answer that we can't use leaves the session as it was: better than no call at all.
            self._decide(self._settle_offer(event.body))
        elif isinstance(event, ReinviteConfirmed):
            self._settle_offer(event.body)
        else:
            self._negotiator.rollback()
            if event.status != 491:  # glare: another turn comes by itself (RFC 3261 14.1)
                self._decide(False)

    def _far_reinvite(self, body: bytes) -> None:
        direction = _direction(self._held_by_us)
        try:
            if not body:
                self._accept_reinvite(self._negotiator.create_offer(direction))
                return
            answer, negotiated = self._negotiator.receive_offer(body, direction=direction)
        except NotAcceptable:
            self._run(self._session.refuse_reinvite(488))
        except Glare:
            self._run(self._session.refuse_reinvite(491))
        except SdpError:
            self._run(self._session.refuse_reinvite(400))
        else:
            self._accept_reinvite(answer)
            self._apply(negotiated)

    def _accept_reinvite(self, body: bytes) -> None:
        self._run(self._session.accept_reinvite(body, self._signalling.now()))

    def _settle_offer(self, answer: bytes) -> bool:
        """Take the final answer to an offer of ours; the session stays as it was when it is of no use."""
        usable = self._take_answer(answer)
        if not usable:
            self._negotiator.rollback()
        return usable

    def _take_answer(self, body: bytes) -> bool:
        """Take an answer, which may be an early one: the offer stays open when it is of no use."""
        try:
            negotiated = self._negotiator.receive_answer(body)
        except (SdpError, NotAcceptable):
            return False
        self._apply(negotiated)
        return True

    def _apply(self, negotiated: Negotiated) -> None:
        # The host that signals may have become another one, with the flow of the call.
        self.media.apply(negotiated, MediaHosts(self._sip.flow.remote[0], self._networks))
        # While no sound is to come, its absence tells nothing: then the phone is asked whether it is there.
        every = 0.0 if negotiated.expects_media else self.media.dead_after / 2
        self._run(self._session.watch(every, self._signalling.now()))
        self._note_far_hold()

    def _note_far_hold(self) -> None:
        current = self._negotiator.current
        # Before an answer nobody can be on hold: one-way early offers are no fact worth telling.
        held = self.answered and current is not None and current.remote_hold
        if held != self._held_by_them:
            self._held_by_them = held
            kind = events.HoldStarted if held else events.HoldEnded
            self._life.tell(kind, by="remote")
            if self.on_far_hold is not None:
                self.on_far_hold(held)


def _direction(hold: bool) -> MediaDirection:
    return MediaDirection.SENDONLY if hold else MediaDirection.SENDRECV

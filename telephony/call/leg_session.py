"""A leg's session while the call lasts: hold and resume from either side, re-INVITEs, SDP answers.

Here signalling meets SDP and media. How a call begins and ends is in `leg.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from telephony.call import events
from telephony.call.errors import CallStateError
from telephony.call.leg_audio import AudioLeg
from telephony.call.leg_lifetime import LegContext
from telephony.media.interface import AudioSource, MediaLeg
from telephony.net.sip_call import SipCall
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
    ReofferAnswered,
    ReofferConfirmed,
    ReofferDue,
    Reoffered,
    ReofferRefused,
)


@dataclass(slots=True)
class _Change:
    """A change of the session that we asked for and that is not decided yet; `offered` once it was."""

    hold: bool
    music: AudioSource | None
    decided: asyncio.Future[bool]
    offered: bool = False


class SessionLeg(AudioLeg):
    """A leg whose session can be changed.

    Args:
        context, call, leg, media: as for `LegBase`.
        sip: its signalling.
        negotiator: its SDP side.
    """

    __slots__ = (
        "_change",
        "_held_by_them",
        "_held_by_us",
        "_hold_music",
        "_negotiator",
        "_sip",
        "_waiting_music",
        "answered",
        "on_far_hold",
    )

    def __init__(
        self,
        context: LegContext,
        call: str,
        leg: str,
        media: MediaLeg,
        sip: SipCall,
        negotiator: MediaNegotiator,
    ) -> None:
        super().__init__(context, call, leg, media)
        self._sip = sip
        self._negotiator = negotiator
        self.answered = False
        self.on_far_hold: Callable[[bool], None] | None = None
        """Called when the far end holds or resumes."""
        self._change: _Change | None = None
        self._held_by_us = False
        self._held_by_them = False
        self._hold_music: AudioSource | None = None
        self._waiting_music: AudioSource | None = None

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

    # --- hold -----------------------------------------------------------------------------------------

    async def hold(self, music: AudioSource | None = None) -> bool:
        """Put the far end on hold: it hears music and is not heard.

        A change of the session that is under way is waited for. Who stops waiting does not stop the change.

        Args:
            music: what it hears, None for silence.

        Returns:
            False when the far end refused; the call then goes on as before.

        Raises:
            CallEnded: the leg ended meanwhile.
            CallStateError: the call is not up.
        """
        return await self._change_to(True, music)

    async def resume(self) -> bool:
        """Take the far end back from hold; as `hold`."""
        return await self._change_to(False, None)

    def wait_with(self, music: AudioSource | None) -> None:
        """What the far end hears while whoever it talks to is away, unless we hold it; None ends it."""
        self._waiting_music = music
        self._play_music()

    def _play_music(self) -> None:
        if not self.is_over:
            self.media.hold_music(self._hold_music if self._held_by_us else self._waiting_music)

    async def _change_to(self, hold: bool, music: AudioSource | None) -> bool:
        self.check_open()
        while self._change is not None:
            await asyncio.shield(self._change.decided)
        if hold == self._held_by_us:
            self._hold_music = music
            self._play_music()
            return True
        self._change = change = _Change(hold, music, self.future())
        try:
            self._sip.want_reoffer()
        except LocalProtocolError as error:
            self._change = None
            change.decided.cancel()
            raise CallStateError(str(error)) from error
        return await asyncio.shield(change.decided)

    def _decide(self, accepted: bool) -> None:
        change = self._change
        if change is None or not change.offered:
            return  # what was decided is a mere refresh, said before the change was asked for (RFC 4028)
        self._change = None
        if self.is_over:
            return
        if accepted:
            self._held_by_us, self._hold_music = change.hold, change.music
            self._play_music()
            kind = events.HoldStarted if change.hold else events.HoldEnded
            self._tell(kind(self._now(), self.call, self.leg, "local"))
        change.decided.set_result(accepted)

    # --- what signalling says -------------------------------------------------------------------------

    def _reoffer_event(
        self, event: Reoffered | ReofferAnswered | ReofferConfirmed | ReofferRefused | ReofferDue
    ) -> None:
        if isinstance(event, Reoffered):
            self._far_reoffer(event.body)
        elif isinstance(event, ReofferDue):
            hold = self._held_by_us
            if self._change is not None:
                hold, self._change.offered = self._change.hold, True
            self._sip.reoffer(self._negotiator.create_offer(_direction(hold)))
        elif isinstance(event, ReofferAnswered):
            # An answer that we can't use leaves the session as it was: better than no call at all.
            self._decide(self._settle_offer(event.body))
        elif isinstance(event, ReofferConfirmed):
            self._settle_offer(event.body)
        else:
            self._negotiator.rollback()
            if event.status != 491:  # glare: another turn comes by itself (RFC 3261 14.1)
                self._decide(False)

    def _far_reoffer(self, body: bytes) -> None:
        direction = _direction(self._held_by_us)
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
        self.media.apply(negotiated)
        # While no sound is to come, its absence tells nothing: then the phone is asked whether it is there.
        self._sip.watch(0.0 if negotiated.expects_media else self.media.dead_after / 2)
        self._note_far_hold()

    def _note_far_hold(self) -> None:
        current = self._negotiator.current
        # Before an answer nobody can be on hold: one-way early offers are no fact worth telling.
        held = self.answered and current is not None and current.remote_hold
        if held != self._held_by_them:
            self._held_by_them = held
            kind = events.HoldStarted if held else events.HoldEnded
            self._tell(kind(self._now(), self.call, self.leg, "remote"))
            if self.on_far_hold is not None:
                self.on_far_hold(held)


def _direction(hold: bool) -> Direction:
    return Direction.SENDONLY if hold else Direction.SENDRECV

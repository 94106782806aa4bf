"""Calling somebody for a caller: ring one or several phones, connect the first that answers.

`dial` is the application of a number; `connect` serves flows as well, whose callers were answered already.
"""

from __future__ import annotations

from collections.abc import Sequence

from telephony.applications.services import ApplicationServices
from telephony.call.bridging import CallBridge
from telephony.call.forking import NobodyAnswered, dial_reachable, ring_all
from telephony.call.leg import CallLeg
from telephony.call.switchboard import Caller, Target, codecs_like


async def dial(
    leg: CallLeg,
    services: ApplicationServices,
    targets: Sequence[Target],
    *,
    caller: Caller,
    ring_seconds: float,
) -> None:
    """Connect a caller who was not answered yet, or refuse the call with what the phones said.

    Arguments as for `connect`.

    Raises:
        LegClosed: the caller gave up before anybody answered.
    """
    try:
        await connect(leg, services, targets, caller=caller, ring_seconds=ring_seconds)
    except NobodyAnswered as failure:
        leg.reject(failure.status, failure.reason or None)


async def connect(
    leg: CallLeg,
    services: ApplicationServices,
    targets: Sequence[Target],
    *,
    caller: Caller,
    ring_seconds: float,
    keep: bool = False,
) -> None:
    """Ring all targets, answer the caller when one answers, and connect the two until one hangs up.

    Args:
        leg: the caller's leg; when it was answered before, it hears music while the phones ring.
        services: what applications work with.
        targets: whom to ring.
        caller: whom the phones show.
        ring_seconds: how long to ring.
        keep: leave the caller on the line when the other side hangs up.

    Raises:
        NobodyAnswered: with the status to tell the caller.
        LegClosed: the caller gave up before anybody answered.
    """
    legs: list[CallLeg] = []
    waiting = leg.media.play(services.music, loop=True) if leg.answered else None
    try:
        legs = await dial_reachable(services.switchboard, leg.call, targets, caller, codecs=codecs_like(leg))
        progress = _Progress(leg, legs, services)
        winner = await ring_all(legs, ring_seconds, leg)
    except NobodyAnswered:
        if not any(other.answered for other in legs):
            raise
        # Somebody answered and hung up in the same moment: so it was a call, and it is over.
        leg.check_open()
        if not leg.answered:
            leg.answer()
        if not keep:
            leg.hang_up("other side hung up")
        return
    finally:
        if waiting is not None:
            waiting.stop()
        for other in legs:
            other.on_progress = None
            if not other.answered:
                other.hang_up("not answered")
    await _talk(leg, winner, progress.bridge, services, keep)


class _Progress:
    """What the caller learns and hears before the answer."""

    def __init__(self, leg: CallLeg, legs: Sequence[CallLeg], services: ApplicationServices) -> None:
        self._leg = leg
        self._legs = legs
        self._services = services
        self._told = 0
        self.bridge: CallBridge | None = None
        for other in legs:
            other.on_progress = self._progressed

    def _progressed(self, status: int, early: bool) -> None:
        leg = self._leg
        if leg.is_over or leg.answered:
            return
        if len(self._legs) > 1:
            # One caller cannot hear the sound of several phones: it learns that something rings.
            if status == 180 or early:
                self._tell(180)
            elif self._told != 180:
                self._tell(status)
        elif early and leg.codec and self.bridge is None:
            # The far end lets us hear something (a network's announcement): so does the caller.
            self._tell(status, early=True)
            other, services = self._legs[0], self._services
            self.bridge = CallBridge(
                services.context, services.switchboard.engine, leg, other, services.music
            )
        else:
            self._tell(status)

    def _tell(self, status: int, *, early: bool = False) -> None:
        """Pass a status on, unless it is the one that the caller was told last."""
        if early or status != self._told:
            self._told = status
            self._leg.progress(status, early=early)


async def _talk(
    leg: CallLeg, winner: CallLeg, bridge: CallBridge | None, services: ApplicationServices, keep: bool
) -> None:
    """Connect the two until one hangs up."""
    try:
        if not leg.answered:
            leg.answer()
        if bridge is None:
            bridge = CallBridge(services.context, services.switchboard.engine, leg, winner, services.music)
        recording = None
        if services.record_calls:
            recording = leg.audio.record(services.recordings, f"{leg.call}-{winner.leg}.wav")
        try:
            await bridge.wait(keep=leg if keep else None)
        finally:
            if recording is not None:
                recording.stop()
    finally:
        winner.hang_up("call over")

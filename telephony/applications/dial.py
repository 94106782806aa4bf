"""Calling somebody for a caller: ring one or several phones, connect the first that answers.

A coroutine that has the caller's leg from the offer to the end, like those in `applications.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from telephony.applications.play import House, disk_failed
from telephony.call.bridging import CallBridge
from telephony.call.forking import NobodyAnswered, ring_all
from telephony.call.leg import CallLeg
from telephony.call.switchboard import CODECS, Caller, Target
from telephony.net.rtp_ports import PortsExhausted
from telephony.net.transports import Unreachable

log = logging.getLogger(__name__)


async def dial(
    leg: CallLeg, house: House, targets: Sequence[Target], *, caller: Caller, ring_seconds: float
) -> None:
    """Connect a caller who was not answered yet, or refuse the call with what the phones said.

    Arguments as for `connect`.

    Raises:
        CallEnded: the caller gave up before anybody answered.
    """
    try:
        await connect(leg, house, targets, caller=caller, ring_seconds=ring_seconds)
    except PortsExhausted:
        leg.reject(503)
    except NobodyAnswered as failure:
        leg.reject(failure.status, failure.reason or None)


async def connect(
    leg: CallLeg,
    house: House,
    targets: Sequence[Target],
    *,
    caller: Caller,
    ring_seconds: float,
    keep: bool = False,
) -> None:
    """Ring all targets, answer the caller when one answers, and connect the two until one hangs up.

    Args:
        leg: the caller's leg; when it was answered before, it hears music while the phones ring.
        house: what applications work with.
        targets: whom to ring.
        caller: whom the phones show.
        ring_seconds: how long to ring.
        keep: leave the caller on the line when the other side hangs up.

    Raises:
        NobodyAnswered: with the status to tell the caller.
        PortsExhausted: no RTP port is left.
        CallEnded: the caller gave up before anybody answered.
    """
    legs: list[CallLeg] = []
    waiting = leg.media.play(house.music, loop=True) if leg.answered else None
    try:
        await _make_legs(leg, house, targets, caller, legs)
        if not legs:
            raise NobodyAnswered(480, "")
        progress = _Progress(leg, legs, house)
        winner = await ring_all(legs, ring_seconds, leg)
    finally:
        if waiting is not None:
            waiting.stop()
        for other in legs:
            other.on_progress = None
            if not other.answered:
                other.hang_up("not answered")
    await _talk(leg, winner, progress.bridge, house, keep)


async def _make_legs(
    leg: CallLeg, house: House, targets: Sequence[Target], caller: Caller, legs: list[CallLeg]
) -> None:
    """Add a leg for each target that can be reached; the caller's codec comes first, to relay untouched."""
    codecs = (leg.codec, *(name for name in CODECS if name != leg.codec)) if leg.codec else CODECS
    for target in targets:
        try:
            legs.append(await house.switchboard.dial(leg.call, target, caller, codecs=codecs))
        except Unreachable as error:
            log.info("target unreachable: %s", error)


class _Progress:
    """What the caller learns and hears before the answer."""

    def __init__(self, leg: CallLeg, legs: Sequence[CallLeg], house: House) -> None:
        self._leg = leg
        self._legs = legs
        self._house = house
        self._rang = False
        self.bridge: CallBridge | None = None
        for other in legs:
            other.on_progress = self._progressed

    def _progressed(self, status: int, early: bool) -> None:
        leg = self._leg
        if leg.is_over or leg.answered or self.bridge is not None:
            return
        if early and len(self._legs) == 1 and leg.codec:
            # The far end lets us hear something (a network's announcement): so does the caller.
            leg.open_early_media()
            other = self._legs[0]
            house = self._house
            self.bridge = CallBridge(house.context, house.switchboard.engine, leg, other, house.music)
        elif status == 180 and not self._rang:
            self._rang = True
            leg.ring()


async def _talk(leg: CallLeg, winner: CallLeg, bridge: CallBridge | None, house: House, keep: bool) -> None:
    """Connect the two until one hangs up."""
    try:
        if not leg.answered:
            leg.answer()
        if bridge is None:
            bridge = CallBridge(house.context, house.switchboard.engine, leg, winner, house.music)
        recording = None
        if house.record_calls:
            recording = leg.audio.record(
                house.recordings, f"{leg.call}-{winner.leg}.wav", on_error=disk_failed
            )
        try:
            await bridge.wait(keep=leg if keep else None)
        finally:
            if recording is not None:
                recording.stop()
    finally:
        winner.hang_up("call over")

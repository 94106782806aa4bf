"""Parallel forking: several legs ring, the first answer wins (RFC 3261 16.7, seen from a B2BUA).

What the statuses say of a person is in `refusals`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from telephony.call.errors import LegClosed
from telephony.call.leg import CallLeg
from telephony.call.switchboard import CODECS, Caller, Switchboard, Target
from telephony.net.rtp_ports import PortsExhausted
from telephony.net.transports import Unreachable

log = logging.getLogger(__name__)

# RFC 3326 with the status of the winner, so that a phone does not show a missed call.
ANSWERED_ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"'


class NobodyAnswered(Exception):
    """No leg was answered; `status` is the best of what they said, for the caller."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status
        self.reason = reason


async def dial_reachable(
    switchboard: Switchboard,
    call: str,
    targets: Sequence[Target],
    caller: Caller,
    *,
    codecs: Sequence[str] = CODECS,
) -> list[CallLeg]:
    """Make a leg for each target that can be reached, for `ring_all`; when cancelled, none is left.

    Args:
        switchboard: makes the legs.
        call: the call's id.
        targets: whom to call; those that no way leads to are left out.
        caller: whom to show.
        codecs: what to offer, best first.

    Raises:
        NobodyAnswered: there is none: 480, or 503 when no RTP port is left.
    """
    legs: list[CallLeg] = []
    status, reason = 480, "Temporarily Unavailable"
    try:
        for target in targets:
            try:
                legs.append(await switchboard.dial(call, target, caller, codecs=codecs))
            except Unreachable as error:
                log.info("target unreachable: %s", error)
            except PortsExhausted as error:
                log.error("a phone is not rung: %s", error)
                status, reason = 503, "Service Unavailable"
                break
    except BaseException:
        for leg in legs:
            leg.hang_up("given up")
        raise
    if not legs:
        raise NobodyAnswered(status, reason)
    return legs


async def ring_all(legs: Sequence[CallLeg], ring_seconds: float, caller: CallLeg | None) -> CallLeg:
    """Start all legs and return the one that is answered first; the others are hung up, however this ends.

    Args:
        legs: made by `dial_reachable`, not started.
        ring_seconds: when they are over, everybody's phone falls silent.
        caller: whom it is for; when that leg ends, everybody's phone falls silent too. None when nobody is on
            the line, or another task watches that leg.

    Raises:
        NobodyAnswered: all failed, one declined for all (6xx), or the time is over.
        LegClosed: the caller gave up.
    """
    winner: CallLeg | None = None
    give_up = asyncio.get_running_loop().call_later(ring_seconds, _give_up, legs)
    gone: asyncio.Future[None] | None = None
    try:
        gone = caller.future() if caller is not None else None
        for leg in legs:
            if not leg.is_over:
                leg.start()
        winner = await _first_answer(legs, gone)
        return winner
    finally:
        give_up.cancel()
        if gone is not None:
            gone.cancel()
        for leg in legs:
            if winner is not None and leg is not winner:
                # Two may have answered in the same moment: the second is hung up like those still ringing.
                leg.hang_up("answered elsewhere", header=ANSWERED_ELSEWHERE)
            elif winner is None:
                leg.hang_up("caller gave up" if caller is not None and caller.is_over else "given up")


async def _first_answer(legs: Sequence[CallLeg], gone: asyncio.Future[None] | None) -> CallLeg:
    failures = [leg.end for leg in legs if leg.end is not None]
    ringing = {leg.accepted: leg for leg in legs if leg.end is None}
    while ringing:
        watched = ringing if gone is None else (gone, *ringing)
        await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
        if gone is not None and gone.done():
            gone.result()
        for future in [future for future in ringing if future.done()]:
            leg = ringing.pop(future)
            if leg.end is None:
                return leg
            failures.append(leg.end)  # also of a leg that was answered, and hung up in the same moment
            if leg.end.status is not None and leg.end.status >= 600:
                raise _best(failures)
    raise _best(failures)


def _give_up(legs: Sequence[CallLeg]) -> None:
    for leg in legs:
        leg.give_up()


def _best(failures: Sequence[LegClosed]) -> NobodyAnswered:
    """The failure to tell the caller (RFC 3261 16.7 step 6): 6xx first, else the lowest class.

    Within 4xx a busy phone says more than one that did not answer. Deviation: what concerns only us and the
    phone (its challenge, a timeout of ours) is reported as 480.
    """
    known = [failure.status or 480 for failure in failures] or [480]
    best = min(known, key=lambda status: (status < 600, status // 100, status != 486, status))
    if best in (401, 407, 408, 487, 503) or best < 400:
        return NobodyAnswered(480, "Temporarily Unavailable")
    return NobodyAnswered(best, next((f.reason for f in failures if f.status == best), ""))

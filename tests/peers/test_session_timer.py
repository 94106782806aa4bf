"""Session timers (RFC 4028) as SIPp sees them: asked for, granted, refreshed, missed, too short.

The legs are in the test's own process (`tests/unit/telephony/call/ends.py`), with an interval of four
seconds: we take less than the 90 s of the RFC from a site that asks for less, so this can be seen without
waiting long.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from telephony.call.leg import CallLeg
from telephony.call.switchboard import Caller, Target
from telephony.sip.uri import SipUri
from tests.support.sipp import Result, Sipp
from tests.unit.telephony.call.ends import End, with_ends

pytestmark = pytest.mark.peer("sipp")

Peer = Callable[..., Sipp]


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    """Starts SIPp scenarios, and stops those that still run when the test is over."""
    running: list[Sipp] = []

    def start(scenario: str, **options: object) -> Sipp:
        running.append(Sipp(scenario, tmp_path, **options))  # type: ignore[arg-type]
        return running[-1]

    yield start
    for one in running:
        one.stop()


async def _answered(end: End, caller: Sipp) -> tuple[CallLeg, Result]:
    """Answer SIPp's call, and let SIPp come to the end of its scenario."""
    running = asyncio.create_task(asyncio.to_thread(caller.check, 1))
    leg = await end.next_call()
    leg.answer()
    return leg, await running


async def _called(end: End, callee: Sipp) -> CallLeg:
    host, port = callee.address
    target = Target(SipUri("sip", "callee", host=host, port=port), "sipp")
    leg = await end.switchboard.dial("call", target, Caller("4711"))
    end.legs.append(leg)
    leg.start()
    await leg.wait_answered(5)
    return leg


@pytest.mark.parametrize("scenario", ["session_refreshed", "session_updated"])
@with_ends(session_expires=4)
async def test_a_caller_is_refreshed_at_half_the_interval(
    end: End, spare: End, peer: Peer, scenario: str
) -> None:
    leg, _ = await _answered(end, peer(scenario, remote=end.address))
    assert (await leg.wait_ended()).by == "remote"


@with_ends(session_expires=4)
async def test_a_caller_that_forgets_to_refresh_is_hung_up(end: End, spare: End, peer: Peer) -> None:
    leg, _ = await _answered(end, peer("session_forgotten", remote=end.address))
    assert (await leg.wait_ended()).reason == "session expired"


@with_ends(session_expires=4)
async def test_a_session_that_is_to_be_too_short_is_refused(end: End, spare: End, peer: Peer) -> None:
    await _answered(end, peer("session_too_short", remote=end.address))


@with_ends(session_expires=4)
async def test_a_callee_that_wants_longer_sessions_gets_them(end: End, spare: End, peer: Peer) -> None:
    callee = peer("answer_longer_session")
    leg = await _called(end, callee)
    await asyncio.to_thread(callee.check, 1)
    assert (await leg.wait_ended()).by == "remote"


@with_ends(session_expires=4)
async def test_a_callee_that_forgets_to_refresh_is_hung_up(end: End, spare: End, peer: Peer) -> None:
    callee = peer("answer_and_never_refresh")
    leg = await _called(end, callee)
    assert (await leg.wait_ended()).reason == "session expired"
    await asyncio.to_thread(callee.check, 1)

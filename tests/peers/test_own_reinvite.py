"""Changes of a call that we begin: hold and resume by re-INVITE, glare, refusal and silence (RFC 3261 14).

SIPp is the other side, over the wire. The legs are in the test's own process
(`tests/unit/telephony/call/ends.py`), because nothing that a site can be told to do makes the switch hold a
call at a given moment.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from telephony.call import events
from telephony.call.errors import LegClosed
from telephony.call.leg import CallLeg
from telephony.call.switchboard import Caller, Target
from telephony.media import tones
from telephony.sip.uri import SipUri
from tests.robustness.rig import Ear, open_ear
from tests.support.ports import HOST
from tests.support.sipp import Result, Sipp
from tests.unit.telephony.call.ends import End, with_ends

pytestmark = pytest.mark.peer("sipp")

# What a machine that is busy with other tests may add to a delay that we measure.
SLACK = 1.0
# T1, so small that what takes 64*T1 takes 3.2 s. The delays after a 491 do not depend on it.
T1 = 0.05

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


async def _call(end: End, callee: Sipp, transport: str = "udp") -> CallLeg:
    """A leg that called SIPp and was answered."""
    host, port = callee.address
    uri = SipUri("sip", "callee", host=host, port=port).with_params(transport=transport)
    leg = await end.switchboard.dial("call", Target(uri, "sipp"), Caller("4711"))
    end.legs.append(leg)
    leg.start()
    await leg.wait_answered(5)
    return leg


async def _went_well(sipp: Sipp) -> Result:
    """SIPp's result, which is that every message came as its scenario says."""
    return await asyncio.to_thread(sipp.check, 1)


async def _timed_hold(leg: CallLeg) -> float:
    """Hold, and how many seconds that took."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert await leg.hold()
    return loop.time() - began


def _invites(result: Result) -> list[str]:
    """Our INVITEs as the peer got them, without repetitions."""
    return list(dict.fromkeys(message.text for message in result.received(None, "INVITE")))


def _version(text: str) -> int:
    """sess-version of the o= line."""
    return next(int(line.split()[2]) for line in text.splitlines() if line.startswith("o="))


def _held_by(end: End) -> list[str]:
    return [event.by for event in end.told(events.HoldStarted)]


# --- the peer agrees


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@with_ends(t1=T1)
async def test_we_hold_and_resume(end: End, spare: End, peer: Peer, transport: str) -> None:
    callee = peer("reinvites_answered", transport=f"{transport[0]}1")
    leg = await _call(end, callee, transport)
    assert await leg.hold()
    assert await leg.resume()
    leg.hang_up()
    _, held, resumed = _invites(await _went_well(callee))
    assert "a=sendonly" in held
    assert _version(resumed) == _version(held) + 1, "RFC 3264 8: each changed offer is a new version"
    assert (_held_by(end), len(end.told(events.HoldEnded))) == (["local"], 1)


@with_ends(t1=T1)
async def test_who_is_held_hears_music_and_is_not_heard(end: End, spare: End, peer: Peer) -> None:
    ear = await open_ear()
    callee = peer("reinvites_answered", replace={"m=audio [media_port]": f"m=audio {ear.port}"})
    leg = await _call(end, callee)
    leg.audio.echo()
    media = HOST, leg.media.port
    assert await _hears_itself(ear, media)
    assert await leg.hold(tones.sine(440))
    before = ear.packets
    assert not await _hears_itself(ear, media, seconds=0.5)
    assert ear.packets > before + 10, "music"
    assert await leg.resume()
    assert await _hears_itself(ear, media)
    leg.hang_up()
    ear.close()
    await _went_well(callee)


async def _hears_itself(ear: Ear, media: tuple[str, int], *, seconds: float = 3.0) -> bool:
    """Whether most of 15 frames come back; none at all is what else there may be."""
    ear.said, ear.heard = set(), set()
    await ear.talk(media, frames=15)
    heard = await ear.wait_heard(12, seconds=seconds)
    assert heard == 0 or heard >= 12
    return heard > 0


# --- the peer is changing the session too


@with_ends(t1=T1)
async def test_the_owner_of_the_call_id_tries_again_after_2_1_to_4_seconds(
    end: End, spare: End, peer: Peer
) -> None:
    """RFC 3261 14.1, of a call that we made."""
    callee = peer("reinvite_491_first")
    leg = await _call(end, callee)
    assert 2.1 <= await _timed_hold(leg) <= 4.0 + SLACK
    leg.hang_up()
    _, first, second = _invites(await _went_well(callee))
    assert _version(first) == _version(second), "the same offer again"


@with_ends(t1=T1)
async def test_the_other_side_tries_again_within_2_seconds(end: End, spare: End, peer: Peer) -> None:
    """RFC 3261 14.1, of a call that came to us."""
    caller = peer("caller_491_first", remote=end.address)
    leg = await end.next_call()
    leg.answer()
    assert await _timed_hold(leg) <= 2.0 + SLACK  # asked for at once, it waits for the ACK
    leg.hang_up()
    assert len(_invites(await _went_well(caller))) == 2


@with_ends(t1=T1)
async def test_glare_in_a_call_that_we_made(end: End, spare: End, peer: Peer) -> None:
    """Both offers are refused; the callee's second one is taken, then ours."""
    callee = peer("reinvite_glare")
    leg = await _call(end, callee)
    assert await _timed_hold(leg) >= 2.1
    leg.hang_up()
    assert len((await _went_well(callee)).received(491)) == 1
    assert _held_by(end) == ["local"]


@with_ends(t1=T1)
async def test_glare_in_a_call_that_came_to_us(end: End, spare: End, peer: Peer) -> None:
    """Both offers are refused; our second one is taken, then the caller's, which is a hold too."""
    caller = peer("caller_glare", remote=end.address)
    leg = await end.next_call()
    leg.answer()
    assert await _timed_hold(leg) <= 2.0 + SLACK
    await end.until(events.HoldStarted, leg, count=2)
    leg.hang_up()
    assert len((await _went_well(caller)).received(491)) == 1
    assert _held_by(end) == ["local", "remote"]


@with_ends(t1=T1)
async def test_our_change_waits_for_the_ack_of_theirs(end: End, spare: End, peer: Peer) -> None:
    """RFC 3261 14.1: no INVITE while another is under way, as a 2xx without its ACK is."""
    callee = peer("reinvite_waits_for_ack")
    leg = await _call(end, callee)
    await end.until(events.HoldStarted, leg)
    assert await leg.hold()
    leg.hang_up()
    result = await _went_well(callee)
    order = [(message.sent, message.header("CSeq")) for message in result.messages]
    assert order.index((True, "1 ACK")) < order.index((False, "2 INVITE"))
    assert _held_by(end) == ["remote", "local"]


# --- the peer does not agree


@with_ends(t1=T1)
async def test_a_refused_change_leaves_the_call_as_it_was(end: End, spare: End, peer: Peer) -> None:
    ear = await open_ear()
    callee = peer("reinvite_refused", replace={"m=audio [media_port]": f"m=audio {ear.port}"})
    leg = await _call(end, callee)
    leg.audio.echo()
    assert not await leg.hold(tones.sine(440))
    assert await _hears_itself(ear, (HOST, leg.media.port))
    assert not leg.is_over
    leg.hang_up()
    ear.close()
    await _went_well(callee)
    assert _held_by(end) == []


@with_ends(t1=T1)
async def test_a_peer_that_has_forgotten_the_call_ends_it(end: End, spare: End, peer: Peer) -> None:
    """RFC 3261 12.2.1.2: after 481 the dialog is over."""
    forgotten = {"488 Not Acceptable Here": "481 Call/Transaction Does Not Exist"}
    callee = peer("reinvite_refused", replace=forgotten)
    leg = await _call(end, callee)
    with contextlib.suppress(LegClosed):  # whichever is told first, the refusal or the end
        assert not await leg.hold()
    assert leg.end is not None
    assert (leg.end.by, leg.end.reason) == ("network", "dialog lost")
    await _went_well(callee)


@with_ends(t1=T1)
async def test_a_change_that_is_never_decided_is_cancelled(end: End, spare: End, peer: Peer) -> None:
    """A peer that says 100 and nothing more is not waited for beyond 64*T1."""
    callee = peer("reinvite_undecided")
    leg = await _call(end, callee)
    assert not await leg.hold()
    assert not leg.is_over
    leg.hang_up()
    await _went_well(callee)

"""Changes of a call that we begin: hold and resume by re-INVITE, glare, refusal and silence (RFC 3261 14).

SIPp is the other side, over the wire. The legs are in the test's own process (`tests/peers/in_process.py`),
because nothing that a site can be told to do makes the switch hold a call at a given moment.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from telephony.call import events
from telephony.call.errors import CallEnded
from telephony.call.leg import CallLeg
from telephony.media import tones
from tests.peers.in_process import SwitchHalf, with_half
from tests.peers.sipp import Result, Sipp
from tests.robustness.house import Ear, open_ear

pytestmark = pytest.mark.peer("sipp")

# What a machine that is busy with other tests may add to a delay that we measure.
SLACK = 1.0

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


def _invites(result: Result) -> list[str]:
    """Our INVITEs as the peer got them, without repetitions."""
    return list(dict.fromkeys(message.text for message in result.received(None, "INVITE")))


def _version(text: str) -> int:
    """sess-version of the o= line."""
    return next(int(line.split()[2]) for line in text.splitlines() if line.startswith("o="))


async def _timed_hold(leg: CallLeg) -> float:
    """Hold, and how many seconds that took."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert await leg.hold()
    return loop.time() - began


# --- the peer agrees


@pytest.mark.parametrize("transport", ["u1", "t1"])
def test_we_hold_and_resume(peer: Peer, transport: str) -> None:
    callee = peer("reinvites_answered", transport=transport)

    async def story(half: SwitchHalf) -> None:
        leg = await half.dial(callee.address, {"u1": "UDP", "t1": "TCP"}[transport])
        assert await leg.hold()
        assert await leg.resume()
        leg.hang_up()
        await half.wait_idle()
        assert [type(event) for event in half.events[-3:]] == [
            events.HoldStarted,
            events.HoldEnded,
            events.LegEnded,
        ]

    with_half(story)
    _, held, resumed = _invites(callee.check(calls=1))
    assert "a=sendonly" in held
    assert _version(resumed) == _version(held) + 1, "RFC 3264 8: each changed offer is a new version"


def test_what_is_held_hears_music_and_is_not_heard(peer: Peer) -> None:
    async def story(half: SwitchHalf) -> Sipp:
        ear = await open_ear()
        port = {"m=audio [media_port]": f"m=audio {ear.port}"}
        callee = await asyncio.to_thread(peer, "reinvites_answered", replace=port)
        leg = await half.dial(callee.address)
        leg.echo()
        media = ("127.0.0.1", leg.media.port)
        await _hears_itself(ear, media)
        assert await leg.hold(tones.sine(440))
        before, ear.said, ear.heard = ear.packets, set(), set()
        await ear.talk(media, frames=15)
        assert await ear.wait_heard(1, seconds=0.5) == 0
        assert ear.packets > before + 10, "music"
        assert await leg.resume()
        await _hears_itself(ear, media)
        leg.hang_up()
        ear.close()
        return callee

    with_half(story).check(calls=1)


async def _hears_itself(ear: Ear, media: tuple[str, int]) -> None:
    ear.said, ear.heard = set(), set()
    await ear.talk(media, frames=15)
    assert await ear.wait_heard(12) >= 12


# --- the peer is changing the session too


def test_the_owner_of_the_call_id_tries_again_after_2_1_to_4_seconds(peer: Peer) -> None:
    """RFC 3261 14.1, of a call that we made; the transaction's own timers are long over (64*T1 is 3.2 s)."""
    callee = peer("reinvite_491_first")

    async def story(half: SwitchHalf) -> float:
        leg = await half.dial(callee.address)
        took = await _timed_hold(leg)
        leg.hang_up()
        return took

    assert 2.1 <= with_half(story, t1=0.05) <= 4.0 + SLACK
    _, first, second = _invites(callee.check(calls=1))
    assert _version(first) == _version(second), "the same offer again"


def test_the_other_side_tries_again_within_2_seconds(peer: Peer) -> None:
    """RFC 3261 14.1, of a call that came to us."""

    async def story(half: SwitchHalf) -> tuple[Sipp, float]:
        caller = peer("caller_491_first", remote=half.address)
        leg = await half.next_call()
        leg.answer()
        took = await _timed_hold(leg)  # at once: it waits for the ACK
        leg.hang_up()
        return caller, took

    caller, took = with_half(story)
    assert took <= 2.0 + SLACK
    assert len(_invites(caller.check(calls=1))) == 2


def test_glare_in_a_call_that_we_made(peer: Peer) -> None:
    """Both offers are refused; the callee's second one is taken, then ours."""
    callee = peer("reinvite_glare")

    async def story(half: SwitchHalf) -> None:
        leg = await half.dial(callee.address)
        assert await _timed_hold(leg) >= 2.1
        leg.hang_up()
        await half.wait_idle()
        assert len(half.told(events.HoldStarted)) == 1

    with_half(story)
    result = callee.check(calls=1)
    assert len(result.received(491)) == 1


def test_glare_in_a_call_that_came_to_us(peer: Peer) -> None:
    """Both offers are refused; our second one is taken, then the caller's."""

    async def story(half: SwitchHalf) -> Sipp:
        caller = peer("caller_glare", remote=half.address)
        leg = await half.next_call()
        leg.answer()
        far_hold: asyncio.Future[bool] = leg.future()
        leg.on_far_hold = far_hold.set_result
        assert await _timed_hold(leg) <= 2.0 + SLACK
        assert await far_hold
        leg.hang_up()
        return caller

    result = with_half(story).check(calls=1)
    assert len(result.received(491)) == 1


def test_our_change_waits_for_the_ack_of_theirs(peer: Peer) -> None:
    """RFC 3261 14.1: no INVITE while another is under way, as a 2xx without its ACK is."""
    callee = peer("reinvite_waits_for_ack")

    async def story(half: SwitchHalf) -> None:
        leg = await half.dial(callee.address)
        assert (await half.wait_told(events.HoldStarted)).by == "remote"
        assert await leg.hold()
        leg.hang_up()
        assert [event.by for event in half.told(events.HoldStarted)] == ["remote", "local"]

    with_half(story)
    result = callee.check(calls=1)
    order = [(message.sent, message.header("CSeq")) for message in result.messages]
    assert order.index((True, "1 ACK")) < order.index((False, "2 INVITE"))


# --- the peer does not agree


def test_a_refused_change_leaves_the_call_as_it_was(peer: Peer) -> None:
    async def story(half: SwitchHalf) -> Sipp:
        ear = await open_ear()
        port = {"m=audio [media_port]": f"m=audio {ear.port}"}
        callee = await asyncio.to_thread(peer, "reinvite_refused", replace=port)
        leg = await half.dial(callee.address)
        leg.echo()
        assert not await leg.hold(tones.sine(440))
        await _hears_itself(ear, ("127.0.0.1", leg.media.port))
        assert not leg.is_over
        leg.hang_up()
        ear.close()
        assert not half.told(events.HoldStarted)
        return callee

    with_half(story).check(calls=1)


def test_a_peer_that_has_forgotten_the_call_ends_it(peer: Peer) -> None:
    """RFC 3261 12.2.1.2: after 481 the dialog is over."""
    forgotten = {"488 Not Acceptable Here": "481 Call/Transaction Does Not Exist"}
    callee = peer("reinvite_refused", replace=forgotten)

    async def story(half: SwitchHalf) -> None:
        leg = await half.dial(callee.address)
        with contextlib.suppress(CallEnded):
            assert not await leg.hold()
        assert leg.end is not None
        assert (leg.end.by, leg.end.reason) == ("network", "dialog lost")

    with_half(story)
    callee.check(calls=1)


def test_a_change_that_is_never_decided_is_cancelled(peer: Peer) -> None:
    """A peer that says 100 and nothing more is not waited for beyond 64*T1."""
    callee = peer("reinvite_undecided")

    async def story(half: SwitchHalf) -> None:
        leg = await half.dial(callee.address)
        assert not await leg.hold()
        assert not leg.is_over
        leg.hang_up()

    with_half(story, t1=0.05)
    callee.check(calls=1)

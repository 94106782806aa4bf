"""Several phones ring for one caller: who wins, what becomes of the others, what the caller is told."""

from __future__ import annotations

import asyncio

import pytest

from telephony.call import events
from telephony.call.errors import LegClosed
from telephony.call.forking import NobodyAnswered, dial_reachable, ring_all
from telephony.call.leg import CallLeg
from telephony.call.switchboard import Caller, Target
from telephony.sip.uri import SipUri, parse_uri
from tests.unit.telephony.call.ends import HOST, End, with_ends


async def a_caller(a: End, b: End) -> tuple[CallLeg, CallLeg]:
    """A phone at `b` that called the switch `a` and was not answered yet; its leg at the switch."""
    phone = await b.dial(a)
    phone.start()
    return phone, await a.next_call()


async def ring(
    a: End, b: End, phones: int, seconds: float = 10.0
) -> tuple[asyncio.Task[CallLeg], CallLeg, CallLeg, list[CallLeg], list[CallLeg]]:
    """Ring phones at `b`: the task, the caller's phone and leg, our legs, and theirs in the same order."""
    phone, caller = await a_caller(a, b)
    legs = [await a.dial(b, number=str(number)) for number in range(phones)]
    ringing = asyncio.ensure_future(ring_all(legs, seconds, caller))
    theirs = sorted([await b.next_call() for _ in legs], key=lambda leg: leg.called)
    for leg in theirs:
        leg.ring()
    for leg in legs:
        await a.until(events.LegRinging, leg)
    return ringing, phone, caller, legs, theirs


@with_ends
async def test_the_first_who_answers_wins_and_the_others_fall_silent(a: End, b: End) -> None:
    ringing, _, caller, legs, theirs = await ring(a, b, 3)
    theirs[1].answer()
    assert await ringing is legs[1]
    await asyncio.sleep(0)
    assert not caller._life._waiting
    assert not legs[1].is_over
    for loser in (0, 2):
        assert (await theirs[loser].wait_ended()).status == 487
        assert legs[loser].end is not None
        assert legs[loser].end.reason == "answered elsewhere"


@with_ends
async def test_two_who_answer_at_once_make_one_winner(a: End, b: End) -> None:
    ringing, _, _, legs, theirs = await ring(a, b, 2)
    for leg in theirs:
        leg.answer()
    winner = legs.index(await ringing)
    assert (await theirs[1 - winner].wait_ended()).by == "remote"
    assert not theirs[winner].is_over


@with_ends
async def test_a_busy_phone_does_not_stop_the_others(a: End, b: End) -> None:
    ringing, _, _, legs, theirs = await ring(a, b, 2)
    theirs[0].reject(486)
    await legs[0].wait_ended()
    theirs[1].answer()
    assert await ringing is legs[1]


@with_ends
@pytest.mark.parametrize(
    ("answers", "status", "reason"),
    [
        ((486, 480), 486, "Busy Here"),
        ((480, 500), 480, "Temporarily Unavailable"),
        ((404, 503), 404, "Not Found"),
        ((408, 408), 480, "Temporarily Unavailable"),
        ((401, 407), 480, "Temporarily Unavailable"),
        ((302, 302), 480, "Temporarily Unavailable"),
        ((500, 503), 500, "Server Internal Error"),
    ],
)
async def test_when_all_refuse_the_caller_is_told_the_best(
    a: End, b: End, answers: tuple[int, int], status: int, reason: str
) -> None:
    ringing, _, _, _, theirs = await ring(a, b, 2)
    for leg, answer in zip(theirs, answers, strict=True):
        leg.reject(answer)
    with pytest.raises(NobodyAnswered) as caught:
        await ringing
    assert (caught.value.status, caught.value.reason) == (status, reason)


@with_ends
async def test_one_who_declines_for_all_ends_the_ringing(a: End, b: End) -> None:
    ringing, _, _, legs, theirs = await ring(a, b, 2)
    theirs[0].reject(603, "Not Today")
    with pytest.raises(NobodyAnswered) as caught:
        await ringing
    assert (caught.value.status, caught.value.reason) == (603, "Not Today")
    assert (await theirs[1].wait_ended()).status == 487
    assert legs[1].is_over


@with_ends
async def test_when_the_time_is_over_all_phones_fall_silent(a: End, b: End) -> None:
    ringing, _, caller, legs, theirs = await ring(a, b, 2, seconds=0.3)
    with pytest.raises(NobodyAnswered) as caught:
        await ringing
    assert caught.value.status == 480
    for leg in theirs:
        assert (await leg.wait_ended()).status == 487
    assert {leg.end.status for leg in legs if leg.end is not None} == {408}
    assert not caller.is_over


@with_ends
async def test_a_caller_who_gives_up_silences_all_phones(a: End, b: End) -> None:
    ringing, phone, _, legs, theirs = await ring(a, b, 2)
    phone.hang_up()
    with pytest.raises(LegClosed) as caught:
        await ringing
    assert caught.value.by == "remote"
    for leg in theirs:
        assert (await leg.wait_ended()).status == 487
    assert {leg.end.reason for leg in legs if leg.end is not None} == {"caller gave up"}


@with_ends
async def test_a_caller_who_gives_up_when_a_phone_answers_leaves_nobody_on_the_line(a: End, b: End) -> None:
    ringing, phone, caller, _, theirs = await ring(a, b, 2)
    theirs[0].answer()
    phone.hang_up()
    try:
        winner = await ringing
    except LegClosed:
        assert caller.is_over
    else:
        winner.hang_up()
    for leg in theirs:
        await leg.wait_ended()
    await caller.wait_ended()


@with_ends
async def test_a_caller_and_an_answer_in_the_same_turn_of_the_loop(a: End, b: End) -> None:
    ringing, _, caller, legs, theirs = await ring(a, b, 2)
    legs[0].accepted.add_done_callback(lambda _: caller.hang_up("gave up"))  # before `ring_all` goes on
    theirs[0].answer()
    with pytest.raises(LegClosed):
        await ringing
    assert (await theirs[0].wait_ended()).by == "remote"
    assert legs[0].is_over


@with_ends
async def test_a_phone_that_answers_and_hangs_up_at_once_has_not_won(a: End, b: End) -> None:
    ringing, _, _, legs, theirs = await ring(a, b, 2)
    legs[0].accepted.add_done_callback(lambda _: legs[0].hang_up("gone"))  # as if the BYE had come with it
    theirs[0].answer()
    await theirs[0].wait_ended()
    theirs[1].answer()
    assert await ringing is legs[1]


@with_ends
async def test_whoever_is_stopped_while_it_rings_silences_all_phones(a: End, b: End) -> None:
    ringing, _, caller, legs, theirs = await ring(a, b, 2)
    ringing.cancel()
    for leg in theirs:
        assert (await leg.wait_ended()).status == 487
    assert {leg.end.reason for leg in legs if leg.end is not None} == {"given up"}
    assert not caller.is_over
    with pytest.raises(asyncio.CancelledError):
        await ringing


@with_ends
async def test_without_a_caller_nobody_is_rung(a: End, b: End) -> None:
    _, caller = await a_caller(a, b)
    leg = await a.dial(b)
    caller.hang_up("gone")
    with pytest.raises(LegClosed):
        await ring_all([leg], 10, caller)
    assert leg.is_over
    assert a.agent.dialogs == 0 or not leg.answered


@with_ends
async def test_a_leg_that_is_over_before_it_rings_counts_as_a_failure(a: End, b: End) -> None:
    _, caller = await a_caller(a, b)
    leg = await a.dial(b)
    leg.hang_up("gone")
    with pytest.raises(NobodyAnswered) as caught:
        await ring_all([leg], 10, caller)
    assert caught.value.status == 480
    with pytest.raises(NobodyAnswered):
        await ring_all([], 10, caller)


@with_ends(t1=0.01)
async def test_phones_that_cannot_be_reached_are_no_answer(a: End, b: End) -> None:
    _, caller = await a_caller(a, b)
    legs = [await a.dial((HOST, 9)), await a.dial((HOST, 9))]
    with pytest.raises(NobodyAnswered) as caught:
        await ring_all(legs, 10, caller)
    assert caught.value.status == 480


def targets(b: End, *uris: str) -> list[Target]:
    """Phones to dial; "" stands for one at `b`."""
    here = SipUri("sip", "1000", host=b.address[0], port=b.address[1])
    return [Target(parse_uri(uri) if uri else here, uri) for uri in uris]


NO_WAY = f"sip:1000@{HOST};transport=tls"  # no end speaks TLS


@with_ends
async def test_phones_that_cannot_be_reached_are_left_out(a: End, b: End) -> None:
    legs = await dial_reachable(a.switchboard, "call", targets(b, NO_WAY, "", NO_WAY), Caller("4711"))
    a.legs += legs
    ringing = asyncio.ensure_future(ring_all(legs, 10.0, None))
    (await b.next_call()).answer()
    assert await ringing is legs[0]


@with_ends
async def test_when_no_phone_can_be_reached_the_caller_hears_480(a: End, b: End) -> None:
    with pytest.raises(NobodyAnswered) as nobody:
        await dial_reachable(a.switchboard, "call", targets(b, NO_WAY), Caller("4711"))
    assert nobody.value.status == 480


@with_ends
async def test_without_rtp_ports_the_phones_that_have_one_ring_and_then_the_caller_hears_503(
    a: End, b: End
) -> None:
    taken = [a.ports.allocate() for _ in range(a.ports.capacity - 1)]
    try:
        legs = await dial_reachable(a.switchboard, "call", targets(b, "", ""), Caller("4711"))
        a.legs += legs
        assert len(legs) == 1
        with pytest.raises(NobodyAnswered) as nobody:
            await dial_reachable(a.switchboard, "call", targets(b, ""), Caller("4711"))
        assert nobody.value.status == 503
        legs[0].hang_up()
    finally:
        for pair in taken:
            a.ports.release(pair)


@with_ends
async def test_legs_made_so_far_are_given_back_when_dialling_is_cancelled(a: End, b: End) -> None:
    dialling = asyncio.ensure_future(
        dial_reachable(a.switchboard, "call", targets(b, "", "sip:1000@slow.invalid"), Caller("4711"))
    )
    await a.until(events.LegDialled)
    dialling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dialling
    assert len(a.told(events.LegEnded)) == 1
    assert a.ports.in_use == 0

"""Hold and resume from either side, and what is heard meanwhile; changes that cross or are refused."""

from __future__ import annotations

import asyncio

import pytest

from telephony.call import events
from telephony.call.errors import CallStateError, LegClosed
from telephony.call.leg import CallLeg
from telephony.media import tones
from telephony.sdp.offer_answer import MediaNegotiator
from tests.support import wire
from tests.unit.telephony.call.ends import HOST, Ear, End, connect, with_ends

MUSIC = tones.sine(1000, 1000)
VOICE = tones.sine(400, 1000)


def held_by(end: End) -> list[tuple[str, str]]:
    """Holds and resumes as they were told."""
    found = [each for each in end.events if isinstance(each, events.HoldStarted | events.HoldEnded)]
    return [(type(each).__name__, each.by) for each in found]


@with_ends
@pytest.mark.parametrize("holder", ["caller", "callee"])
async def test_hold_and_resume_are_known_at_both_ends(a: End, b: End, holder: str) -> None:
    legs = await connect(a, b)
    ours, theirs = legs if holder == "caller" else legs[::-1]
    here, there = (a, b) if holder == "caller" else (b, a)
    changes: list[bool] = []
    theirs.on_far_hold = changes.append
    assert await ours.hold()
    await there.until(events.HoldStarted)
    assert (ours.held, theirs.far_holds, theirs.held, ours.far_holds) == (True, True, False, False)
    assert await ours.resume()
    await there.until(events.HoldEnded)
    assert (ours.held, theirs.far_holds) == (False, False)
    assert changes == [True, False]
    assert held_by(here) == [("HoldStarted", "local"), ("HoldEnded", "local")]
    assert held_by(there) == [("HoldStarted", "remote"), ("HoldEnded", "remote")]


@with_ends
async def test_who_is_held_hears_music_and_is_not_heard(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    at_us, at_them = Ear(calling), Ear(called)
    called.media.play(VOICE, loop=True)
    await at_us.hears(400)
    assert await calling.hold(MUSIC)
    await at_them.hears(1000)
    await at_us.hears(0)
    assert await calling.resume()
    await at_us.hears(400)
    await at_them.hears(0)


@with_ends
async def test_holding_twice_is_one_hold_and_may_change_the_music(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    ear = Ear(called)
    assert await calling.hold(MUSIC)
    await ear.hears(1000)
    assert await calling.hold(VOICE)
    await ear.hears(400)
    assert await calling.resume()
    assert await calling.resume()
    assert held_by(a) == [("HoldStarted", "local"), ("HoldEnded", "local")]


@with_ends
async def test_hold_and_resume_at_once_happen_one_after_the_other(a: End, b: End) -> None:
    calling, _ = await connect(a, b)
    results = await asyncio.gather(calling.hold(MUSIC), calling.hold(), calling.resume(), calling.hold())
    assert results == [True] * 4
    assert calling.held
    assert held_by(a) == [("HoldStarted", "local"), ("HoldEnded", "local"), ("HoldStarted", "local")]


@with_ends
async def test_a_call_is_held_at_once_after_the_answer(a: End, b: End) -> None:
    calling = await a.dial(b)
    calling.start()
    called = await b.next_call()
    called.answer()
    assert await called.hold()  # the ACK was still on its way
    await a.until(events.HoldStarted)


@with_ends
async def test_a_call_that_is_not_up_is_not_held(a: End, b: End) -> None:
    calling = await a.dial(b)
    with pytest.raises(CallStateError):
        await calling.hold()
    calling.start()
    called = await b.next_call()
    with pytest.raises(CallStateError):
        await called.hold()
    assert not called.held
    called.answer()
    await calling.wait_answered()
    assert await called.hold()


@with_ends
async def test_a_call_that_is_over_is_not_held(a: End, b: End) -> None:
    calling, _ = await connect(a, b)
    calling.hang_up()
    for change in (calling.hold, calling.resume):
        with pytest.raises(LegClosed):
            await change()


@with_ends
async def test_who_stops_waiting_does_not_stop_the_hold(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    holding = asyncio.ensure_future(calling.hold(MUSIC))
    await asyncio.sleep(0)
    holding.cancel()
    ear = Ear(called)
    await ear.hears(1000)
    assert calling.held
    assert await calling.resume()
    assert held_by(a) == [("HoldStarted", "local"), ("HoldEnded", "local")]


@with_ends
async def test_the_call_ends_while_a_hold_is_under_way(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    waiting = [asyncio.ensure_future(change) for change in (calling.hold(), calling.resume(), calling.hold())]
    await asyncio.sleep(0)
    called.hang_up()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(each) for each in results] == [LegClosed] * 3


@with_ends
async def test_both_hold_each_other(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    assert await calling.hold(MUSIC)
    assert await called.hold(VOICE)
    assert (calling.held, called.held) == (True, True)
    await a.until(events.HoldStarted, count=2)
    assert calling.far_holds
    assert await calling.resume()
    assert calling.far_holds, "the other side still holds"
    ear = Ear(calling)
    await ear.hears(400)
    assert await called.resume()
    at_them = Ear(called)
    calling.media.play(VOICE, loop=True)
    await at_them.hears(400)


@with_ends
async def test_both_hold_at_the_same_moment(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    assert await asyncio.gather(calling.hold(), called.hold()) == [True, True]
    assert (calling.held, called.held) == (True, True)


@with_ends
async def test_a_refused_change_leaves_the_call_as_it_was(a: End, b: End) -> None:
    calling, called = await connect(a, b, codecs=("PCMU",))
    called._negotiator = only(called, "PCMA")
    assert not await calling.hold(MUSIC)
    assert not calling.held
    assert held_by(a) == held_by(b) == []
    ear = Ear(calling)
    called.media.play(VOICE)
    await ear.hears(400)


def only(leg: CallLeg, codec: str) -> MediaNegotiator:
    """The negotiator of a phone that knows one codec from now on."""
    return MediaNegotiator(HOST, leg.media.port, (codec,), session_id=2)


@with_ends
async def test_another_codec_is_agreed_while_the_call_is_up(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    ears = Ear(calling), Ear(called)
    calling.media.play(VOICE, loop=True)
    called.media.play(MUSIC, loop=True)
    await ears[0].hears(1000)
    calling._negotiator = only(calling, "PCMA")
    assert await calling.hold()
    assert await calling.resume()
    assert calling.codec == called.codec == "PCMA"
    await ears[0].hears(1000)
    await ears[1].hears(400)


# --- a phone that is told what to say -----------------------------------------------------------------


async def phone(b: End) -> tuple[wire.Call, CallLeg]:
    """A call from a bare phone that was answered, and our leg."""
    call = wire.Call(await b.line(), "1000", wire.sdp(9))
    call.begin()
    called = await b.next_call()
    called.answer()
    await call.reply()
    call.ack()
    await b.until(events.CallAnswered)
    return call, called


@with_ends
async def test_the_far_end_asks_for_our_offer_and_answers_it_with_the_ack(a: End, b: End) -> None:
    call, called = await phone(b)
    call.line.send(call.request("INVITE"))
    offer = await call.reply()
    assert b"PCMA" in offer.body
    answer = wire.sdp(9, formats="8", direction="recvonly", version=2)
    call.line.send(call.request("ACK", answer, cseq=2))
    call.line.send(call.request("OPTIONS"))
    await call.reply("OPTIONS")  # by now the ACK has come as well
    assert called.codec == "PCMA"


@with_ends
@pytest.mark.parametrize("answer", [b"", b"nonsense"])
async def test_an_answer_to_our_offer_that_is_of_no_use_changes_nothing(
    a: End, b: End, answer: bytes
) -> None:
    call, called = await phone(b)
    call.line.send(call.request("INVITE"))
    await call.reply()
    call.line.send(call.request("ACK", answer, cseq=2))
    hold = wire.sdp(9, direction="sendonly", version=2)
    call.line.send(call.request("INVITE", hold))
    assert (await call.reply()).status == 200, "the line is free for the next change"
    assert (called.codec, called.far_holds) == ("PCMU", True)
    call.line.send(call.request("ACK", cseq=3))


@with_ends
@pytest.mark.parametrize(
    ("offer", "status"), [(b"nonsense", 400), (wire.sdp(9, formats="18"), 488), (wire.sdp(0), 488)]
)
async def test_an_offer_that_is_of_no_use_is_refused_and_changes_nothing(
    a: End, b: End, offer: bytes, status: int
) -> None:
    call, called = await phone(b)
    call.line.send(call.request("INVITE", offer))
    assert (await call.reply()).status == status
    assert (called.codec, called.is_over) == ("PCMU", False)


@with_ends
async def test_a_call_that_is_answered_while_its_caller_holds_is_held(a: End, b: End) -> None:
    call = wire.Call(await b.line(), "1000", wire.sdp(9, direction="sendonly"))
    call.begin()
    called = await b.next_call()
    assert not called.far_holds, "nobody is on hold before the answer"
    called.answer()
    assert called.far_holds
    assert held_by(b) == [("HoldStarted", "remote")]
    await call.reply()
    call.ack()


@with_ends
async def test_who_hangs_up_because_of_the_answer_to_a_hold_is_not_told_that_it_was_held(
    a: End, b: End
) -> None:
    call, called = await phone(b)
    requests: asyncio.Queue[wire.Message] = asyncio.Queue()
    call.line.calls[call.call_id] = lambda message, source: requests.put_nowait(message)
    called.on_far_hold = lambda held: called.hang_up("not like that")
    holding = asyncio.ensure_future(called.hold(MUSIC))
    answer = wire.sdp(9, direction="inactive", version=2)
    call.line.send(wire.answer_to(await requests.get(), 200, body=answer))
    with pytest.raises(LegClosed):
        await holding
    assert held_by(b) == [("HoldStarted", "remote")]
    assert (await requests.get()).method == "ACK"
    call.line.send(wire.answer_to(await requests.get(), 200))

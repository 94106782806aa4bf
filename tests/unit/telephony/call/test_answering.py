"""How a call begins: ringing, answering, rejecting, early media, offers in odd places, giving up."""

from __future__ import annotations

import asyncio

import pytest

from telephony.call import events
from telephony.call.errors import CallStateError, LegClosed
from telephony.media import tones
from telephony.sdp.offer_answer import MediaNegotiator, NotAcceptable, SdpError
from telephony.sip.session_events import Accepted, Ended, SessionEvent
from tests.unit.telephony.call.ends import HOST, Ear, End, connect, with_ends


@with_ends
async def test_a_call_is_offered_rung_and_answered(a: End, b: End) -> None:
    calling = await a.dial(b, number="1002")
    calling.start()
    called = await b.next_call()
    assert (called.caller, called.called, called.source) == ("4711", "1002", "trunk:other")
    called.ring()
    assert (await a.until(events.LegRinging)).status == 180
    called.answer()
    await calling.wait_answered()
    assert (calling.answered, called.answered) == (True, True)
    assert calling.codec == called.codec == "PCMU"
    assert [type(event) for event in b.events] == [
        events.CallOffered,
        events.LegRinging,
        events.CallAnswered,
    ]
    assert [type(event) for event in a.events] == [
        events.LegDialled,
        events.LegRinging,
        events.LegAnswered,
    ]
    await calling.wait_answered()  # once more: it was answered


@with_ends
async def test_both_sides_hear_each_other(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    ears = Ear(calling), Ear(called)
    calling.media.play(tones.sine(400, 2000))
    called.media.play(tones.sine(1000, 2000))
    await ears[0].hears(1000)
    await ears[1].hears(400)


@with_ends
async def test_the_caller_may_prefer_another_codec(a: End, b: End) -> None:
    calling, called = await connect(a, b, codecs=("PCMA", "PCMU"))
    assert calling.codec == called.codec == "PCMA"
    ear = Ear(called)
    calling.media.play(tones.sine(400, 2000))
    await ear.hears(400)


@with_ends
async def test_a_rejected_caller_learns_status_and_reason(a: End, b: End) -> None:
    calling = await a.dial(b)
    calling.start()
    called = await b.next_call()
    called.reject(486, "In A Meeting")
    with pytest.raises(LegClosed) as caught:
        await calling.wait_answered()
    assert (caught.value.by, caught.value.status, caught.value.reason) == ("remote", 486, "In A Meeting")
    assert called.end is not None
    assert (called.end.by, called.end.status) == ("local", 486)


@with_ends
async def test_a_call_is_answered_or_rejected_once(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    for again in (called.answer, called.ring, called.open_early_media, lambda: called.reject(486)):
        with pytest.raises(CallStateError):
            again()
    for wrong in (calling.answer, calling.ring, lambda: calling.reject(486), calling.start):
        with pytest.raises(CallStateError):
            wrong()
    with pytest.raises(CallStateError):
        called.start()
    with pytest.raises(CallStateError):
        _ = called.accepted


@with_ends
async def test_a_rejected_call_is_over(a: End, b: End) -> None:
    (await a.dial(b)).start()
    called = await b.next_call()
    called.reject(603)
    for late in (called.answer, called.ring, lambda: called.reject(603)):
        with pytest.raises(LegClosed):
            late()


@with_ends
async def test_a_call_is_not_answered_before_it_is_prepared(a: End, b: End) -> None:
    b.prepares = False
    (await a.dial(b)).start()
    called = await b.next_call()
    with pytest.raises(CallStateError):
        called.answer()
    assert not called.answered


@with_ends
async def test_the_caller_hears_early_media_before_the_answer(a: End, b: End) -> None:
    calling = await a.dial(b)
    progress: list[tuple[int, bool]] = []
    calling.on_progress = lambda status, early: progress.append((status, early))
    calling.start()
    called = await b.next_call()
    called.open_early_media()
    await a.until(events.LegRinging)
    assert progress == [(183, True)]
    ear = Ear(calling)
    called.media.play(tones.sine(400, 5000))
    calling.media.play(tones.sine(1000, 5000))  # what the caller sends shows that it is there
    await ear.hears(400)
    assert not calling.answered
    called.answer()
    await calling.wait_answered()
    await ear.hears(400)


@with_ends
async def test_a_caller_who_gives_up_ends_the_call_at_both_ends(a: End, b: End) -> None:
    calling = await a.dial(b)
    calling.start()
    called = await b.next_call()
    called.ring()
    await a.until(events.LegRinging)
    calling.hang_up("changed my mind")
    end = await called.wait_ended()
    assert (end.by, end.status) == ("remote", 487)
    with pytest.raises(LegClosed):
        called.answer()
    assert calling.end is not None
    assert (calling.end.by, calling.end.status, calling.end.reason) == ("local", 487, "changed my mind")


@with_ends
async def test_nobody_answers_in_time(a: End, b: End) -> None:
    calling = await a.dial(b)
    calling.start()
    called = await b.next_call()
    called.ring()
    with pytest.raises(LegClosed) as caught:
        await calling.wait_answered(0.05)
    assert (caught.value.status, caught.value.reason) == (408, "no answer")
    assert (await called.wait_ended()).by == "remote"


@with_ends
async def test_an_answer_in_the_moment_when_the_time_is_over_counts(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    calling.give_up()
    assert not calling.is_over
    assert not called.is_over


@with_ends
async def test_who_stops_waiting_for_an_answer_gives_the_call_up(a: End, b: End) -> None:
    calling = await a.dial(b)
    calling.start()
    called = await b.next_call()
    called.ring()
    waiting = asyncio.ensure_future(calling.wait_answered(30))
    await a.until(events.LegRinging)
    waiting.cancel()
    assert (await called.wait_ended()).status == 487
    assert calling.is_over
    with pytest.raises(asyncio.CancelledError):
        await waiting


@with_ends
async def test_the_answer_crosses_the_hang_up(a: End, b: End) -> None:
    calling = await a.dial(b)
    calling.start()
    called = await b.next_call()
    called.ring()
    await a.until(events.LegRinging)
    called.answer()
    calling.hang_up()  # the 200 is on its way and meets the CANCEL
    end = await called.wait_ended()
    assert (end.by, end.status, end.reason) == ("remote", None, "BYE")


@with_ends
async def test_a_leg_that_is_hung_up_before_it_starts_leaves_nothing(a: End, b: End) -> None:
    calling = await a.dial(b)
    calling.hang_up("not needed")
    assert a.agent.dialogs == 0
    with pytest.raises(LegClosed):
        calling.start()


@with_ends(t1=0.01)
async def test_an_end_that_is_not_there_is_no_answer(a: End, b: End) -> None:
    calling = await a.dial((HOST, 9))
    calling.start()
    with pytest.raises(LegClosed) as caught:
        await calling.wait_answered()
    assert (caught.value.by, caught.value.status) == ("network", 408)


@with_ends
async def test_hanging_up_a_call_that_was_not_answered_refuses_it(a: End, b: End) -> None:
    calling = await a.dial(b)
    calling.start()
    called = await b.next_call()
    called.hang_up("nobody there")
    with pytest.raises(LegClosed) as caught:
        await calling.wait_answered()
    assert caught.value.status == 480
    ended = b.told(events.LegEnded)[0]
    assert (ended.by, ended.status, ended.reason, ended.quality) == ("local", 480, "nobody there", {})


# --- offers in odd places -----------------------------------------------------------------------------


@with_ends
async def test_we_make_the_offer_when_the_invite_has_none(a: End, b: End) -> None:
    media = a.engine.open_leg()
    negotiator = MediaNegotiator(HOST, media.port, ("PCMA",), session_id=1)
    sip = a.sip_call(b)
    up: asyncio.Future[None] = a.loop.create_future()

    def told(event: SessionEvent) -> None:
        if isinstance(event, Accepted):
            answer, negotiated = negotiator.receive_offer(event.body)
            media.apply(negotiated)
            sip.acknowledge(answer)
            up.set_result(None)

    sip.call.on_event = told
    sip.start()
    called = await b.next_call()
    called.open_early_media()  # without a body: only a reliable response could bring an offer
    called.answer()
    assert called.codec == ""
    await up
    ear = Ear(called)
    media.play(tones.sine(400, 5000))
    await ear.hears(400)
    assert called.codec == "PCMA"
    sip.hang_up()
    await called.wait_ended()
    media.close()


@with_ends
@pytest.mark.parametrize("answer", [b"", b"nonsense"])
async def test_an_ack_without_the_answer_that_we_need_ends_the_call(a: End, b: End, answer: bytes) -> None:
    sip = a.sip_call(b)
    over: asyncio.Future[Ended] = a.loop.create_future()

    def told(event: SessionEvent) -> None:
        if isinstance(event, Accepted):
            sip.acknowledge(answer)
        elif isinstance(event, Ended):
            over.set_result(event)

    sip.call.on_event = told
    sip.start()
    called = await b.next_call()
    called.answer()
    end = await called.wait_ended()
    assert (end.by, end.status, end.reason) == ("network", 488, "no usable SDP answer")
    assert (await over).by == "remote"


G729 = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 18\r\n"


@with_ends
@pytest.mark.parametrize(("offer", "error"), [(b"nonsense", SdpError), (G729, NotAcceptable)])
async def test_an_unusable_offer_is_known_before_anybody_is_rung(
    a: End, b: End, offer: bytes, error: type[Exception]
) -> None:
    b.prepares = False
    sip = a.sip_call(b, offer)
    over: asyncio.Future[SessionEvent] = a.loop.create_future()
    sip.call.on_event = over.set_result
    sip.start()
    called = await b.next_call()
    with pytest.raises(error):
        called.prepare(offer)
    called.reject(488)
    assert await over == Ended("remote", 488, "Not Acceptable Here")


@with_ends
@pytest.mark.parametrize("answer", [b"", b"nonsense", G729])
async def test_an_answer_that_we_cannot_use_ends_the_call(a: End, b: End, answer: bytes) -> None:
    b.prepares = False
    calling = await a.dial(b)
    calling.start()
    called = await b.next_call()
    b.command(called).accept(answer)
    with pytest.raises(LegClosed) as caught:
        await calling.wait_answered()
    assert (caught.value.by, caught.value.status) == ("network", 488)
    assert (await called.wait_ended()).by == "remote"


@with_ends
@pytest.mark.parametrize("early", [b"nonsense", G729])
async def test_early_media_that_we_cannot_use_does_not_end_the_call(a: End, b: End, early: bytes) -> None:
    calling = await a.dial(b)
    progress: list[tuple[int, bool]] = []
    calling.on_progress = lambda status, usable: progress.append((status, usable))
    calling.start()
    called = await b.next_call()
    b.command(called).progress(183, early)
    await a.until(events.LegRinging)
    called.answer()
    await calling.wait_answered()
    assert progress == [(183, False)]
    assert calling.codec == "PCMU"


@with_ends
async def test_the_answer_may_have_come_with_the_ringing_alone(a: End, b: End) -> None:
    calling = await a.dial(b)
    calling.start()
    called = await b.next_call()
    called.open_early_media()
    b.command(called).accept(b"")
    await calling.wait_answered()
    assert calling.codec == "PCMU"

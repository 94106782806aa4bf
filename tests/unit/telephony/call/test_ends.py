"""The end of a leg: everybody who waits is told, every resource returned, whichever side it came from."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from telephony.call import events
from telephony.call.errors import LegClosed
from telephony.call.leg import CallLeg
from telephony.media import tones
from telephony.net.rtp_ports import PortPair, PortsExhausted
from tests.unit.telephony.call.ends import TIMEOUT, End, connect, with_ends

LONG = tones.sine(400, 60_000)

WAITS: dict[str, Callable[[CallLeg], Coroutine[Any, Any, object]]] = {
    "play": lambda leg: leg.audio.play(LONG),
    "collect": lambda leg: leg.audio.collect(4, first_timeout=TIMEOUT),
    "send digits": lambda leg: leg.audio.send_digits("1" * 60),
    "hold": lambda leg: leg.hold(),
    "transfer": lambda leg: leg.transfer.refer("sip:1002@example.com"),
}


async def begun(work: Coroutine[Any, Any, object]) -> asyncio.Task[object]:
    task = asyncio.ensure_future(work)
    await asyncio.sleep(0)
    return task


@with_ends
@pytest.mark.parametrize("wait", WAITS)
async def test_the_far_end_goes_while_somebody_waits(a: End, b: End, wait: str) -> None:
    calling, called = await connect(a, b)
    if wait in ("hold", "transfer"):
        calling.hang_up()  # its BYE is under way when we begin
    waiting = await begun(WAITS[wait](called))
    calling.hang_up()
    with pytest.raises(LegClosed) as caught:
        await waiting
    assert (caught.value.by, caught.value.reason) == ("remote", "BYE")


@with_ends
@pytest.mark.parametrize("wait", WAITS)
async def test_we_hang_up_while_somebody_waits(a: End, b: End, wait: str) -> None:
    _, called = await connect(a, b)
    waiting = await begun(WAITS[wait](called))
    called.hang_up("enough")
    with pytest.raises(LegClosed) as caught:
        await waiting
    assert (caught.value.by, caught.value.reason) == ("local", "enough")


@with_ends
async def test_everybody_who_waits_is_told(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    waiting = [await begun(WAITS[wait](called)) for wait in ("play", "collect", "send digits")]
    waiting.append(await begun(called.wait_ended()))
    future: asyncio.Future[None] = called.future()
    calling.hang_up()
    results = await asyncio.gather(*waiting, future, return_exceptions=True)
    assert [type(each) for each in results] == [LegClosed] * 5


@with_ends
async def test_nobody_has_to_be_interested_in_the_end(a: End, b: End) -> None:
    """The futures of a leg that nobody waits for make no noise: `with_ends` would hear it."""
    calling = await a.dial(b)
    calling.start()
    called = await b.next_call()
    forgotten: list[asyncio.Future[None]] = [called.future(), calling.future()]
    called.reject(486)
    await calling.wait_ended()
    assert all(future.done() for future in forgotten)


@with_ends
async def test_the_end_is_told_to_all_listeners_once_and_in_order(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    told: list[int] = []
    called.on_end += [lambda: told.append(1), lambda: told.append(2)]
    calling.hang_up()
    await called.wait_ended()
    called.hang_up()
    assert told == [1, 2]


@with_ends
async def test_waiting_for_the_end_of_a_leg_that_is_over_returns_at_once(a: End, b: End) -> None:
    _, called = await connect(a, b)
    called.hang_up("done")
    end = await called.wait_ended()
    assert (end.by, end.status, end.reason) == ("local", None, "done")
    assert called.end is end


@with_ends
async def test_who_stops_waiting_for_the_end_is_forgotten(a: End, b: End) -> None:
    _, called = await connect(a, b)
    waiting = await begun(called.wait_ended())
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert called.on_end == []


@with_ends
async def test_both_hang_up_at_once(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    calling.hang_up("first")
    called.hang_up("second")
    assert [leg.end.by for leg in (calling, called) if leg.end] == ["local", "local"]


@with_ends
async def test_a_call_may_be_hung_up_before_its_ack_came(a: End, b: End) -> None:
    calling = await a.dial(b)
    calling.start()
    called = await b.next_call()
    called.answer()
    called.hang_up("wrong number")
    end = await calling.wait_ended()
    assert (end.by, end.reason) == ("remote", "BYE")
    assert calling.answered


@with_ends
async def test_the_facts_come_in_order_and_the_end_of_the_leg_last(a: End, b: End, tmp_path: Path) -> None:
    calling, called = await connect(a, b)
    playing = await begun(called.audio.play(LONG, name="music"))
    calling.hang_up()
    with pytest.raises(LegClosed):
        await playing
    kinds = [type(event).__name__ for event in b.events]
    assert kinds == ["CallOffered", "CallAnswered", "PlayStarted", "PlayEnded", "LegEnded"]
    assert b.told(events.PlayEnded)[0].reason == "closed"


@with_ends
async def test_the_end_has_the_figures_of_the_sound(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    await called.audio.play(tones.sine(400, 200))
    await calling.audio.send_digits("1")
    await b.until(events.DigitReceived)
    called.hang_up()
    quality = b.told(events.LegEnded)[0].quality
    assert quality["packets_sent"] == 10
    assert int(quality["packets_received"] or 0) > 0


@with_ends
async def test_media_that_dies_ends_the_call(a: End, b: End) -> None:
    calling = await a.dial(b)
    calling.start()
    b.switchboard._dead_after = 0.3
    called = await b.next_call()
    called.answer()
    end = await called.wait_ended()
    assert (end.by, end.reason) == ("network", "media timeout")
    assert (await calling.wait_ended()).by == "remote"


@with_ends
async def test_without_a_port_no_leg_is_made_and_nothing_leaks(a: End, b: End) -> None:
    taken: list[PortPair] = []
    with suppress(PortsExhausted):
        while True:
            taken.append(a.ports.allocate())
    with pytest.raises(PortsExhausted):
        await a.dial(b)
    assert a.agent.dialogs == 0
    for pair in taken:
        a.ports.release(pair)

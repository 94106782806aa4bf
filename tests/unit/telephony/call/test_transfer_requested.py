"""A phone in a call asks for a transfer (REFER): how the leg is told, and what can be made of it."""

from __future__ import annotations

import asyncio

import pytest

from telephony.call import events
from telephony.call.bridging import CallBridge
from telephony.call.errors import LegClosed
from telephony.call.leg import CallLeg
from telephony.call.leg_transfer import TransferRequest
from telephony.media import tones
from telephony.sip.referral import Replaces
from telephony.sip.subscriber import number_of
from telephony.sip.uri import parse_uri
from tests.unit.telephony.call.ends import Ear, End, connect, with_ends

TARGET = "sip:1002@192.0.2.7"
MUSIC = tones.sine(1000, 1000)
VOICE = tones.sine(400, 1000)


def listen(leg: CallLeg, take: bool = True) -> asyncio.Queue[TransferRequest]:
    """The transfers that the phone at a leg asks for, from now on."""
    asked: asyncio.Queue[TransferRequest] = asyncio.Queue()

    def requested(request: TransferRequest) -> bool:
        asked.put_nowait(request)
        return take

    leg.transfer.on_requested = requested
    return asked


def replaces(phone: CallLeg) -> str:
    """The Replaces that names a phone's call towards its far end, as part of a URI."""
    assert phone.dialog_id is not None
    call_id, own, far = phone.dialog_id
    return f"Replaces={call_id}%3Bto-tag%3D{far}%3Bfrom-tag%3D{own}"


# --- how it is told ---------------------------------------------------------------------------------------


@with_ends
async def test_a_transfer_is_told_taken_and_reported(a: End, b: End) -> None:
    phone, leg = await connect(a, b)
    asked = listen(leg)
    transfer = asyncio.ensure_future(phone.transfer.refer(TARGET))
    request = await asked.get()
    assert request == TransferRequest(parse_uri(TARGET), None, "<sip:127.0.0.1>")
    assert number_of(request.target) == "1002"
    leg.transfer.report(180)
    leg.transfer.report(200)
    assert await transfer == 200
    told = b.told(events.TransferRequested)[0]
    assert (told.call, told.leg, told.target) == (leg.call, leg.leg, TARGET)
    assert not leg.is_over


@with_ends
@pytest.mark.parametrize("status", [404, 486, 603])
async def test_a_target_that_fails_is_reported(a: End, b: End, status: int) -> None:
    phone, leg = await connect(a, b)
    asked = listen(leg)
    transfer = asyncio.ensure_future(phone.transfer.refer(TARGET))
    await asked.get()
    leg.transfer.report(status)
    assert await transfer == status


@with_ends
async def test_a_transfer_may_be_refused_and_another_taken(a: End, b: End) -> None:
    phone, leg = await connect(a, b)
    listen(leg, take=False)
    assert await phone.transfer.refer(TARGET) == 603
    assert b.told(events.TransferRequested) == []
    asked = listen(leg)
    transfer = asyncio.ensure_future(phone.transfer.refer("tel:+4930123;ext=7"))
    assert number_of((await asked.get()).target) == "+4930123"
    leg.transfer.report(200)
    assert await transfer == 200


@with_ends
async def test_one_transfer_at_a_time_until_its_end_is_reported(a: End, b: End) -> None:
    phone, leg = await connect(a, b)
    asked = listen(leg)
    first = asyncio.ensure_future(phone.transfer.refer(TARGET))
    await asked.get()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert await phone.transfer.refer(TARGET) == 491
    assert asked.empty()


@with_ends
async def test_a_report_from_within_the_listener_counts(a: End, b: End) -> None:
    phone, leg = await connect(a, b)

    def requested(request: TransferRequest) -> bool:
        leg.transfer.report(486)
        return True

    leg.transfer.on_requested = requested
    assert await phone.transfer.refer(TARGET) == 486


@with_ends
async def test_the_last_report_is_heard_though_we_hang_up_at_once(a: End, b: End) -> None:
    phone, leg = await connect(a, b)
    asked = listen(leg)
    transfer = asyncio.ensure_future(phone.transfer.refer(TARGET))
    await asked.get()
    leg.transfer.report(200)
    leg.hang_up()
    assert await transfer == 200
    assert (await phone.wait_ended()).by == "remote"


@with_ends
async def test_what_is_reported_when_the_leg_is_over_harms_nobody(a: End, b: End) -> None:
    phone, leg = await connect(a, b)
    asked = listen(leg)
    transfer = asyncio.ensure_future(phone.transfer.refer(TARGET))
    await asked.get()
    phone.hang_up()
    with pytest.raises(LegClosed):
        await transfer
    await leg.wait_ended()
    leg.transfer.report(200)
    assert leg.transfer.on_requested is None
    with pytest.raises(ValueError, match="status"):
        leg.transfer.report(42)


# --- the leg of another dialog ----------------------------------------------------------------------------


@with_ends
async def test_an_attended_transfer_leads_to_the_leg_of_the_other_call(a: End, b: End) -> None:
    phone, leg = await connect(a, b)
    phone2, leg2 = await connect(a, b)
    asked = listen(leg)
    transfer = asyncio.ensure_future(phone.transfer.refer(f"sip:1002@192.0.2.7?{replaces(phone2)}"))
    request = await asked.get()
    assert str(request.target) == TARGET
    assert request.replaces is not None
    assert b.switchboard.leg_of_dialog(request.replaces) is leg2
    leg.transfer.report(200)
    assert await transfer == 200


@with_ends
async def test_a_leg_that_we_dialled_is_found_too(a: End, b: End) -> None:
    ours, theirs = await connect(b, a)
    assert theirs.dialog_id is not None
    call_id, own, far = theirs.dialog_id
    assert b.switchboard.leg_of_dialog(Replaces(call_id, far, own)) is ours


@with_ends
async def test_only_the_very_dialog_is_found_and_only_while_it_lasts(a: End, b: End) -> None:
    phone, leg = await connect(a, b)
    assert leg.dialog_id is not None
    call_id, own, far = leg.dialog_id
    find = b.switchboard.leg_of_dialog
    assert find(Replaces(call_id, own, far)) is leg
    wrong = [Replaces("x", own, far), Replaces(call_id, "x", far), Replaces(call_id, own, "x")]
    wrong += [Replaces(call_id, far, own), Replaces(call_id, own, far, early_only=True)]
    assert [find(dialog) for dialog in wrong] == [None] * 5
    phone.hang_up()
    await leg.wait_ended()
    assert find(Replaces(call_id, own, far)) is None


@with_ends
async def test_a_leg_that_rings_still_is_found(a: End, b: End) -> None:
    (await a.dial(b)).start()
    leg = await b.next_call()
    assert leg.dialog_id is not None
    assert b.switchboard.leg_of_dialog(Replaces(*leg.dialog_id, early_only=True)) is leg


# --- what can be made of it -------------------------------------------------------------------------------


async def bridged(a: End, b: End) -> tuple[CallLeg, CallLeg, CallLeg, CallLeg, CallBridge]:
    """Two phones at `a`, connected by the switch `b`: the phones, their legs there, and the bridge."""
    phone1, leg1 = await connect(a, b)
    phone2, leg2 = await connect(a, b)
    return phone1, phone2, leg1, leg2, CallBridge(b.context, b.engine, leg1, leg2, MUSIC)


@with_ends
async def test_a_blind_transfer_from_end_to_end(a: End, b: End) -> None:
    agent, caller, agent_leg, caller_leg, bridge = await bridged(a, b)
    asked = listen(agent_leg)
    assert await agent.hold()  # as phones do before they ask
    transfer = asyncio.ensure_future(agent.transfer.refer(f"sip:1003@{a.address[0]}:{a.address[1]}"))
    request = await asked.get()
    bridge.close()
    caller_leg.audio.wait_with(MUSIC)
    ear = Ear(caller)
    await ear.hears(1000)
    target_leg = await b.dial(a, number=number_of(request.target))
    target_leg.start()
    target = await a.next_call()
    target.answer()
    await target_leg.wait_answered()
    agent_leg.transfer.report(200)
    caller_leg.audio.wait_with(None)
    CallBridge(b.context, b.engine, caller_leg, target_leg, MUSIC)
    assert await transfer == 200
    agent.hang_up()
    await agent_leg.wait_ended()
    target.media.play(VOICE, loop=True)
    await ear.hears(400)


@with_ends
async def test_an_attended_transfer_from_end_to_end(a: End, b: End) -> None:
    agent, caller, agent_leg, caller_leg, bridge = await bridged(a, b)
    agent2, target, agent_leg2, target_leg, bridge2 = await bridged(a, b)
    partner = {agent_leg2: target_leg}
    asked = listen(agent_leg)
    assert await agent.hold()
    assert await agent2.hold()
    transfer = asyncio.ensure_future(agent.transfer.refer(f"sip:1003@{b.address[0]}?{replaces(agent2)}"))
    request = await asked.get()
    assert request.replaces is not None
    other = b.switchboard.leg_of_dialog(request.replaces)
    assert other is agent_leg2
    bridge.close()
    bridge2.close()
    CallBridge(b.context, b.engine, caller_leg, partner[other], MUSIC)
    agent_leg.transfer.report(200)
    other.hang_up("transferred")
    assert await transfer == 200
    assert (await agent2.wait_ended()).by == "remote"
    agent.hang_up()
    ears = Ear(caller), Ear(target)
    target.media.play(VOICE, loop=True)
    caller.media.play(tones.sine(1500, 1000), loop=True)
    await ears[0].hears(400)
    await ears[1].hears(1500)

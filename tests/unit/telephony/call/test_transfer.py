"""Sending the far end elsewhere (REFER): how its reports are understood. The far end is a bare phone."""

from __future__ import annotations

import asyncio

import pytest

from telephony.call import events
from telephony.call.errors import CallStateError, LegClosed
from telephony.call.leg import CallLeg
from tests.support import wire
from tests.unit.telephony.call.ends import End, connect, with_ends

TARGET = "sip:1002@192.0.2.7"


class Phone(wire.Call):
    """A bare phone that called us and takes REFERs as it is told."""

    def listen(self) -> asyncio.Queue[wire.Message]:
        """The requests that come in the call, from now on, unanswered."""
        requests: asyncio.Queue[wire.Message] = asyncio.Queue()

        def take(message: wire.Message, source: wire.Address) -> None:
            if message.status:
                self._take(message, source)
            elif message.method == "BYE":
                self.line.send(wire.answer_to(message, 200))
            else:
                requests.put_nowait(message)

        self.line.calls[self.call_id] = take
        return requests

    def notify(self, report: str, state: str) -> None:
        """Report how the transfer goes."""
        headers = [("Event", "refer"), ("Subscription-State", state), ("Content-Type", "message/sipfrag")]
        self.line.send(self.request("NOTIFY", report.encode(), headers=headers))


async def up(b: End) -> tuple[Phone, asyncio.Queue[wire.Message], CallLeg]:
    phone = Phone(await b.line(), "1000", wire.sdp(9))
    phone.begin()
    leg = await b.next_call()
    leg.answer()
    await phone.reply()
    phone.ack()
    phone.line.send(phone.request("OPTIONS"))
    await phone.reply("OPTIONS")  # by now the ACK has come as well
    return phone, phone.listen(), leg


async def referred(b: End, target: str = TARGET) -> tuple[Phone, CallLeg, asyncio.Task[int]]:
    """A transfer that the phone has accepted."""
    phone, requests, leg = await up(b)
    transfer = asyncio.ensure_future(leg.transfer.refer(target))
    phone.line.send(wire.answer_to(await requests.get(), 202))
    return phone, leg, transfer


@with_ends
async def test_a_refer_names_the_target_and_us(a: End, b: End) -> None:
    phone, requests, leg = await up(b)
    transfer = asyncio.ensure_future(leg.transfer.refer(TARGET))
    refer = await requests.get()
    assert refer.method == "REFER"
    assert refer.get("refer-to") == f"<{TARGET}>"
    assert refer.get("referred-by") == "<sip:127.0.0.1>"
    phone.line.send(wire.answer_to(refer, 603))
    assert await transfer == 603
    assert b.told(events.TransferDone)[0].status == 603
    assert not leg.is_over


@with_ends
async def test_the_transfer_is_over_when_the_far_end_says_so(a: End, b: End) -> None:
    phone, leg, transfer = await referred(b)
    phone.notify("SIP/2.0 100 Trying", "active;expires=60")
    await phone.reply("NOTIFY")
    assert not transfer.done()
    phone.notify("SIP/2.0 200 OK", "terminated;reason=noresource")
    assert await transfer == 200
    told = b.told(events.TransferDone)[0]
    assert (told.target, told.status) == (TARGET, 200)
    assert not leg.is_over, "hanging up is up to whoever asked"


@with_ends
async def test_a_target_that_refuses_is_reported(a: End, b: End) -> None:
    phone, _, transfer = await referred(b)
    phone.notify("SIP/2.0 486 Busy Here", "terminated;reason=noresource")
    assert await transfer == 486


@with_ends
async def test_a_report_may_overtake_the_acceptance(a: End, b: End) -> None:
    phone, requests, leg = await up(b)
    transfer = asyncio.ensure_future(leg.transfer.refer(TARGET))
    refer = await requests.get()
    phone.notify("SIP/2.0 200 OK", "terminated")
    assert await transfer == 200
    phone.line.send(wire.answer_to(refer, 202))


@with_ends
async def test_a_subscription_that_ends_without_a_result_is_no_success(a: End, b: End) -> None:
    phone, _, transfer = await referred(b)
    phone.notify("", "terminated;reason=timeout")
    assert await transfer == 408


@with_ends
async def test_a_phone_that_takes_the_transfer_and_hangs_up_has_gone_where_it_was_sent(
    a: End, b: End
) -> None:
    phone, leg, transfer = await referred(b)
    phone.bye()
    with pytest.raises(LegClosed):
        await transfer
    assert leg.is_over
    assert b.told(events.TransferDone)[0].status == 202


@with_ends
async def test_a_phone_that_hangs_up_before_it_takes_the_transfer_has_not(a: End, b: End) -> None:
    phone, requests, leg = await up(b)
    transfer = asyncio.ensure_future(leg.transfer.refer(TARGET))
    await requests.get()
    phone.bye()
    with pytest.raises(LegClosed):
        await transfer
    assert b.told(events.TransferDone) == []


@with_ends
async def test_an_end_that_takes_no_transfer_refuses_it(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    assert await calling.transfer.refer(TARGET) == 603
    assert await calling.transfer.refer("tel:+4930123") == 603, "and again"
    assert not called.is_over


@with_ends
async def test_one_transfer_at_a_time(a: End, b: End) -> None:
    phone, leg, transfer = await referred(b)
    with pytest.raises(CallStateError):
        await leg.transfer.refer(TARGET)
    phone.notify("SIP/2.0 200 OK", "terminated")
    assert await transfer == 200


@with_ends
async def test_who_stops_waiting_for_a_transfer_may_begin_another(a: End, b: End) -> None:
    phone, leg, transfer = await referred(b)
    transfer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await transfer
    phone.notify("SIP/2.0 200 OK", "terminated")
    await phone.reply("NOTIFY")
    requests = phone.listen()
    again = asyncio.ensure_future(leg.transfer.refer(TARGET))
    phone.line.send(wire.answer_to(await requests.get(), 480))
    assert await again == 480


@with_ends
async def test_only_a_call_that_is_up_is_transferred(a: End, b: End) -> None:
    (await a.dial(b)).start()
    called = await b.next_call()
    with pytest.raises(CallStateError):
        await called.transfer.refer(TARGET)
    called.hang_up()
    with pytest.raises(LegClosed):
        await called.transfer.refer(TARGET)


@with_ends
@pytest.mark.parametrize("target", ["", "1002", "sip:x\r\nRoute: <sip:evil>", "sip:[::1"])
async def test_what_is_no_uri_is_not_sent(a: End, b: End, target: str) -> None:
    calling, called = await connect(a, b)
    with pytest.raises(ValueError, match="URI"):
        await calling.transfer.refer(target)
    assert not called.is_over


@with_ends
async def test_a_transfer_asked_for_with_the_answer_waits_for_the_ack(a: End, b: End) -> None:
    phone = Phone(await b.line(), "1000", wire.sdp(9))
    phone.begin()
    leg = await b.next_call()
    leg.answer()
    transfer = asyncio.ensure_future(leg.transfer.refer(TARGET))
    await phone.reply()
    requests = phone.listen()
    phone.line.send(phone.request("OPTIONS"))
    await phone.reply("OPTIONS")
    assert requests.empty(), "the phone may not have the dialog yet (RFC 3261 13.3.1.4)"
    phone.ack()
    refer = await requests.get()
    assert (refer.method, refer.get("refer-to")) == ("REFER", f"<{TARGET}>")
    phone.line.send(wire.answer_to(refer, 202))
    phone.notify("SIP/2.0 200 OK", "terminated;reason=noresource")
    assert await transfer == 200


@with_ends(t1=0.01)
async def test_a_transfer_that_waits_for_an_ack_that_never_comes_ends_with_the_call(a: End, b: End) -> None:
    phone = Phone(await b.line(), "1000", wire.sdp(9))
    phone.begin()
    leg = await b.next_call()
    leg.answer()
    requests = phone.listen()
    with pytest.raises(LegClosed) as end:
        await leg.transfer.refer(TARGET)
    assert (end.value.by, end.value.reason) == ("network", "no ACK")
    assert requests.empty()

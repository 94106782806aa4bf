"""Calls that are kept up though nothing is heard, and phones that vanish: OPTIONS, session timers, UPDATE."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from telephony.call import events
from telephony.call.leg import CallLeg
from tests.support import wire
from tests.unit.telephony.call.ends import End, connect, with_ends

KNOWS = [("Supported", "timer"), ("Allow", "INVITE, ACK, BYE, UPDATE")]


class Phone(wire.Call):
    """A bare phone that called us; what we ask of it waits in `asked`, unanswered but for BYE and ACK.

    Attributes:
        more: further headers of its INVITE.
    """

    def __init__(self, line: wire.Line, more: Sequence[tuple[str, str]], direction: str = "sendrecv") -> None:
        super().__init__(line, "1000", wire.sdp(9, direction=direction))
        self.more = list(more)
        self.asked: asyncio.Queue[wire.Message] = asyncio.Queue()

    def invite(self) -> bytes:
        return self.request("INVITE", self.offer, cseq=1, branch=self.branch, headers=self.more)

    def _asked(self, message: wire.Message, source: wire.Address) -> None:
        if message.method == "BYE":
            wire.Call._asked(self, message, source)
        elif message.method != "ACK":
            self.asked.put_nowait(message)

    def say(self, message: wire.Message, status: int, body: bytes = b"", *more: tuple[str, str]) -> None:
        """Answer a request."""
        at = f"<sip:wire@{self.line.local[0]}:{self.line.local[1]}>"
        self.line.send(wire.answer_to(message, status, headers=[("Contact", at), *more], body=body))


async def up(b: End, *headers: tuple[str, str], direction: str = "sendrecv") -> tuple[Phone, CallLeg]:
    """A call of a bare phone."""
    phone = Phone(await b.line(), headers, direction)
    phone.begin()
    leg = await b.next_call()
    leg.answer()
    await phone.reply()
    phone.ack()
    return phone, leg


async def counted(end: End, method: str, messages: int) -> None:
    """Wait until an end has had so many requests of a kind."""
    enough = asyncio.Event()

    def look() -> None:
        if end.agent.counters[method] >= messages:
            enough.set()
        else:
            end.loop.call_later(0.05, look)

    look()
    await enough.wait()


# --- phones that are quiet by agreement -------------------------------------------------------------------


@with_ends(dead_after=1.0)
@pytest.mark.parametrize("direction", ["sendonly", "inactive"])
async def test_a_phone_that_holds_and_vanishes_is_noticed(a: End, b: End, direction: str) -> None:
    phone, leg = await up(b)
    phone.line.send(phone.request("INVITE", wire.sdp(9, direction=direction, version=2)))
    answer = await phone.reply()
    phone.line.send(phone.request("ACK", cseq=answer.cseq))
    begun = b.loop.time()
    assert (await phone.asked.get()).method == "OPTIONS"
    end = await leg.wait_ended()
    assert (end.by, end.reason) == ("network", "dialog lost")
    assert 0.9 < b.loop.time() - begun < 3


@with_ends(dead_after=1.0)
async def test_a_phone_that_we_hold_and_that_vanishes_is_noticed(a: End, b: End) -> None:
    phone, leg = await up(b)
    holding = asyncio.ensure_future(leg.hold())
    change = await phone.asked.get()
    phone.say(change, 200, wire.sdp(9, direction="recvonly", version=2))
    assert await holding
    assert (await phone.asked.get()).method == "OPTIONS"
    assert (await leg.wait_ended()).reason == "dialog lost"


@with_ends(dead_after=0.6)
@pytest.mark.parametrize("status", [200, 501])
async def test_a_phone_that_holds_and_answers_stays(a: End, b: End, status: int) -> None:
    phone, leg = await up(b, direction="inactive")
    for _ in range(4):
        phone.say(await phone.asked.get(), status)
    assert not leg.is_over
    assert leg.far_holds


@with_ends(dead_after=1.0)
async def test_a_phone_that_forgot_the_call_is_noticed_at_once(a: End, b: End) -> None:
    phone, leg = await up(b, direction="sendonly")
    phone.say(await phone.asked.get(), 481)
    assert (await leg.wait_ended()).by == "network"


@with_ends(dead_after=0.8)
async def test_two_of_us_keep_each_other_company_on_hold(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    assert await calling.hold()
    await b.until(events.HoldStarted, called)
    await counted(a, "OPTIONS", 3)
    await counted(b, "OPTIONS", 3)
    assert not calling.is_over
    assert not called.is_over
    assert await calling.resume()


@with_ends(dead_after=0.6)
async def test_a_phone_that_resumes_is_asked_no_more(a: End, b: End) -> None:
    phone, leg = await up(b, direction="sendonly")
    phone.say(await phone.asked.get(), 200)
    phone.line.send(phone.request("INVITE", wire.sdp(9, version=2)))
    answer = await phone.reply()
    phone.line.send(phone.request("ACK", cseq=answer.cseq))
    end = await leg.wait_ended()
    assert end.reason == "media timeout", "its sound is waited for again"
    assert phone.asked.empty()


# --- session timers ---------------------------------------------------------------------------------------


@with_ends(session_expires=2)
async def test_a_call_is_refreshed_by_update_again_and_again(a: End, b: End) -> None:
    phone, leg = await up(b, *KNOWS)
    assert phone.answered is not None
    assert phone.answered.get("session-expires") == "2;refresher=uas"
    for _ in range(3):
        update = await phone.asked.get()
        assert (update.method, update.get("session-expires")) == ("UPDATE", "2;refresher=uac")
        phone.say(update, 200, b"", ("Session-Expires", "2;refresher=uac"))
    assert not leg.is_over


@with_ends(session_expires=2)
async def test_a_refresh_by_reinvite_says_what_was_said_before(a: End, b: End) -> None:
    phone, leg = await up(b, KNOWS[0])
    assert phone.answered is not None
    for _ in range(2):
        reinvite = await phone.asked.get()
        assert (reinvite.method, reinvite.body) == ("INVITE", phone.answered.body)
        phone.say(reinvite, 200, wire.sdp(9), ("Session-Expires", "2;refresher=uac"))
    assert not leg.is_over


@with_ends(session_expires=2)
async def test_a_hold_asked_for_during_a_refresh_is_not_taken_for_it(a: End, b: End) -> None:
    phone, leg = await up(b, KNOWS[0])
    refresh = await phone.asked.get()
    holding = asyncio.ensure_future(leg.hold())
    await asyncio.sleep(0)
    phone.say(refresh, 200, wire.sdp(9), ("Session-Expires", "2;refresher=uac"))
    change = await phone.asked.get()
    assert b"a=sendonly" in change.body
    assert not holding.done()
    phone.say(change, 200, wire.sdp(9, direction="recvonly", version=2))
    assert await holding
    assert len(b.told(events.HoldStarted)) == 1


@with_ends(session_expires=2)
async def test_a_refused_refresh_does_not_refuse_a_hold(a: End, b: End) -> None:
    phone, leg = await up(b, KNOWS[0])
    refresh = await phone.asked.get()
    holding = asyncio.ensure_future(leg.hold())
    await asyncio.sleep(0)
    phone.say(refresh, 488)
    change = await phone.asked.get()
    phone.say(change, 200, wire.sdp(9, direction="recvonly", version=2))
    assert await holding


@with_ends(session_expires=2)
async def test_a_caller_that_does_not_refresh_as_it_promised_is_hung_up(a: End, b: End) -> None:
    phone, leg = await up(b, *KNOWS, ("Session-Expires", "3;refresher=uac"))
    end = await leg.wait_ended()
    assert (end.by, end.reason) == ("network", "session expired")
    await phone.over.wait()


@with_ends(session_expires=3)
async def test_a_caller_that_wants_its_call_too_short_is_told_how_long(a: End, b: End) -> None:
    phone = Phone(await b.line(), [("Supported", "timer"), ("Session-Expires", "2")])
    phone.begin()
    answer = await phone.reply()
    assert (answer.status, answer.get("min-se")) == (422, "3")
    assert b.agent.dialogs == 0


@with_ends(session_expires=2)
async def test_two_of_us_refresh_each_other(a: End, b: End) -> None:
    calling, called = await connect(a, b)
    await counted(b, "UPDATE", 3)
    assert a.agent.counters["UPDATE"] == 0, "whoever called refreshes"
    assert not calling.is_over
    assert not called.is_over


# --- UPDATE -----------------------------------------------------------------------------------------------


@with_ends
async def test_a_phone_may_hold_by_update(a: End, b: End) -> None:
    phone, leg = await up(b)
    body = wire.sdp(9, direction="sendonly", version=2)
    phone.line.send(phone.request("UPDATE", body))
    answer = await phone.reply("UPDATE")
    assert answer.status == 200
    assert b"a=recvonly" in answer.body
    assert leg.far_holds


@with_ends
async def test_an_update_of_a_callee_that_rings_is_taken(a: End, b: End) -> None:
    leg = await a.dial(b)
    leg.start()
    await b.next_call()
    dialog = b.legs[0].dialog_id
    assert dialog is not None
    call_id, tag, far = dialog
    line = await a.line()
    statuses: asyncio.Queue[wire.Message] = asyncio.Queue()
    line.calls[call_id] = lambda message, source: statuses.put_nowait(message)
    for cseq, (method, body, status) in enumerate(
        [("UPDATE", b"", 200), ("OPTIONS", b"", 200), ("UPDATE", wire.sdp(9), 491), ("INFO", b"", 200)], 1
    ):
        rows = [
            ("Via", f"SIP/2.0/UDP 127.0.0.1:{line.local[1]};branch={wire.new_branch()};rport"),
            ("From", f"<sip:1000@127.0.0.1>;tag={tag}"),
            ("To", f"<sip:4711@127.0.0.1>;tag={far}"),
            ("Call-ID", call_id),
            ("CSeq", f"{cseq} {method}"),
            ("Max-Forwards", "70"),
        ]
        line.send(wire.build(f"{method} sip:hotline@127.0.0.1 SIP/2.0", rows, body))
        assert (await statuses.get()).status == status

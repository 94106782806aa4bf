"""Signalling over real sockets: who gets which message, and what is answered without a call."""

from __future__ import annotations

import asyncio
import re

import pytest

from telephony.sip.flow import Flow
from telephony.sip.headers import Headers
from telephony.sip.info_keys import InfoKeys
from telephony.sip.message import Request
from telephony.sip.session_events import Accepted, Confirmed, Ended, InfoReceived
from telephony.sip.uri import SipUri
from tests.support import wire
from tests.support.commanded import Commanded
from tests.unit.telephony.net.desk import HOST, SDP, Desk, with_desk

BOTH = ["UDP", "TCP"]


async def up(desk: Desk, transport: str = "UDP") -> tuple[wire.Call, Commanded]:
    """A call that came in and was answered and acknowledged."""
    phone = wire.Call(await desk.line(transport), "1000", SDP)
    phone.begin()
    call = await desk.called()
    call.accept(SDP)
    await phone.reply()
    phone.ack()
    await settled(phone)
    return phone, call


async def settled(phone: wire.Call) -> None:
    """Wait until everything that the phone sent was served."""
    phone.line.send(phone.request("OPTIONS"))
    await phone.reply("OPTIONS")


async def lone(
    desk: Desk, method: str, *, to_tag: str = "", headers: tuple[tuple[str, str], ...] = ()
) -> wire.Message:
    """The answer to a request that belongs to no call."""
    phone = wire.Call(await desk.line(), "1000")
    phone.target = f"sip:1000@{HOST}"
    phone.remote = f"<{phone.target}>" + (f";tag={to_tag}" if to_tag else "")
    phone.line.calls[phone.call_id] = phone._take
    phone.line.send(phone.request(method, headers=list(headers)))
    return await phone.reply(method)


def outbound(desk: Desk, line: wire.Line) -> Commanded:
    """A call of ours to a bare phone, not started."""
    uri = SipUri("sip", "phone", host=line.local[0], port=line.local[1])
    rows = [("From", "<sip:desk@x>;tag=desk"), ("To", f"<{uri}>"), ("Call-ID", "ours"), ("CSeq", "1 INVITE")]
    flow = desk.transports.locate(uri)
    assert flow is not None
    return desk.call(Request("INVITE", uri, Headers(rows), SDP), flow)


def requests_of(line: wire.Line, call_id: str = "ours") -> asyncio.Queue[tuple[wire.Message, wire.Line]]:
    """The requests that come to a line, and the line."""
    came: asyncio.Queue[tuple[wire.Message, wire.Line]] = asyncio.Queue()
    line.calls[call_id] = lambda message, source: came.put_nowait((message, line))
    return came


# --- calls ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("transport", BOTH)
def test_a_call_comes_goes_up_and_ends(transport: str) -> None:
    @with_desk
    async def story(desk: Desk) -> None:
        phone, call = await up(desk, transport)
        assert (desk.agent.dialogs, call.call.session.invite.call_id) == (1, phone.call_id)
        phone.bye()
        assert (await phone.reply("BYE")).status == 200
        assert await desk.ended() == Ended("remote", None, "BYE")
        assert (desk.agent.dialogs, call.over) == (0, True)

    story()


@pytest.mark.parametrize("transport", BOTH)
def test_we_end_a_call(transport: str) -> None:
    @with_desk
    async def story(desk: Desk) -> None:
        phone, call = await up(desk, transport)
        call.hang_up("SIP;cause=200")
        await phone.over.wait()
        await desk.signalling.wait_idle(5)
        assert (desk.agent.dialogs, call.over) == (0, True)

    story()


@with_desk
async def test_responses_name_the_server_and_100_comes_at_once(desk: Desk) -> None:
    phone = wire.Call(await desk.line(), "1000", SDP)
    phone.begin()
    trying = await phone.reply(final=False)
    assert (trying.status, trying.get("server")) == (100, "test")
    assert ";tag=" not in trying.get("to")
    (await desk.called()).refuse(486)
    refusal = await phone.reply()
    assert refusal.status == 486
    assert ";tag=" in refusal.get("to")


@with_desk
async def test_a_caller_cancels(desk: Desk) -> None:
    phone = wire.Call(await desk.line(), "1000", SDP)
    phone.begin()
    call = await desk.called()
    call.progress(180)
    phone.cancel()
    assert (await phone.reply("CANCEL")).status == 200
    assert (await phone.reply()).status == 487
    assert (await desk.ended()).status == 487
    assert call.over


@with_desk
async def test_a_call_that_is_not_admitted_is_refused_without_a_call(desk: Desk) -> None:
    desk.refusal = 403
    phone = wire.Call(await desk.line(), "1000", SDP)
    phone.begin()
    assert (await phone.reply()).status == 403
    assert desk.agent.dialogs == 0


@with_desk
async def test_an_invite_without_contact_makes_no_call(desk: Desk) -> None:
    phone = wire.Call(await desk.line(), "1000", SDP)
    phone.line.calls[phone.call_id] = phone._take
    phone.remote, phone.target = f"<sip:1000@{HOST}>", f"sip:1000@{HOST}"
    lines = phone.invite().split(b"\r\n")
    phone.line.send(b"\r\n".join(line for line in lines if not line.startswith(b"Contact")))
    assert (await phone.reply()).status == 400
    assert desk.agent.dialogs == 0


@with_desk
async def test_the_same_invite_along_two_ways_is_one_call(desk: Desk) -> None:
    phone = wire.Call(await desk.line(), "1000", SDP)
    phone.begin()
    await desk.called()
    phone.line.send(phone.request("INVITE", SDP, cseq=1, branch=wire.new_branch()))
    while (message := await phone.reply(final=False)).status != 482:
        assert message.status == 100
    assert desk.agent.dialogs == 1


@with_desk
async def test_messages_find_their_call_by_tags_and_call_id(desk: Desk) -> None:
    phone, _ = await up(desk)
    other, _ = await up(desk)
    other.line.send(other.request("INFO", b"5", headers=[("Content-Type", "application/dtmf")]))
    await other.reply("INFO")
    assert desk.told[-1] == InfoReceived(InfoKeys("5"))
    phone.remote = phone.remote.partition(";tag=")[0] + ";tag=nobody"
    phone.bye()
    assert (await phone.reply("BYE")).status == 481
    other.tag = "somebody"
    other.bye()
    assert (await other.reply("BYE")).status == 481
    assert desk.agent.dialogs == 2


@with_desk
async def test_an_ack_that_belongs_nowhere_is_dropped(desk: Desk) -> None:
    phone, _ = await up(desk)
    phone.remote = f"<sip:1000@{HOST}>;tag=nobody"
    phone.ack()
    before = len(desk.told)
    assert (await lone(desk, "OPTIONS")).status == 200
    assert len(desk.told) == before


@with_desk(t1=0.01)
async def test_a_caller_that_never_acknowledges_is_hung_up(desk: Desk) -> None:
    phone = wire.Call(await desk.line(), "1000", SDP)
    phone.begin()
    (await desk.called()).accept(SDP)
    assert await desk.ended() == Ended("network", None, "no ACK")
    await phone.over.wait()


@with_desk(t1=0.01)
async def test_a_phone_that_vanishes_is_forgotten_after_our_bye(desk: Desk) -> None:
    phone, call = await up(desk)
    phone.vanish()
    call.hang_up()
    await desk.signalling.wait_idle(5)
    assert desk.agent.dialogs == 0


# --- calls of ours --------------------------------------------------------------------------------------


@with_desk
async def test_a_call_of_ours_is_answered_and_acknowledged(desk: Desk) -> None:
    line = await desk.line()
    came = requests_of(line)
    call = outbound(desk, line)
    call.start()
    invite, _ = await came.get()
    contact = [("Contact", f"<sip:phone@{HOST}:{line.local[1]}>")]
    line.send(wire.answer_to(invite, 200, tag="p", headers=contact, body=SDP))
    ack, _ = await came.get()
    assert (ack.method, ack.cseq, desk.told) == ("ACK", 1, [Accepted(SDP)])
    line.send(wire.answer_to(invite, 200, tag="p", headers=contact, body=SDP))
    again, _ = await came.get()
    assert (again.method, again.get("via")) == ("ACK", ack.get("via")), "the same ACK"
    call.hang_up()
    bye, _ = await came.get()
    line.send(wire.answer_to(bye, 200))
    await desk.signalling.wait_idle(5)


@with_desk
async def test_requests_follow_the_contact_of_the_answer(desk: Desk) -> None:
    line, elsewhere = await desk.line(), await desk.line()
    came, there = requests_of(line), requests_of(elsewhere)
    call = outbound(desk, line)
    call.start()
    invite, _ = await came.get()
    contact = [("Contact", f"<sip:phone@{HOST}:{elsewhere.local[1]}>")]
    line.send(wire.answer_to(invite, 200, tag="p", headers=contact, body=SDP))
    assert (await there.get())[0].method == "ACK"
    call.hang_up()
    bye, _ = await there.get()
    assert bye.start.startswith(f"BYE sip:phone@{HOST}:{elsewhere.local[1]} ")
    elsewhere.send(wire.answer_to(bye, 200))
    await desk.signalling.wait_idle(5)


@with_desk
async def test_requests_follow_the_route(desk: Desk) -> None:
    line, proxy = await desk.line(), await desk.line()
    came, there = requests_of(line), requests_of(proxy)
    call = outbound(desk, line)
    call.start()
    invite, _ = await came.get()
    route = f"<sip:{HOST}:{proxy.local[1]};lr>"
    headers = [("Contact", "<sip:phone@192.0.2.1>"), ("Record-Route", route)]
    line.send(wire.answer_to(invite, 200, tag="p", headers=headers, body=SDP))
    ack, _ = await there.get()
    assert (ack.start, ack.all("route")) == ("ACK sip:phone@192.0.2.1 SIP/2.0", [route])
    call.hang_up()
    bye, _ = await there.get()
    proxy.send(wire.answer_to(bye, 200))
    await desk.signalling.wait_idle(5)


@with_desk
async def test_a_contact_that_cannot_be_reached_leaves_the_way_that_the_call_came(desk: Desk) -> None:
    line = await desk.line()
    came = requests_of(line)
    call = outbound(desk, line)
    call.start()
    invite, _ = await came.get()
    contact = [("Contact", "<sip:phone@there.invalid>")]
    line.send(wire.answer_to(invite, 200, tag="p", headers=contact, body=SDP))
    assert (await came.get())[0].method == "ACK"
    call.hang_up()
    bye, _ = await came.get()
    line.send(wire.answer_to(bye, 200))
    await desk.signalling.wait_idle(5)


@with_desk
async def test_a_second_phone_that_answers_is_hung_up_where_it_is(desk: Desk) -> None:
    line, second = await desk.line(), await desk.line()
    came, there = requests_of(line), requests_of(second)
    call = outbound(desk, line)
    call.start()
    invite, _ = await came.get()
    for tag, phone in (("first", line), ("second", second)):
        contact = [("Contact", f"<sip:phone@{HOST}:{phone.local[1]}>")]
        line.send(wire.answer_to(invite, 200, tag=tag, headers=contact, body=SDP))
    assert [(await there.get())[0].method for _ in range(2)] == ["ACK", "BYE"]
    assert (await came.get())[0].method == "ACK"
    call.hang_up()
    bye, _ = await came.get()
    line.send(wire.answer_to(bye, 200))
    await desk.signalling.wait_idle(5)


@with_desk
async def test_an_answer_with_routes_that_cannot_be_read_is_an_answer(desk: Desk) -> None:
    line = await desk.line()
    came = requests_of(line)
    call = outbound(desk, line)
    call.start()
    invite, _ = await came.get()
    headers = [("Contact", "<sip:phone@192.0.2.1>"), ("Record-Route", "<sip:broken")]
    line.send(wire.answer_to(invite, 200, tag="p", headers=headers, body=SDP))
    assert (await came.get())[0].method == "ACK"
    call.hang_up()
    bye, _ = await came.get()
    line.send(wire.answer_to(bye, 200))
    await desk.signalling.wait_idle(5)


@with_desk
async def test_giving_up_cancels_and_waits_for_the_last_word(desk: Desk) -> None:
    line = await desk.line()
    came = requests_of(line)
    call = outbound(desk, line)
    call.start()
    invite, _ = await came.get()
    call.hang_up()
    assert desk.told == [Ended("local", 487, "cancelled")]
    line.send(wire.answer_to(invite, 180, tag="p"))
    cancel, _ = await came.get()
    assert (cancel.method, cancel.get("via")) == ("CANCEL", invite.get("via"))
    line.send(wire.answer_to(cancel, 200))
    line.send(wire.answer_to(invite, 487, tag="p"))
    assert (await came.get())[0].method == "ACK"
    assert desk.agent.dialogs == 0


@with_desk
async def test_a_connection_that_is_refused_fails_the_call(desk: Desk) -> None:
    uri = SipUri("sip", "phone", host=HOST, port=9).with_params(transport="tcp")
    rows = [("From", "<sip:desk@x>;tag=desk"), ("To", f"<{uri}>"), ("Call-ID", "ours"), ("CSeq", "1 INVITE")]
    flow = desk.transports.locate(uri)
    assert flow is not None
    call = desk.call(Request("INVITE", uri, Headers(rows), SDP), flow)
    call.start()
    assert await desk.ended() == Ended("network", 503, "transport failed")
    assert (await desk.closed.get()).remote == (HOST, 9)
    assert desk.agent.dialogs == 0


@with_desk
async def test_a_connection_that_breaks_fails_what_waits_on_it(desk: Desk) -> None:
    phone, call = await up(desk, "TCP")
    ringing = wire.Call(phone.line, "1000", SDP)
    ringing.begin()
    waiting = await desk.called()
    assert isinstance(phone.line, wire.TcpLine)
    phone.line.abort()
    ended = await desk.ended()
    assert waiting.over
    assert not call.over, "a call that is up outlives its connection"
    assert ended == Ended("network", None, "transport failed")
    call.hang_up()
    await desk.signalling.wait_idle(5)
    assert desk.agent.dialogs == 0


@with_desk
async def test_a_connection_that_we_opened_and_that_breaks_while_it_rings_ends_the_call(desk: Desk) -> None:
    made: asyncio.Queue[wire.TcpLine] = asyncio.Queue()
    rung: asyncio.Queue[wire.Message] = asyncio.Queue()

    def accepted(line: wire.TcpLine) -> None:
        line.stray = lambda message, line, source: rung.put_nowait(message)
        made.put_nowait(line)

    server = await wire.serve_tcp((HOST, 0), accepted)
    uri = SipUri("sip", "phone", host=HOST, port=server.sockets[0].getsockname()[1])
    uri = uri.with_params(transport="tcp")
    flow = desk.transports.locate(uri)
    assert flow is not None
    rows = [("From", "<sip:desk@x>;tag=desk"), ("To", f"<{uri}>"), ("Call-ID", "ours"), ("CSeq", "1 INVITE")]
    call = desk.call(Request("INVITE", uri, Headers(rows), SDP), flow)
    call.start()
    invite, line = await rung.get(), await made.get()
    line.send(wire.answer_to(invite, 180, tag="phone"))
    while not desk.told:  # noqa: ASYNC110 (until it rings)
        await asyncio.sleep(0.001)
    line.abort()
    assert await desk.ended() == Ended("network", 503, "transport failed")
    server.close()


@with_desk
async def test_who_lost_the_connection_while_it_rings_hears_the_answer_where_it_listens(desk: Desk) -> None:
    made: asyncio.Queue[wire.Message] = asyncio.Queue()

    def accepted(line: wire.TcpLine) -> None:
        line.stray = lambda message, line, source: made.put_nowait(message)

    server = await wire.serve_tcp((HOST, 0), accepted)
    line = await desk.line("TCP")
    assert isinstance(line, wire.TcpLine)
    uri = f"sip:1000@{HOST}"
    ringing = wire.Call(line, "1000", SDP, target=uri, remote=f"<{uri}>")
    sent_by = f"{HOST}:{server.sockets[0].getsockname()[1]}"
    line.send(re.sub(rb"(?m)(^Via: SIP/2.0/TCP )[^;]*", rb"\g<1>" + sent_by.encode(), ringing.invite()))
    waiting = await desk.called()
    line.abort()
    assert (await made.get()).status == 100
    waiting.progress(180)
    assert (await made.get()).status == 180
    waiting.refuse(486)
    assert (await made.get()).status == 486
    server.close()


@with_desk
async def test_a_connection_is_in_use_while_a_call_is_up(desk: Desk) -> None:
    phone, call = await up(desk, "TCP")
    assert desk.agent.flow_in_use(call.call.flow)
    assert not desk.agent.flow_in_use(Flow("TCP", call.call.flow.local, (HOST, 1), 9))
    phone.bye()
    await desk.ended()
    assert not desk.agent.flow_in_use(call.call.flow)


# --- what belongs to no call ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "status"),
    [
        ("OPTIONS", 200),
        ("BYE", 481),
        ("INFO", 481),
        ("NOTIFY", 481),
        ("CANCEL", 481),
        ("REFER", 603),
        ("FOO", 501),
    ],
)
def test_requests_outside_calls(method: str, status: int) -> None:
    @with_desk
    async def story(desk: Desk) -> None:
        answer = await lone(desk, method)
        assert answer.status == status
        assert ";tag=" in answer.get("to")

    story()


@with_desk
async def test_requests_in_calls_that_nobody_knows(desk: Desk) -> None:
    for method in ("BYE", "INVITE", "OPTIONS", "INFO"):
        assert (await lone(desk, method, to_tag="gone")).status == 481


@with_desk
async def test_registrations_are_the_applications_business(desk: Desk) -> None:
    assert (await lone(desk, "REGISTER")).status == 200
    assert [request.method for request in desk.registered] == ["REGISTER"]


@with_desk
async def test_what_is_malformed_is_answered_where_it_can_be(desk: Desk) -> None:
    line = await desk.line()
    phone = wire.Call(line, "1000")
    phone.remote, phone.target = "<sip:1000@x", f"sip:1000@{HOST}"
    line.calls[phone.call_id] = phone._take
    line.send(phone.request("OPTIONS"))
    assert (await phone.reply("OPTIONS")).status == 400
    assert desk.agent.counters["MALFORMED"] == 1


@with_desk
async def test_noise_and_keep_alives_are_no_messages(desk: Desk) -> None:
    line = await desk.line()
    for data in (b"", b"\r\n", b"\r\n\r\n", b"\0\0\0\0"):
        line.send(data)
    assert (await lone(desk, "OPTIONS")).status == 200
    assert desk.agent.counters["MALFORMED"] == 0
    line.send(b"hello")
    line.send(b"SIP/2.0 200 OK\r\n\r\n")
    assert (await lone(desk, "OPTIONS")).status == 200
    assert desk.agent.counters["MALFORMED"] == 2


@with_desk
async def test_responses_that_answer_nothing_are_dropped(desk: Desk) -> None:
    phone, _ = await up(desk)
    told = len(desk.told)
    bye = wire.Message.parse(phone.request("BYE"))
    for status in (180, 200, 486):
        phone.line.send(wire.answer_to(bye, status))
    assert (await lone(desk, "OPTIONS")).status == 200
    assert (len(desk.told), desk.agent.dialogs) == (told, 1)
    assert Confirmed(b"") in desk.told


@with_desk
async def test_waiting_for_quiet_ends_with_the_last_call_or_the_time(desk: Desk) -> None:
    await desk.signalling.wait_idle(5)
    phone, _ = await up(desk)
    await desk.signalling.wait_idle(0.01)
    assert desk.agent.dialogs == 1
    waiting = asyncio.ensure_future(desk.signalling.wait_idle(5))
    phone.bye()
    await waiting
    assert desk.agent.dialogs == 0

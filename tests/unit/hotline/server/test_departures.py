"""What leaves a flow, carried out on legs without telephones: queues, phones, tickets, and hang-ups."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest

from callback_queue.tickets.book import TicketBook
from hotline.server.departures import CallDepartures, FlowServices, serve_queue
from ivr_flows.flow_set import FlowSet
from ivr_flows.runtime.flow_call import Speech
from ivr_flows.steps.outcomes import Dial, HandOff, OpenTicket, Result
from telephony.call.errors import LegClosed
from telephony.call.switchboard import Caller, Target
from telephony.sip.uri import parse_uri
from tests.support.fake_leg import FakeLeg
from tests.support.virtual_time import running, settle, virtual_time
from tests.unit.callback_queue.call_centre import CallCentre

CALLER = Caller("0955123456")


class Tickets:
    """A ticket book that writes what it is given into a list; `full` when the disk fails."""

    def __init__(self) -> None:
        self.written: list[tuple[OpenTicket, dict[str, Any]]] = []
        self.full = False

    async def write(self, wanted: OpenTicket, call: str, leg: str, **facts: Any) -> str:
        await asyncio.sleep(0.01)
        if self.full:
            raise OSError("no space left on device")
        self.written.append((wanted, facts))
        return f"2000{len(self.written)}"


class Desk:
    """One caller, and all that the departures of their call need."""

    def __init__(self, queue: dict[str, Any] | None = None) -> None:
        self.centre = CallCentre([{"name": "support", "members": [1001], **(queue or {})}], ("1001", "1002"))
        self.tickets = Tickets()
        self.not_called: set[str] = set()
        self.services = FlowServices(
            calls=self.centre.services.calls,
            flows=cast(FlowSet, None),
            speech=cast(Speech, None),
            tickets=cast(TicketBook, self.tickets),
            queues=self.centre.services,
            targets=lambda name, call: self._targets(name),
            may_call_back=lambda number: number not in self.not_called,
            ring_seconds=20,
        )
        self.leg = FakeLeg(self.centre.context, "call-1")
        self.centre.calls.add("call-1")
        self.departures = CallDepartures(self.leg.real, self.services, CALLER, lambda: "call-1-flow.wav")

    def _targets(self, number: str) -> list[Target]:
        contacts = self.centre.phones.get(number, [])
        return [Target(parse_uri(contact), f"agent:{number}") for contact in contacts]

    def queue_up(self) -> asyncio.Task[None]:
        """The caller dials a number that leads straight into the queue."""
        return asyncio.ensure_future(serve_queue(self.leg.real, self.services, "support", "en", CALLER))


@virtual_time
async def test_a_ticket_that_cannot_be_written_is_a_result() -> None:
    desk = Desk()
    wanted = OpenTicket(kind="voicemail", caller="0955123456", language="en")
    assert await desk.departures.carry_out(wanted) == Result("done", {"ticket": "20001"})
    assert desk.tickets.written[0][1]["recording"] == "call-1-flow.wav"
    desk.tickets.full = True
    assert await desk.departures.carry_out(wanted) == Result("failed")


@pytest.mark.parametrize(
    ("act", "word", "at"),
    [
        (lambda phone: phone.refuse(486), "busy", 5),
        (lambda phone: phone.refuse(603), "refused", 5),
        (lambda phone: phone.refuse(500), "failed", 5),
        (lambda phone: None, "no_answer", 20),
    ],
)
@virtual_time
async def test_what_phones_say_is_a_result(act: Callable[[FakeLeg], None], word: str, at: float) -> None:
    desk = Desk()
    desk.leg.answer()
    desk.centre.register("1002")
    dialling = asyncio.ensure_future(desk.departures.carry_out(Dial(("1002",))))
    await settle()
    running().call_at(5, act, desk.centre.phone("1002"))
    result = await dialling
    assert running().time() == pytest.approx(at, abs=0.1)
    assert result.word == word
    assert not desk.leg.is_over


@virtual_time
async def test_a_number_without_a_phone_is_not_answered() -> None:
    desk = Desk()
    desk.leg.answer()
    assert await desk.departures.carry_out(Dial(("1002",))) == Result("no_answer")


@virtual_time
async def test_a_caller_who_hangs_up_stops_the_ringing_and_the_open_ticket_is_written() -> None:
    desk = Desk()
    desk.leg.answer()
    desk.centre.register("1002")
    wanted = Dial(("1002",))
    dialling = asyncio.ensure_future(desk.departures.carry_out(wanted))
    await settle()
    phone = desk.centre.phone("1002")
    desk.leg.far_hang_up()
    await asyncio.wait([dialling])
    end = dialling.exception()
    assert isinstance(end, LegClosed)
    assert phone.is_over
    unwritten = OpenTicket(kind="problem", caller="0955123456", language="en", progress="confirmed")
    await desk.departures.call_ended(wanted, end, unwritten)
    assert [ticket for ticket, _ in desk.tickets.written] == [unwritten]


@virtual_time
async def test_a_caller_who_leaves_the_queue_is_owed_a_call() -> None:
    desk = Desk()
    came = running().unix()
    serving = desk.queue_up()
    await asyncio.sleep(30)
    desk.leg.far_hang_up()
    await serving
    ((ticket, facts),) = desk.tickets.written
    assert (ticket.kind, ticket.queue, ticket.caller) == ("abandoned", "support", "0955123456")
    assert facts["arrival"] == pytest.approx(came, abs=1)


@virtual_time
async def test_what_the_bot_took_in_is_written_once_when_the_caller_leaves_the_queue() -> None:
    desk = Desk()
    desk.leg.answer()
    taken_in = OpenTicket(kind="problem", caller="0955123456", language="en", progress="unconfirmed")
    wanted = HandOff("support", "en", so_far=taken_in)
    waiting = asyncio.ensure_future(desk.departures.carry_out(wanted))
    await asyncio.sleep(10)
    desk.leg.far_hang_up()
    await asyncio.wait([waiting])
    end = waiting.exception()
    assert isinstance(end, LegClosed)
    await desk.departures.call_ended(wanted, end, taken_in)
    ((ticket, _),) = desk.tickets.written
    assert (ticket.kind, ticket.progress, ticket.queue) == ("problem", "hung_up", "support")


async def _press(desk: Desk) -> None:
    desk.leg.press("1")


async def _wait_in_vain(desk: Desk) -> None:
    await asyncio.sleep(60)


@pytest.mark.parametrize(
    ("queue", "act", "reason"),
    [
        ({"exit_key": "1"}, _press, "called back"),
        ({"max_wait": 60}, _wait_in_vain, "nobody free"),
    ],
)
@pytest.mark.parametrize("disk_fails", [False, True])
@virtual_time
async def test_a_call_back_is_promised_when_it_is_written(
    queue: dict[str, Any], act: Callable[[Desk], Awaitable[None]], reason: str, disk_fails: bool
) -> None:
    desk = Desk(queue)
    serving = desk.queue_up()
    await asyncio.sleep(3)
    desk.tickets.full = disk_fails
    await act(desk)
    await serving
    assert desk.leg.end is not None
    assert (desk.leg.end.reason == reason) is not disk_fails
    kinds = [ticket.kind for ticket, _ in desk.tickets.written]
    assert kinds == ([] if disk_fails else ["callback"])

"""What answers each number, with the real plan of a site on legs without telephones, in virtual time."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any, cast

import pytest
from twisted.internet.posixbase import PosixReactorBase

from config import load_site
from hotline.server.number_plan import NumberPlan
from hotline.server.outside_calls import Asker
from hotline.server.switch import Switch
from ivr_flows.flow_set import FlowSet
from ivr_flows.loader import read_flows
from telephony.call.errors import LegClosed, NotPermitted
from telephony.call.events import OutsideCallRefused
from telephony.sdp.offer_answer import NotAcceptable, SdpError
from telephony.sip.flow import Flow
from telephony.sip.uri import parse_uri
from tests.support.fake_leg import FakeLeg, FakeSwitchboard
from tests.support.virtual_time import running, settle, virtual_time
from tests.unit.config.site_files import write_site
from tests.unit.hotline.server.requests import register, request

SETTINGS = """\
journal: null
database: null
country: DE
sip: {listen: 127.0.0.1:5060, ring_timeout: 30}
trunks: [{name: carrier, host: sip.example.org, from_number: 4900, numbers: ["*"]}]
numbers:
  "4900": {hold: true}
  "4910": {dial: [1001, 1002], ring_timeout: 12}
  "4911": {dial: 1002}
"""
PHONES = {"1001": "correct-horse", "1002": "battery-staple"}


class Desk:
    """A site's number plan, its phones registered, and callers."""

    def __init__(self, folder: Path) -> None:
        self.site = load_site(write_site(folder, SETTINGS), {})
        loop = running()
        self.switch = Switch(
            self.site, self._flows(), self._reread, loop=loop, reactor=cast(PosixReactorBase, None)
        )
        self.phones = FakeSwitchboard(self.switch.context)
        self.switch._switchboard = self.phones.real
        self.plan: NumberPlan
        self._serial = 0

    def _flows(self) -> FlowSet:
        flows = read_flows(self.site.root, self.site, shown=self.site.root).flows
        assert flows is not None
        return flows

    def _reread(self) -> Any:
        return self.site, self._flows()

    async def open(self, *registered: str) -> Desk:
        """Make the plan; these agents' phones are registered."""
        self.plan = await self.switch._make_plan(self.site, self._flows())
        for port, agent in enumerate(registered, 40001):
            flow = Flow("UDP", ("127.0.0.1", 5060), ("127.0.0.9", port))
            assert register(self.switch._admission, agent, PHONES[agent], flow=flow).status == 200
        return self

    def call(self, number: str, *, source: str = "trunk:carrier", more: str = "") -> Call:
        """A call to a number."""
        self._serial += 1
        caller = source.removeprefix("agent:") if source.startswith("agent:") else "0955123456"
        leg = FakeLeg(
            self.switch.context, f"call-{self._serial}", called=number, caller=caller, source=source
        )
        invite = request("INVITE", number, more=more)
        if "Max-Forwards" in more:
            invite.headers.set("Max-Forwards", more.split(":")[1].strip())
        return Call(self.plan, leg, invite)

    async def close(self) -> None:
        await self.switch.close()


class Call:
    """One call from its offer to its end, as the router has it."""

    def __init__(self, plan: NumberPlan, leg: FakeLeg, invite: Any) -> None:
        self.leg = leg
        self._plan = plan
        self._invite = invite
        self.task = asyncio.ensure_future(self._run())

    async def _run(self) -> None:
        with contextlib.suppress(LegClosed):
            if self._plan.accept(self.leg.real, self._invite):
                await self._plan.serve(self.leg.real, self._invite)

    @property
    def status(self) -> int | None:
        """With what the call was refused, None while it is not over."""
        return self.leg.end.status if self.leg.end is not None else None


@contextlib.asynccontextmanager
async def desk(folder: Path, *registered: str) -> Any:
    opened = await Desk(folder / "site").open(*registered)
    try:
        yield opened
    finally:
        await opened.close()


@virtual_time
async def test_a_number_that_nobody_has_is_a_404(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        call = d.call("4999")
        await call.task
        assert call.status == 404


@virtual_time
async def test_a_trunk_does_not_get_out_through_a_trunk(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        call = d.call("0301234")
        await call.task
        assert (call.status, d.phones.legs) == (404, [])


@virtual_time
async def test_an_agent_does_and_shows_the_trunks_number(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        call = d.call("0301234", source="agent:1001")
        await settle()
        (outside,) = d.phones.ringing()
        assert str(outside.target.uri) == "sip:0301234@sip.example.org:5060"
        assert (outside.target.shown, outside.caller) == ("4900", "1001")
        outside.refuse(486)
        await call.task
        assert call.status == 486


@pytest.mark.parametrize(
    ("number", "status"),
    [("+19005551234", 403), ("09001234567", 403), ("+8821612345678", 403), ("1003", 404)],
)
@virtual_time
async def test_an_agent_is_refused_what_is_not_allowed_and_nobody_is_called(
    tmp_path: Path, number: str, status: int
) -> None:
    async with desk(tmp_path) as d:
        call = d.call(number, source="agent:1001")
        await call.task
        assert (call.status, d.phones.legs) == (status, [])
        assert not d.plan.answers(number, "agent:1001")
        (event,) = [event for event in d.switch.journal.recent if isinstance(event, OutsideCallRefused)]
        assert (event.way, event.agent, event.call, event.number) == ("phone", "1001", "call-1", number)
        assert d.switch.outside_refusals() == {("phone", event.reason): 1}


@virtual_time
async def test_an_agent_always_reaches_the_emergency_service(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        call = d.call("112", source="agent:1001")
        await settle()
        (outside,) = d.phones.ringing()
        assert str(outside.target.uri) == "sip:112@sip.example.org:5060"
        outside.refuse(486)
        await call.task


@pytest.mark.parametrize(
    ("error", "status"), [(NotAcceptable("no codec in common"), 488), (SdpError("no m= line"), 400)]
)
def test_an_offer_that_can_not_work_is_refused_at_once(tmp_path: Path, error: Exception, status: int) -> None:
    @virtual_time
    async def scene() -> None:
        async with desk(tmp_path) as d:
            call = d.call("4900")
            call.leg.bad_offer = error
            await call.task
            assert (call.status, call.leg.answered) == (status, False)

    scene()


@virtual_time
async def test_feature_codes_are_for_agents_alone(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        code = next(iter(d.site.settings.agents.feature_codes.model_dump().values()))
        refused = d.call(code)
        await refused.task
        assert refused.status == 404
        served = d.call(code, source="agent:1001")
        await settle()
        assert served.leg.answered
        served.leg.far_hang_up()
        await served.task


@virtual_time
async def test_hold_answers_and_says_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        call = d.call("4900")
        await asyncio.sleep(3600)
        assert (call.leg.answered, call.leg.audio.heard) == (True, [])
        call.leg.far_hang_up()
        await call.task


@virtual_time
async def test_nobody_registered_is_a_480_at_once(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        call = d.call("1001")
        await call.task
        assert (call.status, running().time()) == (480, 0.0)


@virtual_time
async def test_two_phones_ring_and_the_first_answer_wins(tmp_path: Path) -> None:
    async with desk(tmp_path, "1001", "1002") as d:
        call = d.call("4910")
        await settle()
        first, second = d.phones.ringing()
        second.pick_up()
        await settle()
        assert not call.task.done(), call.task.exception()
        assert (call.leg.answered, first.is_over, second.is_over) == (True, True, False)
        assert "completed elsewhere" in (first.header or "")
        call.leg.far_hang_up()
        await call.task
        assert second.is_over
        assert all(bridge.closed for bridge in d.phones.engine.bridges)


@virtual_time
async def test_two_that_answer_in_the_same_moment_make_one_conversation(tmp_path: Path) -> None:
    async with desk(tmp_path, "1001", "1002") as d:
        call = d.call("4910")
        await settle()
        for phone in d.phones.ringing():
            phone.pick_up()
        await settle()
        assert [len(d.phones.live()), len(d.phones.engine.bridges)] == [1, 1]
        call.leg.far_hang_up()
        await call.task
        assert d.phones.live() == []


@virtual_time
async def test_the_caller_gives_up_as_a_phone_answers(tmp_path: Path) -> None:
    async with desk(tmp_path, "1001", "1002") as d:
        call = d.call("4910")
        await settle()
        d.phones.ringing()[0].pick_up()
        call.leg.far_hang_up()
        await call.task
        assert (d.phones.live(), d.phones.engine.bridges) == ([], [])


@virtual_time
async def test_the_caller_gives_up_while_the_way_to_a_phone_is_looked_for(tmp_path: Path) -> None:
    async with desk(tmp_path, "1001", "1002") as d:
        d.phones.dial_seconds = 2.0
        call = d.call("4910")
        await asyncio.sleep(3)
        call.leg.far_hang_up()
        await call.task
        assert d.phones.live() == []


@pytest.mark.parametrize(("number", "seconds"), [("4910", 12.0), ("4911", 30.0)])
def test_phones_ring_for_as_long_as_the_number_or_the_site_says(
    tmp_path: Path, number: str, seconds: float
) -> None:
    @virtual_time
    async def scene() -> None:
        async with desk(tmp_path, "1001", "1002") as d:
            call = d.call(number)
            await call.task
            assert (running().time(), call.status, d.phones.live()) == (seconds, 480, [])

    scene()


@virtual_time
async def test_a_phone_that_can_not_be_reached_is_skipped(tmp_path: Path) -> None:
    async with desk(tmp_path, "1001", "1002") as d:
        (binding,) = d.switch._admission.phones_of("1001")
        d.phones.unreachable.add(str(binding.contact.uri))
        call = d.call("4910")
        await settle()
        assert [leg.called for leg in d.phones.ringing()] == ["agent:1002"]
        call.leg.far_hang_up()
        await call.task


@virtual_time
async def test_nobody_can_be_reached_is_a_480(tmp_path: Path) -> None:
    async with desk(tmp_path, "1001") as d:
        (binding,) = d.switch._admission.phones_of("1001")
        d.phones.unreachable.add(str(binding.contact.uri))
        call = d.call("1001")
        await call.task
        assert call.status == 480


@pytest.mark.parametrize(("hops", "status", "rings"), [(1, 483, 0), (2, None, 1)])
def test_a_loop_through_us_ends(tmp_path: Path, hops: int, status: int | None, rings: int) -> None:
    @virtual_time
    async def scene() -> None:
        async with desk(tmp_path, "1001") as d:
            call = d.call("1001", more=f"Max-Forwards: {hops}")
            await settle()
            assert (call.status, len(d.phones.ringing())) == (status, rings)
            call.leg.far_hang_up()
            await call.task

    scene()


@virtual_time
async def test_phones_are_shown_an_agents_own_number(tmp_path: Path) -> None:
    async with desk(tmp_path, "1002") as d:
        calls = [d.call("1002", source="agent:1001"), d.call("1002")]
        await settle()
        assert [leg.caller for leg in d.phones.ringing()] == ["1001", "0955123456"]
        for call in calls:
            call.leg.far_hang_up()
            await call.task


@virtual_time
async def test_who_answers_and_hangs_up_in_the_same_moment_has_had_a_call(tmp_path: Path) -> None:
    async with desk(tmp_path, "1002") as d:
        call = d.call("4911")
        await settle()
        (phone,) = d.phones.ringing()
        phone.pick_up()
        phone.far_hang_up()
        await call.task
        assert call.leg.answered
        assert call.status is None
        assert call.leg.is_over


@virtual_time
async def test_a_phone_behind_an_edge_proxy_is_called_by_its_path(tmp_path: Path) -> None:
    async with desk(tmp_path) as d:
        flow = Flow("UDP", ("127.0.0.1", 5060), ("127.0.0.9", 40001))
        path = "Path: <sip:edge.example;lr;ob>\r\n"
        assert register(d.switch._admission, "1002", PHONES["1002"], flow=flow, more=path).status == 200
        (target,) = d.plan.directory.targets("1002", Asker("phone", "1001"))
        assert target.route == ("<sip:edge.example;lr;ob>",)
        assert not target.stay_on_flow


@pytest.mark.parametrize(
    ("uri", "number"),
    [
        ("sip:4910@h", "4910"),
        ("sip:1002;phone-context=+49@h;user=phone", "1002"),
        ("tel:+49-4911", "4911"),
        ("sip:0351/123-4567@h", "03511234567"),
        ("tel:3511234567;phone-context=+49", "+493511234567"),
        ("sip:1234567;phone-context=+49351@h", "+493511234567"),
        ("sip:0351%201234567;cpc=ordinary@h", "03511234567"),
    ],
)
@virtual_time
async def test_a_call_is_passed_on_to_a_number_in_any_form(tmp_path: Path, uri: str, number: str) -> None:
    async with desk(tmp_path, "1002") as d:
        destination = d.plan.queue_services.destination(parse_uri(uri), "1001", "c1")
        assert destination is not None
        assert destination.number == number
        assert destination.targets


@pytest.mark.parametrize(
    "uri", ["sip:0900123456@h", "tel:900123456;phone-context=+49", "sip:00882;x@h", "sip:+44;x=1@h"]
)
@virtual_time
async def test_no_form_of_a_number_gets_around_the_permissions(tmp_path: Path, uri: str) -> None:
    async with desk(tmp_path) as d:
        with pytest.raises(NotPermitted):
            d.plan.queue_services.destination(parse_uri(uri), "1001", "c1")

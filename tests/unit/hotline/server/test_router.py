"""The life of a call under the router, in virtual time: every order in which its ends can meet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, cast

import pytest

from hotline.server.router import Router
from telephony.call.events import CallEnded as CallIsOver
from telephony.call.leg import CallLeg
from telephony.sip.message import Request
from tests.support.fake_leg import FakeJournal, FakeLeg, fake_context
from tests.support.virtual_time import running, settle, virtual_time

REQUEST = cast(Request, None)
Work = Callable[[CallLeg], Coroutine[Any, Any, None]]


class Plan:
    """Has every call served by one coroutine."""

    def __init__(self, work: Work, *, accepts: bool = True) -> None:
        self._work = work
        self._accepts = accepts

    def accept(self, leg: CallLeg, request: Request) -> bool:
        if not self._accepts:
            leg.reject(404)
        return self._accepts

    def serve(self, leg: CallLeg, request: Request) -> Coroutine[Any, Any, None]:
        return self._work(leg)


class Calls:
    """A router, and legs that are given to it."""

    def __init__(self, work: Work, *, accepts: bool = True) -> None:
        self.journal = FakeJournal()
        self.context = fake_context(self.journal)
        self.router = Router(self.context)
        self.router.plan = Plan(work, accepts=accepts)
        self._serial = 0

    def offer(self) -> FakeLeg:
        self._serial += 1
        leg = FakeLeg(self.context, f"call-{self._serial}")
        self.router.route(leg.real, REQUEST)
        return leg

    def check_over(self, by: str, count: int = 1) -> None:
        assert [event.by for event in self.journal.told(CallIsOver)] == [by] * count
        assert (self.router.legs, self.router.tasks) == ({}, 0)


async def echo(leg: CallLeg) -> None:
    leg.answer()
    await leg.wait_ended()


async def returns_at_once(leg: CallLeg) -> None:
    """As if there was nothing to do."""


async def speaks_for_a_minute(leg: CallLeg) -> None:
    leg.answer()
    await asyncio.sleep(60)


@virtual_time
async def test_the_caller_hangs_up() -> None:
    calls = Calls(echo)
    leg = calls.offer()
    await settle()
    assert calls.router.legs == {"call-1": leg}
    leg.far_hang_up()
    await settle()
    calls.check_over("remote")


@virtual_time
async def test_the_application_finishes() -> None:
    calls = Calls(speaks_for_a_minute)
    leg = calls.offer()
    await asyncio.sleep(61)
    assert leg.end is not None
    assert leg.end.reason == "application finished"
    calls.check_over("local")


@virtual_time
async def test_both_hang_up_in_the_same_moment() -> None:
    calls = Calls(speaks_for_a_minute)
    leg = calls.offer()
    await settle()
    running().call_later(60, leg.far_hang_up)
    await asyncio.sleep(61)
    await settle()
    assert len(calls.journal.told(CallIsOver)) == 1
    assert calls.router.legs == {}


@virtual_time
async def test_the_caller_gives_up_before_the_task_has_run() -> None:
    calls = Calls(echo)
    calls.offer().far_hang_up()
    await settle()
    calls.check_over("remote")


@virtual_time
async def test_what_the_plan_refuses_is_not_served() -> None:
    served = []

    async def work(leg: CallLeg) -> None:
        served.append(leg)

    calls = Calls(work, accepts=False)
    leg = calls.offer()
    await settle()
    assert leg.end is not None
    assert (leg.end.status, served) == (404, [])
    calls.check_over("local")


@virtual_time
async def test_an_application_that_returns_unanswered_ends_the_call() -> None:
    calls = Calls(returns_at_once)
    leg = calls.offer()
    await settle()
    assert leg.end is not None
    assert leg.end.status == 480
    calls.check_over("local")


@virtual_time
async def test_a_mistake_ends_one_call_and_no_other(caplog: pytest.LogCaptureFixture) -> None:
    async def work(leg: CallLeg) -> None:
        if leg.call == "call-2":
            raise KeyError("oops")
        await echo(leg)

    calls = Calls(work)
    legs = [calls.offer() for _ in range(3)]
    await settle()
    assert [leg.end.status if leg.end is not None else 0 for leg in legs] == [0, 500, 0]
    assert list(calls.router.legs) == ["call-1", "call-3"]
    assert [record.getMessage() for record in caplog.records if record.exc_info] == ["call failed"]
    for leg in (legs[0], legs[2]):
        leg.far_hang_up()
    await settle()
    assert calls.router.tasks == 0


@virtual_time
async def test_calls_in_progress_stay_on_their_plan() -> None:
    served: list[str] = []

    def work(version: str) -> Work:
        async def serve(leg: CallLeg) -> None:
            leg.answer()
            await asyncio.sleep(10)
            served.append(version)

        return serve

    calls = Calls(work("old"))
    calls.offer()
    await asyncio.sleep(5)
    calls.router.plan = Plan(work("new"))
    calls.offer()
    await asyncio.sleep(6)
    assert served == ["old"]
    await asyncio.sleep(5)
    assert served == ["old", "new"]


@pytest.mark.parametrize(("grace", "waited", "left"), [(100.0, 60.0, 0), (20.0, 20.0, 2)])
def test_waiting_for_calls_ends_with_the_last_or_in_time(grace: float, waited: float, left: int) -> None:
    @virtual_time
    async def scene() -> None:
        calls = Calls(speaks_for_a_minute)
        legs = [calls.offer(), calls.offer()]
        await calls.router.wait_idle(grace)
        await settle()
        assert (running().time(), calls.router.tasks) == (waited, left)
        for leg in legs:
            leg.hang_up("server stopped")
        await asyncio.sleep(60)
        assert calls.router.tasks == 0

    scene()


@virtual_time
async def test_nobody_is_waited_for_when_nobody_calls() -> None:
    await Calls(echo).router.wait_idle(100)
    assert running().time() == 0

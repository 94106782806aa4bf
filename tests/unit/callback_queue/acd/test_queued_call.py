"""A caller in a queue: every way in which a wait can end, and the moments in which two of them meet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from callback_queue.acd.queued_call import Abandoned
from callback_queue.agents.events import AgentConnected, AgentOffered
from callback_queue.customers.book import Customer
from callback_queue.customers.events import CustomerKnown
from callback_queue.line.events import QueueEntered, QueueLeft
from tests.support.fake_leg import FakeLeg
from tests.support.virtual_time import running, settle, virtual_time
from tests.unit.callback_queue.call_centre import CallCentre, InQueue, outcomes, passes

SUPPORT: dict[str, Any] = {"name": "support", "members": [1001, 1002], "ring_seconds": 20, "wrap_up": 30}


def left(centre: CallCentre) -> list[str]:
    return [event.why for event in centre.told(QueueLeft)]


def at(seconds: float, *calls: Callable[[], object]) -> None:
    """Let all of this happen in one turn of the loop, in this order."""
    for call in calls:
        running().call_later(seconds, call)


async def check_all_is_over(centre: CallCentre, *callers: InQueue) -> None:
    """Every call left the line once, no phone rings, no agent is kept, no future is left."""
    await passes(0)
    assert len(centre.told(QueueEntered)) == len(centre.told(QueueLeft))
    assert centre.distributor.snapshot()[0]["waiting"] == []
    assert not centre.ringing()
    for agent in ("1001", "1002"):
        assert centre.state(agent) in ("available", "offline", "wrap_up", "break")
    for caller in callers:
        assert caller.task.done()
    for leg in (*centre.switchboard.legs, *(caller.leg for caller in callers)):
        assert not leg._waiting
        if leg.is_over:
            assert leg.audio.on_digit is None
    for bridge in centre.switchboard.engine.bridges:
        assert bridge.closed


@virtual_time
async def test_a_call_from_the_queue_to_the_wrap_up() -> None:
    centre = CallCentre([SUPPORT])
    centre.register("1001")
    caller = centre.call_in()
    await settle()
    assert caller.leg.answered
    assert centre.ringing() == ["1001"]
    await passes(5)
    centre.phone("1001").pick_up()
    await settle()
    (connected,) = centre.told(AgentConnected)
    assert (connected.agent, connected.wait_ms, connected.leg) == ("1001", 5000, caller.leg.leg)
    assert (centre.state("1001"), caller.leg.media.bridged) == ("on_call", True)
    await passes(60)
    caller.leg.far_hang_up()
    assert await caller.result() == "done"
    assert (centre.state("1001"), left(centre)) == ("wrap_up", ["answered"])
    await check_all_is_over(centre, caller)


@virtual_time
async def test_callers_hear_music_and_announcements_until_an_agent_answers() -> None:
    centre = CallCentre([{**SUPPORT, "announce": {"every": 60}, "exit_key": "*"}])
    first, second = centre.call_in(), centre.call_in()
    await passes(130)
    assert second.leg.media.music is centre.services.music["support"]
    assert second.leg.audio.heard == ["queue"] * 6, "three announcements of two sentences"
    assert "You are number 2 in line." in centre.voice.spoken
    assert "To leave the line, press star." in centre.voice.spoken
    centre.register("1001")
    await settle()
    centre.phone("1001").pick_up()
    await settle()
    assert first.leg.media.music is None
    first.leg.far_hang_up()
    second.leg.far_hang_up()
    await asyncio.wait((first.task, second.task))
    assert isinstance(second.task.exception(), Abandoned)
    await check_all_is_over(centre, first, second)


@virtual_time
async def test_an_answer_stops_an_announcement_at_once() -> None:
    centre = CallCentre([{**SUPPORT, "announce": {"every": 60}}])
    centre.register("1001")
    caller = centre.call_in()
    await passes(0.5)
    assert caller.leg.media.playing is not None
    centre.phone("1001").pick_up()
    await settle()
    assert caller.leg.media.playing is None
    caller.leg.far_hang_up()
    await caller.result()
    await check_all_is_over(centre, caller)


@virtual_time
async def test_phones_show_a_customers_name_and_tier() -> None:
    centre = CallCentre([SUPPORT])
    centre.register("1001")
    centre.customers["0955123456"] = Customer("C-1", "Anna Schmidt", ("0955123456",), tier="vip")
    caller = centre.call_in()
    await settle()
    assert centre.phone("1001").shown == ("0955123456", "VIP Anna Schmidt")
    assert [known.tier for known in centre.told(CustomerKnown)] == ["vip"]
    caller.leg.far_hang_up()
    assert isinstance(await caller.error(), Abandoned)
    await check_all_is_over(centre, caller)


# --- two things at once ----------------------------------------------------------------------------------


@pytest.mark.parametrize("caller_first", [True, False])
@virtual_time
async def test_the_caller_hangs_up_as_the_agent_answers(caller_first: bool) -> None:
    centre = CallCentre([SUPPORT])
    centre.register("1001")
    caller = centre.call_in()
    await passes(5)
    agent = centre.phone("1001")
    both = (caller.leg.far_hang_up, agent.pick_up)
    at(1, *(both if caller_first else both[::-1]))
    error = await caller.error()
    assert isinstance(error, Abandoned)
    assert (error.queue, error.cut_off, left(centre)) == ("support", False, ["abandoned"])
    assert agent.is_over
    assert not centre.told(AgentConnected)
    await check_all_is_over(centre, caller)


@virtual_time
async def test_the_agent_hangs_up_in_the_moment_of_the_answer() -> None:
    centre = CallCentre([SUPPORT])
    centre.register("1001")
    caller = centre.call_in()
    await passes(5)
    agent = centre.phone("1001")
    at(1, agent.pick_up, agent.far_hang_up)
    await passes(1)
    assert not caller.task.done(), "the caller waits on"
    assert outcomes(centre)["1001"][0] == "refused"
    caller.leg.far_hang_up()
    assert isinstance(await caller.error(), Abandoned)
    await check_all_is_over(centre, caller)


@virtual_time
async def test_the_exit_key_while_a_phone_rings() -> None:
    centre = CallCentre([{**SUPPORT, "exit_key": "*"}])
    centre.register("1001")
    caller = centre.call_in()
    await passes(5)
    agent = centre.phone("1001")
    caller.leg.press("5*")
    assert await caller.result() == "key"
    assert agent.is_over
    assert (left(centre), outcomes(centre)) == (["key"], {"1001": ["caller_gone"]})
    assert centre.state("1001") == "available"
    await check_all_is_over(centre, caller)


@pytest.mark.parametrize("key_first", [True, False])
@virtual_time
async def test_the_exit_key_as_the_agent_answers(key_first: bool) -> None:
    centre = CallCentre([{**SUPPORT, "exit_key": "*"}])
    centre.register("1001")
    caller = centre.call_in()
    await passes(5)
    agent = centre.phone("1001")
    both = (lambda: caller.leg.press("*"), agent.pick_up)
    at(1, *(both if key_first else both[::-1]))
    await passes(2)
    if caller.task.done():
        assert (await caller.result(), agent.is_over, left(centre)) == ("key", True, ["key"])
    else:
        assert left(centre) == ["answered"]
        caller.leg.far_hang_up()
        await caller.result()
    await check_all_is_over(centre, caller)


@virtual_time
async def test_the_exit_key_of_the_flow_goes_before_the_queues() -> None:
    centre = CallCentre([{**SUPPORT, "exit_key": "*"}])
    caller = centre.call_in(exit_key="#")
    await settle()
    caller.leg.press("*")
    await settle()
    assert not caller.task.done()
    caller.leg.press("#")
    assert await caller.result() == "key"
    await check_all_is_over(centre, caller)


@virtual_time
async def test_the_longest_wait_does_not_end_a_ringing() -> None:
    centre = CallCentre([{**SUPPORT, "max_wait": 30}])
    caller = centre.call_in()
    await passes(25)
    centre.register("1001")
    await passes(15)
    assert centre.ringing() == ["1001"], "40 s"
    centre.phone("1001").pick_up()
    await settle()
    assert left(centre) == ["answered"]
    caller.leg.far_hang_up()
    assert await caller.result() == "done"
    await check_all_is_over(centre, caller)


@virtual_time
async def test_the_longest_wait_ends_after_a_ringing_that_nobody_answered() -> None:
    centre = CallCentre([{**SUPPORT, "max_wait": 30}])
    caller = centre.call_in()
    await passes(25)
    centre.register("1001", "1002")
    assert await caller.result() == "timeout"
    assert running().time() == pytest.approx(45)
    assert outcomes(centre) == {"1001": ["no_answer"]}
    await check_all_is_over(centre, caller)


@pytest.mark.parametrize("agent_first", [True, False])
@virtual_time
async def test_an_agent_comes_free_in_the_very_moment_of_the_longest_wait(agent_first: bool) -> None:
    centre = CallCentre([{**SUPPORT, "max_wait": 30}])
    if agent_first:
        at(30, lambda: centre.register("1001"))
    caller = centre.call_in()
    await settle()
    if not agent_first:
        at(30, lambda: centre.register("1001"))
    await passes(31)
    if caller.task.done():
        assert (await caller.result(), left(centre)) == ("timeout", ["timeout"])
        assert centre.state("1001") == "available"
    else:
        centre.phone("1001").pick_up()
        await settle()
        caller.leg.far_hang_up()
        await caller.result()
    await check_all_is_over(centre, caller)


@virtual_time
async def test_the_answer_in_the_very_moment_in_which_the_ringing_time_is_over() -> None:
    centre = CallCentre([SUPPORT])
    centre.register("1001")
    caller = centre.call_in()
    await settle()
    at(20, centre.phone("1001").pick_up)
    await passes(21)
    assert left(centre) in (["answered"], [])
    caller.leg.far_hang_up()
    await asyncio.wait((caller.task,))
    caller.task.exception()
    await check_all_is_over(centre, caller)


@virtual_time
async def test_the_flows_limit_counts_over_all_queues_and_leads_back_to_it() -> None:
    second = {"name": "second", "members": [1002], "max_wait": 60}
    centre = CallCentre([{**SUPPORT, "max_wait": 30, "overflow": "second"}, second])
    caller = centre.call_in(max_wait=40)
    assert await caller.result() == "timeout"
    assert running().time() == pytest.approx(40)
    assert left(centre) == ["overflow", "timeout"]
    assert caller.task.result().queue == "second"
    entered = centre.told(QueueEntered)
    assert entered[0].arrival == entered[1].arrival, "the place is kept"
    await check_all_is_over(centre, caller)


@virtual_time
async def test_overflow_while_the_other_queues_agent_comes_free() -> None:
    second = {"name": "second", "members": [1002]}
    centre = CallCentre([{**SUPPORT, "members": [1001], "max_wait": 30, "overflow": "second"}, second])
    caller = centre.call_in()
    await settle()
    at(30, lambda: centre.register("1001"), lambda: centre.register("1002"))
    await passes(31)
    (phone,) = centre.switchboard.ringing()
    phone.pick_up()
    await settle()
    assert left(centre)[-1] == "answered"
    caller.leg.far_hang_up()
    assert await caller.result() == "done"
    assert {centre.state("1001"), centre.state("1002")} == {"available", "wrap_up"}
    await check_all_is_over(centre, caller)


@virtual_time
async def test_a_full_queue_and_one_without_staff_let_nobody_in() -> None:
    centre = CallCentre(
        [{**SUPPORT, "max_length": 1}, {"name": "nobody", "members": [1001], "when_nobody": "leave"}]
    )
    first, second, third = centre.call_in(), centre.call_in(), centre.call_in("nobody")
    assert await second.result() == "full"
    assert await third.result() == "no_agents"
    first.leg.far_hang_up()
    await first.error()
    assert sorted(left(centre)) == ["abandoned", "full", "no_agents"]
    await check_all_is_over(centre, first, second, third)


@virtual_time
async def test_the_last_agent_logs_out_while_the_phone_rings() -> None:
    centre = CallCentre([{**SUPPORT, "when_nobody": "leave"}])
    centre.register("1001")
    caller = centre.call_in()
    await passes(5)
    assert centre.ringing() == ["1001"]
    await centre.roster.answer({"agent": "1001", "action": "log_out"})
    await passes(20)
    assert await caller.result() == "no_agents"
    await check_all_is_over(centre, caller)


@virtual_time
async def test_a_call_that_we_end_is_cut_off_and_so_is_a_task_that_is_cancelled() -> None:
    centre = CallCentre([SUPPORT])
    centre.register("1001")
    first, second = centre.call_in(), centre.call_in()
    await passes(3)
    first.leg.hang_up("server stopped")
    error = await first.error()
    assert isinstance(error, Abandoned)
    assert error.cut_off
    second.task.cancel()
    await asyncio.wait((second.task,))
    assert left(centre) == ["cut_off", "cut_off"]
    await check_all_is_over(centre, first, second)


@virtual_time
async def test_the_agents_phone_is_gone_in_the_talk() -> None:
    centre = CallCentre([SUPPORT])
    centre.register("1001")
    caller = centre.call_in()
    await settle()
    centre.phone("1001").pick_up()
    await passes(10)
    centre.unregister("1001")
    assert centre.state("1001") == "on_call", "a call is finished first"
    centre.switchboard.legs[0].lose()
    await settle()
    assert centre.distributor.callers("support") == 1, "somebody else has to serve the caller"
    assert centre.state("1001") == "wrap_up"
    await passes(30)
    assert centre.state("1001") == "offline"
    caller.leg.far_hang_up()
    assert isinstance(await caller.error(), Abandoned)
    await check_all_is_over(centre, caller)


@virtual_time
async def test_a_wrap_up_runs_out_while_the_agents_phone_rings_for_another_call() -> None:
    centre = CallCentre([SUPPORT])
    centre.register("1001")
    first, second = centre.call_in(), centre.call_in()
    await settle()
    centre.phone("1001").pick_up()
    await passes(10)
    first.leg.far_hang_up()
    await first.result()
    assert centre.state("1001") == "wrap_up"
    centre.dial("1001", "direct", "d")
    await passes(31)
    assert centre.state("1001") == "ringing"
    assert not centre.switchboard.ringing()
    centre.end("direct", "d")
    await settle()
    assert centre.ringing() == ["1001"], "free for the line now"
    centre.phone("1001").pick_up()
    await settle()
    second.leg.far_hang_up()
    assert await second.result() == "done"
    await check_all_is_over(centre, first, second)


@virtual_time
async def test_a_reload_that_removes_the_agent_who_is_rung() -> None:
    centre = CallCentre([SUPPORT])
    centre.register("1001", "1002")
    caller = centre.call_in()
    await settle()
    (rung,) = centre.ringing()
    other = ({"1001", "1002"} - {rung}).pop()
    centre.use([{**SUPPORT, "members": [int(other)]}], [other])
    await passes(21)
    assert rung not in centre.roster
    assert centre.ringing() == [other]
    centre.phone(other).pick_up()
    await settle()
    caller.leg.far_hang_up()
    assert await caller.result() == "done"


@virtual_time
async def test_many_callers_with_little_patience_and_agents_who_come_and_go() -> None:
    centre = CallCentre([{**SUPPORT, "exit_key": "*", "max_wait": 40, "ring_seconds": 5, "wrap_up": 3}])
    callers = []

    def answers(leg: FakeLeg) -> None:
        number = len(centre.switchboard.legs)
        if number % 3 == 0:
            running().call_later(2, leg.pick_up)
            running().call_later(2 + number % 7, leg.far_hang_up)
        elif number % 3 == 1:
            running().call_later(2, leg.refuse, 486)

    centre.switchboard.on_dial = answers
    for number in range(60):
        if number % 10 == 0:
            centre.register("1001", "1002")
        elif number % 10 == 7:
            centre.unregister("1001")
        caller = centre.call_in()
        callers.append(caller)
        if number % 4 == 0:
            running().call_later(number % 9, caller.leg.far_hang_up)
        elif number % 4 == 1:
            running().call_later(2, caller.leg.press, "*")
        await passes(1)
    await passes(300)
    for caller in callers:
        assert caller.task.done()
        caller.task.exception()
        caller.leg.hang_up()
    assert centre.told(AgentConnected)
    assert len(centre.told(AgentOffered)) == sum(len(ends) for ends in outcomes(centre).values())
    await passes(30)
    await check_all_is_over(centre, *callers)

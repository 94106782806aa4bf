"""A customer and an agent talk: the end by either side, transfers, and what is left of them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from callback_queue.acd.events import SurveyAnswered, SurveyOffered
from callback_queue.acd.queued_call import Abandoned
from callback_queue.acd.services import Destination
from callback_queue.acd.survey import SECONDS, survey
from callback_queue.acd.talking import GOODBYE_SECONDS
from callback_queue.agents.events import AgentConnected, CallTransferred
from callback_queue.line.events import QueueEntered, QueueLeft
from telephony.call.leg import CallLeg
from telephony.call.switchboard import Target
from telephony.sip.uri import parse_uri
from tests.support.fake_leg import FakeAudio, FakeLeg
from tests.support.virtual_time import running, settle, virtual_time
from tests.unit.callback_queue.call_centre import TRANSFER_SECONDS, CallCentre, InQueue, passes

SUPPORT: dict[str, Any] = {"name": "support", "members": [1001], "wrap_up": 30}


async def talking(**queue: Any) -> tuple[CallCentre, InQueue, FakeLeg]:
    """A caller who talks to 1001."""
    centre = CallCentre([{**SUPPORT, **queue}])
    centre.register("1001")
    centre.destinations["1003"] = Destination(
        "1003", (Target(parse_uri("sip:1003@phone"), "agent:1003"),), agent="1003"
    )
    centre.register("1003")
    caller = centre.call_in()
    await settle()
    agent = centre.phone("1001")
    agent.pick_up()
    await settle()
    assert agent.media.bridged
    return centre, caller, agent


@virtual_time
async def test_the_customer_hangs_up_and_so_does_the_agents_phone() -> None:
    _, caller, agent = await talking(record=True)
    await passes(10)
    caller.leg.far_hang_up()
    assert await caller.result() == "done"
    assert agent.is_over
    (recording,) = caller.leg.audio.recordings
    assert not recording.running
    assert recording.path.name == f"{caller.leg.call}-{agent.leg}.wav"


@virtual_time
async def test_while_one_side_holds_the_other_hears_music() -> None:
    centre, caller, agent = await talking()
    agent.far_hold(True)
    assert caller.leg.media.music is centre.services.calls.music
    agent.far_hold(False)
    assert caller.leg.media.music is None
    agent.far_hold(True)
    caller.leg.far_hang_up()
    assert await caller.result() == "done"


@virtual_time
async def test_both_hang_up_at_once() -> None:
    centre, caller, agent = await talking(survey=True)
    running().call_later(5, caller.leg.far_hang_up)
    running().call_later(5, agent.far_hang_up)
    assert await caller.result() == "done"
    assert not centre.told(SurveyOffered)


@virtual_time
async def test_a_call_is_passed_on_to_another_agent_who_has_the_wrap_up_too() -> None:
    centre, caller, agent = await talking()
    assert agent.ask_for_transfer("1003")
    assert not agent.ask_for_transfer("1003"), "one at a time"
    await settle()
    assert caller.leg.media.music is centre.services.calls.music
    other = centre.phone("1003")
    other.ring()
    other.pick_up()
    await settle()
    assert agent.transfer.reported == [180, 200]
    assert (other.media.bridged, caller.leg.media.music) == (True, None)
    assert [(told.agent, told.to_agent, told.status) for told in centre.told(CallTransferred)] == [
        ("1001", "1003", 200)
    ]
    await passes(GOODBYE_SECONDS)
    assert agent.is_over, "a phone that does not hang up by itself"
    assert (centre.state("1001"), centre.state("1003")) == ("wrap_up", "on_call")
    caller.leg.far_hang_up()
    assert await caller.result() == "done"
    assert centre.state("1003") == "wrap_up"


@virtual_time
async def test_an_agent_whose_phone_hangs_up_as_soon_as_it_asked_gives_the_wrap_up_on() -> None:
    centre, caller, agent = await talking()
    agent.ask_for_transfer("1003")
    await settle()
    agent.far_hang_up()
    assert centre.state("1001") == "wrap_up"
    centre.phone("1003").pick_up()
    await passes(3)
    centre.switchboard.live("agent:1003")[0].far_hang_up()
    assert await caller.result() == "done"
    assert centre.state("1003") == "wrap_up"


@virtual_time
async def test_nobody_answers_and_the_agent_has_the_customer_back() -> None:
    _, caller, agent = await talking()
    agent.ask_for_transfer("1003")
    await passes(TRANSFER_SECONDS)
    assert agent.transfer.reported == [480]
    assert (agent.media.bridged, caller.leg.media.music) == (True, None)
    caller.leg.far_hang_up()
    assert await caller.result() == "done"


@virtual_time
async def test_nobody_answers_and_the_agent_is_gone_so_the_customer_is_back_in_the_line() -> None:
    centre, caller, agent = await talking()
    agent.ask_for_transfer("1003")
    await settle()
    agent.far_hang_up()
    await passes(TRANSFER_SECONDS)
    assert [left.why for left in centre.told(QueueLeft)] == ["answered"]
    assert centre.distributor.callers("support") == 1
    await passes(30)  # the wrap-up
    centre.phone("1001").pick_up()
    await settle()
    assert len(centre.told(AgentConnected)) == 2
    caller.leg.far_hang_up()
    assert await caller.result() == "done"


@virtual_time
async def test_the_customer_hangs_up_while_being_passed_on() -> None:
    centre, caller, agent = await talking()
    agent.ask_for_transfer("1003")
    await passes(3)
    assert centre.ringing() == ["1003"]
    caller.leg.far_hang_up()
    error = await caller.error()
    assert isinstance(error, Abandoned)
    assert not error.cut_off
    assert not centre.switchboard.live()
    assert [told.status for told in centre.told(CallTransferred)] == [487]
    answered, left = centre.told(QueueLeft)
    assert (answered.why, left.why, left.wait_ms) == ("answered", "abandoned", 3000)


@virtual_time
async def test_who_waits_for_a_target_after_the_agent_has_gone_and_hangs_up_was_not_served() -> None:
    centre, caller, agent = await talking()
    began = centre.now
    await passes(60)
    agent.ask_for_transfer("1003")
    await settle()
    agent.far_hang_up()
    await passes(7)
    caller.leg.far_hang_up()
    error = await caller.error()
    assert isinstance(error, Abandoned)
    assert error.arrival == began, "the place in the line is kept"
    assert centre.told(QueueLeft)[-1].wait_ms == 7000


@virtual_time
async def test_a_customer_whose_agents_phone_died_goes_to_another_agent_first() -> None:
    centre, caller, agent = await talking(members=[1001, 1002])
    await passes(60)
    agent.lose()
    await settle()
    assert centre.distributor.callers("support") == 1
    centre.register("1002")
    await settle()
    assert centre.ringing() == ["1002"]
    centre.phone("1002").pick_up()
    await passes(30)
    caller.leg.far_hang_up()
    assert await caller.result() == "done"
    first, second = centre.told(QueueEntered)
    assert first.arrival == second.arrival


@pytest.mark.parametrize("how", ["died", "hung up by us", "at once"])
@virtual_time
async def test_who_is_back_in_the_line_and_hangs_up_was_not_served(how: str) -> None:
    centre, caller, agent = await talking(wrap_up=0)
    await passes(0.06 if how == "at once" else 10)
    {"died": agent.lose, "hung up by us": agent.hang_up, "at once": agent.far_hang_up}[how]()
    await passes(5)
    assert centre.ringing() == [], "a phone that loses calls rests"
    caller.leg.far_hang_up()
    assert isinstance(await caller.error(), Abandoned)
    assert [left.why for left in centre.told(QueueLeft)] == ["answered", "abandoned"]


@virtual_time
async def test_a_recording_that_cannot_be_made_costs_nobody_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(FakeAudio, "record", full)
    _, caller, agent = await talking(record=True)
    assert agent.media.bridged
    caller.leg.far_hang_up()
    assert await caller.result() == "done"


@pytest.mark.parametrize("agent_first", [True, False])
@virtual_time
async def test_a_transfer_in_the_moment_in_which_the_customer_hangs_up(agent_first: bool) -> None:
    centre, caller, agent = await talking()
    both = [lambda: agent.ask_for_transfer("1003"), caller.leg.far_hang_up]
    for step in both if agent_first else both[::-1]:
        running().call_later(1, step)
    error = await caller.error()
    # Who hangs up after the agent has passed the call on was not served by anybody; before, by the agent.
    assert isinstance(error, Abandoned) if agent_first else error is None
    assert not centre.switchboard.live()
    assert agent.transfer.on_requested is None


@virtual_time
async def test_a_call_is_passed_on_to_a_number_that_answers_by_itself() -> None:
    served: list[str] = []

    async def serve(leg: CallLeg, language: str) -> None:
        served.append(language)
        await leg.wait_ended()

    centre, caller, agent = await talking()
    centre.destinations["4020"] = Destination("4020", queue="sales", serve=serve)
    agent.ask_for_transfer("4020")
    await passes(GOODBYE_SECONDS)
    assert (served, agent.is_over, caller.leg.media.music) == (["en"], True, None)
    caller.leg.far_hang_up()
    assert await caller.result() == "done"
    assert not agent.ask_for_transfer("4020")


@virtual_time
async def test_nothing_is_passed_on_to_a_number_that_leads_nowhere() -> None:
    _, caller, agent = await talking()
    assert not agent.ask_for_transfer("9")
    assert agent.media.bridged
    caller.leg.far_hang_up()
    await caller.result()


# --- survey ----------------------------------------------------------------------------------------------


def scores(centre: CallCentre) -> list[int]:
    return [event.score for event in centre.told(SurveyAnswered)]


@virtual_time
async def test_a_customer_rates_the_call_when_the_agent_has_hung_up() -> None:
    centre, caller, agent = await talking(survey=True)
    await passes(30)
    agent.far_hang_up()
    await passes(1)
    caller.leg.press("4")
    assert await caller.result() == "done"
    assert scores(centre) == [4]
    assert [(event.queue, event.agent) for event in centre.told(SurveyAnswered)] == [("support", "1001")]


@pytest.mark.parametrize(
    ("keys", "given"), [("9", []), ("0", []), ("95", [5]), ("", []), ("51", [5])], ids=str
)
@virtual_time
async def test_keys_that_are_no_score_and_a_second_try(keys: str, given: list[int]) -> None:
    centre = CallCentre([SUPPORT])
    leg = FakeLeg(centre.context, "c1")
    asking = asyncio.ensure_future(survey(leg.real, centre.services, "support", "1001", "en"))
    for number, key in enumerate(keys):
        running().call_later(3 + number * (SECONDS - 1), leg.press, key)
    await asking
    assert scores(centre) == given
    assert leg.media.playing is None
    assert running().time() < 2 * (SECONDS + 3)


@pytest.mark.parametrize("after", [0.5, 4.0])
@virtual_time
async def test_a_customer_who_hangs_up_in_the_survey_has_not_answered(after: float) -> None:
    centre = CallCentre([SUPPORT])
    leg = FakeLeg(centre.context, "c1")
    running().call_later(after, leg.far_hang_up)
    await survey(leg.real, centre.services, "support", "1001", "en")
    assert (len(centre.told(SurveyOffered)), scores(centre)) == (1, [])


@virtual_time
async def test_a_customer_who_has_hung_up_already_is_not_asked() -> None:
    centre = CallCentre([SUPPORT])
    leg = FakeLeg(centre.context, "c1")
    leg.far_hang_up()
    await survey(leg.real, centre.services, "support", "1001", "en")
    assert not centre.told(SurveyOffered)

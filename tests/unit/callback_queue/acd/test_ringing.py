"""Ringing agents: who wins, what is said of the others, and that every phone falls silent."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from callback_queue.acd.ringing import NobodyTook, ring_agents
from callback_queue.agents.events import AgentOfferEnded, OfferOutcome
from callback_queue.line.distributor import Place
from telephony.call.errors import LegClosed
from telephony.call.forking import ANSWERED_ELSEWHERE
from telephony.call.leg import CallLeg
from telephony.call.switchboard import Caller
from tests.support.fake_leg import FakeLeg
from tests.support.virtual_time import running, settle, virtual_time
from tests.unit.callback_queue.call_centre import CONFIRM_SECONDS, CallCentre, outcomes, passes
from tts.parts import Text

SUPPORT: dict[str, Any] = {"name": "support", "members": [1001, 1002], "strategy": "ring-all"}


class Ringing:
    """`ring_agents` for one place, in a task of its own."""

    def __init__(self, centre: CallCentre, *, summary: list[Text] | None = None, caller: bool = True) -> None:
        self.caller = FakeLeg(centre.context, "c1")
        self.place: Place = centre.distributor.queue(centre.entry("support", "c1"), leg=self.caller.leg)
        self._centre = centre
        self._summary = summary
        self._gone = self.caller.real if caller else None
        self.task: asyncio.Task[tuple[str, CallLeg]] = asyncio.ensure_future(self._ring())

    async def _ring(self) -> tuple[str, CallLeg]:
        async with self.place:
            return await ring_agents(
                self._centre.services,
                self.place,
                await self.place.next_offer(),
                Caller("0955"),
                ring_seconds=20.0,
                gone=self._gone,
                summary=self._summary,
            )


def a_centre(*agents: str, phones: int = 1) -> CallCentre:
    centre = CallCentre([SUPPORT])
    centre.register(*agents, phones=phones)
    return centre


async def nobody(ringing: Ringing) -> dict[str, OfferOutcome]:
    """Why nobody took it."""
    with pytest.raises(NobodyTook) as failure:
        await ringing.task
    return dict(failure.value.outcomes)


@virtual_time
async def test_two_agents_answer_at_once_and_one_of_them_has_the_call() -> None:
    centre = a_centre("1001", "1002")
    ringing = Ringing(centre)
    await passes(3)
    first, second = centre.phone("1001"), centre.phone("1002")
    running().call_later(1, second.pick_up)
    running().call_later(1, first.pick_up)
    agent, leg = await ringing.task
    assert [each.is_over for each in (first, second)].count(True) == 1
    loser = first if first.is_over else second
    assert loser.header == ANSWERED_ELSEWHERE
    assert not leg.is_over
    assert sorted(end.outcome for end in centre.told(AgentOfferEnded)) == ["answered", "elsewhere"]
    assert centre.state(agent) == "on_call"
    await settle()
    assert centre.state("1002" if agent == "1001" else "1001") == "available"
    leg.hang_up()


@virtual_time
async def test_all_phones_of_an_agent_ring_and_the_first_takes_the_call() -> None:
    centre = a_centre("1001", phones=2)
    ringing = Ringing(centre)
    await passes(1)
    desk, soft = centre.switchboard.ringing("agent:1001")
    soft.pick_up()
    agent, leg = await ringing.task
    assert (agent, leg, desk.is_over) == ("1001", soft, True)
    assert outcomes(centre) == {"1001": ["answered"]}
    soft.far_hang_up()
    assert centre.state("1001") == "wrap_up"


@pytest.mark.parametrize(
    ("statuses", "outcome"),
    [
        ([486], "busy"),
        ([600], "busy"),
        ([603], "refused"),
        ([480], "no_answer"),
        ([404], "unreachable"),
        ([503, 480], "no_answer"),
        ([480, 486], "busy"),
        ([486, 603], "refused"),
    ],
)
@virtual_time
async def test_what_the_phones_of_an_agent_say_together(statuses: list[int], outcome: str) -> None:
    centre = a_centre("1001", phones=len(statuses))
    ringing = Ringing(centre)
    await passes(1)
    for leg, status in zip(centre.switchboard.ringing(), statuses, strict=True):
        leg.refuse(status)
    assert await nobody(ringing) == {"1001": outcome}


@virtual_time
async def test_who_does_not_answer_is_given_up_after_the_ringing_time() -> None:
    centre = a_centre("1001", "1002")
    ringing = Ringing(centre)
    await passes(1)
    centre.phone("1002").refuse(486)
    await settle()
    assert centre.state("1002") == "available", "free before the others have stopped ringing"
    assert await nobody(ringing) == {"1001": "no_answer", "1002": "busy"}
    assert running().time() == pytest.approx(20)
    assert [end.ring_ms for end in centre.told(AgentOfferEnded)] == [1000, 20_000]


@virtual_time
async def test_an_agent_without_a_way_to_reach_is_unreachable_at_once() -> None:
    centre = a_centre("1001", "1002")
    centre.switchboard.unreachable.add("sip:1001@phone-0")
    centre.phones["1002"] = []  # gone, and the roster has not heard of it yet
    assert await nobody(Ringing(centre)) == {"1001": "unreachable", "1002": "unreachable"}
    assert running().time() == 0


@virtual_time
async def test_a_mistake_of_ours_with_one_agent_does_not_cost_the_caller_the_call() -> None:
    centre = a_centre("1001", "1002")
    dial = centre.switchboard.on_dial = lambda leg: None if leg.called == "agent:1002" else 1 / 0
    assert dial
    ringing = Ringing(centre)
    await passes(1)
    centre.phone("1002").pick_up()
    agent, leg = await ringing.task
    assert (agent, outcomes(centre)["1001"]) == ("1002", ["unreachable"])
    leg.hang_up()


@pytest.mark.parametrize("moment", [0.0, 0.5, 5.0])
@virtual_time
async def test_the_caller_hangs_up_while_phones_are_dialled_or_ring(moment: float) -> None:
    centre = a_centre("1001", "1002", phones=2)
    centre.switchboard.dial_seconds = 0.4
    ringing = Ringing(centre)
    running().call_later(moment, ringing.caller.far_hang_up)
    with pytest.raises(LegClosed):
        await ringing.task
    await settle()
    assert not centre.switchboard.live()
    assert {centre.state("1001"), centre.state("1002")} == {"available"}
    assert {outcome for ends in outcomes(centre).values() for outcome in ends} <= {"caller_gone"}


@pytest.mark.parametrize("moment", [0.0, 0.5, 5.0])
@virtual_time
async def test_a_ringing_that_is_cancelled_leaves_no_phone_ringing(moment: float) -> None:
    centre = a_centre("1001", "1002", phones=2)
    centre.switchboard.dial_seconds = 0.4
    ringing = Ringing(centre, caller=False)
    await asyncio.sleep(moment)
    ringing.task.cancel()
    await asyncio.wait((ringing.task,))
    await settle()
    assert not centre.switchboard.live()
    assert {centre.state("1001"), centre.state("1002")} == {"available"}


@virtual_time
async def test_the_agent_hangs_up_while_the_ringing_is_cancelled() -> None:
    centre = a_centre("1001")
    ringing = Ringing(centre)
    await passes(2)
    phone = centre.phone("1001")
    running().call_later(1, phone.refuse, 486)
    running().call_later(1, ringing.task.cancel)
    await asyncio.wait((ringing.task,))
    assert len(centre.told(AgentOfferEnded)) == 1
    await passes(11)
    assert centre.state("1001") == "available"


# --- confirmation by key ---------------------------------------------------------------------------------


def a_mobile() -> CallCentre:
    centre = a_centre("1001")
    centre.mobiles.add("1001")
    return centre


@virtual_time
async def test_on_a_mobile_the_key_takes_the_call() -> None:
    centre = a_mobile()
    ringing = Ringing(centre)
    await passes(2)
    phone = centre.phone("1001")
    phone.pick_up()
    await passes(1)
    assert phone.said == ["A call from the hotline. Press 1 to take the call."]
    assert (centre.state("1001"), ringing.task.done()) == ("ringing", False)
    phone.press("31")
    agent, _ = await ringing.task
    assert (agent, centre.state("1001")) == ("1001", "on_call")
    assert phone.audio.on_digit is None
    assert phone.media.playing is None
    phone.far_hang_up()


@virtual_time
async def test_a_voicemail_that_answers_gets_no_caller() -> None:
    centre = a_mobile()
    ringing = Ringing(centre)
    await passes(2)
    phone = centre.phone("1001")
    phone.pick_up()
    assert await nobody(ringing) == {"1001": "not_confirmed"}
    assert running().time() == pytest.approx(2 + 2 + CONFIRM_SECONDS), "two sentences, then the wait"
    assert phone.is_over


@virtual_time
async def test_an_agent_who_hangs_up_instead_of_pressing_the_key() -> None:
    centre = a_mobile()
    ringing = Ringing(centre)
    await passes(2)
    phone = centre.phone("1001")
    phone.pick_up()
    running().call_later(1, phone.far_hang_up)
    assert await nobody(ringing) == {"1001": "not_confirmed"}


@pytest.mark.parametrize("after", [1.0, 5.0])
@virtual_time
async def test_the_caller_hangs_up_while_the_agent_is_asked_for_the_key(after: float) -> None:
    centre = a_mobile()
    ringing = Ringing(centre)
    await passes(2)
    phone = centre.phone("1001")
    phone.pick_up()
    running().call_later(after, ringing.caller.far_hang_up)
    with pytest.raises(LegClosed):
        await ringing.task
    await settle()
    assert phone.is_over
    assert outcomes(centre) == {"1001": ["caller_gone"]}


@virtual_time
async def test_a_summary_is_heard_before_the_key_is_asked_for() -> None:
    centre = a_centre("1001")
    ringing = Ringing(centre, summary=[Text("The line is down.")], caller=False)
    await passes(2)
    phone = centre.phone("1001")
    phone.pick_up()
    await settle()
    phone.press("1")
    await ringing.task
    assert phone.said == ["The line is down. Press 1 to take the call."]
    phone.far_hang_up()

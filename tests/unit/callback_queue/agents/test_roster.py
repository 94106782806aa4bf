"""What agents are doing follows from the journal, whatever made the calls, and no state is left over."""

from __future__ import annotations

import pytest

from callback_queue.agents.events import AgentOfferEnded, AgentStateChanged, CallTransferred
from callback_queue.agents.roster import RECONCILE_SECONDS
from telephony.call import events
from tests.support.virtual_time import virtual_time
from tests.unit.callback_queue.call_centre import CallCentre, passes

SUPPORT = {"name": "support", "members": [1001, 1002], "wrap_up": 30}


def a_centre(**settings: object) -> CallCentre:
    centre = CallCentre([SUPPORT], settings=dict(settings))
    centre.register("1001")
    return centre


def own_call(centre: CallCentre, called: str) -> events.CallOffered:
    """1001 dials a number."""
    return events.CallOffered(
        centre.now, "c2", "x", caller="1001", called=called, source="agent:1001", sip_call_id="id"
    )


@virtual_time
async def test_a_phone_that_registers_logs_its_agent_in_and_one_that_goes_logs_out() -> None:
    centre = a_centre()
    assert centre.state("1001") == "available"
    centre.unregister("1001")
    assert centre.state("1001") == "offline"


@virtual_time
async def test_a_contact_that_is_renewed_changes_nothing() -> None:
    centre = a_centre()
    centre.append(events.PhoneUnregistered(centre.now, user="1001", contact="sip:old", why="replaced"))
    assert centre.state("1001") == "available"
    assert len(centre.told(AgentStateChanged)) == 1


@virtual_time
async def test_a_queues_call_from_ring_to_ready() -> None:
    centre = a_centre()
    place = await centre.offered()
    centre.dial("1001", "c1", "a")
    await passes(3)
    centre.answer("c1", "a")
    assert centre.state("1001") == "ringing", "the answer of a voicemail is no call yet"
    place.end_offer("1001", "answered")
    assert centre.state("1001") == "on_call"
    await passes(60)
    centre.end("c1", "a")
    assert centre.state("1001") == "wrap_up"
    await passes(29)
    assert centre.state("1001") == "wrap_up"
    await passes(1)
    assert centre.states("1001") == ["available", "reserved", "ringing", "on_call", "wrap_up", "available"]


@virtual_time
async def test_an_offer_that_ends_says_how_long_the_phone_rang() -> None:
    centre = a_centre()
    place = await centre.offered()
    centre.dial("1001", "c1", "a")
    await passes(20)
    centre.end("c1", "a")
    assert centre.state("1001") == "ringing", "why it ended is said by the end of the offer"
    place.end_offer("1001", "no_answer")
    assert centre.state("1001") == "available"
    assert centre.told(AgentStateChanged)[-1].why == "phone rang 20 s unanswered, 1 of 2"


@virtual_time
async def test_all_phones_of_an_agent_count_as_one() -> None:
    centre = a_centre()
    place = await centre.offered()
    centre.dial("1001", "c1", "a")
    centre.dial("1001", "c1", "b")
    centre.end("c1", "b")
    assert centre.state("1001") == "ringing"
    place.end_offer("1001", "answered")
    centre.end("c1", "a")
    assert centre.state("1001") == "wrap_up"


@virtual_time
async def test_an_agent_whose_leg_ended_as_it_took_the_call_is_not_on_it() -> None:
    centre = a_centre()
    place = await centre.offered()
    centre.dial("1001", "c1", "a")
    centre.end("c1", "a")
    place.end_offer("1001", "answered")
    assert centre.state("1001") == "wrap_up"


@virtual_time
async def test_calls_of_the_agents_own_need_no_queue() -> None:
    centre = a_centre()
    centre.append(own_call(centre, "0955"))
    assert centre.state("1001") == "on_call"
    centre.end("c2", "x")
    assert centre.state("1001") == "available"


@virtual_time
async def test_a_call_of_the_agents_own_while_offered_leaves_the_offer_standing() -> None:
    centre = a_centre()
    place = await centre.offered()
    centre.dial("1001", "c1", "a")
    centre.append(own_call(centre, "0955"))
    assert centre.state("1001") == "on_call"
    centre.end("c2", "x")
    assert centre.state("1001") == "ringing"
    place.end_offer("1001", "no_answer")
    centre.end("c1", "a")
    assert centre.state("1001") == "available"


@virtual_time
async def test_being_dialled_by_extension_counts_from_the_ring_on() -> None:
    centre = a_centre()
    centre.dial("1001", "c2", "a")
    assert centre.state("1001") == "ringing"
    centre.answer("c2", "a")
    assert centre.state("1001") == "on_call"
    centre.end("c2", "a")
    assert centre.state("1001") == "available"


@virtual_time
async def test_a_direct_call_that_rings_out_frees_the_agent() -> None:
    centre = a_centre()
    centre.dial("1001", "c2", "a")
    centre.dial("1001", "c2", "b")
    centre.end("c2", "a")
    assert centre.state("1001") == "ringing"
    centre.end("c2", "b")
    assert centre.state("1001") == "available"


@virtual_time
async def test_dialling_a_feature_code_is_no_call() -> None:
    centre = a_centre()
    centre.append(own_call(centre, "*731"))
    assert centre.state("1001") == "available"


@pytest.mark.parametrize("first_hangs_up_before", [False, True])
@virtual_time
async def test_an_agent_who_gets_a_transferred_call_has_the_queues_wrap_up(
    first_hangs_up_before: bool,
) -> None:
    centre = a_centre()
    centre.register("1003")
    place = await centre.offered()
    centre.dial("1001", "c1", "a")
    place.end_offer("1001", "answered")
    if first_hangs_up_before:
        centre.end("c1", "a")
    centre.dial("1003", "c1", "b")
    centre.answer("c1", "b")
    centre.append(
        CallTransferred(
            centre.now, "c1", "customer", agent="1001", target="1003", to_agent="1003", queue="", status=200
        )
    )
    assert centre.state("1003") == "on_call"
    centre.end("c1", "b")
    assert centre.state("1003") == "wrap_up"


@virtual_time
async def test_an_extension_that_is_called_back_has_no_wrap_up() -> None:
    centre = a_centre()
    centre.register("1003")
    place = await centre.offered()
    centre.dial("1001", "c1", "a")
    place.end_offer("1001", "answered")
    centre.dial("1003", "c1", "b")
    centre.answer("c1", "b")
    centre.end("c1", "b")
    assert centre.state("1003") == "available"


@pytest.mark.parametrize("answered", [False, True])
@virtual_time
async def test_a_call_that_does_not_exist_any_more_frees_its_agent(answered: bool) -> None:
    centre = a_centre()
    centre.roster.start()
    centre.dial("1001", "c2", "a")
    if answered:
        centre.answer("c2", "a")
    centre.calls.clear()
    await passes(RECONCILE_SECONDS)
    assert centre.state("1001") == "available"
    centre.roster.close()


@virtual_time
async def test_a_reservation_for_no_place_is_taken_back_and_explained() -> None:
    centre = a_centre()
    centre.roster.start()
    centre.roster.reserve("1001", "c1")
    await passes(RECONCILE_SECONDS)
    assert centre.state("1001") == "available"
    assert "left the line" in centre.told(AgentStateChanged)[-1].why
    centre.roster.close()


@virtual_time
async def test_the_reconciler_leaves_alone_what_is_as_it_should_be() -> None:
    centre = a_centre()
    centre.register("1002")
    place = await centre.offered()
    centre.dial("1001", "c1", "a")
    before = list(centre.journal.events)
    centre.roster.reconcile()
    place.end_offer("1001", "answered")
    centre.roster.reconcile()
    assert centre.state("1001") == "on_call"
    assert len(centre.journal.events) == len(before) + 2, "the end of the offer and the new state"


@virtual_time
async def test_an_agent_who_is_forgotten_within_the_round_does_not_cut_it_short() -> None:
    centre = a_centre()
    centre.register("1002", "1003")
    for agent, leg in (("1001", "a"), ("1002", "b"), ("1003", "c")):
        centre.dial(agent, f"call of {agent}", leg)
        centre.answer(f"call of {agent}", leg)
    centre.use([SUPPORT], ["1003"])  # 1001 and 1002 are forgotten when their calls are over
    centre.calls.clear()
    centre.roster.reconcile()
    assert "1001" not in centre.roster
    assert "1002" not in centre.roster
    assert centre.state("1003") == "available"


@virtual_time
async def test_a_reload_out_of_the_round_itself_does_not_cut_it_short() -> None:
    centre = a_centre()
    centre.register("1002", "1003")
    for agent, leg in (("1001", "a"), ("1002", "b"), ("1003", "c")):
        centre.dial(agent, f"call of {agent}", leg)
    centre.calls.clear()
    reloads = [["1002", "1003"], ["1001", "1003"], ["1003"]]

    def reload() -> None:
        if reloads:
            centre.use([SUPPORT], reloads.pop())

    centre.roster.on_change = reload
    centre.roster.reconcile()
    centre.roster.on_change = lambda: None
    centre.roster.reconcile()
    assert centre.state("1003") == "available"
    assert {agent["state"] for agent in centre.roster.snapshot()} <= {"available", "offline"}


@virtual_time
async def test_a_mistake_with_one_agent_keeps_no_other_from_being_looked_at() -> None:
    centre = a_centre()
    centre.register("1002")
    centre.dial("1001", "broken", "a")
    centre.dial("1002", "c2", "b")

    def is_live(call: str) -> bool:
        if call == "broken":
            raise RuntimeError("ours")
        return False

    centre.roster._is_live = is_live
    centre.roster.reconcile()
    assert centre.state("1002") == "available"


@virtual_time
async def test_a_removed_agent_finishes_the_call_first() -> None:
    centre = a_centre()
    place = await centre.offered()
    centre.dial("1001", "c1", "a")
    place.end_offer("1001", "answered")
    centre.use([SUPPORT], ["1002", "1003"])
    assert centre.state("1001") == "on_call"
    centre.end("c1", "a")
    assert "1001" not in centre.roster
    assert centre.told(AgentStateChanged)[-1].state == "offline"


@virtual_time
async def test_an_agent_who_is_removed_while_the_phone_rings_is_rung_to_the_end() -> None:
    centre = a_centre()
    place = await centre.offered()
    centre.dial("1001", "c1", "a")
    centre.use([SUPPORT], ["1002", "1003"])
    assert "1001" in centre.roster
    place.end_offer("1001", "no_answer")
    centre.end("c1", "a")
    assert "1001" not in centre.roster
    place.end_offer("1001", "no_answer")
    assert len(centre.told(AgentOfferEnded)) == 1


@virtual_time
async def test_an_agent_who_is_back_before_the_call_is_over_is_available_after_it() -> None:
    centre = a_centre()
    place = await centre.offered()
    centre.dial("1001", "c1", "a")
    place.end_offer("1001", "answered")
    centre.use([SUPPORT], ["1002", "1003"])
    centre.use([SUPPORT], ["1001", "1002", "1003"])
    assert centre.state("1001") == "on_call"
    centre.end("c1", "a")
    await passes(SUPPORT["wrap_up"] + 1)
    assert centre.state("1001") == "available"


@virtual_time
async def test_an_agent_who_is_back_without_a_phone_is_available_when_it_registers() -> None:
    centre = a_centre()
    place = await centre.offered()
    centre.dial("1001", "c1", "a")
    centre.use([SUPPORT], ["1002", "1003"])
    centre.unregister("1001")
    centre.use([SUPPORT], ["1001", "1002", "1003"])
    place.end_offer("1001", "no_answer")
    centre.end("c1", "a")
    assert centre.state("1001") == "offline"
    centre.register("1001")
    assert centre.state("1001") == "available"


@virtual_time
async def test_an_idle_removed_agent_goes_offline_and_is_forgotten() -> None:
    centre = a_centre()
    centre.use([SUPPORT], ["1002"])
    last = centre.told(AgentStateChanged)[-1]
    assert (last.agent, last.state, last.why) == ("1001", "offline", "no longer in agents.yaml")
    assert "1001" not in centre.roster
    assert "no agent" in (await centre.roster.answer({"agent": "1001", "action": "ready"}))["error"]


@virtual_time
async def test_a_new_agent_whose_phone_is_registered_already_is_available() -> None:
    centre = CallCentre([{"name": "support", "members": [1002]}], ["1002"])
    centre.phones["1001"] = ["sip:1001@phone"]
    centre.use([SUPPORT], ["1001", "1002"])
    assert centre.state("1001") == "available"


@virtual_time
async def test_with_codes_a_phone_alone_logs_no_agent_in() -> None:
    centre = a_centre(agents={"login": "code"})
    assert centre.state("1001") == "offline"
    await centre.roster.answer({"agent": "1001", "action": "log_in"})
    assert centre.state("1001") == "available"


@virtual_time
async def test_two_calls_at_once_keep_the_agent_busy_until_both_are_over() -> None:
    centre = a_centre()
    for call in ("c1", "c2"):
        centre.dial("1001", call, "a")
        centre.answer(call, "a")
    centre.end("c1", "a")
    assert centre.state("1001") == "on_call"
    centre.end("c2", "a")
    assert centre.state("1001") == "available"


@virtual_time
async def test_agents_are_commanded_over_the_control_socket() -> None:
    centre = a_centre()
    answer = centre.roster.answer
    lunch = await answer({"agent": "1001", "action": "break", "reason": "lunch", "by": "ann"})
    assert (lunch["state"], lunch["reason"], lunch["why"]) == ("break", "lunch", "break by ann")
    assert (await answer({"agent": "1001", "action": "ready"}))["state"] == "available"
    assert "no agent" in (await answer({"agent": "9", "action": "ready"}))["error"]
    assert "there are" in (await answer({"agent": "1001", "action": "dance"}))["error"]
    assert "no mobile" in (await answer({"agent": "1001", "action": "log_in", "mobile": True}))["error"]
    seen = {agent["agent"]: agent for agent in centre.roster.snapshot()}
    assert (seen["1001"]["state"], seen["1001"]["phones"], seen["1002"]["state"]) == (
        "available",
        1,
        "offline",
    )


@virtual_time
async def test_another_password_takes_an_agent_out_of_the_queues_until_the_phone_knows_it() -> None:
    centre = a_centre()
    await centre.roster.answer({"agent": "1001", "action": "log_in"})
    centre.unregister("1001")  # what the registrar does with its bindings
    centre.use([SUPPORT], ["1001"], password="another password")
    assert centre.state("1001") == "offline"
    centre.register("1001")
    assert centre.state("1001") == "available"


@virtual_time
async def test_another_password_logs_out_who_has_to_log_in() -> None:
    settings = {"agents": {"login": "code"}}
    centre = a_centre(agents={"login": "code"})
    await centre.roster.answer({"agent": "1001", "action": "log_in"})
    assert centre.state("1001") == "available"
    centre.use([SUPPORT], ["1001"], settings, password="another password")
    last = centre.told(AgentStateChanged)[-1]
    assert (last.state, last.why) == ("offline", "a phone was removed or has another password")

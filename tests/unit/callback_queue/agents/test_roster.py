"""What agents do follows their phones and calls, whoever made them, and nothing can be left over."""

from __future__ import annotations

import pytest

from callback_queue.agents.events import AgentStateChanged
from callback_queue.line.place import Place
from telephony.call import events
from tests.unit.callback_queue.line.clockwork import Room

SUPPORT = {"name": "support", "members": [1001, 1002]}


def a_room(**settings: object) -> Room:
    room = Room([SUPPORT], settings=dict(settings))
    room.register("1001")
    return room


def reserved(room: Room, agent: str = "1001", call: str = "c1") -> Place:
    """An agent who was given to somebody."""
    place = room.floor.enter(room.entry("support", call), leg="customer", wrap_up=30.0)
    place.offered.add(agent)
    room.board.reserve(agent, place)
    return place


def test_a_phone_that_registers_logs_its_agent_in_and_one_that_goes_logs_out() -> None:
    room = a_room()
    assert room.state("1001") == "available"
    room.unregister("1001")
    assert room.state("1001") == "offline"


def test_a_contact_that_is_renewed_changes_nothing() -> None:
    room = a_room()
    room.append(events.PhoneUnregistered(room.clock.now, user="1001", contact="sip:old", why="replaced"))
    assert room.state("1001") == "available"
    assert len(room.told(AgentStateChanged)) == 1


def test_a_queues_call_from_ring_to_ready() -> None:
    room = a_room()
    place = reserved(room)
    room.dial("1001", "c1", "a")
    room.clock.advance(3)
    room.answer("c1", "a")
    assert room.state("1001") == "ringing"  # until the floor says that it took the call
    place.taken("1001", "a")
    room.clock.advance(60)
    room.end("c1", "a")
    assert room.state("1001") == "wrap_up"
    room.clock.advance(29)
    assert room.state("1001") == "wrap_up"
    room.clock.advance(1)
    assert room.state("1001") == "available"
    states = [event.state for event in room.told(AgentStateChanged)]
    assert states == ["available", "reserved", "ringing", "on_call", "wrap_up", "available"]


def test_all_phones_of_an_agent_count_as_one() -> None:
    room = a_room()
    place = reserved(room)
    room.dial("1001", "c1", "a")
    room.dial("1001", "c1", "b")
    room.end("c1", "b")
    assert room.state("1001") == "ringing"
    place.taken("1001", "a")
    room.end("c1", "a")
    assert room.state("1001") == "wrap_up"


def test_an_agent_whose_leg_ended_as_it_took_the_call_is_not_on_it() -> None:
    room = a_room()
    place = reserved(room)
    room.dial("1001", "c1", "a")
    room.end("c1", "a")
    place.taken("1001", "a")
    assert room.state("1001") == "wrap_up"


def test_own_calls_need_no_floor() -> None:
    room = a_room()
    room.calls.add("c2")
    room.append(
        events.CallOffered(
            room.clock.now, "c2", "x", caller="1001", called="0955", source="agent:1001", sip_call_id="id"
        )
    )
    assert room.state("1001") == "on_call"
    room.end("c2", "x")
    assert room.state("1001") == "available"


def test_being_dialled_by_extension_counts_from_the_ring_on() -> None:
    room = a_room()
    room.dial("1001", "c2", "a")
    assert room.state("1001") == "ringing"
    room.answer("c2", "a")
    assert room.state("1001") == "on_call"
    room.end("c2", "a")
    assert room.state("1001") == "available"


def test_a_direct_call_that_rings_out_frees_the_agent() -> None:
    room = a_room()
    room.dial("1001", "c2", "a")
    room.dial("1001", "c2", "b")
    room.end("c2", "a")
    assert room.state("1001") == "ringing"
    room.end("c2", "b")
    assert room.state("1001") == "available"


def test_dialling_a_feature_code_is_no_call() -> None:
    room = a_room()
    room.append(
        events.CallOffered(
            room.clock.now, "c2", "x", caller="1001", called="*731", source="agent:1001", sip_call_id="id"
        )
    )
    assert room.state("1001") == "available"


@pytest.mark.parametrize("answered", [False, True])
def test_a_call_that_does_not_exist_any_more_frees_its_agent(answered: bool) -> None:
    room = a_room()
    room.service.start()
    room.dial("1001", "c2", "a")
    if answered:
        room.answer("c2", "a")
    room.calls.clear()
    room.clock.advance(6)
    assert room.state("1001") == "available"


def test_a_reservation_for_nobody_is_taken_back_and_explained() -> None:
    room = a_room()
    room.service.start()
    place = reserved(room)
    place.offered.clear()
    room.clock.advance(6)
    assert room.state("1001") == "available"
    assert "nobody waits" in room.told(AgentStateChanged)[-1].why


def test_a_removed_agent_finishes_the_call_first() -> None:
    room = a_room()
    place = reserved(room)
    room.dial("1001", "c1", "a")
    place.taken("1001", "a")
    room.use([SUPPORT], ["1002", "1003"])
    assert room.state("1001") == "on_call"
    room.end("c1", "a")
    assert "1001" not in room.board
    assert room.told(AgentStateChanged)[-1].state == "offline"


def test_an_idle_removed_agent_goes_offline() -> None:
    room = a_room()
    room.use([SUPPORT], ["1002"])
    last = room.told(AgentStateChanged)[-1]
    assert (last.agent, last.state, last.why) == ("1001", "offline", "no longer in agents.yaml")


def test_a_new_agent_whose_phone_is_there_already_is_available() -> None:
    room = Room([{"name": "support", "members": [1002]}], ["1002"])
    room.phones["1001"] = ["sip:1001@phone"]
    room.use([SUPPORT], ["1001", "1002"])
    assert room.state("1001") == "available"


def test_with_codes_a_phone_alone_logs_nobody_in() -> None:
    room = a_room(agents={"login": "code"})
    assert room.state("1001") == "offline"
    room.board.log_in("1001")
    assert room.state("1001") == "available"


def test_two_calls_at_once_keep_the_agent_busy_until_both_are_over() -> None:
    room = a_room()
    for call in ("c1", "c2"):
        room.dial("1001", call, "a")
        room.answer(call, "a")
    room.end("c1", "a")
    assert room.state("1001") == "on_call"
    room.end("c2", "a")
    assert room.state("1001") == "available"

"""Who in the line gets which agent, and what becomes of places: the floor with a hand-moved clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps

from callback_queue.line.events import QueueEntered, QueueLeft
from callback_queue.line.place import Place
from tests.unit.callback_queue.line.clockwork import Room

SUPPORT = {"name": "support", "members": [1001, 1002]}
OTHER = {"name": "other", "members": [1003]}


def scene(test: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    """Run a test in a loop of its own."""

    @wraps(test)
    def run() -> None:
        asyncio.run(test())  # type: ignore[arg-type]

    return run


class Waiting:
    """Somebody who waits for the next offer."""

    def __init__(self, room: Room, call: str, queue: str = "support", **facts: object) -> None:
        self.place = room.floor.enter(room.entry(queue, call, **facts), leg=f"leg of {call}")
        self.ask()

    def ask(self) -> None:
        self.asking = asyncio.create_task(self.place.next_offer())

    @property
    def offered(self) -> tuple[str, ...]:
        return self.asking.result() if self.asking.done() else ()


@scene
async def test_the_first_free_agent_goes_to_the_first_in_line() -> None:
    room = Room([SUPPORT])
    first, second = Waiting(room, "c1"), Waiting(room, "c2")
    await room.turn()
    room.register("1001")
    await room.turn()
    assert (first.offered, second.offered) == (("1001",), ())
    assert room.state("1001") == "reserved"


@scene
async def test_a_vip_passes_who_came_a_little_earlier() -> None:
    room = Room([SUPPORT])
    ordinary = Waiting(room, "c1")
    room.clock.advance(60)
    vip = Waiting(room, "c2", tier="vip")
    await room.turn()
    room.register("1001")
    await room.turn()
    assert (ordinary.offered, vip.offered) == ((), ("1001",))
    assert ordinary.place.position == 2


@scene
async def test_a_callback_keeps_its_callers_place() -> None:
    room = Room([SUPPORT])
    caller = Waiting(room, "c1")
    entry = room.entry("support", "", arrival=room.clock.now - 600)
    callback = room.floor.enter(entry, wrap_up=5.0)
    asking = asyncio.create_task(callback.next_offer())
    await room.turn()
    room.register("1001")
    await room.turn()
    assert asking.result() == ("1001",)
    assert not caller.offered
    assert [event.position for event in room.told(QueueEntered)] == [1, 1]


@scene
async def test_who_did_not_take_a_call_is_offered_it_again_after_all_others() -> None:
    room = Room([{"name": "support", "members": [1001, {"agent": 1002, "level": 2}]}])
    room.register("1001", "1002")
    caller = Waiting(room, "c1")
    await room.turn()
    assert caller.offered == ("1001",)
    caller.place.give_back("1001", "no_answer")
    caller.ask()
    await room.turn()
    assert caller.offered == ("1002",)
    caller.place.give_back("1002", "no_answer")
    caller.ask()
    await room.turn()
    assert caller.offered == ("1001",)
    assert caller.place.position == caller.place.original_position == 1


@scene
async def test_who_is_busy_rests_before_the_next_offer() -> None:
    room = Room([SUPPORT])
    room.register("1001")
    caller = Waiting(room, "c1")
    await room.turn()
    caller.place.give_back("1001", "busy")
    caller.ask()
    await room.turn()
    assert not caller.offered
    room.clock.advance(10)
    await room.turn()
    assert caller.offered == ("1001",)


@scene
async def test_ring_all_gives_everybody_to_one() -> None:
    room = Room([{**SUPPORT, "strategy": "ring-all"}])
    room.register("1001", "1002")
    first, second = Waiting(room, "c1"), Waiting(room, "c2")
    await room.turn()
    assert (set(first.offered), second.offered) == ({"1001", "1002"}, ())
    room.dial("1001", "c1", "a")
    first.place.taken("1001", "a")
    first.place.give_back("1002", "elsewhere")
    first.place.leave("answered", "1001")
    await room.turn()
    assert second.offered == ("1002",)


@scene
async def test_who_leaves_gives_back_whoever_was_reserved() -> None:
    room = Room([SUPPORT])
    room.register("1001")
    first, second = Waiting(room, "c1"), Waiting(room, "c2")
    await room.turn()
    room.clock.advance(7)
    first.place.leave("key")
    await room.turn()
    assert second.offered == ("1001",)
    (left,) = room.told(QueueLeft)
    assert (left.why, left.wait_ms, left.position, left.leg) == ("key", 7000, 1, "leg of c1")
    first.place.leave("abandoned")
    assert len(room.told(QueueLeft)) == 1


@scene
async def test_nobody_is_reserved_for_who_does_not_ask() -> None:
    room = Room([SUPPORT])
    caller = Waiting(room, "c1")
    await room.turn()
    caller.asking.cancel()
    await room.turn()
    room.register("1001")
    await room.turn()
    assert room.state("1001") == "available"
    caller.ask()
    await room.turn()
    assert caller.offered == ("1001",)


@scene
async def test_who_is_not_ready_is_offered_to_when_the_time_has_come() -> None:
    room = Room([SUPPORT])
    room.register("1001")
    caller = Waiting(room, "c1", not_ready_until=room.clock.now + 30)
    await room.turn()
    assert not caller.offered
    room.clock.advance(30)
    await room.turn()
    assert caller.offered == ("1001",)


@scene
async def test_a_reload_brings_new_agents_to_who_waits() -> None:
    room = Room([SUPPORT])
    caller = Waiting(room, "c1")
    room.register("1003")
    await room.turn()
    assert not caller.offered
    room.use([{**SUPPORT, "members": [1001, 1002, 1003]}], ["1001", "1002", "1003"])
    await room.turn()
    assert caller.offered == ("1003",)


@scene
async def test_who_waits_in_a_queue_that_a_reload_removed_is_served_all_the_same() -> None:
    room = Room([SUPPORT, OTHER])
    caller = Waiting(room, "c1", "other")
    await room.turn()
    room.use([SUPPORT], ["1001", "1002", "1003"])
    assert caller.place.position == 1
    room.register("1003")
    await room.turn()
    assert caller.offered == ("1003",)


@scene
async def test_places_that_do_not_wait_for_nobody_are_told_when_the_last_agent_goes() -> None:
    room = Room([SUPPORT])
    room.register("1001")
    room.board.take_break("1001")
    told: list[Place] = []
    place = room.floor.enter(room.entry("support", "c1"), gave_up=lambda: told.append(place))
    await room.turn()
    assert not told
    room.unregister("1001")
    room.board.log_out("1001")
    await room.turn()
    assert told == [place]


@scene
async def test_the_wait_is_estimated_from_calls_that_were() -> None:
    room = Room([SUPPORT])
    first, second = Waiting(room, "c1"), Waiting(room, "c2")
    await room.turn()
    assert second.place.estimated_wait is None
    room.floor.handled("support", 100)
    room.floor.handled("support", 140)
    assert second.place.estimated_wait is None  # nobody is there
    room.register("1001")
    await room.turn()
    assert second.place.estimated_wait == 240
    assert first.offered


@scene
async def test_what_can_be_seen_of_it() -> None:
    room = Room([SUPPORT, OTHER])
    room.register("1001")
    Waiting(room, "c1")
    Waiting(room, "c2", tier="vip")
    await room.turn()
    room.clock.advance(5)
    seen = room.service.snapshot()
    lines = {queue["queue"]: queue["waiting"] for queue in seen["queues"]}
    assert [(each["call"], each["position"], each["offered"]) for each in lines["support"]] == [
        ("c2", 1, ["1001"]),
        ("c1", 2, []),
    ]
    assert lines["other"] == []
    agents = {agent["agent"]: agent for agent in seen["agents"]}
    assert agents["1001"]["state"] == "reserved"
    assert agents["1001"]["why"]
    assert agents["1002"]["state"] == "offline"


@scene
async def test_agents_are_commanded_by_word() -> None:
    room = Room([SUPPORT])
    room.register("1001")
    answer = room.service.answer_agent
    lunch = await answer({"agent": "1001", "action": "break", "reason": "lunch", "by": "ann"})
    assert (lunch["state"], lunch["reason"], lunch["why"]) == ("break", "lunch", "break by ann")
    assert (await answer({"agent": "1001", "action": "ready"}))["state"] == "available"
    assert "no agent" in (await answer({"agent": "9", "action": "ready"}))["error"]
    assert "there are" in (await answer({"agent": "1001", "action": "dance"}))["error"]
    assert "no mobile" in (await answer({"agent": "1001", "action": "log_in", "mobile": True}))["error"]

"""Which call gets which agent, and that every call is out of the line once, however it leaves."""

from __future__ import annotations

import asyncio

import pytest

from callback_queue.agents.events import AgentConnected, AgentOffered, AgentOfferEnded, AgentStateChanged
from callback_queue.line.distributor import LeavesLine, Place
from callback_queue.line.events import QueueEntered, QueueLeft
from telephony.call.errors import LegClosed
from tests.support.virtual_time import settle, virtual_time
from tests.unit.callback_queue.call_centre import CallCentre, passes

SUPPORT = {"name": "support", "members": [1001, 1002]}
OTHER = {"name": "other", "members": [1003]}


class Waiting:
    """A call that waits for the next offer, in a task of its own, until it is told to end."""

    def __init__(self, centre: CallCentre, call: str, queue: str = "support", **facts: object) -> None:
        self.place: Place = centre.distributor.queue(centre.entry(queue, call, **facts), leg=f"leg of {call}")
        self.offers: list[tuple[str, ...]] = []
        self._asking = asyncio.Event()
        self._asking.set()
        self._task = asyncio.ensure_future(self._wait())

    async def _wait(self) -> None:
        async with self.place:
            while True:
                await self._asking.wait()
                self._asking.clear()
                self.offers.append(await self.place.next_offer())

    def ask(self) -> None:
        """Wait for another offer."""
        self._asking.set()

    @property
    def offered(self) -> tuple[str, ...]:
        """The last offer."""
        return self.offers[-1] if self.offers else ()

    async def stop(self) -> None:
        """End the task."""
        self._task.cancel()
        await asyncio.wait((self._task,))


async def stop(*waiting: Waiting) -> None:
    for each in waiting:
        await each.stop()


@virtual_time
async def test_the_first_free_agent_goes_to_the_first_in_line() -> None:
    centre = CallCentre([SUPPORT])
    first, second = Waiting(centre, "c1"), Waiting(centre, "c2")
    await settle()
    centre.register("1001")
    await settle()
    assert (first.offered, second.offered) == (("1001",), ())
    assert centre.state("1001") == "reserved"
    await stop(first, second)


@virtual_time
async def test_a_vip_passes_a_caller_who_came_a_little_earlier() -> None:
    centre = CallCentre([SUPPORT])
    ordinary = Waiting(centre, "c1")
    await passes(60)
    vip = Waiting(centre, "c2", tier="vip")
    await settle()
    centre.register("1001")
    await settle()
    assert (ordinary.offered, vip.offered) == ((), ("1001",))
    assert ordinary.place.position == 2
    await stop(ordinary, vip)


@virtual_time
async def test_a_callback_keeps_its_callers_arrival() -> None:
    centre = CallCentre([SUPPORT])
    caller = Waiting(centre, "c1")
    callback = Waiting(centre, "", arrival=centre.now - 600, kind="callback")
    await settle()
    centre.register("1001")
    await settle()
    assert (caller.offered, callback.offered) == ((), ("1001",))
    assert [event.position for event in centre.told(QueueEntered)] == [1, 1]
    await stop(caller, callback)


@virtual_time
async def test_an_agent_who_did_not_take_a_call_is_offered_it_again_after_all_others() -> None:
    centre = CallCentre([{"name": "support", "members": [1001, {"agent": 1002, "level": 2}]}])
    centre.register("1001", "1002")
    caller = Waiting(centre, "c1")
    await settle()
    for agent in ("1001", "1002"):
        assert caller.offered == (agent,)
        caller.place.begin_offer(agent)
        caller.place.end_offer(agent, "no_answer")
        caller.ask()
        await settle()
    assert caller.offered == ("1001",)
    assert caller.place.position == caller.place.original_position == 1
    await stop(caller)


@virtual_time
async def test_a_busy_agent_rests_before_the_next_offer() -> None:
    centre = CallCentre([SUPPORT])
    centre.register("1001")
    caller = Waiting(centre, "c1")
    await settle()
    caller.place.begin_offer("1001")
    caller.place.end_offer("1001", "busy")
    caller.ask()
    await passes(9)
    assert len(caller.offers) == 1
    await passes(1)
    assert caller.offers == [("1001",), ("1001",)]
    await stop(caller)


@virtual_time
async def test_ring_all_gives_every_free_agent_to_one_call() -> None:
    centre = CallCentre([{**SUPPORT, "strategy": "ring-all"}])
    centre.register("1001", "1002")
    first, second = Waiting(centre, "c1"), Waiting(centre, "c2")
    await settle()
    assert (set(first.offered), second.offered) == ({"1001", "1002"}, ())
    centre.dial("1001", "c1", "a")
    first.place.begin_offer("1001")
    first.place.begin_offer("1002")
    first.place.end_offer("1001", "answered")
    first.place.end_offer("1002", "elsewhere")
    first.place.connected("1001", "a")
    await settle()
    assert second.offered == ("1002",)
    await stop(first, second)


@virtual_time
async def test_a_call_that_leaves_releases_its_agent_to_the_next() -> None:
    centre = CallCentre([SUPPORT])
    centre.register("1001")
    first, second = Waiting(centre, "c1"), Waiting(centre, "c2")
    await passes(7)
    first.place.leave("key")
    await settle()
    assert second.offered == ("1001",)
    (left,) = centre.told(QueueLeft)
    assert (left.why, left.wait_ms, left.position, left.leg) == ("key", 7000, 1, "leg of c1")
    assert first.place.position == 0
    assert not centre.told(AgentOfferEnded), "no phone has rung"
    await stop(first, second)
    assert [left.why for left in centre.told(QueueLeft)] == ["key", "cut_off"], "each left once"


@pytest.mark.parametrize(
    ("error", "live"),
    [
        (LegClosed("remote", None, "BYE"), "abandoned"),
        (LegClosed("network", None, "media timeout"), "abandoned"),
        (LegClosed("local", None, "server stopped"), "cut_off"),
        (LeavesLine("overflow"), "overflow"),
        (asyncio.CancelledError(), "cut_off"),
        (KeyError("ours"), "cut_off"),
        (None, "cut_off"),
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["live", "callback"])
@virtual_time
async def test_however_the_block_is_left_the_call_is_out_once(
    error: BaseException | None, live: str, kind: str
) -> None:
    centre = CallCentre([SUPPORT])
    centre.register("1001", "1002")
    place = centre.distributor.queue(centre.entry("support", "c1", kind=kind))

    async def story() -> None:
        async with place:
            await place.next_offer()
            if error is not None:
                raise error

    with pytest.raises(type(error)) if error is not None else _nothing():
        await story()
    assert [left.why for left in centre.told(QueueLeft)] == [live if kind == "live" else "withdrawn"]
    assert {centre.state("1001"), centre.state("1002")} == {"available"}
    assert centre.distributor.snapshot()[0]["waiting"] == []


class _nothing:
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


@virtual_time
async def test_a_call_that_was_answered_has_left_before_the_block_ends() -> None:
    centre = CallCentre([SUPPORT])
    centre.register("1001")
    async with centre.distributor.queue(centre.entry("support", "c1"), leg="customer") as place:
        await passes(3)
        (agent,) = await place.next_offer()
        place.begin_offer(agent)
        await passes(4)
        place.end_offer(agent, "answered")
        place.connected(agent, "a")
    facts = [e for e in centre.journal.events if not isinstance(e, AgentStateChanged)][1:]
    assert [type(fact) for fact in facts] == [
        QueueEntered,
        AgentOffered,
        AgentOfferEnded,
        QueueLeft,
        AgentConnected,
    ]
    assert (facts[2].ring_ms, facts[3].why, facts[3].agent) == (4000, "answered", "1001")  # type: ignore[attr-defined]
    assert (facts[4].wait_ms, facts[4].agent_leg, facts[4].leg) == (7000, "a", "customer")  # type: ignore[attr-defined]


@virtual_time
async def test_no_agent_is_reserved_for_a_call_that_does_not_ask() -> None:
    centre = CallCentre([SUPPORT])
    async with centre.distributor.queue(centre.entry("support", "c1")) as place:
        asking = asyncio.ensure_future(place.next_offer())
        await settle()
        asking.cancel()
        await settle()
        centre.register("1001")
        await settle()
        assert centre.state("1001") == "available"
        assert await place.next_offer() == ("1001",)


@virtual_time
async def test_an_agent_who_is_offered_as_the_wait_is_cancelled_is_free_again() -> None:
    centre = CallCentre([SUPPORT])
    async with centre.distributor.queue(centre.entry("support", "c1")) as place:
        asking = asyncio.ensure_future(place.next_offer())
        await settle()
        centre.register("1001")
        await asyncio.sleep(0)  # reserved, and the task has not run yet
        assert centre.state("1001") == "reserved"
        asking.cancel()
        await asyncio.wait((asking,))
    assert centre.state("1001") == "available"


@virtual_time
async def test_a_reload_brings_new_agents_to_calls_that_wait() -> None:
    centre = CallCentre([SUPPORT])
    caller = Waiting(centre, "c1")
    centre.register("1003")
    await settle()
    assert not caller.offered
    centre.use([{**SUPPORT, "members": [1001, 1002, 1003]}], ["1001", "1002", "1003"])
    await settle()
    assert caller.offered == ("1003",)
    await stop(caller)


@virtual_time
async def test_a_call_in_a_queue_that_a_reload_removed_is_served_all_the_same() -> None:
    centre = CallCentre([SUPPORT, OTHER])
    caller = Waiting(centre, "c1", "other")
    await settle()
    centre.use([SUPPORT], ["1001", "1002", "1003"])
    assert caller.place.position == 1
    centre.register("1003")
    await settle()
    assert caller.offered == ("1003",)
    await stop(caller)


@virtual_time
async def test_calls_that_do_not_wait_without_staff_hear_when_the_last_agent_logs_out() -> None:
    centre = CallCentre([SUPPORT])
    centre.register("1001")
    await centre.roster.answer({"agent": "1001", "action": "break"})
    told: list[str] = []
    entry = centre.entry("support", "c1")
    async with centre.distributor.queue(entry, on_unstaffed=lambda: told.append("nobody")):
        await settle()
        assert not told, "a break ends"
        await centre.roster.answer({"agent": "1001", "action": "log_out"})
        await settle()
        assert told == ["nobody"]


@virtual_time
async def test_a_listener_that_takes_another_call_out_of_the_line_does_no_harm() -> None:
    centre = CallCentre([{**SUPPORT, "when_nobody": "leave"}])
    centre.register("1001")
    places: list[Place] = []

    def leave_all() -> None:
        for place in places:
            place.leave("no_agents")

    for call in ("c1", "c2"):
        place = centre.distributor.queue(centre.entry("support", call), on_unstaffed=leave_all)
        places.append(await place.__aenter__())
    await settle()
    centre.unregister("1001")
    await settle()
    assert [left.why for left in centre.told(QueueLeft)] == ["no_agents"] * 2


@virtual_time
async def test_the_wait_is_estimated_from_earlier_calls() -> None:
    centre = CallCentre([SUPPORT])
    first, second = Waiting(centre, "c1"), Waiting(centre, "c2")
    await settle()
    assert second.place.estimated_wait is None
    centre.distributor.handled("support", 100)
    centre.distributor.handled("support", 140)
    assert second.place.estimated_wait is None, "no agent is at work"
    centre.register("1001")
    await settle()
    assert second.place.estimated_wait == 240
    assert first.offered
    await stop(first, second)


@virtual_time
async def test_the_snapshot_shows_queues_and_calls_in_order() -> None:
    centre = CallCentre([SUPPORT, OTHER])
    centre.register("1001")
    waiting = Waiting(centre, "c1"), Waiting(centre, "c2", tier="vip")
    await passes(5)
    lines = {queue["queue"]: queue["waiting"] for queue in centre.distributor.snapshot()}
    assert [
        (each["call"], each["position"], each["offered"], each["wait_s"]) for each in lines["support"]
    ] == [
        ("c2", 1, ["1001"], 5.0),
        ("c1", 2, [], 5.0),
    ]
    assert lines["other"] == []
    await stop(*waiting)

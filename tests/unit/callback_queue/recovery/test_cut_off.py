"""A switch that was killed: whoever was not served is called back, in the original order, and nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.engine import URL

from callback_queue.agents.events import CallTransferred
from callback_queue.callbacks.events import (
    CallbackAttemptEnded,
    CallbackDialled,
    CallbackLeased,
    CallbackRequested,
    CallbackStarted,
)
from callback_queue.customers.book import Customer, CustomerBook
from callback_queue.line.events import QueueEntered, QueueLeft
from callback_queue.tickets.events import TicketOpened
from journal.event import Event
from telephony.call import events as call_events
from tests.unit.callback_queue.records import (
    CALLER,
    NOW,
    SWITCH,
    Records,
    agent_left,
    connected,
    ended,
    flow,
    left,
    offered,
    queued,
    records,
    requested,
    started,
    ticket,
)

T = TypeVar("T")
E = TypeVar("E", bound=Event)


def play(url: URL, scene: Callable[[Records], Awaitable[T]], **options: object) -> T:
    async def run() -> T:
        async with records(url, **options) as rig:  # type: ignore[arg-type]
            return await scene(rig)

    return asyncio.run(run())


def after_crash(url: URL, *told: Event, at: float = NOW + 100, **options: object) -> list[Event]:
    """What follows when a switch told these events and then starts anew."""

    async def scene(rig: Records) -> list[Event]:
        await rig.tell(started(NOW - 1000), *told)
        return await rig.tell(started(at))

    return play(url, scene, **options)


def of(kind: type[E], found: list[Event]) -> list[E]:
    return [event for event in found if isinstance(event, kind)]


def test_callers_who_waited_are_called_back_in_the_order_of_their_arrival(database_url: URL) -> None:
    told: list[Event] = []
    for number in range(20):
        # They come in one order and have waited since another one: a VIP's head start is the line's business.
        arrival = NOW - 60 * ((number * 7) % 20)
        call = f"call-{number}"
        told += [offered(call, f"1380013{number:04}", NOW + number), flow(call, NOW + number)]
        told.append(queued(call, NOW + number, arrival))
    found = after_crash(database_url, *told)
    callbacks = of(CallbackRequested, found)
    assert len(callbacks) == 20
    assert [c.arrival for c in callbacks] == sorted(NOW - 60 * n for n in range(20))
    numbers = [int(c.ticket) for c in callbacks]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) == 20
    lefts = of(QueueLeft, found)
    assert {(e.why, e.wait_ms > 0) for e in lefts} == {("cut_off", True)}
    assert len(lefts) == len(of(call_events.CallEnded, found)) == 20
    assert {e.by for e in of(call_events.CallEnded, found)} == {"crash"}


def test_a_caller_in_the_bot_becomes_a_ticket_with_what_was_recorded_and_heard(database_url: URL) -> None:
    book = CustomerBook([Customer("C7", "Lin", ("+86 138 0013 8000",), "vip")], "CN")
    (opened,) = of(
        TicketOpened,
        after_crash(
            database_url,
            offered("c"),
            flow("c", language="zh"),
            call_events.RecordingStarted(NOW + 1, "c", "leg-1", file="c/talk.wav"),
            call_events.PromptSaid(NOW + 2, "c", "leg-1", text="请问有什么问题?", language="zh"),
            call_events.CallerHeard(
                NOW + 8,
                "c",
                "leg-1",
                kind="speech",
                text="打印机坏了。",
                digits=0,
                confidence=0.9,
                seconds=4.0,
                barged_in=False,
            ),
            customers=book,
        ),
    )
    assert isinstance(opened, TicketOpened)
    assert (opened.kind, opened.language, opened.recording) == ("cut_off", "zh", "c/talk.wav")
    assert (opened.customer, opened.tier, opened.queue) == ("C7", "vip", "support")
    assert opened.title == "打印机坏了"
    assert opened.history[0]["question"] == "请问有什么问题?"
    assert opened.respond_by > opened.at
    assert opened.callback_number == CALLER


def test_a_conversation_that_was_cut_off_goes_on_by_a_callback(database_url: URL) -> None:
    found = after_crash(
        database_url,
        offered("c"),
        flow("c"),
        queued("c"),
        left("c", NOW + 10, "answered"),
        connected("c", NOW + 10),
    )
    (opened,) = of(TicketOpened, found)
    assert "1001" in opened.note
    (requested_,) = of(CallbackRequested, found)
    assert (requested_.why, requested_.arrival) == ("cut_off", NOW)
    assert of(QueueLeft, found) == []  # they had left the queue long before


def test_nobody_else_is_called_back(database_url: URL) -> None:
    found = after_crash(
        database_url,
        # An agent's own call, a withheld number, a name instead of a number, a call that no flow had.
        *[offered("agent", source="agent:1001"), flow("agent")],
        *[offered("withheld", ""), flow("withheld")],
        *[offered("name", "anna"), flow("name")],
        offered("echo", "13800138001"),
        # Served: the agent had hung up, the caller was asked to rate the call.
        *[offered("served", "13800138002"), flow("served"), queued("served")],
        *[left("served", NOW + 9, "answered"), connected("served", NOW + 9), agent_left("served", NOW + 60)],
        # Written down before, with a callback.
        *[offered("call-100001", "13800138003"), flow("call-100001")],
        *[ticket("100001", caller="13800138003"), requested("100001", caller="13800138003")],
        # Over.
        *[offered("over", "13800138004"), flow("over"), ended("over", NOW + 5)],
    )
    assert of(TicketOpened, found) == of(CallbackRequested, found) == []
    assert {e.call for e in of(call_events.CallEnded, found)} == {
        "agent",
        "withheld",
        "name",
        "echo",
        "served",
        "call-100001",
    }


def test_a_ticket_whose_callback_was_lost_in_the_crash_gets_it(database_url: URL) -> None:
    found = after_crash(database_url, offered("call-100001"), flow("call-100001"), ticket("100001"))
    assert of(TicketOpened, found) == []
    (again,) = of(CallbackRequested, found)
    assert again.callback == "100001.1"


def test_who_hung_up_in_the_line_just_before_is_not_forgotten(database_url: URL) -> None:
    def hangs_up(call: str, caller: str, at: float) -> list[Event]:
        queue = [offered(call, caller), flow(call), queued(call)]
        return [*queue, left(call, at, "abandoned"), ended(call, at + 0.1)]

    found = after_crash(
        database_url,
        *hangs_up("long-ago", "13800138001", NOW + 20),
        *hangs_up("just-now", "13800138002", NOW + 50),
    )
    (opened,) = of(TicketOpened, found)
    assert (opened.call, opened.kind) == ("just-now", "abandoned")
    assert of(call_events.CallEnded, found) == []


def test_a_passed_on_caller_is_served_only_by_the_next_agent(database_url: URL) -> None:
    def passed_on(call: str, caller: str) -> list[Event]:
        talk = [offered(call, caller), flow(call), queued(call)]
        talk += [left(call, NOW + 9, "answered"), connected(call, NOW + 9)]
        return [
            *talk,
            call_events.TransferRequested(NOW + 20, call, "leg-2", target="1002"),
            agent_left(call, NOW + 21),
        ]

    found = after_crash(
        database_url,
        *passed_on("ringing", "13800138001"),
        *passed_on("done", "13800138002"),
        CallTransferred(
            NOW + 25, "done", "leg-2", agent="1001", target="1002", to_agent="1002", queue="", status=200
        ),
        call_events.CallBridged(NOW + 25, "done", "leg-1", other="leg-3"),
        call_events.LegEnded(NOW + 90, "done", "leg-3", by="remote", status=None, reason="bye", quality={}),
    )
    assert [e.call for e in of(TicketOpened, found)] == ["ringing"]


async def attempt(rig: Records, *more: Event) -> None:
    """A callback for ticket 100001 that was leased and begun, and what else happened."""
    await rig.tell(started(NOW - 1000), ticket("100001"), requested("100001"))
    assert await rig.leases.take("100001.1", SWITCH, NOW + 1, 60)
    await rig.tell(
        CallbackLeased(NOW + 1, callback="100001.1", attempt=1, switch=SWITCH),
        CallbackStarted(
            NOW + 1,
            "b",
            "",
            callback="100001.1",
            ticket="100001",
            queue="support",
            number=CALLER,
            attempt=1,
            mode="agent_first",
        ),
        *more,
    )


def test_an_attempt_that_was_cut_off_is_made_again_and_its_lease_is_free(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        await attempt(rig, CallbackDialled(NOW + 9, "b", "leg-1", callback="100001.1", attempt=1))
        assert (await rig.callbacks.mine(SWITCH))[0].state == "dialling"
        found = await rig.tell(started(NOW + 20))
        (over,) = of(CallbackAttemptEnded, found)
        assert (over.outcome, over.attempt, over.call) == ("cut_off", 1, "b")
        assert of(TicketOpened, found) == []
        assert await rig.callbacks.mine(SWITCH) == []
        assert await rig.callbacks.due(NOW + 49) == []
        (due,) = await rig.callbacks.due(NOW + 51)
        assert (due.state, due.attempt, due.dialled, due.arrival) == ("waiting", 1, 0, NOW), "not counted"
        assert due.crashes == 1

    play(database_url, scene)


def test_a_lease_that_only_the_database_knows_is_freed_too(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        await rig.tell(started(NOW - 1000), ticket("100001"), requested("100001"))
        assert await rig.leases.take("100001.1", SWITCH, NOW + 1, 60)
        assert of(CallbackAttemptEnded, await rig.tell(started(NOW + 2, "switch-2"), switch="switch-2")) == []
        assert len(of(CallbackAttemptEnded, await rig.tell(started(NOW + 20)))) == 1
        # The new run's own leases are nobody's business.
        assert await rig.leases.take("100001.1", SWITCH, NOW + 60, 60)
        assert of(CallbackAttemptEnded, await rig.tell(started(NOW + 60))) == []

    play(database_url, scene)


def test_a_callback_whose_conversation_was_over_is_completed(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        talked = (connected("b", NOW + 20), agent_left("b", NOW + 80))
        await attempt(rig, CallbackDialled(NOW + 9, "b", "leg-1", callback="100001.1", attempt=1), *talked)
        found = await rig.tell(started(NOW + 100))
        (over,) = of(CallbackAttemptEnded, found)
        assert (over.outcome, over.talk_ms, over.agent) == ("reached", 60_000, "1001")
        due = await rig.callbacks.get("100001.1")
        assert due is not None
        assert (due.state, due.end) == ("closed", "completed")
        known = await rig.tickets.get("100001")
        assert known is not None
        assert (known.state, known.owner, known.responded_at) == ("assigned", "1001", NOW + 100)

    play(database_url, scene)


def test_a_callback_that_waited_for_an_agent_leaves_the_line_too(database_url: URL) -> None:
    def waits(number: str, entry: str) -> QueueEntered:
        return queued("", NOW + 5, entry=entry, kind="callback", callback=f"{number}.1")

    def taken(number: str, entry: str, call: str) -> list[Event]:
        begun = CallbackStarted(
            NOW + 6,
            call,
            "",
            callback=f"{number}.1",
            ticket=number,
            queue="support",
            number=CALLER,
            attempt=1,
            mode="agent_first",
        )
        gone = QueueLeft(
            NOW + 7,
            call,
            "",
            queue="support",
            entry=entry,
            kind="callback",
            entered_at=NOW + 5,
            why="answered",
            wait_ms=2000,
            position=1,
            original_position=1,
            agent="1001",
        )
        return [begun, gone, ended(call, NOW + 90)]

    async def scene(rig: Records) -> None:
        await rig.tell(started(NOW - 1000))
        for index in (1, 2, 3):
            caller = f"1380013800{index}"
            await rig.tell(ticket(f"10000{index}", caller=caller), requested(f"10000{index}", caller=caller))
        withdrawn = QueueLeft(
            NOW + 6,
            "",
            "",
            queue="support",
            entry="e3",
            kind="callback",
            entered_at=NOW + 5,
            why="withdrawn",
            wait_ms=1000,
            position=1,
            original_position=1,
        )
        await rig.tell(waits("100001", "e1"), waits("100002", "e2"), waits("100003", "e3"), withdrawn)
        await rig.tell(*taken("100002", "e2", "b2"))
        found = await rig.tell(started(NOW + 100))
        assert [(event.entry, event.why) for event in of(QueueLeft, found)] == [("e1", "cut_off")]
        assert of(TicketOpened, found) == []
        assert len(await rig.callbacks.due(NOW + 101)) == 3

    play(database_url, scene)


def test_calls_of_other_switches_go_on(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        await rig.tell(started(NOW - 1000), offered("ours", "13800138001"), flow("ours"))
        await rig.tell(started(NOW - 1000, "switch-2"), switch="switch-2")
        await rig.tell(offered("theirs", "13800138002"), flow("theirs"), switch="switch-2")
        found = await rig.tell(started(NOW + 100))
        assert [event.call for event in of(call_events.CallEnded, found)] == ["ours"]

    play(database_url, scene)


def test_a_second_start_finds_nothing_left_to_do(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        await rig.tell(started(NOW - 1000), offered("c"), flow("c"), queued("c"))
        assert len(await rig.tell(started(NOW + 100))) == 4
        assert await rig.tell(started(NOW + 200)) == []

    play(database_url, scene)

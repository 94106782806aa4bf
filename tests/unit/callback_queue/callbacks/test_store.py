"""Leases: one switch at a time has a callback, and an attempt that is over never comes back."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.engine import URL

from callback_queue.callbacks.events import (
    AttemptOutcome,
    CallbackAttemptEnded,
    CallbackClosed,
    CallbackDialled,
    CallbackLeased,
    CallbackRescheduled,
    CallbackStarted,
)
from callback_queue.callbacks.lease import LeaseTable
from callback_queue.callbacks.projection import CallbackProjection
from callback_queue.callbacks.store import DEAD_HOLDER, CallbackStore
from callback_queue.tickets.events import TicketChanged
from config.database import create_engine
from tests.unit.callback_queue.records import NOW, SWITCH, Records, requested, ticket
from tests.unit.callback_queue.recovery.test_cut_off import play

ID = "100001.1"
OTHER = "switch-2"


async def one(rig: Records, **facts: object) -> CallbackStore:
    await rig.tell(ticket("100001"), requested("100001", **facts))  # type: ignore[arg-type]
    return rig.callbacks


async def state(store: CallbackStore) -> tuple[str, int, str]:
    due = await store.get(ID)
    assert due is not None
    return due.state, due.attempt, due.lease_holder


def test_of_two_switches_that_race_one_gets_it(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        await one(rig)
        engines = [create_engine(database_url) for _ in range(2)]
        tables = [LeaseTable(engine) for engine in engines]
        switches = [f"switch-{index}" for index in range(8)]
        got = await asyncio.gather(
            *(tables[index % 2].take(ID, name, NOW + 1, 60) for index, name in enumerate(switches))
        )
        (winner,) = [index for index, row in enumerate(got) if row is not None]
        assert await state(rig.callbacks) == ("leased", 1, switches[winner])
        for engine in engines:
            await engine.dispose()

    play(database_url, scene)


def test_an_attempt_from_lease_to_end(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        store = await one(rig)
        assert await rig.leases.take(ID, SWITCH, NOW + 1, 60)
        assert not await rig.leases.take(ID, OTHER, NOW + 2, 60)
        assert not await rig.leases.take(ID, OTHER, NOW + 2, 60)
        assert not await rig.leases.begin_dialling(ID, 1, OTHER, NOW + 3, 60)
        assert await rig.leases.renew(ID, 1, SWITCH, NOW + 50, 60)
        assert await rig.leases.begin_dialling(ID, 1, SWITCH, NOW + 100, 60)
        assert not await rig.leases.begin_dialling(ID, 1, SWITCH, NOW + 101, 60), "one dial for one attempt"
        assert await rig.leases.renew(ID, 1, SWITCH, NOW + 150, 60)
        assert not await rig.leases.release(ID, 1, OTHER, NOW + 300, "busy")
        assert await rig.leases.release(ID, 1, SWITCH, NOW + 300, "busy", "1001")
        assert not await rig.leases.renew(ID, 1, SWITCH, NOW + 160, 60)
        assert await store.due(NOW + 299) == []
        (due,) = await store.due(NOW + 300)
        assert (due.attempt, due.dialled, due.outcome, due.agent) == (1, 1, "busy", "1001")
        assert await rig.leases.take(ID, OTHER, NOW + 301, 60)
        assert not await rig.leases.release(ID, 1, SWITCH, NOW + 400, "busy"), "that attempt is over"
        assert await state(store) == ("leased", 2, OTHER)

    play(database_url, scene)


def test_a_lease_that_ran_out_before_the_dial_goes_to_another_switch_and_its_holder_may_not_dial(
    database_url: URL,
) -> None:
    async def scene(rig: Records) -> None:
        await one(rig)
        assert await rig.leases.take(ID, SWITCH, NOW, 60)
        assert not await rig.leases.begin_dialling(ID, 1, SWITCH, NOW + 61, 60), (
            "too late: somebody may have it already"
        )
        assert await rig.leases.take(ID, OTHER, NOW + 61, 60)
        assert not await rig.leases.renew(ID, 1, SWITCH, NOW + 62, 60)
        assert not await rig.leases.begin_dialling(ID, 1, SWITCH, NOW + 62, 60)
        assert await rig.leases.begin_dialling(ID, 2, OTHER, NOW + 62, 60)

    play(database_url, scene)


def test_a_lease_that_ran_out_before_the_dial_is_not_renewed(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        await one(rig)
        assert await rig.leases.take(ID, SWITCH, NOW, 60)
        assert await rig.leases.renew(ID, 1, SWITCH, NOW + 60, 60)
        assert not await rig.leases.renew(ID, 1, SWITCH, NOW + 121, 60), "somebody may have acted on it"
        assert not await rig.leases.begin_dialling(ID, 1, SWITCH, NOW + 122, 60)
        assert await rig.leases.take(ID, SWITCH, NOW + 123, 60)
        assert await rig.leases.begin_dialling(ID, 2, SWITCH, NOW + 124, 60)
        late = NOW + 184 + DEAD_HOLDER
        assert await rig.leases.renew(ID, 2, SWITCH, late, 60), "nobody else could have it yet"
        assert not await rig.leases.renew(ID, 2, SWITCH, late + 61 + DEAD_HOLDER, 60)

    play(database_url, scene)


async def two(rig: Records, one: str, other: str) -> None:
    """Callbacks of two callers."""
    for number, caller in (("100001", one), ("100002", other)):
        await rig.tell(ticket(number, caller=f"1390000{number}"), requested(number, caller=caller))


def test_a_switch_that_was_away_does_not_dial_a_telephone_that_another_one_dials(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        await two(rig, "13800138000", "+86 138 0013 8000")
        assert await rig.leases.take(ID, SWITCH, NOW + 1, 60)
        assert not await rig.leases.take("100002.1", OTHER, NOW + 30, 60)
        assert await rig.leases.take("100002.1", OTHER, NOW + 62, 60), "the first lease has run out"
        assert await rig.leases.begin_dialling("100002.1", 1, OTHER, NOW + 63, 60)
        assert not await rig.leases.renew(ID, 1, SWITCH, NOW + 64, 60)
        assert not await rig.leases.begin_dialling(ID, 1, SWITCH, NOW + 65, 60)

    play(database_url, scene)


def test_a_newer_number_that_is_being_dialled_is_not_dialled_a_second_time(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        await rig.tell(ticket("100001"), requested("100001"))
        await rig.tell(ticket("100002", caller="13900139000"), requested("100002", caller="13900139000"))
        assert await rig.leases.take(ID, SWITCH, NOW + 1, 60)
        assert await rig.leases.take("100002.1", OTHER, NOW + 1, 60)
        assert await rig.leases.begin_dialling("100002.1", 1, OTHER, NOW + 2, 60)
        await rig.tell(
            ticket("100003", NOW + 3), requested("100003", NOW + 3, "+86 139 0013 9000")
        )  # joined into the first
        assert not await rig.leases.begin_dialling(ID, 1, SWITCH, NOW + 4, 60)
        due = await rig.callbacks.get(ID)
        assert due is not None
        assert (due.number, due.state, due.dialled) == ("+86 139 0013 9000", "leased", 0)
        assert await rig.leases.release("100002.1", 1, OTHER, NOW + 300, "busy")
        assert await rig.leases.begin_dialling(ID, 1, SWITCH, NOW + 5, 60)

    play(database_url, scene)


def test_of_two_leases_that_got_the_same_number_one_is_dialled(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        await two(rig, "13800138000", "13900139000")
        assert await rig.leases.take(ID, SWITCH, NOW + 1, 60)
        assert await rig.leases.take("100002.1", OTHER, NOW + 1, 60)
        newer = requested("100003", NOW + 3, "+86 139 0013 9000")
        await rig.tell(ticket("100003", NOW + 3, caller="1390000100001"), newer)  # joined into the first
        due = await rig.callbacks.get(ID)
        assert due is not None
        assert due.number == "+86 139 0013 9000"
        engines = [create_engine(database_url) for _ in range(2)]
        left, right = (LeaseTable(engine) for engine in engines)
        got = await asyncio.gather(
            left.begin_dialling(ID, 1, SWITCH, NOW + 4, 60),
            right.begin_dialling("100002.1", 1, OTHER, NOW + 4, 60),
        )
        assert len([row for row in got if row is not None]) == 1
        for engine in engines:
            await engine.dispose()

    play(database_url, scene)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("+8613800138000", "13800138000", True),
        ("+4930123456", "030123456", True),
        ("+4512345678", "12345678", True),
        ("+79161234567", "89161234567", True),
        ("13800138000", "13800138001", False),
        ("2001", "12001", False),
        ("12345678", "87654321", False),
    ],
)
def test_without_a_country_numbers_are_compared_by_their_ends(
    database_url: URL, one: str, other: str, same: bool
) -> None:
    async def scene(rig: Records) -> None:
        projection = CallbackProjection("")
        async with rig.engine.begin() as connection:
            for number, caller in (("100001", one), ("100002", other)):
                await projection.apply(connection, requested(number, caller=caller), {"switch": SWITCH})
        assert await rig.leases.take(ID, SWITCH, NOW + 1, 60)
        assert len(await rig.callbacks.due(NOW + 1)) == (0 if same else 1)
        assert (await rig.leases.take("100002.1", OTHER, NOW + 1, 60) is None) == same

    play(database_url, scene)


def test_a_ticket_that_is_over_ends_the_lease_unless_they_speak(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        await one(rig)
        assert await rig.leases.take(ID, SWITCH, NOW + 1, 60)
        assert await rig.leases.begin_dialling(ID, 1, SWITCH, NOW + 2, 60)
        solved = TicketChanged(NOW + 3, ticket="100001", by="agent:1001", changes={"state": "solved"})
        await rig.tell(solved, switch=OTHER)
        assert not await rig.leases.renew(ID, 1, SWITCH, NOW + 5, 60)
        assert await rig.leases.renew(ID, 1, SWITCH, NOW + 5, 60, connected=True)

    play(database_url, scene)


def test_a_lease_that_ran_out_during_the_dial_is_left_alone_for_long(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        store = await one(rig)
        assert await rig.leases.take(ID, SWITCH, NOW, 60)
        assert await rig.leases.begin_dialling(ID, 1, SWITCH, NOW + 10, 60)
        assert await store.due(NOW + 70 + DEAD_HOLDER) == []
        assert not await rig.leases.take(ID, OTHER, NOW + 70 + DEAD_HOLDER, 60)
        assert len(await store.due(NOW + 71 + DEAD_HOLDER)) == 1
        assert await rig.leases.take(ID, OTHER, NOW + 71 + DEAD_HOLDER, 60)

    play(database_url, scene)


def test_nothing_is_leased_that_is_not_due_expired_or_over(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        store = await one(rig, not_before=NOW + 100, expires=NOW + 200)
        assert not await rig.leases.take(ID, SWITCH, NOW + 99, 60)
        assert not await rig.leases.take(ID, SWITCH, NOW + 200, 60)
        assert await store.cancel(ID)
        assert not await store.cancel(ID)
        assert not await rig.leases.take(ID, SWITCH, NOW + 150, 60)
        assert not await rig.leases.take("nobody.1", SWITCH, NOW + 150, 60)

    play(database_url, scene)


def test_a_callback_that_is_closed_between_lease_and_dial_is_not_dialled(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        store = await one(rig)
        assert await rig.leases.take(ID, SWITCH, NOW + 1, 60)
        await rig.tell(CallbackClosed(NOW + 2, callback=ID, end="cancelled", by="agent:1001"))
        assert not await rig.leases.begin_dialling(ID, 1, SWITCH, NOW + 3, 60)
        assert await store.mine(SWITCH) == []

    play(database_url, scene)


def test_events_that_come_late_do_not_undo_what_the_database_knows(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        store = await one(rig)
        told = (
            CallbackLeased(NOW + 1, callback=ID, attempt=1, switch=SWITCH),
            CallbackDialled(NOW + 5, "b", "l", callback=ID, attempt=1),
            CallbackAttemptEnded(
                NOW + 9, "b", "l", callback=ID, attempt=1, outcome="busy", agent="1001", next_at=NOW + 20
            ),
        )
        assert await rig.leases.take(ID, SWITCH, NOW + 1, 60)
        assert await rig.leases.begin_dialling(ID, 1, SWITCH, NOW + 5, 60)
        assert await rig.leases.release(ID, 1, SWITCH, NOW + 20, "busy", "1001")
        assert await rig.leases.take(ID, OTHER, NOW + 21, 60)
        assert await rig.leases.begin_dialling(ID, 2, OTHER, NOW + 22, 60)
        await rig.tell(*told)  # the recorder was away
        assert await state(store) == ("dialling", 2, OTHER)
        due = await store.get(ID)
        assert due is not None
        assert due.dialled == 2
        assert await rig.leases.renew(ID, 2, OTHER, NOW + 30, 60)

    play(database_url, scene)


def test_the_events_alone_come_to_the_same(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        store = await one(rig)
        await rig.tell(
            CallbackLeased(NOW + 1, callback=ID, attempt=1, switch=SWITCH),
            CallbackStarted(
                NOW + 2,
                "b",
                "",
                callback=ID,
                ticket="100001",
                queue="support",
                number="1",
                attempt=1,
                mode="agent_first",
            ),
            CallbackDialled(NOW + 5, "b", "l", callback=ID, attempt=1),
        )
        assert await state(store) == ("dialling", 1, SWITCH)
        await rig.tell(
            CallbackAttemptEnded(
                NOW + 9,
                "b",
                "l",
                callback=ID,
                attempt=1,
                outcome="reached",
                agent="1001",
                next_at=0,
                talk_ms=5000,
            )
        )
        due = await store.get(ID)
        assert due is not None
        assert (due.state, due.end, due.reached_at, due.dialled) == ("closed", "completed", NOW + 9, 1)
        assert (due.first_attempt_at, due.lease_holder) == (NOW + 2, "")
        await rig.tell(
            CallbackClosed(NOW + 9, callback=ID, end="completed", by="agent:1001", note="all well")
        )
        due = await store.get(ID)
        assert due is not None
        assert (due.ended_by, due.note) == ("agent:1001", "all well")

    play(database_url, scene)


def test_a_callback_can_be_moved_and_is_tried_again_after_that_time(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        store = await one(rig, expires=NOW + 1000)
        await rig.tell(CallbackRescheduled(NOW + 1, callback=ID, due=NOW + 5000, by="agent:1001"))
        assert await store.due(NOW + 4999) == []
        assert len(await store.due(NOW + 5001)) == 1
        assert await rig.leases.take(ID, SWITCH, NOW + 5001, 60)
        assert not await store.reschedule(ID, NOW + 9000), "an agent is being rung for it"
        await rig.tell(CallbackRescheduled(NOW + 5002, callback=ID, due=NOW + 9000, by="agent:1001"))
        await rig.tell(
            CallbackAttemptEnded(
                NOW + 5010, "b", "", callback=ID, attempt=1, outcome="no_agent", agent="", next_at=NOW + 5040
            )
        )
        (due,) = await store.list()
        assert (due.state, due.due) == ("waiting", NOW + 9000)
        assert await store.reschedule(ID, NOW + 6000)
        assert len(await store.due(NOW + 6000)) == 1

    play(database_url, scene)


def test_due_ones_come_by_arrival_of_the_wanted_queues(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        for index, (queue, arrival) in enumerate([("sales", 30), ("support", 10), ("sales", 20), ("x", 0)]):
            number, caller = f"10000{index}", f"1380013800{index}"
            wish = requested(number, NOW, caller, queue=queue, arrival=NOW - arrival)
            await rig.tell(ticket(number, caller=caller, queue=queue), wish)
        found = await rig.callbacks.due(NOW + 1, queues=("sales", "support"))
        assert [due.callback for due in found] == ["100000.1", "100002.1", "100001.1"]
        assert [due.callback for due in await rig.callbacks.due(NOW + 1, limit=1)] == ["100000.1"]
        assert [due.queue for due in await rig.callbacks.list(queue="x")] == ["x"]

    play(database_url, scene)


def test_what_is_leased_is_the_callback_as_it_stands_now(database_url: URL) -> None:
    """The caller has left a newer number since it was read: it is the one to dial."""

    async def scene(rig: Records) -> None:
        store = await one(rig)
        (read,) = await store.due(NOW + 1)
        newer = ticket("100002", NOW + 2)
        await rig.tell(newer, requested("100002", NOW + 2, "13900139000"))
        taken = await rig.leases.take(read.callback, SWITCH, NOW + 3, 60)
        assert taken is not None
        assert (read.number, taken.number, taken.attempt) == ("13800138000", "13900139000", 1)
        newest = ticket("100003", NOW + 4)
        await rig.tell(newest, requested("100003", NOW + 4, "13700137000"))
        dialled = await rig.leases.begin_dialling(ID, 1, SWITCH, NOW + 5, 60)
        assert dialled is not None
        assert dialled.number == "13700137000"

    play(database_url, scene)


SPELLINGS = ("+8613800138000", "13800138000", "008613800138000", "+86 138-0013-8000")


async def _spelled(rig: Records) -> list[str]:
    """Callbacks to one telephone, as many as there are spellings of its number; one ticket each."""
    for index, number in enumerate(SPELLINGS):
        name = f"10000{index + 1}"
        await rig.tell(ticket(name, caller=f"1390000000{index}"), requested(name, caller=number))
    return [f"10000{index + 1}.1" for index in range(len(SPELLINGS))]


def test_one_telephone_in_many_spellings_is_called_by_one_at_a_time(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        first, *others = await _spelled(rig)
        assert len(await rig.callbacks.due(NOW + 1)) == len(SPELLINGS)
        assert await rig.leases.take(first, SWITCH, NOW + 1, 60)
        assert await rig.callbacks.due(NOW + 1) == [], "nor does anybody wait in the line for it"
        for other in others:
            assert await rig.leases.take(other, OTHER, NOW + 1, 60) is None
        assert await rig.leases.begin_dialling(first, 1, SWITCH, NOW + 2, 60)
        assert await rig.leases.take(others[0], OTHER, NOW + 63, 60) is None, "its switch may be alive"
        assert await rig.leases.release(first, 1, SWITCH, NOW + 300, "busy")
        assert await rig.leases.take(others[0], OTHER, NOW + 64, 60)

    play(database_url, scene)


def test_of_switches_that_race_for_one_telephone_one_gets_it(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        names = await _spelled(rig)
        engines = [create_engine(database_url) for _ in range(4)]
        for turn in range(5):
            at = NOW + 1 + 100 * turn
            got = await asyncio.gather(
                *(
                    LeaseTable(engines[index % 4]).take(name, f"switch-{index}", at, 60)
                    for index, name in enumerate(names * 2)
                )
            )
            (taken,) = [row for row in got if row is not None]
            assert await rig.leases.release(taken.callback, taken.attempt, taken.lease_holder, at, "no_agent")
        for engine in engines:
            await engine.dispose()

    play(database_url, scene)


def test_a_ticket_that_is_over_is_neither_leased_nor_dialled(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        store = await one(rig)
        assert await rig.leases.take(ID, SWITCH, NOW + 1, 60)
        async with rig.engine.begin() as connection:  # the recorder has not closed the callback yet
            await connection.exec_driver_sql("UPDATE tickets SET state = 'solved'")
        assert await rig.leases.begin_dialling(ID, 1, SWITCH, NOW + 2, 60) is None
        assert await rig.leases.release(ID, 1, SWITCH, NOW + 3, "withdrawn")
        assert await store.due(NOW + 60) == []
        assert await rig.leases.take(ID, SWITCH, NOW + 60, 60) is None

    play(database_url, scene)


@pytest.mark.parametrize(("outcome", "dialled"), [("withdrawn", 0), ("cut_off", 0), ("busy", 1)])
@pytest.mark.parametrize("short_way", [True, False])
def test_an_attempt_that_we_ended_counts_as_none(
    database_url: URL, outcome: AttemptOutcome, dialled: int, short_way: bool
) -> None:
    """Whether the switch gives the lease back itself, or the recorder does, or both."""

    async def scene(rig: Records) -> None:
        await one(rig)
        told = CallbackAttemptEnded(
            NOW + 9, "b", "l", callback=ID, attempt=1, outcome=outcome, agent="", next_at=NOW + 20
        )
        assert await rig.leases.take(ID, SWITCH, NOW + 1, 60)
        assert await rig.leases.begin_dialling(ID, 1, SWITCH, NOW + 5, 60)
        if short_way:
            assert await rig.leases.release(ID, 1, SWITCH, NOW + 20, outcome)
        for _ in range(2):
            await rig.tell(CallbackDialled(NOW + 5, "b", "l", callback=ID, attempt=1), told)
            due = await rig.callbacks.get(ID)
            assert due is not None
            assert (due.state, due.dialled, due.outcome) == ("waiting", dialled, outcome)

    play(database_url, scene)

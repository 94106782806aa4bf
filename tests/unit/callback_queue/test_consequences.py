"""What follows: duplicates are joined, who was reached needs no call, what nobody did expires."""

from __future__ import annotations

import pytest
from sqlalchemy.engine import URL

from callback_queue.callbacks.events import (
    AttemptOutcome,
    CallbackAttemptEnded,
    CallbackClosed,
    CallbackDialled,
    CallbackLeased,
    CallbackRestored,
    CallbackStarted,
)
from callback_queue.callbacks.store import CallbackView
from callback_queue.callbacks.tables import CallbackRow
from callback_queue.tickets.events import TicketChanged, TicketJoined
from callback_queue.tickets.tables import Ticket, TicketHistory
from journal.event import Event
from tests.unit.callback_queue.records import (
    CALLER,
    NOW,
    SWITCH,
    Records,
    connected,
    flow,
    offered,
    queued,
    requested,
    rules,
    started,
    ticket,
)
from tests.unit.callback_queue.recovery.test_cut_off import of, play

DAY = 86400.0


async def both(rig: Records, number: str, at: float = NOW, **facts: object) -> list[Event]:
    """A ticket and its callback."""
    wish = {name: facts.pop(name) for name in ("why", "not_before", "priority", "to") if name in facts}
    caller = str(facts.get("caller", CALLER))
    called = str(wish.pop("to", caller))
    drawn = await rig.tell(ticket(number, at, **facts))  # type: ignore[arg-type]
    return drawn + await rig.tell(requested(number, at, called, **wish))


# --- one caller, one ticket -------------------------------------------------------------------------------


def test_a_second_ticket_of_a_caller_is_joined_to_the_open_one_which_keeps_its_place(
    database_url: URL,
) -> None:
    async def scene(rig: Records) -> None:
        await both(rig, "100001", kind="abandoned", why="abandoned", title="", severity=3)
        wish = NOW + 7200
        told = await both(
            rig,
            "100002",
            NOW + 600,
            caller="+86 138-0013-8000",
            to="13900139000",
            not_before=wish,
            priority=5,
            title="Printer broken",
            category="printing",
            severity=2,
            tags=["new"],
        )
        assert [type(event).__name__ for event in told] == ["TicketJoined", "CallbackClosed"]
        newer, older = await rig.tickets.get("100002"), await rig.tickets.get("100001")
        assert newer is not None
        assert older is not None
        assert (newer.state, newer.joined_into, older.state) == ("joined", "100001", "open")
        # The older one said nothing: what the caller says now is what it is about.
        assert (older.title, older.category, older.severity) == ("Printer broken", "printing", 2)
        assert older.tags == ["new"]
        assert [t.number for t in await rig.tickets.joined("100001")] == ["100002"]
        closed, due = await rig.callbacks.get("100002.1"), await rig.callbacks.get("100001.1")
        assert closed is not None
        assert due is not None
        assert (closed.state, closed.end, closed.note) == ("closed", "joined", "merged into 100001.1")
        assert (due.state, due.arrival, due.number, due.due) == ("waiting", NOW, "13900139000", wish)
        assert due.priority == 5
        what = [entry.what for entry in await rig.tickets.history("100001")]
        assert what == ["opened", "callback_requested", "joined", "callback_closed"]

    play(database_url, scene)


def test_a_third_ticket_joins_the_first_one_too(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        for number in range(3):
            await both(rig, f"10000{number + 1}", NOW + 60 * number)
        joined = [row["joined_into"] for row in await rig.rows(Ticket.__table__)]
        assert joined == ["", "100001", "100001"]
        assert [row["state"] for row in await rig.rows(CallbackRow.__table__)] == [
            "waiting",
            "closed",
            "closed",
        ]

    play(database_url, scene)


def test_the_customers_own_words_stay_when_a_call_without_words_is_joined(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        await both(rig, "100001", title="Printer broken", resolve_by=NOW + 900)
        await both(rig, "100002", NOW + 60, kind="abandoned", title="", resolve_by=NOW + 600)
        older = await rig.tickets.get("100001")
        assert older is not None
        assert (older.title, older.resolve_by) == ("Printer broken", NOW + 600)

    play(database_url, scene)


def test_when_the_older_callback_is_over_the_newer_one_stays(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        await both(rig, "100001")
        await rig.tell(CallbackClosed(NOW + 30, callback="100001.1", end="completed", by="system"))
        told = await both(rig, "100002", NOW + 60)
        assert [type(event).__name__ for event in told] == ["TicketJoined"]
        due = await rig.callbacks.get("100002.1")
        assert due is not None
        assert (due.state, due.ticket) == ("waiting", "100001")

    play(database_url, scene)


def test_no_ticket_is_joined_to_one_that_is_over_old_or_somebody_elses(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        await both(rig, "100001")
        await rig.tell(TicketChanged(NOW + 10, ticket="100001", by="agent:1001", changes={"state": "solved"}))
        assert await both(rig, "100002", NOW + 60) == []
        assert await both(rig, "100003", NOW + 60 + DAY + 1) == []
        assert await both(rig, "100004", NOW + 70, caller="13800138001") == []
        assert await rig.tell(ticket("100005", NOW + 80, "", callback_number="")) == []
        assert await rig.tell(ticket("100006", NOW + 90, "", callback_number="")) == []

    play(database_url, scene)


def test_who_asks_anew_has_all_attempts_anew(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        await both(rig, "100001")
        for attempt in (1, 2):
            at = NOW + 100 * attempt
            assert await rig.leases.take("100001.1", SWITCH, at, 60)
            assert await rig.leases.begin_dialling("100001.1", attempt, SWITCH, at, 60)
            await rig.leases.release("100001.1", attempt, SWITCH, at + 50, "busy")
        before = await rig.callbacks.get("100001.1")
        assert before is not None
        assert before.dialled == 2
        await both(rig, "100002", NOW + 400)
        due = await rig.callbacks.get("100001.1")
        assert due is not None
        assert (due.state, due.dialled, due.attempt) == ("waiting", 0, 2)

    play(database_url, scene)


def test_who_asks_anew_while_the_phone_rings_is_in_the_first_attempt(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        await both(rig, "100001")
        assert await rig.leases.take("100001.1", SWITCH, NOW, 60)
        assert await rig.leases.begin_dialling("100001.1", 1, SWITCH, NOW, 60)
        await both(rig, "100002", NOW + 10)
        due = await rig.callbacks.get("100001.1")
        assert due is not None
        assert (due.state, due.dialled) == ("dialling", 1)

    play(database_url, scene)


def test_joining_can_be_turned_off(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        await both(rig, "100001")
        assert await both(rig, "100002", NOW + 60) == []

    play(database_url, scene, opening=rules(join_within=0))


def test_a_callback_that_is_being_dialled_goes_on_and_the_next_attempt_has_the_new_number(
    database_url: URL,
) -> None:
    async def scene(rig: Records) -> None:
        await both(rig, "100001")
        assert await rig.leases.take("100001.1", SWITCH, NOW + 1, 60)
        await both(rig, "100002", NOW + 2, to="13900139000")
        (mine,) = await rig.callbacks.mine(SWITCH)
        assert (mine.state, mine.attempt) == ("leased", 1)
        ended = CallbackAttemptEnded(
            NOW + 9, "b", "", callback="100001.1", attempt=1, outcome="busy", agent="1001", next_at=NOW + 300
        )
        await rig.tell(ended)
        (due,) = await rig.callbacks.due(NOW + 301)
        assert (due.callback, due.number, due.attempt) == ("100001.1", "13900139000", 1)

    play(database_url, scene)


# --- reached meanwhile ------------------------------------------------------------------------------------


def test_a_caller_who_is_served_meanwhile_is_not_called_for_having_been_missed(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        await both(rig, "100001", kind="abandoned", why="abandoned")
        calls_again = [
            offered("c2", "+8613800138000", NOW + 60),
            flow("c2", NOW + 60),
            queued("c2", NOW + 61),
        ]
        assert await rig.tell(*calls_again) == []
        told = await rig.tell(connected("c2", NOW + 90))
        assert [type(event).__name__ for event in told] == ["CallbackClosed", "TicketChanged"]
        due, known = await rig.callbacks.get("100001.1"), await rig.tickets.get("100001")
        assert due is not None
        assert known is not None
        assert (due.end, known.state, known.resolved_at) == ("reached_meanwhile", "closed", NOW + 90)
        assert "1001" in due.note

    play(database_url, scene)


def test_what_the_caller_had_told_is_still_to_be_done(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        await both(rig, "100001", kind="problem", state="hung_up", why="abandoned")
        told = await rig.tell(offered("c2"), connected("c2", NOW + 90))
        assert [type(event).__name__ for event in told] == ["CallbackClosed"]
        known = await rig.tickets.get("100001")
        assert known is not None
        assert known.state == "open"

    play(database_url, scene)


def test_only_callbacks_of_missed_callers_that_nobody_dials_are_closed(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        await both(rig, "100001", caller="13800138001", why="intake")
        await both(rig, "100002", caller="13800138002", why="abandoned")
        assert await rig.leases.take("100002.1", SWITCH, NOW + 1, 60)
        assert await rig.leases.begin_dialling("100002.1", 1, SWITCH, NOW + 2, 60)
        await both(rig, "100003", caller="13800138003", why="cut_off")
        for index in (1, 2, 4):
            call = f"again-{index}"
            assert await rig.tell(offered(call, f"1380013800{index}"), connected(call, NOW + 30)) == []
        # An agent who calls a colleague from that number is nobody who was missed.
        agents_own = offered("own", "13800138003", source="agent:1001")
        assert await rig.tell(agents_own, connected("own", NOW + 30)) == []

    play(database_url, scene)


def test_a_caller_who_is_served_while_an_agent_is_rung_for_the_callback_is_not_called(
    database_url: URL,
) -> None:
    async def scene(rig: Records) -> None:
        await both(rig, "100001", why="abandoned")
        assert await rig.leases.take("100001.1", SWITCH, NOW + 1, 60)
        told = await rig.tell(offered("again"), connected("again", NOW + 30))
        assert [event.end for event in of(CallbackClosed, told)] == ["reached_meanwhile"]
        assert not await rig.leases.begin_dialling("100001.1", 1, SWITCH, NOW + 31, 60)

    play(database_url, scene)


# --- a ticket that is over --------------------------------------------------------------------------------


def _solved(at: float, state: str = "solved") -> TicketChanged:
    return TicketChanged(at, ticket="100001", by="agent:1001", changes={"state": state})


@pytest.mark.parametrize("state", ["solved", "closed"])
def test_a_ticket_that_is_over_needs_no_call(database_url: URL, state: str) -> None:
    async def scene(rig: Records) -> None:
        await both(rig, "100001")
        (closed,) = of(CallbackClosed, await rig.tell(_solved(NOW + 5, state)))
        assert (closed.end, closed.by, closed.note) == ("cancelled", "agent:1001", f"ticket {state}")
        assert await rig.callbacks.due(NOW + 60) == []

    play(database_url, scene)


def test_a_ticket_that_is_solved_while_the_customer_rings_is_not_called_again(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        await both(rig, "100001")
        assert await rig.leases.take("100001.1", SWITCH, NOW + 1, 60)
        assert await rig.leases.begin_dialling("100001.1", 1, SWITCH, NOW + 2, 60)
        assert await rig.tell(_solved(NOW + 5)) == []
        ended = CallbackAttemptEnded(
            NOW + 9, "b", "", callback="100001.1", attempt=1, outcome="busy", agent="", next_at=NOW + 300
        )
        (closed,) = await rig.tell(ended)
        assert closed == CallbackClosed(
            NOW + 9, callback="100001.1", end="cancelled", by="system", note="ticket solved"
        )

    play(database_url, scene)


def test_a_ticket_that_waits_for_its_customer_pauses_its_callback_and_its_expiry(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        await both(rig, "100001")
        assert await rig.tell(_solved(NOW + 5, "waiting")) == []
        assert await rig.callbacks.due(NOW + 60) == []
        late = NOW + 30 * 86400
        assert [e for e in await tick(rig, late) if isinstance(e, CallbackClosed)] == []
        (restored,) = await rig.tell(_solved(late, "open"))
        assert isinstance(restored, CallbackRestored)
        assert restored.expires > late
        assert len(await rig.callbacks.due(late + 1)) == 1

    play(database_url, scene)


# --- a callback that crashes the switch -------------------------------------------------------------------


def test_a_callback_that_crashes_the_switch_again_and_again_is_closed_with_an_alarm(
    database_url: URL, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(rig: Records) -> None:
        await both(rig, "100001")
        await rig.tell(started(NOW))
        for crash in (1, 2, 3):
            at = NOW + 1000 * crash
            assert await rig.leases.take("100001.1", SWITCH, at, 60)
            assert await rig.leases.begin_dialling("100001.1", crash, SWITCH, at + 1, 60)
            told = await rig.tell(
                CallbackLeased(at, callback="100001.1", attempt=crash, switch=SWITCH),
                CallbackDialled(at + 1, f"b{crash}", "", callback="100001.1", attempt=crash),
                started(at + 10),
            )
            (ended,) = of(CallbackAttemptEnded, told)
            assert (ended.outcome, bool(ended.next_at)) == ("cut_off", crash < 3)
            due = await rig.callbacks.get("100001.1")
            assert due is not None
            assert (due.crashes, due.dialled) == (crash, 0)
        (closed,) = of(CallbackClosed, told)
        assert (closed.end, "3 times" in closed.note) == ("crashed", True)
        assert [record.levelname for record in caplog.records if "crashes" in record.message] == ["ERROR"]
        known = await rig.tickets.get("100001")
        assert known is not None
        assert known.state == "open"
        last = (await rig.tickets.history("100001"))[-1]
        assert (last.what, last.note) == ("callback_closed", closed.note)

    play(database_url, scene)


async def _crash_but_in_the_second(rig: Records, outcome: AttemptOutcome) -> CallbackView:
    """Attempts that crash the switch, until none is made any more; one of them ends otherwise."""
    await both(rig, "100001")
    await rig.tell(started(NOW))
    for attempt in range(1, 8):
        at = NOW + 10_000 * attempt
        if not await rig.leases.take("100001.1", SWITCH, at, 60):
            break
        if attempt == 2:
            end = CallbackAttemptEnded(
                at, "b", "", callback="100001.1", attempt=2, outcome=outcome, agent="", next_at=at + 1
            )
            assert await rig.leases.release("100001.1", 2, SWITCH, at + 1, outcome)
            await rig.tell(end)
        else:
            await rig.tell(started(at + 10))
    due = await rig.callbacks.get("100001.1")
    assert due is not None
    return due


@pytest.mark.parametrize("outcome", ["busy", "no_answer", "refused"])
def test_only_crashes_in_a_row_count(database_url: URL, outcome: AttemptOutcome) -> None:
    async def scene(rig: Records) -> None:
        due = await _crash_but_in_the_second(rig, outcome)
        assert (due.attempt, due.crashes, due.end) == (5, 3, "crashed")

    play(database_url, scene)


@pytest.mark.parametrize("outcome", ["no_agent", "withdrawn", "failed"])
def test_an_attempt_that_rings_no_customer_does_not_end_a_row_of_crashes(
    database_url: URL, outcome: AttemptOutcome
) -> None:
    async def scene(rig: Records) -> None:
        due = await _crash_but_in_the_second(rig, outcome)
        assert (due.attempt, due.crashes, due.end) == (4, 3, "crashed")

    play(database_url, scene)


def test_a_callback_that_reaches_somebody_closes_the_others_of_the_same_number(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        await both(rig, "100001", why="intake")
        await rig.tell(TicketChanged(NOW + 1, ticket="100001", by="1001", changes={"state": "solved"}))
        await both(rig, "100002", NOW + 2, kind="cut_off", why="cut_off")
        begun = CallbackStarted(
            NOW + 5,
            "b",
            "",
            callback="100001.1",
            ticket="100001",
            queue="support",
            number=CALLER,
            attempt=1,
            mode="agent_first",
        )
        told = await rig.tell(begun, connected("b", NOW + 20))
        assert [event.callback for event in of(CallbackClosed, told)] == ["100002.1"]

    play(database_url, scene)


# --- time -------------------------------------------------------------------------------------------------


async def tick(rig: Records, now: float) -> list[Event]:
    async with rig.engine.connect() as connection:
        drawn = await rig.consequences.tick(connection, now)
    await rig.tell(*drawn, switch=f"{SWITCH}/recorder")
    return drawn


def test_a_callback_that_nobody_could_make_expires_once(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        await both(rig, "100001", caller="13800138001")
        await both(rig, "100002", caller="13800138002")
        late = NOW + 172800
        assert await rig.leases.take("100002.1", SWITCH, late - 10, 60)
        assert await tick(rig, late - 20) == []
        assert await rig.callbacks.due(late + 1) == []
        (closed,) = await tick(rig, late + 1)
        assert closed == CallbackClosed(late + 1, callback="100001.1", end="expired", by="system")
        assert await tick(rig, late + 2) == []

    play(database_url, scene)


def test_clocks_warn_once_before_and_once_after_their_deadline(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        await rig.tell(ticket("100001", respond_by=NOW + 100, resolve_by=NOW + 1000))
        told = [(at, event.changes) for at in range(0, 1200, 10) for event in await tick(rig, NOW + at)]  # type: ignore[attr-defined]
        assert told == [
            (80, {"sla": "respond_warning"}),
            (110, {"sla": "respond_breached"}),
            (800, {"sla": "resolve_warning"}),
            (1010, {"sla": "resolve_breached"}),
        ]
        known = await rig.tickets.get("100001")
        assert known is not None
        assert known.sla == ["respond_warning", "respond_breached", "resolve_warning", "resolve_breached"]

    play(database_url, scene)


def test_clocks_are_silent_for_what_was_done_or_waits_for_the_customer(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        for number, caller in (
            ("100001", "13800138001"),
            ("100002", "13800138002"),
            ("100003", "13800138003"),
        ):
            await rig.tell(ticket(number, caller=caller, respond_by=NOW + 100, resolve_by=NOW + 1000))
        await rig.tell(TicketChanged(NOW + 1, ticket="100001", by="1001", changes={"state": "solved"}))
        await rig.tell(TicketChanged(NOW + 1, ticket="100002", by="1001", changes={"state": "waiting"}))
        reached = CallbackAttemptEnded(
            NOW + 5, "b", "", callback="100003.1", attempt=1, outcome="reached", agent="1001", next_at=0
        )
        await rig.tell(requested("100003", caller="13800138003"), reached)
        assert await tick(rig, NOW + 500) == []
        assert [e.ticket for e in await tick(rig, NOW + 2000)] == ["100003"]  # type: ignore[attr-defined]

    play(database_url, scene)


def test_a_clock_that_is_set_anew_warns_anew(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        await rig.tell(ticket("100001", resolve_by=NOW + 100))
        assert len(await tick(rig, NOW + 200)) == 1
        moved = {"severity": 4, "respond_by": 0, "resolve_by": NOW + 1000}
        await rig.tell(TicketChanged(NOW + 210, ticket="100001", by="1001", changes=moved))
        assert await tick(rig, NOW + 220) == []
        assert len(await tick(rig, NOW + 1100)) == 1

    play(database_url, scene)


def test_every_change_is_in_the_history_with_who_made_it(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        await rig.tell(
            ticket("100001"),
            TicketChanged(NOW + 1, ticket="100001", by="agent:1001", changes={"owner": "1001"}, note="mine"),
            TicketChanged(NOW + 2, ticket="100001", by="wall", changes={"state": "joined", "severity": 1}),
            TicketChanged(NOW + 3, ticket="999999", by="wall", changes={"severity": 1}),
        )
        entries = await rig.tickets.history("100001")
        assert [(e.by, e.what, e.note) for e in entries] == [
            ("system", "opened", ""),
            ("agent:1001", "changed", "mine"),
            ("wall", "changed", ""),
        ]
        assert entries[1].details == {"changes": {"owner": "1001", "state": "assigned"}}
        assert entries[2].details["changes"] == {"severity": 1}
        assert "state" in entries[2].details["refused"]
        assert len(await rig.rows(TicketHistory.__table__)) == 3

    play(database_url, scene)


def test_the_customers_answer_opens_a_ticket_that_waits_however_late_it_comes(database_url: URL) -> None:
    async def scene(rig: Records) -> None:
        await both(rig, "100001", resolve_by=NOW + 50_000)
        await rig.tell(_solved(NOW + 5, "waiting"))
        late = NOW + 10 * 86400
        joined, opened = [
            event
            for event in await rig.tell(ticket("100002", at=late))
            if not isinstance(event, CallbackClosed)
        ][:2]
        assert isinstance(joined, TicketJoined)
        assert isinstance(opened, TicketChanged)
        assert (opened.ticket, opened.changes["state"]) == ("100001", "open")
        # The pause is added to the clock.
        assert opened.changes["resolve_by"] == NOW + 50_000 + (late - NOW - 5)
        known = await rig.tickets.get("100001")
        assert known is not None
        assert (known.state, known.waiting_since) == ("open", 0)

    play(database_url, scene)

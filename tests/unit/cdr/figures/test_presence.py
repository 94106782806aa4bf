"""Agents' time where something is missing or ends badly: crashes, reports that begin in the middle, gaps."""

from __future__ import annotations

from typing import Any

from callback_queue.agents.events import AgentOfferEnded, AgentStateChanged
from callback_queue.recovery.events import SwitchStarted, SwitchStopped
from cdr.figures.counter import FigureCounter
from cdr.figures.interval_tallies import FigureRules
from cdr.figures.windows import Windows
from journal.event import Event
from telephony.call.events import DigitReceived

HOUR = 3600.0


def changed(at: float, state: str, was: str, since: float, reason: str = "", call: str = "") -> Event:
    """A change of agent 1001."""
    return AgentStateChanged(
        at, agent="1001", state=state, was=was, since=since, reason=reason, why="", call=call
    )  # type: ignore[arg-type]


def figures(*events: Event, until: float = HOUR, switch: str = "s") -> dict[str, Any]:
    """The agent's figures in the first hour."""
    fold = FigureCounter(Windows([0, 3_600_000]), FigureRules())
    for event in events:
        fold.receive(event, switch)
    fold.finish(until)
    rows = fold.agents()
    return rows[0].figures if rows else {}


def test_a_state_that_goes_on_is_counted_until_now() -> None:
    found = figures(changed(0, "available", "offline", -60), until=600)
    assert (found["available_time"], found["online_time"]) == (600, 600)


def test_a_switch_that_ended_in_good_order_ends_its_agents_states() -> None:
    found = figures(changed(0, "available", "offline", 0), SwitchStopped(900, switch="s"))
    assert found["available_time"] == 900


def test_a_switch_that_was_killed_ends_them_with_its_last_sign_of_life() -> None:
    found = figures(
        changed(0, "available", "offline", 0),
        DigitReceived(1200, "c", "l", digit="5"),
        SwitchStarted(3000, switch="s", version="1"),
        changed(3010, "available", "offline", 3000),
    )
    assert (found["available_time"], found["online_time"]) == (1200 + 590, 1200 + 590)


def test_another_switch_that_starts_ends_nothing() -> None:
    fold = FigureCounter(Windows([0, 3_600_000]), FigureRules())
    fold.receive(changed(0, "available", "offline", 0), "one")
    fold.receive(SwitchStarted(1000, switch="two", version="1"), "two")
    fold.finish(HOUR)
    assert fold.agents()[0].figures["available_time"] == HOUR


def test_a_report_that_begins_within_a_state_knows_it_from_its_end() -> None:
    found = figures(changed(600, "available", "break", -900))
    assert (found["non_productive_time"], found["available_time"]) == (600, 3000)


def test_a_change_that_was_never_written_down_takes_nothing_from_the_others() -> None:
    found = figures(changed(0, "available", "offline", 0), changed(900, "available", "break", 600))
    assert (found["available_time"], found["non_productive_time"]) == (600 + 2700, 300)


def test_breaks_are_told_by_their_reason() -> None:
    found = figures(
        changed(0, "break", "available", 0, "lunch"),
        changed(600, "break", "break", 0, "meeting"),
        changed(900, "available", "break", 600),
    )
    assert found["breaks"] == {"lunch": 600, "meeting": 300}


def test_a_private_call_within_a_wrap_up_leaves_the_wrap_up_to_its_queue() -> None:
    fold = FigureCounter(Windows([0, 3_600_000]), FigureRules())
    for event in (
        AgentOfferEnded(
            0, "c1", "l", queue="sales", entry="e", agent="1001", outcome="answered", ring_ms=1000
        ),
        changed(0, "on_call", "ringing", -5, call="c1"),
        changed(100, "wrap_up", "on_call", 0, call="c1"),
        changed(110, "on_call", "wrap_up", 100, call="own"),
        changed(130, "wrap_up", "on_call", 110, call="c1"),
        changed(150, "available", "wrap_up", 130, call="c1"),
    ):
        fold.receive(event, "s")
    fold.finish(150)
    [queue], [agent] = fold.queues(), fold.agents()
    assert queue.figures["wrap_up_time"] == 30
    assert queue.behind["wrap_ups"] == ["c1", "c1"]
    assert (agent.figures["on_contact_time"], agent.figures["communicating_time"]) == (130, 20)


def test_an_agent_who_was_never_there_has_no_row() -> None:
    assert figures() == {}

"""The fold of one call: segments, sums, outcomes, who ended it, transfers, callbacks, privacy."""

from __future__ import annotations

from datetime import UTC

import pytest

from callback_queue.acd.events import SurveyAnswered, SurveyOffered
from callback_queue.agents.events import (
    AgentConnected,
    AgentOffered,
    AgentOfferEnded,
    AgentStateChanged,
    CallTransferred,
)
from callback_queue.callbacks.events import (
    CallbackAttemptEnded,
    CallbackDialled,
    CallbackRequested,
    CallbackStarted,
)
from callback_queue.line.events import QueueLeft
from callback_queue.tickets.events import TicketOpened
from cdr.calls.record_builder import CallRules, build_record
from cdr.calls.rows import to_row
from hotline.commands.call_text import call_lines
from telephony.call import events as c
from tests.unit.cdr.story import ME, Story, through_a_queue


def test_a_call_through_a_queue_from_its_first_ring_to_the_wrap_up() -> None:
    story = (
        through_a_queue()
        .at(40)
        .on("a1", c.HoldStarted, by="remote")
        .at(50)
        .on("a1", c.HoldEnded, by="remote")
    )
    story.at(75).ends(ME, "remote").parts("a1").ends("a1", "local", "other side hung up").at(75.5).over(
        "remote"
    )
    story.tell(
        AgentStateChanged,
        agent="1001",
        state="wrap_up",
        was="on_call",
        since=15.0,
        reason="",
        why="",
        call="c1",
    )
    story.at(95).tell(
        AgentStateChanged,
        agent="1001",
        state="available",
        was="wrap_up",
        since=75.5,
        reason="",
        why="",
        call="c1",
    )
    record = story.record()
    assert story.segments() == [
        ("flow", 5, ""),
        ("queue", 7, "support"),
        ("ringing", 3, "support"),
        ("talk", 25, "1001"),
        ("hold", 10, "1001"),
        ("talk", 25, "1001"),
        ("ending", 0.5, ""),
    ]
    assert (record.wait_ms, record.talk_ms, record.hold_ms, record.wrap_up_ms) == (
        10_000,
        50_000,
        10_000,
        19_500,
    )
    assert (record.started, record.answered, record.ended, record.last_at) == (0, 0, 75.5, 95)
    assert (record.direction, record.outcome, record.ended_by) == ("in", "handled", "customer")
    assert (record.caller, record.number, record.dialled, record.called) == (
        "13800138000",
        "13800138000",
        "4001",
        "1001",
    )
    assert (record.queues, record.agents, record.tier, record.language) == (
        ("support",),
        ("1001",),
        "vip",
        "zh",
    )
    [contact] = record.contacts
    assert (contact.talk_ms, contact.hold_ms, contact.holds, contact.wrap_up_ms) == (
        50_000,
        10_000,
        1,
        19_500,
    )
    assert [(leg.role, leg.agent, leg.by) for leg in record.legs] == [
        ("customer", "", "remote"),
        ("agent", "1001", "local"),
    ]
    assert record.legs[0].quality == {"mos": 4.1}
    assert [step.step for step in record.steps] == ["menu"]


def test_digits_are_masked_unless_the_site_says_otherwise() -> None:
    story = through_a_queue()
    masked, shown = story.record(), story.record(mask_digits=False)
    assert (masked.digits, masked.steps[0].digits, masked.legs[0].digits) == ("•", "•", "•")
    assert (shown.digits, shown.steps[0].digits) == ("2", "2")


def test_a_blind_transfer_gives_each_agent_a_talk_of_its_own() -> None:
    story = through_a_queue().at(60).on("a1", c.TransferRequested, target="1002").parts("a1")
    story.at(61).rings("1002", "a2").at(62).ends("a1", "remote").at(66).on("a2", c.LegAnswered, codec="PCMA")
    story.on("a1", CallTransferred, agent="1001", target="1002", to_agent="1002", queue="", status=200).on(
        ME, c.CallBridged, other="a2"
    )
    story.at(96).ends("a2", "remote").parts("a2").ends(ME, "local", "other side hung up").over("local")
    record = story.record()
    assert story.segments()[3:] == [("talk", 45, "1001"), ("transfer", 6, ""), ("talk", 30, "1002")]
    assert [(each.agent, each.talk_ms, each.queue) for each in record.contacts] == [
        ("1001", 45_000, "support"),
        ("1002", 30_000, ""),
    ]
    assert (record.talk_ms, record.agents, record.ended_by) == (75_000, ("1001", "1002"), "agent")
    assert [(each.to_agent, each.status) for each in record.transfers] == [("1002", 200)]


def test_a_transfer_that_fails_leads_back_to_the_agent() -> None:
    story = (
        through_a_queue().at(60).on("a1", c.TransferRequested, target="1002").parts("a1").rings("1002", "a2")
    )
    story.at(70).ends("a2", "remote").on(
        "a1", CallTransferred, agent="1001", target="1002", to_agent="1002", queue="", status=486
    )
    story.on(ME, c.CallBridged, other="a1").at(80).ends(ME, "remote").parts("a1").ends("a1", "local").over(
        "remote"
    )
    assert story.segments()[3:] == [("talk", 45, "1001"), ("transfer", 10, ""), ("talk", 10, "1001")]
    [contact] = story.record().contacts
    assert (contact.talk_ms, contact.started, contact.ended) == (55_000, 15, 80)


def test_a_transfer_to_a_queue_waits_anew() -> None:
    story = (
        through_a_queue()
        .at(60)
        .on("a1", c.TransferRequested, target="4002")
        .parts("a1")
        .at(61)
        .ends("a1", "remote")
    )
    story.on(
        "a1", CallTransferred, agent="1001", target="4002", to_agent="", queue="sales", status=200
    ).enters("sales", "e2")
    story.at(81).leaves("sales", "abandoned", 20, entry="e2").ends(ME, "remote").over("remote")
    record = story.record()
    assert story.segments()[3:] == [("talk", 45, "1001"), ("transfer", 1, ""), ("queue", 20, "sales")]
    assert (record.outcome, record.wait_ms, record.queues) == ("abandoned", 30_000, ("support", "sales"))


@pytest.mark.parametrize(
    ("wait", "outcome"), [(4.999, "short_abandoned"), (5, "abandoned"), (60, "abandoned")]
)
def test_who_hangs_up_while_waiting_abandons_and_very_soon_hardly_so(wait: float, outcome: str) -> None:
    story = Story().offered().answered().flow().at(1).enters("sales").at(1 + wait)
    story.leaves("sales", "abandoned", wait).ends(ME, "remote").over("remote")
    assert story.record(short_abandon_ms={"sales": 5000}).outcome == outcome


def ticket(story: Story, kind: str, why: str = "") -> Story:
    """A ticket, and a callback for a reason."""
    story.on(ME, TicketOpened, ticket="100001", kind=kind, queue="sales")
    if why:
        story.on(
            ME,
            CallbackRequested,
            callback="100001.1",
            ticket="100001",
            number="13800138000",
            queue="sales",
            language="zh",
            tier="ordinary",
            priority=0,
            arrival=story.now,
            why=why,
        )
    return story


@pytest.mark.parametrize(
    ("kind", "why", "outcome"),
    [
        ("problem", "intake", "message_taken"),
        ("voicemail", "voicemail", "message_taken"),
        ("problem", "", "message_taken"),
        ("callback", "requested", "callback_requested"),
        ("abandoned", "abandoned", "hung_up"),
        ("failure", "", "failed"),
        ("cut_off", "cut_off", "cut_off"),
    ],
)
def test_what_a_call_in_the_flow_left_behind_is_its_outcome(kind: str, why: str, outcome: str) -> None:
    story = ticket(Story().offered().answered().flow("ask").at(9), kind, why)
    record = story.ends(ME, "remote").over("remote").record()
    assert (record.outcome, record.ticket) == (outcome, "100001")
    assert record.callback == ("100001.1" if why else "")


def test_a_caller_whom_the_flow_served_left_nothing_behind() -> None:
    record = (
        Story()
        .offered()
        .answered()
        .flow("hours")
        .at(9)
        .ends(ME, "local")
        .over("local", "hangup done")
        .record()
    )
    assert (record.outcome, record.ended_by, record.reason) == ("self_served", "switch", "hangup done")


@pytest.mark.parametrize(
    ("status", "outcome"), [(404, "refused"), (486, "busy"), (480, "no_answer"), (503, "failed")]
)
def test_a_call_that_was_never_answered_says_why(status: int, outcome: str) -> None:
    story = (
        Story()
        .offered()
        .at(3)
        .on(ME, c.LegEnded, by="local", status=status, reason="", quality={})
        .over("local")
    )
    record = story.record()
    assert (record.outcome, record.answered, record.ring_ms) == (outcome, None, 3000)


def test_a_caller_who_gives_up_while_phones_ring_was_not_answered() -> None:
    story = Story().offered("agent:1003", "1003", "1001").at(1).rings("1001", "a1").at(21).ends(ME, "remote")
    record = story.ends("a1", "local").over("remote").record()
    assert (record.direction, record.outcome, record.ended_by) == ("internal", "no_answer", "caller")
    assert record.ring_ms == 21_000


def test_a_call_to_the_outside_is_the_agents() -> None:
    story = (
        Story()
        .offered("agent:1001", "1001", "02112345678")
        .on("out", c.LegDialled, target="trunk:main", sip_call_id="sip-2")
    )
    story.at(5).on("out", c.LegAnswered, codec="PCMA").answered().on(ME, c.CallBridged, other="out")
    story.at(65).ends("out", "remote").parts("out").ends(ME, "local", "other side hung up").over("local")
    record = story.record()
    assert (record.direction, record.outcome, record.ended_by) == ("out", "connected", "party")
    assert (record.number, record.dialled, record.agents) == ("02112345678", "02112345678", ("1001",))
    assert [leg.role for leg in record.legs] == ["caller", "customer"]
    assert (record.ring_ms, record.talk_ms) == (5000, 60_000)


def callback() -> Story:
    """An agent takes a callback, and the customer's phone is about to be dialled."""
    story = Story("c2").tell(
        CallbackStarted,
        "c2",
        "",
        callback="100001.1",
        ticket="100001",
        queue="sales",
        number="13800138000",
        attempt=2,
        mode="agent_first",
    )
    story.on("", AgentOffered, queue="sales", entry="e9", agent="1001").on(
        "a1", c.LegDialled, target="agent:1001", sip_call_id="x"
    )
    story.at(4).on("a1", c.LegAnswered, codec="PCMA").at(12)
    story.on("", AgentOfferEnded, queue="sales", entry="e9", agent="1001", outcome="answered", ring_ms=4000)
    story.on(
        "",
        QueueLeft,
        queue="sales",
        entry="e9",
        kind="callback",
        entered_at=0.0,
        why="answered",
        wait_ms=12_000,
        position=1,
        original_position=1,
        agent="1001",
    )
    return story.on("", CallbackDialled, callback="100001.1", attempt=2).on(
        "cust", c.LegDialled, target="trunk:main", sip_call_id="y"
    )


def test_a_callback_is_seen_from_the_customers_phone() -> None:
    story = callback().at(20).on("cust", c.LegAnswered, codec="PCMA")
    story.on("cust", AgentConnected, queue="sales", entry="e9", agent="1001", agent_leg="a1", wait_ms=0).on(
        "cust", c.CallBridged, other="a1"
    )
    story.at(80).ends("cust", "remote").on("cust", c.CallUnbridged, other="a1").ends("a1", "local")
    story.on(
        "",
        CallbackAttemptEnded,
        callback="100001.1",
        attempt=2,
        outcome="reached",
        agent="1001",
        next_at=0.0,
        talk_ms=60_000,
    ).over("remote")
    record = story.record()
    assert story.segments() == [
        ("ringing", 4, ""),
        ("connected", 8, ""),
        ("ringing", 8, ""),
        ("talk", 60, "1001"),
    ]
    assert (record.direction, record.outcome, record.ended_by) == ("callback", "handled", "customer")
    assert (record.callback, record.attempt, record.ticket) == ("100001.1", 2, "100001")
    assert (record.number, record.answered, record.wait_ms) == ("13800138000", 20, 0)
    assert (record.queues, record.agents) == (("sales",), ("1001",))


@pytest.mark.parametrize("outcome", ["busy", "no_answer", "wrong_number", "refused", "failed"])
def test_a_callback_that_reached_nobody_says_why(outcome: str) -> None:
    story = (
        callback()
        .at(20)
        .on("cust", c.LegEnded, by="remote", status=486, reason="Busy Here", quality={})
        .ends("a1", "local")
    )
    story.on(
        "", CallbackAttemptEnded, callback="100001.1", attempt=2, outcome=outcome, agent="1001", next_at=320.0
    ).over("local", outcome)
    assert story.record().outcome == outcome


def test_a_crash_ends_a_call_as_cut_off() -> None:
    story = through_a_queue().at(60).on(ME, c.CallEnded, by="crash", reason="cut off")
    record = ticket(story, "cut_off", "cut_off").record()
    assert (record.outcome, record.talk_ms, record.ended) == ("cut_off", 45_000, 60)


def test_a_survey_belongs_to_the_call_also_when_it_is_told_late() -> None:
    story = (
        through_a_queue()
        .at(60)
        .ends("a1", "remote")
        .parts("a1")
        .on(ME, SurveyOffered, queue="support", agent="1001")
    )
    story.at(64).ends(ME, "remote").over("remote").on(
        ME, SurveyAnswered, queue="support", agent="1001", score=4, scale=5
    )
    record = story.record()
    assert story.segments()[-1] == ("survey", 4, "")
    assert (record.survey_offered, record.score, record.scale) == (True, 4, 5)


def test_ringing_everybody_names_the_one_who_was_faster() -> None:
    story = Story().offered().answered().flow().at(1).enters("sales").rings("1001", "a1", "sales")
    story.rings("1002", "a2", "sales").at(4).on("a2", c.LegAnswered, codec="PCMA")
    story.on(
        ME, AgentOfferEnded, queue="sales", entry="e1", agent="1001", outcome="elsewhere", ring_ms=3000
    ).ends("a1", "local")
    story.takes("1002", "a2", "sales", 3).at(34).ends(ME, "remote").over("remote")
    record = story.record()
    assert story.segments() == [("flow", 1, ""), ("ringing", 3, "sales"), ("talk", 30, "1002")]
    assert [(offer.agent, offer.outcome) for offer in record.offers] == [
        ("1001", "elsewhere"),
        ("1002", "answered"),
    ]
    assert record.agents == ("1002",)


def test_a_mobile_is_the_agent_whom_the_queue_connected() -> None:
    story = (
        Story()
        .offered()
        .answered()
        .at(1)
        .enters("sales")
        .on(ME, AgentOffered, queue="sales", entry="e1", agent="1001")
    )
    story.on("m1", c.LegDialled, target="trunk:main", sip_call_id="y").at(9).takes("1001", "m1", "sales", 8)
    record = story.at(20).ends(ME, "remote").over("remote").record()
    assert (record.direction, record.agents, record.contacts[0].talk_ms) == ("in", ("1001",), 11_000)


def test_early_media_is_no_talk() -> None:
    story = (
        Story()
        .offered("agent:1001", "1001", "0211")
        .on("out", c.LegDialled, target="trunk:main", sip_call_id="y")
    )
    story.at(1).on(ME, c.CallBridged, other="out").at(9).ends("out", "remote").parts("out")
    record = story.on(ME, c.LegEnded, by="local", status=480, reason="", quality={}).over("local").record()
    assert (record.talk_ms, record.ring_ms, record.outcome) == (0, 9000, "no_answer")


def test_a_clock_that_is_set_back_makes_no_negative_times() -> None:
    story = (
        through_a_queue().at(10).on("a1", c.HoldStarted, by="remote").at(20).ends(ME, "remote").over("remote")
    )
    record = story.record()
    assert all(each.end >= each.start for each in record.segments)
    assert (record.ended, record.talk_ms + record.hold_ms) == (20, 5000)


def test_a_withheld_number_is_nobodys() -> None:
    assert Story().offered(caller="Anonymous").record().number == ""


def test_a_diverted_call_says_from_where() -> None:
    record = Story().offered(original_called="4002").ends(ME, "remote").over("remote").record()
    assert (record.dialled, record.original_called) == ("4001", "4002")
    assert to_row(record)["body"]["original_called"] == "4002"
    assert "diverted   from 4002" in "\n".join(call_lines(to_row(record), UTC))
    # Rows of former versions, and of calls that were not diverted, say nothing of it.
    plain = to_row(Story().offered().ends(ME, "remote").over("remote").record())
    assert "original_called" not in plain["body"]
    assert "diverted" not in "\n".join(call_lines(plain, UTC))


def test_nothing_at_all_folds_too() -> None:
    record = build_record("c1", [], CallRules())
    assert (record.outcome, record.segments) == ("in_progress", ())

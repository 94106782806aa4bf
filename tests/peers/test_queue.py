"""Queues with real phones (SIPp): who is rung, in which order, and what becomes of callers and agents."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.support.ports import wait_for
from tests.support.queues import CallCentre, centre_of, with_queues
from tests.support.switch import Switch

pytestmark = pytest.mark.peer("sipp")

QUEUES = [
    {"name": "support", "members": [1001, 1002]},
    {"name": "everybody", "strategy": "ring-all", "members": [1001, 1002]},
    {"name": "turns", "strategy": "round-robin", "members": [1001, 1002]},
    {
        "name": "skilled",
        "strategy": "skills",
        "members": [1001, {"agent": 1002, "skills": {"en": 3}}],
    },
    {"name": "careful", "members": [1001], "wrap_up": 60},
    {"name": "patient", "members": [1003], "max_wait": 1},
    {"name": "flowing", "members": [1003], "max_wait": 1, "overflow": "support"},
    {"name": "small", "members": [1003], "max_length": 1},
    {"name": "deserted", "members": [1003], "when_nobody": "leave"},
    {"name": "kept", "members": [1001], "record": True},
]


@pytest.fixture(scope="module")
def queue_switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    running = Switch(tmp_path_factory.mktemp("queues"), prepare=with_queues(QUEUES))
    yield running
    running.stop()


@pytest.fixture
def centre(queue_switch: Switch, tmp_path: Path) -> Iterator[CallCentre]:
    with centre_of(queue_switch, tmp_path) as centre:
        yield centre


def test_an_agent_takes_a_call_and_is_free_again(centre: CallCentre) -> None:
    phone = centre.phone("1001", duration_ms=100)
    centre.await_state("1001", "available")
    centre.call("support", duration_ms=1000).check(calls=1)
    phone.check(calls=1)
    left = centre.await_event("QueueLeft")
    assert (left["why"], left["agent"]) == ("answered", "1001")
    assert centre.await_event("AgentOfferEnded")["outcome"] == "answered"
    assert centre.await_event("AgentConnected")["agent"] == "1001"
    centre.await_state("1001", "available")
    states = [event["state"] for event in centre.events("AgentStateChanged") if event["agent"] == "1001"]
    assert states == ["available", "reserved", "ringing", "on_call", "available"]


def test_an_agent_who_does_not_answer_is_passed_over_and_paused_after_the_second_time(
    centre: CallCentre,
) -> None:
    centre.phone("1001", "ring_until_cancelled", calls=2)
    centre.await_state("1001", "available")
    centre.call("support", duration_ms=60_000)
    centre.await_event("AgentOfferEnded", agent="1001", outcome="no_answer")
    # Now somebody else is there; who did not answer rang first and comes last.
    taker = centre.phone("1002", duration_ms=100, calls=1)
    centre.await_state("1001", "break")
    taken = centre.await_event("AgentConnected")
    assert taken["agent"] == "1002"
    paused = centre.agent("1001")
    assert (paused["state"], paused["reason"]) == ("break", "no_answer")
    assert "2 of 2" in paused["why"]
    assert len(centre.events("QueueEntered")) == len(centre.events("QueueLeft")) == 1
    centre.hang_up_all()
    taker.check(calls=1)
    centre.ask("agent", agent="1001", action="ready", by="test")
    assert centre.agent("1001")["state"] == "available"


@pytest.mark.parametrize(("status", "outcome"), [("486 Busy Here", "busy"), ("603 Decline", "refused")])
def test_who_refuses_is_passed_over_at_once(centre: CallCentre, status: str, outcome: str) -> None:
    refuser = centre.phone("1001", "refuse", replace={"486 Busy Here": status})
    taker = centre.phone("1002", duration_ms=100)
    centre.await_state("1002", "available")
    centre.call("support", duration_ms=1000).check(calls=1)
    refuser.check(calls=1)
    taker.check(calls=1)
    ends = {event["agent"]: event["outcome"] for event in centre.events("AgentOfferEnded")}
    assert ends == {"1001": outcome, "1002": "answered"}
    assert centre.events("AgentOfferEnded")[0]["ring_ms"] < 1000


def test_ring_all_rings_everybody_and_the_first_takes_it(centre: CallCentre) -> None:
    slow = centre.phone("1001", "ring_until_cancelled")
    fast = centre.phone("1002", duration_ms=300)
    centre.await_state("1002", "available")
    centre.call("everybody", duration_ms=1000).check(calls=1)
    fast.check(calls=1)
    cancel = next(message for message in slow.check(calls=1).messages if message.method == "CANCEL")
    assert "cause=200" in cancel.header("Reason")  # answered elsewhere: no missed call
    ends = {event["agent"]: event["outcome"] for event in centre.events("AgentOfferEnded")}
    assert ends == {"1001": "elsewhere", "1002": "answered"}


def test_all_phones_of_an_agent_ring(centre: CallCentre) -> None:
    desk = centre.phone("1001", "ring_until_cancelled")
    other = centre.phone("1001", duration_ms=300)
    centre.await_state("1001", "available")
    centre.call("support", duration_ms=1000).check(calls=1)
    other.check(calls=1)
    cancel = next(message for message in desk.check(calls=1).messages if message.method == "CANCEL")
    assert "cause=200" in cancel.header("Reason")
    assert [event["outcome"] for event in centre.events("AgentOfferEnded")] == ["answered"]


def test_who_hangs_up_on_hold_ends_it_for_both(centre: CallCentre) -> None:
    phone = centre.phone("1001", "answer_and_hold", duration_ms=300)
    centre.await_state("1001", "available")
    caller = centre.call("support", "call_until_bye")
    centre.await_event("HoldStarted", by="remote")
    centre.hang_up_all()
    caller.check(calls=1)
    phone.check(calls=1)


def test_turns_go_round(centre: CallCentre) -> None:
    phones = [centre.phone(agent, duration_ms=50, calls=2) for agent in ("1001", "1002")]
    centre.await_state("1002", "available")
    for _ in range(4):
        centre.call("turns", duration_ms=300).check(calls=1)
    for phone in phones:
        phone.check(calls=2)
    taken = [event["agent"] for event in centre.events("AgentConnected")]
    assert taken in (["1001", "1002"] * 2, ["1002", "1001"] * 2)


def test_who_knows_best_is_rung(centre: CallCentre) -> None:
    centre.phone("1001", "ring_until_cancelled")
    best = centre.phone("1002", duration_ms=50)
    centre.await_state("1002", "available")
    centre.call("skilled", duration_ms=500).check(calls=1)
    best.check(calls=1)


def test_wrap_up_keeps_the_next_caller_away_until_the_agent_says_ready(centre: CallCentre) -> None:
    phone = centre.phone("1001", "answer_and_hang_up", duration_ms=300, calls=2)
    centre.await_state("1001", "available")
    centre.call("careful", "call_until_bye").check(calls=1)
    centre.await_state("1001", "wrap_up")
    assert "wrap-up of 60 s" in centre.agent("1001")["why"]
    waiting = centre.call("careful", "call_until_bye")
    centre.await_event("QueueEntered", position=1)
    assert centre.agent("1001")["state"] == "wrap_up"
    centre.dial_as("1001", "*74").check(calls=1)
    waiting.check(calls=1)
    phone.check(calls=2)
    centre.await_state("1001", "wrap_up")
    centre.ask("agent", agent="1001", action="ready")


def test_agents_come_and_go_by_feature_codes(centre: CallCentre) -> None:
    centre.phone("1001")
    centre.await_state("1001", "available")
    for code, state, reason in (
        ("*73", "break", "break"),
        ("*74", "available", ""),
        ("*731", "break", "lunch"),
        ("*72", "offline", ""),
        ("*71", "available", ""),
    ):
        centre.dial_as("1001", code).check(calls=1)
        agent = centre.agent("1001")
        assert (agent["state"], agent["reason"]) == (state, reason), agent
        assert agent["why"] == f"dialled {code}"
    assert not [event for event in centre.events("AgentStateChanged") if event["state"] == "on_call"]


def test_nobody_but_agents_has_feature_codes(centre: CallCentre) -> None:
    result = centre.call("*72", "call_fails").wait()
    assert result.final_status() == 404


def test_an_agents_own_call_counts_as_a_call(centre: CallCentre) -> None:
    phone = centre.phone("1002", "answer_and_hang_up", duration_ms=300)
    centre.phone("1001")
    centre.await_state("1001", "available")
    centre.dial_as("1001", "1002").check(calls=1)
    phone.check(calls=1)
    centre.await_state("1002", "available")
    for agent in ("1001", "1002"):
        states = [event["state"] for event in centre.events("AgentStateChanged") if event["agent"] == agent]
        assert "on_call" in states
        assert states[-1] == "available"


def test_who_waits_too_long_is_called_back_where_no_flow_knows_better(centre: CallCentre) -> None:
    centre.call("patient", "call_until_bye").check(calls=1)
    left = centre.await_event("QueueLeft")
    assert left["why"] == "timeout"
    assert left["wait_ms"] == pytest.approx(1000, abs=300)
    asked = centre.await_event("CallbackRequested")
    assert asked["arrival"] == centre.events("QueueEntered")[0]["arrival"]


def test_who_waits_too_long_goes_on_to_the_overflow_with_the_old_arrival(centre: CallCentre) -> None:
    phone = centre.phone("1001", duration_ms=50)
    centre.await_state("1001", "available")
    centre.call("flowing", duration_ms=2500).check(calls=1)
    phone.check(calls=1)
    assert [(event["queue"], event["why"]) for event in centre.events("QueueLeft")] == [
        ("flowing", "overflow"),
        ("support", "answered"),
    ]
    first, second = centre.events("QueueEntered")
    assert first["arrival"] == second["arrival"]
    assert first["entry"] != second["entry"]


def test_a_full_queue_takes_nobody(centre: CallCentre) -> None:
    waiting = centre.call("small", duration_ms=1500)
    centre.await_event("QueueEntered")
    centre.call("small", "call_until_bye").check(calls=1)
    assert centre.await_event("QueueLeft", why="full")["wait_ms"] == 0
    waiting.check(calls=1)


def test_nobody_waits_where_nobody_is_logged_in(centre: CallCentre) -> None:
    centre.call("deserted", "call_until_bye").check(calls=1)
    assert centre.await_event("QueueLeft")["why"] == "no_agents"


def test_who_waits_leaves_when_the_last_agent_logs_out(centre: CallCentre) -> None:
    centre.phone("1003", "ring_until_cancelled")
    centre.await_state("1003", "available")
    centre.dial_as("1003", "*73").check(calls=1)
    waiting = centre.call("deserted", "call_until_bye")
    centre.await_event("QueueEntered")
    centre.dial_as("1003", "*72").check(calls=1)
    waiting.check(calls=1)
    assert centre.await_event("QueueLeft")["why"] == "no_agents"
    centre.ask("agent", agent="1003", action="log_in")


def test_who_gives_up_is_to_be_called_back(centre: CallCentre) -> None:
    centre.call("support", duration_ms=700).check(calls=1)
    left = centre.await_event("QueueLeft")
    assert left["why"] == "abandoned"
    ticket = centre.await_event("TicketOpened")
    asked = centre.await_event("CallbackRequested")
    assert (ticket["kind"], ticket["queue"], ticket["caller"]) == ("abandoned", "support", "0955501234")
    assert asked["ticket"] == ticket["ticket"]
    assert asked["number"] == "0955501234"
    entered = centre.events("QueueEntered")[0]
    assert asked["arrival"] == entered["arrival"]
    kinds = [event["event"] for event in centre.events("QueueLeft", "TicketOpened", "CallEnded")]
    assert kinds == ["QueueLeft", "TicketOpened", "CallEnded"]


def test_who_hides_the_number_and_gives_up_leaves_a_ticket_alone(centre: CallCentre) -> None:
    centre.call("support", duration_ms=300, keys={"caller": "anonymous"}).check(calls=1)
    assert centre.await_event("TicketOpened")["callback_number"] == ""
    centre.await_event("CallEnded")
    assert not centre.events("CallbackRequested")


def test_phones_fall_silent_when_the_caller_gives_up(centre: CallCentre) -> None:
    phone = centre.phone("1001", "ring_until_cancelled")
    centre.await_state("1001", "available")
    centre.call("support", duration_ms=700).check(calls=1)
    phone.check(calls=1)
    assert centre.await_event("AgentOfferEnded")["outcome"] == "caller_gone"
    centre.await_state("1001", "available")
    assert centre.agent("1001")["no_answers"] == 0


def test_who_hangs_up_first_ends_it_for_both(centre: CallCentre) -> None:
    phone = centre.phone("1001", "answer_and_hang_up", duration_ms=300)
    centre.await_state("1001", "available")
    centre.call("support", "call_until_bye").check(calls=1)
    phone.check(calls=1)
    centre.await_event("CallEnded")
    assert not centre.events("TicketOpened")


def test_the_place_is_kept_while_nobody_answers(centre: CallCentre) -> None:
    centre.phone("1001", "ring_until_cancelled")
    centre.await_state("1001", "available")
    first = centre.call("support", duration_ms=20_000, keys={"caller": "0955500001"})
    centre.await_event("QueueEntered")
    centre.call("support", duration_ms=20_000, keys={"caller": "0955500002"})
    centre.await_event("AgentOfferEnded", outcome="no_answer")
    taker = centre.phone("1002", duration_ms=50)
    connected = centre.await_event("AgentConnected")
    offered = centre.events("CallOffered")
    assert connected["call"] == next(e["call"] for e in offered if e["caller"] == "0955500001")
    centre.hang_up_all()
    taker.check(calls=1)
    first.wait()
    centre.ask("agent", agent="1001", action="ready")


def test_a_call_is_recorded_with_both_voices_apart(centre: CallCentre) -> None:
    centre.phone("1001", duration_ms=50)
    centre.await_state("1001", "available")
    centre.call("kept", duration_ms=1200).check(calls=1)
    ended = centre.await_event("RecordingEnded")
    with wave.open(str(centre.switch.site / "recordings" / ended["file"])) as file:
        assert file.getnchannels() == 2
        assert file.getnframes() / file.getframerate() == pytest.approx(ended["recorded_ms"] / 1000, abs=0.1)
    assert centre.events("RecordingStarted")[0]["file"] == ended["file"]


def test_a_reload_serves_who_waits_by_agents_that_are_new(centre: CallCentre) -> None:
    """Who waits keeps the place; who is on a call finishes it, though removed."""
    phone = centre.phone("1003", duration_ms=50)
    centre.await_state("1003", "available")
    waiting = centre.call("support", duration_ms=20_000)
    centre.await_event("QueueEntered")
    queues = centre.switch.site / "queues.yaml"
    before = queues.read_text()
    queues.write_text(before.replace("[1001, 1002]", "[1001, 1002, 1003]", 1))
    assert before != queues.read_text()
    assert centre.ask("reload")["problems"] == []
    assert centre.await_event("AgentConnected")["agent"] == "1003"
    agents = centre.switch.site / "agents.yaml"
    everybody = agents.read_text()
    with_codes = YAML(typ="safe").load(everybody)["agents"]
    with agents.open("w") as file:
        YAML(typ="safe").dump({"agents": [a for a in with_codes if a["number"] != 1003]}, file)
    queues.write_text(before.replace("[1003]", "[1002]"))
    assert centre.ask("reload")["problems"] == []
    assert centre.agent("1003")["state"] == "on_call"
    centre.hang_up_all()
    phone.check(calls=1)
    waiting.wait()
    wait_for(
        lambda: "1003" not in {agent["agent"] for agent in centre.ask("overview")["agents"]},
        "1003 to be gone",
    )
    agents.write_text(everybody)
    queues.write_text(before)
    assert centre.ask("reload")["problems"] == []

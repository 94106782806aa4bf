"""Queues with real phones: customers who are known, keys they press, agents on mobiles, calls passed on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import audio
from tests.support.callbacks import OF_THE_STORIES
from tests.support.ports import HOST, free_port, wait_for
from tests.support.queues import PASSWORD, CallCentre, centre_of, with_queues
from tests.support.sipp import Sipp
from tests.support.softphone import Softphone
from tests.support.switch import Switch, without_flows
from tests.support.talker import calling

pytestmark = pytest.mark.peer("sipp")

QUEUES = [
    {"name": "support", "members": [1001, 1002], "exit_key": "*"},
    {"name": "rated", "members": [1001], "survey": True},
    {"name": "roaming", "members": [1004, {"agent": 1001, "level": 2}]},
    {"name": "second", "members": [1002]},
    {"name": "talking", "members": [1001], "announce": {"every": 10}},
    {"name": "kept", "members": [1001], "record": True},
]
MOBILE = "+15550100"
VIP, ORDINARY = "0955500009", "0955500001"


def known_customers(site: Path) -> None:
    """Without flows, with a customer who is a VIP."""
    without_flows(site)
    (site / "customers.csv").write_text(f"id,name,numbers,tier\nC1,Anna Schmidt,{VIP},vip\n")


@pytest.fixture(scope="module")
def carrier() -> int:
    """The port behind which the world is."""
    return free_port()


@pytest.fixture(scope="module")
def people_switch(tmp_path_factory: pytest.TempPathFactory, carrier: int) -> Iterator[Switch]:
    trunk = {"name": "world", "addresses": [HOST], "numbers": ["*"], "host": f"{HOST}:{carrier}"}
    running = Switch(
        tmp_path_factory.mktemp("people"),
        {
            "trunks": [trunk],
            "customers": "customers.csv",
            "outbound": {"rules": [{"action": "refuse", "prefixes": ["+86139"]}, *OF_THE_STORIES]},
            "agents": {"confirm_seconds": 3},
            "sip": {"ring_timeout": 2},
            # A robot's voice is there at once.
            "voices": {"en": {"engine": "espeak"}},
            "speech": {"en": {"engine": "off"}},
        },
        with_queues(
            QUEUES, [{"number": 1004, "name": "Agent 1004", "mobile": MOBILE, "phones": []}], known_customers
        ),
    )
    yield running
    running.stop()


@pytest.fixture
def centre(people_switch: Switch, tmp_path: Path) -> Iterator[CallCentre]:
    with centre_of(people_switch, tmp_path) as centre:
        yield centre


def test_a_vip_goes_first_and_the_phone_says_who_it_is(centre: CallCentre) -> None:
    for caller in (ORDINARY, VIP):
        centre.call("support", duration_ms=30_000, keys={"caller": caller})
        centre.await_event("CallOffered", caller=caller)
        centre.await_event("QueueEntered", tier="vip" if caller == VIP else "ordinary")
    assert [event["position"] for event in centre.events("QueueEntered")] == [1, 1]
    phone = centre.phone("1001", duration_ms=50)
    centre.await_event("AgentConnected")
    centre.hang_up_all()
    invite = phone.check(calls=1).messages[0]
    assert invite.header("From").startswith('"VIP Anna Schmidt" <sip:' + VIP)
    known = centre.await_event("CustomerKnown")
    assert (known["customer"], known["tier"]) == ("C1", "vip")


def test_who_presses_the_key_keeps_the_place_and_is_called_back(centre: CallCentre) -> None:
    async def scene() -> None:
        async with calling(centre.switch.sip, "support", ORDINARY) as caller:
            await caller.sound(after=0)  # music
            await caller.press("*")
            await caller.ended()

    asyncio.run(scene())
    assert centre.await_event("QueueLeft")["why"] == "key"
    asked = centre.await_event("CallbackRequested")
    assert (asked["why"], asked["number"]) == ("requested", ORDINARY)
    assert asked["arrival"] == centre.events("QueueEntered")[0]["arrival"]
    centre.await_event("CallEnded")
    assert len(centre.events("TicketOpened")) == 1


@pytest.mark.parametrize(("keys", "score"), [("4", 4), ("92", 2), ("", None)])
def test_customers_rate_the_call_when_the_agent_has_hung_up(
    centre: CallCentre, keys: str, score: int | None
) -> None:
    phone = centre.phone("1001", "answer_and_hang_up", duration_ms=400)
    centre.await_state("1001", "available")

    async def scene() -> None:
        async with calling(centre.switch.sip, "rated", ORDINARY) as caller:
            await asyncio.to_thread(centre.await_event, "SurveyOffered")
            for key in keys:
                await caller.wait(0.3)
                await caller.press(key)
            if score is not None:
                await caller.ended()

    asyncio.run(scene())
    phone.check(calls=1)
    centre.await_event("CallEnded")
    assert [event["score"] for event in centre.events("SurveyAnswered")] == ([score] if score else [])


def test_customers_who_hang_up_first_are_not_asked(centre: CallCentre) -> None:
    phone = centre.phone("1001", duration_ms=50)
    centre.await_state("1001", "available")
    centre.call("rated", duration_ms=600).check(calls=1)
    phone.check(calls=1)
    centre.await_event("CallEnded")
    assert not centre.events("SurveyOffered")


def test_an_agent_on_a_mobile_takes_the_call_by_key(centre: CallCentre, tmp_path: Path, carrier: int) -> None:
    mobile = Sipp("answer_and_press", tmp_path / "mobile", port=carrier)
    centre.ask("agent", agent="1004", action="log_in", by="test")
    assert centre.agent("1004")["mobile"] is True
    centre.call("roaming", duration_ms=1500).check(calls=1)
    invite = mobile.check(calls=1).messages[0]
    assert f"sip:{MOBILE}@" in invite.start
    assert centre.await_event("AgentConnected")["agent"] == "1004"
    centre.await_state("1004", "available")
    centre.ask("agent", agent="1004", action="log_out")


@pytest.mark.parametrize("scenario", ["answer", "answer_and_press"])
def test_who_answers_a_mobile_without_the_key_never_gets_the_caller(
    centre: CallCentre, tmp_path: Path, carrier: int, scenario: str
) -> None:
    """A voicemail, or somebody who presses another key."""
    wrong = {"Signal=1": "Signal=7"} if scenario == "answer_and_press" else {}
    voicemail = Sipp(scenario, tmp_path / "mobile", port=carrier, duration_ms=50, replace=wrong)
    phone = centre.phone("1001", duration_ms=50)
    centre.await_state("1001", "available")
    centre.ask("agent", agent="1004", action="log_in", by="test")
    caller = centre.call("roaming", duration_ms=18_000)
    failed = centre.await_event("AgentOfferEnded")
    assert (failed["agent"], failed["outcome"]) == ("1004", "not_confirmed")
    assert centre.await_event("AgentConnected")["agent"] == "1001"
    voicemail.check(calls=1)
    assert [event["leg"] for event in centre.events("CallBridged")] == [
        event["leg"] for event in centre.events("AgentConnected")
    ]
    centre.hang_up_all()
    phone.check(calls=1)
    caller.wait()
    centre.ask("agent", agent="1004", action="log_out")


def test_callers_hear_their_place_between_music_and_an_answer_ends_it_at_once(centre: CallCentre) -> None:
    async def scene() -> None:
        async with calling(centre.switch.sip, "talking", ORDINARY) as caller:
            await asyncio.to_thread(centre.await_event, "PlayStarted", prompt="queue")
            phone = await asyncio.to_thread(centre.phone, "1001", duration_ms=0)
            await asyncio.to_thread(centre.await_event, "CallBridged")
            await caller.silence(1.0)  # the agent's phone says nothing
            caller.hang_up()
            await asyncio.to_thread(phone.check, 1)

    asyncio.run(scene())
    spoken = centre.events("PlayEnded")
    bridged = centre.await_event("CallBridged")
    assert all(event["at"] <= bridged["at"] for event in spoken)
    assert spoken[-1]["reason"] in ("finished", "stopped")


def test_the_key_works_while_a_phone_rings(centre: CallCentre) -> None:
    phone = centre.phone("1001", "ring_until_cancelled")
    centre.await_state("1001", "available")

    async def scene() -> None:
        async with calling(centre.switch.sip, "support", ORDINARY) as caller:
            await asyncio.to_thread(centre.await_state, "1001", "ringing")
            await caller.press("*")
            await caller.ended()

    asyncio.run(scene())
    phone.check(calls=1)
    assert centre.await_event("AgentOfferEnded")["outcome"] == "caller_gone"
    assert centre.await_event("QueueLeft")["why"] == "key"


@pytest.mark.peer("pyVoIP")
def test_a_recording_has_both_voices_each_on_its_side(centre: CallCentre) -> None:
    server = centre.switch.sip
    agent = Softphone(server, "1001", PASSWORD, answer=True, tone=997, seconds=4)
    centre.await_state("1001", "available")
    customer = Softphone(server, "customer", register=False, call="kept", tone=440, seconds=4)
    customer.wait()
    agent.wait()
    ended = centre.await_event("RecordingEnded")
    path = centre.switch.site / "recordings" / ended["file"]
    left, right = (audio.measure(path, channel=channel) for channel in (0, 1))
    assert (left.frequency, right.frequency) == (pytest.approx(440, abs=2), pytest.approx(997, abs=2))
    assert min(left.seconds, right.seconds) > 2


# --- the caller hangs up in the middle of something


def test_who_hangs_up_while_an_agent_is_asked_for_the_key_frees_the_agent(
    centre: CallCentre, tmp_path: Path, carrier: int
) -> None:
    mobile = Sipp("answer", tmp_path / "mobile", port=carrier, duration_ms=50)
    centre.ask("agent", agent="1004", action="log_in", by="test")
    centre.call("roaming", duration_ms=1000).check(calls=1)
    mobile.check(calls=1)
    assert centre.await_event("AgentOfferEnded")["outcome"] == "caller_gone"
    assert centre.await_event("QueueLeft")["why"] == "abandoned"
    centre.await_state("1004", "available")
    centre.ask("agent", agent="1004", action="log_out")


def test_who_hangs_up_while_being_passed_on_leaves_nothing_ringing(centre: CallCentre) -> None:
    agent = centre.phone("1001", "answer_and_refer", keys={"target": "1002"})
    centre.await_state("1001", "available")
    target = centre.phone("1002", "silent_until_cancelled")
    centre.call("support", duration_ms=1500).check(calls=1)
    target.check(calls=1)
    agent.check(calls=1)
    assert centre.await_event("CallTransferred")["status"] == 487


def test_who_hangs_up_in_the_survey_has_not_answered(centre: CallCentre) -> None:
    phone = centre.phone("1001", "answer_and_hang_up", duration_ms=200)
    centre.await_state("1001", "available")
    centre.call("rated", duration_ms=1500).check(calls=1)
    phone.check(calls=1)
    centre.await_event("SurveyOffered")
    centre.await_event("CallEnded")
    assert not centre.events("SurveyAnswered")


def test_a_crowd_with_little_patience_leaves_nothing_behind(centre: CallCentre) -> None:
    """Callers who hang up while waiting, while it rings, in the moment of the answer, and after it."""
    phones = [centre.phone(agent, duration_ms=100, calls=1000, timeout=60) for agent in ("1001", "1002")]
    centre.await_state("1002", "available")
    crowds = [
        centre.call("support", calls=30, duration_ms=patience, extra=["-r", "15", "-l", "30"])
        for patience in (60, 110, 180, 400)
    ]
    for crowd in crowds:
        crowd.check(calls=30)
    centre.switch.check_idle()
    for phone in phones:
        phone.stop()
    assert len(centre.events("QueueEntered")) == len(centre.events("QueueLeft")) == 120
    left = [event["why"] for event in centre.events("QueueLeft")]
    assert left.count("answered") + left.count("abandoned") == 120
    assert len(centre.events("TicketOpened")) == left.count("abandoned")
    assert len(centre.events("AgentOffered")) == len(centre.events("AgentOfferEnded"))
    answered = [event for event in centre.events("AgentOfferEnded") if event["outcome"] == "answered"]
    assert len(answered) >= left.count("answered")


# --- passing on


def test_a_call_is_passed_on_to_another_agent(centre: CallCentre) -> None:
    first = centre.phone("1001", "answer_and_refer", keys={"target": "1002"})
    centre.await_state("1001", "available")
    second = centre.phone("1002", "answer_and_hang_up", duration_ms=2500)
    caller = centre.call("support", "call_until_bye")
    passed = centre.await_event("CallTransferred")
    assert (passed["agent"], passed["to_agent"], passed["status"]) == ("1001", "1002", 200)
    centre.await_state("1001", "available")
    assert centre.agent("1002")["state"] == "on_call"
    reports = [m.text for m in first.check(calls=1).messages if m.method == "NOTIFY" and not m.sent]
    assert "SIP/2.0 200" in reports[-1]
    second.check(calls=1)
    caller.check(calls=1)


def test_a_call_is_passed_on_to_a_queue(centre: CallCentre) -> None:
    centre.phone("1001", "answer_and_refer", keys={"target": "second"})
    centre.await_state("1001", "available")
    second = centre.phone("1002", "answer_and_hang_up", duration_ms=300)
    caller = centre.call("support", "call_until_bye")
    second.check(calls=1)
    caller.check(calls=1)
    assert centre.await_event("CallTransferred")["queue"] == "second"
    assert [event["queue"] for event in centre.events("AgentConnected")] == ["support", "second"]


def test_a_call_is_passed_on_to_the_outside(centre: CallCentre, tmp_path: Path, carrier: int) -> None:
    centre.phone("1001", "answer_and_refer", keys={"target": "0955512345"})
    centre.await_state("1001", "available")
    outside = Sipp("answer_and_hang_up", tmp_path / "outside", port=carrier, duration_ms=300)
    centre.call("support", "call_until_bye").check(calls=1)
    assert "sip:0955512345@" in outside.check(calls=1).messages[0].start
    passed = centre.await_event("CallTransferred")
    assert (passed["target"], passed["to_agent"], passed["queue"]) == ("0955512345", "", "")


@pytest.mark.parametrize(
    ("target", "status", "why"),
    [
        ("+19005551234", 403, "No country is allowed: the settings name none"),
        ("+8613900000000", 403, "Not allowed by the rules of this site"),
        ("13900000000;phone-context=+86", 403, "Not allowed by the rules of this site"),
        ("bob", 603, "Decline"),
    ],
)
def test_what_may_not_be_dialled_a_call_is_not_passed_on_to(
    centre: CallCentre, target: str, status: int, why: str
) -> None:
    """The agent hears why, and talks on."""
    agent = centre.phone(
        "1001",
        "answer_and_refer_in_vain",
        keys={"target": target},
        replace={'response="403"': f'response="{status}"'},
        duration_ms=500,
    )
    centre.await_state("1001", "available")
    centre.call("support", "call_until_bye").check(calls=1)
    (refusal,) = agent.check(calls=1).received(status)
    assert refusal.start == f"SIP/2.0 {status} {why}"
    assert not centre.events("CallTransferred")
    refused = centre.events("OutsideCallRefused")
    assert [(event["way"], event["agent"]) for event in refused] == [("refer", "1001")] * (status != 603)
    assert len(centre.events("CallBridged")) == 1


def test_when_nobody_answers_the_agent_has_the_caller_back(centre: CallCentre) -> None:
    agent = centre.phone("1001", "answer_and_refer", keys={"target": "1002"})
    centre.await_state("1001", "available")
    busy = centre.phone("1002", "refuse")
    caller = centre.call("support", duration_ms=3000)
    assert centre.await_event("CallTransferred")["status"] == 486
    centre.await_event("CallUnbridged")
    caller.check(calls=1)
    reports = [m.text for m in agent.check(calls=1).messages if m.method == "NOTIFY" and not m.sent]
    assert "SIP/2.0 486" in reports[-1]
    busy.check(calls=1)
    assert len(centre.events("CallBridged")) == 2


def test_when_nobody_answers_and_the_agent_has_gone_the_caller_is_not_lost(centre: CallCentre) -> None:
    agent = centre.phone("1001", "answer_refer_and_leave", keys={"target": "1002"})
    centre.await_state("1001", "available")
    target = centre.phone("1002", "silent_until_cancelled", calls=2)
    caller = centre.call("support", duration_ms=60_000)
    agent.check(calls=1)
    assert centre.await_event("CallTransferred")["status"] == 480
    wait_for(lambda: len(centre.events("QueueEntered")) == 2, "the caller to be in the line again")
    first, again = centre.events("QueueEntered")
    assert (again["queue"], again["arrival"]) == ("support", first["arrival"])
    centre.hang_up_all()
    caller.wait()
    target.stop()


def test_nothing_is_passed_on_to_where_nobody_is(centre: CallCentre) -> None:
    agent = centre.phone(
        "1001",
        "answer_and_refer",
        keys={"target": "nowhere"},
        replace={'<recv response="202"/>': '<recv response="603"/>'},
    )
    centre.await_state("1001", "available")
    centre.call("support", duration_ms=1500).check(calls=1)
    agent.check(calls=1)
    assert not centre.events("CallTransferred")

"""People are called back: agents and customers on telephones of their own, switch and recorder between.

One switch for the whole file; each test has numbers of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from callback_queue.callbacks.events import CallbackClosed
from tests.support.callbacks import CallbackCentre
from tests.support.office import Office, Phone, Ring, overlapping
from tests.support.ports import wait_for

pytestmark = pytest.mark.slow

SHANGHAI = ZoneInfo("Asia/Shanghai")
Agent = Callable[..., Phone]


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    phones = Office()
    yield phones
    phones.close()


@pytest.fixture(scope="module")
def centre(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CallbackCentre]:
    here = datetime.now(SHANGHAI)
    quiet = f"{here - timedelta(hours=2):%H:%M}-{here + timedelta(hours=2):%H:%M}"
    running = CallbackCentre(
        tmp_path_factory.mktemp("centre"),
        office,
        callbacks={"quiet": quiet, "attempts": 2},
        queue={"record": True},
        settings={"timezone": "America/New_York"},
    )
    yield running
    running.close()


@pytest.fixture
def agent(centre: CallbackCentre) -> Iterator[Agent]:
    """Put an agent to work for this test."""
    working: list[str] = []

    def start(number: str = "1001", **behaviour: object) -> Phone:
        phone = centre.office.phone(centre.switch.sip, **{"key": "1", **behaviour})
        centre.agents[number] = phone
        working.append(number)
        centre.agent(number)
        return phone

    yield start
    for number in working:
        phone = centre.agents.pop(number)
        centre.office.register(phone, number, centre.switch.passwords[number], expires=0)
    centre.switch.check_idle()


def _rings(centre: CallbackCentre, number: str) -> list[Ring]:
    return [ring for ring in centre.customers.rings if ring.number == number]


def _outcomes(centre: CallbackCentre, callback: str) -> list[str]:
    ended = centre.events("CallbackAttemptEnded")
    return [stored.body["outcome"] for stored in ended if stored.body["callback"] == callback]


def test_an_agent_takes_it_by_key_and_then_the_customer_is_dialled(
    centre: CallbackCentre, agent: Agent
) -> None:
    desk = agent()
    callback = centre.ask("0955501001", waiting=120)
    closed = centre.wait_closed(callback)
    assert (closed.outcome, closed.agent, closed.attempt, closed.dialled) == ("reached", "1001", 1, 1)
    assert [ring.shown for ring in desk.rings] == ["0955501001"]
    (rang,) = _rings(centre, "0955501001")
    assert rang.at > desk.rings[0].answered + 0.2, "the customer was dialled before the key"
    (recording,) = [e for e in centre.events("RecordingEnded") if e.call == closed.call]
    assert (centre.site / "recordings" / recording.body["file"]).stat().st_size > 44


def test_an_agent_who_does_not_press_the_key_passes_it_to_the_next(
    centre: CallbackCentre, agent: Agent
) -> None:
    silent = agent("1001", key="")
    time.sleep(0.05)  # idle for longer, so rung first
    awake = agent("1002")
    callback = centre.ask("0955501002")
    closed = centre.wait_closed(callback, timeout=25)
    assert closed.agent == "1002"
    assert closed.dialled == 1
    assert len(silent.rings) == 1
    assert len(awake.rings) == 1
    assert len(_rings(centre, "0955501002")) == 1


def test_without_an_agent_who_takes_it_no_attempt_is_counted(centre: CallbackCentre, agent: Agent) -> None:
    desk = agent(manner="decline")
    callback = centre.ask("0955501003")
    wait_for(lambda: "no_agent" in _outcomes(centre, callback), "the attempt to end", 15, every=0.1)
    assert centre.callback(callback).dialled == 0
    assert not _rings(centre, "0955501003")
    desk.manner = "answer"
    assert centre.wait_closed(callback).dialled == 1


def test_a_busy_customer_is_tried_again(centre: CallbackCentre, agent: Agent) -> None:
    agent()
    centre.customers.manners["0955501004"] = ["busy", "answer"]
    callback = centre.ask("0955501004")
    centre.wait_closed(callback)
    first, second = _rings(centre, "0955501004")
    assert second.at - first.at >= 1.0
    assert _outcomes(centre, callback) == ["busy", "reached"]


def test_a_customer_who_does_not_answer_is_tried_again(centre: CallbackCentre, agent: Agent) -> None:
    agent()
    centre.customers.manners["0955501005"] = ["ring", "answer"]
    callback = centre.ask("0955501005")
    centre.wait_closed(callback, timeout=20)
    first, second = _rings(centre, "0955501005")
    assert 4.5 < first.over - first.at < 8
    assert second.at >= first.over + 1.0
    assert _outcomes(centre, callback) == ["no_answer", "reached"]


def test_after_the_last_attempt_it_is_given_up(centre: CallbackCentre, agent: Agent) -> None:
    agent()
    centre.customers.manners["0955501006"] = ["decline"]
    callback = centre.ask("0955501006")
    centre.wait_closed(callback, "not_reached")
    assert _outcomes(centre, callback) == ["refused", "refused"]
    assert len(_rings(centre, "0955501006")) == 2


def test_a_number_that_does_not_exist_is_dialled_once(centre: CallbackCentre, agent: Agent) -> None:
    agent()
    centre.customers.manners["0955501007"] = ["unknown"]
    callback = centre.ask("0955501007")
    assert centre.wait_closed(callback, "wrong_number").note == "wrong number"
    assert len(_rings(centre, "0955501007")) == 1


def test_nobody_is_dialled_in_the_quiet_hours_of_their_own_zone(centre: CallbackCentre, agent: Agent) -> None:
    agent()
    asleep = centre.ask("+8613800138000", waiting=600)
    awake = centre.ask("+12125550123")
    centre.wait_closed(awake)
    assert not _rings(centre, "+8613800138000")
    assert centre.callback(asleep).state == "waiting"


def test_who_wished_to_be_called_later_is_called_then(centre: CallbackCentre, agent: Agent) -> None:
    agent()
    wish = time.time() + 3
    callback = centre.ask("+8613800138001", not_before=wish)  # a wish holds in quiet hours as well
    centre.wait_closed(callback)
    (rang,) = _rings(centre, "+8613800138001")
    assert wish <= rang.at < wish + 3


def test_the_order_is_that_of_arrival_and_vips_have_a_head_start(
    centre: CallbackCentre, agent: Agent
) -> None:
    late = centre.ask("0955501020", waiting=10)
    early = centre.ask("0955501021", waiting=100)
    vip = centre.ask("0955501022", waiting=20, tier="vip")
    wait_for(lambda: all(_entered(centre, each) for each in (late, early, vip)), "all to be in the line")
    agent()
    for callback in (late, early, vip):
        centre.wait_closed(callback)
    order = [ring.number for ring in centre.customers.rings[-3:]]
    assert order == ["0955501022", "0955501021", "0955501020"]


def test_a_customer_with_an_extension_of_the_site_is_called_there(
    centre: CallbackCentre, agent: Agent, office: Office
) -> None:
    inside = office.phone(centre.switch.sip, talk=0.3)
    office.register(inside, "1003", centre.switch.passwords["1003"])
    try:
        agent()
        callback = centre.ask("1003")
        centre.wait_closed(callback)
        assert len([ring for ring in inside.rings if ring.over]) >= 1
    finally:
        office.register(inside, "1003", centre.switch.passwords["1003"], expires=0)


def test_two_tickets_of_one_customer_are_called_one_after_the_other(
    centre: CallbackCentre, agent: Agent
) -> None:
    both = [centre.ask("0955501023", waiting=60, ticket=f"3000{n}", callback=f"3000{n}.1") for n in (1, 2)]
    agent("1001")
    agent("1002")
    for callback in both:
        centre.wait_closed(callback)
    rings = _rings(centre, "0955501023")
    assert len(rings) == 2
    assert not overlapping(rings)


def test_a_callback_that_is_cancelled_leaves_the_line(centre: CallbackCentre, agent: Agent) -> None:
    callback = centre.ask("0955501009")
    wait_for(lambda: _entered(centre, callback), "the callback to be in the line", every=0.1)
    centre.take_in([CallbackClosed(time.time(), callback=callback, end="cancelled", by="test")])
    wait_for(lambda: [e for e in centre.events("QueueLeft") if e.body["why"] == "withdrawn"], "it to leave")
    agent()
    centre.wait_closed(centre.ask("0955501010"))
    assert not _rings(centre, "0955501009")


def _entered(centre: CallbackCentre, callback: str) -> bool:
    return any(e.body["callback"] == callback for e in centre.events("QueueEntered"))


def test_an_agent_says_by_key_that_the_number_is_wrong(centre: CallbackCentre, agent: Agent) -> None:
    agent(second_key="9", talk=0.5)
    centre.customers.manners["0955501011"] = ["stay"]
    callback = centre.ask("0955501011")
    assert centre.wait_closed(callback, "wrong_number").outcome == "wrong_number"


def test_customer_first_the_customer_hears_who_calls_and_then_the_agent(
    office: Office, tmp_path: Path
) -> None:
    centre = CallbackCentre(tmp_path, office, queue={"callback_mode": "customer-first"})
    try:
        centre.customers.talk = 1.5
        desk = centre.agent(key="")
        callback = centre.ask("0955501012")
        closed = centre.wait_closed(callback)
        (rang,) = _rings(centre, "0955501012")
        assert closed.outcome == "reached"
        assert desk.rings[0].at > rang.answered
    finally:
        centre.close()

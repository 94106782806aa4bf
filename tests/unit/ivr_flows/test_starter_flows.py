"""The service desk of the starter site, in three languages, by day and by night."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from config import load_site
from config.new_site import write_starter_site
from ivr_flows.flow_set import FlowSet
from ivr_flows.steps.conversation import HttpAnswer
from ivr_flows.steps.outcomes import HandOff, OpenTicket
from ivr_flows.steps.texts import TEXTS
from tests.unit.ivr_flows.caller import say
from tests.unit.ivr_flows.sites import Call, call, load

# A Wednesday, in the zone that the caller's clock says.
DAY = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)

AGENT = {"en": "an agent please", "zh": "我要转人工", "ko": "상담원이요"}
PROBLEM = {"en": "I have a problem", "zh": "我有问题", "ko": "문제 접수할게요"}
TICKET = {"en": "the state of my ticket", "zh": "查询工单", "ko": "조회"}


@pytest.fixture(scope="module")
def flows(tmp_path_factory: pytest.TempPathFactory) -> FlowSet:
    root = tmp_path_factory.mktemp("starter") / "site"
    write_starter_site(root)
    return load(root)


def desk(flows: FlowSet, language: str, *answers: object, now: datetime = DAY, **options: object) -> Call:
    return call(flows, *answers, flow="service-desk", now=now, language=language, **options)  # type: ignore[arg-type]


def test_three_numbers_lead_to_it_in_three_languages(tmp_path: Path) -> None:
    write_starter_site(tmp_path / "site")
    numbers = load_site(tmp_path / "site", {}).settings.numbers
    assert {
        number: (numbers[number].flow, numbers[number].language) for number in ("4000", "4001", "4002")
    } == {
        "4000": ("service-desk", None),
        "4001": ("service-desk", "zh"),
        "4002": ("service-desk", "ko"),
    }


@pytest.mark.parametrize("language", ["en", "zh", "ko"])
@pytest.mark.parametrize("by", ["key", "word"])
def test_by_day_one_or_agent_reaches_an_agent(flows: FlowSet, language: str, by: str) -> None:
    one = desk(flows, language, "1" if by == "key" else say(AGENT[language]))
    (departure,) = one.departures
    assert isinstance(departure, HandOff)
    assert (departure.queue, departure.language) == ("support", language)
    assert one.end.reason == "enqueue done"


@pytest.mark.parametrize("language", ["en", "zh", "ko"])
def test_a_caller_tired_of_waiting_is_called_back(flows: FlowSet, language: str) -> None:
    one = desk(flows, language, "1", "1", results=["key"])
    assert [type(departure) for departure in one.departures] == [HandOff, OpenTicket]
    assert one.steps[-2:] == ["call-back-noted", "goodbye"]


@pytest.mark.parametrize("language", ["en", "zh", "ko"])
@pytest.mark.parametrize("now", [DAY, NIGHT])
def test_two_or_problem_is_for_the_bot_at_any_time(flows: FlowSet, language: str, now: datetime) -> None:
    for answer in ("2", say(PROBLEM[language])):
        one = desk(flows, language, answer, now=now)
        assert one.steps[-1] == ("bot" if now is DAY else "bot-alone")
        assert len(one.said) > 2


def test_by_night_the_caller_hears_when_somebody_is_here_and_the_bot_takes_over(flows: FlowSet) -> None:
    one = desk(flows, "en", "1", now=NIGHT)
    assert one.said[1] == (
        "Our office is closed at the moment. We are here again on <date 2026-11-25> at <time 09:00>"
    )
    assert one.steps[-2:] == ["nobody-here", "bot-alone"]


@pytest.mark.parametrize("language", ["en", "zh", "ko"])
@pytest.mark.parametrize(
    ("answer", "step"),
    [
        (HttpAnswer(200, '{"state": "solved"}'), "solved"),
        (HttpAnswer(200, '{"state": "waiting"}'), "waiting"),
        (HttpAnswer(200, '{"state": "open"}'), "in-work"),
        (HttpAnswer(404, ""), "no-such-ticket"),
    ],
)
def test_three_or_ticket_tells_the_state_of_a_ticket(
    flows: FlowSet, language: str, answer: HttpAnswer, step: str
) -> None:
    one = desk(flows, language, say(TICKET[language]), "4711", "1", answer)
    assert one.steps[-2:] == [step, "menu"]
    assert "<ticket 4711>" in one.said[-2]
    assert one.caller.requests[0].url == "http://127.0.0.1:8480/tickets/4711"


def test_when_the_lookup_fails_an_agent_helps(flows: FlowSet) -> None:
    one = desk(flows, "en", "3", "4711", "1", None)
    assert isinstance(one.departures[0], HandOff)


@pytest.mark.parametrize("language", ["en", "zh", "ko"])
def test_zero_repeats_in_full(flows: FlowSet, language: str) -> None:
    one = desk(flows, language, "0")
    assert one.said[-1] == one.said[-2]


def test_a_caller_who_says_nothing_reaches_an_agent(flows: FlowSet) -> None:
    assert isinstance(desk(flows, "en", None, None, None).departures[0], HandOff)


@pytest.mark.parametrize("language", ["en", "zh", "ko"])
def test_a_caller_whom_no_agent_took_is_not_asked_the_same_again(flows: FlowSet, language: str) -> None:
    told = {"en": "my printer is on fire", "zh": "我的打印机着火了", "ko": "프린터에 불이 났어요"}
    one = desk(flows, language, "2", say(told[language]), say(AGENT[language]), results=["no_agents"])
    assert [type(departure) for departure in one.departures] == [HandOff, OpenTicket]
    assert one.said[-1] == TEXTS["passed_on"][language]
    assert one.steps[-2:] == ["bot-alone", "end"]


def test_without_agents_and_without_a_recogniser_there_is_still_a_recording(flows: FlowSet) -> None:
    one = desk(flows, "en", "2", *[None] * 60, no_recogniser=True, results=["failed"])
    assert [departure for departure in one.departures if isinstance(departure, OpenTicket)]

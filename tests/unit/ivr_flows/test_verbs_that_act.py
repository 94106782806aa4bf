"""The verbs that speak, decide, leave and come back: everything that does not wait for an answer."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr_flows.steps.conversation import HttpAnswer
from ivr_flows.steps.outcomes import Dial, HandOff, OpenTicket, Result, Transfer
from telephony.call.events import QuestionAsked
from tests.unit.ivr_flows.caller import say
from tests.unit.ivr_flows.sites import call, make


def test_answer_lets_it_ring_and_waits_for_the_ear(tmp_path: Path) -> None:
    text = "steps: {up: {answer: {ring: 3, pause: 0.5}}, end: {hangup: }}\n"
    one = call(make(tmp_path, text))
    assert (one.caller.answered, one.caller.paused) == (1, 3.5)


def test_what_needs_no_answer_does_not_answer(tmp_path: Path) -> None:
    text = "steps: {ring: {dial: {to: 1001, otherwise: end}}, end: {hangup: }}\n"
    assert call(make(tmp_path, text), results=["busy"]).caller.answered == 0


def test_say_speaks_the_callers_language_and_puts_values_in(tmp_path: Path) -> None:
    text = """\
        languages: [en, zh]
        steps:
          hello:
            say: {en: "You are {caller:phone_number}.", zh: "{{您}}的号码是{caller:phone_number}，您好。"}
          chinese:
            set: {language: zh, twice: "{1 + 1}"}
          again:
            say: {en: Hello., zh: "{{您}}的号码是{caller:phone_number}，您好{twice}。"}
          end:
            hangup: {say: {en: Bye., zh: 再见。}}
    """
    assert call(make(tmp_path, text)).said == [
        "You are <phone_number +4930123456>",
        "{您}的号码是 <phone_number +4930123456> 您好2。",
        "再见。",
    ]


def test_sounds_of_the_language_go_before_others_and_before_text(tmp_path: Path) -> None:
    text = """\
        languages: [en, zh, ko]
        steps:
          korean:
            set: {language: ko}
          jingle:
            say: {en: Hello., zh: 您好。, ko: 안녕하세요., recorded: jingle}
          welcome:
            play: {prompt: welcome, times: 2}
          english:
            set: {language: en}
          again:
            say: {en: Hello., zh: 您好。, ko: 안녕하세요., recorded: jingle}
          end:
            hangup:
    """
    assert call(make(tmp_path, text)).said == ["<jingle.ko>", "<welcome>", "<welcome>", "Hello."]


def test_branch_takes_the_first_that_holds(tmp_path: Path) -> None:
    text = """\
        steps:
          who:
            branch:
              - {when: 'starts(caller, "+49") and called != "4001"', go: german}
              - {when: called == "4001", go: other}
              - {when: original_called == "4002", go: other}
          none:
            hangup: {reason: none}
          german:
            hangup: {reason: german}
          other:
            hangup: {reason: other}
    """
    flows = make(tmp_path, text)
    ends = [
        call(flows, caller=a, called=b, original_called=c).end.reason
        for a, b, c in (("+491", "1", ""), ("+491", "4001", ""), ("1", "1", ""), ("1", "1", "4002"))
    ]
    assert ends == ["german", "other", "none", "other"]


def test_set_keeps_numbers_truths_texts_and_values(tmp_path: Path) -> None:
    text = """\
        steps:
          one:
            set: {count: 2, open: true, name: Anna, empty: "", share: 0.5}
          two:
            set: {count: "{count + 1}", greeting: "Hello {name} {count}", yes: "{count == 3}"}
          end:
            hangup:
    """
    assert call(make(tmp_path, text)).variables == {
        "count": 3,
        "open": True,
        "name": "Anna",
        "empty": "",
        "share": 0.5,
        "greeting": "Hello Anna 3",
        "yes": True,
    }


def test_set_of_a_language_that_nobody_speaks_changes_nothing(tmp_path: Path) -> None:
    text = "steps: {one: {set: {word: xx, language: '{word}'}}, end: {hangup: }}\n"
    assert call(make(tmp_path, text)).caller.language == "en"


HOURS = """\
    steps:
      hours:
        hours:
          timezone: Europe/Berlin
          open: {mon-fri: "09:00-17:00"}
          holidays: DE-BE
          closed: [12-24]
          if_open: here
          if_closed: night
          if_holiday: holiday
      here:
        hangup: {reason: open}
      night:
        say: "We are here again on {hours.opens:date} at {hours.opens:time}."
      night-end:
        hangup: {reason: closed}
      holiday:
        say: "It is {hours.holiday}, {hours.reason}."
      holiday-end:
        hangup: {reason: holiday}
"""


@pytest.mark.parametrize(
    ("now", "end", "said"),
    [
        (datetime(2026, 11, 25, 12, 0, tzinfo=UTC), "open", []),
        (datetime(2026, 11, 25, 7, 59, tzinfo=UTC), "closed", ["<date 2026-11-25> at <time 09:00>"]),
        (datetime(2026, 11, 27, 16, 0, tzinfo=UTC), "closed", ["<date 2026-11-30> at <time 09:00>"]),
        (datetime(2026, 12, 25, 12, 0, tzinfo=UTC), "holiday", ["It is Christmas Day, holiday."]),
        (datetime(2026, 12, 24, 12, 0, tzinfo=UTC), "holiday", ["It is , closed_day."]),
    ],
)
def test_hours_know_the_week_the_holidays_and_the_zone(
    tmp_path: Path, now: datetime, end: str, said: list[str]
) -> None:
    one = call(make(tmp_path, HOURS), now=now)
    assert one.end.reason == end
    assert [text.removeprefix("We are here again on ") for text in one.said] == said


HTTP = """\
    steps:
      look:
        http:
          url: https://desk.example.org/t/{called}
          headers: {Authorization: "Bearer {caller}"}
          save: {state: ticket.state, first: items.0.name, nothing: a.b}
          SETTINGS
      tell:
        say: "{state} {first} {nothing} {http.status}"
      end:
        hangup:
      missing:
        hangup: {reason: missing}
      sorry:
        hangup: {reason: sorry}
"""
ANSWER = HttpAnswer(200, '{"ticket": {"state": "open"}, "items": [{"name": "first"}]}')


def test_http_keeps_parts_of_the_answer(tmp_path: Path) -> None:
    flows = make(tmp_path, HTTP.replace("SETTINGS", "if_not_found: missing\n          otherwise: sorry"))
    one = call(flows, ANSWER, called="4 7?")
    assert one.said == ["open first  200"]
    (request,) = one.caller.requests
    assert (request.method, request.url) == ("GET", "https://desk.example.org/t/4%207%3F")
    assert (request.headers, request.body) == ({"Authorization": "Bearer +4930123456"}, None)


@pytest.mark.parametrize(
    ("answer", "end"),
    [
        (None, "sorry"),
        (HttpAnswer(404, ""), "missing"),
        (HttpAnswer(500, "oops"), "sorry"),
        (HttpAnswer(200, "no json"), "hangup done"),
        (HttpAnswer(200, "[1, 2]"), "hangup done"),
    ],
)
def test_http_goes_elsewhere_without_an_answer(tmp_path: Path, answer: HttpAnswer | None, end: str) -> None:
    flows = make(tmp_path, HTTP.replace("SETTINGS", "if_not_found: missing\n          otherwise: sorry"))
    assert call(flows, answer).end.reason == end.replace("hangup done", "flow finished")


def test_http_falls_back_to_values(tmp_path: Path) -> None:
    text = HTTP.replace("SETTINGS", "fallback: {state: 'unknown', first: '{caller}'}")
    text = text[: text.index("      missing:")]
    one = call(make(tmp_path, text), None)
    assert one.said == ["unknown +4930123456  0"]


@pytest.mark.parametrize(
    "value",
    [
        "..",
        ".",
        "%2e%2e",
        "%2E.",
        "%252e%252e",
        "../admin",
        "x/../../admin",
        "a/b",
        "a%2fb",
        "..\\\\x",
        "..;a",
        "%00",
        "",
    ],
)
def test_http_asks_for_nothing_but_what_the_flow_wrote(tmp_path: Path, value: str) -> None:
    flows = make(tmp_path, HTTP.replace("SETTINGS", "if_not_found: missing\n          otherwise: sorry"))
    one = call(flows, ANSWER, called=value)
    assert one.caller.requests == []
    assert one.end.reason == "sorry"


def test_http_takes_values_in_the_query_and_parts_of_a_segment(tmp_path: Path) -> None:
    text = """\
        steps:
          look:
            http:
              url: https://desk.example.org/v1/t-{called}.json?q={caller}&r={'/' if called == '..' else '?'}
              fallback: {x: 1}
          end:
            hangup:
    """
    one = call(make(tmp_path, text), None, called="..", caller="../..")
    assert [request.url for request in one.caller.requests] == [
        "https://desk.example.org/v1/t-...json?q=..%2F..&r=%2F"
    ]


def test_http_sends_values_as_json(tmp_path: Path) -> None:
    text = """\
        steps:
          tell:
            http:
              url: http://desk.example.org/
              method: POST
              body: {who: "{caller}", ok: true}
              otherwise: end
          end:
            hangup:
    """
    (request,) = call(make(tmp_path, text), HttpAnswer(204, "")).caller.requests
    assert request.body == '{"who": "+4930123456", "ok": true}'


ENQUEUE = """\
    steps:
      wait:
        enqueue:
          queue: support
          priority: 5
          max_wait: 60
          exit_key: "*"
          if_timeout: timeout
          if_key: key
          otherwise: other
        NEXT
      timeout:
        hangup: {reason: timeout}
      key:
        hangup: {reason: key}
      other:
        hangup: {reason: other}
      survey:
        hangup: {reason: survey}
"""


def test_a_queue_takes_the_caller(tmp_path: Path) -> None:
    flows = make(tmp_path, ENQUEUE[: ENQUEUE.index("      survey")].replace("NEXT", ""))
    one = call(flows)
    assert one.departures == [HandOff("support", "en", priority=5, max_wait=60.0, exit_key="*")]
    assert one.end.reason == "enqueue done"
    ends = [
        call(flows, results=[word]).end.reason for word in ("timeout", "key", "full", "closed", "no_agents")
    ]
    assert ends == ["timeout", "key", "other", "other", "other"]


def test_after_the_conversation_a_named_step_follows(tmp_path: Path) -> None:
    assert call(make(tmp_path, ENQUEUE.replace("NEXT", "next: survey"))).end.reason == "survey"


def test_dial_rings_and_goes_where_the_result_says(tmp_path: Path) -> None:
    text = """\
        steps:
          ring:
            dial: {to: [1001, "sip:anna@example.org"], ring_timeout: 20, if_busy: busy, otherwise: other}
          busy:
            hangup: {reason: busy}
          other:
            hangup: {reason: other}
    """
    flows = make(tmp_path, text)
    one = call(flows)
    assert one.departures == [Dial(("1001", "sip:anna@example.org"), 20.0)]
    assert one.end.reason == "dial done"
    assert [call(flows, results=[word]).end.reason for word in ("busy", "no_answer", "failed")] == [
        "busy",
        "other",
        "other",
    ]


def test_transfer_sends_away(tmp_path: Path) -> None:
    text = 'steps: {away: {transfer: {to: "+4930", otherwise: end}}, end: {hangup: {reason: failed}}}\n'
    flows = make(tmp_path, text)
    assert call(flows).departures == [Transfer("+4930")]
    assert call(flows, results=["failed"]).end.reason == "failed"


def test_goto_and_sub_flows(tmp_path: Path) -> None:
    main = """\
        steps:
          start:
            goto: run
          run:
            flow: {name: notice, set: {office: north, language: en}}
          tell:
            say: "Office {office}."
          leave:
            goto: {flow: other}
    """
    one = call(make(tmp_path, main, other="steps: {end: {hangup: {say: From another flow.}}}\n"))
    assert one.steps == ["start", "run", "notice", "end", "tell", "leave", "end"]
    assert one.said == ["This call may be recorded.", "Office north.", "From another flow."]


def test_back_in_a_flow_that_nobody_runs_ends_the_call(tmp_path: Path) -> None:
    assert call(make(tmp_path, "steps: {end: {back: }}\n")).end.reason == "flow finished"


INTAKE = """\
    steps:
      problem:
        intake: {queue: support, if_human: agent, otherwise: sorry}
      end:
        hangup: {reason: "done"}
      agent:
        enqueue: {queue: support, otherwise: sorry}
      sorry:
        hangup: {reason: sorry}
"""


def test_the_bots_ticket_holds_what_was_told_before(tmp_path: Path) -> None:
    number = "steps:\n      number: {collect: {say: Number., into: customer, confirm: false, otherwise: end}}"
    one = call(make(tmp_path, INTAKE.replace("steps:", number)), "4711", say("my printer is on fire"))
    (ticket,) = one.departures
    assert isinstance(ticket, OpenTicket)
    assert (ticket.progress, [slot.name for slot in ticket.slots][:2]) == ("hung_up", ["customer", "problem"])


def test_the_bot_opens_a_ticket(tmp_path: Path) -> None:
    answers = [say("my printer is on fire"), "1", "1", "1", "1"]
    one = call(make(tmp_path, INTAKE), *answers, results=[Result("done", {"ticket": "77"})])
    (ticket,) = one.departures
    assert isinstance(ticket, OpenTicket)
    assert (ticket.kind, ticket.queue) == ("problem", "support")
    assert ticket.slots[0].value
    assert (one.variables["ticket"], one.end.reason) == ("77", "done")


def test_what_the_bot_was_told_can_be_read_by_the_steps_behind_it(tmp_path: Path) -> None:
    text = """\
        steps:
          problem:
            intake:
              otherwise: end
              slots: [problem, {name: product, values: [X200, {value: P50, words: [printer]}]}]
              ticket: {title: "{product}", rules: [{when: 'product == "P50"', severity: 1, queue: sales}]}
          which:
            branch:
              - {when: 'product == "P50"', go: printing}
          end:
            hangup: {reason: other}
          printing:
            hangup: {reason: printing}
    """
    one = call(make(tmp_path, text), say("the printer is on fire"), "1")
    (ticket,) = one.departures
    assert isinstance(ticket, OpenTicket)
    assert (ticket.title, ticket.severity, ticket.queue) == ("P50", 1, "sales")
    assert one.end.reason == "printing"


def test_the_country_of_the_site_weighs_a_number(tmp_path: Path) -> None:
    answers = [say("my printer is on fire"), say("one three eight zero zero one three eight zero zero"), "1"]
    said = {}
    for country in ("", "CN"):
        one = call(make(tmp_path / country, INTAKE), *answers, country=country, caller="")
        said[country] = one.said[2]
    assert said[""] != said["CN"], "one digit is missing, where a plan is known"


def test_the_journal_says_what_the_bot_asks_when_it_asks(tmp_path: Path) -> None:
    answers = [say("my printer is on fire"), None, "1", "1", "1", "1"]
    one = call(make(tmp_path, INTAKE), *answers, results=[Result("done", {"ticket": "77"})])
    (ticket,) = one.departures
    assert isinstance(ticket, OpenTicket)
    asked = [event for event in one.caller.events if isinstance(event, QuestionAsked)]
    assert [(event.question, event.attempt) for event in asked] == [
        (turn.question, turn.attempt) for turn in ticket.history
    ]
    assert [event.attempt for event in asked[:3]] == [1, 1, 2]
    assert [event.at for event in asked] == sorted({event.at for event in asked})


def test_what_the_flow_has_asked_for_is_not_asked_again(tmp_path: Path) -> None:
    text = """\
        steps:
          who:
            collect: {say: Your number., into: customer_number, confirm: false, otherwise: end}
          problem:
            intake: {otherwise: end, slots: [customer_number, problem]}
          end:
            hangup:
    """
    one = call(make(tmp_path, text), "4711", say("my printer is on fire"), "1")
    (ticket,) = one.departures
    assert isinstance(ticket, OpenTicket)
    assert one.said[1].endswith("What is the problem?")
    values = {slot.name: (slot.value, slot.text) for slot in ticket.slots}
    assert values["customer_number"] == ("4711", "4711")
    assert ticket.progress == "confirmed"

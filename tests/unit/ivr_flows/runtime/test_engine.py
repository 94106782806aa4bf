"""The engine: every error path ends somewhere a caller can live with, nothing that was said is lost."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from asr.intake.values import Slot
from ivr_flows.runtime.engine import MOST_STEPS, FlowRun
from ivr_flows.steps.conversation import CallerGone, RecordedMessage
from ivr_flows.steps.outcomes import HandOff, HangUp, OpenTicket, Result
from ivr_flows.steps.texts import TEXTS
from telephony.call.events import FlowEnded, FlowStarted, StepEntered
from tests.unit.ivr_flows.caller import Caller, say
from tests.unit.ivr_flows.sites import call, load, make, write_site

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)

# `number(caller)` has no value when the caller's number is withheld.
FAILS = """\
    ON_ERROR
    steps:
      count:
        set: {half: "{number(caller) / 2}"}
      end:
        hangup: {reason: "done"}
      sorry:
        say: "Something failed."
      sorry-end:
        hangup: {reason: failed}
"""


def test_a_step_that_fails_goes_where_the_flow_says(tmp_path: Path) -> None:
    flows = make(tmp_path, FAILS.replace("ON_ERROR", "on_error: sorry"))
    assert call(flows, caller="").end == HangUp("failed")
    assert call(flows, caller="7").end == HangUp("done")


def test_a_steps_own_way_goes_before_the_flows(tmp_path: Path) -> None:
    text = FAILS.replace("ON_ERROR", "on_error: end").replace('/ 2}"}', '/ 2}"}\n        on_error: sorry')
    assert call(make(tmp_path, text), caller="").end == HangUp("failed")


def test_without_any_way_there_is_an_apology_and_a_ticket(tmp_path: Path) -> None:
    text = """\
        languages: [en, zh, ko]
        steps:
          korean: {set: {language: ko}}
          number:
            collect:
              say: {en: Number., zh: 号码。, ko: 번호.}
              into: customer
              confirm: false
          half: {set: {half: "{number(caller) / 2}"}}
          end: {hangup: }
    """
    one = call(make(tmp_path, text), "4711", caller="anonymous")
    assert one.said[-1] == TEXTS["apology"]["ko"]
    (ticket,) = one.departures
    assert isinstance(ticket, OpenTicket)
    assert (ticket.kind, ticket.progress, ticket.language) == ("failure", "failed", "ko")
    assert ticket.note == "step main/half failed: ExpressionError"
    assert [(slot.name, slot.value) for slot in ticket.slots] == [("customer", "4711")]
    assert one.end == HangUp("flow failed")


def test_a_second_failure_is_the_last(tmp_path: Path) -> None:
    text = """\
        on_error: again
        steps:
          half: {set: {half: "{number(caller) / 2}"}}
          end: {hangup: }
          again: {set: {half: "{number(caller) / 2}"}}
          end-again: {hangup: }
    """
    one = call(make(tmp_path, text), caller="")
    assert one.steps == ["half", "again"]
    assert one.end == HangUp("flow failed")


def test_a_failure_in_a_sub_flow_goes_up_to_a_flow_that_says_where_to_go(tmp_path: Path) -> None:
    main = """\
        on_error: sorry
        steps:
          run: {flow: inner}
          end: {hangup: {reason: "done"}}
          sorry: {hangup: {reason: failed}}
    """
    inner = "steps: {half: {set: {half: '{number(caller) / 2}'}}, end: {back: }}\n"
    one = call(make(tmp_path, main, inner=inner), caller="")
    assert one.steps == ["run", "half", "sorry"]
    assert one.end == HangUp("failed")


def test_a_failure_while_apologising_does_not_stop_the_ticket(tmp_path: Path) -> None:
    class Broken(Caller):
        async def say(self, parts: object) -> None:
            raise OSError("the sound card is on fire")

    flows = make(tmp_path, "steps: {hello: {say: Hello.}, end: {hangup: }}\n")
    run = FlowRun(flows, "main", Broken((), now=NOON))
    assert isinstance(asyncio.run(run.start()), OpenTicket)
    assert asyncio.run(run.resume(Result("done"))) == HangUp("flow failed")


def test_a_caller_who_hangs_up_during_the_apology_still_has_a_ticket(tmp_path: Path) -> None:
    flows = make(tmp_path, "steps: {half: {set: {half: '{number(caller)}'}}, end: {hangup: }}\n")
    one = call(flows, caller="", hangs_up_at="We are sorry")
    assert [type(departure) for departure in one.departures] == [OpenTicket]
    assert one.end == HangUp("caller hung up")


def test_a_caller_who_only_ever_repeats_comes_to_an_end(tmp_path: Path) -> None:
    text = """\
        on_error: menu
        steps:
          menu:
            menu: {say: 0 repeats., choices: [{key: 0, go: menu}, {key: 1, go: end}], otherwise: end}
          end: {hangup: }
    """
    one = call(make(tmp_path, text), *["0"] * (MOST_STEPS + 10))
    assert len(one.said) == MOST_STEPS + 1
    assert one.end == HangUp("flow failed")


def test_events_say_where_the_call_was(tmp_path: Path) -> None:
    flows = make(tmp_path, "steps: {run: {flow: notice}, end: {hangup: {reason: over}}}\n")
    one = call(flows)
    at = one.caller.events[0].at
    assert one.caller.events == [
        FlowStarted(at, "c1", "1", flow="main", version=flows.version, language="en"),
        StepEntered(at, "c1", "1", flow="main", step="run", verb="flow"),
        StepEntered(at, "c1", "1", flow="notice", step="notice", verb="say"),
        StepEntered(at + 1, "c1", "1", flow="notice", step="end", verb="back"),
        StepEntered(at + 1, "c1", "1", flow="main", step="end", verb="hangup"),
        FlowEnded(at + 1, "c1", "1", flow="main", reason="over"),
    ]


def test_the_number_may_name_the_language(tmp_path: Path) -> None:
    text = "languages: [en, zh]\nsteps: {hello: {say: {en: Hello., zh: 您好。}}, end: {hangup: }}\n"
    flows = make(tmp_path, text)
    caller = Caller((), now=NOON)
    asyncio.run(FlowRun(flows, "main", caller, language="zh").start())
    assert caller.said == ["您好。"]


def test_a_running_call_keeps_the_set_that_it_began_with(tmp_path: Path) -> None:
    text = """\
        steps:
          menu: {menu: {say: "WHICH", choices: [{key: 1, go: end}], otherwise: end}}
          end: {hangup: {say: "WHICH"}}
    """
    old = make(tmp_path / "old", text.replace("WHICH", "Old."))
    caller = Caller(("1",), now=NOON)
    run = FlowRun(old, "main", caller)
    new = make(tmp_path / "new", text.replace("WHICH", "New."))
    asyncio.run(run.start())
    assert caller.said == ["Old.", "Old."]
    assert run.version == old.version != new.version


WANTS_A_PERSON = """\
    steps:
      problem:
        intake: {queue: support, if_human: agent, otherwise: end}
      end:
        hangup: {reason: "done"}
      agent:
        enqueue: {queue: support, otherwise: end}
"""


def _wants_a_person(tmp_path: Path) -> FlowRun:
    flows = load(write_site(tmp_path / "site", {"main": WANTS_A_PERSON}))
    return FlowRun(flows, "main", Caller([say("my printer is on fire"), say("I want an agent")], now=NOON))


def test_what_was_said_before_a_caller_asks_for_a_person_goes_with_them(tmp_path: Path) -> None:
    run = _wants_a_person(tmp_path)
    hand_off = asyncio.run(run.start())
    assert isinstance(hand_off, HandOff)
    assert hand_off.so_far is not None
    assert asyncio.run(run.resume(Result("done"))) == HangUp("enqueue done")


def test_what_was_said_is_written_down_when_no_person_took_the_call(tmp_path: Path) -> None:
    run = _wants_a_person(tmp_path)
    hand_off = asyncio.run(run.start())
    assert isinstance(hand_off, HandOff)
    assert asyncio.run(run.resume(Result("no_agents"))) == hand_off.so_far
    assert asyncio.run(run.resume(Result("done"))) == HangUp("done")


def test_what_was_said_is_written_down_when_the_caller_leaves_the_line(tmp_path: Path) -> None:
    run = _wants_a_person(tmp_path)
    hand_off = asyncio.run(run.start())
    assert isinstance(hand_off, HandOff)
    assert run.abandoned() == hand_off.so_far
    assert run.abandoned() is None
    assert asyncio.run(run.resume(Result("done"))) == HangUp("flow is over")


def test_what_the_bot_was_told_outlives_a_caller_who_leaves_no_message(tmp_path: Path) -> None:
    run = _wants_a_person(tmp_path)
    run.context.so_far = OpenTicket(
        kind="problem", progress="unconfirmed", caller="1", queue="support", slots=(Slot("problem", "fire"),)
    )
    text = "steps: {message: {voicemail: {say: Speak., otherwise: end}}, end: {hangup: }}\n"
    flows = make(tmp_path / "2", text)
    second = FlowRun(flows, "main", Caller([CallerGone()], now=NOON))
    second.context.so_far = run.context.so_far
    assert asyncio.run(second.start()) == run.context.so_far


def test_a_ticket_that_could_not_be_written_down_is_tried_again_at_the_end(tmp_path: Path) -> None:
    text = """\
        steps:
          message: {voicemail: {say: Speak., otherwise: end}}
          end: {hangup: {reason: over}}
    """
    one = call(make(tmp_path, text), RecordedMessage(Path("message.wav"), 7.0), results=["failed"])
    first, second = one.departures
    assert first == second
    assert one.end == HangUp("over")


def test_an_event_tells_each_end_once(tmp_path: Path) -> None:
    flows = make(tmp_path, "steps: {wait: {enqueue: {queue: support, otherwise: end}}, end: {hangup: }}\n")
    caller = Caller((), now=NOON)
    run = FlowRun(flows, "main", caller)
    asyncio.run(run.start())
    assert run.position == ("main", "wait")
    run.abandoned("agent transferred the call")
    run.abandoned()
    ends = [event.reason for event in caller.events if isinstance(event, FlowEnded)]
    assert ends == ["agent transferred the call"]


def test_texts_can_be_made_into_sound_ahead(tmp_path: Path) -> None:
    text = """\
        languages: [en, zh]
        steps:
          number: {say: {en: "Ticket {ticket:ticket}, please.", zh: "工单{ticket:ticket}。"}}
          name: {say: {en: "Hello {caller}.", zh: 您好。}}
          end: {hangup: {say: {en: Bye., zh: 再见。}}}
    """
    flows = make(tmp_path, text)
    assert set(flows.texts()) == {
        ("en", "Ticket"),
        ("en", "please."),
        ("zh", "工单"),
        ("zh", "您好。"),
        ("en", "Bye."),
        ("zh", "再见。"),
        ("en", "This call may be recorded."),
    }

"""A scripted caller answers what is asked, whatever a bot calls it, and denies what is read back wrong."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bench.evaluation.caller import Behaviour, role_of
from bench.evaluation.script import Caller, load
from bench.evaluation.wording import WORDINGS, groups, numbers_in

NOW = datetime(2026, 11, 30, 10, 20, tzinfo=ZoneInfo("Asia/Shanghai"))
"""A Monday."""


def caller(call: str = "en-02", **changes: object) -> Caller:
    """A call of the set, with something else in it."""
    [found] = load([call])
    return Caller.model_validate({**found.model_dump(), **changes})


def said(behaviour: Behaviour, question: str, attempt: int = 1, prompt: str = "") -> str:
    """What is said or pressed at a question."""
    answer = behaviour.answer(question, attempt, prompt, NOW)
    return answer.keys or str(answer.phrase)


@pytest.mark.parametrize(
    ("question", "role"),
    [
        ("problem", "problem"),
        ("addition", "problem"),
        ("confirm_problem", "confirm_problem"),
        ("offer_number", "offer_number"),
        ("callback_number", "number"),
        ("confirm_callback_number", "confirm_number"),
        ("callback_time", "time"),
        ("confirm", "confirm"),
        ("confirm_everything", "confirm"),
        ("offer_human", "human"),
        ("correct", "correct"),
        ("customer_number", "other"),
        ("product", "product"),
    ],
)
def test_the_name_of_a_question_says_what_it_asks_for(question: str, role: str) -> None:
    assert role_of(question) == role


def test_everything_is_answered_in_whatever_order_it_is_asked() -> None:
    behaviour = Behaviour(caller())
    assert said(behaviour, "callback_time") == "Tomorrow at nine."
    assert said(behaviour, "offer_number") == "No, please use another number."
    assert said(behaviour, "callback_number") == "Two zero two, five five five, zero one four three."
    assert said(behaviour, "problem").startswith("I cannot log in")
    assert said(behaviour, "name") == "David Brown."
    assert said(behaviour, "product") == "It's about the cloud drive."
    assert said(behaviour, "something_new") == "Yep."
    assert said(behaviour, "something_new", attempt=2) == "I don't know."


def test_a_wrong_number_is_denied_then_keyed_and_at_last_let_be() -> None:
    behaviour = Behaviour(caller())
    wrong, right = "I have: 2025550142 Is that right?", "I have: +1 202 555 0143 Is that right?"
    assert said(behaviour, "confirm_number", prompt=wrong) == "No."
    assert said(behaviour, "number") == "Two zero two, five five five, zero one four three."
    assert said(behaviour, "confirm_number", prompt=wrong) == "2025550143#"
    assert said(behaviour, "confirm_number", prompt=right) == "Yep."
    assert said(behaviour, "confirm_number", prompt=wrong) == "2025550143#"
    assert said(behaviour, "confirm_number", prompt=wrong) == "Sure."


def test_what_is_confirmed_together_is_denied_with_the_right_value() -> None:
    behaviour = Behaviour(caller())
    number, time = "2025550143", "2026-12-01 from 09:00"
    assert said(behaviour, "confirm", prompt=f"{number} {time}") == "Yep."
    assert said(behaviour, "confirm", prompt=f"2025550144 {time}") == (
        "No, the number is two zero two, five five five, zero one four three."
    )
    wrong_time = f"{number} 2026-12-02 from 09:00"
    assert said(behaviour, "confirm", prompt=wrong_time) == "No, call me tomorrow at nine."
    assert said(behaviour, "correct") == "No, call me tomorrow at nine."
    assert said(behaviour, "confirm", prompt=f"{number} 2026-12-01T09:00") == "Sure."


def test_a_problem_that_is_read_back_wrong_is_told_once_more() -> None:
    behaviour = Behaviour(caller())
    assert said(behaviour, "confirm_problem", prompt="I noted: the weather is fine.") == "No."
    assert said(behaviour, "problem").startswith("I cannot log in")
    assert said(behaviour, "confirm_problem", prompt="I noted: the weather is fine.") == "Yep."


def test_an_addition_comes_in_place_of_the_first_yes() -> None:
    behaviour = Behaviour(caller("en-09"))
    readback = "I noted: my order has not arrived since Tuesday."
    assert said(behaviour, "confirm_problem", prompt=readback) == "Yes, but it's urgent."
    assert said(behaviour, "confirm_problem", prompt=readback) == "Yes, please."


def test_a_person_is_wished_for_once_at_its_question_or_at_a_later_one() -> None:
    wish = "Just put me through to a person."
    behaviour = Behaviour(caller("en-11"))
    assert said(behaviour, "problem") != wish
    assert said(behaviour, "offer_number") == wish
    assert said(behaviour, "confirm_human") == "Yes."
    assert said(behaviour, "offer_number") == "Yes."
    without_the_question = Behaviour(caller("en-11"))
    assert said(without_the_question, "confirm") == wish


def test_somebody_who_wants_no_person_says_so() -> None:
    assert said(Behaviour(caller()), "confirm_human") == "No."


def test_keys_are_pressed_by_who_likes_them_and_where_words_have_failed() -> None:
    fond = Behaviour(caller("en-19"))
    assert said(fond, "offer_number") == "1"
    assert said(fond, "callback_time") == "1"
    assert said(fond, "confirm_problem", prompt="account locked three") == "Yes."
    behaviour = Behaviour(caller())
    keyed = "Please key in the number, then press hash."
    assert said(behaviour, "number", attempt=3, prompt=keyed) == "2025550143#"
    assert said(behaviour, "confirm_number", attempt=3, prompt="Press 1 for 2025550143.") == "1"


def test_every_phrase_that_is_said_has_been_made() -> None:
    script = caller("en-02", corrects=True)
    made = {str(phrase) for phrase in Behaviour(script).phrases()}
    questions = ("problem", "confirm_problem", "offer_number", "number", "time", "name", "product", "other")
    behaviour = Behaviour(script)
    told = {said(behaviour, question, attempt) for question in questions for attempt in (1, 2)}
    told |= {said(behaviour, "confirm", prompt="2025550144"), said(behaviour, "confirm_human")}
    assert told <= made


def test_numbers_are_said_in_the_groups_of_their_country() -> None:
    assert groups("13800138000") == ("138", "0013", "8000")
    assert groups("0212345678") == ("02", "1234", "5678")
    assert groups("5521740") == ("552", "1740")
    assert WORDINGS["zh"].said("13800138000") == "幺三八，零零幺三，八零零零。"
    assert numbers_in("I have: 202 555-0143, 2026-12-01 from 09:00") == ("2025550143",)

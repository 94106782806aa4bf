"""What follows from the readings of an answer's sentences; and the examples that the package brings."""

from __future__ import annotations

from typing import get_args

import pytest

from asr.understanding.examples import LANGUAGES, shipped, with_own
from asr.understanding.rules import Rules
from asr.understanding.values import Act, Certainty, Enquiry, Reading, Understanding
from config.models.understanding import ACTS


def understanding(*readings: tuple[str, Act, float, Act | None]) -> Understanding:
    return Understanding(
        readings=tuple(
            Reading(text=text, act=act, margin=margin, rival=rival) for text, act, margin, rival in readings
        )
    )


@pytest.mark.parametrize(
    ("readings", "certainty"),
    [
        ([("a", "problem", 2.0, "human")], "no"),
        ([("a", "problem", 0.9, "human")], "unsure"),
        ([("a", "human", 0.9, "problem")], "unsure"),
        ([("a", "problem", 0.1, "no"), ("b", "human", 1.0, None)], "sure"),
        ([], "no"),
    ],
)
def test_one_sentence_is_enough_for_a_wish(
    readings: list[tuple[str, Act, float, Act | None]], certainty: Certainty
) -> None:
    assert understanding(*readings).said("human") == certainty


def test_an_answer_is_what_comes_after_its_greeting() -> None:
    assert understanding(("Hello. ", "hello", 2, None), ("It broke.", "problem", 2, None)).act == "problem"
    assert understanding(("Hello?", "hello", 2, None)).act == "hello"
    assert understanding().act == "other"


def test_a_problem_is_kept_without_the_wish_in_it_but_only_a_sure_one() -> None:
    found = understanding(
        ("It broke. ", "problem", 2, None), ("A person! ", "human", 1, None), ("My boss?", "human", 0.5, None)
    )
    assert found.without("human") == "It broke. My boss?"


def test_settings_name_the_acts_that_there_are() -> None:
    assert get_args(Act) == ACTS


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_act_has_examples_that_stand_for_nothing_else(language: str) -> None:
    found = shipped(language)
    assert set(found) == set(ACTS)
    sentences = [text for texts in found.values() for text in texts]
    assert len(set(sentences)) == len(sentences)
    assert min(len(texts) for texts in found.values()) >= 5


def test_a_site_adds_examples_and_takes_none_away() -> None:
    plain, own = with_own({}), with_own({"human": ("Bring me the boss", "Operator.")})
    assert set(own["human"]) - set(plain["human"]) == {"Bring me the boss"}
    assert len(own["human"]) == len(plain["human"]) + 1
    assert own["yes"] == plain["yes"]


@pytest.mark.parametrize(
    ("text", "language", "kind", "act"),
    [
        ("Yes, please.", "en", "yes_no", "yes"),
        ("不对。", "zh", "yes_no", "no"),
        ("다시 말씀해 주세요", "ko", "yes_no", "repeat"),
        ("上网很慢。我要转人工。", "zh", "free_text", "problem"),
        ("blue", "en", "yes_no", "other"),
    ],
)
def test_rules_say_what_their_tables_know(text: str, language: str, kind: str, act: str) -> None:
    wanted = "free_text" if kind == "free_text" else "yes_no"
    found = Rules().read(Enquiry(text=text, language=language, kind=wanted))  # type: ignore[arg-type]
    assert found.act == act
    assert (found.said("human") == "sure") == ("人工" in text)

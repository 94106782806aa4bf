"""The words that recognisers are told to expect."""

from __future__ import annotations

import pytest

from asr.slots.commands import command
from asr.slots.expected import SURE, expected, meanings_of, meant
from asr.slots.understand import LANGUAGES, understand


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_what_is_scored_as_a_yes_or_no_is_none_of_the_other_by_its_words(language: str) -> None:
    wanted = {"yes": True, "1": True, "no": False, "2": False}
    for name, phrases in meanings_of("yes_no", language, {}).items():
        for phrase in phrases:
            found = understand("yes_no", phrase, (), language)
            if name in wanted:
                assert found is None or found.value is wanted[name], phrase
            else:
                assert found is None, phrase


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_no_phrase_has_two_meanings(language: str) -> None:
    phrases = [one for phrases in meanings_of("yes_no", language, {}).values() for one in set(phrases)]
    assert sorted(phrases) == sorted(set(phrases))


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_wishes_that_are_scored_are_commands_by_their_words(language: str) -> None:
    scored = meanings_of("yes_no", language, {})
    for name in ("human", "repeat"):
        known = [command(phrase, language) for phrase in scored[name]]
        assert sum(found is not None and found.name == name for found in known) >= len(known) / 2
        assert all(found is None or found.name in (name, "hello", "redo") for found in known)


def test_a_menu_is_its_options_their_keys_and_what_is_said_instead() -> None:
    own = {"1": ("sales",), "choice 2": ("support", "help desk")}
    found = meanings_of("choice", "en", own)
    assert {"sales", "one", "press one"} <= set(found["1"])
    assert found["choice 2"] == ("support", "help desk")
    assert {"human", "repeat", "other"} < set(found)
    assert not {"yes", "no", "2"} & set(found)


def test_an_open_question_has_no_meanings() -> None:
    assert meanings_of("free_text", "en", {}) == {}
    assert meanings_of("choice", "en", {}) == {}


def test_a_meaning_is_meant_when_it_is_sure_and_says_something() -> None:
    assert meant({"yes": SURE, "other": 1 - SURE}) == "yes"
    assert meant({"yes": SURE - 0.01, "no": 0.05}) is None
    assert meant({"other": 1.0}) is None
    assert meant({}) is None


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_expected_digits_have_a_meaning(language: str) -> None:
    for word in expected("digits", language):
        if word not in ("double", "triple", "plus", "加"):
            found = understand("digits", f"{word} {word} {word}", (), language)
            assert found is not None, word
            assert len(str(found.value)) == 3, word


def test_nothing_is_expected_where_anything_may_be_said() -> None:
    assert expected("free_text", "en") == ()

"""The words that recognisers are told to expect."""

from __future__ import annotations

import pytest

from asr.slots.expected import expected
from asr.slots.understand import LANGUAGES, understand


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_expected_answers_of_yes_and_no_have_a_meaning(language: str) -> None:
    meanings = {word: understand("yes_no", word, (), language) for word in expected("yes_no", language)}
    assert {word for word, meaning in meanings.items() if meaning is None} <= {"not"}


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_expected_digits_have_a_meaning(language: str) -> None:
    for word in expected("digits", language):
        if word not in ("double", "triple", "plus", "加"):
            found = understand("digits", f"{word} {word} {word}", (), language)
            assert found is not None, word
            assert len(str(found.value)) == 3, word


def test_nothing_is_expected_where_anything_may_be_said() -> None:
    assert expected("free_text", "en") == ()

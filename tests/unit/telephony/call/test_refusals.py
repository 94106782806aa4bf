"""What final statuses say of the person who was called."""

from __future__ import annotations

import pytest

from telephony.call.errors import LegClosed
from telephony.call.refusals import refusal_of, refusal_of_all


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (403, "refused"),
        (404, "wrong_number"),
        (408, "no_answer"),
        (480, "no_answer"),
        (484, "wrong_number"),
        (486, "busy"),
        (500, "unreachable"),
        (503, "unreachable"),
        (600, "busy"),
        (603, "refused"),
        (604, "wrong_number"),
        (607, "refused"),
    ],
)
def test_each_status_has_its_word(status: int, refusal: str) -> None:
    assert refusal_of(status) == refusal


def test_of_several_phones_the_one_that_says_most_about_the_person_counts() -> None:
    ends = [LegClosed("remote", status, "") for status in (503, 480, 486)]
    assert refusal_of_all([*ends, None]) == "busy"
    assert refusal_of_all([*ends, LegClosed("remote", 603, "")]) == "refused"
    assert refusal_of_all([]) == "unreachable"


def test_a_network_that_does_not_respond_is_not_somebody_who_does_not_answer() -> None:
    assert refusal_of_all([LegClosed("network", 408, "")]) == "unreachable"
    assert refusal_of_all([LegClosed("local", 408, "no answer")]) == "no_answer"

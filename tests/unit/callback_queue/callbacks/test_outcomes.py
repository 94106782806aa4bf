"""What a customer's phone said, in the words of a callback."""

from __future__ import annotations

import pytest

from callback_queue.callbacks.events import AttemptOutcome
from callback_queue.callbacks.outcomes import outcome_of
from telephony.call.errors import LegClosed


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (486, "busy"),
        (600, "busy"),
        (480, "no_answer"),
        (408, "no_answer"),
        (603, "refused"),
        (404, "wrong_number"),
        (484, "wrong_number"),
        (604, "wrong_number"),
        (503, "failed"),
        (488, "failed"),
    ],
)
def test_the_outcome_follows_the_sip_status(status: int, outcome: AttemptOutcome) -> None:
    assert outcome_of([LegClosed("remote", status, "")]) == outcome


def test_a_network_that_says_nothing_is_no_customer_who_does_not_answer() -> None:
    assert outcome_of([LegClosed("network", 408, "no response")]) == "failed"
    assert outcome_of([LegClosed("local", 408, "no answer")]) == "no_answer"


def test_of_several_phones_the_one_that_says_most_counts() -> None:
    ends = [LegClosed("remote", status, "") for status in (503, 480, 486)]
    assert outcome_of(ends) == "busy"


def test_without_any_phone_the_call_failed() -> None:
    assert outcome_of([]) == "failed"

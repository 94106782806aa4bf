"""A ticket's life: what follows on what, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback_queue.tickets.ticket import AT_WORK, SETTABLE, TRANSITIONS, Standing, TicketState, change

OPEN, ASSIGNED, WAITING = TicketState.OPEN, TicketState.ASSIGNED, TicketState.WAITING
SOLVED, CLOSED, JOINED = TicketState.SOLVED, TicketState.CLOSED, TicketState.JOINED


@pytest.mark.parametrize(
    ("before", "wished", "values", "reopened"),
    [
        (Standing(OPEN), {"owner": "1001"}, {"owner": "1001", "state": "assigned"}, False),
        (Standing(ASSIGNED, "1001"), {"owner": "1002"}, {"owner": "1002", "state": "assigned"}, False),
        (Standing(ASSIGNED, "1001"), {"owner": ""}, {"owner": "", "state": "open"}, False),
        (Standing(ASSIGNED, "1001"), {"state": "open"}, {"owner": "", "state": "open"}, False),
        (Standing(WAITING, "1001"), {"owner": "1002"}, {"owner": "1002", "state": "waiting"}, False),
        (Standing(OPEN), {"owner": "1001", "state": "waiting"}, {"owner": "1001", "state": "waiting"}, False),
        (Standing(SOLVED, "1001"), {"owner": "1002"}, {"owner": "1002", "state": "assigned"}, True),
        (Standing(CLOSED, "1001"), {"state": "open"}, {"owner": "", "state": "open"}, True),
        (Standing(JOINED), {"state": "open"}, {"owner": "", "state": "open"}, True),
        (Standing(SOLVED, "1001"), {"state": "solved"}, {"state": "solved"}, False),
        (Standing(OPEN), {"severity": 2, "tags": ["a"]}, {"severity": 2, "tags": ["a"]}, False),
    ],
)
def test_a_wish_and_what_comes_of_it(
    before: Standing, wished: dict[str, Any], values: dict[str, Any], reopened: bool
) -> None:
    outcome = change(before, wished)
    assert (dict(outcome.values), outcome.refused, outcome.reopened) == (values, {}, reopened)


@pytest.mark.parametrize(
    ("before", "wished", "refused"),
    [
        (Standing(CLOSED), {"state": "solved"}, {"state": "solved cannot follow closed"}),
        (Standing(JOINED), {"state": "waiting"}, {"state": "waiting cannot follow joined"}),
        (Standing(OPEN), {"state": "joined"}, {"state": f"expected one of {', '.join(SETTABLE)}"}),
        (Standing(OPEN), {"colour": "red"}, {"colour": "not a field that can be changed"}),
        (Standing(OPEN), {"number": "1"}, {"number": "not a field that can be changed"}),
        (Standing(OPEN), {"severity": 5}, {"severity": "expected a whole number 1..4"}),
        (Standing(OPEN), {"severity": True}, {"severity": "expected a whole number 1..4"}),
        (Standing(OPEN), {"title": "x" * 201}, {"title": "expected text of at most 200 characters"}),
        (Standing(OPEN), {"tags": "a"}, {"tags": "expected a list of at most 20 words"}),
        (Standing(OPEN), {"resolve_by": float("nan")}, {"resolve_by": "expected Unix seconds, 0 for none"}),
    ],
)
def test_what_can_not_be_is_refused_with_the_reason(
    before: Standing, wished: dict[str, Any], refused: dict[str, str]
) -> None:
    outcome = change(before, wished)
    assert outcome.refused == refused
    assert "state" not in outcome.values
    assert "owner" not in outcome.values


def test_every_state_has_a_way_back_to_work_and_an_end_to_come_to() -> None:
    for state in TicketState:
        assert TRANSITIONS[state] & AT_WORK, state
        assert state not in TRANSITIONS[state]
    for state in AT_WORK:
        assert {SOLVED, CLOSED, JOINED} <= TRANSITIONS[state]


_ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.lists(st.text(max_size=3))
)
_FIELDS = st.sampled_from(["state", "owner", "severity", "tags", "title", "respond_by", "nonsense"])
_VALUES = st.one_of(_ANYTHING, st.sampled_from([state.value for state in TicketState]))


@given(st.sampled_from(list(TicketState)), st.dictionaries(_FIELDS, _VALUES))
def test_no_wish_breaks_it_or_leads_where_the_table_does_not(
    state: TicketState, wished: dict[str, Any]
) -> None:
    outcome = change(Standing(state, "1001"), wished)
    after = outcome.values.get("state", state.value)
    assert after == state or TicketState(after) in TRANSITIONS[state]
    assert not set(outcome.values) & set(outcome.refused)

"""What those do not see who may only look."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback_queue.tickets.events import TicketOpened
from cdr.events import EVENTS
from console.masking import mask_event, mask_number, mask_text, seen_event
from journal.event import to_dict

NUMBER = "+8613912345678"


@pytest.mark.parametrize(
    ("number", "seen"),
    [
        (NUMBER, "•••••••••••678"),
        ("4930123456", "•••••••456"),
        ("4000", "4000"),
        ("1001", "1001"),
        ("*71", "*71"),
        ("", ""),
        ("anna", "anna"),
    ],
)
def test_a_number_from_outside_shows_its_end_alone(number: str, seen: str) -> None:
    assert mask_number(number) == seen


@pytest.mark.parametrize(
    "text",
    [
        "call me on 0171 234 56 78",
        "+49 (171) 2345678!",
        "sip:+491712345678@carrier",
        "0171-234-5678",
        "01712345678",
    ],
)
def test_numbers_in_a_text_are_masked_however_they_are_written(text: str) -> None:
    assert "2345" not in mask_text(text).replace(" ", "").replace("-", "")


def test_a_text_without_numbers_stays_as_it_is() -> None:
    assert mask_text("Printer 3 on floor 12 is jammed.") == "Printer 3 on floor 12 is jammed."


@pytest.mark.parametrize("kind", EVENTS.values(), ids=lambda kind: kind.__name__)
def test_no_event_lets_a_number_through(kind: type) -> None:
    # Every field that can hold a text holds a number, however deep.
    values = {}
    for field in dataclasses.fields(kind):
        holds_text = "str" in str(field.type) or "Literal" in str(field.type)
        values[field.name] = {
            "slots": [{"value": NUMBER, "words": [{"text": NUMBER}]}],
            "history": [{"heard": {"text": NUMBER}}],
            "changes": {"title": NUMBER, "owner": NUMBER},
            "tags": [NUMBER],
        }.get(field.name, NUMBER if holds_text else 0)
    ours = {"call", "leg", "agent_leg", "other", "ticket", "into", "callback", "entry", "switch"}
    ours |= {"queue", "flow", "step", "verb", "prompt", "version"}
    values |= dict.fromkeys(ours & values.keys(), "7")
    seen = mask_event(to_dict(kind(**values)))
    assert "912345" not in json.dumps(seen, ensure_ascii=False)


def test_words_of_an_event_that_nobody_knows_yet_are_not_shown() -> None:
    seen = mask_event({"event": "Invented", "call": "c", "confession": "it was me", "heard": {"text": "me"}})
    assert seen == {"event": "Invented", "call": "c", "confession": "", "heard": {}}


@pytest.mark.parametrize(
    ("private", "keys", "seen"),
    [(True, True, "7"), (True, False, "•"), (False, True, ""), (False, False, "")],
)
def test_keys_are_seen_by_those_who_may_where_the_site_says_so(private: bool, keys: bool, seen: str) -> None:
    body = {"at": 1.0, "call": "c", "leg": "l", "digit": "7"}
    assert seen_event("DigitReceived", body, private=private, keys=keys)["digit"] == seen
    assert body["digit"] == "7"


def test_what_a_caller_said_is_left_out_whole() -> None:
    event = TicketOpened(
        1.0,
        "c",
        "l",
        ticket="100001",
        kind="problem",
        queue="support",
        title="My printer",
        summary="It burns",
        note="hot",
    )
    seen = mask_event(to_dict(event))
    assert (seen["ticket"], seen["queue"]) == ("100001", "support")
    assert (seen["title"], seen["summary"], seen["note"], seen["slots"]) == ("", "", "", [])


@given(
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_nothing_of_a_field_that_nobody_has_allowed_is_shown_whatever_its_shape(value: object) -> None:
    shown = value if value is None or isinstance(value, int) else type(value)()
    seen = mask_event({"anything": value, "changes": {"words": value}})
    assert seen == {"anything": shown, "changes": {"words": shown}}

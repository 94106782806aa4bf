"""Every event survives the way to the spool and to the database's JSON and back; old and new ones do, too."""

from __future__ import annotations

import inspect
import types
from dataclasses import MISSING, fields, replace
from importlib import import_module
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback_queue.database import LATEST
from callback_queue.tickets.events import TicketOpened
from cdr.events import EVENTS, decode
from journal import spool
from journal.codec import encode, row_of, to_row
from journal.event import CallEvent, Event
from tests.support.paths import ROOT

# What JSON and databases can hold; the spool makes everything else into that (test_journal.py).
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
WHOLE = st.integers(-(2**63), 2**63 - 1)
ANYTHING = st.recursive(
    st.none() | st.booleans() | WHOLE | FLOATS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: WHOLE,
    float: FLOATS,
    bool: st.booleans(),
    Any: ANYTHING,
    type(None): st.none(),
}
KINDS = sorted(EVENTS)


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type."""
    if hint in BY_TYPE:
        return BY_TYPE[hint]
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return st.sampled_from(inner)
    if origin in (Union, types.UnionType):
        return st.one_of(*map(values_of, inner))
    if origin is list:
        return st.lists(values_of(inner[0]), max_size=3)
    if origin is dict:
        return st.dictionaries(values_of(inner[0]), values_of(inner[1]), max_size=3)
    raise AssertionError(f"no values of {hint}")


def events_of(kind: str) -> st.SearchStrategy[Event]:
    """Events of one class, at a time that calendars have."""
    values = {name: values_of(hint) for name, hint in get_type_hints(EVENTS[kind]).items()}
    return st.builds(EVENTS[kind], **{**values, "at": st.floats(0, LATEST)})


ALL = st.sampled_from(KINDS).flatmap(events_of)


def test_every_event_class_has_its_name_in_the_codec() -> None:
    classes = {
        value
        for room in ("telephony", "callback_queue", "alarms")
        for path in (ROOT / room).rglob("events.py")
        for value in vars(import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))).values()
        if inspect.isclass(value) and issubclass(value, Event)
    }
    assert set(EVENTS.values()) == classes - {Event, CallEvent}
    assert all(kind.__name__ == name for name, kind in EVENTS.items())


@given(ALL)
def test_an_event_comes_back_from_the_spool(event: Event) -> None:
    data = spool.decode(spool.encode(7, event).removesuffix(b"\n"))
    assert data is not None
    assert data.pop("seq") == 7
    assert decode(data.pop("event"), data) == event


@given(ALL)
def test_an_event_comes_back_from_a_row(event: Event) -> None:
    row = to_row(event)
    assert (row["at"], row["kind"]) == (event.at, type(event).__name__)
    assert (row["call"], row["leg"]) == (getattr(event, "call", ""), getattr(event, "leg", ""))
    assert decode(row["kind"], orjson.loads(orjson.dumps(row["body"]))) == event


@given(ALL, FLOATS)
def test_a_time_that_no_calendar_has_is_read_as_the_nearest_that_one_has(event: Event, at: float) -> None:
    read = decode(type(event).__name__, {**encode(event), "at": at})
    assert read == replace(event, at=min(max(0.0, at), LATEST))


@given(ALL, st.data())
def test_an_event_of_another_version_is_read_as_well_as_it_can_be(event: Event, data: st.DataObject) -> None:
    body = encode(event)
    gone = data.draw(st.sets(st.sampled_from(sorted(body))))
    older = {name: value for name, value in body.items() if name not in gone}
    read = decode(type(event).__name__, {**older, "of_a_later_version": [1]})
    assert type(read) is type(event)
    for field in fields(event):
        value = getattr(read, field.name)
        if field.name not in gone:
            assert value == getattr(event, field.name)
        elif field.default is not MISSING:
            assert value == field.default
        elif field.default_factory is not MISSING:
            assert value == field.default_factory()


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_event_has_fields_of_the_right_types(kind: str) -> None:
    event = decode(kind, {})
    assert event is not None
    for name, hint in get_type_hints(EVENTS[kind]).items():
        value, origin = getattr(event, name), get_origin(hint)
        if origin is Literal:
            assert value in get_args(hint)
        else:
            assert isinstance(value, origin if origin in (list, dict) else hint)


def test_defaults_are_not_shared() -> None:
    first, second = decode("TicketOpened", {}), decode("TicketOpened", {})
    assert isinstance(first, TicketOpened)
    assert isinstance(second, TicketOpened)
    assert first.slots is not second.slots


@given(
    st.text(max_size=10).filter(lambda kind: kind not in EVENTS), st.dictionaries(TEXT, ANYTHING, max_size=5)
)
def test_a_kind_that_nobody_knows_is_stored_all_the_same(kind: str, body: dict[str, Any]) -> None:
    assert decode(kind, body) is None
    row = row_of(kind, body)
    assert row["body"] == body
    assert isinstance(row["at"], float)
    assert isinstance(row["call"], str)
    assert isinstance(row["leg"], str)


@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(["at", "call", "leg", "slots"]), ANYTHING))
def test_reading_never_raises(kind: str, body: dict[str, Any]) -> None:
    event = decode(kind, body)
    assert event is not None
    assert isinstance(event.at, float)
